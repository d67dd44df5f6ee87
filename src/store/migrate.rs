//! The schema and its versions: `migrations/sqlite` and `migrations/postgres`, the same names on both sides.

use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::{Connection, PgConnection};

use super::trouble::Trouble;
use super::{SQLITE_WRITE, Store, StoreError, Tx, backup, moving};

macro_rules! migrations {
    ($database:literal) => {
        [
            (
                1,
                "ledger",
                include_str!(concat!("../../migrations/", $database, "/0001_ledger.sql")),
            ),
            (
                2,
                "scans",
                include_str!(concat!("../../migrations/", $database, "/0002_scans.sql")),
            ),
            (
                3,
                "books",
                include_str!(concat!("../../migrations/", $database, "/0003_books.sql")),
            ),
            (
                4,
                "people",
                include_str!(concat!("../../migrations/", $database, "/0004_people.sql")),
            ),
            (
                5,
                "search",
                include_str!(concat!("../../migrations/", $database, "/0005_search.sql")),
            ),
            (
                6,
                "figures",
                include_str!(concat!("../../migrations/", $database, "/0006_figures.sql")),
            ),
            (
                7,
                "packs",
                include_str!(concat!("../../migrations/", $database, "/0007_packs.sql")),
            ),
            (
                8,
                "label_templates",
                include_str!(concat!(
                    "../../migrations/",
                    $database,
                    "/0008_label_templates.sql"
                )),
            ),
            (
                9,
                "scans_in_groups",
                include_str!(concat!(
                    "../../migrations/",
                    $database,
                    "/0009_scans_in_groups.sql"
                )),
            ),
            (
                10,
                "tips",
                include_str!(concat!("../../migrations/", $database, "/0010_tips.sql")),
            ),
            (
                11,
                "claims",
                include_str!(concat!("../../migrations/", $database, "/0011_claims.sql")),
            ),
            (
                12,
                "offline_checks",
                include_str!(concat!(
                    "../../migrations/",
                    $database,
                    "/0012_offline_checks.sql"
                )),
            ),
            (
                13,
                "keys_of_the_database",
                include_str!(concat!(
                    "../../migrations/",
                    $database,
                    "/0013_keys_of_the_database.sql"
                )),
            ),
            (
                14,
                "detection",
                include_str!(concat!(
                    "../../migrations/",
                    $database,
                    "/0014_detection.sql"
                )),
            ),
            (
                15,
                "alerts_and_cases",
                include_str!(concat!(
                    "../../migrations/",
                    $database,
                    "/0015_alerts_and_cases.sql"
                )),
            ),
            (
                16,
                "offline_checks_once",
                include_str!(concat!(
                    "../../migrations/",
                    $database,
                    "/0016_offline_checks_once.sql"
                )),
            ),
            (
                17,
                "account_of_a_mark",
                include_str!(concat!(
                    "../../migrations/",
                    $database,
                    "/0017_account_of_a_mark.sql"
                )),
            ),
            (
                18,
                "exhibits",
                include_str!(concat!(
                    "../../migrations/",
                    $database,
                    "/0018_exhibits.sql"
                )),
            ),
            (
                19,
                "strength_of_alerts",
                include_str!(concat!(
                    "../../migrations/",
                    $database,
                    "/0019_strength_of_alerts.sql"
                )),
            ),
            (
                20,
                "calibrations",
                include_str!(concat!(
                    "../../migrations/",
                    $database,
                    "/0020_calibrations.sql"
                )),
            ),
            (
                21,
                "dealers of a season",
                include_str!(concat!(
                    "../../migrations/",
                    $database,
                    "/0021_dealers_of_a_season.sql"
                )),
            ),
            (
                22,
                "light of alerts",
                include_str!(concat!(
                    "../../migrations/",
                    $database,
                    "/0022_light_of_alerts.sql"
                )),
            ),
        ]
    };
}

const SQLITE: &[(i64, &str, &str)] = &migrations!("sqlite");
const POSTGRES: &[(i64, &str, &str)] = &migrations!("postgres");

/// The schema's version that this program needs.
pub const NEEDED: i64 = SQLITE[SQLITE.len() - 1].0;

/// The version from which on everything is in the ledger.
const BOOKS: i64 = 3;

/// Before version 3 there was no ledger, and what cannot be proved cannot be taken into one. Such databases were made by
/// trial versions only (`docs/decisions/0010-ledger.md`); an empty one becomes a new one.
async fn refuse_trial_data(store: &Store) -> Result<(), StoreError> {
    let mut tx = store.read().await?;
    let sql = "SELECT count(*) FROM licensees";
    let (licensees,): (i64,) = on!(&mut tx, c => sqlx::query_as(sql).fetch_one(c).await)?;
    if licensees > 0 {
        return Err(StoreError::TrialData(licensees.cast_unsigned()));
    }
    Ok(())
}

/// Brings the schema up to date. Each migration is one transaction, on SQLite all of them together; run twice, or by
/// two processes at once, it does the work once.
///
/// # Errors
/// [`StoreError::TooNew`] if the database is of a newer program; [`StoreError::Migrate`] if a migration fails.
pub async fn run(store: &Store) -> Result<(), StoreError> {
    let found = version(store).await?;
    if found > NEEDED {
        let needed = NEEDED;
        return Err(StoreError::TooNew { found, needed });
    }
    if (1..BOOKS).contains(&found) {
        refuse_trial_data(store).await?;
    }
    let result = match store {
        Store::Sqlite { writer, .. } => {
            // sqlx keeps two processes apart on PostgreSQL but not here: the write lock does. The migrations become
            // savepoints of this one transaction.
            let mut tx = writer.begin_with(SQLITE_WRITE).await?;
            // `run_direct`, because `run` with a plain connection makes a future that cannot move between threads.
            match migrator(SQLITE).run_direct(None, &mut *tx, false).await {
                Ok(()) => return Ok(tx.commit().await?),
                error => error,
            }
        }
        Store::Postgres(pool) => {
            // A connection of its own: a migration of a large table, or waiting for another process that migrates, may
            // take longer than any statement of ours, and the pool's connections keep their limits.
            let mut connection = pool.acquire().await?.detach();
            let unlimited = "SET statement_timeout = 0; SET lock_timeout = 0";
            sqlx::raw_sql(unlimited).execute(&mut connection).await?;
            let done = run_alone(&mut connection).await;
            connection.close().await?;
            return done;
        }
    };
    result.map_err(told)
}

/// What the database itself did not do is told as such.
fn told(error: MigrateError) -> StoreError {
    match error {
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _)
            if Trouble::of(&error) != Trouble::Other =>
        {
            error.into()
        }
        error => StoreError::Migrate(error.to_string()),
    }
}

/// The same over a PostgreSQL connection that has no limits on time.
pub(super) async fn run_alone(connection: &mut PgConnection) -> Result<(), StoreError> {
    migrator(POSTGRES)
        .run_direct(None, connection, false)
        .await
        .map_err(told)
}

/// The schema's version; 0 for an empty database; refused is one of another program. What asks for it is about to use the database: so one that is not in
/// force is refused here.
///
/// # Errors
/// [`StoreError::Moved`], [`StoreError::Backup`], [`StoreError::UnfinishedCopy`], [`StoreError::Foreign`],
/// [`StoreError::Unavailable`].
pub async fn version(store: &Store) -> Result<i64, StoreError> {
    let mut tx = store.read().await?;
    match &mut tx {
        Tx::Sqlite(tx) => {
            moving::refuse_moved(tx).await?;
            backup::refuse(tx).await?;
        }
        Tx::Postgres(tx) => moving::refuse_unfinished(tx).await?,
    }
    if !has_schema(&mut tx).await? {
        let other = other_table(&mut tx).await?;
        // Asked for again afterwards: another process may just have made the schema.
        if !has_schema(&mut tx).await? {
            return other.map_or(Ok(0), |table| Err(StoreError::Foreign(table)));
        }
    }
    let sql = "SELECT max(version) FROM _sqlx_migrations WHERE success";
    let (version,): (Option<i64>,) = on!(&mut tx, c => sqlx::query_as(sql).fetch_one(c).await)?;
    Ok(version.unwrap_or(0))
}

async fn has_schema(tx: &mut Tx) -> Result<bool, StoreError> {
    let found = match tx {
        Tx::Sqlite(tx) => {
            sqlx::query("SELECT 1 FROM sqlite_master WHERE name = '_sqlx_migrations'")
                .fetch_optional(&mut **tx)
                .await?
                .is_some()
        }
        Tx::Postgres(tx) => {
            sqlx::query("SELECT 1 WHERE to_regclass('_sqlx_migrations') IS NOT NULL")
                .fetch_optional(&mut **tx)
                .await?
                .is_some()
        }
    };
    Ok(found)
}

/// A table, view or the like of somebody else, but for those that an extension of PostgreSQL brought along.
async fn other_table(tx: &mut Tx) -> Result<Option<String>, StoreError> {
    let row: Option<(String,)> = match tx {
        Tx::Sqlite(tx) => {
            let sql = "SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY 1 LIMIT 1";
            sqlx::query_as(sql).fetch_optional(&mut **tx).await?
        }
        Tx::Postgres(tx) => {
            sqlx::query_as(OTHER_TABLE)
                .fetch_optional(&mut **tx)
                .await?
        }
    };
    Ok(row.map(|(table,)| table))
}

/// The first table, view or the like that no extension brought along.
pub(super) const OTHER_TABLE: &str = "SELECT c.relname::text FROM pg_class c \
     WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') \
     AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e') \
     ORDER BY 1 LIMIT 1";

/// Refuses a database that is not of exactly this program's version.
///
/// # Errors
/// [`StoreError::TooOld`], [`StoreError::TooNew`], and as [`version`].
pub async fn check(store: &Store) -> Result<(), StoreError> {
    let (found, needed) = (version(store).await?, NEEDED);
    match found.cmp(&needed) {
        std::cmp::Ordering::Less => Err(StoreError::TooOld { found, needed }),
        std::cmp::Ordering::Equal => Ok(()),
        std::cmp::Ordering::Greater => Err(StoreError::TooNew { found, needed }),
    }
}

fn migrator(files: &[(i64, &'static str, &'static str)]) -> Migrator {
    let migrations = files.iter().map(|(version, name, sql)| {
        let sql = sqlx::SqlSafeStr::into_sql_str(*sql);
        Migration::new(*version, (*name).into(), MigrationType::Simple, sql, false)
    });
    Migrator::with_migrations(migrations.collect())
}
