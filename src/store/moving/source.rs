//! SQLite's side: what there is to move, the lock for the short rest, and the leaving.

use std::time::Duration;

use jiff::Timestamp;
use sqlx::{AssertSqlSafe, Sqlite, SqliteConnection, Transaction};

use super::MovingError;
use super::lines::{Part, length};
use super::schema::{Kind, Table, tables};
use crate::store::connect::is_busy;
use crate::store::{DatabaseUrl, Store, StoreError, Tx, migrate};

/// Tables that only grow, or are changed at their end: the rows of a table whose column is not below the highest value of
/// the snapshot, less a margin, are all that may be new or other since. All other tables are compared, and copied whole
/// where they differ.
const GROWING: [Growing; 7] = [
    Growing::new("entries", "number", 0),
    Growing::new("trail", "number", 0),
    Growing::new("range_events", "number", 0),
    Growing::new("contents", "rowid", 0),
    Growing::new("exhibits", "rowid", 0),
    Growing::new("scans", "at", CLOCK_MARGIN_MICROS),
    Growing {
        may_change: true,
        ..Growing::new(
            "mark_queries",
            "max(latest_at, coalesce(account_changed_at, 0))",
            CLOCK_MARGIN_MICROS,
        )
    },
];
/// A scan has its time before it is committed, and clocks are set back.
const CLOCK_MARGIN_MICROS: i64 = 3_600_000_000;

/// How long the server may keep the write lock from us, for each of its groups.
const LOCK_PATIENCE: Duration = Duration::from_mins(1);

#[derive(Clone, Copy, Debug)]
struct Growing {
    table: &'static str,
    column: &'static str,
    margin: i64,
    may_change: bool,
}

impl Growing {
    const fn new(table: &'static str, column: &'static str, margin: i64) -> Self {
        Self {
            table,
            column,
            margin,
            may_change: false,
        }
    }

    fn of(table: &Table) -> Option<Self> {
        GROWING.into_iter().find(|one| one.table == table.name)
    }
}

/// A SQLite database that is to be left.
#[derive(Debug)]
pub struct Source {
    store: Store,
}

/// Where an installation went, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Departure {
    /// The target's address without its password.
    pub to: String,
    /// When it was left.
    pub at: Timestamp,
}

/// One state of the database, as of the moment when it was looked at.
#[derive(Debug)]
pub struct Snapshot {
    pub(super) tx: Transaction<'static, Sqlite>,
    pub(super) tables: Vec<Counted>,
}

/// A table of a snapshot.
#[derive(Clone, Debug)]
pub struct Counted {
    /// The table.
    pub table: Table,
    /// Its rows.
    pub rows: u64,
    /// Bytes of the longest.
    pub(super) longest: i64,
    /// What may be new or other since, if that is a part of it; and whether rows that were there may have changed.
    pub(super) since: Option<(String, bool)>,
}

impl Counted {
    pub(super) const fn all(&self) -> Part<'_> {
        Part {
            table: &self.table,
            only: None,
            longest: self.longest,
        }
    }
}

impl Snapshot {
    /// Its tables, each after those that its rows name.
    pub fn tables(&self) -> &[Counted] {
        &self.tables
    }

    /// Ends it; what was found in it stays known.
    pub fn end(self) -> Vec<Counted> {
        self.tables
    }
}

/// SQLite while nobody else can write to it.
#[derive(Debug)]
pub struct Locked {
    tx: Tx,
}

impl Source {
    /// Opens the database, which must have this program's schema, but may have been left.
    ///
    /// # Errors
    /// [`StoreError::NoDatabase`], [`StoreError::TooOld`], [`StoreError::TooNew`], [`StoreError::Unavailable`].
    pub async fn open(url: &DatabaseUrl) -> Result<Self, StoreError> {
        let store = Store::connect(url).await?;
        match migrate::check(&store).await {
            Ok(()) | Err(StoreError::Moved { .. }) => Ok(Self { store }),
            Err(error) => Err(error),
        }
    }

    /// Where the installation went, if it did.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn departure(&self) -> Result<Option<Departure>, StoreError> {
        departure(&mut *sqlite(self.store.read().await?)?).await
    }

    /// The name that an earlier attempt has given this move.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn known_name(&self) -> Result<Option<String>, StoreError> {
        let mut tx = sqlite(self.store.read().await?)?;
        let sql = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'moving'";
        if sqlx::query(sql).fetch_optional(&mut *tx).await?.is_none() {
            return Ok(None);
        }
        let sql = "SELECT name FROM moving";
        let row: Option<(String,)> = sqlx::query_as(sql).fetch_optional(&mut *tx).await?;
        Ok(row.map(|(name,)| name))
    }

    /// Writes the name of this move down, so that its target is known again.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn write_name(&self, name: &str) -> Result<(), StoreError> {
        let mut tx = sqlite(self.store.write().await?)?;
        let make = "CREATE TABLE IF NOT EXISTS moving (name TEXT NOT NULL) STRICT";
        sqlx::query(make).execute(&mut *tx).await?;
        let add = "INSERT INTO moving (name) SELECT $1 WHERE NOT EXISTS (SELECT 1 FROM moving)";
        sqlx::query(add).bind(name).execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Takes a snapshot and looks all of it through. The server goes on answering meanwhile.
    ///
    /// # Errors
    /// [`MovingError::Nul`] and [`MovingError::Unknown`] for what cannot be moved; the database.
    pub async fn snapshot(&self) -> Result<Snapshot, MovingError> {
        let mut tx = sqlite(self.store.read().await?)?;
        let mut found = Vec::new();
        for table in tables(&mut tx).await? {
            refuse_nul(&mut tx, &table).await?;
            found.push(counted(&mut tx, table).await?);
        }
        Ok(Snapshot { tx, tables: found })
    }

    /// Keeps everybody else from writing, waiting for whoever does so now.
    ///
    /// # Errors
    /// [`StoreError::Moved`] if somebody else was faster; [`StoreError::Unavailable`].
    pub async fn lock(&self) -> Result<Locked, StoreError> {
        let waiting = tokio::time::Instant::now();
        let tx = loop {
            match self.store.write().await {
                Err(StoreError::Unavailable(error))
                    if is_busy(&error) && waiting.elapsed() < LOCK_PATIENCE => {}
                tx => break tx?,
            }
        };
        let mut tx = sqlite(tx)?;
        refuse_moved(&mut tx).await?;
        Ok(Locked { tx: Tx::Sqlite(tx) })
    }

    /// Closes the database.
    pub async fn close(&self) {
        self.store.close().await;
    }
}

impl Locked {
    /// The transaction, to write a step of the audit trail into it.
    pub const fn tx(&mut self) -> &mut Tx {
        &mut self.tx
    }

    pub(super) fn connection(&mut self) -> Result<&mut SqliteConnection, StoreError> {
        match &mut self.tx {
            Tx::Sqlite(tx) => Ok(&mut *tx),
            Tx::Postgres(_) => Err(not_sqlite()),
        }
    }

    /// Leaves: from the moment this returns nobody finds a table of ours under its name, neither to read nor to write it,
    /// whatever program still runs; and what opens the file is told where everything went.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]; SQLite is in force then, unless only the answer was lost.
    pub async fn leave(
        mut self,
        tables: &[Counted],
        to: &DatabaseUrl,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let connection = self.connection()?;
        let make = "CREATE TABLE moved (target TEXT NOT NULL, at INTEGER NOT NULL) STRICT";
        sqlx::query(make).execute(&mut *connection).await?;
        sqlx::query("INSERT INTO moved (target, at) VALUES ($1, $2)")
            .bind(to.to_string())
            .bind(at.as_microsecond())
            .execute(&mut *connection)
            .await?;
        for Counted { table, .. } in tables {
            let name = &table.name;
            let sql = format!("ALTER TABLE {name} RENAME TO moved_{name}");
            sqlx::query(AssertSqlSafe(sql))
                .execute(&mut *connection)
                .await?;
        }
        self.tx.commit().await
    }
}

fn sqlite(tx: Tx) -> Result<Transaction<'static, Sqlite>, StoreError> {
    match tx {
        Tx::Sqlite(tx) => Ok(tx),
        Tx::Postgres(_) => Err(not_sqlite()),
    }
}

fn not_sqlite() -> StoreError {
    StoreError::Unavailable(sqlx::Error::Configuration("no SQLite database".into()))
}

async fn departure(source: &mut SqliteConnection) -> Result<Option<Departure>, StoreError> {
    let sql = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'moved'";
    let exists = sqlx::query(sql).fetch_optional(&mut *source).await?;
    if exists.is_none() {
        return Ok(None);
    }
    let row: Option<(String, i64)> = sqlx::query_as("SELECT target, at FROM moved")
        .fetch_optional(source)
        .await?;
    Ok(row.map(|(to, at)| Departure {
        to,
        at: Timestamp::from_microsecond(at).unwrap_or_default(),
    }))
}

/// Refuses a SQLite database that was left.
///
/// # Errors
/// [`StoreError::Moved`], [`StoreError::Unavailable`].
pub(in crate::store) async fn refuse_moved(
    source: &mut SqliteConnection,
) -> Result<(), StoreError> {
    match departure(source).await? {
        Some(Departure { to, at }) => Err(StoreError::Moved { to, at }),
        None => Ok(()),
    }
}

/// PostgreSQL stores every character but one.
async fn refuse_nul(source: &mut SqliteConnection, table: &Table) -> Result<(), MovingError> {
    let texts = table.columns.iter().filter(|one| one.kind == Kind::Text);
    let holds: Vec<String> = texts
        .map(|column| format!("instr({}, char(0)) > 0", column.name))
        .collect();
    if holds.is_empty() {
        return Ok(());
    }
    let key: Vec<String> = table
        .order()
        .iter()
        .map(|column| match column.kind {
            Kind::Bytes => format!("hex({})", column.name),
            Kind::Number | Kind::Text => format!("coalesce({}, '')", column.name),
        })
        .collect();
    let sql = format!(
        "SELECT {} FROM {} WHERE {} LIMIT 1",
        key.join(" || ' ' || "),
        table.name,
        holds.join(" OR ")
    );
    // A key of one number is no text.
    let sql = format!("SELECT CAST(key AS TEXT) FROM (SELECT ({sql}) AS key)");
    let row: Option<(Option<String>,)> = sqlx::query_as(AssertSqlSafe(sql))
        .fetch_optional(source)
        .await?;
    match row {
        Some((Some(key),)) => Err(MovingError::Nul {
            table: table.name.clone(),
            key: key.replace('\0', "\\0"),
        }),
        _ => Ok(()),
    }
}

async fn counted(source: &mut SqliteConnection, table: Table) -> Result<Counted, MovingError> {
    let growing = Growing::of(&table);
    let newest = growing.map_or("NULL", |one| one.column);
    let sql = format!(
        "SELECT count(*), coalesce(max({}), 1), max({newest}) FROM {}",
        length(&table),
        table.name
    );
    let (rows, longest, newest): (i64, i64, Option<i64>) =
        sqlx::query_as(AssertSqlSafe(sql)).fetch_one(source).await?;
    let since = growing.map(|one| {
        let from = newest.map_or(i64::MIN, |newest| newest.saturating_sub(one.margin));
        let than = if one.margin == 0 { ">" } else { ">=" };
        (format!("{} {than} {from}", one.column), one.may_change)
    });
    Ok(Counted {
        rows: rows.cast_unsigned(),
        longest,
        since,
        table,
    })
}
