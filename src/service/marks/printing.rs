//! A printing house's report of a run: what is spoiled, what of that is destroyed already, and that the rest is good.

use super::{Change, Which};
use crate::domain::event::{EventKind, Withdrawal};
use crate::domain::ledger::entry::Destruction;
use crate::domain::text::Line;

/// What was spoiled in printing.
#[derive(Clone, Debug)]
pub struct Spoiled<'a> {
    /// The lines that name it.
    pub lines: &'a str,
    /// Why; the public reads it.
    pub reason: Line,
    /// Its destruction, if that has been.
    pub destruction: Option<Destruction>,
}

/// The changes that such a report is made of, to be entered together: first the spoiled labels, then the others of
/// those that `printed` chooses, then the destruction.
pub fn report<'a>(printed: Change<'a>, spoiled: Option<Spoiled<'a>>) -> Vec<Change<'a>> {
    let Some(spoiled) = spoiled else {
        return vec![printed];
    };
    let of_spoiled = |kind| Change {
        reason: Some(spoiled.reason.clone()),
        document: printed.document.clone(),
        ..Change::new(
            EventKind::Withdrawn(kind),
            Which::Lines(spoiled.lines),
            printed.batch,
        )
    };
    let mut changes = vec![
        of_spoiled(Withdrawal::Spoiled),
        Change {
            is_of_the_rest: true,
            ..printed.clone()
        },
    ];
    if let Some(destruction) = spoiled.destruction.clone() {
        changes.push(Change {
            destruction: Some(destruction),
            ..of_spoiled(Withdrawal::Destroyed)
        });
    }
    changes
}
