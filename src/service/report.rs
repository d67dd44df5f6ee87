//! Reports: how far the marks of a season have come, where labels are, what was asked of them, and the plan's targets.
//!
//! Every number is added up from what the books keep beside each thing, so a report is as true as the ledger that
//! `yuanmark ledger verify` proves. Scans are counted, never shown one by one.

use std::collections::{BTreeMap, HashSet};
use std::io::Write;

use jiff::civil::{Date, Time};
use jiff::{SignedDuration, Timestamp, ToSpan};

use super::ServiceError;
use crate::domain::calendar::{BEIJING, day_of};
use crate::domain::licensee::LicenseeNumber;
use crate::domain::place::province_of;
use crate::domain::plan::{OUTPUT_PERCENT, SetPlanFigures, Target, USERS_PERCENT};
use crate::domain::season::Season;
use crate::sheets::{Cell, Column, ColumnKind, SheetFormat, SheetWriter, Table};
use crate::store::report::{self, StockOrder};
use crate::store::{Store, register};

pub use crate::render::chart;
pub use crate::store::report::{Funnel, OfLicensee, Output, Scans, Stock, StockOf, Users};

/// Rows read at once.
const PAGE: u32 = 2000;
/// Days that a report of scans reaches over at most.
pub const MOST_DAYS: i32 = 92;
/// Grams of a tonne.
pub const GRAMS_A_TONNE: u64 = 1_000_000;

/// The seasons there are, the newest first; this year's if there is none.
///
/// # Errors
/// If the database does not answer.
pub async fn seasons(store: &Store, now: Timestamp) -> Result<Vec<Season>, ServiceError> {
    let mut seasons = report::seasons(&mut store.read().await?).await?;
    if seasons.is_empty() {
        let year = u16::try_from(day_of(now).year()).ok();
        seasons.extend(year.and_then(Season::new));
    }
    Ok(seasons)
}

/// The season a report is about unless another is asked for: this year's, or the newest before it.
pub fn usual_season(seasons: &[Season], now: Timestamp) -> Option<Season> {
    let year = i32::from(day_of(now).year());
    let past = seasons
        .iter()
        .find(|season| i32::from(season.year()) <= year);
    past.or(seasons.first()).copied()
}

/// How far the marks of a season have come: of one licensee, or of all.
///
/// # Errors
/// If the database does not answer.
pub async fn funnel(
    store: &Store,
    season: Season,
    licensee: Option<LicenseeNumber>,
) -> Result<Funnel, ServiceError> {
    Ok(report::funnel(&mut store.read().await?, season, licensee).await?)
}

/// The plan's two targets for a season.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Targets {
    /// The day on which users are counted: the last of the season's year, or today if that is still to come.
    pub day: Date,
    /// Licensees whose right was in force on that day.
    pub users: Users,
    /// What the season's used marks weigh.
    pub output: Output,
    /// What they are measured against; `None` if nobody has entered it.
    pub figures: Option<SetPlanFigures>,
}

impl Targets {
    /// Users of the mark among the producers of the area.
    pub fn of_users(&self) -> Option<Target> {
        let figures = &self.figures.as_ref()?.figures;
        Some(Target {
            part: self.users.in_force,
            whole: figures.producers.into(),
            wanted_percent: USERS_PERCENT,
        })
    }

    /// Their output among the trade's, in grams.
    pub fn of_output(&self) -> Option<Target> {
        let figures = &self.figures.as_ref()?.figures;
        Some(Target {
            part: self.output.grams,
            whole: u64::from(figures.output_tonnes) * GRAMS_A_TONNE,
            wanted_percent: OUTPUT_PERCENT,
        })
    }
}

/// The day on which a season's users are counted.
pub fn day_of_season(season: Season, now: Timestamp) -> Date {
    let year = i16::try_from(season.year()).unwrap_or(i16::MAX);
    let last = Date::new(year, 12, 31).unwrap_or(Date::MAX);
    last.min(day_of(now))
}

/// How a season stands against the plan.
///
/// # Errors
/// If the database does not answer.
pub async fn targets(
    store: &Store,
    season: Season,
    now: Timestamp,
) -> Result<Targets, ServiceError> {
    let mut tx = store.read().await?;
    let day = day_of_season(season, now);
    Ok(Targets {
        day,
        users: report::users(&mut tx, day).await?,
        output: report::output(&mut tx, season, None).await?,
        figures: register::plan_figures(&mut tx, Some(season), None, 1)
            .await?
            .pop(),
    })
}

/// The lists behind a season's numbers: each licensee with what its season adds up to, beginning after `after`.
///
/// # Errors
/// If the database does not answer.
pub async fn by_licensee(
    store: &Store,
    season: Season,
    now: Timestamp,
    after: LicenseeNumber,
    limit: u32,
) -> Result<Vec<OfLicensee>, ServiceError> {
    let day = day_of_season(season, now);
    Ok(report::by_licensee(&mut store.read().await?, season, day, after, limit).await?)
}

/// The licensees with the most labels in stock, of one season or of all.
///
/// # Errors
/// If the database does not answer.
pub async fn most_stock(
    store: &Store,
    season: Option<Season>,
    limit: u32,
) -> Result<Vec<StockOf>, ServiceError> {
    let mut tx = store.read().await?;
    Ok(report::stock(&mut tx, season, None, StockOrder::Most, limit).await?)
}

/// Stock by licensee, beginning after `after`, of one season or of all.
///
/// # Errors
/// If the database does not answer.
pub async fn stock(
    store: &Store,
    season: Option<Season>,
    after: LicenseeNumber,
    limit: u32,
) -> Result<Vec<StockOf>, ServiceError> {
    let mut tx = store.read().await?;
    Ok(report::stock(&mut tx, season, None, StockOrder::After(after), limit).await?)
}

/// The stock of one licensee over all seasons.
///
/// # Errors
/// If the database does not answer.
pub async fn stock_of(store: &Store, licensee: LicenseeNumber) -> Result<Stock, ServiceError> {
    let mut tx = store.read().await?;
    let found = report::stock(&mut tx, None, Some(licensee), StockOrder::Most, 1).await?;
    Ok(found.first().map_or_else(Stock::default, |of| of.stock))
}

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
fn midnight(day: Date) -> Timestamp {
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

const fn column(title: &'static str, kind: ColumnKind, width: u8) -> Column {
    Column { title, kind, width }
}

const OF_LICENSEES: [Column; 13] = [
    column("使用人编号", ColumnKind::Integer, 12),
    column("使用人", ColumnKind::Text, 30),
    column("状态", ColumnKind::Text, 12),
    column("年度", ColumnKind::Text, 8),
    column("计入使用人", ColumnKind::Text, 12),
    column("额度", ColumnKind::Integer, 12),
    column("核准印制", ColumnKind::Integer, 12),
    column("印制合格", ColumnKind::Integer, 12),
    column("发放", ColumnKind::Integer, 12),
    column("激活", ColumnKind::Integer, 12),
    column("使用", ColumnKind::Integer, 12),
    column("用标产量（克）", ColumnKind::Integer, 16),
    column("未知净含量（枚）", ColumnKind::Integer, 16),
];

/// Writes the lists behind a season's numbers. Returns how many rows.
///
/// # Errors
/// If the database does not answer, or the output does not take the bytes.
pub async fn export_licensees<W: Write + Send>(
    store: &Store,
    season: Season,
    format: SheetFormat,
    now: Timestamp,
    out: W,
) -> Result<(W, u64), ServiceError> {
    let table = Table {
        title: "年度用标统计",
        columns: &OF_LICENSEES,
        made_at: now,
    };
    let mut sheet = SheetWriter::new(format, table, out)?;
    let mut tx = store.read().await?;
    let (day, year) = (day_of_season(season, now), season.to_string());
    let mut after = LicenseeNumber(0);
    loop {
        let some = report::by_licensee(&mut tx, season, day, after, PAGE).await?;
        let Some(last) = some.last() else { break };
        after = last.number;
        for one in &some {
            let funnel = &one.funnel;
            sheet.row(&[
                Cell::Integer(one.number.0.into()),
                Cell::Text(&one.name),
                Cell::Text(one.state.chinese()),
                Cell::Text(&year),
                Cell::Text(if one.is_user { "是" } else { "" }),
                integer(funnel.entitled),
                integer(funnel.ordered),
                integer(funnel.printed),
                integer(funnel.delivered),
                integer(funnel.activated),
                integer(funnel.used),
                integer(one.output.grams),
                integer(one.output.marks_without_weight),
            ])?;
        }
    }
    let rows = sheet.rows();
    Ok((sheet.finish()?, rows))
}

fn integer(number: u64) -> Cell<'static> {
    Cell::Integer(i64::try_from(number).unwrap_or(i64::MAX))
}

const STOCK: [Column; 6] = [
    column("使用人编号", ColumnKind::Integer, 12),
    column("使用人", ColumnKind::Text, 30),
    column("结存", ColumnKind::Integer, 12),
    column("发放途中", ColumnKind::Integer, 12),
    column("在承印方", ColumnKind::Integer, 12),
    column("待销毁", ColumnKind::Integer, 12),
];

/// Writes the stock by licensee. Returns how many rows.
///
/// # Errors
/// As [`export_licensees`].
pub async fn export_stock<W: Write + Send>(
    store: &Store,
    season: Option<Season>,
    format: SheetFormat,
    now: Timestamp,
    out: W,
) -> Result<(W, u64), ServiceError> {
    let table = Table {
        title: "标志结存统计",
        columns: &STOCK,
        made_at: now,
    };
    let mut sheet = SheetWriter::new(format, table, out)?;
    let mut tx = store.read().await?;
    let mut after = LicenseeNumber(0);
    loop {
        let order = StockOrder::After(after);
        let some = report::stock(&mut tx, season, None, order, PAGE).await?;
        let Some(last) = some.last() else { break };
        after = last.number;
        for one in &some {
            sheet.row(&[
                Cell::Integer(one.number.0.into()),
                Cell::Text(&one.name),
                integer(one.stock.on_hand),
                integer(one.stock.in_transit),
                integer(one.stock.at_printer),
                integer(one.stock.to_be_destroyed),
            ])?;
        }
    }
    let rows = sheet.rows();
    Ok((sheet.finish()?, rows))
}

const SCANS: [Column; 4] = [
    column("分组", ColumnKind::Text, 10),
    column("日期或省份", ColumnKind::Text, 16),
    column("查询（在用标志）", ColumnKind::Integer, 16),
    column("查询（其他状态）", ColumnKind::Integer, 16),
];

/// Writes what was asked in some days, first by day, then by province. Returns how many rows.
///
/// # Errors
/// As [`export_licensees`].
pub async fn export_scans<W: Write + Send>(
    store: &Store,
    from: Date,
    until: Date,
    format: SheetFormat,
    now: Timestamp,
    out: W,
) -> Result<(W, u64), ServiceError> {
    let table = Table {
        title: "查询统计",
        columns: &SCANS,
        made_at: now,
    };
    let mut sheet = SheetWriter::new(format, table, out)?;
    let report = scans(store, from, until, now).await?;
    for day in &report.days {
        let name = day.key.to_string();
        sheet.row(&[
            Cell::Text("按日"),
            Cell::Text(&name),
            integer(day.active),
            integer(day.other),
        ])?;
    }
    for province in &report.provinces {
        sheet.row(&[
            Cell::Text("按省份"),
            Cell::Text(province.key.map_or("未知", |(chinese, _)| chinese)),
            integer(province.active),
            integer(province.other),
        ])?;
    }
    let rows = sheet.rows();
    Ok((sheet.finish()?, rows))
}
