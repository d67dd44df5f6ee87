//! Links to packs, and what became of each: one for every opening of an order's pack.

use jiff::Timestamp;

use super::row::Row;
use super::{StoreError, Tx};
use crate::domain::order::OrderNumber;

/// An opening of an order's pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opening {
    /// Of which order.
    pub order: OrderNumber,
    /// Which one, from 1.
    pub opening: u32,
    /// What the pack holds, as JSON.
    pub plan: String,
    /// When its link was made.
    pub made_at: Timestamp,
    /// When its download began.
    pub taken_at: Option<Timestamp>,
    /// What was sent, once that has come to an end.
    pub sent: Option<Sent>,
}

/// What was sent of a pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// How many bytes were made for it.
    pub bytes: u64,
    /// Their SHA-256, in hexadecimal.
    pub sha256: String,
    /// Whether it came to its end and all of it was handed to the network.
    pub is_whole: bool,
}

type OpeningRow = (
    i64,
    i64,
    String,
    i64,
    Option<i64>,
    Option<i64>,
    Option<String>,
    Option<i64>,
);

const OPENING: &str = "order_number, opening, plan, made_at, taken_at, bytes, sha256, is_whole";

fn read(row: OpeningRow) -> Result<Opening, StoreError> {
    let (order, opening, plan, made_at, taken_at, bytes, sha256, is_whole) = row;
    let row = Row {
        table: "pack_links",
        key: &order,
    };
    let sent = match (bytes, sha256) {
        (Some(bytes), Some(sha256)) => Some(Sent {
            bytes: row.number("bytes", bytes)?,
            sha256,
            is_whole: is_whole == Some(1),
        }),
        _ => None,
    };
    Ok(Opening {
        order: OrderNumber(row.number("order_number", order)?),
        opening: row.number("opening", opening)?,
        plan,
        made_at: row.time("made_at", made_at)?,
        taken_at: taken_at.map(|at| row.time("taken_at", at)).transpose()?,
        sent,
    })
}

/// Writes down the link of an opening; a newer one takes the place of one that nobody has used.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn put(
    tx: &mut Tx,
    (order, opening): (OrderNumber, u32),
    plan: &str,
    digest: &[u8; 32],
    at: Timestamp,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO pack_links (order_number, opening, plan, link, made_at) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (order_number, opening) DO UPDATE SET plan = excluded.plan, link = excluded.link, \
         made_at = excluded.made_at WHERE pack_links.taken_at IS NULL";
    on!(tx, c => sqlx::query(sql)
        .bind(i64::from(order.0))
        .bind(i64::from(opening))
        .bind(plan)
        .bind(digest.as_slice())
        .bind(at.as_microsecond())
        .execute(c).await.map(drop))?;
    Ok(())
}

/// The opening of a link.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn by_digest(tx: &mut Tx, digest: &[u8; 32]) -> Result<Option<Opening>, StoreError> {
    let sql = format!("SELECT {OPENING} FROM pack_links WHERE link = $1");
    let row: Option<OpeningRow> = on!(tx, c => sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(digest.as_slice())
        .fetch_optional(c).await)?;
    row.map(read).transpose()
}

/// All openings of an order's pack, the first first.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn of_order(tx: &mut Tx, order: OrderNumber) -> Result<Vec<Opening>, StoreError> {
    let sql = format!("SELECT {OPENING} FROM pack_links WHERE order_number = $1 ORDER BY opening");
    let rows: Vec<OpeningRow> = on!(tx, c => sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(i64::from(order.0))
        .fetch_all(c).await)?;
    rows.into_iter().map(read).collect()
}

/// Notes that the download of an opening begins. Whether it is the first: if not, nothing is written.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn take(
    tx: &mut Tx,
    (order, opening): (OrderNumber, u32),
    at: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "UPDATE pack_links SET taken_at = $3 WHERE order_number = $1 AND opening = $2 AND taken_at IS NULL";
    let rows = on!(tx, c => sqlx::query(sql)
        .bind(i64::from(order.0))
        .bind(i64::from(opening))
        .bind(at.as_microsecond())
        .execute(c).await.map(|done| done.rows_affected()))?;
    Ok(rows == 1)
}

/// Notes what was sent, when the download has come to an end.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn end(
    tx: &mut Tx,
    (order, opening): (OrderNumber, u32),
    sent: &Sent,
) -> Result<(), StoreError> {
    let sql = "UPDATE pack_links SET bytes = $3, sha256 = $4, is_whole = $5 WHERE order_number = $1 AND opening = $2";
    on!(tx, c => sqlx::query(sql)
        .bind(i64::from(order.0))
        .bind(i64::from(opening))
        .bind(i64::try_from(sent.bytes).unwrap_or(i64::MAX))
        .bind(&sent.sha256)
        .bind(i64::from(sent.is_whole))
        .execute(c).await.map(drop))?;
    Ok(())
}
