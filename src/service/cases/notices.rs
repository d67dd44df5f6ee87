//! What the office tells a licensee in a case, and what that answers. The licensee sees this alone: neither the case's title nor
//! who works on it.

use jiff::Timestamp;

use super::act::{happened, refuse_endless, write};
use crate::domain::access::Scope;
use crate::domain::case::{CaseNumber, CaseState, CaseStep, Happened};
use crate::domain::licensee::LicenseeNumber;
use crate::domain::refusal::Refusal;
use crate::domain::said::said;
use crate::domain::text::Line;
use crate::domain::tip::Told;
use crate::service::ServiceError;
use crate::service::desk::Call;
use crate::service::requests::{digest_of, something_else};
use crate::store::{Store, Tx, case};

/// Steps that are told: the newest.
const MOST_TOLD: u32 = 500;
/// Answers to one notice.
const MOST_ANSWERS: usize = 20;

/// A notice or an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passed {
    /// When.
    pub at: Timestamp,
    /// Who answered; `None` if it is the office's notice.
    pub answered_by: Option<Line>,
    /// What was written.
    pub told: Told,
}

/// What passed between the office and a licensee in one case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Correspondence {
    /// The case.
    pub case: CaseNumber,
    /// Whether an answer can still be given.
    pub is_open: bool,
    /// Notices and answers, the first first.
    pub passed: Vec<Passed>,
}

impl Correspondence {
    /// Whether the office has had no answer to the last that it told.
    pub fn waits_for_an_answer(&self) -> bool {
        let last = self.passed.last();
        self.is_open && last.is_some_and(|last| last.answered_by.is_none())
    }
}

/// What passed between the office and a licensee, case by case, that first of which came something last. Whoever is no licensee
/// has none.
///
/// # Errors
/// If the database does not answer.
pub async fn list(store: &Store, scope: Scope) -> Result<Vec<Correspondence>, ServiceError> {
    match scope.licensee() {
        Some(licensee) => of(&mut store.read().await?, licensee).await,
        None => Ok(Vec::new()),
    }
}

/// The same of one case.
///
/// # Errors
/// If there is none.
pub async fn get(
    store: &Store,
    scope: Scope,
    number: CaseNumber,
) -> Result<Correspondence, ServiceError> {
    let all = list(store, scope).await?;
    let found = all.into_iter().find(|one| one.case == number);
    found.ok_or_else(|| no_notice(number))
}

/// The same in a transaction.
///
/// # Errors
/// If the database does not answer.
pub(in crate::service) async fn of(
    tx: &mut Tx,
    licensee: LicenseeNumber,
) -> Result<Vec<Correspondence>, ServiceError> {
    let mut all: Vec<Correspondence> = Vec::new();
    for (number, step) in case::with_licensee(tx, licensee, MOST_TOLD).await? {
        let Some(passed) = passed(step) else {
            continue;
        };
        match all.iter_mut().find(|one| one.case == number) {
            Some(known) => known.passed.insert(0, passed),
            None => {
                let case = case::get(tx, number).await?;
                all.push(Correspondence {
                    case: number,
                    is_open: case.is_some_and(|case| case.state == CaseState::Open),
                    passed: vec![passed],
                });
            }
        }
    }
    Ok(all)
}

/// A step as the licensee sees it.
fn passed(step: Happened) -> Option<Passed> {
    let is_answer = step.step == CaseStep::Answered;
    Some(Passed {
        at: step.at,
        answered_by: Some(step.by).filter(|_| is_answer),
        told: step.told?,
    })
}

/// The refusal of a case in which the office told this licensee nothing, or which there is not.
fn no_notice(number: CaseNumber) -> ServiceError {
    Refusal::no_such(
        said!(
            "there is no notice of a case {number}",
            "没有案件 {number} 的监管告知"
        ),
        said!(
            "only a licensee answers, and what it was told: its list of notices has it",
            "请在监管告知中选择"
        ),
    )
    .into()
}

/// Answers what the office told. A request with the same name is done once.
///
/// # Errors
/// If the office told nothing in such a case, or it is closed.
pub async fn answer(
    store: &Store,
    call: &Call,
    number: CaseNumber,
    told: Told,
) -> Result<Correspondence, ServiceError> {
    let licensee = call.scope.licensee().ok_or_else(|| no_notice(number))?;
    let mut tx = store.write().await?;
    let case = case::lock(&mut tx, number).await?;
    let case = case.ok_or_else(|| no_notice(number))?;
    let found = of(&mut tx, licensee).await?;
    let found = found.into_iter().find(|one| one.case == number);
    let mut own = found.ok_or_else(|| no_notice(number))?;
    let step = Happened {
        other: Some(licensee.0.into()),
        told: Some(told),
        ..happened(call, CaseStep::Answered)
    };
    let request = digest_of(call);
    if let Some(request) = &request
        && let Some((about, earlier)) = case::of_request(&mut tx, request).await?
    {
        return match about == number && earlier.says_the_same(&step) {
            true => Ok(own),
            false => Err(something_else()),
        };
    }
    case.state.after(CaseStep::Answered)?;
    refuse_endless(&mut tx, number).await?;
    let answers = own.passed.iter().rev();
    let answers = answers.take_while(|one| one.answered_by.is_some());
    if answers.count() >= MOST_ANSWERS {
        return Err(ServiceError::refused(
            said!(
                "{MOST_ANSWERS} answers were given to this notice",
                "这份告知已有 {MOST_ANSWERS} 次答复"
            ),
            said!(
                "wait for what the office says to them",
                "请等待监管部门回应"
            ),
        ));
    }
    write(&mut tx, call, number, &step, request.as_ref()).await?;
    own.passed.extend(passed(step));
    tx.commit().await?;
    Ok(own)
}
