//! Scans: every query of a mark, and the exact count of them.

use jiff::Timestamp;

use super::row::Row;
use super::{StoreError, Tx};
use crate::domain::mark::MarkId;
use crate::domain::phone::PhoneHash;
use crate::domain::place::{Place, PlaceClass, Prefecture};

/// The queries of a mark so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Queries {
    /// How many; 0 only between [`lock`] and [`add`].
    pub count: u64,
    /// When the first came.
    pub first_at: Timestamp,
    /// Where it came from.
    pub first_place: Option<Place>,
    /// Whose it was.
    pub first_phone: Option<PhoneHash>,
}

/// One query.
#[derive(Clone, Debug)]
pub struct NewScan<'a> {
    /// The mark.
    pub mark: MarkId,
    /// When.
    pub at: Timestamp,
    /// The state it met.
    pub state: &'a str,
    /// Where it came from.
    pub place: Option<Place>,
    /// Whose it was.
    pub phone: Option<PhoneHash>,
    /// How it came: `consumer`, `inspector`, …
    pub channel: &'a str,
}

type QueriesRow = (i64, i64, Option<i64>, Option<String>, Option<Vec<u8>>);

/// Reads the mark's count and holds it until the transaction ends: nobody else can count a query of it meanwhile.
/// A mark that was never scanned gets its row now, with this scan as its first.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn lock(tx: &mut Tx, scan: &NewScan<'_>) -> Result<Queries, StoreError> {
    // The empty update is what takes the lock, on both databases.
    let sql = "INSERT INTO mark_queries \
         (batch, mark_index, queries, first_at, latest_at, first_prefecture, first_place_class, first_phone) \
         VALUES ($1, $2, 0, $3, $3, $4, $5, $6) \
         ON CONFLICT (batch, mark_index) DO UPDATE SET queries = mark_queries.queries \
         RETURNING queries, first_at, first_prefecture, first_place_class, first_phone";
    let row: QueriesRow = on!(tx, c => sqlx::query_as(sql)
        .bind(i64::from(scan.mark.batch.get()))
        .bind(i64::from(scan.mark.index.get()))
        .bind(scan.at.as_microsecond())
        .bind(prefecture(scan.place))
        .bind(class(scan.place))
        .bind(phone(scan.phone))
        .fetch_one(c).await)?;
    read(scan.mark, row)
}

/// The mark's count without holding or changing anything.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn get(tx: &mut Tx, mark: MarkId) -> Result<Option<Queries>, StoreError> {
    let sql = "SELECT queries, first_at, first_prefecture, first_place_class, first_phone \
         FROM mark_queries WHERE batch = $1 AND mark_index = $2";
    let row: Option<QueriesRow> = on!(tx, c => sqlx::query_as(sql)
        .bind(i64::from(mark.batch.get()))
        .bind(i64::from(mark.index.get()))
        .fetch_optional(c).await)?;
    row.map(|row| read(mark, row)).transpose()
}

/// The number of this phone's latest query of the mark since `since`, looked for among the mark's last queries.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn latest_of_phone(
    tx: &mut Tx,
    mark: MarkId,
    phone: PhoneHash,
    since: Timestamp,
    queries: u64,
) -> Result<Option<u64>, StoreError> {
    /// A mark whose photo circulates has many thousand queries; what is looked at for each stays the same.
    const LAST_QUERIES: u64 = 64;
    let sql = "SELECT max(query) FROM scans \
         WHERE batch = $1 AND mark_index = $2 AND query > $3 AND phone = $4 AND at > $5";
    let (query,): (Option<i64>,) = on!(tx, c => sqlx::query_as(sql)
        .bind(i64::from(mark.batch.get()))
        .bind(i64::from(mark.index.get()))
        .bind(queries.saturating_sub(LAST_QUERIES).cast_signed())
        .bind(&phone.0[..])
        .bind(since.as_microsecond())
        .fetch_one(c).await)?;
    Ok(query.map(i64::cast_unsigned))
}

/// Writes down a query and counts it. The mark must be held by [`lock`].
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn add(tx: &mut Tx, scan: &NewScan<'_>, query: u64) -> Result<(), StoreError> {
    let mark = (
        i64::from(scan.mark.batch.get()),
        i64::from(scan.mark.index.get()),
    );
    let insert = "INSERT INTO scans (batch, mark_index, query, at, previous_at, state, prefecture, place_class, phone, channel) \
         SELECT $1, $2, $3, $4, CASE WHEN queries > 0 THEN latest_at END, $5, $6, $7, $8, $9 \
         FROM mark_queries WHERE batch = $1 AND mark_index = $2";
    on!(tx, c => sqlx::query(insert)
        .bind(mark.0)
        .bind(mark.1)
        .bind(query.cast_signed())
        .bind(scan.at.as_microsecond())
        .bind(scan.state)
        .bind(prefecture(scan.place))
        .bind(class(scan.place))
        .bind(phone(scan.phone))
        .bind(scan.channel)
        .execute(c).await.map(drop))?;
    let update = "UPDATE mark_queries SET queries = $3, latest_at = $4 WHERE batch = $1 AND mark_index = $2";
    on!(tx, c => sqlx::query(update)
        .bind(mark.0)
        .bind(mark.1)
        .bind(query.cast_signed())
        .bind(scan.at.as_microsecond())
        .execute(c).await.map(drop))?;
    Ok(())
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
    let sql = "SELECT query, at, state, prefecture, place_class, channel FROM scans \
         WHERE batch = $1 AND mark_index = $2 ORDER BY query DESC LIMIT $3";
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
pub async fn count_of_batch(
    tx: &mut Tx,
    batch: crate::domain::mark::BatchNumber,
) -> Result<u64, StoreError> {
    let sql = "SELECT CAST(coalesce(sum(queries), 0) AS BIGINT) FROM mark_queries WHERE batch = $1";
    let (count,): (i64,) =
        on!(tx, c => sqlx::query_as(sql).bind(i64::from(batch.get())).fetch_one(c).await)?;
    Ok(count.cast_unsigned())
}

fn prefecture(place: Option<Place>) -> Option<i64> {
    place.map(|place| i64::from(place.prefecture.code()))
}

fn class(place: Option<Place>) -> Option<&'static str> {
    place.map(|place| place.class.slug())
}

fn phone(phone: Option<PhoneHash>) -> Option<Vec<u8>> {
    phone.map(|phone| phone.0.to_vec())
}

/// A place out of its two columns.
fn place(
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
    let (count, first_at, prefecture, class, phone) = row;
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
    })
}
