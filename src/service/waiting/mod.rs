//! What waits for a person, over all kinds of things together, the oldest first: the start page.
//!
//! What waits follows from where things stand; nobody has to hand anything on. Each thing has its deadline
//! ([`crate::domain::deadline`]). Of each kind the oldest are gathered and the others counted.

mod frozen;
mod gathering;
mod on_hand;

use jiff::Timestamp;
use jiff::civil::Date;

use self::gathering::Gathering;
use super::ServiceError;
use crate::domain::access::{Role, Scope, UserNumber};
use crate::domain::alert::AlertNumber;
use crate::domain::calendar::day_of;
use crate::domain::case::CaseNumber;
use crate::domain::deadline::{Deadline, Left, Matter};
use crate::domain::licensee::LicenseeNumber;
use crate::domain::lot::LotNumber;
use crate::domain::mark::BatchNumber;
use crate::domain::order::OrderNumber;
use crate::domain::said::Said;
use crate::domain::tip::TipNumber;
use crate::domain::transfer::TransferNumber;
use crate::store::Store;

/// What it is that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// An order.
    Order(OrderNumber),
    /// A licensee.
    Licensee(LicenseeNumber),
    /// A lot.
    Lot(LotNumber),
    /// A transfer.
    Transfer(TransferNumber),
    /// Marks of a batch.
    Batch(BatchNumber),
    /// A person's account.
    Person(UserNumber),
    /// What somebody told of a suspect pack.
    Tip(TipNumber),
    /// What the scans say that somebody should look at.
    Alert(AlertNumber),
    /// What the office tells a licensee in a case.
    Notice(CaseNumber),
    /// A case.
    Case(CaseNumber),
}

/// What a thing is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Name {
    /// A name of its own: of a product, a lot, a person.
    Own(String),
    /// Words of ours.
    Words(Said),
}

impl From<String> for Name {
    fn from(name: String) -> Self {
        Self::Own(name)
    }
}

impl From<Said> for Name {
    fn from(words: Said) -> Self {
        Self::Words(words)
    }
}

/// A thing that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// For what.
    pub matter: Matter,
    /// What.
    pub about: About,
    /// What it is called.
    pub name: Name,
    /// Whose it is, where that is somebody else.
    pub whose: Option<(LicenseeNumber, String)>,
    /// How many marks.
    pub marks: Option<u64>,
    /// Since when.
    pub since: Date,
    /// By when it should be done.
    pub deadline: Deadline,
}

/// All that waits for a person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gathered {
    /// The oldest first.
    pub things: Vec<Waiting>,
    /// How many there are of each kind, those that are not gathered too.
    pub counts: Vec<(Matter, u64)>,
}

/// What waits for a role.
pub const fn matters_of(role: Role) -> &'static [Matter] {
    use Matter as M;
    match role {
        Role::Approver => &[
            M::Approval,
            M::Admission,
            M::Correction,
            M::NonUse,
            M::OrderApproval,
            M::PackAgain,
            M::Frozen,
            M::TipAcceptance,
            M::TipDecision,
            M::Alert,
            M::Answer,
        ],
        Role::SecondApprover => &[M::SecondPerson, M::PackAgain],
        Role::Registrar => &[
            M::FirstReview,
            M::OrderPrinter,
            M::OrderIssue,
            M::OrderRelease,
            M::LotReport,
            M::Destruction,
            M::OrderClosing,
        ],
        Role::Printer => &[M::PrintReport, M::Delivery],
        Role::Licensee => &[
            M::Receipt,
            M::Activation,
            M::Use,
            M::Recall,
            M::Transfer,
            M::Notice,
        ],
        Role::Inspector => &[
            M::Frozen,
            M::TipAcceptance,
            M::TipDecision,
            M::Alert,
            M::Answer,
        ],
        // Nothing waits for an auditor: what is told is what others are late with.
        Role::Auditor => &[
            M::FirstReview,
            M::Approval,
            M::Admission,
            M::Correction,
            M::SecondPerson,
            M::OrderApproval,
            M::OrderPrinter,
            M::OrderIssue,
            M::OrderRelease,
            M::PackAgain,
            M::PrintReport,
            M::Delivery,
            M::Receipt,
            M::LotReport,
            M::Destruction,
            M::OrderClosing,
            M::Frozen,
            M::TipAcceptance,
            M::TipDecision,
            M::Alert,
            M::Answer,
        ],
        Role::Administrator => &[M::Account],
    }
}

/// Whether a role is told only what is overdue.
pub const fn sees_only_overdue(role: Role) -> bool {
    matches!(role, Role::Auditor)
}

/// Gathers what waits for a person of this role, within what the person sees.
///
/// # Errors
/// If the database does not answer.
pub async fn gather(
    store: &Store,
    role: Role,
    scope: Scope,
    now: Timestamp,
) -> Result<Gathered, ServiceError> {
    let today = day_of(now);
    let mut gathering = Gathering::new(store.read().await?, scope, today);
    for matter in matters_of(role) {
        gathering.gather(*matter).await?;
    }
    let mut gathered = gathering.gathered;
    if sees_only_overdue(role) {
        let is_over = |one: &Waiting| matches!(one.deadline.left(today), Left::Over(_));
        gathered.things.retain(is_over);
        gathered.counts.clear();
    }
    gathered.things.sort_by_key(|one| (one.since, one.matter));
    Ok(gathered)
}
