//! A mark's whole life: from its order to the last time somebody asked about it, as far as a person may see it.

use jiff::Timestamp;

use super::keys::LiveKeys;
use super::marks::{self, MarkReport};
use super::verify::{self, Answer, Check};
use super::{ServiceError, seen};
use crate::domain::access::Scope;
use crate::domain::container::{Container, ContainerNumber};
use crate::domain::custody::Passage;
use crate::domain::detection::{Known, Seen};
use crate::domain::event::{EventKind, RangeEvent, Withdrawal};
use crate::domain::input::Input;
use crate::domain::keyring::KeyEntry;
use crate::domain::ledger::chain::{EntryNumber, StoredEntry};
use crate::domain::ledger::entry::{Entry, Marks};
use crate::domain::licensee::{Act, Licensee};
use crate::domain::lot::Lot;
use crate::domain::mark::MarkId;
use crate::domain::order::Order;
use crate::domain::printer::Printer;
use crate::domain::refusal::Refusal;
use crate::domain::said::said;
use crate::domain::serial::Serial;
use crate::domain::state::Standing;
use crate::store::{Store, Tx, evidence, kept, ledger, licensee, register, scan};

/// Queries that are told one by one.
pub const MOST_SCANS: u32 = 50;

/// What happens to an order, and so to all its marks at once.
const ORDER_KINDS: [&str; 8] = [
    "order_placed",
    "order_approved",
    "order_rejected",
    "order_cancelled",
    "printer_assigned",
    "batch_issued",
    "pack_released",
    "order_closed",
];

/// What one person enters about one mark, in the order in which it comes up.
const STEPS: [EventKind; 12] = [
    EventKind::Printed,
    EventKind::Delivered,
    EventKind::Received,
    EventKind::Activated,
    EventKind::Used,
    EventKind::Withdrawn(Withdrawal::Spoiled),
    EventKind::Withdrawn(Withdrawal::Lost),
    EventKind::Withdrawn(Withdrawal::Returned),
    EventKind::Withdrawn(Withdrawal::Destroyed),
    EventKind::Withdrawn(Withdrawal::Frozen),
    EventKind::Restored(Withdrawal::Frozen),
    EventKind::Withdrawn(Withdrawal::Revoked),
];

/// A mark's whole life.
#[derive(Clone, Debug)]
pub struct Life {
    /// The mark now, and what happened to it.
    pub report: MarkReport,
    /// What the public would be told now.
    pub told: Answer,
    /// Its order.
    pub order: Order,
    /// Who may use it.
    pub licensee: Licensee,
    /// Who printed it.
    pub printer: Option<Printer>,
    /// The key that signs its code.
    pub key: Option<KeyEntry>,
    /// The rolls and boxes it is in.
    pub containers: Vec<Container>,
    /// The entries that tell of rolls and boxes that were filled from its order.
    filled: Vec<(ContainerNumber, EntryNumber)>,
    /// The lots it was activated for.
    pub lots: Vec<Lot>,
    /// What happened to its order.
    pub of_order: Vec<StoredEntry>,
    /// What the ledger's entries say of its events besides: who received, which box, which witnesses.
    pub of_marks: Vec<(u64, Marks)>,
    /// Its newest queries, the oldest of them first.
    pub scans: Vec<scan::Scan>,
    /// When and where inspectors checked it.
    pub checked: Vec<Seen>,
}

/// The life of the mark with this serial.
///
/// # Errors
/// If there is no such mark, or it is not theirs to see.
pub async fn of_mark(
    store: &Store,
    keys: &LiveKeys,
    scope: Scope,
    serial: Serial,
    now: Timestamp,
) -> Result<Life, ServiceError> {
    let unknown = || unknown(serial);
    let secret = &keys.secrets.serial;
    let mark = secret.mark(serial).ok_or_else(unknown)?;
    let mut tx = store.read().await?;
    let seen = seen::batch_of_order(&mut tx, scope, mark.batch).await?;
    let (batch, order) = seen.ok_or_else(unknown)?;
    if !batch.count.has(mark.index) {
        return Err(unknown());
    }
    let report = marks::report(store, scope, secret, mark, now).await?;
    let check = Check::look(Some(Input::Serial(serial)));
    let told = verify::answer(store, keys, check, now).await?;
    let licensee = licensee::get(&mut tx, batch.licensee).await?;
    let printer = match order.printer {
        Some(number) => kept::get(&mut tx, number).await?,
        None => None,
    };
    let mut containers =
        register::containers(&mut tx, Scope::All, Some(mark.batch), None, u32::MAX).await?;
    containers.retain(|container| {
        let ranges = &container.filled.ranges;
        ranges.iter().any(|range| range.covers(mark.index))
    });
    let mut scans = scan::newest(&mut tx, mark, MOST_SCANS).await?;
    scans.reverse();
    Ok(Life {
        told,
        licensee: licensee.ok_or_else(unknown)?,
        printer,
        key: keys.ring().get(batch.key).cloned(),
        containers,
        filled: filled_of(&ledger::of_order(&mut tx, order.number, &["container_filled"]).await?),
        lots: lots_of(&mut tx, &report.events).await?,
        of_order: ledger::of_order(&mut tx, order.number, &ORDER_KINDS).await?,
        of_marks: entries_of(&mut tx, &report.events).await?,
        scans,
        checked: checked_of(&mut tx, mark).await?,
        order,
        report,
    })
}

async fn checked_of(tx: &mut Tx, mark: MarkId) -> Result<Vec<Seen>, ServiceError> {
    let known = evidence::of_mark(tx, mark).await?;
    let checked = known
        .into_iter()
        .filter(|(kind, _)| *kind == Known::Inspected);
    Ok(checked.map(|(_, seen)| seen).collect())
}

async fn lots_of(tx: &mut Tx, events: &[RangeEvent]) -> Result<Vec<Lot>, ServiceError> {
    let mut lots: Vec<Lot> = Vec::new();
    for number in events.iter().filter_map(|event| event.lot) {
        if !lots.iter().any(|lot| lot.number == number) {
            lots.extend(kept::get(tx, number).await?);
        }
    }
    Ok(lots)
}

async fn entries_of(tx: &mut Tx, events: &[RangeEvent]) -> Result<Vec<(u64, Marks)>, ServiceError> {
    let mut found = Vec::new();
    for event in events {
        let stored = ledger::get(tx, event.number).await?;
        if let Some(stored) = stored
            && let Some(Entry::Marks(marks)) = Entry::read(&stored.kind, &stored.body)
        {
            found.push((event.number, marks));
        }
    }
    Ok(found)
}

impl Life {
    /// What can be entered about the mark as things stand.
    pub fn steps(&self) -> impl Iterator<Item = EventKind> {
        let standing = Standing::of(&self.report.events);
        STEPS
            .into_iter()
            .filter(move |event| self.can(*event, &standing))
    }

    fn can(&self, event: EventKind, standing: &Standing<&RangeEvent>) -> bool {
        let is_gone = Withdrawal::ALL
            .iter()
            .any(|kind| !kind.can_be_undone() && standing.is_withdrawn(*kind));
        let proceeds = || self.licensee.may(Act::Proceed).is_ok();
        let is_likely = match event {
            EventKind::Delivered => proceeds(),
            EventKind::Activated => proceeds() && !is_gone,
            EventKind::Withdrawn(Withdrawal::Frozen) => !is_gone,
            _ => true,
        };
        if !is_likely {
            return false;
        }
        if event.moves_labels() {
            let after = self.report.label.after(event, None);
            return self.order.may_move_labels().is_ok() && matches!(after, Passage::To(_));
        }
        standing.is_changed_by(event)
    }

    /// The entry that says that a roll or box was filled.
    pub fn entry_of_filling(&self, container: ContainerNumber) -> Option<EntryNumber> {
        let found = self.filled.iter().find(|(number, _)| *number == container);
        found.map(|(_, entry)| *entry)
    }

    /// What the entry of an event says besides.
    pub fn entry_of(&self, event: &RangeEvent) -> Option<&Marks> {
        let found = self
            .of_marks
            .iter()
            .find(|(number, _)| *number == event.number);
        found.map(|(_, marks)| marks)
    }
}

/// Which entry tells of which roll or box.
fn filled_of(entries: &[StoredEntry]) -> Vec<(ContainerNumber, EntryNumber)> {
    let filled =
        entries
            .iter()
            .filter_map(|stored| match Entry::read(&stored.kind, &stored.body) {
                Some(Entry::ContainerFilled(body)) => Some((body.container, stored.number)),
                _ => None,
            });
    filled.collect()
}

/// The refusal of a serial that no mark has, or none that the person may see.
pub fn unknown(serial: Serial) -> ServiceError {
    Refusal::no_such(
        said!("there is no mark {serial}", "没有编号为 {serial} 的标志"),
        said!(
            "compare the serial with the label, character by character",
            "请与标志逐位核对编号"
        ),
    )
    .into()
}
