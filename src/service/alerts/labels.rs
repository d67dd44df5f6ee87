//! Decided marks as `labels.csv`, from which calibration learns.

use std::fmt::Write as _;

use crate::service::ServiceError;
use crate::service::desk::Call;
use crate::service::trail::{self, Note};
use crate::store::trail::Outcome;
use crate::store::{Store, alert};

/// Every mark of which an alert was decided, with what it was: `mark,truth`. What could not be found out is left out.
/// Returns the table and how many marks stand in it.
///
/// # Errors
/// If the database does not answer.
pub async fn labels(store: &Store) -> Result<(String, u64), ServiceError> {
    let (mut table, mut marks) = ("mark,truth\n".to_owned(), 0);
    for (mark, decision) in alert::decided_marks(&mut store.read().await?).await? {
        if let Some(truth) = decision.truth() {
            _ = writeln!(table, "{}-{},{truth}", mark.batch, mark.index); // writing to a string cannot fail
            marks += 1;
        }
    }
    Ok((table, marks))
}

/// The same, and the audit trail says who took it.
///
/// # Errors
/// If the database does not answer.
pub async fn take_labels(store: &Store, call: &Call) -> Result<(String, u64), ServiceError> {
    let taken = labels(store).await?;
    let note = Note::new("labels-take").about("alerts");
    trail::write_alone(store, &call.origin, call.at, Outcome::Done, note).await?;
    Ok(taken)
}
