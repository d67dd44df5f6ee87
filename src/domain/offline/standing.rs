//! How a mark stands in the list, and what follows from it at a moment.

use crate::domain::event::{RangeEvent, Withdrawal};
use crate::domain::state::{Ground, MarkState, Standing as Folded};

/// How a mark stands, whatever the time is and whoever its licensee.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Withdrawn; of several reasons the first in the order of [`Withdrawal`].
    Withdrawn(Withdrawal),
    /// Printed, but not yet in use.
    NotActivated,
    /// In use.
    InUse,
}

impl Standing {
    /// All of them, by the number in the list.
    pub const ALL: [Self; 9] = [
        Self::Withdrawn(Withdrawal::Revoked),
        Self::Withdrawn(Withdrawal::Destroyed),
        Self::Withdrawn(Withdrawal::Lost),
        Self::Withdrawn(Withdrawal::Returned),
        Self::Withdrawn(Withdrawal::Spoiled),
        Self::Withdrawn(Withdrawal::Recalled),
        Self::Withdrawn(Withdrawal::Frozen),
        Self::NotActivated,
        Self::InUse,
    ];

    /// The number in the list, 0 to 8.
    pub fn number(self) -> u8 {
        let place = Self::ALL.iter().position(|standing| *standing == self);
        u8::try_from(place.unwrap_or(0)).unwrap_or(0) // it is one of nine
    }

    /// What that number stands for.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }

    /// What the events of a mark add up to, by the rules of every check.
    pub fn of(folded: &Folded<&RangeEvent>) -> Self {
        // Neither licensee nor season is asked here: both have places of their own in the list.
        let state = folded.state(None, jiff::Timestamp::MAX, jiff::Timestamp::UNIX_EPOCH);
        match state {
            MarkState::Withdrawn(Ground::Event(kind, _)) => Self::Withdrawn(kind),
            MarkState::NotActivated => Self::NotActivated,
            // Only with a licensee or a season that has ended, and neither was given.
            MarkState::Withdrawn(Ground::RightEnded(_))
            | MarkState::PastSeason { .. }
            | MarkState::Active => Self::InUse,
        }
    }
}

/// What the list says of a signed code at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListedState {
    /// The batch is not in the list: issued later, or under a key that no longer vouches for it.
    NotListed,
    /// The batch is in the list and says otherwise than the code: no such mark was issued.
    NotIssued,
    /// It may no longer be used.
    Withdrawn(Withdrawal),
    /// It may no longer be used, because the licensee's right has ended.
    RightEnded,
    /// Printed, but not yet in use.
    NotActivated,
    /// In use, but goods of its season can no longer honestly be on sale.
    PastSeason,
    /// In use.
    InUse,
}

impl ListedState {
    /// The word for JSON and the command line; of what is withdrawn the word of its reason.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::NotListed => "not_listed",
            Self::NotIssued => "not_issued",
            Self::Withdrawn(kind) => kind.slug(),
            Self::RightEnded => "right_ended",
            Self::NotActivated => "not_activated",
            Self::PastSeason => "past_season",
            Self::InUse => "in_use",
        }
    }
}
