//! What happens to ranges of marks. Events are only ever added; the state of a mark is a fold over them.

use jiff::Timestamp;

use super::lot::LotNumber;
use super::mark::{BatchNumber, IndexRange};
use super::text::Line;
use super::words::{words, written_as_word};

words! {
    /// Why marks are withdrawn (作废、停用), in order of precedence: of several reasons the public is told the first.
    pub enum Withdrawal {
        /// 撤销: the authority took the mark back for good.
        Revoked = "revoked" "撤销",
        /// 销毁: destroyed, with witnesses.
        Destroyed = "destroyed" "销毁",
        /// 遗失、被盗: lost or stolen.
        Lost = "lost" "遗失",
        /// 退回: given back unused.
        Returned = "returned" "退回",
        /// 作废: spoiled in printing or in use.
        Spoiled = "spoiled" "作废",
        /// 召回: its lot is recalled. Can be undone.
        Recalled = "recalled" "召回",
        /// 冻结: a case is open. Can be undone.
        Frozen = "frozen" "冻结",
    }
}

impl Withdrawal {
    /// Whether an event of its own can take it back: freezing and recall, nothing else.
    pub const fn can_be_undone(self) -> bool {
        matches!(self, Self::Recalled | Self::Frozen)
    }
}

words! {
    /// A movement of labels that was entered in error and can be taken back.
    pub enum Slip {
        /// Reported printed.
        Printed = "printed" "印制",
        /// Sent to the licensee.
        Delivered = "delivered" "发放",
        /// Used on goods.
        Used = "used" "使用",
    }
}

/// What happened to a range of marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EventKind {
    /// 印制: the printer reports them printed, and good.
    Printed,
    /// 发放: sent to the licensee.
    Delivered,
    /// 签收: the licensee has them.
    Received,
    /// 激活: the marks may be used, their lot has passed its test.
    Activated,
    /// 使用: they are on goods.
    Used,
    /// They may no longer be used.
    Withdrawn(Withdrawal),
    /// A freeze or recall was taken back.
    Restored(Withdrawal),
    /// 更正: what was entered in error is taken back.
    Undone(Slip),
}

impl EventKind {
    /// All kinds that are ever built or read back.
    pub const ALL: [Self; 17] = [
        Self::Printed,
        Self::Delivered,
        Self::Received,
        Self::Activated,
        Self::Used,
        Self::Withdrawn(Withdrawal::Revoked),
        Self::Withdrawn(Withdrawal::Destroyed),
        Self::Withdrawn(Withdrawal::Lost),
        Self::Withdrawn(Withdrawal::Returned),
        Self::Withdrawn(Withdrawal::Spoiled),
        Self::Withdrawn(Withdrawal::Recalled),
        Self::Withdrawn(Withdrawal::Frozen),
        Self::Restored(Withdrawal::Recalled),
        Self::Restored(Withdrawal::Frozen),
        Self::Undone(Slip::Printed),
        Self::Undone(Slip::Delivered),
        Self::Undone(Slip::Used),
    ];

    /// The word in the ledger and in JSON: `activated`, `frozen`, `undo_frozen`, …
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Printed => "printed",
            Self::Delivered => "delivered",
            Self::Received => "received",
            Self::Activated => "activated",
            Self::Used => "used",
            Self::Withdrawn(kind) => kind.slug(),
            Self::Restored(Withdrawal::Recalled) => "undo_recalled",
            // Only freezing and recall can be undone; nothing else is ever built or read back as restored.
            Self::Restored(_) => "undo_frozen",
            Self::Undone(Slip::Printed) => "undo_printed",
            Self::Undone(Slip::Delivered) => "undo_delivered",
            Self::Undone(Slip::Used) => "undo_used",
        }
    }

    /// The name as the office writes it.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Printed => "印制",
            Self::Delivered => "发放",
            Self::Received => "签收",
            Self::Activated => "激活",
            Self::Used => "使用",
            Self::Withdrawn(kind) => kind.chinese(),
            Self::Restored(Withdrawal::Recalled) => "解除召回",
            Self::Restored(_) => "解除冻结",
            Self::Undone(Slip::Printed) => "更正印制",
            Self::Undone(Slip::Delivered) => "更正发放",
            Self::Undone(Slip::Used) => "更正使用",
        }
    }

    /// The name in English.
    pub const fn english(self) -> &'static str {
        match self {
            Self::Restored(Withdrawal::Recalled) => "recall lifted",
            Self::Restored(_) => "unfrozen",
            Self::Undone(Slip::Printed) => "printing corrected",
            Self::Undone(Slip::Delivered) => "delivery corrected",
            Self::Undone(Slip::Used) => "use corrected",
            Self::Printed
            | Self::Delivered
            | Self::Received
            | Self::Activated
            | Self::Used
            | Self::Withdrawn(_) => self.slug(),
        }
    }

    /// The kind a word of the ledger names.
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.slug() == slug)
    }

    /// Whether the labels themselves are somewhere else afterwards, or count as something else in the ledger: then
    /// [`super::custody`] says whether it can be. The others are the authority's word on what may be used.
    pub const fn moves_labels(self) -> bool {
        match self {
            Self::Printed
            | Self::Delivered
            | Self::Received
            | Self::Activated
            | Self::Used
            | Self::Undone(_) => true,
            Self::Withdrawn(kind) => matches!(
                kind,
                Withdrawal::Destroyed
                    | Withdrawal::Lost
                    | Withdrawal::Returned
                    | Withdrawal::Spoiled
            ),
            Self::Restored(_) => false,
        }
    }
}

written_as_word!(EventKind);

/// One entry of the ledger about a range of marks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RangeEvent {
    /// The number of the ledger's entry that says so, ascending in the order of commits.
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
    /// The lot it was activated for.
    pub lot: Option<LotNumber>,
}
