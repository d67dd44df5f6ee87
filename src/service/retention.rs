//! How long raw scans are kept (`docs/decisions/0029-scans-kept.md`): their counts by day and province are kept first, for
//! good; then they go, the oldest first. What answers are made from, the count of each mark, stays.

use std::time::Duration;

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};

use super::report::scans;
use super::trail::{self, Note, Origin};
use super::{ServiceError, alerts, forgetting, system, tips};
use crate::domain::calendar::day_of;
use crate::store::Store;
use crate::store::offline_check;
use crate::store::scans_kept::{self, Removed};
use crate::store::trail::Outcome;

/// Days that scans are kept unless the installation says otherwise: three years, longer than canned shoots stand on a shelf.
pub const DAYS: u32 = 1095;

/// How often the server looks for scans that are too old, and for months that are to be made.
const INTERVAL: Duration = Duration::from_hours(1);
/// Between two steps, in which others write.
const PAUSE: Duration = Duration::from_millis(50);
/// How often a month is tried that somebody uses; then again at the next time.
const MOST_TRIES: u32 = 20;

/// What went, or would go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pruned {
    /// From this day on, in China, everything is kept.
    pub kept_from: Date,
    /// Scans that went.
    pub scans: u64,
    /// Whether this instance had the turn, and came to the end.
    pub is_done: bool,
}

/// The midnight in China from which on everything is kept.
fn limit(store: &Store, now: Timestamp, days: u32) -> Timestamp {
    let day = day_of(now)
        .checked_sub(i64::from(days).days())
        .unwrap_or(Date::MIN);
    scans_kept::kept_from(store, scans::midnight(day))
}

/// Says what would go; changes nothing.
///
/// # Errors
/// If the database does not answer.
pub async fn look(store: &Store, now: Timestamp, days: u32) -> Result<Pruned, ServiceError> {
    let than = limit(store, now, days);
    let scans = scans_kept::count_older(&mut store.read().await?, than).await?;
    Ok(Pruned {
        kept_from: day_of(than),
        scans,
        is_done: true,
    })
}

/// Removes scans that are older than so many days, unless another instance is at it.
///
/// # Errors
/// If the database does not answer; what went by then is gone, with its counts kept.
pub async fn prune(store: &Store, now: Timestamp, days: u32) -> Result<Pruned, ServiceError> {
    let than = limit(store, now, days);
    let mut pruned = Pruned {
        kept_from: day_of(than),
        scans: 0,
        is_done: false,
    };
    let Some(turn) = scans_kept::take_turn(store).await? else {
        return Ok(pruned);
    };
    pruned.scans = keep_counts(store, than, now).await?;
    while offline_check::remove_oldest(store, than).await? > 0 {
        tokio::time::sleep(PAUSE).await;
    }
    let mut tries = 0;
    while tries < MOST_TRIES {
        match scans_kept::remove_oldest(store, than).await? {
            Removed::Some => tries = 0,
            Removed::NotNow => tries += 1,
            Removed::Nothing => {
                pruned.is_done = true;
                break;
            }
        }
        tokio::time::sleep(PAUSE).await;
    }
    turn.end().await?;
    Ok(pruned)
}

/// The same, asked for by a person: it leaves a step in the audit trail.
///
/// # Errors
/// If the database does not answer.
pub async fn prune_for(
    store: &Store,
    origin: &Origin,
    now: Timestamp,
    days: u32,
) -> Result<Pruned, ServiceError> {
    let pruned = prune(store, now, days).await?;
    let note = Note::new("scan-prune").about(format!("scans before {}", pruned.kept_from));
    trail::write_alone(store, origin, now, Outcome::Done, note).await?;
    Ok(pruned)
}

/// Keeps the counts of every day with scans that are older than this. Returns how many scans these are.
async fn keep_counts(store: &Store, than: Timestamp, now: Timestamp) -> Result<u64, ServiceError> {
    let mut counted = 0;
    let mut from = Timestamp::MIN;
    loop {
        let oldest = scans_kept::oldest(&mut store.read().await?, from).await?;
        let Some(oldest) = oldest.filter(|oldest| *oldest < than) else {
            return Ok(counted);
        };
        let day = day_of(oldest);
        counted += scans::scans(store, day, day, now).await?.all();
        from = scans::midnight(day.saturating_add(1.day()));
    }
}

/// Ages scans out, makes the months ahead, holds batches against their peers, erases contacts of tips whose time is over and deletes the histories of phones whose
/// owners asked for it, at once and then every hour, for as long as it is let; 0 days keep scans for ever. What fails is logged
/// and tried again.
pub async fn keep_house(store: Store, days: u32) {
    loop {
        let now = system::now();
        if let Err(error) = scans_kept::make_months(&store, now).await {
            tracing::error!(%error, "the months of scans ahead could not be made");
        }
        if let Err(error) = tips::erase_old_contacts(&store, now).await {
            tracing::error!(%error, "contacts of closed tips could not be erased");
        }
        match alerts::rates::compare(&store, now).await {
            Ok(0) => {}
            Ok(batches) => {
                tracing::info!(batches, "batches are asked about far more than their peers");
            }
            Err(error) => tracing::error!(%error, "batches could not be held against one another"),
        }
        if days > 0 {
            match prune(&store, now, days).await {
                Ok(Pruned { scans: 0, .. }) => {}
                Ok(Pruned {
                    scans,
                    kept_from,
                    is_done,
                }) => {
                    tracing::info!(scans, %kept_from, is_done, "old scans were aged out");
                }
                Err(error) => tracing::error!(%error, "old scans could not be aged out"),
            }
        }
        match forgetting::work_off(&store, now).await {
            Ok(forgotten) if forgotten.phones == 0 => {}
            Ok(forgotten) => tracing::info!(
                phones = forgotten.phones,
                rows = forgotten.rows,
                "histories of phones were deleted"
            ),
            Err(error) => tracing::error!(%error, "histories of phones could not be deleted"),
        }
        tokio::time::sleep(INTERVAL).await;
    }
}
