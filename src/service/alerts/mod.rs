//! Alerts (预警): what the office does with them.
//!
//! What raises them stands elsewhere: scans ([`crate::service::verify`]) and, for batches, [`rates`]. An alert is decided once;
//! what is decided goes into the accounts of its marks, and is what calibration learns from ([`labels()`]).

mod act;
mod exposure;
mod labels;
pub mod rates;
mod related;
mod story;

use jiff::Timestamp;

use super::ServiceError;
use crate::domain::access::Scope;
use crate::domain::alert::{Alert, AlertNumber, Happened};
use crate::domain::detection::MarkState;
use crate::domain::refusal::Refusal;
use crate::domain::said::said;
use crate::service::detection::in_force::named;
use crate::store::alert::{self, Filter};
use crate::store::{Store, Tx, scan};

pub use act::{Act, act, handlers};
pub use exposure::{Exposed, exposure};
pub use labels::{labels, take_labels};
pub use related::{Related, related};
pub(in crate::service) use story::of_mark;
pub use story::{MOST_SEEN, Met, Seen, Story, against, story, weighed};

/// Alerts whose provinces or strength are looked at in one transaction.
const AT_ONCE: u32 = 100;
/// Steps of one alert: one that takes more is a case.
const MOST_STEPS: usize = 200;

/// An alert with all that belongs to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Whole {
    /// The alert.
    pub alert: Alert,
    /// What happened to it, the first first.
    pub steps: Vec<Happened>,
    /// The alerts that are decided with it.
    pub merged: Vec<Alert>,
}

/// The alerts that are wanted: what is open first, of that the strongest; those after one of them. They are nobody's but the
/// office's.
///
/// # Errors
/// If the database does not answer.
pub async fn list(
    store: &Store,
    scope: Scope,
    filter: &Filter,
    after: Option<AlertNumber>,
    limit: u32,
    now: Timestamp,
) -> Result<Vec<Alert>, ServiceError> {
    if scope != Scope::All {
        return Ok(Vec::new());
    }
    weigh(store).await?;
    if filter.province.is_some() {
        locate(store, now).await?;
    }
    Ok(alert::list(&mut store.read().await?, filter, after, limit).await?)
}

/// Works out how strong alerts of marks are by now, where there is news of the mark: at its strongest since the office last
/// decided, so that nobody washes a suspicion out by asking again and again at one place. What its batch adds is left out: it
/// counts where the mark is asked about.
///
/// # Errors
/// If the database does not answer.
pub async fn weigh(store: &Store) -> Result<(), ServiceError> {
    loop {
        let to_do = alert::to_be_weighed(&mut store.read().await?, AT_ONCE).await?;
        if to_do.is_empty() {
            return Ok(());
        }
        let is_last = to_do.len() < AT_ONCE as usize;
        let mut tx = store.write().await?;
        for one in &to_do {
            // By what raised it, so that its figures are of one kind.
            let Some(alert) = alert::get(&mut tx, one.alert).await? else {
                continue;
            };
            let parameters = named(&mut tx, alert.parameters).await?;
            let account = scan::account(&mut tx, one.mark).await?;
            let strength = account
                .filter(MarkState::is_suspected)
                .map(|account| (account.peak_log_odds(&parameters), account.e_peak()));
            alert::set_strength(&mut tx, one, strength).await?;
        }
        tx.commit().await?;
        if is_last {
            return Ok(());
        }
    }
}

/// Looks from which provinces the marks of alerts were asked about, where that is not known or there are new queries.
///
/// # Errors
/// If the database does not answer.
pub async fn locate(store: &Store, now: Timestamp) -> Result<(), ServiceError> {
    loop {
        let to_do = alert::to_be_located(&mut store.read().await?, AT_ONCE).await?;
        if to_do.is_empty() {
            return Ok(());
        }
        let is_last = to_do.len() < AT_ONCE as usize;
        let mut tx = store.write().await?;
        for one in to_do {
            let met = story::places_met(&mut tx, one.0).await?;
            alert::locate(&mut tx, one, met.as_deref(), now).await?;
        }
        tx.commit().await?;
        if is_last {
            return Ok(());
        }
    }
}

/// The alert of a number.
///
/// # Errors
/// If there is none.
pub async fn get(store: &Store, scope: Scope, number: AlertNumber) -> Result<Whole, ServiceError> {
    let mut tx = store.read().await?;
    let found = alert::get(&mut tx, number).await?;
    let found = found.filter(|_| scope == Scope::All);
    whole(&mut tx, found.ok_or_else(|| unknown(number))?).await
}

async fn whole(tx: &mut Tx, alert: Alert) -> Result<Whole, ServiceError> {
    Ok(Whole {
        steps: alert::steps(tx, alert.number).await?,
        merged: alert::merged_into(tx, alert.number).await?,
        alert,
    })
}

/// The refusal of a number that no alert has.
pub fn unknown(number: AlertNumber) -> ServiceError {
    Refusal::no_such(
        said!("there is no alert {number}", "没有预警 {number}"),
        said!(
            "`yuanmark alert list` shows the alerts there are",
            "请在预警列表中选择"
        ),
    )
    .into()
}
