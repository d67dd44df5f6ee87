//! SQLite's log: making durable what groups of scans have committed, and moving it into its place in the file. PostgreSQL does
//! both by itself.

use std::fs::File;
use std::io;

use super::{Store, StoreError};

impl Store {
    /// Waits until the disk has all that was committed before this call. What any other transaction than a group's has
    /// committed is there already, and on PostgreSQL a group's as well.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]: what the disk has is not known, and after a call that failed the next one does not tell
    /// either. [`Store::move_all`] does.
    pub async fn sync(&self) -> Result<(), StoreError> {
        let Self::Sqlite { log, .. } = self else {
            return Ok(());
        };
        let log = log.clone();
        let synced = tokio::task::spawn_blocking(move || File::open(log)?.sync_data()).await;
        let synced = synced.unwrap_or_else(|error| Err(io::Error::other(error)));
        synced.map_err(|error| sqlx::Error::Io(error).into())
    }

    /// Has SQLite put what was committed from its log into its place in the file, beside whoever writes, and says how many
    /// pages the log has, those that were moved included.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]: what was committed is as durable as before.
    pub async fn checkpoint(&self) -> Result<u32, StoreError> {
        let (_, pages) = self.moved("PRAGMA wal_checkpoint(PASSIVE)").await?;
        Ok(pages)
    }

    /// Has it put all of its log into its place, and waits until the disk has it there: who reads and writes is waited for.
    ///
    /// # Errors
    /// [`StoreError::TooSlow`] if others were in the way; [`StoreError::Unavailable`].
    pub async fn move_all(&self) -> Result<(), StoreError> {
        match self.moved("PRAGMA wal_checkpoint(TRUNCATE)").await? {
            (true, _) => Ok(()),
            (false, _) => Err(StoreError::TooSlow),
        }
    }

    /// Whether all was moved as it was asked, and the pages of the log.
    async fn moved(&self, pragma: &'static str) -> Result<(bool, u32), StoreError> {
        let Self::Sqlite { checkpoints, .. } = self else {
            return Ok((true, 0));
        };
        let (busy, pages, _): (i64, i64, i64) =
            sqlx::query_as(pragma).fetch_one(checkpoints).await?;
        Ok((busy == 0, u32::try_from(pages).unwrap_or(0)))
    }
}
