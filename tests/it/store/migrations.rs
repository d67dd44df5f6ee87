//! `store::migrate`

use sqlx::migrate::{Migration, MigrationType, Migrator};
use yuanmark::store::migrate::{self, NEEDED};
use yuanmark::store::{Store, StoreError, health, ledger, licensee};

use super::{add_licensee, both, entries, first_batch};
use crate::support::databases::{TestDatabase, execute, number};

const COUNT: &str = "SELECT count(*) FROM _sqlx_migrations";

async fn pretend_version(store: &Store, version: i64) {
    let mut tx = store.write().await.unwrap();
    let sql = format!(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
         SELECT {version}, 'of the future', success, checksum, 0 FROM _sqlx_migrations WHERE version = 1"
    );
    assert_eq!(execute(&mut tx, &sql).await, 1);
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn an_empty_database_is_of_version_0_and_too_old_for_the_program() {
    for database in TestDatabase::both().await {
        let store = Store::connect_or_create(&database.url).await.unwrap();
        assert_eq!(migrate::version(&store).await.unwrap(), 0);
        let checked = migrate::check(&store).await;
        assert!(matches!(
            checked,
            Err(StoreError::TooOld {
                found: 0,
                needed: NEEDED
            })
        ));
    }
}

#[tokio::test]
async fn migrating_again_changes_nothing_and_keeps_every_row() {
    for (database, store) in both().await {
        let mut tx = store.write().await.unwrap();
        let number_1 = add_licensee(&mut tx, 0).await.unwrap();
        tx.commit().await.unwrap();
        migrate::run(&store).await.unwrap();
        store.close().await;

        let store = database.open().await;
        migrate::check(&store).await.unwrap();
        assert_eq!(migrate::version(&store).await.unwrap(), NEEDED);
        let mut tx = store.read().await.unwrap();
        assert_eq!(number(&mut tx, COUNT).await, NEEDED);
        assert!(licensee::get(&mut tx, number_1).await.unwrap().is_some());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_who_migrate_at_once_do_the_work_once() {
    for _ in 0..4 {
        for database in TestDatabase::both().await {
            // Eight connections of their own, like eight processes that start together.
            let tasks: Vec<_> = (0..8)
                .map(|_| {
                    let url = database.url.clone();
                    tokio::spawn(async move {
                        let store = Store::connect_or_create(&url).await?;
                        migrate::run(&store).await?;
                        migrate::check(&store).await?;
                        store.close().await;
                        Ok::<(), StoreError>(())
                    })
                })
                .collect();
            for task in tasks {
                task.await.unwrap().unwrap();
            }
            let store = Store::connect(&database.url).await.unwrap();
            let mut tx = store.read().await.unwrap();
            assert_eq!(number(&mut tx, COUNT).await, NEEDED);
            let counters = number(&mut tx, "SELECT count(*) FROM counters").await;
            assert_eq!(counters, 13);
        }
    }
}

#[tokio::test]
async fn a_database_of_a_newer_program_is_refused_and_left_alone() {
    for (_database, store) in both().await {
        pretend_version(&store, 999).await;
        for refused in [migrate::check(&store).await, migrate::run(&store).await] {
            assert!(matches!(
                refused,
                Err(StoreError::TooNew {
                    found: 999,
                    needed: NEEDED
                })
            ));
        }
        let mut tx = store.read().await.unwrap();
        assert_eq!(number(&mut tx, COUNT).await, NEEDED + 1);
    }
}

/// Makes an empty database of version 2, as the program of that version did.
async fn version_2(database: &TestDatabase) -> Store {
    macro_rules! files {
        ($database:literal) => {
            [
                (
                    1,
                    "ledger",
                    include_str!(concat!(
                        "../../../migrations/",
                        $database,
                        "/0001_ledger.sql"
                    )),
                ),
                (
                    2,
                    "scans",
                    include_str!(concat!(
                        "../../../migrations/",
                        $database,
                        "/0002_scans.sql"
                    )),
                ),
            ]
        };
    }
    let files = if database.is_sqlite() {
        files!("sqlite")
    } else {
        files!("postgres")
    };
    let migrations = files.map(|(version, name, sql)| {
        let sql = sqlx::SqlSafeStr::into_sql_str(sql);
        Migration::new(version, name.into(), MigrationType::Simple, sql, false)
    });
    let migrator = Migrator::with_migrations(migrations.into());
    let store = Store::connect_or_create(&database.url).await.unwrap();
    match &store {
        Store::Sqlite { writer, .. } => migrator.run(writer).await.unwrap(),
        Store::Postgres(pool) => migrator.run(pool).await.unwrap(),
    }
    store
}

#[tokio::test]
async fn an_empty_database_of_version_2_is_refused_until_it_is_migrated() {
    for database in TestDatabase::both().await {
        let store = version_2(&database).await;
        let checked = migrate::check(&store).await;
        assert!(matches!(
            checked,
            Err(StoreError::TooOld {
                found: 2,
                needed: NEEDED
            })
        ));
        migrate::run(&store).await.unwrap();
        migrate::check(&store).await.unwrap();
        assert_eq!(migrate::version(&store).await.unwrap(), NEEDED);

        // It is now like any other: a batch can be written, and its tables agree.
        let mut tx = store.write().await.unwrap();
        first_batch(&mut tx, 10).await;
        ledger::add(&mut tx, &entries(1)).await.unwrap();
        assert_eq!(health::broken_invariants(&mut tx).await.unwrap(), []);
    }
}

#[tokio::test]
async fn a_database_that_a_trial_version_filled_is_refused_and_left_alone() {
    for database in TestDatabase::both().await {
        let store = version_2(&database).await;
        let mut tx = store.write().await.unwrap();
        let sql = "INSERT INTO licensees (number, name, uscc, legal_basis, added_at) VALUES (1, 'x', 'x', 'both', 0)";
        execute(&mut tx, sql).await;
        tx.commit().await.unwrap();
        let refused = migrate::run(&store).await;
        assert!(matches!(refused, Err(StoreError::TrialData(1))));
        assert_eq!(migrate::version(&store).await.unwrap(), 2);
        let mut tx = store.read().await.unwrap();
        let kept = "SELECT count(*) FROM licensees WHERE legal_basis = 'both'";
        assert_eq!(number(&mut tx, kept).await, 1);
    }
}

#[tokio::test]
async fn a_migration_that_was_changed_after_the_fact_is_refused() {
    for (_database, store) in both().await {
        let mut tx = store.write().await.unwrap();
        let sql = "UPDATE _sqlx_migrations SET checksum = \
                   (SELECT checksum FROM _sqlx_migrations WHERE version = 2) WHERE version = 1";
        execute(&mut tx, sql).await;
        tx.commit().await.unwrap();
        let refused = migrate::run(&store).await;
        assert!(matches!(refused, Err(StoreError::Migrate(_))));
    }
}
