//! What waits for whom, as things go their way.

use yuanmark::domain::access::{Role, Scope};
use yuanmark::domain::deadline::{Left, Matter};
use yuanmark::domain::event::EventKind;
use yuanmark::domain::licensee::{LicenseeNumber, Step};
use yuanmark::domain::lot::TestResult;
use yuanmark::domain::mark::BatchNumber;
use yuanmark::domain::order::{Order, OrderNumber};
use yuanmark::service::issue::{self, Issue};
use yuanmark::service::waiting::{About, Gathered, Waiting, gather, matters_of};
use yuanmark::service::{licensees, lots, orders, transfers};

use super::{
    DESTROYED, FROZEN, RETURNED, account, applicant, destruction, new_lot, new_order, new_report,
    of_lines, on, step,
};
use crate::support::installation::{Installation, call, line};
use yuanmark::domain::event::Withdrawal;
use yuanmark::service::marks::Which;

/// What waits for a role on a day, as kind and thing.
async fn waits(place: &Installation, role: Role, scope: Scope, day: &str) -> Vec<(Matter, About)> {
    let found = gather(&place.store, role, scope, on(day)).await.unwrap();
    found
        .things
        .iter()
        .map(|one| (one.matter, one.about))
        .collect()
}

async fn all_of(place: &Installation, role: Role, day: &str) -> Gathered {
    gather(&place.store, role, Scope::All, on(day))
        .await
        .unwrap()
}

/// The one thing that waits.
fn only(gathered: Gathered) -> Waiting {
    assert_eq!(gathered.things.len(), 1, "{gathered:?}");
    gathered.things.into_iter().next().unwrap()
}

#[tokio::test]
async fn an_application_waits_for_one_after_the_other() {
    for place in Installation::both().await {
        let store = &place.store;
        let by = |day| call("科员", on(day));
        let new = licensees::enter(store, &by("2025-10-09"), applicant(0))
            .await
            .unwrap();
        let about = About::Licensee(new.number);
        let waiting = only(all_of(&place, Role::Registrar, "2025-10-09").await);
        assert_eq!(
            (waiting.matter, waiting.about),
            (Matter::FirstReview, about)
        );
        // Ten working days from 8 October 2025, with the Saturday 11 October worked.
        assert_eq!(waiting.since.to_string(), "2025-10-08");
        assert_eq!(waiting.deadline.due.to_string(), "2025-10-21");
        assert_eq!(
            waiting.deadline.left("2025-10-23".parse().unwrap()),
            Left::Over(2)
        );
        for (taken, day, role, matter) in [
            (
                Step::Review,
                "2025-10-20",
                Role::Approver,
                Some(Matter::Approval),
            ),
            (
                Step::Approve,
                "2025-12-01",
                Role::Approver,
                Some(Matter::Admission),
            ),
            (Step::Admit, "2026-01-05", Role::Approver, None),
        ] {
            licensees::take_step(store, &by(day), new.number, step(taken, day))
                .await
                .unwrap();
            let found = waits(&place, role, Scope::All, day).await;
            assert_eq!(
                found,
                matter
                    .map(|matter| (matter, about))
                    .into_iter()
                    .collect::<Vec<_>>()
            );
            assert_eq!(waits(&place, Role::Registrar, Scope::All, day).await, []);
        }

        let correct = step(Step::OrderCorrection, "2026-03-02");
        licensees::take_step(store, &by("2026-03-02"), new.number, correct)
            .await
            .unwrap();
        assert_eq!(
            waits(&place, Role::Approver, Scope::All, "2026-03-02").await,
            []
        );
        let overdue = only(all_of(&place, Role::Approver, "2026-03-04").await);
        assert_eq!((overdue.matter, overdue.about), (Matter::Correction, about));
        assert_eq!(
            overdue.deadline.due.to_string(),
            "2026-03-02",
            "the day the order names"
        );

        let exit = step(Step::Exit, "2026-03-05");
        licensees::propose_step(store, &by("2026-03-05"), new.number, exit)
            .await
            .unwrap();
        assert_eq!(
            waits(&place, Role::Approver, Scope::All, "2026-03-05").await,
            []
        );
        let second = only(all_of(&place, Role::SecondApprover, "2026-03-05").await);
        assert_eq!((second.matter, second.about), (Matter::SecondPerson, about));
        let late = only(all_of(&place, Role::Auditor, "2026-04-30").await);
        assert_eq!(
            late.matter,
            Matter::SecondPerson,
            "an auditor is told what is late"
        );
        assert_eq!(
            waits(&place, Role::Auditor, Scope::All, "2026-03-05").await,
            []
        );
        let confirm = call("局长", on("2026-03-06"));
        licensees::confirm_step(store, &confirm, new.number)
            .await
            .unwrap();
        assert_eq!(
            waits(&place, Role::SecondApprover, Scope::All, "2026-03-06").await,
            []
        );
    }
}

struct Way<'a> {
    place: &'a Installation,
    licensee: LicenseeNumber,
    printer: Scope,
    order: OrderNumber,
}

impl Way<'_> {
    /// What waits for everybody, by role, on a day.
    async fn waits(&self, day: &str) -> Vec<(Role, Matter)> {
        let mut all = Vec::new();
        for role in Role::ALL {
            let scope = match role {
                Role::Licensee => Scope::Licensee(self.licensee),
                Role::Printer => self.printer,
                Role::Auditor => continue, // told only what is late
                _ => Scope::All,
            };
            let found = waits(self.place, *role, scope, day).await;
            for (matter, about) in found {
                assert!(
                    about == About::Order(self.order)
                        || matches!(about, About::Lot(_) | About::Batch(_)),
                    "{matter:?} {about:?}"
                );
                all.push((*role, matter));
            }
        }
        all
    }

    async fn is_so(&self, day: &str, should: &[(Role, Matter)]) {
        assert_eq!(self.waits(day).await, should, "{day}");
    }

    async fn change(&self, batch: BatchNumber, event: EventKind, lines: &str, day: &str) {
        let mut change = of_lines(event, Which::Lines(lines), batch);
        if event == DESTROYED {
            change.destruction = Some(destruction(day));
        }
        if event == EventKind::Activated {
            let own = lots::list(
                &self.place.store,
                Scope::All,
                Some(self.licensee),
                None,
                None,
                1,
            )
            .await
            .unwrap();
            change.lot = Some(own[0].number);
        }
        super::change(self.place, &call("经办人", on(day)), &change)
            .await
            .unwrap();
    }
}

#[tokio::test]
#[allow(clippy::too_many_lines)] // one order's way, step by step
async fn an_order_waits_for_one_after_the_other() {
    use Matter as M;
    use Role::{Approver, Inspector, Licensee, Printer, Registrar};
    for place in Installation::both().await {
        let store = &place.store;
        let by = |day| call("科员", on(day));
        let licensee = place.licensee(0).await.number;
        let printer = place.printer().await.number;
        // Gives the entitlement.
        let own = licensees::get(store, Scope::All, licensee).await.unwrap();
        let spare = place.order(&own, 1).await;
        orders::cancel(store, &by("2026-04-02"), spare.number, line("演示"))
            .await
            .unwrap();

        let Order { number: order, .. } =
            orders::place(store, &by("2026-04-07"), new_order(licensee, 2026, 10))
                .await
                .unwrap();
        let way = Way {
            place: &place,
            licensee,
            printer: Scope::Printer(printer),
            order,
        };
        way.is_so("2026-04-07", &[(Approver, M::OrderApproval)])
            .await;
        orders::approve(store, &by("2026-04-08"), order, None)
            .await
            .unwrap();
        way.is_so("2026-04-08", &[(Registrar, M::OrderPrinter)])
            .await;
        orders::assign(store, &by("2026-04-09"), order, printer)
            .await
            .unwrap();
        way.is_so("2026-04-09", &[(Registrar, M::OrderIssue)]).await;
        let new = Issue {
            order,
            has_hidden_codes: false,
            idempotency_key: line("一"),
            actor: line("制码员"),
        };
        let batch = issue::issue(store, &place.keys, &new, on("2026-04-10"))
            .await
            .unwrap()
            .batch
            .number;
        way.is_so("2026-04-10", &[(Registrar, M::OrderRelease)])
            .await;
        let waiting = only(all_of(&place, Registrar, "2026-04-10").await);
        assert_eq!(
            waiting.since.to_string(),
            "2026-04-10",
            "since its codes were made"
        );
        assert_eq!(waiting.whose, Some((licensee, own.name().to_string())));

        orders::release(store, &by("2026-04-13"), order, line("收件人"), None)
            .await
            .unwrap();
        way.is_so("2026-04-13", &[(Printer, M::PrintReport)]).await;
        way.change(batch, EventKind::Printed, "0-7", "2026-04-14")
            .await;
        way.is_so(
            "2026-04-14",
            &[(Printer, M::PrintReport), (Printer, M::Delivery)],
        )
        .await;
        way.change(
            batch,
            EventKind::Withdrawn(Withdrawal::Spoiled),
            "8-9",
            "2026-04-14",
        )
        .await;
        way.is_so(
            "2026-04-14",
            &[(Registrar, M::Destruction), (Printer, M::Delivery)],
        )
        .await;
        way.change(batch, DESTROYED, "8-9", "2026-04-15").await;
        way.change(batch, EventKind::Delivered, "0-7", "2026-04-15")
            .await;
        way.is_so("2026-04-15", &[(Licensee, M::Receipt)]).await;
        let receipt = gather(store, Licensee, Scope::Licensee(licensee), on("2026-04-15"))
            .await
            .unwrap();
        assert_eq!(only(receipt).marks, Some(8));
        way.change(batch, EventKind::Received, "0-7", "2026-04-16")
            .await;
        way.is_so("2026-04-16", &[(Licensee, M::Activation)]).await;
        let lot = lots::enter(store, &by("2026-04-17"), new_lot(licensee, 2026, 8))
            .await
            .unwrap()
            .number;
        way.is_so(
            "2026-04-17",
            &[(Registrar, M::LotReport), (Licensee, M::Activation)],
        )
        .await;
        let passed = new_report("检1", "2026-04-17", TestResult::Passed);
        lots::report(store, &by("2026-04-17"), lot, passed)
            .await
            .unwrap();
        way.change(batch, EventKind::Activated, "0-6", "2026-04-20")
            .await;
        way.is_so(
            "2026-04-20",
            &[(Licensee, M::Activation), (Licensee, M::Use)],
        )
        .await;
        way.change(batch, EventKind::Used, "0-6", "2026-04-21")
            .await;
        way.is_so("2026-04-21", &[(Licensee, M::Activation)]).await;
        way.change(batch, RETURNED, "7", "2026-04-22").await;
        way.is_so("2026-04-22", &[(Registrar, M::Destruction)])
            .await;
        way.change(batch, DESTROYED, "7", "2026-04-23").await;
        way.is_so("2026-04-23", &[(Registrar, M::OrderClosing)])
            .await;

        way.change(batch, FROZEN, "2-5", "2026-04-24").await;
        let frozen = [
            (Approver, M::Frozen),
            (Registrar, M::OrderClosing),
            (Inspector, M::Frozen),
        ];
        way.is_so("2026-04-24", &frozen).await;
        way.change(
            batch,
            EventKind::Restored(Withdrawal::Frozen),
            "3-4",
            "2026-04-25",
        )
        .await;
        let still = only(all_of(&place, Inspector, "2026-04-25").await);
        assert_eq!((still.marks, still.about), (Some(2), About::Batch(batch)));
        way.change(
            batch,
            EventKind::Restored(Withdrawal::Frozen),
            "2\n5",
            "2026-04-26",
        )
        .await;
        way.is_so("2026-04-26", &[(Registrar, M::OrderClosing)])
            .await;
        orders::close(store, &by("2026-04-27"), order, 0)
            .await
            .unwrap();
        way.is_so("2026-04-27", &[]).await;
    }
}

#[tokio::test]
async fn what_is_on_hand_of_a_past_season_is_closed_and_of_this_one_is_not() {
    for place in Installation::both().await {
        place.batch(10).await;
        let closing = async |day: &str| {
            let found = waits(&place, Role::Registrar, Scope::All, day).await;
            found
                .iter()
                .any(|(matter, _)| *matter == Matter::OrderClosing)
        };
        assert!(!closing("2026-12-31").await);
        assert!(closing("2027-01-04").await);
    }
}

#[tokio::test]
async fn what_is_withdrawn_is_not_to_be_used_and_a_recalled_lot_is_told() {
    for place in Installation::both().await {
        let store = &place.store;
        let batch = place.batch(100).await;
        let now = on("2026-04-20");
        let change = async |kind, lines: &str| {
            place.change(&batch, kind, lines, now).await.unwrap();
        };
        let told = async || {
            let scope = Scope::Licensee(batch.licensee);
            let found = gather(store, Role::Licensee, scope, now).await.unwrap();
            let things = found.things.into_iter();
            let mut told: Vec<_> = things
                .map(|one| (one.matter, one.about, one.marks))
                .collect();
            told.sort_unstable_by_key(|one| one.0);
            told
        };
        let own = About::Order(batch.order);
        // Used without ever being activated: no other mark is accounted for by that.
        change(EventKind::Used, "90-99").await;
        change(EventKind::Activated, "0-49").await;
        assert_eq!(
            told().await,
            [
                (Matter::Activation, own, Some(40)),
                (Matter::Use, own, Some(50))
            ]
        );
        change(FROZEN, "0-9").await;
        change(EventKind::Withdrawn(Withdrawal::Revoked), "50-54").await;
        change(EventKind::Used, "10-19").await;
        assert_eq!(
            told().await,
            [
                (Matter::Activation, own, Some(35)),
                (Matter::Use, own, Some(30))
            ]
        );
        let lot = place.lot(&batch, now).await;
        lots::recall(store, &call("科长", now), lot, line("抽检"), None)
            .await
            .unwrap();
        let recalled = (Matter::Recall, About::Lot(lot), Some(50));
        assert_eq!(
            told().await,
            [(Matter::Activation, own, Some(35)), recalled]
        );
        change(RETURNED, "20-49").await;
        let recalled = (Matter::Recall, About::Lot(lot), Some(20));
        assert_eq!(
            told().await,
            [(Matter::Activation, own, Some(35)), recalled]
        );
        lots::restore(store, &call("科长", now), lot, line("复检"), line("决定2"))
            .await
            .unwrap();
        assert_eq!(
            told().await,
            [(Matter::Activation, own, Some(35))],
            "the rest is frozen"
        );
    }
}

#[tokio::test]
async fn everybody_is_told_their_own_and_the_oldest_first() {
    for place in Installation::both().await {
        let store = &place.store;
        let [one, other] = [place.licensee(0).await, place.licensee(1).await];
        let mut orders = Vec::new();
        for licensee in [&one, &other] {
            let order = place.order(licensee, 10).await;
            orders.push(order.number);
            let key = licensee.number.to_string();
            let batch = place.issue(&order, &key).await.unwrap().batch;
            place.deliver(&batch).await;
        }
        let own = |licensee| {
            waits(
                &place,
                Role::Licensee,
                Scope::Licensee(licensee),
                "2026-04-03",
            )
        };
        for (licensee, order) in [one.number, other.number].into_iter().zip(orders) {
            let about = About::Order(order);
            assert_eq!(own(licensee).await, [(Matter::Activation, about)]);
        }
        // A transfer waits for both, then for the one who has not confirmed it.
        let by = call("员工甲", on("2026-04-03"));
        let from = account(one.number, 2026);
        let transfer = transfers::propose(store, &by, from, other.number, 5, None)
            .await
            .unwrap()
            .number;
        let about = (Matter::Transfer, About::Transfer(transfer));
        assert!(own(one.number).await.contains(&about) && own(other.number).await.contains(&about));
        transfers::confirm(store, &by, transfer, one.number)
            .await
            .unwrap();
        assert!(
            !own(one.number).await.contains(&about) && own(other.number).await.contains(&about)
        );

        // Placed later and earlier, of both: the older comes first, whatever its kind.
        for (licensee, day) in [(&one, "2026-04-08"), (&other, "2026-04-07")] {
            let by = call("员工甲", on(day));
            orders::place(store, &by, new_order(licensee.number, 2026, 1))
                .await
                .unwrap();
        }
        let found = all_of(&place, Role::Approver, "2026-04-09").await;
        let days: Vec<String> = found
            .things
            .iter()
            .map(|one| one.since.to_string())
            .collect();
        assert_eq!(days, ["2026-04-07", "2026-04-08"]);
        assert_eq!(found.counts, [(Matter::OrderApproval, 2)]);
        let nobody = Scope::Printer(yuanmark::domain::printer::PrinterNumber(9));
        assert_eq!(waits(&place, Role::Printer, nobody, "2026-04-09").await, []);
    }
}

#[tokio::test]
async fn of_many_the_oldest_are_gathered_and_all_are_counted() {
    let [place, _] = Installation::both().await;
    let licensee = place.licensee(0).await.number;
    for _ in 0..60 {
        let by = call("员工甲", on("2026-04-07"));
        orders::place(&place.store, &by, new_order(licensee, 2026, 1))
            .await
            .unwrap();
    }
    let found = all_of(&place, Role::Approver, "2026-04-09").await;
    assert_eq!(found.things.len(), 50);
    assert_eq!(found.counts, [(Matter::OrderApproval, 60)]);
    assert_eq!(found.things[0].about, About::Order(OrderNumber(1)));
}

#[test]
fn something_can_wait_for_every_role() {
    for role in Role::ALL {
        assert!(!matters_of(*role).is_empty(), "{}", role.slug());
    }
}
