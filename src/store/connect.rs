//! Opening the database that an address names.

use std::fmt;
use std::fs::File;
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection, PgConnection, SqlitePool};
use tokio::time::{Instant, timeout};

use super::trouble::OLDEST_POSTGRES;
use super::{Log, Store, StoreError};

/// How long a caller waits for a connection before it is told that the database does not answer.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(3);
/// How long a second look at a server that did not answer may take, and a look at a connection that was idle.
const PROBE_TIMEOUT: Duration = Duration::from_secs(1);
/// How long one process waits for another that writes to the same SQLite file.
const SQLITE_BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Longer than any statement of ours takes on a healthy server, in milliseconds.
const POSTGRES_STATEMENT_TIMEOUT_MS: &str = "5000";
const SQLITE_READERS: u32 = 4;
/// Bytes of the file that readers map into memory instead of copying page by page.
const SQLITE_MAPPED: &str = "1073741824";
/// What the writer keeps of the file in memory, in KiB (negative, so that it is not in pages): the rows of marks are asked
/// for at random.
const SQLITE_CACHE: &str = "-65536";
/// Pages of the log after which a commit itself puts them into their place: 128 MiB. Checks are put there before
/// ([`Store::checkpoint`]); this is for what the office writes.
const SQLITE_LONG_LOG: &str = "32768";
const POSTGRES_CONNECTIONS: u32 = 16;
/// One is in use; another may still be closing.
const GROUP_CONNECTIONS: u32 = 2;
/// How long a group of scans waits for a connection: less than a client waits for the answer.
const GROUP_ACQUIRE_TIMEOUT: Duration = Duration::from_secs(1);

/// Where the database is.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// `sqlite:FILE`
    Sqlite(PathBuf),
    /// `postgres://USER:PASSWORD@HOST:PORT/DATABASE`
    Postgres(String),
}

/// Why an address names no database.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the database must be sqlite:FILE or postgres://USER@HOST/DATABASE")]
pub struct DatabaseUrlError;

impl FromStr for DatabaseUrl {
    type Err = DatabaseUrlError;

    fn from_str(text: &str) -> Result<Self, DatabaseUrlError> {
        if let Some(path) = text.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            return (!path.is_empty())
                .then(|| Self::Sqlite(path.into()))
                .ok_or(DatabaseUrlError);
        }
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return PgConnectOptions::from_str(text)
                .map(|_| Self::Postgres(text.to_owned()))
                .map_err(|_| DatabaseUrlError);
        }
        Err(DatabaseUrlError)
    }
}

impl DatabaseUrl {
    /// As other programs take it, with the user, without the password.
    pub fn without_password(&self) -> String {
        let Self::Postgres(url) = self else {
            return self.to_string();
        };
        let (address, parameters) = url.split_once('?').unwrap_or((url, ""));
        let address = match address.rsplit_once('@') {
            Some((before, place)) => {
                let (scheme, person) = before.split_once("://").unwrap_or(("postgres", before));
                let user = person.split(':').next().unwrap_or_default();
                format!("{scheme}://{user}@{place}")
            }
            None => address.to_owned(),
        };
        let shown: Vec<&str> = parameters
            .split('&')
            .filter(|one| !one.is_empty() && !one.starts_with("password="))
            .collect();
        match shown.is_empty() {
            true => address,
            false => format!("{address}?{}", shown.join("&")),
        }
    }
}

impl fmt::Display for DatabaseUrl {
    /// Without the password, which may stand before the host or among the parameters.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Postgres(url) => {
                let (address, _) = url.split_once('?').unwrap_or((url, ""));
                match address.rsplit_once('@') {
                    Some((_, place)) => write!(f, "postgres://…@{place}"),
                    None => f.write_str(address),
                }
            }
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Store {
    /// Connects to a database that is there already.
    ///
    /// # Errors
    /// [`StoreError::NoDatabase`] for a SQLite file that does not exist; [`StoreError::Unavailable`].
    pub async fn connect(url: &DatabaseUrl) -> Result<Self, StoreError> {
        match url {
            DatabaseUrl::Sqlite(path) if !path.exists() => {
                Err(StoreError::NoDatabase(path.display().to_string()))
            }
            DatabaseUrl::Sqlite(path) => sqlite(path).await,
            DatabaseUrl::Postgres(url) => postgres(url).await,
        }
    }

    /// Connects to a database, making the SQLite file if there is none.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn connect_or_create(url: &DatabaseUrl) -> Result<Self, StoreError> {
        match url {
            DatabaseUrl::Sqlite(path) => {
                make_private(path)?;
                sqlite(path).await
            }
            DatabaseUrl::Postgres(url) => postgres(url).await,
        }
    }
}

impl Store {
    /// The same database for one task that answers groups of scans, one after the other: on a server over connections of
    /// its own, which nobody else can use up, and which are made anew by calling this again.
    #[must_use]
    pub fn for_groups(&self) -> Self {
        match self {
            Self::Sqlite { .. } => self.clone(),
            Self::Postgres(pool) => Self::Postgres(
                PgPoolOptions::new()
                    .max_connections(GROUP_CONNECTIONS)
                    .acquire_timeout(GROUP_ACQUIRE_TIMEOUT)
                    // The group itself finds out, and asking first would cost every group a round trip.
                    .test_before_acquire(false)
                    .connect_lazy_with((*pool.connect_options()).clone()),
            ),
        }
    }
}

/// Makes the file, empty and for its owner alone; SQLite gives its companions the same permissions.
fn make_private(path: &Path) -> Result<(), StoreError> {
    let made = File::options()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path);
    match made {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            Err(sqlx::Error::Io(error).into())
        }
        _ => Ok(()),
    }
}

async fn sqlite(path: &Path) -> Result<Store, StoreError> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .foreign_keys(true)
        .journal_mode(SqliteJournalMode::Wal)
        // FULL: a commit that was answered survives a power cut. NORMAL would lose the last ones.
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(SQLITE_BUSY_TIMEOUT);
    // The writer first: it turns on the WAL, which a reader cannot.
    let writing = options
        .clone()
        .pragma("cache_size", SQLITE_CACHE)
        .pragma("wal_autocheckpoint", SQLITE_LONG_LOG);
    let writer = sqlite_writer(&writing).await?;
    let checkpoints = sqlite_pool(1).connect_lazy_with(options.clone());
    let readers = sqlite_pool(SQLITE_READERS)
        .connect_with(options.read_only(true).pragma("mmap_size", SQLITE_MAPPED))
        .await?;
    let log = Log::open(path).map_err(sqlx::Error::Io)?;
    Ok(Store::Sqlite {
        readers,
        checkpoints,
        writer,
        log: Arc::new(log),
    })
}

fn sqlite_pool(connections: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .max_connections(connections)
        // A file's connections do not grow old, and the last one to close would take the log away.
        .idle_timeout(None)
        .max_lifetime(None)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        // A file cannot hang up; asking first would cost every transaction a statement.
        .test_before_acquire(false)
        // When its disk is full SQLite ends a transaction by itself; the driver goes on taking it for open, and would begin no
        // other on this connection. The answer to a ping comes after whatever was to be rolled back.
        .after_release(|connection, _| {
            Box::pin(async move {
                if connection.is_in_transaction() {
                    connection.ping().await?;
                }
                Ok(!connection.is_in_transaction())
            })
        })
}

/// Turning on the WAL of a new file needs the file alone for a moment. SQLite waits for everything else by itself, but
/// not for that: of two processes that start together one would fail.
async fn sqlite_writer(options: &SqliteConnectOptions) -> Result<SqlitePool, sqlx::Error> {
    const PAUSE: Duration = Duration::from_millis(20);
    let mut waited = Duration::ZERO;
    loop {
        match sqlite_pool(1).connect_with(options.clone()).await {
            Err(error) if is_busy(&error) && waited < SQLITE_BUSY_TIMEOUT => {
                tokio::time::sleep(PAUSE).await;
                waited += PAUSE;
            }
            done => return done,
        }
    }
}

/// `SQLITE_BUSY`; the upper bytes of the code say more precisely why.
pub(super) fn is_busy(error: &sqlx::Error) -> bool {
    const SQLITE_BUSY: u32 = 5;
    let code = error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code);
    code.and_then(|code| code.parse::<u32>().ok())
        .is_some_and(|code| code & 0xff == SQLITE_BUSY)
}

/// A connection of its own, without the limits of the pool's: for what may take hours.
pub(super) async fn postgres_alone(url: &DatabaseUrl) -> Result<PgConnection, StoreError> {
    let DatabaseUrl::Postgres(url) = url else {
        return Err(sqlx::Error::Configuration("no PostgreSQL database".into()).into());
    };
    let options = PgConnectOptions::from_str(url)?
        .application_name("yuanmark, moving")
        .options([
            ("statement_timeout", "0"),
            ("lock_timeout", "0"),
            ("idle_in_transaction_session_timeout", "0"),
        ]);
    let connection = PgConnection::connect_with(&options).await?;
    refuse_old(connection.server_version_num())?;
    Ok(connection)
}

/// What is not told is taken for new enough.
fn refuse_old(version: Option<u32>) -> Result<(), StoreError> {
    match version {
        Some(version) if version < OLDEST_POSTGRES => Err(StoreError::OldServer(version)),
        _ => Ok(()),
    }
}

async fn postgres(url: &str) -> Result<Store, StoreError> {
    let options = PgConnectOptions::from_str(url)?
        .application_name("yuanmark")
        .options([
            ("statement_timeout", POSTGRES_STATEMENT_TIMEOUT_MS),
            ("lock_timeout", POSTGRES_STATEMENT_TIMEOUT_MS),
            // A client that vanishes between two statements must not keep its locks.
            (
                "idle_in_transaction_session_timeout",
                POSTGRES_STATEMENT_TIMEOUT_MS,
            ),
        ]);
    let found_dead = FoundDead::default();
    let again = found_dead.clone();
    let pool = PgPoolOptions::new()
        .max_connections(POSTGRES_CONNECTIONS)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .test_before_acquire(false)
        .before_acquire(move |connection, meta| {
            let found_dead = found_dead.clone();
            Box::pin(async move { found_dead.ask(connection, meta.idle_for).await })
        })
        // Whoever waited for it has gone, but a dead one would keep its place in the pool for a quarter of an hour.
        .after_release(move |connection, meta| {
            let found_dead = again.clone();
            Box::pin(async move { found_dead.ask(connection, meta.idle_for).await })
        })
        .connect_with(options.clone())
        .await;
    match pool {
        Err(sqlx::Error::PoolTimedOut) => Err(reason_for_no_connection(&options).await.into()),
        pool => {
            let pool = pool?;
            refuse_old(pool.acquire().await?.server_version_num())?;
            Ok(Store::Postgres(pool))
        }
    }
}

/// When a connection was last found dead that nobody had closed, as after a machine or a network between lost its power.
/// Those that have been idle since before then are not asked, which would take each as long: they are made anew.
#[derive(Clone, Default)]
struct FoundDead(Arc<Mutex<Option<Instant>>>);

impl FoundDead {
    /// Asks a connection that nobody uses whether it is alive, for a second at most; the error has it thrown away.
    async fn ask(
        &self,
        connection: &mut PgConnection,
        idle_for: Duration,
    ) -> Result<bool, sqlx::Error> {
        let last = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let dead = || io::Error::from(io::ErrorKind::TimedOut).into();
        if last.is_some_and(|at| idle_for >= at.elapsed()) {
            return Err(dead());
        }
        match timeout(PROBE_TIMEOUT, connection.ping()).await {
            Ok(answer) => answer.map(|()| true),
            Err(_) => {
                *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
                Err(dead())
            }
        }
    }
}

/// The pool tries for a while and then says only that the time is over; a connection of its own says why.
async fn reason_for_no_connection(options: &PgConnectOptions) -> sqlx::Error {
    let connection = PgConnection::connect_with(options);
    match timeout(PROBE_TIMEOUT, connection).await {
        Ok(Err(reason)) => reason,
        Ok(Ok(_)) | Err(_) => sqlx::Error::PoolTimedOut,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_and_shown_without_the_password() {
        let shown = |text: &str| DatabaseUrl::from_str(text).map(|url| url.to_string());
        assert_eq!(shown("sqlite:a/b.db").unwrap(), "sqlite:a/b.db");
        assert_eq!(shown("sqlite:///a/b.db").unwrap(), "sqlite:/a/b.db");
        assert_eq!(
            shown("postgres://u:secret@db:5432/y").unwrap(),
            "postgres://…@db:5432/y"
        );
        assert_eq!(
            shown("postgres://db/y?user=u&password=secret").unwrap(),
            "postgres://db/y"
        );
        let given = |text: &str| DatabaseUrl::from_str(text).map(|url| url.without_password());
        for (text, without) in [
            ("postgres://u:secret@db:5432/y", "postgres://u@db:5432/y"),
            ("postgres://u@db/y", "postgres://u@db/y"),
            (
                "postgres://db/y?user=u&password=secret",
                "postgres://db/y?user=u",
            ),
            ("postgres:///y", "postgres:///y"),
        ] {
            assert_eq!(given(text).unwrap(), without);
        }
        for wrong in ["", "sqlite:", "mysql://x", "y.db", "postgres://u@:x:y/"] {
            assert!(shown(wrong).is_err(), "{wrong}");
        }
    }
}
