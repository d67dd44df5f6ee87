//! Checks that were made without a network and sent later: their names, so that what is sent again changes nothing.

use std::collections::HashSet;

use jiff::Timestamp;
use uuid::Uuid;

use super::row::Row;
use super::{Store, StoreError, Tx};
use crate::domain::mark::MarkId;

/// Rows that go in one transaction when they are too old.
const CHUNK: i64 = 2000;

/// A check as it is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The name that the phone gave it.
    pub id: Uuid,
    /// The mark.
    pub mark: MarkId,
    /// When it was made, by the phone's clock; `None` if that clock cannot be right.
    pub claimed_at: Option<Timestamp>,
}

/// Which of these have been counted already.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn counted(tx: &mut Tx, ids: &[Uuid]) -> Result<HashSet<Uuid>, StoreError> {
    let rows: Vec<(String,)> = on!(tx, c => {
        let sql = "SELECT id FROM offline_checks WHERE counted = 1 AND id IN (NULL";
        of_these(sql, ids).build_query_as().fetch_all(c).await
    })?;
    rows.into_iter().map(read_id).collect()
}

/// Takes these, a few and each once, to be counted by whoever asks, and says which it got. Those that were counted, or that somebody
/// else took since `broken_off`, it does not.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn take(
    tx: &mut Tx,
    checks: &[Kept],
    now: Timestamp,
    broken_off: Timestamp,
) -> Result<HashSet<Uuid>, StoreError> {
    if checks.is_empty() {
        return Ok(HashSet::new());
    }
    let rows: Vec<(String,)> = on!(tx, c => {
        let mut sql = sqlx::QueryBuilder::new(
            "INSERT INTO offline_checks (id, batch, mark_index, received_at, claimed_at, counted) ",
        );
        sql.push_values(checks, |mut row, check| {
            row.push_bind(check.id.to_string())
                .push_bind(i64::from(check.mark.batch.get()))
                .push_bind(i64::from(check.mark.index.get()))
                .push_bind(now.as_microsecond())
                .push_bind(check.claimed_at.map(Timestamp::as_microsecond))
                .push_bind(0_i64);
        });
        sql.push(
            " ON CONFLICT (id) DO UPDATE SET received_at = excluded.received_at \
             WHERE offline_checks.counted = 0 AND offline_checks.received_at < ",
        );
        sql.push_bind(broken_off.as_microsecond()).push(" RETURNING id");
        sql.build_query_as().fetch_all(c).await
    })?;
    rows.into_iter().map(read_id).collect()
}

/// Notes that these, which were taken, are counted.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn count(tx: &mut Tx, ids: &[Uuid]) -> Result<(), StoreError> {
    let sql = "UPDATE offline_checks SET counted = 1 WHERE id IN (NULL";
    on!(tx, c => of_these(sql, ids).build().execute(c).await.map(drop))?;
    Ok(())
}

/// Gives back these, which were taken and could not be counted.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn give_back(tx: &mut Tx, ids: &[Uuid]) -> Result<(), StoreError> {
    let sql = "DELETE FROM offline_checks WHERE counted = 0 AND id IN (NULL";
    on!(tx, c => of_these(sql, ids).build().execute(c).await.map(drop))?;
    Ok(())
}

/// A statement up to its list of names, with the list.
fn of_these<DB: sqlx::Database>(sql: &'static str, ids: &[Uuid]) -> sqlx::QueryBuilder<DB>
where
    String: for<'q> sqlx::Encode<'q, DB> + sqlx::Type<DB>,
{
    let mut sql = sqlx::QueryBuilder::new(sql);
    for id in ids {
        sql.push(", ").push_bind(id.to_string());
    }
    sql.push(")");
    sql
}

fn read_id((id,): (String,)) -> Result<Uuid, StoreError> {
    let row = Row {
        table: "offline_checks",
        key: &id,
    };
    row.value("id", Uuid::try_parse(&id).ok())
}

/// Removes the oldest of those that were received before this, a few thousand, and says how many went.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn remove_oldest(store: &Store, than: Timestamp) -> Result<u64, StoreError> {
    let sql = "DELETE FROM offline_checks WHERE id IN \
         (SELECT id FROM offline_checks WHERE received_at < $1 ORDER BY received_at LIMIT $2)";
    let mut tx = store.write().await?;
    let gone = on!(&mut tx, c => sqlx::query(sql)
        .bind(than.as_microsecond())
        .bind(CHUNK)
        .execute(c).await.map(|done| done.rows_affected()))?;
    tx.commit().await?;
    Ok(gone)
}
