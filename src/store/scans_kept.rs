//! How long scans are kept: what is too old goes away, the oldest first, without holding up anybody who scans.
//!
//! Contract: after every commit here, of all scans ever made those from some moment on are there, and none of before. So
//! what is left of a mark is a gap-free end of its queries. `mark_queries`, which every answer is made from, stays.

use jiff::Timestamp;
use sqlx::{AssertSqlSafe, PgPool, SqlitePool};

use super::{SQLITE_WRITE, Store, StoreError, Tx, months};

/// Rows that go in one transaction on SQLite: a few milliseconds, in which scans wait.
const CHUNK: i64 = 2000;
/// How long a month that goes may keep scans waiting on PostgreSQL, in milliseconds.
const LOCK_TIMEOUT_MS: u64 = 100;
/// Months that are made ahead, besides this one.
const MONTHS_AHEAD: i32 = 2;

/// Where ageing out stands after a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removed {
    /// Some went; there may be more.
    Some,
    /// Somebody uses them at this moment: later.
    NotNow,
    /// There is nothing as old as that.
    Nothing,
}

/// The turn to do what goes through all scans: one instance at a time has it, until this is dropped.
#[derive(Debug)]
pub struct Turn {
    /// On PostgreSQL, where many instances share one database.
    lock: Option<Tx>,
}

impl Turn {
    /// Gives the turn up now. Dropped, it is given up a little later, when the connection gets to it.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn end(self) -> Result<(), StoreError> {
        match self.lock {
            Some(tx) => tx.commit().await,
            None => Ok(()),
        }
    }
}

/// Takes the turn, unless another instance has it.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn take_turn(store: &Store) -> Result<Option<Turn>, StoreError> {
    let Store::Postgres(pool) = store else {
        return Ok(Some(Turn { lock: None }));
    };
    let mut tx = pool.begin().await?;
    // It waits for as long as the work takes, and holds nothing else.
    sqlx::raw_sql("SET LOCAL idle_in_transaction_session_timeout = 0")
        .execute(&mut *tx)
        .await?;
    let sql = "SELECT pg_try_advisory_xact_lock(hashtext('yuanmark scans kept'))";
    let (is_ours,): (bool,) = sqlx::query_as(sql).fetch_one(&mut *tx).await?;
    let turn = Turn {
        lock: Some(Tx::Postgres(tx)),
    };
    Ok(is_ours.then_some(turn))
}

/// When the oldest scan was that is not older than this.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn oldest(tx: &mut Tx, from: Timestamp) -> Result<Option<Timestamp>, StoreError> {
    let sql = "SELECT min(at) FROM scans WHERE at >= $1";
    let (at,): (Option<i64>,) =
        on!(tx, c => sqlx::query_as(sql).bind(from.as_microsecond()).fetch_one(c).await)?;
    Ok(at.map(|at| Timestamp::from_microsecond(at).unwrap_or_default()))
}

/// How many scans are older than this.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn count_older(tx: &mut Tx, than: Timestamp) -> Result<u64, StoreError> {
    if let Tx::Postgres(tx) = tx {
        // Over years of scans it takes longer than any other statement of ours may.
        let patient = "SET LOCAL statement_timeout = '10min'";
        sqlx::query(patient).execute(&mut **tx).await?;
    }
    let sql = "SELECT count(*) FROM scans WHERE at < $1";
    let (count,): (i64,) =
        on!(tx, c => sqlx::query_as(sql).bind(than.as_microsecond()).fetch_one(c).await)?;
    Ok(count.cast_unsigned())
}

/// The moment from which on scans are kept, if those older than this are to go: on PostgreSQL whole months go.
pub fn kept_from(store: &Store, than: Timestamp) -> Timestamp {
    match store {
        Store::Sqlite { .. } => than,
        Store::Postgres(_) => {
            let first = months::beginning_of(than.as_microsecond());
            Timestamp::from_microsecond(first).unwrap_or(Timestamp::MIN)
        }
    }
}

/// Removes the oldest of the scans that are older than this: a few thousand, or a month.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn remove_oldest(store: &Store, than: Timestamp) -> Result<Removed, StoreError> {
    match store {
        Store::Sqlite { writer, .. } => remove_chunk(writer, than).await,
        Store::Postgres(pool) => match remove_month(pool, than).await {
            Err(error) if is_lock_timeout(&error) => Ok(Removed::NotNow),
            removed => Ok(removed?),
        },
    }
}

async fn remove_chunk(writer: &SqlitePool, than: Timestamp) -> Result<Removed, StoreError> {
    let mut tx = writer.begin_with(SQLITE_WRITE).await?;
    // Scans of one microsecond go together.
    let sql = "DELETE FROM scans WHERE at < $1 AND at <= coalesce(\
         (SELECT at FROM scans WHERE at < $1 ORDER BY at LIMIT 1 OFFSET $2), $1)";
    let gone = sqlx::query(sql)
        .bind(than.as_microsecond())
        .bind(CHUNK - 1)
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(match gone.rows_affected() {
        0 => Removed::Nothing,
        _ => Removed::Some,
    })
}

async fn remove_month(pool: &PgPool, than: Timestamp) -> Result<Removed, sqlx::Error> {
    let mut tx = pool.begin().await?;
    // DETACH CONCURRENTLY is not to be had beside a partition for everything else. The plain one needs the table for
    // itself, for a moment; whoever scans waits behind it no longer than this.
    let limits = format!(
        "SET LOCAL lock_timeout = {LOCK_TIMEOUT_MS}; SET LOCAL statement_timeout = '10min'"
    );
    sqlx::raw_sql(AssertSqlSafe(limits))
        .execute(&mut *tx)
        .await?;
    let sql = "SELECT min(at) FROM scans";
    let (oldest,): (Option<i64>,) = sqlx::query_as(sql).fetch_one(&mut *tx).await?;
    let Some(oldest) = oldest else {
        return Ok(Removed::Nothing);
    };
    let end = months::end_of(oldest);
    if end > than.as_microsecond() {
        return Ok(Removed::Nothing);
    }
    sqlx::query("DELETE FROM scans_rest WHERE at < $1")
        .bind(end)
        .execute(&mut *tx)
        .await?;
    let month = months::partition_of(oldest);
    let sql = "SELECT 1 FROM pg_inherits WHERE inhparent = 'scans'::regclass AND inhrelid = to_regclass($1)";
    let is_there = sqlx::query(sql).bind(&month).fetch_optional(&mut *tx);
    if is_there.await?.is_some() {
        let sql = format!("ALTER TABLE scans DETACH PARTITION {month}; DROP TABLE {month}");
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut *tx).await?;
    }
    tx.commit().await?;
    Ok(Removed::Some)
}

fn is_lock_timeout(error: &sqlx::Error) -> bool {
    /// `lock_not_available`
    const CODE: &str = "55P03";
    let code = error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code);
    code.is_some_and(|code| code == CODE)
}

/// Makes the partitions of this month and the next ones, where there are partitions.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn make_months(store: &Store, now: Timestamp) -> Result<(), StoreError> {
    let Store::Postgres(pool) = store else {
        return Ok(());
    };
    let mut at = now.as_microsecond();
    for _ in 0..=MONTHS_AHEAD {
        let mut tx = pool.begin().await?;
        months::make(&mut tx, at).await?;
        tx.commit().await?;
        at = months::end_of(at);
    }
    Ok(())
}
