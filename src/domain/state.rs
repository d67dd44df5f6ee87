//! The state of a mark: a fold over what happened to it. A mark has no row of its own.
//!
//! The highest of these wins: withdrawn, not activated, past its season, active. Of several withdrawals the one that
//! comes first in [`Withdrawal`] is told, and last of all that the licensee's right has ended.

use jiff::Timestamp;

use super::event::{EventKind, RangeEvent, Withdrawal};
use super::licensee::RightEnded;
use super::text::Line;

/// The word of a mark in use.
pub const ACTIVE: &str = "active";
/// The word for a mark that was never activated.
pub const NOT_ACTIVATED: &str = "not_activated";

/// Why a mark is withdrawn, as the public is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ground<'a> {
    /// By an event of the ledger.
    Event(Withdrawal, Said<'a>),
    /// Because the licensee's right ended and the policy date has passed.
    RightEnded(&'a RightEnded),
}

impl Ground<'_> {
    /// The word for JSON and tables.
    pub const fn slug(&self) -> &'static str {
        match self {
            Self::Event(kind, _) => kind.slug(),
            Self::RightEnded(_) => "right_ended",
        }
    }

    /// Since when.
    pub const fn since(&self) -> Timestamp {
        match self {
            Self::Event(_, said) => said.at,
            Self::RightEnded(ended) => ended.marks_good_until,
        }
    }

    /// The reason the public reads.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Event(_, said) => said.reason.map(Line::as_str),
            Self::RightEnded(ended) => Some(ended.reason.as_str()),
        }
    }
}

/// What the public is told of an event: when, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Said<'a> {
    /// When it was entered.
    pub at: Timestamp,
    /// Why.
    pub reason: Option<&'a Line>,
}

impl<'a> From<&'a RangeEvent> for Said<'a> {
    fn from(event: &'a RangeEvent) -> Self {
        Self {
            at: event.at,
            reason: event.reason.as_ref(),
        }
    }
}

/// The state of a mark at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarkState<'a> {
    /// It may no longer be used.
    Withdrawn(Ground<'a>),
    /// Printed, but not yet in use.
    NotActivated,
    /// Activated, but goods of its season can no longer honestly be on sale.
    PastSeason {
        /// Since when.
        since: Timestamp,
    },
    /// In use.
    Active,
}

impl MarkState<'_> {
    /// The word for JSON and tables.
    pub const fn slug(&self) -> &'static str {
        match self {
            Self::Withdrawn(_) => "withdrawn",
            Self::NotActivated => NOT_ACTIVATED,
            Self::PastSeason { .. } => "past_season",
            Self::Active => ACTIVE,
        }
    }

    /// The word with which a scan notes the state it met: of a withdrawn mark the ground.
    pub const fn met(&self) -> &'static str {
        match self {
            Self::Withdrawn(ground) => ground.slug(),
            _ => self.slug(),
        }
    }
}

/// The name of a state as the office writes it, by the word of [`MarkState::slug`] or [`Ground::slug`].
pub fn chinese(word: &str) -> &'static str {
    match word {
        "active" => "有效",
        "not_activated" => "未激活",
        "past_season" => "过季",
        "withdrawn" => "停用",
        "right_ended" => "使用资格终止",
        other => Withdrawal::from_slug(other).map_or("", Withdrawal::chinese),
    }
}

/// What the events of one mark add up to, before time and licensee are asked. `E` stands for an event: a reference to
/// it, or its place in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing<E> {
    activated: Option<E>,
    withdrawn: [Option<E>; Withdrawal::ALL.len()],
}

impl<E: Copy> Default for Standing<E> {
    fn default() -> Self {
        Self {
            activated: None,
            withdrawn: [None; Withdrawal::ALL.len()],
        }
    }
}

impl<'a> Standing<&'a RangeEvent> {
    /// Folds the events that cover one mark, in ledger order.
    pub fn of(events: impl IntoIterator<Item = &'a RangeEvent>) -> Self {
        let mut standing = Self::default();
        for event in events {
            standing.add(event.kind, event);
        }
        standing
    }
}

impl<E: Copy> Standing<E> {
    /// What it is after one more event.
    pub fn add(&mut self, kind: EventKind, event: E) {
        match kind {
            // What holds already is not dated anew by saying it again.
            EventKind::Activated => _ = self.activated.get_or_insert(event),
            EventKind::Withdrawn(kind) => {
                self.withdrawn[kind as usize].get_or_insert(event);
            }
            EventKind::Restored(kind) => self.withdrawn[kind as usize] = None,
            // Where the labels are says nothing about whether they may be used.
            EventKind::Printed
            | EventKind::Delivered
            | EventKind::Received
            | EventKind::Used
            | EventKind::Undone(_) => {}
        }
    }

    /// The same with other names for the events.
    pub fn map<F: Copy>(&self, name: impl Fn(E) -> F) -> Standing<F> {
        Standing {
            activated: self.activated.map(&name),
            withdrawn: self.withdrawn.map(|event| event.map(&name)),
        }
    }

    /// The activation, if there was one.
    pub const fn activation(&self) -> Option<E> {
        self.activated
    }

    /// Whether this kind of withdrawal is in force.
    pub const fn is_withdrawn(&self, kind: Withdrawal) -> bool {
        self.withdrawn[kind as usize].is_some()
    }

    /// Whether the authority's word of this kind would change anything. Where labels are, [`super::custody`] knows.
    pub const fn is_changed_by(&self, kind: EventKind) -> bool {
        match kind {
            EventKind::Withdrawn(kind) => !self.is_withdrawn(kind),
            EventKind::Restored(kind) => self.is_withdrawn(kind),
            _ => true,
        }
    }

    /// The state at `now`, for goods that are past their season from `past_since` on.
    pub fn state<'a>(
        &self,
        right_ended: Option<&'a RightEnded>,
        past_since: Timestamp,
        now: Timestamp,
    ) -> MarkState<'a>
    where
        E: Into<Said<'a>>,
    {
        for &kind in Withdrawal::ALL {
            if let Some(event) = self.withdrawn[kind as usize] {
                return MarkState::Withdrawn(Ground::Event(kind, event.into()));
            }
        }
        match right_ended {
            Some(ended) if ended.marks_good_until <= now => {
                MarkState::Withdrawn(Ground::RightEnded(ended))
            }
            _ if self.activated.is_none() => MarkState::NotActivated,
            _ if past_since <= now => MarkState::PastSeason { since: past_since },
            _ => MarkState::Active,
        }
    }
}
