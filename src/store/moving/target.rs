//! PostgreSQL's side: an empty database becomes an unfinished copy, a whole one, and then the installation.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};

use super::compare::first_difference;
use super::lines::Pages;
use super::schema::{Table, tables};
use super::source::{Counted, Locked, Snapshot};
use super::{MovingError, in_time, merge};
use crate::store::connect::postgres_alone;
use crate::store::{DatabaseUrl, StoreError, migrate, months};

/// The server may need a moment to see that an earlier mover was killed.
const LOCK_PATIENCE: Duration = Duration::from_secs(10);
const LOCK_PAUSE: Duration = Duration::from_millis(100);

/// What is done to rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doing {
    /// They are copied.
    Copying,
    /// They are held against SQLite's.
    Comparing,
}

/// Told of so many further rows of a table.
pub type Watch<'a> = dyn FnMut(Doing, &str, u64) + Send + 'a;

/// The database that an installation moves to.
#[derive(Debug)]
pub struct Target {
    connection: PgConnection,
}

/// What a target is before a move.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Nothing is in it.
    Empty,
    /// A copy that was not handed over.
    Copy {
        /// The name of the move.
        name: String,
        /// Whether it was compared, and SQLite may have been left for it.
        is_whole: bool,
    },
}

impl Target {
    /// Opens the database and keeps other movers away until this is closed.
    ///
    /// # Errors
    /// [`MovingError::UnderWay`]; the database.
    pub async fn open(url: &DatabaseUrl) -> Result<Self, MovingError> {
        let mut connection = postgres_alone(url).await?;
        let mut waited = Duration::ZERO;
        loop {
            let sql = "SELECT pg_try_advisory_lock(hashtext('yuanmark moving'))";
            let (is_ours,): (bool,) =
                in_time(sqlx::query_as(sql).fetch_one(&mut connection)).await?;
            if is_ours {
                return Ok(Self { connection });
            }
            if waited >= LOCK_PATIENCE {
                return Err(MovingError::UnderWay);
            }
            tokio::time::sleep(LOCK_PAUSE).await;
            waited += LOCK_PAUSE;
        }
    }

    /// What it is.
    ///
    /// # Errors
    /// [`MovingError::NotEmpty`]; the database.
    pub async fn found(&mut self) -> Result<Found, MovingError> {
        if is_unfinished(&mut self.connection).await? {
            let sql = "SELECT name, is_whole FROM unfinished_copy";
            let (name, is_whole): (String, bool) =
                in_time(sqlx::query_as(sql).fetch_one(&mut self.connection)).await?;
            return Ok(Found::Copy { name, is_whole });
        }
        let row: Option<(String,)> =
            in_time(sqlx::query_as(migrate::OTHER_TABLE).fetch_optional(&mut self.connection))
                .await?;
        match row {
            Some((table,)) => Err(MovingError::NotEmpty(table)),
            None => Ok(Found::Empty),
        }
    }

    /// Makes it an unfinished copy without rows: with the mark of this move, this program's schema and nothing else. What an
    /// earlier attempt has left is thrown away.
    ///
    /// # Errors
    /// [`MovingError::Unknown`] if SQLite has other tables than this schema; the database.
    pub async fn begin(
        &mut self,
        name: &str,
        now: Timestamp,
        tables: &[Counted],
    ) -> Result<(), MovingError> {
        let mark = "CREATE TABLE IF NOT EXISTS unfinished_copy \
             (name TEXT NOT NULL, begun_at BIGINT NOT NULL, is_whole BOOLEAN NOT NULL); DELETE FROM unfinished_copy";
        let mut tx = self.connection.begin().await?;
        sqlx::raw_sql(mark).execute(&mut *tx).await?;
        let sql = "INSERT INTO unfinished_copy (name, begun_at, is_whole) VALUES ($1, $2, false)";
        sqlx::query(sql)
            .bind(name)
            .bind(now.as_microsecond())
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        migrate::run_alone(&mut self.connection).await?;
        self.refuse_other_tables(tables).await?;
        let names: Vec<&str> = tables.iter().map(|one| one.table.name.as_str()).collect();
        let mut tx = self.connection.begin().await?;
        // The migrations have rows of their own; and what must not be removed from a ledger was not yet one.
        let of_all = |word: &str| -> String {
            let each = names
                .iter()
                .map(|name| format!("ALTER TABLE {name} {word} TRIGGER USER; "));
            each.collect()
        };
        let (off, on) = (of_all("DISABLE"), of_all("ENABLE"));
        let sql = format!("{off} TRUNCATE {}; {on}", names.join(", "));
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Both sides must have the same tables with the same columns.
    async fn refuse_other_tables(&mut self, tables: &[Counted]) -> Result<(), MovingError> {
        let sql = "SELECT c.relname::text, a.attname::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid \
             WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') \
             AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped \
             AND c.relname NOT IN ('_sqlx_migrations', 'unfinished_copy') \
             AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')";
        let theirs: Vec<(String, String)> =
            sqlx::query_as(sql).fetch_all(&mut self.connection).await?;
        let theirs: BTreeSet<(String, String)> = theirs.into_iter().collect();
        let ours: BTreeSet<(String, String)> = tables
            .iter()
            .flat_map(|one| {
                let columns = one.table.columns.iter();
                columns.map(|column| (one.table.name.clone(), column.name.clone()))
            })
            .collect();
        match ours.symmetric_difference(&theirs).next() {
            Some((table, _)) => Err(MovingError::Unknown(table.clone())),
            None => Ok(()),
        }
    }

    /// Copies everything that the snapshot has.
    ///
    /// # Errors
    /// The databases.
    pub async fn fill(
        &mut self,
        snapshot: &mut Snapshot,
        watch: &mut Watch<'_>,
    ) -> Result<(), MovingError> {
        let Snapshot { tx, tables } = snapshot;
        self.make_months(tx).await?;
        for one in tables.iter().filter(|one| one.rows > 0) {
            let name = &one.table.name;
            let pages = Pages::new(one.all());
            let mut seen = |rows| watch(Doing::Copying, name, rows);
            copy_in(tx, &mut self.connection, name, &one.table, pages, &mut seen).await?;
        }
        // The planner knows nothing of these tables yet.
        sqlx::raw_sql("ANALYZE")
            .execute(&mut self.connection)
            .await?;
        Ok(())
    }

    /// Makes the partitions of every month that SQLite has scans of.
    async fn make_months(&mut self, source: &mut SqliteConnection) -> Result<(), StoreError> {
        let mut from = i64::MIN;
        loop {
            let next = sqlx::query_as("SELECT min(at) FROM scans WHERE at >= $1").bind(from);
            let (next,): (Option<i64>,) = next.fetch_one(&mut *source).await?;
            let Some(at) = next else { return Ok(()) };
            months::make(&mut self.connection, at).await?;
            from = months::end_of(at);
        }
    }

    /// Brings the copy to the state of SQLite, which is locked, holds every row of every table against it, and calls it
    /// whole.
    ///
    /// # Errors
    /// [`StoreError::CopyDiffers`]; [`MovingError::Unknown`] if SQLite has other tables since; the databases. The copy stays unfinished then.
    pub async fn follow(
        &mut self,
        locked: &mut Locked,
        snapshot: &[Counted],
        watch: &mut Watch<'_>,
    ) -> Result<(), MovingError> {
        let source = locked.connection()?;
        refuse_new_tables(source, snapshot).await?;
        self.make_months(source).await?;
        let mut tx = self.connection.begin().await?;
        // In the order of the keys, from their indexes: a sort of millions of rows would say nothing for minutes.
        sqlx::raw_sql("SET LOCAL enable_sort = off")
            .execute(&mut *tx)
            .await?;
        merge::age_out(source, &mut tx).await?;
        let mut other = Vec::new();
        let mut to_compare = Vec::new();
        for one in snapshot {
            let table = &one.table;
            if let Some((only, may_change)) = &one.since {
                let mut part = one.all();
                part.only = Some(only.clone());
                if merge::take_in(source, &mut tx, part).await? > 0 {
                    merge::add(&mut tx, table, *may_change).await?;
                }
                to_compare.push(one);
            } else if differs(source, &mut tx, one, watch).await?.is_some() {
                merge::take_in(source, &mut tx, one.all()).await?;
                other.push(one);
                to_compare.push(one);
            }
        }
        for one in other.iter().rev() {
            merge::remove(&mut tx, &one.table).await?;
        }
        for one in other {
            merge::add(&mut tx, &one.table, true).await?;
        }
        for one in to_compare {
            if let Some(key) = differs(source, &mut tx, one, watch).await? {
                let table = one.table.name.clone();
                return Err(StoreError::CopyDiffers { table, key }.into());
            }
        }
        let whole = "UPDATE unfinished_copy SET is_whole = true";
        in_time(sqlx::query(whole).execute(&mut *tx)).await?;
        in_time(tx.commit()).await?;
        Ok(())
    }

    /// Takes the mark away: from now on this is the installation.
    ///
    /// # Errors
    /// The database.
    pub async fn hand_over(&mut self) -> Result<(), MovingError> {
        let sql = "DROP TABLE unfinished_copy";
        in_time(sqlx::raw_sql(sql).execute(&mut self.connection)).await?;
        Ok(())
    }

    /// Closes the connection.
    pub async fn close(self) {
        _ = self.connection.close().await; // whatever it says, it is over
    }
}

/// SQLite's schema must be that of the snapshot: somebody may have brought it up to date meanwhile.
async fn refuse_new_tables(
    source: &mut SqliteConnection,
    snapshot: &[Counted],
) -> Result<(), MovingError> {
    let now = tables(source).await?;
    let other = now
        .iter()
        .find(|table| snapshot.iter().all(|one| one.table != **table));
    match other {
        Some(table) => Err(MovingError::Unknown(table.name.clone())),
        None => Ok(()),
    }
}

async fn differs(
    source: &mut SqliteConnection,
    target: &mut PgConnection,
    one: &Counted,
    watch: &mut Watch<'_>,
) -> Result<Option<String>, StoreError> {
    let mut seen = |rows| watch(Doing::Comparing, &one.table.name, rows);
    first_difference(source, target, one.all(), &mut seen).await
}

/// Copies pages of a table into another one with the same columns. Returns how many rows they had.
pub(super) async fn copy_in(
    source: &mut SqliteConnection,
    target: &mut PgConnection,
    into: &str,
    table: &Table,
    mut pages: Pages<'_>,
    seen: &mut (dyn FnMut(u64) + Send),
) -> Result<u64, StoreError> {
    // Every COPY costs a pause on the network, even one of nothing.
    let Some(mut page) = pages.next(source).await? else {
        return Ok(0);
    };
    let sql = format!("COPY {into} ({}) FROM STDIN", table.columns());
    let mut copy = in_time(target.copy_in_raw(&sql)).await?;
    let mut rows = 0;
    loop {
        in_time(async { copy.send(page.text.as_bytes()).await.map(drop) }).await?;
        rows += page.rows;
        seen(page.rows);
        match pages.next(source).await {
            Ok(Some(next)) => page = next,
            Ok(None) => break,
            Err(error) => {
                _ = copy.abort("the source failed").await; // the source's error is the one to tell
                return Err(error);
            }
        }
    }
    in_time(copy.finish()).await?;
    Ok(rows)
}

async fn is_unfinished(target: &mut PgConnection) -> Result<bool, StoreError> {
    let sql = "SELECT to_regclass('unfinished_copy') IS NOT NULL";
    let (is_unfinished,): (bool,) = in_time(sqlx::query_as(sql).fetch_one(target)).await?;
    Ok(is_unfinished)
}

/// Refuses a PostgreSQL database that an installation is still moving to.
///
/// # Errors
/// [`StoreError::UnfinishedCopy`], [`StoreError::Unavailable`].
pub(in crate::store) async fn refuse_unfinished(
    target: &mut PgConnection,
) -> Result<(), StoreError> {
    match is_unfinished(target).await? {
        true => Err(StoreError::UnfinishedCopy),
        false => Ok(()),
    }
}
