//! What all entries of the ledger add up to.
//!
//! [`Books::apply`] is the one place where an act is allowed or refused, and the one place where the ledger is summed
//! up. A use case loads what its entry touches, applies the entry, and writes down what changed; `ledger verify` begins
//! with empty books and applies everything. So the books kept in the database can differ from the ledger only if
//! somebody changed them by other means.

mod entitlements;
mod licensees;
mod lots;
mod marks;
mod orders;
mod plan;
mod shelf;

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::Timestamp;

pub use marks::impossible;
pub use orders::no_key;
pub use shelf::Shelf;

use super::chain::EntryNumber;
use super::entry::Entry;
use super::subjects::Subjects;
use crate::domain::container::{Container, ContainerKind, ContainerNumber};
use crate::domain::custody::Custody;
use crate::domain::document::{AddedDocument, DocumentNumber, Purpose};
use crate::domain::entitlement::coefficients::SetCoefficients;
use crate::domain::entitlement::{Account, Coefficients, Entitlement};
use crate::domain::licensee::{Licensee, LicenseeNumber};
use crate::domain::lot::{Lot, LotNumber};
use crate::domain::mark::BatchNumber;
use crate::domain::order::{Batch, Order, OrderNumber};
use crate::domain::plan::SetPlanFigures;
use crate::domain::printer::{Printer, PrinterNumber};
use crate::domain::refusal::Refusal;
use crate::domain::said::said;
use crate::domain::season::Season;
use crate::domain::text::Line;
use crate::domain::transfer::{Transfer, TransferNumber};
use crate::domain::uscc::Uscc;

/// The containers of one kind in a batch: first index of each range to its last index and container.
type Packed = BTreeMap<u32, (u32, ContainerNumber)>;

/// All books, or those that were loaded.
#[derive(Clone, Debug, Default)]
pub struct Books {
    /// Who may use the mark.
    pub licensees: Shelf<LicenseeNumber, Licensee>,
    /// Who prints.
    pub printers: Shelf<PrinterNumber, Printer>,
    /// What may be ordered.
    pub entitlements: Shelf<Account, Entitlement>,
    /// Versions of the coefficients.
    pub coefficients: Shelf<u32, SetCoefficients>,
    /// Versions of the figures that the plan's targets are measured against.
    pub plan_figures: Shelf<u32, SetPlanFigures>,
    /// Transfers of quantity.
    pub transfers: Shelf<TransferNumber, Transfer>,
    /// Printing orders.
    pub orders: Shelf<OrderNumber, Order>,
    /// Their batches.
    pub batches: Shelf<BatchNumber, Batch>,
    /// Where the labels of batches are.
    pub custody: Shelf<BatchNumber, Custody>,
    /// Rolls and boxes.
    pub containers: Shelf<ContainerNumber, Container>,
    /// Goods packed together.
    pub lots: Shelf<LotNumber, Lot>,
    /// Files.
    pub documents: Shelf<DocumentNumber, AddedDocument>,
    usccs: HashMap<Uscc, LicenseeNumber>,
    printer_usccs: HashMap<Uscc, PrinterNumber>,
    versions: HashMap<(LicenseeNumber, Purpose, Line), u32>,
    lot_codes: HashMap<(LicenseeNumber, Season, Line), LotNumber>,
    packed: HashMap<(BatchNumber, ContainerKind), Packed>,
    corrected: HashSet<EntryNumber>,
}

/// When and by whom an entry is written.
#[derive(Clone, Copy, Debug)]
pub struct Hand<'a> {
    /// Under which number.
    pub number: EntryNumber,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: &'a Line,
}

impl Books {
    /// Lets an entry take effect, and says whom and what it is about. Everything it touches must be on the shelves;
    /// what is not there does not exist.
    ///
    /// # Errors
    /// [`Refusal`] if a rule does not allow it; the books are as before then, but may be marked as touched.
    pub fn apply(&mut self, entry: &Entry, hand: Hand<'_>) -> Result<Subjects, Refusal> {
        if let Some(corrected) = entry.corrects()
            && !self.corrected.insert(corrected)
        {
            return Err(Refusal::conflict(
                said!(
                    "entry {corrected} was corrected already",
                    "台账第 {corrected} 条已经更正过"
                ),
                said!("an entry is taken back once", "一条台账只能更正一次"),
            ));
        }
        match entry {
            Entry::LicenseeEntered(body) => self.enter_licensee(body, hand),
            Entry::LicenseeFiled(body) => self.file_licensee(body),
            Entry::LicenseeStep(body) => self.step(body.licensee, |licensee| {
                licensee.take(&body.step, hand.by, hand.at)
            }),
            Entry::StepProposed(body) => self.step(body.licensee, |licensee| {
                licensee.propose(&body.step, hand.by, hand.at)
            }),
            Entry::StepConfirmed(body) => {
                self.step(body.licensee, |licensee| licensee.confirm(hand.by, hand.at))
            }
            Entry::StepDropped(body) => self.step(body.licensee, Licensee::drop_pending),
            Entry::DocumentAdded(body) => self.add_document(body, hand),
            Entry::PrinterEntered(body) => self.enter_printer(body, hand),
            Entry::PrinterEnded(body) => self.end_printer(body),
            Entry::CoefficientsSet(body) => self.set_coefficients(body, hand),
            Entry::PlanFiguresSet(body) => self.set_plan_figures(body, hand),
            Entry::Granted(body) => self.grant(body),
            Entry::Adjusted(body) => self.adjust(body),
            Entry::Carried(body) => self.carry(body, hand),
            Entry::TransferProposed(body) => self.propose_transfer(body, hand),
            Entry::TransferConfirmed(body) => self.confirm_transfer(body, hand),
            Entry::TransferDropped(body) => self.drop_transfer(body),
            Entry::OrderPlaced(body) => self.place_order(body, hand),
            Entry::OrderApproved(body) => self.approve_order(body),
            Entry::OrderRejected(body) => {
                self.change_order(body.order, |order| order.reject(&body.reason))
            }
            Entry::OrderCancelled(body) => self.cancel_order(body),
            Entry::PrinterAssigned(body) => self.assign_printer(body),
            Entry::BatchIssued(body) => self.issue_batch(body, hand),
            Entry::PackReleased(body) => self.release_pack(body),
            Entry::PrinterKeySet(body) => self.set_printer_key(body),
            Entry::PackOffered(body) => self.offer_pack(body, hand),
            Entry::PackTaken(body) => self.take_pack(body, hand),
            Entry::PackWithdrawn(body) => {
                self.change_order(body.order, |order| order.offered()?.withdraw())
            }
            Entry::PackAgainAsked(body) => self.change_order(body.order, |order| {
                order.offered()?.ask(hand.by, &body.reason, hand.at)
            }),
            Entry::PackAgainApproved(body) => self.approve_pack_again(body, hand),
            Entry::PackAgainRefused(body) => {
                self.change_order(body.order, |order| order.offered()?.refuse())
            }
            Entry::OrderClosed(body) => {
                self.change_order(body.order, |order| order.close(body.on_hand))
            }
            Entry::ContainerFilled(body) => self.fill_container(body, hand),
            Entry::LotEntered(body) => self.enter_lot(body, hand),
            Entry::LotReported(body) => {
                self.change_lot(body.lot, |lot| lot.report(&body.report, hand.at))
            }
            Entry::LotRecalled(body) => self.change_lot(body.lot, |lot| lot.recall(&body.reason)),
            Entry::LotRestored(body) => self.change_lot(body.lot, Lot::restore),
            Entry::Noted(body) if body.entry == 0 || body.entry >= hand.number => {
                Err(Refusal::no_such(
                    said!("there is no entry {}", "台账没有第 {} 条", body.entry),
                    said!(
                        "`yuanmark ledger list` shows the entries there are",
                        "请在台账中选择"
                    ),
                ))
            }
            Entry::Noted(_) => Ok(Subjects::default()),
            Entry::Marks(body) => self.move_marks(body, hand),
        }
    }

    /// Notes that an entry was taken back by a later one.
    pub fn mark_corrected(&mut self, entry: EntryNumber) {
        self.corrected.insert(entry);
    }

    /// The coefficients in force.
    pub fn coefficients_in_force(&self) -> Coefficients {
        let newest = self
            .coefficients
            .iter()
            .max_by_key(|(version, _)| **version);
        newest.map_or_else(Coefficients::assumed, |(_, set)| set.coefficients.clone())
    }
}
