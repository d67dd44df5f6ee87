//! The steps of the office with an alert.

use jiff::Timestamp;

use super::{MOST_STEPS, Whole, unknown, whole};
use crate::domain::access::{Login, Permission, Role, Scope, User, UserNumber};
use crate::domain::alert::{
    Alert, AlertNumber, AlertState, AlertStep, Decision, Happened, Verdict,
};
use crate::domain::case::{Case, CaseState};
use crate::domain::detection::{Known, Seen};
use crate::domain::mark::MarkId;
use crate::domain::refusal::Refusal;
use crate::domain::said::said;
use crate::domain::text::Line;
use crate::domain::tip::Told;
use crate::service::desk::Call;
use crate::service::requests::{digest_of, something_else};
use crate::service::trail::{self, Note};
use crate::service::{ServiceError, evidence};
use crate::store::trail::Outcome;
use crate::store::{Store, Tx, alert, case, user};

/// People of one role who are offered.
const MOST_HANDLERS: u32 = 200;

/// A step with an alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Gives it to somebody, who may be whoever does so.
    Assign(Line, Option<Told>),
    /// Writes a note.
    Note(Told),
    /// Has it decided with another one.
    Merge(AlertNumber, Option<Told>),
    /// Decides it, and all that was merged into it.
    Decide(Decision, Option<Told>),
    /// Looks at it anew.
    Reopen(Told),
}

impl Act {
    const fn step(&self) -> AlertStep {
        match self {
            Self::Assign(..) => AlertStep::Assigned,
            Self::Note(_) => AlertStep::Noted,
            Self::Merge(..) => AlertStep::Merged,
            Self::Decide(..) => AlertStep::Decided,
            Self::Reopen(_) => AlertStep::Reopened,
        }
    }

    fn told(&self) -> Option<&Told> {
        match self {
            Self::Assign(_, told) | Self::Merge(_, told) | Self::Decide(_, told) => told.as_ref(),
            Self::Note(told) | Self::Reopen(told) => Some(told),
        }
    }

    /// What is written down of it.
    fn happened(&self, call: &Call) -> Happened {
        let (mut assignee, mut decision, mut other) = (None, None, None);
        match self {
            Self::Assign(to, _) => assignee = Some(to.clone()),
            Self::Merge(into, _) => other = Some(into.0),
            Self::Decide(what, _) => decision = Some(what.clone()),
            Self::Note(_) | Self::Reopen(_) => {}
        }
        Happened {
            place: 0,
            at: call.at,
            step: self.step(),
            by: call.by.clone(),
            assignee,
            decision,
            other,
            told: self.told().cloned(),
        }
    }

    /// The word of it in the audit trail.
    const fn action(&self) -> &'static str {
        match self {
            Self::Assign(..) => "alert-assign",
            Self::Note(_) => "alert-note",
            Self::Merge(..) => "alert-merge",
            Self::Decide(..) => "alert-decide",
            Self::Reopen(_) => "alert-reopen",
        }
    }
}

/// Where people have accounts an alert is given to one who may handle it, or taken by whoever is at the machine itself. Without
/// any account a person is a name.
async fn can_be_given_to(tx: &mut Tx, assignee: &Line) -> Result<(), ServiceError> {
    let known = match Login::new(assignee.as_str()) {
        Ok(login) => user::by_login(tx, &login).await?,
        Err(_) => None,
    };
    let can = match known {
        Some(user) => !user.is_disabled && user.role.may(Permission::AlertHandle),
        None => user::list(tx, "", None, UserNumber(0), 1).await?.is_empty(),
    };
    if can {
        return Ok(());
    }
    let refusal = Refusal::conflict(
        said!(
            "nobody who may handle alerts signs in as {assignee}";
            "没有登录名为 {assignee} 且可以办理预警的人"
        ),
        said!(
            "give it to an inspector or an approver: `yuanmark user list`",
            "请填写检查员或审批员的登录名"
        ),
    );
    Err(refusal.into())
}

/// The people to whom an alert can be given, by their sign-in names.
///
/// # Errors
/// If the database does not answer.
pub async fn handlers(store: &Store) -> Result<Vec<User>, ServiceError> {
    let mut tx = store.read().await?;
    let mut found = Vec::new();
    let may = Role::ALL
        .iter()
        .filter(|role| role.may(Permission::AlertHandle));
    for role in may {
        let first = UserNumber(0);
        found.extend(user::list(&mut tx, "", Some(*role), first, MOST_HANDLERS).await?);
    }
    found.retain(|user| !user.is_disabled);
    found.sort_by(|one, other| one.login.cmp(&other.login));
    Ok(found)
}

/// Takes a step with an alert. A request with the same name is done once.
///
/// # Errors
/// If there is no such alert, or the step cannot be taken.
pub async fn act(
    store: &Store,
    call: &Call,
    number: AlertNumber,
    act: Act,
) -> Result<Whole, ServiceError> {
    if call.scope != Scope::All {
        return Err(unknown(number));
    }
    let mut tx = store.write().await?;
    if matches!(act, Act::Reopen(_)) {
        // The case before the alert, as everywhere: so nobody waits for one another.
        let found = alert::get(&mut tx, number).await?;
        if let Some(case) = found.and_then(|alert| alert.case) {
            refuse_of_closed(case::lock(&mut tx, case).await?)?;
        }
    }
    let locked = alert::lock(&mut tx, number).await?;
    let mut alert = locked.ok_or_else(|| unknown(number))?;
    let (request, step) = (digest_of(call), act.happened(call));
    if let Some(request) = &request
        && let Some((about, earlier)) = alert::of_request(&mut tx, request).await?
    {
        return match about == number && earlier.says_the_same(&step) {
            true => whole(&mut tx, alert).await,
            false => Err(something_else()),
        };
    }
    let before = alert.state;
    alert.state = before.after(act.step())?;
    if alert::steps(&mut tx, number).await?.len() >= MOST_STEPS {
        return Err(endless());
    }
    match &act {
        Act::Assign(assignee, _) => {
            if *assignee != call.by {
                can_be_given_to(&mut tx, assignee).await?;
            }
            alert.assignee = Some(assignee.clone());
            set_state(&mut tx, &alert, None).await?;
        }
        Act::Note(_) => {}
        Act::Merge(into, _) => {
            merge(&mut tx, &alert, *into).await?;
            alert.merged_into = Some(*into);
        }
        Act::Decide(decision, _) => decide(&mut tx, &mut alert, decision, call.at).await?,
        Act::Reopen(_) => reopen(&mut tx, &mut alert).await?,
    }
    alert::add_step(&mut tx, number, &step, request.as_ref()).await?;
    let note = Note::new(act.action()).about(format!("alert {number}"));
    let words = alert.decision.as_ref().map(ToString::to_string);
    let new =
        serde_json::json!({ "state": alert.state, "assignee": alert.assignee, "decision": words });
    let old = serde_json::json!({ "state": before });
    let note = note.changed(Some(old.to_string()), Some(new.to_string()));
    trail::write(&mut tx, &call.origin, call.at, Outcome::Done, note).await?;
    let whole = whole(&mut tx, alert).await?;
    tx.commit().await?;
    Ok(whole)
}

async fn set_state(
    tx: &mut Tx,
    alert: &Alert,
    closed_at: Option<Timestamp>,
) -> Result<(), ServiceError> {
    if alert::set_state(tx, alert, closed_at).await? {
        return Ok(());
    }
    Err(ServiceError::refused(
        said!(
            "alert {} is about a matter of which a newer alert is open", alert.number;
            "预警 {} 所涉事项已有新的预警待处理", alert.number
        ),
        said!(
            "decide the newer one: `yuanmark alert list --batch {}` shows it", alert.batch;
            "请处理同一标志批的新预警"
        ),
    ))
}

async fn merge(tx: &mut Tx, alert: &Alert, into: AlertNumber) -> Result<(), ServiceError> {
    if into == alert.number {
        return Err(Refusal::invalid(
            said!("an alert cannot be merged into itself", "预警不能并入自身"),
            said!("name another alert", "请填写另一条预警的编号"),
        )
        .into());
    }
    let target = alert::lock(tx, into).await?.ok_or_else(|| unknown(into))?;
    if !target.state.is_open() {
        return Err(ServiceError::refused(
            said!(
                "alert {into} is {} and takes no other", target.state.english();
                "预警 {into} {}，其他预警不能再并入", target.state.chinese()
            ),
            said!("name one that is open", "请选择待处理或处理中的预警"),
        ));
    }
    alert::set_merged_into(tx, alert.number, Some(into)).await?;
    set_state(tx, alert, None).await
}

/// Decides an alert with all that was merged into it; the marks' accounts learn of it.
async fn decide(
    tx: &mut Tx,
    alert: &mut Alert,
    decision: &Decision,
    at: Timestamp,
) -> Result<(), ServiceError> {
    let mut marks = Vec::new();
    for mut merged in alert::merged_into(tx, alert.number).await? {
        merged.state = AlertState::Decided;
        alert::set_decision(tx, merged.number, Some(decision)).await?;
        set_state(tx, &merged, Some(at)).await?;
        marks.extend(merged.mark());
    }
    alert.decision = Some(decision.clone());
    alert::set_decision(tx, alert.number, Some(decision)).await?;
    set_state(tx, alert, Some(at)).await?;
    marks.extend(alert.mark());
    // One transaction after another takes accounts in the same order.
    marks.sort_unstable_by_key(|mark| (mark.batch, mark.index));
    marks.dedup();
    for mark in marks {
        into_account(tx, mark, decision.verdict(), at).await?;
    }
    Ok(())
}

/// What a decision says of a mark goes into its account.
async fn into_account(
    tx: &mut Tx,
    mark: MarkId,
    verdict: Verdict,
    at: Timestamp,
) -> Result<(), ServiceError> {
    let known = match verdict {
        Verdict::ConfirmedCopy => Known::FoundCopied,
        Verdict::ImageLeak | Verdict::Honest | Verdict::DataError => Known::Cleared,
        Verdict::Unclear => return Ok(()),
    };
    let seen = Seen {
        at,
        place: None,
        phone: None,
        network: None,
    };
    evidence::take(tx, mark, known, &seen).await
}

/// Refuses to look anew at an alert of a case that was closed with it.
fn refuse_of_closed(case: Option<Case>) -> Result<(), Refusal> {
    match case {
        Some(case) if case.state == CaseState::Closed => Err(Refusal::conflict(
            said!(
                "case {} was closed with this alert", case.number;
                "案件 {} 已据此结案", case.number
            ),
            said!(
                "open the case anew first: `yuanmark case reopen {}`", case.number;
                "请先重新办理案件 {}", case.number
            ),
        )),
        _ => Ok(()),
    }
}

/// Looks at an alert anew. What was decided with it is open again too, and stays merged.
async fn reopen(tx: &mut Tx, alert: &mut Alert) -> Result<(), ServiceError> {
    (alert.decision, alert.assignee) = (None, None);
    if alert.merged_into.take().is_some() {
        alert::set_merged_into(tx, alert.number, None).await?;
    }
    alert::set_decision(tx, alert.number, None).await?;
    set_state(tx, alert, None).await?;
    for mut merged in alert::merged_into(tx, alert.number).await? {
        merged.state = AlertState::Merged;
        alert::set_decision(tx, merged.number, None).await?;
        set_state(tx, &merged, None).await?;
    }
    Ok(())
}

fn endless() -> ServiceError {
    ServiceError::refused(
        said!(
            "there are {MOST_STEPS} entries already",
            "已有 {MOST_STEPS} 条记录，不能再添加"
        ),
        said!("open a case", "请立案办理"),
    )
}
