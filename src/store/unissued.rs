//! Well-signed codes that no batch accounts for: the loudest alarm of all.

use jiff::Timestamp;

use super::{StoreError, Tx};
use crate::domain::code::Payload;

/// Writes down that such a code was seen.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn add(tx: &mut Tx, payload: &Payload, now: Timestamp) -> Result<(), StoreError> {
    let sql = "INSERT INTO unissued_codes (batch, mark_index, key_id, first_at, last_at, times) \
         VALUES ($1, $2, $3, $4, $4, 1) \
         ON CONFLICT (batch, mark_index, key_id) \
         DO UPDATE SET last_at = excluded.last_at, times = unissued_codes.times + 1";
    on!(tx, c => sqlx::query(sql)
        .bind(i64::from(payload.mark.batch.get()))
        .bind(i64::from(payload.mark.index.get()))
        .bind(i64::from(payload.key.0))
        .bind(now.as_microsecond())
        .execute(c).await.map(drop))?;
    Ok(())
}

/// How many such codes were ever seen, and when the last one was.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn count(tx: &mut Tx) -> Result<(u64, Option<Timestamp>), StoreError> {
    let sql = "SELECT count(*), max(last_at) FROM unissued_codes";
    let (count, last): (i64, Option<i64>) = on!(tx, c => sqlx::query_as(sql).fetch_one(c).await)?;
    let last = last.and_then(|micros| Timestamp::from_microsecond(micros).ok());
    Ok((count.cast_unsigned(), last))
}
