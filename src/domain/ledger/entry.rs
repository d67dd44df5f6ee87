//! What an entry of the ledger says.
//!
//! One variant for each kind of act. Variants are only ever added and their fields never change their meaning: an
//! entry that was written can always be read.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::chain::EntryNumber;
use crate::domain::container::{ContainerNumber, NewContainer};
use crate::domain::document::Document;
use crate::domain::entitlement::{Account, Coefficients, Grant};
use crate::domain::event::EventKind;
use crate::domain::key_id::KeyId;
use crate::domain::licensee::{
    LicenseeNumber, NewLicensee, Particulars, StepTaken, is_same_person,
};
use crate::domain::lot::{LotNumber, NewLot, TestReport};
use crate::domain::mark::{BatchNumber, IndexRange};
use crate::domain::order::{NewOrder, OrderNumber};
use crate::domain::plan::PlanFigures;
use crate::domain::printer::{NewPrinter, PrinterNumber};
use crate::domain::recipient::Recipient;
use crate::domain::refusal::Refusal;
use crate::domain::said::said;
use crate::domain::segments::marks_in;
use crate::domain::text::Line;
use crate::domain::transfer::TransferNumber;

/// Makes the enum of all entries with the word and the Chinese name of each.
macro_rules! entries {
    ($( $(#[$doc:meta])* $variant:ident = $slug:literal $chinese:literal $english:literal {
        $( $(#[$attribute:meta])* $field:ident: $type:ty, )*
    } )+) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
            #[allow(missing_docs)] // the names of the fields say what they are; their types say the rest
            pub struct $variant { $( $(#[$attribute])* pub $field: $type, )* }

            impl From<$variant> for Entry {
                fn from(body: $variant) -> Self { Self::$variant(body) }
            }
        )+

        /// What an entry says.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Entry {
            $( $(#[$doc])* $variant($variant), )+
            /// What happened to marks of a batch. Its word is the event's, such as `printed` or `lost`.
            Marks(Marks),
        }

        impl Entry {
            /// The word for what it says.
            pub const fn kind(&self) -> &'static str {
                match self {
                    $( Self::$variant(_) => $slug, )+
                    Self::Marks(marks) => marks.event.slug(),
                }
            }

            /// What it says, as JSON; always the same bytes for the same entry.
            pub fn body(&self) -> String {
                let text = match self {
                    $( Self::$variant(body) => serde_json::to_string(body), )+
                    Self::Marks(body) => serde_json::to_string(body),
                };
                text.expect("numbers, words and lines can always be written")
            }

            /// Reads an entry back; `None` if nothing of ours was ever written so.
            pub fn read(kind: &str, body: &str) -> Option<Self> {
                match kind {
                    $( $slug => serde_json::from_str(body).ok().map(Self::$variant), )+
                    _ => serde_json::from_str(body)
                        .ok()
                        .map(Self::Marks)
                        .filter(|entry| entry.kind() == kind),
                }
            }
        }

        /// All words that entries are written under, with their names in Chinese and English, except those of events.
        pub const KINDS: &[(&str, &str, &str)] = &[ $( ($slug, $chinese, $english), )+ ];
    };
}

entries! {
    /// A licensee was entered: as an applicant, or with a right in force.
    LicenseeEntered = "licensee_entered" "建档" "licensee entered" { licensee: LicenseeNumber, new: NewLicensee, }
    /// A licensee's file has a new version, made upon `revision`.
    LicenseeFiled = "licensee_filed" "变更档案" "file changed" {
        licensee: LicenseeNumber, revision: u32, particulars: Particulars,
    }
    /// A licensee took a step on its path that one person can take.
    LicenseeStep = "licensee_step" "状态变更" "standing changed" { licensee: LicenseeNumber, step: StepTaken, }
    /// A step that needs two people was proposed.
    StepProposed = "licensee_step_proposed" "状态变更提请" "change of standing proposed" { licensee: LicenseeNumber, step: StepTaken, }
    /// The step that waits was confirmed by a second person, and taken.
    StepConfirmed = "licensee_step_confirmed" "状态变更复核" "change of standing confirmed" { licensee: LicenseeNumber, step: StepTaken, }
    /// The step that waits was withdrawn, or sent back by the second person.
    StepDropped = "licensee_step_dropped" "状态变更撤回" "change of standing withdrawn" {
        licensee: LicenseeNumber, #[serde(default, skip_serializing_if = "Option::is_none")] reason: Option<Line>,
    }
    /// A file was added.
    DocumentAdded = "document_added" "归档" "document added" { document: Document, }
    /// A printer was entered.
    PrinterEntered = "printer_entered" "承印方建档" "printer entered" { printer: PrinterNumber, new: NewPrinter, }
    /// A printer prints no more.
    PrinterEnded = "printer_ended" "承印方停用" "printer ended" { printer: PrinterNumber, reason: Line, }
    /// New coefficients are in force.
    CoefficientsSet = "coefficients_set" "核定系数" "coefficients set" { coefficients: Coefficients, }
    /// Figures that the plan's targets are measured against were entered.
    PlanFiguresSet = "plan_figures" "填报规划数据" "figures of the plan entered" { figures: PlanFigures, }
    /// An entitlement was granted from a survey.
    Granted = "entitlement_granted" "核定额度" "entitlement granted" { account: Account, grant: Grant, }
    /// An entitlement was adjusted; `corrects` names an adjustment that is taken back.
    Adjusted = "entitlement_adjusted" "调整额度" "entitlement adjusted" {
        account: Account, marks: i64, reason: Line, document: Line,
        #[serde(default, skip_serializing_if = "Option::is_none")] corrects: Option<EntryNumber>,
    }
    /// A season's books were closed: a part of what was left went over, the rest lapsed.
    Carried = "entitlement_carried" "年末结转" "season closed" { account: Account, carried: u64, lapsed: u64, }
    /// A transfer was proposed.
    TransferProposed = "transfer_proposed" "提请划转" "transfer proposed" {
        transfer: TransferNumber, from: Account, to: LicenseeNumber, marks: u64,
        #[serde(default, skip_serializing_if = "Option::is_none")] document: Option<Line>,
    }
    /// One side of a transfer confirmed it.
    TransferConfirmed = "transfer_confirmed" "确认划转" "transfer confirmed" { transfer: TransferNumber, licensee: LicenseeNumber, }
    /// A transfer was dropped.
    TransferDropped = "transfer_dropped" "撤回划转" "transfer withdrawn" { transfer: TransferNumber, }
    /// An order was placed.
    OrderPlaced = "order_placed" "申请印制" "order placed" { order: OrderNumber, new: NewOrder, }
    /// An order was approved.
    OrderApproved = "order_approved" "核准印制" "order approved" {
        order: OrderNumber,
        #[serde(default, skip_serializing_if = "Option::is_none")] document: Option<Line>,
    }
    /// An order was rejected.
    OrderRejected = "order_rejected" "不予核准" "order rejected" { order: OrderNumber, reason: Line, }
    /// An order was cancelled.
    OrderCancelled = "order_cancelled" "取消印制" "order cancelled" { order: OrderNumber, reason: Line, }
    /// An order was given to a printer.
    PrinterAssigned = "printer_assigned" "指定承印方" "printer assigned" { order: OrderNumber, printer: PrinterNumber, }
    /// The codes of an order were made.
    BatchIssued = "batch_issued" "制码" "codes issued" {
        order: OrderNumber, batch: BatchNumber, key: KeyId, has_hidden_codes: bool, idempotency_key: Line,
    }
    /// The printer got the data pack; `sha256` is of its file, if it was given.
    PackReleased = "pack_released" "发放数据包" "pack released" {
        order: OrderNumber, receiver: Line,
        #[serde(default, skip_serializing_if = "Option::is_none")] sha256: Option<Line>,
    }
    /// The public key of a printer was set: packs are encrypted to it.
    PrinterKeySet = "printer_key" "登记承印方公钥" "key of the printer set" { printer: PrinterNumber, recipient: Recipient, }
    /// The pack of a released order was offered for one download, encrypted to this key.
    PackOffered = "pack_offered" "开放领取数据包" "pack offered for download" {
        order: OrderNumber, recipient: Recipient, until: Timestamp,
    }
    /// A download began: bytes have left the house. `opening` says of which offer.
    PackTaken = "pack_taken" "领取数据包" "pack downloaded" { order: OrderNumber, opening: u32, }
    /// An offer was taken back before anybody took the pack.
    PackWithdrawn = "pack_withdrawn" "停止领取数据包" "offer of the pack taken back" { order: OrderNumber, reason: Line, }
    /// A second download was asked for.
    PackAgainAsked = "pack_again_asked" "申请再次领取数据包" "second download asked for" { order: OrderNumber, reason: Line, }
    /// A second download was approved by another person.
    PackAgainApproved = "pack_again_approved" "批准再次领取数据包" "second download approved" {
        order: OrderNumber, recipient: Recipient, until: Timestamp,
    }
    /// A second download was refused.
    PackAgainRefused = "pack_again_refused" "不予再次领取数据包" "second download refused" { order: OrderNumber, reason: Line, }
    /// An order was closed; `on_hand` is what the licensee counted.
    OrderClosed = "order_closed" "结案" "order closed" { order: OrderNumber, on_hand: u32, }
    /// A roll or box was filled.
    ContainerFilled = "container_filled" "装箱" "roll or box filled" { container: ContainerNumber, new: NewContainer, }
    /// A lot was entered.
    LotEntered = "lot_entered" "批次建档" "lot entered" { lot: LotNumber, new: NewLot, }
    /// A report of a lot was filed.
    LotReported = "lot_reported" "检验" "lot tested" { lot: LotNumber, report: TestReport, }
    /// A lot was recalled; entries of its marks follow.
    LotRecalled = "lot_recalled" "批次召回" "lot recalled" {
        lot: LotNumber, reason: Line,
        #[serde(default, skip_serializing_if = "Option::is_none")] document: Option<Line>,
    }
    /// The recall of a lot was taken back; entries of its marks follow.
    LotRestored = "lot_restored" "解除召回" "recall of the lot lifted" { lot: LotNumber, reason: Line, document: Line, }
    /// A remark on an earlier entry, such as a wrong document number. Nothing else changes by it.
    Noted = "noted" "更正说明" "note added" { entry: EntryNumber, text: Line, }
}

/// What happened to marks of a batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marks {
    /// The batch.
    pub batch: BatchNumber,
    /// What happened.
    pub event: EventKind,
    /// To which of its marks: ascending, apart from one another.
    pub ranges: Vec<IndexRange>,
    /// Why; the public reads it for withdrawals.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Line>,
    /// The number of the decision or report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<Line>,
    /// The lot they were activated for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lot: Option<LotNumber>,
    /// The containers that were named instead of marks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub containers: Vec<ContainerNumber>,
    /// Who received a delivery, or a return.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receiver: Option<Line>,
    /// The day of destruction and its two witnesses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub destruction: Option<Destruction>,
    /// The entry that was made in error and is taken back by this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corrects: Option<EntryNumber>,
}

/// How marks were destroyed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Destruction {
    /// The day.
    pub date: Date,
    /// Two witnesses, two people.
    pub witnesses: (Line, Line),
}

impl Destruction {
    /// Refuses a witness who is the person that reports it, under any of these names.
    ///
    /// # Errors
    /// [`Refusal`] of the kind invalid.
    pub fn check_reporter(&self, names: &[Line]) -> Result<(), Refusal> {
        let (one, other) = &self.witnesses;
        let reports = |witness: &&Line| names.iter().any(|name| is_same_person(name, witness));
        let Some(witness) = [one, other].into_iter().find(reports) else {
            return Ok(());
        };
        Err(Refusal::invalid(
            said!(
                "{witness} reports the destruction and cannot witness it",
                "{witness}是登记人，不能同时作见证人"
            ),
            said!(
                "name two other people who saw it",
                "请填写另外两名在场见证人的姓名"
            ),
        ))
    }
}

impl Marks {
    /// An event of marks with nothing else to say.
    pub const fn new(batch: BatchNumber, event: EventKind, ranges: Vec<IndexRange>) -> Self {
        Self {
            batch,
            event,
            ranges,
            reason: None,
            document: None,
            lot: None,
            containers: Vec::new(),
            receiver: None,
            destruction: None,
            corrects: None,
        }
    }

    /// How many marks.
    pub fn marks(&self) -> u64 {
        marks_in(&self.ranges)
    }
}

impl Entry {
    /// The name as the office writes it.
    pub fn chinese(&self) -> &'static str {
        chinese(self.kind())
    }

    /// The entry that it takes back.
    pub const fn corrects(&self) -> Option<EntryNumber> {
        match self {
            Self::Adjusted(body) => body.corrects,
            Self::Marks(marks) => marks.corrects,
            _ => None,
        }
    }
}

/// The Chinese name of a kind of entry; empty if there is no such kind.
pub fn chinese(kind: &str) -> &'static str {
    names(kind).map_or("", |(chinese, _)| chinese)
}

/// The names of a kind of entry in Chinese and English, if there is such a kind.
pub fn names(kind: &str) -> Option<(&'static str, &'static str)> {
    let of_entry = KINDS.iter().find(|(slug, ..)| *slug == kind);
    let of_entry = of_entry.map(|(_, chinese, english)| (*chinese, *english));
    of_entry.or_else(|| {
        let event = EventKind::from_slug(kind)?;
        Some((event.chinese(), event.english()))
    })
}
