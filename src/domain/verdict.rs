//! The verdict: what the public is told about a mark.
//!
//! Whatever is not ours gets one and the same answer, whichever way it is not ours; otherwise a forger could learn
//! from the answers.

use jiff::Timestamp;

use super::place::Place;
use super::state::MarkState;

/// What the public is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// Active, and never asked about before.
    FirstCheck,
    /// Active, and asked about before.
    CheckedBefore,
    /// Activated, but its scans say that it may have been copied.
    SuspectedCopy,
    /// Printed, but not yet in use.
    NotActivated,
    /// May no longer be used.
    Withdrawn,
    /// Of a season whose goods can no longer honestly be on sale.
    PastSeason,
    /// Not a code of this mark.
    NotOurs,
}

impl Verdict {
    /// All verdicts.
    pub const ALL: [Self; 7] = [
        Self::FirstCheck,
        Self::CheckedBefore,
        Self::SuspectedCopy,
        Self::NotActivated,
        Self::Withdrawn,
        Self::PastSeason,
        Self::NotOurs,
    ];

    /// The word in JSON and on the command line.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::FirstCheck => "first_check",
            Self::CheckedBefore => "checked_before",
            Self::SuspectedCopy => "suspected_copy",
            Self::NotActivated => "not_activated",
            Self::Withdrawn => "withdrawn",
            Self::PastSeason => "past_season",
            Self::NotOurs => "not_ours",
        }
    }

    /// The verdict on a mark of ours in this state at its `query`-th query. That a mark may have been copied matters more
    /// than that its season is past, and less than that it is not in use at all.
    pub const fn of(state: &MarkState<'_>, query: u64, is_suspected: bool) -> Self {
        match state {
            MarkState::Withdrawn(_) => Self::Withdrawn,
            MarkState::NotActivated => Self::NotActivated,
            MarkState::PastSeason { .. } | MarkState::Active if is_suspected => Self::SuspectedCopy,
            MarkState::PastSeason { .. } => Self::PastSeason,
            MarkState::Active if query <= 1 => Self::FirstCheck,
            MarkState::Active => Self::CheckedBefore,
        }
    }
}

/// Why there is no answer. Never a verdict on the mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum CouldNotCheck {
    /// More checks wait than can be answered in time.
    #[error("too many checks wait already")]
    Busy,
    /// The database did not do its part.
    #[error("the database did not answer")]
    Unavailable,
    /// It took too long.
    #[error("the answer took too long")]
    TooSlow,
}

/// The first query of a mark, as later ones are told of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FirstQuery {
    /// When.
    pub at: Timestamp,
    /// Where, as far as known. The public is told the province only.
    pub place: Option<Place>,
    /// Whether the same phone asked.
    pub by_this_phone: bool,
}

/// The place of a query among all queries of its mark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueryCount {
    /// This is the Nth query, from 1.
    pub number: u64,
    /// The first one.
    pub first: FirstQuery,
}
