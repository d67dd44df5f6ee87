//! What the public asked of marks, by day and by province.

use std::collections::{BTreeMap, HashSet};

use jiff::civil::{Date, Time};
use jiff::{SignedDuration, Timestamp, ToSpan};

use crate::domain::calendar::{BEIJING, day_of};
use crate::domain::place::province_of;
use crate::service::ServiceError;
use crate::store::Store;
use crate::store::report::{self, Scans};

/// Days that a report of scans reaches over at most.
pub const MOST_DAYS: i32 = 92;

/// Scans of a day, or from a province.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted<K> {
    /// Which day, or which province.
    pub key: K,
    /// Those that met a mark in use.
    pub active: u64,
    /// Those that met any other state.
    pub other: u64,
}

impl<K> Counted<K> {
    const fn none(key: K) -> Self {
        Self {
            key,
            active: 0,
            other: 0,
        }
    }

    const fn add(&mut self, scans: &Scans) {
        self.active += scans.active;
        self.other += scans.other;
    }

    /// All of them.
    pub const fn all(&self) -> u64 {
        self.active + self.other
    }
}

/// What was asked of marks in some days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScanReport {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub until: Date,
    /// Every day of them, those without scans too.
    pub days: Vec<Counted<Date>>,
    /// Provinces in Chinese and English, those with the most scans first; `None` where the place is not known.
    pub provinces: Vec<Counted<Option<(&'static str, &'static str)>>>,
}

impl ScanReport {
    /// All scans of these days.
    pub fn all(&self) -> u64 {
        self.days.iter().map(Counted::all).sum()
    }
}

/// Some days in order: from one to another, but not more than [`MOST_DAYS`], the last of them then.
pub fn days_between(from: Date, until: Date) -> (Date, Date) {
    let (from, until) = (from.min(until), from.max(until));
    let earliest = until.saturating_sub((MOST_DAYS - 1).days());
    (from.max(earliest), until)
}

/// Every day from one to another.
fn days(from: Date, until: Date) -> impl Iterator<Item = Date> {
    from.series(1.day()).take_while(move |day| *day <= until)
}

/// Midnight in China at which a day begins.
pub(in crate::service) fn midnight(day: Date) -> Timestamp {
    let midnight = day.to_datetime(Time::midnight());
    BEIJING.to_timestamp(midnight).unwrap_or(Timestamp::MAX)
}

/// Counts the scans of some days, by day and by province. More than [`MOST_DAYS`] are cut to the last of them. Days that
/// are over are counted once and their counts kept.
///
/// # Errors
/// If the database does not answer.
pub async fn scans(
    store: &Store,
    from: Date,
    until: Date,
    now: Timestamp,
) -> Result<ScanReport, ServiceError> {
    let (from, until) = days_between(from, until);
    let mut tx = store.read().await?;
    let mut found = report::kept_scans(&mut tx, from, until).await?;
    let kept: HashSet<Date> = found.iter().map(|scans| scans.day).collect();
    let missing: Vec<Date> = days(from, until)
        .filter(|day| !kept.contains(day))
        .collect();
    if let (Some(first), Some(last)) = (missing.first(), missing.last()) {
        let end = midnight(last.saturating_add(1.days()));
        let mut counted = report::count_scans(&mut tx, midnight(*first), end).await?;
        counted.retain(|scans| !kept.contains(&scans.day));
        drop(tx);
        keep(store, &missing, &counted, now).await?;
        found.extend(counted);
    }
    Ok(summed(from, until, &found))
}

/// Keeps what was counted of days that are over for longer than any scan takes to be written.
async fn keep(
    store: &Store,
    missing: &[Date],
    counted: &[Scans],
    now: Timestamp,
) -> Result<(), ServiceError> {
    let today = day_of(now - SignedDuration::from_hours(1));
    let mut over: Vec<Scans> = counted
        .iter()
        .filter(|scans| scans.day < today)
        .copied()
        .collect();
    let without_place = |scans: &&Scans| scans.province.is_none();
    let known: HashSet<Date> = over
        .iter()
        .filter(without_place)
        .map(|scans| scans.day)
        .collect();
    for day in missing
        .iter()
        .filter(|day| **day < today && !known.contains(day))
    {
        over.push(Scans {
            day: *day,
            province: None,
            active: 0,
            other: 0,
        });
    }
    if !over.is_empty() {
        let mut tx = store.write().await?;
        report::keep_scans(&mut tx, &over).await?;
        tx.commit().await?;
    }
    Ok(())
}

fn summed(from: Date, until: Date, found: &[Scans]) -> ScanReport {
    let mut days: BTreeMap<Date, Counted<Date>> = days(from, until)
        .map(|day| (day, Counted::none(day)))
        .collect();
    let mut provinces: BTreeMap<Option<u32>, Counted<_>> = BTreeMap::new();
    for scans in found.iter().filter(|scans| scans.active + scans.other > 0) {
        if let Some(day) = days.get_mut(&scans.day) {
            day.add(scans);
        }
        let name = scans.province.and_then(province_of);
        let province = provinces.entry(scans.province);
        province.or_insert(Counted::none(name)).add(scans);
    }
    let mut provinces: Vec<_> = provinces.into_values().collect();
    provinces.sort_by_key(|one| std::cmp::Reverse(one.all()));
    ScanReport {
        from,
        until,
        days: days.into_values().collect(),
        provinces,
    }
}
