//! Cases (案件): alerts, tips and inspections gathered, what was done about them, and all of it as one file to hand over.

mod act;
pub mod beyond;
pub mod exhibits;
pub mod export;
pub mod notices;
mod withdraw;

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::ServiceError;
use super::alerts::{Met, Story, story};
use crate::domain::access::Scope;
use crate::domain::alert::Alert;
use crate::domain::case::{Case, CaseNumber, CaseState, Happened};
use crate::domain::licensee::LicenseeNumber;
use crate::domain::mark::{BatchNumber, MarkId};
use crate::domain::refusal::Refusal;
use crate::domain::said::said;
use crate::domain::tip::{Tip, TipNumber};
use crate::store::{Store, Tx, alert, batch, case, tip};

pub use act::{Act, Notice, act, documents_named, open};
pub use withdraw::{Withdraw, withdraw};

/// A case with all that belongs to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Whole {
    /// The case.
    pub case: Case,
    /// What happened to it, the first first.
    pub steps: Vec<Happened>,
    /// Its alerts.
    pub alerts: Vec<Alert>,
    /// Its tips.
    pub tips: Vec<Tip>,
    /// The licensees whose marks it is about.
    pub licensees: Vec<LicenseeNumber>,
}

impl Whole {
    /// The marks that it is about: those of its alerts and tips.
    pub fn marks(&self) -> Vec<MarkId> {
        let alerts = self.alerts.iter().filter_map(Alert::mark);
        let tips = self.tips.iter().filter_map(|tip| tip.mark);
        let mut marks: Vec<MarkId> = alerts.chain(tips).collect();
        marks.sort_unstable_by_key(|mark| (mark.batch, mark.index));
        marks.dedup();
        marks
    }

    /// The batches that it is about: those of its alerts and of its tips' marks.
    pub fn batches(&self) -> BTreeSet<BatchNumber> {
        let alerts = self.alerts.iter().map(|alert| alert.batch);
        let tips = self.tips.iter().filter_map(|tip| tip.mark);
        alerts.chain(tips.map(|mark| mark.batch)).collect()
    }
}

/// The newest cases, those before `before`. They are nobody's but the office's.
///
/// # Errors
/// If the database does not answer.
pub async fn list(
    store: &Store,
    scope: Scope,
    state: Option<CaseState>,
    before: Option<CaseNumber>,
    limit: u32,
) -> Result<Vec<Case>, ServiceError> {
    if scope != Scope::All {
        return Ok(Vec::new());
    }
    Ok(case::list(&mut store.read().await?, state, before, limit).await?)
}

/// The case of a number.
///
/// # Errors
/// If there is none.
pub async fn get(store: &Store, scope: Scope, number: CaseNumber) -> Result<Whole, ServiceError> {
    let mut tx = store.read().await?;
    let found = case::get(&mut tx, number).await?;
    let found = found.filter(|_| scope == Scope::All);
    whole(&mut tx, found.ok_or_else(|| unknown(number))?).await
}

/// The marks that raised the alerts of whole batches among a case's: those that were asked about in a state in which they should
/// not be, as far as they are named.
///
/// # Errors
/// If the database does not answer.
pub async fn marks_of_batch_alerts(
    store: &Store,
    whole: &Whole,
    now: Timestamp,
) -> Result<Vec<MarkId>, ServiceError> {
    let mut marks = BTreeSet::new();
    for alert in whole.alerts.iter().filter(|alert| alert.mark().is_none()) {
        if let Story::Batch { met, .. } = story(store, alert, now).await? {
            let of_batch = |one: &Met| MarkId {
                batch: alert.batch,
                index: one.index,
            };
            marks.extend(met.iter().map(of_batch));
        }
    }
    Ok(marks.into_iter().collect())
}

/// The case that a tip belongs to.
///
/// # Errors
/// If the database does not answer.
pub async fn of_tip(store: &Store, number: TipNumber) -> Result<Option<CaseNumber>, ServiceError> {
    Ok(case::of_tip(&mut store.read().await?, number).await?)
}

async fn whole(tx: &mut Tx, case: Case) -> Result<Whole, ServiceError> {
    let mut tips = Vec::new();
    for number in case::tips(tx, case.number).await? {
        tips.extend(tip::get(tx, number).await?);
    }
    let mut whole = Whole {
        steps: case::steps(tx, case.number).await?,
        alerts: alert::of_case(tx, case.number).await?,
        tips,
        licensees: Vec::new(),
        case,
    };
    let mut licensees = BTreeSet::new();
    for number in whole.batches() {
        licensees.extend(batch::get(tx, number).await?.map(|batch| batch.licensee));
    }
    whole.licensees = licensees.into_iter().collect();
    Ok(whole)
}

/// The refusal of a number that no case has.
fn unknown(number: CaseNumber) -> ServiceError {
    Refusal::no_such(
        said!("there is no case {number}", "没有案件 {number}"),
        said!(
            "`yuanmark case list` shows the cases there are",
            "请在案件列表中选择"
        ),
    )
    .into()
}
