//! The steps of a case.

use super::{Whole, beyond, exhibits, unknown, whole};
use crate::domain::access::Scope;
use crate::domain::alert::{AlertNumber, AlertStep, Happened as OfAlert};
use crate::domain::case::{
    Case, CaseNumber, CaseResult, CaseStep, Detail, Exhibit, Happened, Inspection, MOST_ALERTS,
    MOST_DOCUMENTS, MOST_STEPS, NewExhibit,
};
use crate::domain::document::DocumentNumber;
use crate::domain::licensee::LicenseeNumber;
use crate::domain::place::Prefecture;
use crate::domain::refusal::Refusal;
use crate::domain::said::said;
use crate::domain::text::Line;
use crate::domain::tip::{TipNumber, Told};
use crate::service::desk::Call;
use crate::service::requests::{digest_of, something_else};
use crate::service::trail::{self, Note};
use crate::service::{ServiceError, alerts, documents, licensees, seen, tips};
use crate::store::trail::Outcome;
use crate::store::{Store, Tx, alert, case, tip};

/// The first year that a season can have: an inspection of before is a slip of the pen.
const FIRST_YEAR: i16 = 2000;

/// What a licensee is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Whom.
    pub licensee: LicenseeNumber,
    /// What it reads.
    pub told: Told,
    /// Whether it is meant even if none of the case's marks are its own.
    pub is_beyond: bool,
}

/// A step with a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Puts an alert into it.
    AddAlert(AlertNumber),
    /// Puts a tip into it.
    AddTip(TipNumber),
    /// Enters an inspection.
    Inspect(Inspection),
    /// Puts exhibits into it, and says what they are.
    AddExhibits(Vec<NewExhibit>, Option<Told>),
    /// Tells a licensee, who reads it in its own view.
    Inform(Notice),
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
            Self::AddExhibits(..) => CaseStep::ExhibitsAdded,
            Self::Inform(_) => CaseStep::Informed,
            Self::Note(_) => CaseStep::Noted,
            Self::Close(..) => CaseStep::Closed,
            Self::Reopen(_) => CaseStep::Reopened,
        }
    }

    /// What is written down of it.
    fn happened(&self, call: &Call) -> Happened {
        let mut step = happened(call, self.step());
        match self {
            Self::AddAlert(alert) => step.other = Some(alert.0),
            Self::AddTip(tip) => step.other = Some(tip.0),
            Self::Inspect(inspection) => {
                step.told = Some(inspection.finding.clone());
                step.detail = Detail {
                    day: Some(inspection.day),
                    prefecture: inspection.prefecture.map(Prefecture::code),
                    spot: Some(inspection.spot.clone()),
                    documents: inspection.documents.clone(),
                    exhibits: known(&inspection.exhibits),
                    ..Detail::default()
                };
            }
            Self::AddExhibits(new, told) => {
                step.told.clone_from(told);
                step.detail.exhibits = known(new);
            }
            Self::Inform(notice) => {
                step.other = Some(notice.licensee.0.into());
                step.told = Some(notice.told.clone());
            }
            Self::Note(told) | Self::Reopen(told) => step.told = Some(told.clone()),
            Self::Close(result, told) => {
                step.detail.result = Some(*result);
                step.told = Some(told.clone());
            }
        }
        step
    }
}

fn known(new: &[NewExhibit]) -> Vec<Exhibit> {
    new.iter().map(|one| one.exhibit.clone()).collect()
}

/// The word of a step in the audit trail.
const fn action(step: CaseStep) -> &'static str {
    match step {
        CaseStep::Opened => "case-open",
        CaseStep::AlertAdded => "case-alert",
        CaseStep::TipAdded => "case-tip",
        CaseStep::Inspected => "case-inspect",
        CaseStep::ExhibitsAdded => "case-exhibits",
        CaseStep::Frozen | CaseStep::Revoked => "case-withdraw",
        CaseStep::Informed => "case-inform",
        CaseStep::Answered => "case-answer",
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
    let (request, opened) = (digest_of(call), happened(call, CaseStep::Opened));
    if let Some(request) = &request
        && let Some((number, earlier)) = case::of_request(&mut tx, request).await?
    {
        let found = case::get(&mut tx, number).await?;
        let whole = whole(&mut tx, found.ok_or_else(|| unknown(number))?).await?;
        let first = whole.steps.iter().filter(|step| step.at == earlier.at);
        let added: Vec<AlertNumber> = first.filter_map(Happened::alert).collect();
        let is_same = earlier.says_the_same(&opened) && whole.case.title == title;
        return match is_same && added == alerts {
            true => Ok(whole),
            false => Err(something_else()),
        };
    }
    let number = case::add(&mut tx, &title, &call.by, call.at).await?;
    write(&mut tx, call, number, &opened, request.as_ref()).await?;
    for alert in alerts {
        add_alert(&mut tx, call, number, *alert).await?;
        let added = Act::AddAlert(*alert).happened(call);
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
    let (request, step) = (digest_of(call), act.happened(call));
    if let Some(request) = &request
        && let Some((about, earlier)) = case::of_request(&mut tx, request).await?
    {
        return match about == number && earlier.says_the_same(&step) {
            true => whole(&mut tx, case).await,
            false => Err(something_else()),
        };
    }
    case.state = case.state.after(act.step())?;
    refuse_endless(&mut tx, number).await?;
    match &act {
        Act::AddAlert(alert) => add_alert(&mut tx, call, number, *alert).await?,
        Act::AddTip(tip) => add_tip(&mut tx, number, *tip).await?,
        Act::Inspect(inspection) => inspect(&mut tx, call, number, inspection).await?,
        Act::AddExhibits(new, _) => add_exhibits(&mut tx, call, number, new).await?,
        Act::Inform(notice) => {
            let found = seen::licensee(&mut tx, call.scope, notice.licensee).await?;
            let found = found.ok_or_else(|| licensees::unknown(notice.licensee))?;
            if !notice.is_beyond {
                let known = whole(&mut tx, case.clone()).await?.licensees;
                beyond::refuse_licensee(&known, &found)?;
            }
        }
        Act::Note(_) => {}
        Act::Close(result, _) => {
            let whole = whole(&mut tx, case.clone()).await?;
            result.fits(&whole.alerts, &whole.tips, &whole.steps)?;
            (case.result, case.closed_at) = (Some(*result), Some(call.at));
            case::set_state(&mut tx, &case).await?;
        }
        Act::Reopen(_) => {
            (case.result, case.closed_at) = (None, None);
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
            said!("go on in that case", "请在该案件中办理"),
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
        said!("go on in that case", "请在该案件中办理"),
    ))
}

/// Enters an inspection if it can be, with what comes with it.
async fn inspect(
    tx: &mut Tx,
    call: &Call,
    number: CaseNumber,
    inspection: &Inspection,
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
    let today = crate::domain::calendar::day_of(call.at);
    if inspection.day.year() < FIRST_YEAR {
        return Err(Refusal::invalid(
            said!(
                "the inspection is on {}, before there were any marks",
                "检查日期 {} 早于标志启用",
                inspection.day
            ),
            said!("look at the year again", "请核对年份"),
        )
        .into());
    }
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
        let found = seen::document(tx, call.scope, *document).await?;
        found.ok_or_else(|| documents::unknown(*document))?;
    }
    let (new, named) = (&inspection.exhibits, &inspection.documents);
    exhibits::keep(tx, call.scope, number, new, named).await
}

async fn add_exhibits(
    tx: &mut Tx,
    call: &Call,
    number: CaseNumber,
    new: &[NewExhibit],
) -> Result<(), ServiceError> {
    if new.is_empty() {
        return Err(Refusal::invalid(
            said!("no file is named", "没有选择文件"),
            said!("name at least one", "请至少选择一个文件"),
        )
        .into());
    }
    exhibits::keep(tx, call.scope, number, new, &[]).await
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
