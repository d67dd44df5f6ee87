//! Reports: how far the marks of a season have come, where labels are, what was asked of them, and the plan's targets.
//!
//! Every number is added up from what the books keep beside each thing, so a report is as true as the ledger that
//! `yuanmark ledger verify` proves. Scans are counted, never shown one by one.

use std::io::Write;

use jiff::civil::{Date, Time};
use jiff::{Timestamp, ToSpan};

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

/// What was asked of marks in some days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScanReport {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub until: Date,
    /// Every day of them, those without scans too.
    pub days: Vec<Scans<Date>>,
    /// Provinces in Chinese and English, those with the most scans first; `None` where the place is not known.
    pub provinces: Vec<Scans<Option<(&'static str, &'static str)>>>,
}

impl ScanReport {
    /// All scans of these days.
    pub fn all(&self) -> u64 {
        self.days.iter().map(|day| day.active + day.other).sum()
    }
}

/// Some days in order: from one to another, but not more than [`MOST_DAYS`], the last of them then.
pub fn days_between(from: Date, until: Date) -> (Date, Date) {
    let (from, until) = (from.min(until), from.max(until));
    let earliest = until.saturating_sub((MOST_DAYS - 1).days());
    (from.max(earliest), until)
}

/// Counts the scans of some days, by day and by province. More than [`MOST_DAYS`] are cut to the last of them.
///
/// # Errors
/// If the database does not answer.
pub async fn scans(store: &Store, from: Date, until: Date) -> Result<ScanReport, ServiceError> {
    let (from, until) = days_between(from, until);
    let midnight = |day: Date| {
        let midnight = day.to_datetime(Time::midnight());
        BEIJING.to_timestamp(midnight).unwrap_or(Timestamp::MAX)
    };
    let (begin, end) = (midnight(from), midnight(until.saturating_add(1.days())));
    let mut tx = store.read().await?;
    let mut found = report::scans_by_day(&mut tx, begin, end)
        .await?
        .into_iter()
        .peekable();
    let mut days = Vec::new();
    let mut day = from;
    while day <= until {
        let none = Scans {
            key: day,
            active: 0,
            other: 0,
        };
        days.push(found.next_if(|one| one.key == day).unwrap_or(none));
        let Ok(next) = day.tomorrow() else { break };
        day = next;
    }
    let mut provinces: Vec<_> = report::scans_by_province(&mut tx, begin, end)
        .await?
        .into_iter()
        .map(|one| Scans {
            key: one.key.and_then(province_of),
            active: one.active,
            other: one.other,
        })
        .collect();
    provinces.sort_by_key(|one| std::cmp::Reverse(one.active + one.other));
    Ok(ScanReport {
        from,
        until,
        days,
        provinces,
    })
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
    let report = scans(store, from, until).await?;
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
