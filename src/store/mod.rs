//! The only place that knows SQL.
//!
//! One text serves SQLite and PostgreSQL wherever it can: `$1` parameters, `RETURNING`, `ON CONFLICT`, integers of 64
//! bits, times as microseconds, ids given by the caller. `on!` repeats a function's body for the connection of each
//! database. What belongs here: one function for each question or change, named after it; rows become domain types
//! here and nowhere else. What does not: rules, time, and who may do what.
//!
//! Contract: a function changes nothing outside the transaction it is given; what it wrote is durable when the
//! caller's [`Tx::commit`] returns, and was never there if that fails or is not reached. Nothing retries here.

macro_rules! on {
    ($tx:expr, $connection:ident => $body:expr) => {
        match $tx {
            $crate::store::Tx::Sqlite(tx) => {
                let $connection = &mut **tx;
                $body
            }
            $crate::store::Tx::Postgres(tx) => {
                let $connection = &mut **tx;
                $body
            }
        }
    };
}

pub mod alert;
pub mod audit;
pub mod backup;
pub mod batch;
pub mod batch_account;
mod books;
pub mod calibration;
pub mod case;
pub mod claim;
mod connect;
mod counter;
pub mod directory;
pub mod event;
pub mod evidence;
pub mod forgetting;
pub mod health;
pub mod installation;
pub mod kept;
pub mod ledger;
pub mod licensee;
pub mod lists;
mod log;
pub mod migrate;
mod months;
pub mod moving;
pub mod offline_check;
pub mod order;
pub mod pack_link;
pub mod register;
pub mod report;
mod row;
pub mod scan;
pub mod scans_kept;
pub mod search;
pub mod session;
pub mod template;
pub mod tip;
pub mod token;
pub mod trail;
mod trouble;
pub mod unissued;
pub mod user;
pub mod waiting;

use std::sync::Arc;

use jiff::Timestamp;
use sqlx::{PgPool, SqlitePool};

pub use self::log::Log;
use self::trouble::Trouble;
use crate::domain::calendar::clock_of;

pub use connect::{DatabaseUrl, DatabaseUrlError};

/// Why the database did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It cannot be reached, is locked for too long, or its disk is full.
    #[error("{}", trouble::told(.0))]
    Unavailable(#[from] sqlx::Error),
    /// It was asked, and did not answer in time.
    #[error("the database took too long")]
    TooSlow,
    /// There is no database file.
    #[error("there is no database at {0}")]
    NoDatabase(String),
    /// It holds tables, and none of this program.
    #[error("the database belongs to another program: it holds the table {0}")]
    Foreign(String),
    /// The server is older than this program can use.
    #[error("PostgreSQL is version {}, this program needs {} or newer", major(*.0), major(trouble::OLDEST_POSTGRES))]
    OldServer(u32),
    /// It is a backup, which is restored and not used.
    #[error("the file is a backup of {}", clock_of(*.0))]
    Backup(Timestamp),
    /// Its schema is older than this program.
    #[error("{}", older(*.found, *.needed))]
    TooOld {
        /// Its version; 0 for an empty database.
        found: i64,
        /// The version of this program.
        needed: i64,
    },
    /// Its schema is newer than this program.
    #[error("the database's schema is at version {found}, this program knows only {needed}")]
    TooNew {
        /// Its version.
        found: i64,
        /// The version of this program.
        needed: i64,
    },
    /// It was filled by a trial version that kept no ledger.
    #[error("the database was filled by a trial version and holds {0} licensees without a ledger")]
    TrialData(u64),
    /// The installation was moved to another database.
    #[error("the installation was moved to {to} at {}", clock_of(*at))]
    Moved {
        /// Its new address, without the password.
        to: String,
        /// When.
        at: Timestamp,
    },
    /// An installation is being moved into this database, or the move was given up.
    #[error("the database is an unfinished copy of a SQLite installation that was being moved")]
    UnfinishedCopy,
    /// While an installation was moved, a row was not the same on both sides after it had been copied.
    #[error("table {table}, row {key}: not the same on both sides, although it was copied")]
    CopyDiffers {
        /// The table.
        table: String,
        /// The key of the first such row.
        key: String,
    },
    /// A migration failed; the ones before it are done, it is not.
    #[error("the schema could not be brought up to date: {0}")]
    Migrate(String),
    /// A row breaks our own rules: it was changed by other means.
    #[error(
        "table {table}, row {key}: the column {column} breaks our rules; the database was changed by other means"
    )]
    BrokenRow {
        /// The table.
        table: &'static str,
        /// The row's key.
        key: String,
        /// The column.
        column: &'static str,
    },
    /// A counter has given out its last number.
    #[error("no further {0} can be numbered: the code format has no room for more")]
    NumbersUsedUp(&'static str),
}

impl StoreError {
    /// What to do, in one line.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::Unavailable(error) => Trouble::of(error).advice(),
            Self::TooSlow | Self::Migrate(_) => Trouble::Other.advice(),
            Self::Foreign(_) => {
                "name the database of this installation with --database, or an empty one"
            }
            Self::OldServer(_) => "use a newer PostgreSQL",
            Self::Backup(_) => "put it into an empty place with `yuanmark restore`, and name that",
            Self::TooOld { found: 0, .. } => {
                "make an installation in it with `yuanmark migrate`, or name another one with --database"
            }
            Self::NoDatabase(_) => "make one with `yuanmark migrate`, or name it with --database",
            Self::TooOld { .. } => "keep a copy of the database, then run `yuanmark migrate`",
            Self::TooNew { .. } => "use a newer yuanmark",
            Self::TrialData(_) => {
                "keep it with the version that made it, and begin anew with another --database"
            }
            Self::CopyDiffers { .. } => {
                "nothing was moved and SQLite stays in force: see who else writes to the target, then run it again"
            }
            Self::Moved { .. } => "name that database with --database",
            Self::UnfinishedCopy => {
                "run `yuanmark migrate --to` from the SQLite database again, to its end; until then that one is in force"
            }
            Self::BrokenRow { .. } => "compare the database with a backup",
            Self::NumbersUsedUp(_) => "begin a new installation with a keyring of its own",
        }
    }

    /// Whether others were in the way, and the same may well succeed at once: a deadlock that the database ended, a
    /// transaction that it could not put in an order, a row that another wrote first.
    pub fn is_conflict(&self) -> bool {
        let Self::Unavailable(sqlx::Error::Database(error)) = self else {
            return false;
        };
        // deadlock_detected, serialization_failure, unique_violation
        matches!(error.code().as_deref(), Some("40P01" | "40001" | "23505"))
    }

    /// Whether the caller named the wrong database, or one that this program cannot use.
    pub fn is_wrong_database(&self) -> bool {
        if let Self::Unavailable(error) = self {
            return Trouble::of(error).is_the_address_s();
        }
        matches!(
            self,
            Self::NoDatabase(_)
                | Self::Foreign(_)
                | Self::OldServer(_)
                | Self::Backup(_)
                | Self::TooOld { .. }
                | Self::TooNew { .. }
                | Self::TrialData(_)
                | Self::Moved { .. }
                | Self::UnfinishedCopy
        )
    }
}

fn older(found: i64, needed: i64) -> String {
    match found {
        0 => "the database is empty".to_owned(),
        _ => format!("the database's schema is at version {found}, this program needs {needed}"),
    }
}

/// The first number of a server's version.
const fn major(version: u32) -> u32 {
    version / 10_000
}

/// The lock between what commits to the ledger and the groups of scans being answered: "yuanmark" in ASCII.
const LEDGER_LOCK: i64 = i64::from_be_bytes(*b"yuanmark");
/// With what a group begins on PostgreSQL. A group looks rows up by their keys, of tables that may have grown a hundredfold
/// since its statements were planned: no plan of it may read a table from end to end.
const BEGIN_GROUP: &str =
    "SELECT pg_advisory_xact_lock_shared($1), set_config('enable_seqscan', 'off', true)";

/// With what a transaction begins on SQLite: its commit waits for the disk.
const SQLITE_WRITE: &str =
    "PRAGMA synchronous = FULL; PRAGMA temp_store = DEFAULT; BEGIN IMMEDIATE";
/// With what a group begins on SQLite: its commit does not. What SQLite keeps to take one statement back, a copy of every page that
/// it changes, stays in memory; of more than sixteen pages it would write a file, for each group a new one. A transaction of
/// the office may change any number of pages.
const SQLITE_GROUP: &str =
    "PRAGMA synchronous = NORMAL; PRAGMA temp_store = MEMORY; BEGIN IMMEDIATE";

async fn begin_group(
    pool: &PgPool,
) -> Result<sqlx::Transaction<'static, sqlx::Postgres>, sqlx::Error> {
    let mut tx = pool.begin().await?;
    let begun = sqlx::query(BEGIN_GROUP).bind(LEDGER_LOCK);
    begun.execute(&mut *tx).await?;
    Ok(tx)
}

/// A connected database. Cheap to clone.
#[derive(Clone, Debug)]
pub enum Store {
    /// One file on this machine.
    Sqlite {
        /// Many readers beside the one writer.
        readers: SqlitePool,
        /// One connection that moves what was written from the log into its place.
        checkpoints: SqlitePool,
        /// SQLite writes one transaction at a time; waiting for this one connection is fair and cheap.
        writer: SqlitePool,
        /// The file of its log.
        log: Arc<Log>,
    },
    /// A server, for any number of machines.
    Postgres(PgPool),
}

/// A transaction. Dropped without [`Tx::commit`] it changes nothing.
#[derive(Debug)]
pub enum Tx {
    /// On SQLite.
    Sqlite(sqlx::Transaction<'static, sqlx::Sqlite>),
    /// On PostgreSQL.
    Postgres(sqlx::Transaction<'static, sqlx::Postgres>),
}

impl Store {
    /// Begins a transaction that only reads.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn read(&self) -> Result<Tx, StoreError> {
        Ok(match self {
            Self::Sqlite { readers, .. } => Tx::Sqlite(readers.begin().await?),
            Self::Postgres(pool) => Tx::Postgres(pool.begin().await?),
        })
    }

    /// Begins a transaction that writes. On SQLite it is the only one of its kind from here on, so that what it
    /// reads cannot change under it.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn write(&self) -> Result<Tx, StoreError> {
        Ok(match self {
            Self::Sqlite { writer, .. } => Tx::Sqlite(writer.begin_with(SQLITE_WRITE).await?),
            Self::Postgres(pool) => Tx::Postgres(pool.begin().await?),
        })
    }

    /// Begins a transaction that answers one of the public: nothing is committed to the ledger before it ends.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn begin_answer(&self) -> Result<Tx, StoreError> {
        self.begin_before_the_ledger(SQLITE_WRITE).await
    }

    /// The same for a group of scans. On SQLite its commit does not wait for the disk: nobody may be told what it wrote
    /// before a [`Store::sync`] that began after the commit.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn begin_group(&self) -> Result<Tx, StoreError> {
        self.begin_before_the_ledger(SQLITE_GROUP).await
    }

    async fn begin_before_the_ledger(&self, sqlite: &'static str) -> Result<Tx, StoreError> {
        match self {
            Self::Sqlite { writer, .. } => Ok(Tx::Sqlite(writer.begin_with(sqlite).await?)),
            Self::Postgres(pool) => Ok(Tx::Postgres(match begin_group(pool).await {
                // The connection had died since the last group. Nothing was done yet: another one is tried at once.
                Err(sqlx::Error::Io(_) | sqlx::Error::Protocol(_)) => begin_group(pool).await?,
                begun => begun?,
            })),
        }
    }

    /// Closes all connections, waiting for those in use.
    pub async fn close(&self) {
        match self {
            Self::Sqlite {
                readers,
                checkpoints,
                writer,
                ..
            } => {
                checkpoints.close().await;
                readers.close().await;
                writer.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

impl Tx {
    /// Makes the transaction durable; one of [`Store::begin_group`] is so after a [`Store::sync`].
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]; whether it became durable is then unknown to the caller.
    pub async fn commit(self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(tx) => tx.commit().await?,
            Self::Postgres(tx) => tx.commit().await?,
        }
        Ok(())
    }
}
