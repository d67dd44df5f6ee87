//! Scans: every query of a mark, and the exact count of them.

mod group;
mod postgres;
mod sqlite;

pub use group::{Group, NewScan, read_group, write_group};

use jiff::Timestamp;

use super::row::Row;
use super::{StoreError, Tx};
use crate::domain::mark::{BatchNumber, MarkId};
use crate::domain::phone::PhoneHash;
use crate::domain::place::{Place, PlaceClass, Prefecture};
use crate::domain::queries::Queries;
use crate::domain::recent::Recent;

type QueriesRow = (
    i64,
    i64,
    i64,
    Option<i64>,
    Option<String>,
    Option<Vec<u8>>,
    Option<Vec<u8>>,
);

/// The mark's count without holding or changing anything.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn get(tx: &mut Tx, mark: MarkId) -> Result<Option<Queries>, StoreError> {
    let sql = "SELECT queries, first_at, latest_at, first_prefecture, first_place_class, first_phone, recent \
         FROM mark_queries WHERE batch = $1 AND mark_index = $2";
    let row: Option<QueriesRow> = on!(tx, c => sqlx::query_as(sql)
        .bind(i64::from(mark.batch.get()))
        .bind(i64::from(mark.index.get()))
        .fetch_optional(c).await)?;
    row.map(|row| read(mark, row)).transpose()
}

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

type ScanRow = (i64, i64, String, Option<i64>, Option<String>, String);

/// The newest queries of a mark, the newest first.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn newest(tx: &mut Tx, mark: MarkId, limit: u32) -> Result<Vec<Scan>, StoreError> {
    // From the latest backwards: each says when the one before was.
    let sql = "WITH RECURSIVE newest (number, at, previous_at, query, state, prefecture, place_class, channel) AS ( \
         SELECT CAST(1 AS BIGINT), s.at, s.previous_at, s.query, s.state, s.prefecture, s.place_class, s.channel \
         FROM mark_queries m JOIN scans s ON s.at = m.latest_at AND s.batch = m.batch AND s.mark_index = m.mark_index \
         WHERE m.batch = $1 AND m.mark_index = $2 \
         UNION ALL \
         SELECT n.number + 1, s.at, s.previous_at, s.query, s.state, s.prefecture, s.place_class, s.channel \
         FROM newest n JOIN scans s ON s.at = n.previous_at AND s.batch = $1 AND s.mark_index = $2 \
         WHERE n.number < $3) \
         SELECT query, at, state, prefecture, place_class, channel FROM newest ORDER BY number LIMIT $3";
    let rows: Vec<ScanRow> = on!(tx, c => sqlx::query_as(sql)
        .bind(i64::from(mark.batch.get()))
        .bind(i64::from(mark.index.get()))
        .bind(i64::from(limit))
        .fetch_all(c).await)?;
    let read = |(query, at, state, prefecture, class, channel): ScanRow| {
        let row = Row {
            table: "scans",
            key: &mark,
        };
        Ok(Scan {
            query: row.number("query", query)?,
            at: row.time("at", at)?,
            state,
            place: place(&row, ["prefecture", "place_class"], prefecture, class)?,
            channel,
        })
    };
    rows.into_iter().map(read).collect()
}

/// How many queries of marks of a batch there were.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn count_of_batch(tx: &mut Tx, batch: BatchNumber) -> Result<u64, StoreError> {
    let sql = "SELECT CAST(coalesce(sum(queries), 0) AS BIGINT) FROM mark_queries WHERE batch = $1";
    let (count,): (i64,) =
        on!(tx, c => sqlx::query_as(sql).bind(i64::from(batch.get())).fetch_one(c).await)?;
    Ok(count.cast_unsigned())
}

pub(in crate::store) fn prefecture(place: Option<Place>) -> Option<i64> {
    place.map(|place| i64::from(place.prefecture.code()))
}

pub(in crate::store) fn class(place: Option<Place>) -> Option<&'static str> {
    place.map(|place| place.class.slug())
}

/// A place out of its two columns.
pub(in crate::store) fn place(
    row: &Row<'_>,
    [prefecture_column, class_column]: [&'static str; 2],
    prefecture: Option<i64>,
    class: Option<String>,
) -> Result<Option<Place>, StoreError> {
    match (prefecture, class) {
        (Some(code), Some(class)) => {
            let code = row.number(prefecture_column, code)?;
            Ok(Some(Place {
                prefecture: row.value(prefecture_column, Prefecture::new(code))?,
                class: row.value(class_column, PlaceClass::from_slug(&class))?,
            }))
        }
        (None, None) => Ok(None),
        (Some(_), None) => Err(row.broken(class_column)),
        (None, Some(_)) => Err(row.broken(prefecture_column)),
    }
}

fn read(mark: MarkId, row: QueriesRow) -> Result<Queries, StoreError> {
    let (count, first_at, latest_at, prefecture, class, phone, recent) = row;
    let row = Row {
        table: "mark_queries",
        key: &mark,
    };
    let columns = ["first_prefecture", "first_place_class"];
    let first_place = place(&row, columns, prefecture, class)?;
    let first_phone = phone
        .map(|bytes| {
            row.value("first_phone", bytes.try_into().ok())
                .map(PhoneHash)
        })
        .transpose()?;
    Ok(Queries {
        count: row.number("queries", count)?,
        first_at: row.time("first_at", first_at)?,
        first_place,
        first_phone,
        latest_at: row.time("latest_at", latest_at)?,
        recent: match recent {
            None => Recent::default(),
            Some(bytes) => row.value("recent", Recent::from_bytes(&bytes))?,
        },
    })
}
