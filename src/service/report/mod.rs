//! Reports: how far the marks of a season have come, where labels are, what was asked of them, and the plan's targets.
//!
//! Every number is added up from what the books keep beside each thing, so a report is as true as the ledger that
//! `yuanmark ledger verify` proves. Scans are counted, never shown one by one.

pub(in crate::service) mod scans;
mod tables;

use jiff::Timestamp;
use jiff::civil::Date;

use super::ServiceError;
use crate::domain::calendar::day_of;
use crate::domain::licensee::LicenseeNumber;
use crate::domain::plan::{OUTPUT_PERCENT, SetPlanFigures, Target, USERS_PERCENT};
use crate::domain::season::Season;
use crate::store::report::{self, StockOrder};
use crate::store::{Store, register};

pub use self::scans::{Counted, MOST_DAYS, ScanReport, days_between, scans};
pub use self::tables::{export_licensees, export_scans, export_stock};
pub use crate::render::chart;
pub use crate::store::report::{Funnel, OfLicensee, Output, Stock, StockOf, Users};

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
