//! Marks of a case are frozen or revoked, by the ways in which marks are withdrawn anyway: entries of the ledger.

use super::act::{at_work, happened, refuse_endless, write};
use super::{Whole, beyond, whole};
use crate::domain::case::{CaseNumber, step_of};
use crate::domain::event::{EventKind, Withdrawal};
use crate::domain::refusal::Refusal;
use crate::domain::said::said;
use crate::domain::text::Line;
use crate::service::ServiceError;
use crate::service::desk::Call;
use crate::service::keys::LiveKeys;
use crate::service::marks::{self, Change, Changed, Which, look};
use crate::service::requests::{digest_of, something_else};
use crate::store::{Store, case};

/// What is to be withdrawn, and why.
#[derive(Clone, Debug)]
pub struct Withdraw<'a> {
    /// Frozen or revoked.
    pub kind: Withdrawal,
    /// Which marks, a line each ([`crate::domain::selection`]); without, all that the case is about.
    pub lines: Option<&'a str>,
    /// Why; the public reads it.
    pub reason: Line,
    /// The number of the decision.
    pub document: Option<Line>,
    /// Whether the good lines are taken even if there are bad ones.
    pub skip_bad: bool,
    /// Whether marks that the case is not about are meant all the same.
    pub is_beyond: bool,
}

impl Withdraw<'_> {
    /// What becomes of the marks.
    pub fn change<'a>(&self, lines: &'a str) -> Change<'a> {
        let event = EventKind::Withdrawn(self.kind);
        let mut change = Change::new(event, Which::Lines(lines), None);
        change.reason = Some(self.reason.clone());
        change.document.clone_from(&self.document);
        change.skip_bad = self.skip_bad;
        change
    }
}

/// Withdraws marks, and writes the step down. The entries are written first: broken off between the two and asked again under
/// the same name, the marks are not withdrawn twice.
///
/// # Errors
/// If the case is closed, a line is bad, a batch or mark is not the case's and not said to be meant, all marks are withdrawn so already,
/// or a rule of the ledger does not allow it.
pub async fn withdraw(
    store: &Store,
    keys: &LiveKeys,
    call: &Call,
    number: CaseNumber,
    wanted: &Withdraw<'_>,
) -> Result<(Whole, Changed), ServiceError> {
    let step = step_of(wanted.kind).ok_or_else(|| {
        Refusal::invalid(
            said!(
                "a case does not withdraw marks as {}", wanted.kind.slug();
                "案件中不能办理“{}”", wanted.kind.chinese()
            ),
            said!("a case freezes or revokes", "案件中只能冻结或撤销"),
        )
    })?;
    let (mut tx, mut case) = at_work(store, call, number).await?;
    case.state.after(step)?;
    refuse_endless(&mut tx, number).await?;
    let own = whole(&mut tx, case).await?;
    drop(tx);
    let lines = match wanted.lines {
        Some(lines) => lines.to_owned(),
        None => {
            let serial = |mark| keys.secrets.serial.serial(mark).to_string();
            let all: Vec<String> = own.marks().into_iter().map(serial).collect();
            if all.is_empty() {
                return Err(knows_no_mark(number).into());
            }
            all.join("\n")
        }
    };
    if !wanted.is_beyond {
        beyond::refuse_batches(&beyond::batches(store, keys, &own, &lines).await?)?;
        // What is so already is none of them: asked again under the same name, nothing is.
        let looked = look::look(store, keys, call, &[wanted.change(&lines)]).await?;
        for outlook in looked {
            let foreign = beyond::marks(store, &own, &outlook.changed.ranges, call.at).await?;
            beyond::refuse_marks(foreign)?;
        }
    }
    let changed = marks::change(store, keys, call, &wanted.change(&lines)).await?;
    if changed.entries.is_empty() {
        return Err(none_changes(wanted.kind, changed.unchanged).into());
    }
    let request = digest_of(call);
    let mut tx;
    (tx, case) = at_work(store, call, number).await?;
    let mut happened = happened(call, step);
    happened.detail.reason = Some(wanted.reason.clone());
    happened.detail.document.clone_from(&wanted.document);
    happened.detail.marks = Some(changed.marks);
    happened.detail.entries.clone_from(&changed.entries);
    let earlier = match &request {
        Some(request) => case::of_request(&mut tx, request).await?,
        None => None,
    };
    match earlier {
        None => write(&mut tx, call, number, &happened, request.as_ref()).await?,
        Some((about, earlier)) if about == number && earlier.says_the_same(&happened) => {}
        Some(_) => return Err(something_else()),
    }
    let whole = whole(&mut tx, case).await?;
    tx.commit().await?;
    Ok((whole, changed))
}

/// The refusal of all marks of a case that is about none.
fn knows_no_mark(number: CaseNumber) -> Refusal {
    Refusal::conflict(
        said!(
            "no alert and no tip of case {number} is about a single mark",
            "案件 {number} 的预警和线索不涉及单枚标志"
        ),
        said!(
            "name the marks: `--file FILE` with a serial or a range a line",
            "请填写要办理的标志"
        ),
    )
}

/// The refusal of a withdrawal that changes no mark.
fn none_changes(kind: Withdrawal, marks: u64) -> Refusal {
    Refusal::conflict(
        said!(
            "nothing changes: the marks ({marks}) are {} already, or withdrawn for good", kind.slug();
            "所选 {marks} 枚标志均已{}或永久停用", kind.chinese()
        ),
        said!("there is nothing to do", "无需重复办理"),
    )
}
