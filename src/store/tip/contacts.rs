//! How people who sent tips are reached: encrypted here, and erased when its time is over.

use jiff::Timestamp;

use crate::domain::tip::TipNumber;
use crate::store::row::Row;
use crate::store::{StoreError, Tx};

/// The contact of a tip as it is kept, with the digest of the tip's ticket.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn contact_of(
    tx: &mut Tx,
    tip: TipNumber,
) -> Result<Option<([u8; 32], Vec<u8>)>, StoreError> {
    let sql = "SELECT ticket, contact FROM tips WHERE number = $1 AND contact IS NOT NULL";
    let row: Option<(Vec<u8>, Vec<u8>)> = on!(tx, c => sqlx::query_as(sql)
        .bind(i64::from(tip.0))
        .fetch_optional(c).await)?;
    let read = |(ticket, contact): (Vec<u8>, Vec<u8>)| {
        let row = Row {
            table: "tips",
            key: &tip,
        };
        let digest = row.value("ticket", ticket.try_into().ok())?;
        Ok((digest, contact))
    };
    row.map(read).transpose()
}

/// Closed tips that have a contact and were closed before this, at most `limit`, the oldest first.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn with_old_contacts(
    tx: &mut Tx,
    than: Timestamp,
    limit: u32,
) -> Result<Vec<TipNumber>, StoreError> {
    let sql = "SELECT number FROM tips WHERE contact IS NOT NULL AND state_at < $1 \
         AND state IN ('decided', 'rejected', 'withdrawn') ORDER BY state_at LIMIT $2";
    let rows: Vec<(i64,)> = on!(tx, c => sqlx::query_as(sql)
        .bind(than.as_microsecond())
        .bind(i64::from(limit))
        .fetch_all(c).await)?;
    let number = |(number,): (i64,)| {
        let row = Row {
            table: "tips",
            key: &number,
        };
        row.number("number", number).map(TipNumber)
    };
    rows.into_iter().map(number).collect()
}

/// Erases the contact of a tip; whether there was one.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn erase_contact(tx: &mut Tx, tip: TipNumber) -> Result<bool, StoreError> {
    let sql = "UPDATE tips SET contact = NULL WHERE number = $1 AND contact IS NOT NULL";
    let rows = on!(tx, c => sqlx::query(sql)
        .bind(i64::from(tip.0))
        .execute(c).await.map(|done| done.rows_affected()))?;
    Ok(rows == 1)
}
