//! The steps of a case.

use super::{Whole, unknown, whole};
use crate::domain::access::Scope;
use crate::domain::alert::{AlertNumber, AlertStep, Happened as OfAlert};
use crate::domain::case::{
    Case, CaseNumber, CaseResult, CaseStep, Detail, Happened, Inspection, MOST_ALERTS,
    MOST_DOCUMENTS, MOST_STEPS,
};
use crate::domain::document::DocumentNumber;
use crate::domain::licensee::LicenseeNumber;
use crate::domain::place::Prefecture;
use crate::domain::refusal::Refusal;
use crate::domain::said::said;
use crate::domain::text::Line;
use crate::domain::tip::{TipNumber, Told};
use crate::service::alerts::{self, request_of};
use crate::service::desk::Call;
use crate::service::trail::{self, Note};
use crate::service::{ServiceError, documents, licensees, seen, tips};
use crate::store::trail::Outcome;
use crate::store::{Store, Tx, alert, case, tip};

/// A step with a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Puts an alert into it.
    AddAlert(AlertNumber),
    /// Puts a tip into it.
    AddTip(TipNumber),
    /// Enters an inspection.
    Inspect(Inspection),
    /// Tells a licensee, who reads it in its own view.
    Inform(LicenseeNumber, Told),
    /// Writes a note.
    Note(Told),
    /// Closes it.
    Close(CaseResult, Told),
    /// Opens it anew.
    Reopen(Told),
}

impl Act {
    const fn step(&self) -> CaseStep {
        match self {
            Self::AddAlert(_) => CaseStep::AlertAdded,
            Self::AddTip(_) => CaseStep::TipAdded,
            Self::Inspect(_) => CaseStep::Inspected,
            Self::Inform(..) => CaseStep::Informed,
            Self::Note(_) => CaseStep::Noted,
            Self::Close(..) => CaseStep::Closed,
            Self::Reopen(_) => CaseStep::Reopened,
        }
    }
}

/// The word of a step in the audit trail.
const fn action(step: CaseStep) -> &'static str {
    match step {
        CaseStep::Opened => "case-open",
        CaseStep::AlertAdded => "case-alert",
        CaseStep::TipAdded => "case-tip",
        CaseStep::Inspected => "case-inspect",
        CaseStep::Frozen | CaseStep::Revoked => "case-withdraw",
        CaseStep::Informed => "case-inform",
        CaseStep::Noted => "case-note",
        CaseStep::Closed => "case-close",
        CaseStep::Reopened => "case-reopen",
    }
}

/// Opens a case, with alerts in it. A request with the same name is done once.
///
/// # Errors
/// If one of the alerts is not there, or belongs to another case.
pub async fn open(
    store: &Store,
    call: &Call,
    title: Line,
    alerts: &[AlertNumber],
) -> Result<Whole, ServiceError> {
    let mut tx = store.write().await?;
    let request = request_of(call);
    if let Some(request) = &request
        && let Some(number) = case::by_request(&mut tx, request).await?
    {
        let found = case::get(&mut tx, number).await?;
        return whole(&mut tx, found.ok_or_else(|| unknown(number))?).await;
    }
    let number = case::add(&mut tx, &title, &call.by, call.at).await?;
    let opened = happened(call, CaseStep::Opened);
    write(&mut tx, call, number, &opened, request.as_ref()).await?;
    for alert in alerts {
        add_alert(&mut tx, call, number, *alert).await?;
        let added = Happened {
            other: Some(alert.0),
            ..happened(call, CaseStep::AlertAdded)
        };
        write(&mut tx, call, number, &added, None).await?;
    }
    let found = case::get(&mut tx, number).await?;
    let whole = whole(&mut tx, found.ok_or_else(|| unknown(number))?).await?;
    tx.commit().await?;
    Ok(whole)
}

/// Takes a step with a case. A request with the same name is done once.
///
/// # Errors
/// If there is no such case, or the step cannot be taken.
pub async fn act(
    store: &Store,
    call: &Call,
    number: CaseNumber,
    act: Act,
) -> Result<Whole, ServiceError> {
    let (mut tx, mut case) = at_work(store, call, number).await?;
    let request = request_of(call);
    if let Some(request) = &request
        && case::by_request(&mut tx, request).await? == Some(number)
    {
        return whole(&mut tx, case).await;
    }
    case.state = case.state.after(act.step())?;
    refuse_endless(&mut tx, number).await?;
    let mut step = happened(call, act.step());
    match act {
        Act::AddAlert(alert) => {
            add_alert(&mut tx, call, number, alert).await?;
            step.other = Some(alert.0);
        }
        Act::AddTip(tip) => {
            add_tip(&mut tx, number, tip).await?;
            step.other = Some(tip.0);
        }
        Act::Inspect(inspection) => inspect(&mut tx, call.scope, &mut step, inspection).await?,
        Act::Inform(licensee, told) => {
            let found = seen::licensee(&mut tx, call.scope, licensee).await?;
            found.ok_or_else(|| licensees::unknown(licensee))?;
            step.other = Some(licensee.0.into());
            step.told = Some(told);
        }
        Act::Note(told) => step.told = Some(told),
        Act::Close(result, told) => {
            (case.result, case.closed_at) = (Some(result), Some(call.at));
            step.detail.result = Some(result);
            step.told = Some(told);
            case::set_state(&mut tx, &case).await?;
        }
        Act::Reopen(told) => {
            (case.result, case.closed_at) = (None, None);
            step.told = Some(told);
            case::set_state(&mut tx, &case).await?;
        }
    }
    write(&mut tx, call, number, &step, request.as_ref()).await?;
    let whole = whole(&mut tx, case).await?;
    tx.commit().await?;
    Ok(whole)
}

/// The case of a number, with its lock, in a transaction that writes.
pub(super) async fn at_work(
    store: &Store,
    call: &Call,
    number: CaseNumber,
) -> Result<(Tx, Case), ServiceError> {
    if call.scope != Scope::All {
        return Err(unknown(number));
    }
    let mut tx = store.write().await?;
    let case = case::lock(&mut tx, number).await?;
    Ok((tx, case.ok_or_else(|| unknown(number))?))
}

/// A step that happens now.
pub(super) fn happened(call: &Call, step: CaseStep) -> Happened {
    Happened {
        place: 0,
        at: call.at,
        step,
        by: call.by.clone(),
        told: None,
        other: None,
        detail: Detail::default(),
    }
}

/// Writes a step down, into the audit trail too.
pub(super) async fn write(
    tx: &mut Tx,
    call: &Call,
    number: CaseNumber,
    step: &Happened,
    request: Option<&[u8; 32]>,
) -> Result<(), ServiceError> {
    case::add_step(tx, number, step, request).await?;
    let note = Note::new(action(step.step)).about(format!("case {number}"));
    let detail = serde_json::json!({ "about": step.other, "detail": step.detail });
    let note = note.changed(None, Some(detail.to_string()));
    trail::write(tx, &call.origin, call.at, Outcome::Done, note).await
}

/// Puts an alert, and what was merged into it, into a case.
async fn add_alert(
    tx: &mut Tx,
    call: &Call,
    number: CaseNumber,
    alert: AlertNumber,
) -> Result<(), ServiceError> {
    let found = alert::lock(tx, alert).await?;
    let found = found.ok_or_else(|| alerts::unknown(alert))?;
    if let Some(other) = found.case {
        return Err(ServiceError::refused(
            said!(
                "alert {alert} belongs to case {other}",
                "预警 {alert} 已归入案件 {other}"
            ),
            said!("it belongs to one case alone", "一条预警只能归入一个案件"),
        ));
    }
    if alert::of_case(tx, number).await?.len() >= MOST_ALERTS as usize {
        return Err(ServiceError::refused(
            said!(
                "case {number} has {MOST_ALERTS} alerts",
                "案件 {number} 已有 {MOST_ALERTS} 条预警"
            ),
            said!("open another case", "请另行立案"),
        ));
    }
    let merged = alert::merged_into(tx, alert).await?;
    for one in merged
        .into_iter()
        .filter(|one| one.case.is_none())
        .chain([found])
    {
        alert::set_case(tx, one.number, number).await?;
        let step = OfAlert {
            place: 0,
            at: call.at,
            step: AlertStep::Gathered,
            by: call.by.clone(),
            assignee: None,
            decision: None,
            other: Some(number.0),
            told: None,
        };
        alert::add_step(tx, one.number, &step, None).await?;
    }
    Ok(())
}

async fn add_tip(tx: &mut Tx, number: CaseNumber, tip: TipNumber) -> Result<(), ServiceError> {
    tip::get(tx, tip).await?.ok_or_else(|| tips::unknown(tip))?;
    if case::add_tip(tx, number, tip).await? {
        return Ok(());
    }
    let other = case::of_tip(tx, tip).await?.unwrap_or(number);
    Err(ServiceError::refused(
        said!(
            "tip {tip} belongs to case {other}",
            "举报线索 {tip} 已归入案件 {other}"
        ),
        said!("it belongs to one case alone", "一条线索只能归入一个案件"),
    ))
}

async fn inspect(
    tx: &mut Tx,
    scope: Scope,
    step: &mut Happened,
    inspection: Inspection,
) -> Result<(), ServiceError> {
    if inspection.documents.len() > MOST_DOCUMENTS {
        return Err(Refusal::invalid(
            said!(
                "an inspection names at most {MOST_DOCUMENTS} documents",
                "一次检查最多关联 {MOST_DOCUMENTS} 份文件"
            ),
            said!("enter the others with a second one", "其余文件请另行登记"),
        )
        .into());
    }
    let today = crate::domain::calendar::day_of(step.at);
    if inspection.day > today {
        return Err(Refusal::invalid(
            said!(
                "the inspection is on {}, which is still to come",
                "检查日期 {} 还没有到",
                inspection.day
            ),
            said!("enter it when it has been", "请在检查之后登记"),
        )
        .into());
    }
    for document in &inspection.documents {
        let found = seen::document(tx, scope, *document).await?;
        found.ok_or_else(|| documents::unknown(*document))?;
    }
    step.told = Some(inspection.finding);
    step.detail = Detail {
        day: Some(inspection.day),
        prefecture: inspection.prefecture.map(Prefecture::code),
        spot: Some(inspection.spot),
        documents: inspection.documents,
        ..Detail::default()
    };
    Ok(())
}

/// Refuses a case without end.
pub(super) async fn refuse_endless(tx: &mut Tx, number: CaseNumber) -> Result<(), ServiceError> {
    if case::steps(tx, number).await?.len() < MOST_STEPS as usize {
        return Ok(());
    }
    Err(ServiceError::refused(
        said!(
            "there are {MOST_STEPS} entries already",
            "已有 {MOST_STEPS} 条记录，不能再添加"
        ),
        said!("open another case", "请另行立案"),
    ))
}

/// Reads numbers of documents, with blanks or commas between.
///
/// # Errors
/// If one of them is none.
pub fn documents_named(text: &str) -> Result<Vec<DocumentNumber>, crate::domain::said::Said> {
    let parts = text.split(|c: char| c.is_whitespace() || "，,、；;".contains(c));
    let parts = parts.filter(|part| !part.is_empty());
    let read = |part: &str| match part.parse().ok().filter(|number| *number > 0) {
        Some(number) => Ok(DocumentNumber(number)),
        None => Err(said!(
            "“{part}” is no number of a document",
            "“{part}”不是文件编号"
        )),
    };
    parts.map(read).collect()
}
