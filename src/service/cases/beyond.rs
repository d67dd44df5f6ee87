//! What a case is not about: marks of other batches, others of its own batches, and other licensees. They may be meant all
//! the same; then whoever means them says so.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{Whole, marks_of_batch_alerts};
use crate::domain::alert::Alert;
use crate::domain::licensee::{Licensee, LicenseeNumber};
use crate::domain::mark::{BatchNumber, IndexRange, MarkId};
use crate::domain::refusal::Refusal;
use crate::domain::said::said;
use crate::domain::text::Line;
use crate::service::ServiceError;
use crate::service::keys::LiveKeys;
use crate::service::marks as ledger;
use crate::store::{Store, batch, licensee};

/// The batches that lines name and the case is not about, with whose they are.
///
/// # Errors
/// If there is no line, or the database does not answer.
pub async fn batches(
    store: &Store,
    keys: &LiveKeys,
    whole: &Whole,
    lines: &str,
) -> Result<Vec<(BatchNumber, Line)>, ServiceError> {
    let known = whole.batches();
    let mut tx = store.read().await?;
    let mut beyond = Vec::new();
    for number in ledger::batches_named(keys, lines)? {
        if known.contains(&number) {
            continue;
        }
        // What there is not, the change itself refuses.
        let Some(found) = batch::get(&mut tx, number).await? else {
            continue;
        };
        if let Some(whose) = licensee::get(&mut tx, found.licensee).await? {
            beyond.push((number, whose.name().clone()));
        }
    }
    Ok(beyond)
}

/// How many of the marks of the case's batches no alert and no tip of it is about. An alert that a batch as a whole looks copied is
/// about all of its marks, one that marks were asked about before activation or while withdrawn about these.
///
/// # Errors
/// If the database does not answer.
pub async fn marks(
    store: &Store,
    whole: &Whole,
    ranges: &[(BatchNumber, IndexRange)],
    now: Timestamp,
) -> Result<u64, ServiceError> {
    let known = whole.batches();
    let of_batches = whole.alerts.iter().filter(|alert| alert.mark().is_none());
    let of_batches = of_batches.filter(|alert| alert.kind.states().is_empty());
    let whole_batches: BTreeSet<BatchNumber> = of_batches.map(|one: &Alert| one.batch).collect();
    let mut own: BTreeSet<MarkId> = whole.marks().into_iter().collect();
    own.extend(marks_of_batch_alerts(store, whole, now).await?);
    let partly = ranges
        .iter()
        .filter(|(batch, _)| known.contains(batch) && !whole_batches.contains(batch));
    let foreign = partly.map(|(batch, range)| {
        let own = own.iter().filter(|mark| mark.batch == *batch);
        let own = own.filter(|mark| range.covers(mark.index)).count() as u64;
        u64::from(range.marks()) - own
    });
    Ok(foreign.sum())
}

/// Refuses marks that were not said to be meant.
pub(super) fn refuse_marks(foreign: u64) -> Result<(), Refusal> {
    if foreign == 0 {
        return Ok(());
    }
    Err(Refusal::conflict(
        said!(
            "no alert and no tip of the case is about {foreign} of these marks",
            "其中 {foreign} 枚标志不是案件的预警、线索涉及的标志"
        ),
        said!(
            "look whether they are the right ones; `--beyond` (`beyond` in a request) means them all the same",
            "请核对标志；确需办理的，请按提示确认"
        ),
    ))
}

/// Whether a licensee is none of those whose marks the case is about.
pub fn is_other(known: &[LicenseeNumber], licensee: LicenseeNumber) -> bool {
    !known.contains(&licensee)
}

/// Refuses batches that were not said to be meant.
pub(super) fn refuse_batches(beyond: &[(BatchNumber, Line)]) -> Result<(), Refusal> {
    let Some((batch, whose)) = beyond.first() else {
        return Ok(());
    };
    Err(Refusal::conflict(
        said!(
            "the case is about no mark of batch {batch} of {whose}",
            "案件不涉及{whose}第 {batch} 批的标志"
        ),
        said!(
            "look whether it is the right batch; `--beyond` (`beyond` in a request) means it all the same",
            "请核对标志批；确需办理的，请按提示确认"
        ),
    ))
}

/// Refuses a licensee that was not said to be meant.
pub(super) fn refuse_licensee(known: &[LicenseeNumber], one: &Licensee) -> Result<(), Refusal> {
    if !is_other(known, one.number) {
        return Ok(());
    }
    Err(Refusal::conflict(
        said!(
            "the case is about no mark of licensee {}, {}", one.number, one.name();
            "案件不涉及{}（{}）的标志", one.name(), one.number
        ),
        said!(
            "look whether it is the right one; `--beyond` (`beyond` in a request) means it all the same",
            "请核对合法使用人；确需告知的，请按提示确认"
        ),
    ))
}
