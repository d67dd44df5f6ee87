//! What happens to ranges of marks. Events are only ever added; the state of a mark is a fold over them.

use jiff::Timestamp;

use super::mark::{BatchNumber, IndexRange};
use super::text::Line;

/// Why marks are withdrawn (作废、停用), in order of precedence: of several reasons the public is told the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Withdrawal {
    /// 撤销: the authority took the mark back for good.
    Revoked,
    /// 销毁: destroyed, with witnesses.
    Destroyed,
    /// 遗失、被盗: lost or stolen.
    Lost,
    /// 退回: given back unused.
    Returned,
    /// 印制作废: spoiled in printing.
    Spoiled,
    /// 召回: its lot is recalled. Can be undone.
    Recalled,
    /// 冻结: a case is open. Can be undone.
    Frozen,
}

impl Withdrawal {
    /// All kinds, the one with the highest precedence first.
    pub const ALL: [Self; 7] = [
        Self::Revoked,
        Self::Destroyed,
        Self::Lost,
        Self::Returned,
        Self::Spoiled,
        Self::Recalled,
        Self::Frozen,
    ];

    /// The word for commands, files and JSON.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Revoked => "revoked",
            Self::Destroyed => "destroyed",
            Self::Lost => "lost",
            Self::Returned => "returned",
            Self::Spoiled => "spoiled",
            Self::Recalled => "recalled",
            Self::Frozen => "frozen",
        }
    }

    /// The kind a word names.
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.slug() == slug)
    }

    /// Whether an event of its own can take it back: freezing and recall, nothing else.
    pub const fn can_be_undone(self) -> bool {
        matches!(self, Self::Recalled | Self::Frozen)
    }
}

/// What happened to a range of marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EventKind {
    /// 激活: the marks may be used, their lot has passed its test.
    Activated,
    /// They may no longer be used.
    Withdrawn(Withdrawal),
    /// A freeze or recall was taken back.
    Restored(Withdrawal),
}

impl EventKind {
    /// The word in the ledger and in JSON: `activated`, `frozen`, `undo_frozen`, …
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Activated => "activated",
            Self::Withdrawn(kind) => kind.slug(),
            Self::Restored(Withdrawal::Recalled) => "undo_recalled",
            // Only freezing and recall can be undone; nothing else is ever built or read back as restored.
            Self::Restored(_) => "undo_frozen",
        }
    }

    /// The kind a word of the ledger names.
    pub fn from_slug(slug: &str) -> Option<Self> {
        match slug {
            "activated" => Some(Self::Activated),
            "undo_recalled" => Some(Self::Restored(Withdrawal::Recalled)),
            "undo_frozen" => Some(Self::Restored(Withdrawal::Frozen)),
            other => Withdrawal::from_slug(other).map(Self::Withdrawn),
        }
    }
}

/// One entry of the ledger about a range of marks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RangeEvent {
    /// Its place in the ledger, ascending in the order of commits.
    pub number: u64,
    /// The batch.
    pub batch: BatchNumber,
    /// Which of its marks.
    pub range: IndexRange,
    /// What happened.
    pub kind: EventKind,
    /// When it was entered.
    pub at: Timestamp,
    /// Who entered it.
    pub actor: Line,
    /// Why; the public reads it for withdrawals.
    pub reason: Option<Line>,
    /// The number of the decision or report.
    pub document: Option<Line>,
}
