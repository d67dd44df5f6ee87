//! From which provinces the marks of an alert were asked about.

use jiff::Timestamp;

use crate::domain::alert::AlertNumber;
use crate::domain::mark::{BatchNumber, MarkId, MarkIndex};
use crate::domain::place::Place;
use crate::store::row::Row;
use crate::store::{StoreError, Tx, scan};

/// Queries of one mark that are looked at: the newest.
const MOST_QUERIES: u32 = 1000;

/// Alerts about a mark or batch that was asked about since their provinces were looked at.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn to_be_located(
    tx: &mut Tx,
    limit: u32,
) -> Result<Vec<(AlertNumber, BatchNumber, Option<MarkIndex>)>, StoreError> {
    // Of a batch it is enough to look once an alert: all its marks are a great many.
    let sql = "SELECT a.number, a.batch, a.mark_index FROM alerts a LEFT JOIN mark_queries m \
         ON m.batch = a.batch AND m.mark_index = a.mark_index \
         WHERE a.located_at IS NULL OR (a.closed_at IS NULL AND m.latest_at > a.located_at) ORDER BY a.number LIMIT $1";
    let rows: Vec<(i64, i64, Option<i64>)> =
        on!(tx, c => sqlx::query_as(sql).bind(i64::from(limit)).fetch_all(c).await)?;
    let read = |(number, batch, index): (i64, i64, Option<i64>)| {
        let row = Row {
            table: "alerts",
            key: &number,
        };
        let batch = BatchNumber::new(row.number("batch", batch)?);
        let index = index.map(|index| {
            row.value(
                "mark_index",
                MarkIndex::new(row.number("mark_index", index)?),
            )
        });
        Ok((
            AlertNumber(row.number("number", number)?),
            row.value("batch", batch)?,
            index.transpose()?,
        ))
    };
    rows.into_iter().map(read).collect()
}

/// Looks where the queries of a mark, or the first queries of the marks of a batch, came from; `met`, if it is known better which
/// queries an alert of a batch is about.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn locate(
    tx: &mut Tx,
    (alert, batch, index): (AlertNumber, BatchNumber, Option<MarkIndex>),
    met: Option<&[Place]>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (mut provinces, mut until) = (Vec::new(), now);
    let province_of = |place: Place| i64::from(place.prefecture.code() / 10_000);
    if let Some(met) = met {
        provinces.extend(met.iter().copied().map(province_of));
    } else if let Some(index) = index {
        let scans = scan::newest(tx, MarkId { batch, index }, MOST_QUERIES).await?;
        until = scans.first().map_or(now, |newest| newest.at);
        let places = scans.iter().filter_map(|scan| scan.place);
        provinces.extend(places.map(province_of));
    } else {
        let sql = "SELECT DISTINCT first_prefecture / 10000 FROM mark_queries WHERE batch = $1 AND first_prefecture IS NOT NULL";
        let rows: Vec<(i64,)> = on!(&mut *tx, c => sqlx::query_as(sql)
            .bind(i64::from(batch.get()))
            .fetch_all(c).await)?;
        provinces.extend(rows.into_iter().map(|(province,)| province));
    }
    provinces.sort_unstable();
    provinces.dedup();
    for province in provinces {
        let sql =
            "INSERT INTO alert_provinces (alert, province) VALUES ($1, $2) ON CONFLICT DO NOTHING";
        on!(&mut *tx, c => sqlx::query(sql)
            .bind(i64::from(alert.0))
            .bind(province)
            .execute(c).await.map(drop))?;
    }
    let sql = "UPDATE alerts SET located_at = $2 WHERE number = $1";
    on!(tx, c => sqlx::query(sql)
        .bind(i64::from(alert.0))
        .bind(until.as_microsecond())
        .execute(c).await.map(drop))?;
    Ok(())
}

/// The provinces that were found: the first two digits of their codes.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn provinces(tx: &mut Tx, alert: AlertNumber) -> Result<Vec<u32>, StoreError> {
    let sql = "SELECT province FROM alert_provinces WHERE alert = $1 ORDER BY province";
    let rows: Vec<(i64,)> = on!(tx, c => sqlx::query_as(sql)
        .bind(i64::from(alert.0))
        .fetch_all(c).await)?;
    let row = Row {
        table: "alert_provinces",
        key: &alert,
    };
    let read = |(province,): (i64,)| row.number("province", province);
    rows.into_iter().map(read).collect()
}
