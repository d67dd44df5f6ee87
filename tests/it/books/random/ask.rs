//! The same thing asked of the services.

use yuanmark::domain::container::ContainerNumber;
use yuanmark::domain::event::EventKind;
use yuanmark::domain::licensee::LicenseeNumber;
use yuanmark::domain::lot::{LotNumber, TestResult};
use yuanmark::domain::mark::BatchNumber;
use yuanmark::domain::order::OrderNumber;
use yuanmark::domain::printer::PrinterNumber;
use yuanmark::domain::transfer::TransferNumber;
use yuanmark::service::containers::Fill;
use yuanmark::service::desk::Call;
use yuanmark::service::issue::Issue;
use yuanmark::service::marks::Which;
use yuanmark::service::{
    ServiceError, containers, corrections, entitlements, issue, licensees, lots, orders, transfers,
};

use super::super::naive::Pocket;
use super::super::{
    DESTROYED, account, change, destruction, new_lot, new_order, new_report, of_lines, step,
};
use super::TODAY;
use super::dice::Op;
use super::world::World;
use crate::support::installation::{Installation, line};

/// Asks the services. Of marks the answer says how many changed, of everything else one.
#[allow(clippy::too_many_lines)] // one call for each thing that can be asked
pub async fn ask(
    place: &Installation,
    world: &World,
    op: &Op,
    by: &Call,
) -> Result<u32, ServiceError> {
    let store = &place.store;
    let key = &place.keys;
    let own = |pocket: Pocket| account(LicenseeNumber(pocket.0), pocket.1);
    match *op {
        Op::Adjust { pocket, marks } => {
            entitlements::adjust(store, by, own(pocket), marks, line("调整"), line("调1"))
                .await
                .map(drop)
        }
        Op::Place { pocket, quantity } => orders::place(
            store,
            by,
            new_order(LicenseeNumber(pocket.0), pocket.1, quantity),
        )
        .await
        .map(drop),
        Op::Approve(order) => orders::approve(store, by, OrderNumber(order), None)
            .await
            .map(drop),
        Op::Reject(order) => orders::reject(store, by, OrderNumber(order), line("有误"))
            .await
            .map(drop),
        Op::Cancel(order) => orders::cancel(store, by, OrderNumber(order), line("停产"))
            .await
            .map(drop),
        Op::Assign { order, printer } => {
            orders::assign(store, by, OrderNumber(order), PrinterNumber(printer))
                .await
                .map(drop)
        }
        Op::Issue(order) => {
            // Nobody repeats an issue here: every request has a name of its own.
            let idempotency_key = by.request.clone().unwrap();
            let new = Issue {
                order: OrderNumber(order),
                has_hidden_codes: false,
                idempotency_key,
                actor: by.by.clone(),
            };
            issue::issue(store, &place.keys, &new, by.at)
                .await
                .map(drop)
        }
        Op::Release(order) => orders::release(store, by, OrderNumber(order), line("收件人"), None)
            .await
            .map(drop),
        Op::Close { order, on_hand } => orders::close(store, by, OrderNumber(order), on_hand)
            .await
            .map(drop),
        Op::Marks {
            event,
            order,
            first,
            last,
            lot,
        } => {
            let lines = format!("{first}-{last}");
            return moved(
                place,
                by,
                event,
                world.batch(order),
                Which::Lines(&lines),
                lot,
            )
            .await;
        }
        Op::Freeze {
            event,
            order,
            first,
            last,
        } => {
            let lines = format!("{first}-{last}");
            return moved(
                place,
                by,
                event,
                world.batch(order),
                Which::Lines(&lines),
                0,
            )
            .await;
        }
        Op::ByContainer {
            event,
            container,
            lot,
        } => {
            let order = world
                .containers
                .get(usize::try_from(container).unwrap() - 1)
                .map_or(0, |container| container.1);
            let numbers = [ContainerNumber(container)];
            return moved(
                place,
                by,
                event,
                world.batch(order),
                Which::Containers(&numbers),
                lot,
            )
            .await;
        }
        Op::Fill {
            kind,
            order,
            first,
            last,
        } => {
            let lines = format!("{first}-{last}");
            let fill = Fill {
                kind,
                batch: Some(world.batch(order)),
                lines: &lines,
                label: None,
            };
            containers::fill(store, key, by, &fill).await.map(drop)
        }
        Op::Lot { pocket, packs } => lots::enter(
            store,
            by,
            new_lot(LicenseeNumber(pocket.0), pocket.1, packs),
        )
        .await
        .map(drop),
        Op::Report {
            lot,
            has_passed,
            ref number,
        } => {
            let result = if has_passed {
                TestResult::Passed
            } else {
                TestResult::Failed
            };
            // Each is a report of its own.
            let number = format!("{number} {}", by.request.clone().unwrap());
            lots::report(
                store,
                by,
                LotNumber(lot),
                new_report(&number, TODAY, result),
            )
            .await
            .map(drop)
        }
        Op::Recall(lot) => lots::recall(store, by, LotNumber(lot), line("抽检"), None)
            .await
            .map(drop),
        Op::Restore(lot) => lots::restore(store, by, LotNumber(lot), line("复检"), line("复1"))
            .await
            .map(drop),
        Op::Propose { from, to, marks } => {
            transfers::propose(store, by, own(from), LicenseeNumber(to), marks, None)
                .await
                .map(drop)
        }
        Op::Confirm {
            transfer,
            licensee,
            person,
        } => {
            let by = Call {
                by: line(person),
                ..by.clone()
            };
            transfers::confirm(
                store,
                &by,
                TransferNumber(transfer),
                LicenseeNumber(licensee),
            )
            .await
            .map(drop)
        }
        Op::Drop(transfer) => transfers::withdraw(store, by, TransferNumber(transfer))
            .await
            .map(drop),
        Op::Carry(pocket) => entitlements::carry_over(store, by, own(pocket))
            .await
            .map(drop),
        Op::TakeBack(entry) => {
            corrections::take_back(store, by, entry, line("录错"), line("更正1"))
                .await
                .map(drop)
        }
        Op::Step {
            licensee,
            step: which,
        } => licensees::take_step(store, by, LicenseeNumber(licensee), step(which, TODAY))
            .await
            .map(drop),
    }
    .map(|()| 1)
}

pub async fn moved(
    place: &Installation,
    by: &Call,
    event: EventKind,
    batch: BatchNumber,
    which: Which<'_>,
    lot: u32,
) -> Result<u32, ServiceError> {
    let mut wanted = of_lines(event, which, batch);
    wanted.lot = (event == EventKind::Activated).then_some(LotNumber(lot));
    if event == DESTROYED {
        wanted.destruction = Some(destruction(TODAY));
    }
    change(place, by, &wanted)
        .await
        .map(|done| u32::try_from(done.marks).unwrap())
}
