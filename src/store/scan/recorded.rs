//! The queries of one mark as they are recorded.

use jiff::Timestamp;

use super::{mark_of, network_hash, phone_hash, place};
use crate::domain::detection::Seen;
use crate::domain::mark::MarkId;
use crate::domain::place::Place;
use crate::store::row::Row;
use crate::store::{StoreError, Tx};

/// A query as it is told inside: never whose phone it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scan {
    /// The mark's Nth query, from 1.
    pub query: u64,
    /// When.
    pub at: Timestamp,
    /// The state it met.
    pub state: String,
    /// Where it came from.
    pub place: Option<Place>,
    /// How it came: `consumer`, `inspector`, …
    pub channel: String,
}

/// A query with what the detector needs besides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedScan {
    /// What may be told.
    pub scan: Scan,
    /// When, where, whose and through which network.
    pub seen: Seen,
}

type AnyRow = (
    i64,
    i64,
    i64,
    i64,
    String,
    Option<i64>,
    Option<String>,
    String,
    Option<Vec<u8>>,
    Option<i64>,
);

type ScanRow = (
    i64,
    i64,
    String,
    Option<i64>,
    Option<String>,
    String,
    Option<Vec<u8>>,
    Option<i64>,
);

/// Where a page of all queries ended.
pub type After = (Timestamp, MarkId);

/// All queries there still are, in the order of time: those after a place.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn all(
    tx: &mut Tx,
    after: Option<After>,
    limit: u32,
) -> Result<Vec<(MarkId, RecordedScan)>, StoreError> {
    let (at, batch, index) = match after {
        Some((at, mark)) => (
            at.as_microsecond(),
            i64::from(mark.batch.get()),
            i64::from(mark.index.get()),
        ),
        None => (i64::MIN, 0, 0),
    };
    let sql = "SELECT batch, mark_index, query, at, state, prefecture, place_class, channel, phone, network FROM scans \
         WHERE (at, batch, mark_index) > ($1, $2, $3) ORDER BY at, batch, mark_index LIMIT $4";
    let rows: Vec<AnyRow> = on!(tx, c => sqlx::query_as(sql)
        .bind(at)
        .bind(batch)
        .bind(index)
        .bind(i64::from(limit))
        .fetch_all(c).await)?;
    let each = rows.into_iter();
    each.map(
        |(batch, index, query, at, state, prefecture, class, channel, phone, network)| {
            let mark = mark_of(batch, index)?;
            let row = (query, at, state, prefecture, class, channel, phone, network);
            Ok((mark, read(mark, row)?))
        },
    )
    .collect()
}

/// The newest queries of a mark, the newest first.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn newest(tx: &mut Tx, mark: MarkId, limit: u32) -> Result<Vec<Scan>, StoreError> {
    let found = recorded(tx, mark, limit).await?;
    Ok(found.into_iter().map(|found| found.scan).collect())
}

/// The newest queries of a mark with what the detector needs, the newest first.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn recorded(
    tx: &mut Tx,
    mark: MarkId,
    limit: u32,
) -> Result<Vec<RecordedScan>, StoreError> {
    // From the latest backwards: each says when the one before was.
    let sql = "WITH RECURSIVE newest (number, at, previous_at, query, state, prefecture, place_class, channel, phone, \
         network) AS ( \
         SELECT CAST(1 AS BIGINT), s.at, s.previous_at, s.query, s.state, s.prefecture, s.place_class, s.channel, s.phone, \
         s.network \
         FROM mark_queries m JOIN scans s ON s.at = m.latest_at AND s.batch = m.batch AND s.mark_index = m.mark_index \
         WHERE m.batch = $1 AND m.mark_index = $2 \
         UNION ALL \
         SELECT n.number + 1, s.at, s.previous_at, s.query, s.state, s.prefecture, s.place_class, s.channel, s.phone, \
         s.network \
         FROM newest n JOIN scans s ON s.at = n.previous_at AND s.batch = $1 AND s.mark_index = $2 \
         WHERE n.number < $3) \
         SELECT query, at, state, prefecture, place_class, channel, phone, network FROM newest ORDER BY number LIMIT $3";
    let rows: Vec<ScanRow> = on!(tx, c => sqlx::query_as(sql)
        .bind(i64::from(mark.batch.get()))
        .bind(i64::from(mark.index.get()))
        .bind(i64::from(limit))
        .fetch_all(c).await)?;
    rows.into_iter().map(|row| read(mark, row)).collect()
}

fn read(mark: MarkId, row: ScanRow) -> Result<RecordedScan, StoreError> {
    let (query, at, state, prefecture, class, channel, phone, network) = row;
    let row = Row {
        table: "scans",
        key: &mark,
    };
    let at = row.time("at", at)?;
    let place = place(&row, ["prefecture", "place_class"], prefecture, class)?;
    Ok(RecordedScan {
        scan: Scan {
            query: row.number("query", query)?,
            at,
            state,
            place,
            channel,
        },
        seen: Seen {
            at,
            place,
            phone: phone_hash(&row, "phone", phone)?,
            network: network_hash(&row, "network", network)?,
        },
    })
}
