//! Raises alerts about batches that are asked about far more than their peers of the season.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::domain::alert::rate::{Batch, DAYS, VERSION, departs};
use crate::domain::alert::{AlertKind, Light, NewAlert};
use crate::domain::calendar::day_of;
use crate::domain::detection::Hypothesis;
use crate::domain::detection::real::ln;
use crate::domain::season::Season;
use crate::service::ServiceError;
use crate::store::Store;
use crate::store::alert::{self, Lately};

/// Seconds of a week.
const WEEK_S: f64 = 7.0 * 86_400.0;
/// Seasons before this year's whose marks are still sold.
const EARLIER_SEASONS: u16 = 1;

fn batch_of(lately: &Lately) -> Batch {
    #[allow(clippy::cast_precision_loss)] // sixteen million marks for four weeks
    let mark_weeks = lately.active_s as f64 / WEEK_S;
    Batch {
        asked: u32::try_from(lately.asked).unwrap_or(u32::MAX),
        mark_weeks,
    }
}

/// Holds the batches of this season and the last against one another, and raises an alert for each that departs from its
/// peers, unless one is open. Returns how many depart.
///
/// # Errors
/// If the database does not answer.
pub async fn compare(store: &Store, now: Timestamp) -> Result<u64, ServiceError> {
    let since = now - SignedDuration::from_hours(24 * i64::from(DAYS));
    let year = u16::try_from(day_of(now).year()).unwrap_or_default();
    let first = Season::new(year.saturating_sub(EARLIER_SEASONS)).unwrap_or(Season::from_offset(0));
    let all = alert::lately(&mut store.read().await?, first, since, now).await?;
    let mut seasons: BTreeMap<u16, Vec<Lately>> = BTreeMap::new();
    for one in all {
        seasons.entry(one.season.year()).or_default().push(one);
    }
    let mut alerts = Vec::new();
    for batches in seasons.values() {
        for (place, one) in batches.iter().enumerate() {
            let others = batches
                .iter()
                .enumerate()
                .filter(|(other, _)| *other != place);
            let peers: Vec<Batch> = others.map(|(_, peer)| batch_of(peer)).collect();
            if let Some(departure) = departs(batch_of(one), &peers) {
                alerts.push(NewAlert {
                    kind: AlertKind::BatchRate,
                    batch: one.batch,
                    index: None,
                    at: now,
                    query: None,
                    parameters: VERSION,
                    log_odds: ln(departure.ratio),
                    light: Light::default(),
                    e_value_ln: -ln(departure.probability.max(1e-30)),
                    hypothesis: Hypothesis::Copied,
                });
            }
        }
    }
    if !alerts.is_empty() {
        let mut tx = store.write().await?;
        alert::raise(&mut tx, &alerts).await?;
        tx.commit().await?;
    }
    Ok(alerts.len() as u64)
}
