//! Lots (生产批次): their reports, and their recall in one action.

use std::collections::BTreeMap;

use super::desk::{Call, Desk, subject};
use super::{ServiceError, seen};
use crate::domain::access::Scope;
use crate::domain::event::{EventKind, RangeEvent, Withdrawal};
use crate::domain::ledger::entry::{
    Entry, LotEntered, LotRecalled, LotReported, LotRestored, Marks,
};
use crate::domain::licensee::LicenseeNumber;
use crate::domain::lot::{Lot, LotNumber, NewLot, TestReport, TestResult};
use crate::domain::mark::{BatchNumber, IndexRange};
use crate::domain::refusal::Refusal;
use crate::domain::said::said;
use crate::domain::season::Season;
use crate::domain::segments::{joined, standings};
use crate::domain::text::Line;
use crate::store::{Store, event, register};

/// Enters a lot.
///
/// # Errors
/// If its licensee's right is not in force, it does not make the form, another lot of the season has the code, or something
/// about the lot cannot be.
pub async fn enter(store: &Store, call: &Call, new: NewLot) -> Result<Lot, ServiceError> {
    let mut desk = Desk::open(store, call).await?;
    let is_same = |entry: &Entry| matches!(entry, Entry::LotEntered(body) if body.new == new);
    if let Some(earlier) = desk.repeated(is_same)? {
        let number = subject(&earlier, |subjects| subjects.lot)?;
        desk.load_lot(number).await?;
        return Ok(desk.books.lot(number)?.clone());
    }
    desk.load_licensee(new.licensee).await?;
    let label = &new.public;
    let same = register::lots_coded(&mut desk.tx, new.licensee, label.season, &label.code).await?;
    for other in same {
        desk.books.shelve_lot(other);
    }
    let lot = register::next_lot(&mut desk.tx).await?;
    desk.enter(LotEntered { lot, new })?;
    finish(desk, lot).await
}

/// Files a report of a lot. A failed one recalls the lot at once, with all marks that were activated for it.
///
/// # Errors
/// If there is no such lot, or the report is filed already or cannot be.
pub async fn report(
    store: &Store,
    call: &Call,
    lot: LotNumber,
    report: TestReport,
) -> Result<Lot, ServiceError> {
    let mut desk = Desk::open(store, call).await?;
    desk.load_lot(lot).await?;
    let has_failed = report.result == TestResult::Failed;
    let number = report.number.clone();
    let entry = Entry::from(LotReported { lot, report });
    if desk.repeated(|earlier| *earlier == entry)?.is_some() {
        return Ok(desk.books.lot(lot)?.clone());
    }
    desk.enter(entry)?;
    if has_failed && desk.books.lot(lot)?.recalled.is_none() {
        let reason = Line::new("reason", "检验不合格").map_err(super::text_refused)?;
        recall_at(&mut desk, lot, reason, Some(number)).await?;
    }
    finish(desk, lot).await
}

/// Recalls a lot, with all marks that were activated for it: one action, effective at once.
///
/// # Errors
/// If there is no such lot, or it is recalled already.
pub async fn recall(
    store: &Store,
    call: &Call,
    lot: LotNumber,
    reason: Line,
    document: Option<Line>,
) -> Result<Lot, ServiceError> {
    let mut desk = Desk::open(store, call).await?;
    desk.load_lot(lot).await?;
    let entry = Entry::from(LotRecalled {
        lot,
        reason: reason.clone(),
        document: document.clone(),
    });
    if desk.repeated(|earlier| *earlier == entry)?.is_some() {
        return Ok(desk.books.lot(lot)?.clone());
    }
    recall_at(&mut desk, lot, reason, document).await?;
    finish(desk, lot).await
}

/// Takes the recall of a lot back, of all marks that are recalled because of it.
///
/// # Errors
/// If the lot is not recalled.
pub async fn restore(
    store: &Store,
    call: &Call,
    lot: LotNumber,
    reason: Line,
    document: Line,
) -> Result<Lot, ServiceError> {
    let mut desk = Desk::open(store, call).await?;
    desk.load_lot(lot).await?;
    let entry = Entry::from(LotRestored {
        lot,
        reason: reason.clone(),
        document: document.clone(),
    });
    if desk.repeated(|earlier| *earlier == entry)?.is_some() {
        return Ok(desk.books.lot(lot)?.clone());
    }
    desk.enter(entry)?;
    let kind = EventKind::Restored(Withdrawal::Recalled);
    enter_for_marks(&mut desk, lot, kind, reason, Some(document)).await?;
    finish(desk, lot).await
}

async fn recall_at(
    desk: &mut Desk,
    lot: LotNumber,
    reason: Line,
    document: Option<Line>,
) -> Result<(), ServiceError> {
    desk.enter(LotRecalled {
        lot,
        reason: reason.clone(),
        document: document.clone(),
    })?;
    let kind = EventKind::Withdrawn(Withdrawal::Recalled);
    enter_for_marks(desk, lot, kind, reason, document).await
}

/// What taking a recall back comes to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Restoring {
    /// Marks that are recalled no more.
    pub marks: u64,
    /// How many of them stay withdrawn for another reason.
    pub still_withdrawn: u64,
}

/// Works out what [`restore`] would come to, by all rules, and writes nothing down.
///
/// # Errors
/// As [`restore`].
pub async fn look_at_restoring(
    store: &Store,
    call: &Call,
    lot: LotNumber,
    reason: Line,
    document: Line,
) -> Result<Restoring, ServiceError> {
    let mut desk = Desk::look(store, call).await?;
    desk.load_lot(lot).await?;
    desk.enter(LotRestored {
        lot,
        reason,
        document,
    })?;
    let kind = EventKind::Restored(Withdrawal::Recalled);
    let mut restoring = Restoring::default();
    for (batch, ranges) in ranges_of(&mut desk, lot).await? {
        let events = desk.load_batch(batch).await?;
        for range in ranges {
            for (part, standing) in standings(range, &events) {
                let is_other = |other: &Withdrawal| {
                    *other != Withdrawal::Recalled && standing.is_withdrawn(*other)
                };
                let marks = u64::from(part.marks());
                if standing.is_changed_by(kind) {
                    restoring.marks += marks;
                    if Withdrawal::ALL.iter().any(is_other) {
                        restoring.still_withdrawn += marks;
                    }
                }
            }
        }
    }
    Ok(restoring)
}

/// The marks that were ever activated for a lot, by batch.
async fn ranges_of(
    desk: &mut Desk,
    lot: LotNumber,
) -> Result<BTreeMap<BatchNumber, Vec<IndexRange>>, ServiceError> {
    let mut of_batch: BTreeMap<BatchNumber, Vec<IndexRange>> = BTreeMap::new();
    for event in event::of_lot(&mut desk.tx, lot).await? {
        of_batch.entry(event.batch).or_default().push(event.range);
    }
    for ranges in of_batch.values_mut() {
        *ranges = joined(std::mem::take(ranges));
    }
    Ok(of_batch)
}

/// Enters an event for all marks of a lot that it changes, one entry a batch.
async fn enter_for_marks(
    desk: &mut Desk,
    lot: LotNumber,
    kind: EventKind,
    reason: Line,
    document: Option<Line>,
) -> Result<(), ServiceError> {
    for (batch, ranges) in ranges_of(desk, lot).await? {
        let events = desk.load_batch(batch).await?;
        let changed = changed_parts(&ranges, &events, kind);
        if !changed.is_empty() {
            let mut marks = Marks::new(batch, kind, changed);
            marks.reason = Some(reason.clone());
            marks.document.clone_from(&document);
            desk.enter(Entry::Marks(marks))?;
        }
    }
    Ok(())
}

fn changed_parts(ranges: &[IndexRange], events: &[RangeEvent], kind: EventKind) -> Vec<IndexRange> {
    let mut changed = Vec::new();
    for range in ranges {
        for (part, standing) in standings(*range, events) {
            if standing.is_changed_by(kind) {
                changed.push(part);
            }
        }
    }
    joined(changed)
}

async fn finish(desk: Desk, number: LotNumber) -> Result<Lot, ServiceError> {
    let lot = desk.books.lot(number)?.clone();
    desk.close().await?;
    Ok(lot)
}

/// The lot of that number.
///
/// # Errors
/// If there is none.
pub async fn get(store: &Store, scope: Scope, number: LotNumber) -> Result<Lot, ServiceError> {
    let found = seen::lot(&mut store.read().await?, scope, number).await?;
    found.ok_or_else(|| unknown(number))
}

/// The refusal of a number that no lot has, or none that the person may see.
pub fn unknown(number: LotNumber) -> ServiceError {
    Refusal::no_such(
        said!("there is no lot {number}", "没有生产批次 {number}"),
        said!(
            "`yuanmark lot list` shows the lots there are",
            "请在生产批次列表中选择"
        ),
    )
    .into()
}

/// The newest lots of a licensee, a season, or all.
///
/// # Errors
/// If the database does not answer.
pub async fn list(
    store: &Store,
    scope: Scope,
    licensee: Option<LicenseeNumber>,
    season: Option<Season>,
    before: Option<LotNumber>,
    limit: u32,
) -> Result<Vec<Lot>, ServiceError> {
    let Some(licensee) = scope.of_licensees(licensee) else {
        return Ok(Vec::new());
    };
    Ok(register::lots(&mut store.read().await?, licensee, season, before, limit).await?)
}
