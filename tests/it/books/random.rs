//! Random sequences of everything that can be asked, sensible or not: the services accept and refuse what the naive model
//! accepts and refuses, and after each sequence every balance, order, lot and label is where the model says.

mod ask;
mod dice;
mod world;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use yuanmark::domain::container::ContainerKind;
use yuanmark::domain::event::EventKind;
use yuanmark::domain::licensee::LicenseeNumber;
use yuanmark::domain::mark::{BatchNumber, MarkIndex};
use yuanmark::service::ServiceError;

use self::ask::ask;
use self::dice::{Dice, Op};
use self::world::World;
use super::naive::NaiveOrder;
use super::proof::prove;
use super::{account, entitlement, entries, on};
use crate::support::databases::TestDatabase;
use crate::support::installation::{Installation, line};
use crate::support::said::assert_said;

const CASES: u32 = 8;
const STEPS: usize = 120;
const TODAY: &str = "2027-01-10";

/// How every sequence begins: two orders are out with their licensees, and a lot has passed its test.
fn opening() -> Vec<Op> {
    let mut ops = Vec::new();
    for (order, licensee, quantity) in [(1, 1, 24), (2, 2, 12)] {
        let pocket = (licensee, 2026);
        ops.extend([
            Op::Adjust { pocket, marks: 200 },
            Op::Place { pocket, quantity },
            Op::Approve(order),
            Op::Assign { order, printer: 1 },
            Op::Issue(order),
            Op::Release(order),
            Op::Marks {
                event: EventKind::Printed,
                order,
                first: 0,
                last: 10,
                lot: 0,
            },
            Op::Fill {
                kind: ContainerKind::Roll,
                order,
                first: 4,
                last: 8,
            },
            Op::Marks {
                event: EventKind::Delivered,
                order,
                first: 0,
                last: 9,
                lot: 0,
            },
            Op::Marks {
                event: EventKind::Received,
                order,
                first: 0,
                last: 8,
                lot: 0,
            },
            Op::Lot { pocket, packs: 6 },
            Op::Report {
                lot: order,
                has_passed: true,
                number: "检".to_owned(),
            },
        ]);
    }
    ops
}

async fn walk(place: &Installation, dice: &[Dice]) -> Result<usize, TestCaseError> {
    for number in 0..3 {
        place.licensee(number).await;
    }
    place.printer().await;
    let mut world = World::new();
    let mut accepted = 0;
    let first = opening();
    for round in 0..first.len() + dice.len() {
        let roll = round
            .checked_sub(first.len())
            .map_or((1, 1, 1, 1, 1), |roll| dice[roll]);
        let op = first.get(round).cloned().unwrap_or_else(|| world.op(roll));
        let mut by = crate::support::installation::call("科员", on(TODAY));
        by.request = Some(line(&format!("第{round}步")));
        let before = entries(place).await;
        let mut expected = world.clone();
        let should = expected.accepts(&op, before + 1);
        let answer = ask(place, &world, &op, &by).await;
        if let Err(error) = &answer {
            prop_assert!(error.is_the_request_s_fault(), "{op:?}: {error:?}");
            if let ServiceError::Refused(refusal) = error {
                assert_said(refusal);
            }
            prop_assert_eq!(
                entries(place).await,
                before,
                "{:?}: refused and yet written",
                op
            );
        }
        prop_assert_eq!(
            answer.as_ref().ok(),
            should.as_ref(),
            "step {} {:?}: {:?}",
            round,
            op,
            answer
        );
        if should.is_some() {
            let after = entries(place).await;
            world = expected;
            accepted += 1;
            if roll.4 % 4 == 0 {
                // A retry does nothing.
                let again = ask(place, &world, &op, &by).await;
                prop_assert_eq!(again.ok(), should, "{:?} again", op);
                prop_assert_eq!(entries(place).await, after, "{:?} again", op);
            }
        }
        if round % 30 == 29 {
            agrees(place, &world).await;
        }
    }
    agrees(place, &world).await;
    Ok(accepted)
}

/// Balances, orders, lots and each single label.
async fn agrees(place: &Installation, world: &World) {
    world.naive.agrees_with(place, "random").await;
    for &pocket in world.naive.left.keys() {
        let is = entitlement(place, account(LicenseeNumber(pocket.0), pocket.1)).await;
        let takes = |order: &&NaiveOrder| {
            order.pocket == pocket
                && ["approved", "issued", "released", "closed"].contains(&order.state)
        };
        let approved: u64 = world
            .naive
            .orders
            .values()
            .filter(takes)
            .map(|order| u64::from(order.quantity))
            .sum();
        assert_eq!(is.ordered, approved, "{is:?}");
        let had = i128::from(is.granted + is.received + is.carried_in + is.restored)
            + i128::from(is.adjusted);
        let gone = i128::from(is.given + is.carried_out + is.lapsed);
        assert!(
            i128::from(approved) <= had - gone,
            "no more is approved than there was: {is:?}"
        );
        assert_eq!(i128::from(is.balance()), had - gone - i128::from(approved));
    }
    let books = prove(place).await;
    for (order, batch) in &world.batches {
        let custody = books
            .custody
            .get(BatchNumber::new(*batch).unwrap())
            .unwrap();
        let marks = &world.naive.orders[order].marks;
        let all = books
            .batches
            .get(BatchNumber::new(*batch).unwrap())
            .unwrap()
            .count
            .all();
        let mut seen = 0;
        for (range, piece) in custody.look(all) {
            for mark in range.indices().map(MarkIndex::get) {
                assert_eq!(mark, seen, "each mark is in one place");
                seen += 1;
                let should = &marks[usize::try_from(mark).unwrap()];
                assert_eq!(
                    (piece.place.slug(), piece.lot.map(|lot| lot.0)),
                    (should.place, should.lot)
                );
            }
        }
        assert_eq!(usize::try_from(seen).unwrap(), marks.len());
    }
}

fn sequences_hold(database: fn() -> TestDatabase) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let config = Config {
        cases: CASES,
        max_shrink_iters: 60,
        failure_persistence: None,
        ..Config::default()
    };
    let accepted = std::cell::Cell::new(0);
    let dice = proptest::collection::vec(any::<Dice>(), STEPS);
    let result = TestRunner::new(config).run(&dice, |dice| {
        runtime.block_on(async {
            let place = Installation::new(database()).await;
            accepted.set(accepted.get() + walk(&place, &dice).await?);
            place.store.close().await;
            Ok(())
        })
    });
    if let Err(error) = result {
        panic!("{error}");
    }
    let all = usize::try_from(CASES).unwrap() * STEPS;
    assert!(
        accepted.get() * 3 > all,
        "{} of {all} were accepted: the dice ask for nothing sensible",
        accepted.get()
    );
}

#[test]
fn random_sequences_hold_on_sqlite() {
    sequences_hold(TestDatabase::sqlite);
}

#[test]
fn random_sequences_hold_on_postgres() {
    sequences_hold(|| {
        let made = std::thread::spawn(|| {
            tokio::runtime::Runtime::new()
                .unwrap()
                .block_on(TestDatabase::postgres())
        });
        made.join().unwrap()
    });
}
