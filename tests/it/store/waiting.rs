//! `store::waiting`, and what it needs of people.

use jiff::SignedDuration;
use yuanmark::domain::access::{Login, Role, Scope, User};
use yuanmark::domain::entitlement::Account;
use yuanmark::domain::form::Form;
use yuanmark::domain::licensee::{
    Licensee, LicenseeNumber, LicenseeState, Pending, Step, StepTaken,
};
use yuanmark::domain::lot::{Lot, LotLabel, LotNumber, NewLot, TestReport, TestResult};
use yuanmark::domain::offer::Offer;
use yuanmark::domain::order::{Order, OrderNumber, OrderState};
use yuanmark::domain::printer::{NewPrinter, Printer, PrinterNumber};
use yuanmark::domain::recipient::Recipient;
use yuanmark::domain::season::Season;
use yuanmark::domain::township::Township;
use yuanmark::domain::transfer::{Transfer, TransferNumber, TransferState};
use yuanmark::domain::uscc::Uscc;
use yuanmark::domain::whereabouts::{Counts, Whereabouts};
use yuanmark::store::user::Credentials;
use yuanmark::store::waiting::{self, Orders};
use yuanmark::store::{Tx, kept, ledger, user};

use super::{a_licensee, add_licensee, add_order, both, entries, noon};
use crate::support::installation::line;

fn this_season() -> Season {
    Season::new(2026).unwrap()
}

async fn add_printer(tx: &mut Tx) -> PrinterNumber {
    let printer = Printer {
        number: PrinterNumber(1),
        particulars: NewPrinter {
            name: line("虚构彩印有限公司"),
            uscc: Uscc::new("51430981MJJTEXT52T").unwrap(),
            licence: line("印证字001号"),
        },
        added_at: noon(),
        ended: None,
        recipient: None,
    };
    kept::save(tx, &printer).await.unwrap();
    printer.number
}

/// A pack that was taken, and is asked for again.
fn asked_again() -> Offer {
    let key = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";
    let until = noon() + SignedDuration::from_hours(1);
    let mut offer = Offer::new(&Recipient::new(key).unwrap(), until, noon()).unwrap();
    offer.take(1, noon()).unwrap();
    offer.ask(&line("李华"), &line("硬盘损坏"), noon()).unwrap();
    offer
}

/// State, printer, where its labels are, year, and what it waits for.
type Way = (
    OrderState,
    Option<PrinterNumber>,
    Whereabouts,
    u16,
    &'static [Orders],
);

#[tokio::test]
async fn every_order_waits_for_what_it_waits_for() {
    use OrderState as S;
    use Whereabouts as W;
    for (_database, store) in both().await {
        let mut tx = store.write().await.unwrap();
        let licensee = add_licensee(&mut tx, 0).await.unwrap();
        let press = Some(add_printer(&mut tx).await);
        // State, printer, where its ten labels are, year, and what it waits for.
        let ways: [Way; 15] = [
            (S::Placed, None, W::Unreported, 2026, &[Orders::ToApprove]),
            (S::Approved, None, W::Unreported, 2026, &[Orders::ToAssign]),
            (S::Issued, None, W::Unreported, 2026, &[Orders::ToAssign]),
            (S::Approved, press, W::Unreported, 2026, &[Orders::ToIssue]),
            (S::Issued, press, W::Unreported, 2026, &[Orders::ToRelease]),
            (S::Released, press, W::Unreported, 2026, &[Orders::ToPrint]),
            (S::Released, press, W::AtPrinter, 2026, &[Orders::ToDeliver]),
            (S::Released, press, W::InTransit, 2026, &[Orders::ToReceive]),
            (S::Released, press, W::Returned, 2026, &[Orders::ToDestroy]),
            (S::Released, press, W::Used, 2026, &[Orders::ToClose]),
            (S::Released, press, W::OnHand, 2026, &[]),
            (S::Released, press, W::OnHand, 2026, &[Orders::ToOpenAgain]),
            (S::Released, press, W::OnHand, 2025, &[Orders::ToClose]),
            (S::Closed, press, W::Used, 2026, &[]),
            (S::Cancelled, None, W::Unreported, 2026, &[]),
        ];
        for (state, printer, place, year, waits) in ways {
            let placed = add_order(&mut tx, licensee, 10).await;
            let mut counts = Counts::unreported(10);
            counts.moved(W::Unreported, place, 10);
            let mut order = Order {
                state,
                printer,
                counts,
                ..placed
            };
            order.placed.season = Season::new(year).unwrap();
            order.offer = waits.contains(&Orders::ToOpenAgain).then(asked_again);
            kept::save(&mut tx, &order).await.unwrap();
        }
        for which in Orders::ALL {
            let should: Vec<u32> = ways
                .iter()
                .zip(1..)
                .filter(|((.., waits), _)| waits.contains(&which))
                .map(|(_, number)| number)
                .collect();
            assert!(!should.is_empty(), "{which:?}");
            let found = waiting::orders(&mut tx, which, Scope::All, this_season(), 9)
                .await
                .unwrap();
            let numbers: Vec<u32> = found.oldest.iter().map(|order| order.number.0).collect();
            assert_eq!(
                (&numbers, found.all),
                (&should, should.len() as u64),
                "{which:?}"
            );
            for (scope, sees) in [
                (Scope::Licensee(licensee), true),
                (Scope::Licensee(LicenseeNumber(9)), false),
                (Scope::Printer(PrinterNumber(9)), false),
            ] {
                let found = waiting::orders(&mut tx, which, scope, this_season(), 9)
                    .await
                    .unwrap();
                assert_eq!(!found.oldest.is_empty(), sees, "{which:?} {scope:?}");
            }
            let first = waiting::orders(&mut tx, which, Scope::All, this_season(), 1)
                .await
                .unwrap();
            assert_eq!((first.oldest.len(), first.all), (1, should.len() as u64));
        }
        let own = Scope::Printer(PrinterNumber(1));
        let found = waiting::orders(&mut tx, Orders::ToPrint, own, this_season(), 9)
            .await
            .unwrap();
        assert_eq!(found.all, 1);
    }
}

#[tokio::test]
async fn the_last_entry_about_an_order_or_a_season_says_since_when() {
    for (_database, store) in both().await {
        let mut tx = store.write().await.unwrap();
        let hours = jiff::SignedDuration::from_hours;
        let mut all = entries(6);
        let about = [
            ("printed", 1, 2026),
            ("delivered", 1, 2026),
            ("printed", 1, 2025),
            ("printed", 2, 2026),
            ("received", 1, 2026),
            ("printed", 3, 2026),
        ];
        for (hour, ((entry, _), (kind, order, year))) in (0..).zip(all.iter_mut().zip(about)) {
            entry.kind = kind.to_owned();
            entry.at = noon() + hours(hour);
            entry.subjects.order = Some(OrderNumber(order));
            entry.subjects.licensee = Some(LicenseeNumber(if order == 3 { 2 } else { 1 }));
            entry.subjects.season = Season::new(year);
        }
        ledger::add(&mut tx, &all).await.unwrap();
        let orders = [OrderNumber(1), OrderNumber(2), OrderNumber(9)];
        let found = waiting::last_entries(&mut tx, &orders, &["printed", "spoiled"])
            .await
            .unwrap();
        let mut found: Vec<_> = found.into_iter().collect();
        found.sort_unstable();
        assert_eq!(
            found,
            [
                (OrderNumber(1), noon() + hours(2)),
                (OrderNumber(2), noon() + hours(3))
            ]
        );
        assert!(
            waiting::last_entries(&mut tx, &[], &["printed"])
                .await
                .unwrap()
                .is_empty()
        );
        assert!(
            waiting::last_entries(&mut tx, &orders, &[])
                .await
                .unwrap()
                .is_empty()
        );
    }
}

#[tokio::test]
async fn licensees_wait_by_state_pending_step_and_attention() {
    for (_database, store) in both().await {
        let mut tx = store.write().await.unwrap();
        let number = LicenseeNumber;
        let since = |day: &str| day.parse().unwrap();
        let exit = StepTaken {
            step: Step::Exit,
            date: since("2026-03-01"),
            ground: line("演示"),
            document: Some(line("文号1")),
            due: None,
            marks_good_until: None,
        };
        let applied = |place: usize, day: &str| Licensee {
            state: LicenseeState::Applied,
            state_since: since(day),
            in_force_since: None,
            ..a_licensee(number(u16::try_from(place).unwrap() + 1), place)
        };
        let correcting = Licensee {
            state: LicenseeState::Correcting,
            correction_due: Some(since("2026-03-31")),
            ..a_licensee(number(3), 2)
        };
        let pending = Licensee {
            pending: Some(Pending {
                step: exit,
                by: line("科长"),
                at: noon(),
            }),
            ..a_licensee(number(4), 3)
        };
        for one in [
            applied(0, "2026-03-02"),
            applied(1, "2026-03-01"),
            correcting,
            pending,
        ] {
            kept::save(&mut tx, &one).await.unwrap();
        }
        let numbers = |found: waiting::Found<Licensee>| {
            let numbers: Vec<u16> = found.oldest.iter().map(|one| one.number.0).collect();
            (numbers, found.all)
        };
        let applied = LicenseeState::Applied;
        assert_eq!(
            numbers(waiting::licensees(&mut tx, applied, 9).await.unwrap()),
            (vec![2, 1], 2)
        );
        assert_eq!(
            numbers(waiting::licensees(&mut tx, applied, 1).await.unwrap()),
            (vec![2], 2)
        );
        assert_eq!(
            numbers(waiting::pending(&mut tx, 9).await.unwrap()),
            (vec![4], 1)
        );
        for (day, state, found) in [
            ("2026-03-31", None, vec![]),
            ("2026-04-01", None, vec![3]),
            ("2026-04-01", Some(LicenseeState::Correcting), vec![3]),
            ("2026-04-01", Some(LicenseeState::Active), vec![]),
        ] {
            let all = found.len() as u64;
            let is = waiting::needing_attention(&mut tx, since(day), state, 9)
                .await
                .unwrap();
            assert_eq!(numbers(is), (found, all), "{day}");
        }
        let names = waiting::names(&mut tx, &[number(1), number(4), number(9)])
            .await
            .unwrap();
        assert_eq!(
            (names.len(), names[&number(4)].as_str()),
            (2, "虚构芦笋企业")
        );
        assert!(waiting::names(&mut tx, &[]).await.unwrap().is_empty());
    }
}

fn a_lot(number: u32, licensee: LicenseeNumber) -> Lot {
    let new = NewLot {
        licensee,
        public: LotLabel {
            code: line("L-1"),
            product: line("即食芦笋 120 g"),
            form: Form::ReadyToEat,
            season: this_season(),
            harvested: "2026-04-01".parse().unwrap(),
            township: Township::from_text("006").unwrap(),
            standard: line("示例标准"),
            certificate: None,
        },
        packs: 100,
        steps: Vec::new(),
    };
    Lot::enter(LotNumber(number), &new, &line("clerk"), noon()).unwrap()
}

#[tokio::test]
async fn lots_without_a_report_wait_and_recalled_ones_and_stock_on_hand_are_found() {
    for (_database, store) in both().await {
        let mut tx = store.write().await.unwrap();
        let licensee = add_licensee(&mut tx, 0).await.unwrap();
        let mut tested = a_lot(1, licensee);
        let report = TestReport {
            laboratory: line("虚构检验所"),
            number: line("检1"),
            date: "2026-04-02".parse().unwrap(),
            result: TestResult::Passed,
            file: None,
        };
        tested.report(&report, noon()).unwrap();
        tested.marks = 30;
        for lot in [tested, a_lot(2, licensee), a_lot(3, licensee)] {
            kept::save(&mut tx, &lot).await.unwrap();
        }
        let found = waiting::lots_without_report(&mut tx, 1).await.unwrap();
        assert_eq!(
            (found.oldest[0].number, found.oldest.len(), found.all),
            (LotNumber(2), 1, 2)
        );

        // Recalled, with marks that are still out.
        for (number, marks) in [(4, 7), (5, 0)] {
            let mut lot = a_lot(number, licensee);
            lot.recalled = Some(line("抽检"));
            lot.marks = marks;
            kept::save(&mut tx, &lot).await.unwrap();
        }
        let found = waiting::recalled_lots(&mut tx, licensee, 9).await.unwrap();
        assert_eq!((found.oldest[0].number, found.all), (LotNumber(4), 1));
        let nobody = LicenseeNumber(9);
        let found = waiting::recalled_lots(&mut tx, nobody, 9).await.unwrap();
        assert_eq!(found.all, 0);

        let mut stocked = Vec::new();
        for (on_hand, used) in [(5, 2), (0, 20), (4, 0)] {
            let placed = add_order(&mut tx, licensee, 100).await;
            let mut counts = Counts::unreported(100);
            counts.moved(Whereabouts::Unreported, Whereabouts::OnHand, on_hand);
            counts.moved(Whereabouts::Unreported, Whereabouts::Used, used);
            let order = Order { counts, ..placed };
            kept::save(&mut tx, &order).await.unwrap();
            stocked.extend((on_hand > 0).then_some(order));
        }
        let found = waiting::on_hand(&mut tx, licensee, 9).await.unwrap();
        assert_eq!(found, stocked);
        assert_eq!(waiting::on_hand(&mut tx, nobody, 9).await.unwrap(), []);
    }
}

#[tokio::test]
async fn a_transfer_waits_for_each_side_that_has_not_confirmed_it() {
    for (_database, store) in both().await {
        let mut tx = store.write().await.unwrap();
        let one = add_licensee(&mut tx, 0).await.unwrap();
        let other = add_licensee(&mut tx, 1).await.unwrap();
        let by = |is: bool| is.then(|| line("员工甲"));
        for (number, state, giver, receiver) in [
            (1, TransferState::Proposed, false, false),
            (2, TransferState::Proposed, true, false),
            (3, TransferState::Proposed, false, true),
            (4, TransferState::Done, true, true),
            (5, TransferState::Dropped, false, false),
        ] {
            let transfer = Transfer {
                number: TransferNumber(number),
                from: Account {
                    licensee: one,
                    season: this_season(),
                    form: Form::Canned,
                },
                to: other,
                marks: 5,
                document: None,
                state,
                giver: by(giver),
                receiver: by(receiver),
                at: noon(),
                by: line("员工甲"),
            };
            kept::save(&mut tx, &transfer).await.unwrap();
        }
        for (licensee, waits) in [
            (one, vec![1, 3]),
            (other, vec![1, 2]),
            (LicenseeNumber(9), vec![]),
        ] {
            let found = waiting::transfers(&mut tx, licensee, 9).await.unwrap();
            let numbers: Vec<u32> = found.iter().map(|transfer| transfer.number.0).collect();
            assert_eq!(numbers, waits, "{licensee}");
        }
    }
}

#[tokio::test]
async fn accounts_that_were_never_set_up_are_found() {
    for (_database, store) in both().await {
        let mut tx = store.write().await.unwrap();
        // Name, role, whether the password is for once, whether there is a second factor, whether it is disabled.
        let people = [
            ("ready", Role::Registrar, false, false, false),
            ("for.once", Role::Registrar, true, false, false),
            ("no.factor", Role::Approver, false, false, false),
            ("with.factor", Role::Approver, false, true, false),
            ("gone", Role::Approver, true, false, true),
        ];
        for (login, role, for_once, has_factor, is_disabled) in people {
            let person = User {
                number: user::next_number(&mut tx).await.unwrap(),
                login: Login::new(login).unwrap(),
                name: line("虚构人"),
                role,
                scope: Scope::All,
                is_disabled,
            };
            user::add(&mut tx, &person, "$argon2id$", for_once, noon())
                .await
                .unwrap();
            let credentials = Credentials {
                password: "$argon2id$".to_owned(),
                must_change_password: for_once,
                factor_salt: has_factor.then_some([1; 16]),
                factor_step: None,
                new_factor_salt: None,
            };
            user::set_credentials(&mut tx, person.number, &credentials)
                .await
                .unwrap();
            user::change(&mut tx, &person).await.unwrap();
        }
        let found = user::not_set_up(&mut tx, 9).await.unwrap();
        let logins: Vec<&str> = found.iter().map(|(user, _)| user.login.as_str()).collect();
        assert_eq!(logins, ["for.once", "no.factor"]);
        assert!(found.iter().all(|(_, made_at)| *made_at == noon()));
        assert_eq!(user::not_set_up(&mut tx, 1).await.unwrap().len(), 1);
    }
}
