//! Corrections (更正): entries too. What was entered in error is taken back by an entry of its own, or explained by one.

use super::ServiceError;
use super::desk::{Call, Desk};
use crate::domain::access::Scope;
use crate::domain::event::{EventKind, Slip};
use crate::domain::ledger::chain::{EntryNumber, StoredEntry};
use crate::domain::ledger::entry::{self, Adjusted, Entry, Marks, Noted};
use crate::domain::refusal::Refusal;
use crate::domain::said::said;
use crate::domain::text::Line;
use crate::store::{Store, ledger};

/// Takes an entry back: an adjustment of an entitlement, or that marks were printed, sent or used. Every mark must still
/// be where the entry put it.
///
/// # Errors
/// If there is no such entry, it cannot be taken back, was taken back before, or something came after it.
pub async fn take_back(
    store: &Store,
    call: &Call,
    number: EntryNumber,
    reason: Line,
    document: Line,
) -> Result<EntryNumber, ServiceError> {
    let mut desk = Desk::open(store, call).await?;
    let is_same = |entry: &Entry| {
        let says = match entry {
            Entry::Adjusted(body) => (Some(&body.reason), Some(&body.document)),
            Entry::Marks(body) => (body.reason.as_ref(), body.document.as_ref()),
            _ => return false,
        };
        entry.corrects() == Some(number) && says == (Some(&reason), Some(&document))
    };
    if let Some(earlier) = desk.repeated(is_same)? {
        return Ok(earlier.number);
    }
    let stored = seen(&mut desk, number).await?;
    if ledger::is_corrected(&mut desk.tx, number).await? {
        desk.books.mark_corrected(number);
    }
    let correction = match Entry::read(&stored.kind, &stored.body) {
        Some(Entry::Adjusted(body)) => {
            let account = body.account;
            desk.load_entitlements(account.licensee, account.season)
                .await?;
            Entry::Adjusted(Adjusted {
                marks: -body.marks,
                reason,
                document,
                corrects: Some(number),
                ..body
            })
        }
        Some(Entry::Marks(body)) => {
            let slip = slip_of(body.event).ok_or_else(|| stays(&stored))?;
            desk.load_batch(body.batch).await?;
            Entry::Marks(Marks {
                reason: Some(reason),
                document: Some(document),
                corrects: Some(number),
                ..Marks::new(body.batch, EventKind::Undone(slip), body.ranges)
            })
        }
        _ => return Err(stays(&stored).into()),
    };
    let written = desk.enter(correction)?;
    desk.close().await?;
    Ok(written)
}

/// Whether an entry is of a kind that can be taken back; whether it still can, its marks say.
pub fn can_be_taken_back(stored: &StoredEntry) -> bool {
    match Entry::read(&stored.kind, &stored.body) {
        Some(Entry::Adjusted(body)) => body.corrects.is_none(),
        Some(Entry::Marks(body)) => slip_of(body.event).is_some(),
        _ => false,
    }
}

const fn slip_of(event: EventKind) -> Option<Slip> {
    match event {
        EventKind::Printed => Some(Slip::Printed),
        EventKind::Delivered => Some(Slip::Delivered),
        EventKind::Used => Some(Slip::Used),
        _ => None,
    }
}

fn stays(stored: &StoredEntry) -> Refusal {
    Refusal::conflict(
        said!(
            "entry {} is {} and cannot be taken back", stored.number, stored.kind;
            "台账第 {} 条是“{}”，不能更正", stored.number, entry::chinese(&stored.kind)
        ),
        said!(
            "adjustments and what was reported printed, sent or used can be; anything else is explained by a note, or \
         followed by the step that mends it",
            "可以更正的有额度调整，以及印制、发放、使用的登记；其他事项请附更正说明，或办理相应的后续事项"
        ),
    )
}

/// Writes a remark on an entry.
///
/// # Errors
/// If there is no such entry.
pub async fn note(
    store: &Store,
    call: &Call,
    entry: EntryNumber,
    text: Line,
) -> Result<EntryNumber, ServiceError> {
    let mut desk = Desk::open(store, call).await?;
    let remark = Entry::from(Noted { entry, text });
    if let Some(earlier) = desk.repeated(|earlier| *earlier == remark)? {
        return Ok(earlier.number);
    }
    if desk.scope() != Scope::All {
        seen(&mut desk, entry).await?;
    }
    let written = desk.enter(remark)?;
    desk.close().await?;
    Ok(written)
}

/// The entry of that number, if the person may see it.
async fn seen(desk: &mut Desk, number: EntryNumber) -> Result<StoredEntry, ServiceError> {
    let scope = desk.scope();
    let found = ledger::get(&mut desk.tx, number).await?;
    let found = found.filter(|stored| scope.sees_entry(&stored.subjects));
    found.ok_or_else(|| super::ledger::unknown(number))
}
