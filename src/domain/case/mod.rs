//! Cases (案件): what belongs together of alerts, tips and inspections, and what the office does about it.
//!
//! A case withdraws no mark by itself: freezing and revoking are entries of the ledger, by whom the rules allow it.

mod ending;
pub mod exhibit;
mod step;

use jiff::Timestamp;

use super::text::Line;
use super::words::{numbered, words};

pub use exhibit::{Exhibit, NewExhibit};
pub use step::{CaseStep, Detail, Happened, Inspection, step_of};

/// Steps of one case.
pub const MOST_STEPS: u32 = 1000;
/// Alerts of one case.
pub const MOST_ALERTS: u32 = 500;
/// Documents that are named with one inspection.
pub const MOST_DOCUMENTS: usize = 20;

numbered! {
    /// The number of a case, from 1.
    pub struct CaseNumber(u32);
}

words! {
    /// Where a case stands.
    pub enum CaseState {
        /// The office works on it.
        Open = "open" "办理中" "in hand",
        /// It has its result.
        Closed = "closed" "已结案" "closed",
    }
}

words! {
    /// With what a case ends.
    pub enum CaseResult {
        /// Copies were found and dealt with.
        CopiesFound = "copies_found" "查实复制标志，已处置" "copies found and dealt with",
        /// Rules of using the mark were broken.
        MarksMisused = "marks_misused" "查实违规使用标志，已处置" "misuse of marks found and dealt with",
        /// Handed to the police or a court.
        HandedOver = "handed_over" "移送公安或司法机关" "handed to police or court",
        /// Handed to the authority of another place.
        HandedOn = "handed_on" "移送有管辖权的部门" "handed to the authority in charge",
        /// Nothing was found.
        NothingFound = "nothing_found" "未查实" "nothing found",
        /// Everything was as it should be.
        InOrder = "in_order" "查明并无违法" "found in order",
    }
}

/// A case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// Its number.
    pub number: CaseNumber,
    /// What it is about.
    pub title: Line,
    /// Where it stands.
    pub state: CaseState,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// By whom.
    pub opened_by: Line,
    /// With what it ended.
    pub result: Option<CaseResult>,
    /// When.
    pub closed_at: Option<Timestamp>,
}
