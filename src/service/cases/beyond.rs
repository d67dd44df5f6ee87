//! What a case is not about: marks of other batches, and other licensees. They may be meant all the same; then whoever means
//! them says so.

use super::Whole;
use crate::domain::licensee::{Licensee, LicenseeNumber};
use crate::domain::mark::BatchNumber;
use crate::domain::refusal::Refusal;
use crate::domain::said::said;
use crate::domain::text::Line;
use crate::service::ServiceError;
use crate::service::keys::LiveKeys;
use crate::service::marks;
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
    for number in marks::batches_named(keys, lines)? {
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
