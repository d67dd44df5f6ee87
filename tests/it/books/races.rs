//! Many at once: what is left is given out once, and the ledger has no gap and no fork.

use std::fmt::Debug;
use std::future::Future;
use std::sync::Arc;

use tokio::sync::Barrier;
use yuanmark::domain::access::Scope;
use yuanmark::domain::entitlement::Account;
use yuanmark::domain::event::EventKind;
use yuanmark::domain::licensee::Licensee;
use yuanmark::domain::lot::TestResult;
use yuanmark::domain::order::{Order, OrderState};
use yuanmark::domain::refusal::RefusalKind;
use yuanmark::domain::transfer::TransferState;
use yuanmark::service::marks::{self, Which};
use yuanmark::service::{ServiceError, entitlements, lots, orders, printers, transfers};
use yuanmark::store::Store;

use super::proof::prove;
use super::{
    account, entitlement, entries, left, named, new_lot, new_order, new_report, of_lines, on, told,
};
use crate::support::databases::TestDatabase;
use crate::support::installation::{Installation, call, line, morning};

const ASKERS: usize = 64;

/// Lets all begin at the same moment; the answers in their order.
async fn at_once<T, F>(askers: impl Iterator<Item = F>) -> Vec<Result<T, ServiceError>>
where
    T: Send + 'static,
    F: Future<Output = Result<T, ServiceError>> + Send + 'static,
{
    let askers: Vec<F> = askers.collect();
    let begin = Arc::new(Barrier::new(askers.len()));
    let tasks = askers.into_iter().map(|asker| {
        let begin = Arc::clone(&begin);
        tokio::spawn(async move {
            begin.wait().await;
            asker.await
        })
    });
    let tasks: Vec<_> = tasks.collect();
    let mut answers = Vec::new();
    for task in tasks {
        answers.push(task.await.unwrap());
    }
    answers
}

/// So many were granted; all others were told the same reason, in words.
fn assert_granted<T: Debug>(answers: Vec<Result<T, ServiceError>>, granted: usize, reason: &str) {
    let (done, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
    assert_eq!(done.len(), granted, "{:?}", refused.first());
    for answer in refused {
        let (kind, what) = told(answer);
        assert_eq!(kind, RefusalKind::Conflict);
        assert!(what.contains(reason), "{what}");
    }
}

/// A licensee with exactly so many marks left.
async fn licensee_with(place: &Installation, number: usize, marks: u64) -> (Licensee, Account) {
    let licensee = place.licensee(number).await;
    let account = account(licensee.number, 2026);
    let by = call("test", morning());
    let marks = i64::try_from(marks).unwrap();
    let (reason, document) = (line("核定"), line("核定1"));
    entitlements::adjust(&place.store, &by, account, marks, reason, document)
        .await
        .unwrap();
    (licensee, account)
}

async fn placed(place: &Installation, licensee: &Licensee, quantity: u32) -> Order {
    let by = call("test", morning());
    orders::place(
        &place.store,
        &by,
        new_order(licensee.number, 2026, quantity),
    )
    .await
    .unwrap()
}

async fn sixty_four_approvals(place: &Installation, stores: &[Store]) {
    let (licensee, account) = licensee_with(place, 0, 1005).await;
    let mut all = Vec::new();
    for _ in 0..ASKERS {
        all.push(placed(place, &licensee, 100).await.number);
    }
    let askers =
        all.into_iter()
            .zip(stores.iter().cloned().cycle())
            .map(|(order, store)| async move {
                orders::approve(&store, &call("核准人", morning()), order, None).await
            });
    assert_granted(at_once(askers).await, 10, "has 5 marks left");
    assert_eq!(left(place, account).await, 5);
    assert_eq!(entitlement(place, account).await.ordered, 1000);
    prove(place).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_64_approvals_at_once_exactly_those_that_the_balance_allows() {
    for place in Installation::both().await {
        sixty_four_approvals(&place, std::slice::from_ref(&place.store)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_64_approvals_through_two_instances_exactly_those_that_the_balance_allows() {
    let place = Installation::new(TestDatabase::postgres().await).await;
    let other = Store::connect(&place.database.url).await.unwrap();
    sixty_four_approvals(&place, &[place.store.clone(), other]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_approve_the_same_order_one_wins_and_the_other_is_told() {
    for place in Installation::both().await {
        let other = Store::connect(&place.database.url).await.unwrap();
        let (licensee, account) = licensee_with(&place, 0, 1000).await;
        for round in 1..=10 {
            let order = placed(&place, &licensee, 10).await.number;
            let stores = [place.store.clone(), other.clone()];
            let askers = stores
                .into_iter()
                .zip(["甲", "乙"])
                .map(|(store, by)| async move {
                    orders::approve(&store, &call(by, morning()), order, None).await
                });
            assert_granted(
                at_once(askers).await,
                1,
                "is approved (已核准) and cannot be approved",
            );
            assert_eq!(left(&place, account).await, 1000 - 10 * round, "taken once");
        }
        prove(&place).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_approved_or_cancelled_and_never_both() {
    for place in Installation::both().await {
        let (licensee, account) = licensee_with(&place, 0, 1000).await;
        for _ in 0..10 {
            let order = placed(&place, &licensee, 10).await.number;
            let askers = [true, false].into_iter().map(|approves| {
                let store = place.store.clone();
                async move {
                    let by = call("科员", morning());
                    if approves {
                        orders::approve(&store, &by, order, None).await
                    } else {
                        orders::reject(&store, &by, order, line("重复")).await
                    }
                }
            });
            assert_granted(at_once(askers).await, 1, "and cannot be");
        }
        let is = entitlement(&place, account).await;
        let filter = yuanmark::store::order::Filter::default();
        let all = orders::list(&place.store, Scope::All, &filter, None, 100)
            .await
            .unwrap();
        let approved = all
            .iter()
            .filter(|order| order.state == OrderState::Approved)
            .count();
        assert_eq!(is.ordered, 10 * approved as u64);
        prove(&place).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn transfers_out_of_one_balance_move_no_more_than_there_is() {
    for place in Installation::both().await {
        let (giver, from) = licensee_with(&place, 0, 1000).await;
        let (receiver, to) = licensee_with(&place, 1, 1).await;
        let mut all = Vec::new();
        for _ in 0..32 {
            let by = call("提请人", morning());
            let transfer = transfers::propose(&place.store, &by, from, receiver.number, 150, None)
                .await
                .unwrap();
            transfers::confirm(
                &place.store,
                &call("甲方", morning()),
                transfer.number,
                giver.number,
            )
            .await
            .unwrap();
            all.push(transfer.number);
        }
        let askers = all.clone().into_iter().map(|transfer| {
            let (store, receiver) = (place.store.clone(), receiver.number);
            async move {
                transfers::confirm(&store, &call("乙方", morning()), transfer, receiver).await
            }
        });
        assert_granted(at_once(askers).await, 6, "has 100 marks left");
        assert_eq!(
            (left(&place, from).await, left(&place, to).await),
            (100, 901)
        );
        let list = transfers::list(&place.store, Scope::All, None, None, 100)
            .await
            .unwrap();
        let done = list
            .iter()
            .filter(|transfer| transfer.state == TransferState::Done);
        assert_eq!(done.count(), 6, "the others wait");
        prove(&place).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_marks_are_activated_than_a_lot_has_packs() {
    for place in Installation::both().await {
        let batch = place.batch(640).await;
        let by = call("test", morning());
        let lot = lots::enter(&place.store, &by, new_lot(batch.licensee, 2026, 105))
            .await
            .unwrap()
            .number;
        let report = new_report("检1", "2026-04-01", TestResult::Passed);
        lots::report(&place.store, &by, lot, report).await.unwrap();
        let askers = (0..32).map(|asker| {
            let (store, keys, batch) = (place.store.clone(), Arc::clone(&place.keys), batch.number);
            async move {
                let lines = format!("{}-{}", asker * 20, asker * 20 + 19);
                let mut change = of_lines(EventKind::Activated, Which::Lines(&lines), batch);
                change.lot = Some(lot);
                marks::change(&store, &keys, &call("企业", morning()), &change).await
            }
        });
        assert_granted(
            at_once(askers).await,
            5,
            "has 105 packs and 100 marks; 20 more are too many",
        );
        assert_eq!(
            lots::get(&place.store, Scope::All, lot)
                .await
                .unwrap()
                .marks,
            100
        );
        prove(&place).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_labels_are_used_lost_or_returned_and_never_two_of_these() {
    for place in Installation::both().await {
        let batch = place.batch(30).await;
        let kinds = [
            EventKind::Used,
            super::LOST,
            super::RETURNED,
            super::SPOILED,
        ];
        let askers = (0..32_usize).map(|asker| {
            let (store, keys, batch) = (place.store.clone(), Arc::clone(&place.keys), batch.number);
            async move {
                let change = of_lines(kinds[asker % 4], Which::Lines("3-7"), batch);
                marks::change(&store, &keys, &call("企业", morning()), &change).await
            }
        });
        let answers = at_once(askers).await;
        let changed: u64 = answers.iter().flatten().map(|done| done.marks).sum();
        assert_eq!(
            changed, 5,
            "the first moves them, those who say the same change nothing, all others are refused"
        );
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 8);
        prove(&place).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_season_is_closed_once_and_carried_over_once() {
    for place in Installation::both().await {
        let other = Store::connect(&place.database.url).await.unwrap();
        let (_, account) = licensee_with(&place, 0, 1001).await;
        let stores = [place.store.clone(), other].into_iter().cycle().take(16);
        let askers = stores.map(|store| async move {
            entitlements::carry_over(&store, &call("科员", on("2027-01-03")), account).await
        });
        assert_granted(at_once(askers).await, 1, "are closed");
        let next = super::account(account.licensee, 2027);
        assert_eq!(
            (left(&place, account).await, left(&place, next).await),
            (0, 500)
        );
        prove(&place).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_adjusted_while_the_season_is_closed_is_carried_over_or_refused() {
    for place in Installation::both().await {
        let (_, account) = licensee_with(&place, 0, 1000).await;
        let askers = (0..32).map(|asker| {
            let store = place.store.clone();
            async move {
                let by = call("科员", on("2027-01-03"));
                if asker == 16 {
                    entitlements::carry_over(&store, &by, account).await
                } else {
                    entitlements::adjust(&store, &by, account, 10, line("补"), line("补1")).await
                }
            }
        });
        let done = at_once(askers)
            .await
            .iter()
            .filter(|answer| answer.is_ok())
            .count() as u64
            - 1;
        let is = entitlement(&place, account).await;
        assert_eq!(is.carried_out + is.lapsed, 1000 + 10 * done);
        assert_eq!(is.balance(), 0);
        prove(&place).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_sent_64_times_at_once_is_done_once_and_all_get_its_answer() {
    for place in Installation::both().await {
        let (licensee, _) = licensee_with(&place, 0, 1000).await;
        let number = licensee.number;
        let before = entries(&place).await;
        let askers = (0..ASKERS).map(|_| {
            let store = place.store.clone();
            async move {
                orders::place(&store, &named("企业", "下单"), new_order(number, 2026, 10)).await
            }
        });
        let mut answers: Vec<Order> = at_once(askers)
            .await
            .into_iter()
            .map(Result::unwrap)
            .collect();
        answers.dedup();
        assert_eq!(answers.len(), 1);
        assert_eq!(entries(&place).await, before + 1);

        let printer = yuanmark::domain::printer::NewPrinter {
            name: line("虚构彩印有限公司"),
            uscc: yuanmark::domain::uscc::Uscc::new("51430981MJJTEXT52T").unwrap(),
            licence: line("印证字001号"),
        };
        let askers = (0..ASKERS).map(|_| {
            let (store, printer) = (place.store.clone(), printer.clone());
            async move { printers::enter(&store, &named("科员", "承印方"), printer).await }
        });
        for answer in at_once(askers).await {
            answer.unwrap();
        }
        let askers = (0..ASKERS).map(|_| {
            let store = place.store.clone();
            async move {
                lots::enter(&store, &named("企业", "批次"), new_lot(number, 2026, 10)).await
            }
        });
        for answer in at_once(askers).await {
            answer.unwrap();
        }
        assert_eq!(entries(&place).await, before + 3);
        prove(&place).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn writers_of_every_kind_at_once_leave_one_unbroken_ledger() {
    for place in Installation::both().await {
        let batch = place.batch(300).await;
        let licensee = batch.licensee;
        let other = Store::connect(&place.database.url).await.unwrap();
        let stores = [place.store.clone(), other].into_iter().cycle().take(60);
        let askers = stores.enumerate().map(|(asker, store)| {
            let (keys, batch) = (Arc::clone(&place.keys), batch.number);
            async move {
                let by = call("众人", morning());
                let packs = u32::try_from(asker).unwrap(); // each lot has a code of its own
                match asker % 4 {
                    0 => orders::place(&store, &by, new_order(licensee, 2026, 10))
                        .await
                        .map(drop),
                    1 => lots::enter(&store, &by, new_lot(licensee, 2026, 10 + packs))
                        .await
                        .map(drop),
                    2 => {
                        let account = account(licensee, 2026);
                        entitlements::adjust(&store, &by, account, 1, line("补"), line("补1"))
                            .await
                            .map(drop)
                    }
                    _ => {
                        let line = asker.to_string();
                        let change = of_lines(EventKind::Used, Which::Lines(&line), batch);
                        marks::change(&store, &keys, &by, &change).await.map(drop)
                    }
                }
            }
        });
        let before = entries(&place).await;
        for answer in at_once(askers).await {
            answer.unwrap();
        }
        assert_eq!(entries(&place).await, before + 60);
        prove(&place).await;
    }
}
