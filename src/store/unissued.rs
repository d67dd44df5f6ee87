//! Well-signed codes that no batch accounts for: the loudest alarm of all.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{StoreError, Tx};
use crate::domain::keyring::KeyId;
use crate::domain::mark::MarkId;

/// Writes down that such codes were seen, each so many times.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn add(
    tx: &mut Tx,
    seen: &BTreeMap<(MarkId, KeyId), i64>,
    now: Timestamp,
) -> Result<(), StoreError> {
    /// Columns × rows stay below the 32,766 parameters of SQLite.
    const CODES_A_STATEMENT: usize = 5000;
    let seen: Vec<_> = seen.iter().collect();
    for some in seen.chunks(CODES_A_STATEMENT) {
        on!(tx, c => {
            let mut sql = sqlx::QueryBuilder::new(
                "INSERT INTO unissued_codes (batch, mark_index, key_id, first_at, last_at, times) ",
            );
            sql.push_values(some, |mut row, ((mark, key), times)| {
                row.push_bind(i64::from(mark.batch.get()))
                    .push_bind(i64::from(mark.index.get()))
                    .push_bind(i64::from(key.0))
                    .push_bind(now.as_microsecond())
                    .push_bind(now.as_microsecond())
                    .push_bind(**times);
            });
            sql.push(
                " ON CONFLICT (batch, mark_index, key_id) DO UPDATE \
                 SET last_at = excluded.last_at, times = unissued_codes.times + excluded.times",
            );
            sql.build().execute(c).await.map(drop)
        })?;
    }
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
