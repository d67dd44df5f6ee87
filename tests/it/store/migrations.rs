//! `store::migrate`

#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // small numbers

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{AssertSqlSafe, SqlSafeStr as _};
use yuanmark::domain::alert::{AlertNumber, Light};
use yuanmark::domain::detection::{BatchState, Parameters, Part, Peers};
use yuanmark::domain::entitlement::{Account, Entitlement};
use yuanmark::domain::form::Form;
use yuanmark::domain::licensee::{
    Licensee, LicenseeNumber, LicenseeState, Pending, RightEnded, Step, StepTaken,
};
use yuanmark::domain::lot::{Lot, LotLabel, LotNumber, NewLot, TestReport, TestResult};
use yuanmark::domain::mark::BatchNumber;
use yuanmark::domain::order::{Order, OrderNumber, OrderState};
use yuanmark::domain::township::Township;
use yuanmark::domain::whereabouts::{Counts, Whereabouts};
use yuanmark::store::kept;
use yuanmark::store::migrate::{self, NEEDED};
use yuanmark::store::{Store, StoreError, alert, batch_account, health, ledger, licensee};

use super::{a_licensee, add_licensee, both, entries, first_batch, new_order, noon};
use crate::support::databases::{TestDatabase, execute, number};
use crate::support::installation::line;

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
            assert_eq!(counters, 17);
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

/// Makes an empty database of an earlier version, as the program of that version did.
async fn of_version(database: &TestDatabase, version: usize) -> Store {
    let folder = match database.is_sqlite() {
        true => "migrations/sqlite",
        false => "migrations/postgres",
    };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    files.sort();
    let migrations = files[..version].iter().zip(1..).map(|(file, version)| {
        let name = file.file_stem().unwrap().to_str().unwrap();
        let (number, name) = name.split_once('_').unwrap();
        assert_eq!(number.parse(), Ok(version), "{}", file.display());
        let sql = AssertSqlSafe(std::fs::read_to_string(file).unwrap()).into_sql_str();
        let name = name.replace('_', " ").into();
        Migration::new(version, name, MigrationType::Simple, sql, false)
    });
    let migrator = Migrator::with_migrations(migrations.collect());
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
        let store = of_version(&database, 2).await;
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
        let store = of_version(&database, 2).await;
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

/// Licensees with every day that they can have, and with none.
fn licensees() -> [Licensee; 2] {
    let step = StepTaken {
        step: Step::Undo,
        date: "2026-04-02".parse().unwrap(),
        ground: line("演示'\""),
        document: Some(line("文号1")),
        due: None,
        marks_good_until: None,
    };
    let ended = RightEnded {
        // Half past midnight in China, the day before at Greenwich.
        at: "2026-03-31T16:30:00.000001Z".parse().unwrap(),
        marks_good_until: noon(),
        reason: line("演示"),
        document: None,
        actor: line("clerk"),
    };
    let with_all = Licensee {
        state: LicenseeState::Exited,
        ended: Some(ended),
        pending: Some(Pending {
            step,
            by: line("科长"),
            at: "2026-04-01T20:00:00Z".parse().unwrap(),
        }),
        ..a_licensee(LicenseeNumber(1), 0)
    };
    let with_none = Licensee {
        state: LicenseeState::Applied,
        in_force_since: None,
        ..a_licensee(LicenseeNumber(2), 1)
    };
    [with_all, with_none]
}

fn an_entitlement() -> Entitlement {
    let order = new_order(LicenseeNumber(1), 1);
    let account = Account {
        licensee: LicenseeNumber(1),
        season: order.season,
        form: order.form,
    };
    Entitlement {
        granted: 1,
        adjusted: -20,
        received: 300,
        given: 4000,
        carried_in: 50_000,
        carried_out: 7,
        restored: 600_000,
        ordered: 8,
        pack_grams: 425,
        ..Entitlement::new(account)
    }
}

/// An order with another number of labels at each place.
fn an_order() -> Order {
    let new = new_order(LicenseeNumber(1), 100);
    let mut counts = Counts::unreported(100);
    for (place, marks) in Whereabouts::ALL[1..].iter().zip(1..) {
        counts.moved(Whereabouts::Unreported, *place, marks);
    }
    let placed = Order::place(OrderNumber(1), &new, &line("clerk"), noon()).unwrap();
    Order {
        state: OrderState::Released,
        counts,
        ..placed
    }
}

fn a_lot() -> Lot {
    let new = NewLot {
        licensee: LicenseeNumber(1),
        public: LotLabel {
            code: line("L-1"),
            product: line("即食芦笋 120 g"),
            form: Form::ReadyToEat,
            season: new_order(LicenseeNumber(1), 1).season,
            harvested: "2026-04-01".parse().unwrap(),
            township: Township::from_text("006").unwrap(),
            standard: line("示例标准"),
            certificate: None,
        },
        packs: 100,
        steps: Vec::new(),
    };
    let mut lot = Lot::enter(LotNumber(1), &new, &line("clerk"), noon()).unwrap();
    let report = TestReport {
        laboratory: line("虚构检验所"),
        number: line("检1"),
        date: "2026-04-02".parse().unwrap(),
        result: TestResult::Passed,
        file: None,
    };
    lot.report(&report, noon()).unwrap();
    lot.marks = 77;
    lot
}

#[tokio::test]
async fn what_version_4_kept_has_every_column_of_version_5_afterwards() {
    for database in TestDatabase::both().await {
        let store = of_version(&database, 4).await;
        let mut tx = store.write().await.unwrap();
        let quoted = |body: String| format!("'{}'", body.replace('\'', "''"));
        for licensee in licensees() {
            let sql = format!(
                "INSERT INTO licensees (number, uscc, name, state, attention_from, body) \
                 VALUES ({}, '{}', '{}', '{}', {}, {})",
                licensee.number,
                licensee.uscc,
                licensee.name(),
                licensee.state.slug(),
                licensee
                    .attention_from()
                    .map_or("NULL".to_owned(), |day| format!("'{day}'")),
                quoted(serde_json::to_string(&licensee).unwrap()),
            );
            execute(&mut tx, &sql).await;
        }
        let sql = "INSERT INTO entitlements (licensee, season, form, body) VALUES (1, 2026, 'ready-to-eat', ";
        execute(
            &mut tx,
            &format!(
                "{sql}{})",
                quoted(serde_json::to_string(&an_entitlement()).unwrap())
            ),
        )
        .await;
        let sql = "INSERT INTO orders (number, licensee, season, form, state, quantity, body) \
                   VALUES (1, 1, 2026, 'ready-to-eat', 'released', 100, ";
        execute(
            &mut tx,
            &format!(
                "{sql}{})",
                quoted(serde_json::to_string(&an_order()).unwrap())
            ),
        )
        .await;
        let sql = "INSERT INTO lots (number, licensee, season, is_recalled, body) VALUES (1, 1, 2026, 0, ";
        execute(
            &mut tx,
            &format!("{sql}{})", quoted(serde_json::to_string(&a_lot()).unwrap())),
        )
        .await;
        tx.commit().await.unwrap();

        migrate::run(&store).await.unwrap();
        let mut tx = store.read().await.unwrap();
        let mut found = kept::differences(&mut tx, licensees().iter())
            .await
            .unwrap();
        found.extend(
            kept::differences(&mut tx, [an_entitlement()].iter())
                .await
                .unwrap(),
        );
        found.extend(
            kept::differences(&mut tx, [an_order()].iter())
                .await
                .unwrap(),
        );
        found.extend(kept::differences(&mut tx, [a_lot()].iter()).await.unwrap());
        assert_eq!(found, [""; 0]);
    }
}

#[tokio::test]
async fn batches_and_alerts_of_version_20_are_weighed_as_before_and_teach_nothing() {
    for database in TestDatabase::both().await {
        let store = of_version(&database, 20).await;
        let mut tx = store.write().await.unwrap();
        // Ten batches of a season in which half of the marks were seen again, each by dealers.
        for batch in 1..=10 {
            let sql = format!(
                "INSERT INTO batch_accounts (batch, part, codes, scans, share_1, share_2, share_3, share_4) \
                 VALUES ({batch}, 0, 200, 300, 60000, 200000, 680000, 1760000)"
            );
            execute(&mut tx, &sql).await;
        }
        let sql = "INSERT INTO alerts (number, kind, batch, mark_index, raised_at, query, parameters, log_odds, e_value_ln, hypothesis) \
                   VALUES (1, 'suspected_copy', 1, 7, 1000000, 3, 3, -2000000, 2000000, 'copied')";
        execute(&mut tx, sql).await;
        tx.commit().await.unwrap();

        migrate::run(&store).await.unwrap();
        let parameters = Parameters::reference();
        let mut tx = store.write().await.unwrap();
        let before = batch_account::latest(&mut tx, 100).await.unwrap();
        assert_eq!(before.len(), 10);
        // New scans of all of them, and each that is seen again is as a dealer's.
        let mut more = BatchState::default();
        for _ in 0..50 {
            let part = Part {
                log_odds: 0.0,
                dealt: Some(0.9),
            };
            more.update(&parameters, None, part);
        }
        let more = before.keys().map(|batch| (*batch, more.clone())).collect();
        batch_account::add(&mut tx, 0, &more).await.unwrap();
        let after = batch_account::latest(&mut tx, 100).await.unwrap();
        for (batch, account) in &after {
            assert_eq!((account.codes, account.scans), (250, 350));
            let moved = account.evidence(&parameters) - before[batch].evidence(&parameters);
            assert!(moved.abs() < 1.0, "{moved}");
        }
        let dealers = |accounts: &BTreeMap<BatchNumber, BatchState>| {
            let batches = accounts.values().map(|account| (account, 0));
            (Peers::of(&parameters, batches).dealers() * 1e6) as u32
        };
        assert_eq!(dealers(&after), 1_000_000, "what was before is not known");
        // A new batch beside them teaches.
        let batch = BatchNumber::new(11).unwrap();
        let of_new = BTreeMap::from([(batch, more.into_values().next().unwrap())]);
        batch_account::add(&mut tx, 0, &of_new).await.unwrap();
        assert!(dealers(&batch_account::latest(&mut tx, 100).await.unwrap()) > 1_200_000);

        let alert = alert::get(&mut tx, AlertNumber(1)).await.unwrap().unwrap();
        assert_eq!(alert.light, Light::default());
        assert_eq!((alert.log_odds.round() as i32, alert.query), (-2, Some(3)));
    }
}
