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

/// Which of these have been kept already.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn known(tx: &mut Tx, ids: &[Uuid]) -> Result<HashSet<Uuid>, StoreError> {
    let rows: Vec<(String,)> = on!(tx, c => {
        let mut sql = sqlx::QueryBuilder::new("SELECT id FROM offline_checks WHERE id IN (NULL");
        for id in ids {
            sql.push(", ").push_bind(id.to_string());
        }
        sql.push(")").build_query_as().fetch_all(c).await
    })?;
    let read = |(id,): (String,)| {
        let row = Row {
            table: "offline_checks",
            key: &id,
        };
        row.value("id", Uuid::try_parse(&id).ok())
    };
    rows.into_iter().map(read).collect()
}

/// Keeps these, a few; one that was kept meanwhile stays as it is.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn add(tx: &mut Tx, checks: &[Kept], now: Timestamp) -> Result<(), StoreError> {
    if checks.is_empty() {
        return Ok(());
    }
    on!(tx, c => {
        let mut sql = sqlx::QueryBuilder::new(
            "INSERT INTO offline_checks (id, batch, mark_index, received_at, claimed_at) ",
        );
        sql.push_values(checks, |mut row, check| {
            row.push_bind(check.id.to_string())
                .push_bind(i64::from(check.mark.batch.get()))
                .push_bind(i64::from(check.mark.index.get()))
                .push_bind(now.as_microsecond())
                .push_bind(check.claimed_at.map(Timestamp::as_microsecond));
        });
        sql.push(" ON CONFLICT (id) DO NOTHING");
        sql.build().execute(c).await.map(drop)
    })?;
    Ok(())
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
