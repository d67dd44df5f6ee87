//! SQLite's log: making durable what groups of scans have committed, and moving it into its place in the file. PostgreSQL does
//! both by itself.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Store, StoreError};

/// The log of an open database. The file stays open: the system tells each of those that have a file open once that something of
/// it could not be written, and whoever opens it afterwards never.
#[derive(Debug)]
pub struct Log {
    path: PathBuf,
    file: File,
}

impl Log {
    /// The log of a database that is open: beside the file itself, whichever links lead to it.
    pub(super) fn open(database: &Path) -> io::Result<Self> {
        let mut path = database.canonicalize()?.into_os_string();
        path.push("-wal");
        Ok(Self {
            file: File::open(&path)?,
            path: path.into(),
        })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What is written to a log that was taken away nobody will find again.
    fn is_in_its_place(&self) -> io::Result<()> {
        let (held, found) = (self.file.metadata()?, fs::metadata(&self.path)?);
        match (held.dev(), held.ino()) == (found.dev(), found.ino()) {
            true => Ok(()),
            false => Err(io::Error::other("another file is in the place of the log")),
        }
    }

    fn sync(&self) -> io::Result<()> {
        self.is_in_its_place()?;
        self.file.sync_data()
    }
}

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
        let log: Arc<Log> = log.clone();
        let synced = tokio::task::spawn_blocking(move || log.sync()).await;
        let synced = synced.unwrap_or_else(|error| Err(io::Error::other(error)));
        synced.map_err(|error| sqlx::Error::Io(error).into())
    }

    /// The same, and this thread does nothing else meanwhile.
    ///
    /// # Errors
    /// As [`Store::sync`].
    pub fn sync_here(&self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite { log, .. } => log.sync().map_err(|error| sqlx::Error::Io(error).into()),
            Self::Postgres(_) => Ok(()),
        }
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

    /// Has it put all of its log into its place, waits until the disk has it there, and begins the log anew: who reads and
    /// writes is waited for.
    ///
    /// # Errors
    /// [`StoreError::TooSlow`] if others were in the way; [`StoreError::Unavailable`].
    pub async fn move_all(&self) -> Result<(), StoreError> {
        if let Self::Sqlite { log, .. } = self {
            log.is_in_its_place().map_err(sqlx::Error::Io)?;
        }
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
