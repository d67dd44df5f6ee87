//! A SQLite installation as one file: its copy, the mark that says it is a backup, and whether it is sound.
//!
//! Contract: a file with the mark is opened by nothing but [`taken_at`] and [`make_live`] (`migrate::version` refuses it), so that
//! a backup stays as it was taken.

use std::path::Path;

use jiff::Timestamp;
use sqlx::SqliteConnection;

use super::{Store, StoreError, Tx};

/// How many batch numbers are passed over when a backup is put back: what was issued after it was taken has printed labels,
/// and its numbers must not be given again.
const BATCHES_PASSED_OVER: i64 = 1000;

/// Writes one state of the database into a file that is empty. Others go on reading and writing.
///
/// # Errors
/// [`StoreError::Unavailable`], also of a full disk; the file is then worth nothing.
pub async fn copy_into(store: &Store, file: &Path) -> Result<(), StoreError> {
    let Store::Sqlite { readers, .. } = store else {
        return Err(not_sqlite());
    };
    sqlx::query("VACUUM INTO $1")
        .bind(file.display().to_string())
        .execute(readers)
        .await?;
    Ok(())
}

/// The first thing that SQLite finds wrong with the file, page by page and index by index.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn damage(tx: &mut Tx) -> Result<Option<String>, StoreError> {
    let Tx::Sqlite(tx) = tx else {
        return Err(not_sqlite());
    };
    let (said,): (String,) = sqlx::query_as("PRAGMA integrity_check(1)")
        .fetch_one(&mut **tx)
        .await?;
    if said != "ok" {
        return Ok(Some(said));
    }
    let broken = sqlx::query("PRAGMA foreign_key_check")
        .fetch_optional(&mut **tx)
        .await?;
    Ok(broken.map(|_| "a row names another that is not there".to_owned()))
}

/// Marks the database as a backup of that time.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn mark(store: &Store, at: Timestamp) -> Result<(), StoreError> {
    let mut tx = store.write().await?;
    if let Tx::Sqlite(tx) = &mut tx {
        sqlx::query("CREATE TABLE backup (at INTEGER NOT NULL) STRICT")
            .execute(&mut **tx)
            .await?;
        sqlx::query("INSERT INTO backup (at) VALUES ($1)")
            .bind(at.as_microsecond())
            .execute(&mut **tx)
            .await?;
    }
    tx.commit().await
}

/// When it was taken, if it is a backup.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn taken_at(tx: &mut Tx) -> Result<Option<Timestamp>, StoreError> {
    match tx {
        Tx::Sqlite(tx) => mark_of(tx).await,
        Tx::Postgres(_) => Ok(None),
    }
}

async fn mark_of(connection: &mut SqliteConnection) -> Result<Option<Timestamp>, StoreError> {
    let sql = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'backup'";
    if sqlx::query(sql)
        .fetch_optional(&mut *connection)
        .await?
        .is_none()
    {
        return Ok(None);
    }
    let row: Option<(i64,)> = sqlx::query_as("SELECT at FROM backup")
        .fetch_optional(connection)
        .await?;
    Ok(row.map(|(at,)| Timestamp::from_microsecond(at).unwrap_or_default()))
}

/// Refuses a backup to whatever would use it.
pub(super) async fn refuse(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    match mark_of(connection).await? {
        Some(at) => Err(StoreError::Backup(at)),
        None => Ok(()),
    }
}

/// Takes the mark away. The next batch gets a number a thousand further on.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn make_live(store: &Store) -> Result<(), StoreError> {
    let mut tx = store.write().await?;
    if let Tx::Sqlite(tx) = &mut tx {
        sqlx::query("DROP TABLE backup").execute(&mut **tx).await?;
        sqlx::query("UPDATE counters SET next = next + $1 WHERE name = 'batch'")
            .bind(BATCHES_PASSED_OVER)
            .execute(&mut **tx)
            .await?;
    }
    tx.commit().await
}

fn not_sqlite() -> StoreError {
    StoreError::Unavailable(sqlx::Error::Configuration("no SQLite database".into()))
}
