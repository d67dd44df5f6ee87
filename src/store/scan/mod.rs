//! Scans: every query of a mark, and the exact count of them.

mod group;
mod postgres;
mod recorded;
mod sqlite;

pub use group::{Counted, Group, NewScan, read_group, write_group};
pub use recorded::{RecordedScan, Scan, all, newest, recorded};

use jiff::Timestamp;

use super::row::Row;
use super::{StoreError, Tx};
use crate::domain::detection::MarkState;
use crate::domain::mark::{BatchNumber, MarkId, MarkIndex};
use crate::domain::phone::{NetworkHash, PhoneHash};
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
    Option<i64>,
);

/// The mark's count without holding or changing anything.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn get(tx: &mut Tx, mark: MarkId) -> Result<Option<Queries>, StoreError> {
    let sql = "SELECT queries, first_at, latest_at, first_prefecture, first_place_class, first_phone, recent, \
         first_network FROM mark_queries WHERE batch = $1 AND mark_index = $2";
    let row: Option<QueriesRow> = on!(tx, c => sqlx::query_as(sql)
        .bind(i64::from(mark.batch.get()))
        .bind(i64::from(mark.index.get()))
        .fetch_optional(c).await)?;
    row.map(|row| read(mark, row)).transpose()
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

pub(in crate::store) fn network_hash(
    row: &Row<'_>,
    column: &'static str,
    network: Option<i64>,
) -> Result<Option<NetworkHash>, StoreError> {
    let read = |network| row.number(column, network).map(NetworkHash);
    network.map(read).transpose()
}

pub(in crate::store) fn phone_hash(
    row: &Row<'_>,
    column: &'static str,
    phone: Option<Vec<u8>>,
) -> Result<Option<PhoneHash>, StoreError> {
    let read = |bytes: Vec<u8>| row.value(column, bytes.try_into().ok()).map(PhoneHash);
    phone.map(read).transpose()
}

/// The mark of a row's key.
pub(in crate::store) fn mark_of(batch: i64, index: i64) -> Result<MarkId, StoreError> {
    let row = Row {
        table: "mark_queries",
        key: &format_args!("{batch}-{index}"),
    };
    Ok(MarkId {
        batch: row.value("batch", BatchNumber::new(row.number("batch", batch)?))?,
        index: row.value(
            "mark_index",
            MarkIndex::new(row.number("mark_index", index)?),
        )?,
    })
}

/// The detector's account of a mark, if it has one of its own.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn account(tx: &mut Tx, mark: MarkId) -> Result<Option<MarkState>, StoreError> {
    let sql = "SELECT account FROM mark_queries WHERE batch = $1 AND mark_index = $2";
    let row: Option<(Option<Vec<u8>>,)> = on!(tx, c => sqlx::query_as(sql)
        .bind(i64::from(mark.batch.get()))
        .bind(i64::from(mark.index.get()))
        .fetch_optional(c).await)?;
    row.and_then(|(account,)| account)
        .map(|account| read_account(mark, &account))
        .transpose()
}

/// Changes the account of a mark that [`read_group`] holds, otherwise than by a query.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn change_account(
    tx: &mut Tx,
    mark: MarkId,
    at: Timestamp,
    account: &MarkState,
) -> Result<(), StoreError> {
    let sql = "UPDATE mark_queries SET account = $3, account_changed_at = $4 WHERE batch = $1 AND mark_index = $2";
    on!(tx, c => sqlx::query(sql)
        .bind(i64::from(mark.batch.get()))
        .bind(i64::from(mark.index.get()))
        .bind(account.to_bytes().to_vec())
        .bind(at.as_microsecond())
        .execute(c).await.map(drop))?;
    Ok(())
}

/// The accounts of a batch's marks that have one of their own, by index; at most so many.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn accounts_of_batch(
    tx: &mut Tx,
    batch: BatchNumber,
    limit: u32,
) -> Result<Vec<(MarkId, MarkState)>, StoreError> {
    let sql = "SELECT mark_index, account FROM mark_queries WHERE batch = $1 AND account IS NOT NULL \
         ORDER BY mark_index LIMIT $2";
    let batch = i64::from(batch.get());
    let rows: Vec<(i64, Vec<u8>)> = on!(tx, c => sqlx::query_as(sql)
        .bind(batch)
        .bind(i64::from(limit))
        .fetch_all(c).await)?;
    let read = |(index, account): (i64, Vec<u8>)| {
        let mark = mark_of(batch, index)?;
        Ok((mark, read_account(mark, &account)?))
    };
    rows.into_iter().map(read).collect()
}

/// The marks of a batch that were asked about at this very moment.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn asked_at(
    tx: &mut Tx,
    batch: BatchNumber,
    at: Timestamp,
) -> Result<Vec<MarkId>, StoreError> {
    let sql = "SELECT mark_index FROM scans WHERE at = $1 AND batch = $2";
    let batch = i64::from(batch.get());
    let rows: Vec<(i64,)> = on!(tx, c => sqlx::query_as(sql)
        .bind(at.as_microsecond())
        .bind(batch)
        .fetch_all(c).await)?;
    rows.into_iter()
        .map(|(index,)| mark_of(batch, index))
        .collect()
}

fn read_account(mark: MarkId, account: &[u8]) -> Result<MarkState, StoreError> {
    let row = Row {
        table: "mark_queries",
        key: &mark,
    };
    row.value("account", MarkState::from_bytes(account))
}

fn read(mark: MarkId, row: QueriesRow) -> Result<Queries, StoreError> {
    let (count, first_at, latest_at, prefecture, class, phone, recent, network) = row;
    let row = Row {
        table: "mark_queries",
        key: &mark,
    };
    let columns = ["first_prefecture", "first_place_class"];
    let first_place = place(&row, columns, prefecture, class)?;
    let first_phone = phone_hash(&row, "first_phone", phone)?;
    Ok(Queries {
        count: row.number("queries", count)?,
        first_at: row.time("first_at", first_at)?,
        first_place,
        first_phone,
        first_network: network_hash(&row, "first_network", network)?,
        latest_at: row.time("latest_at", latest_at)?,
        recent: match recent {
            None => Recent::default(),
            Some(bytes) => row.value("recent", Recent::from_bytes(&bytes))?,
        },
    })
}
