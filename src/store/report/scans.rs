//! How often marks were asked about, by day and province.

use jiff::Timestamp;
use jiff::civil::{Date, date};

use super::count;
use crate::store::kept::{Value, bind_all, text};
use crate::store::row::Row;
use crate::store::{StoreError, Tx};

/// Scans of a day that came from one province.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scans {
    /// The day in China.
    pub day: Date,
    /// The first two digits of the province's code; `None` where the place is not known.
    pub province: Option<u32>,
    /// Those that met a mark in use.
    pub active: u64,
    /// Those that met any other state.
    pub other: u64,
}

/// Microseconds of a day, and from midnight in China to midnight UTC.
const DAY_MICROS: i64 = 86_400_000_000;
const BEIJING_MICROS: i64 = 8 * 3_600_000_000;

const EPOCH: Date = date(1970, 1, 1);

/// Days since 1970.
fn number_of(day: Date) -> i64 {
    day.duration_since(EPOCH).as_hours() / 24
}

type ScansRow = (i64, i64, i64, i64);

fn read_scans((day, province, active, other): ScansRow) -> Result<Scans, StoreError> {
    let row = Row {
        table: "scans",
        key: &day,
    };
    let since = jiff::Span::new().try_days(day).ok();
    let date = since.and_then(|days| EPOCH.checked_add(days).ok());
    let province: u32 = row.number("prefecture", province)?;
    Ok(Scans {
        day: row.value("at", date)?,
        province: Some(province).filter(|province| *province > 0),
        active: count(&row, "state", active)?,
        other: count(&row, "state", other)?,
    })
}

/// Counts scans by day in China and by province, from `from` until before `until`.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn count_scans(
    tx: &mut Tx,
    from: Timestamp,
    until: Timestamp,
) -> Result<Vec<Scans>, StoreError> {
    let sql = format!(
        "SELECT (at + {BEIJING_MICROS}) / {DAY_MICROS}, coalesce(prefecture / 10000, 0), \
         CAST(sum(CASE WHEN state = $3 THEN 1 ELSE 0 END) AS BIGINT), \
         CAST(sum(CASE WHEN state = $3 THEN 0 ELSE 1 END) AS BIGINT) \
         FROM scans WHERE at >= $1 AND at < $2 GROUP BY 1, 2 ORDER BY 1, 2"
    );
    let values: Vec<Value> = vec![
        from.as_microsecond().into(),
        until.as_microsecond().into(),
        text("active"),
    ];
    let rows: Vec<ScansRow> = on!(tx, c => {
        bind_all!(sqlx::query_as(sqlx::AssertSqlSafe(sql)), values).fetch_all(c).await
    })?;
    rows.into_iter().map(read_scans).collect()
}

/// The counts that were kept of the days from `from` to `until`. Of a day that was kept there is one for the place that
/// is not known, if only of nothing.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn kept_scans(tx: &mut Tx, from: Date, until: Date) -> Result<Vec<Scans>, StoreError> {
    let sql = "SELECT day, province, active, other FROM scan_days WHERE day >= $1 AND day <= $2 ORDER BY day, province";
    let rows: Vec<ScansRow> = on!(tx, c => sqlx::query_as(sql)
        .bind(number_of(from))
        .bind(number_of(until))
        .fetch_all(c).await)?;
    rows.into_iter().map(read_scans).collect()
}

/// Keeps the counts of days that are over. What is kept already stays.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn keep_scans(tx: &mut Tx, counted: &[Scans]) -> Result<(), StoreError> {
    let sql = "INSERT INTO scan_days (day, province, active, other) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (day, province) DO NOTHING";
    for scans in counted {
        on!(tx, c => sqlx::query(sql)
            .bind(number_of(scans.day))
            .bind(i64::from(scans.province.unwrap_or(0)))
            .bind(scans.active.cast_signed())
            .bind(scans.other.cast_signed())
            .execute(c).await.map(drop))?;
    }
    Ok(())
}
