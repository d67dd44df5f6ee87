//! What cannot be moved, or not there, is refused before anything is changed; a copy that is not the same is not taken.

use yuanmark::service::system;
use yuanmark::store::moving::{Source, Target};
use yuanmark::store::{Store, migrate};

use super::{ask, moved};
use crate::support::databases::{TestDatabase, execute};
use crate::support::installation::Installation;
use crate::support::killed::{program, stderr};

/// The move is refused with these words, and SQLite stays in force as it was.
async fn is_refused(place: &Installation, target: &TestDatabase, words: &str) {
    for more in [&[][..], &["--dry-run"]] {
        let output = program(place)
            .args(["migrate", "--to", &target.address])
            .args(more)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
        assert!(stderr(&output).contains(words), "{}", stderr(&output));
        migrate::check(&place.store).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_with_anything_else_in_it() {
    let place = Installation::new(TestDatabase::sqlite()).await;
    for foreign in [
        "CREATE TABLE theirs (number INTEGER)",
        "CREATE VIEW theirs AS SELECT 1",
        "CREATE SEQUENCE theirs",
    ] {
        let target = TestDatabase::postgres().await;
        let store = Store::connect(&target.url).await.unwrap();
        let mut tx = store.write().await.unwrap();
        execute(&mut tx, foreign).await;
        tx.commit().await.unwrap();
        is_refused(&place, &target, "it holds the table theirs").await;
    }
    // Nor one that is an installation already, however empty.
    let target = TestDatabase::postgres().await;
    target.open().await;
    is_refused(&place, &target, "not empty").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_with_an_unfinished_copy_of_another_installation() {
    let other = Installation::new(TestDatabase::sqlite()).await;
    let target = TestDatabase::postgres().await;
    let source = Source::open(&other.database.url).await.unwrap();
    let snapshot = source.snapshot().await.unwrap();
    let mut copy = Target::open(&target.url).await.unwrap();
    copy.begin("another move", system::now(), snapshot.tables())
        .await
        .unwrap();
    copy.close().await;
    let place = Installation::new(TestDatabase::sqlite()).await;
    is_refused(&place, &target, "unfinished copy of another installation").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn from_postgresql_or_to_sqlite_or_to_nowhere() {
    let [sqlite, postgres] = Installation::both().await;
    let [other_sqlite, other_postgres] = TestDatabase::both().await;
    is_refused(&sqlite, &other_sqlite, "moves from SQLite to PostgreSQL").await;
    is_refused(
        &postgres,
        &other_postgres,
        "moves from SQLite to PostgreSQL",
    )
    .await;
    let output = program(&sqlite)
        .args([
            "migrate",
            "--to",
            "postgres://nobody:secret@127.0.0.1:1/none",
        ])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let output = program(&sqlite)
        .args(["migrate", "--to", "mysql://u:secret@h/d"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(!stderr(&output).contains("secret"));
    migrate::check(&sqlite.store).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_that_postgresql_does_not_store_is_named() {
    let place = Installation::new(TestDatabase::sqlite()).await;
    place.batch(1).await;
    let mut tx = place.store.write().await.unwrap();
    execute(
        &mut tx,
        "UPDATE printers SET name = 'a' || char(0) || 'b' WHERE number = 1",
    )
    .await;
    tx.commit().await.unwrap();
    let target = TestDatabase::postgres().await;
    is_refused(
        &place,
        &target,
        "table printers, row 1: a text holds the character U+0000",
    )
    .await;
    let there = Store::connect(&target.url).await.unwrap();
    assert_eq!(migrate::version(&there).await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_that_is_not_ours_is_named() {
    let place = Installation::new(TestDatabase::sqlite()).await;
    let mut tx = place.store.write().await.unwrap();
    execute(&mut tx, "CREATE TABLE theirs (number INTEGER PRIMARY KEY)").await;
    tx.commit().await.unwrap();
    let target = TestDatabase::postgres().await;
    let output = moved(&place, &target);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("the table theirs is not as"));
    migrate::check(&place.store).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_arrives_changed_missing_or_twice_is_found() {
    const FAULTS: [(&str, &str); 4] = [
        (
            "range_events",
            "NEW.last_index := NEW.last_index - 1; RETURN NEW;",
        ),
        (
            "mark_queries",
            "NEW.queries := NEW.queries + 1; RETURN NEW;",
        ),
        ("scans", "RETURN NULL;"),
        ("users", "NEW.name := lower(NEW.name); RETURN NEW;"),
    ];
    for (table, fault) in FAULTS {
        let place = Installation::new(TestDatabase::sqlite()).await;
        place.batch(3).await;
        let mut tx = place.store.write().await.unwrap();
        for sql in [
            "INSERT INTO users (number, login, name, role, is_disabled, password, must_change_password, made_at) \
             VALUES (7, 'a', 'A', 'auditor', 0, 'x', 0, 1)",
            "INSERT INTO scans (at, batch, mark_index, query, state, channel) VALUES (5, 1, 0, 1, 'active', 'x')",
            "INSERT INTO mark_queries (batch, mark_index, queries, first_at, latest_at) VALUES (1, 0, 1, 5, 5)",
        ] {
            execute(&mut tx, sql).await;
        }
        tx.commit().await.unwrap();
        let target = TestDatabase::postgres().await;
        let source = Source::open(&place.database.url).await.unwrap();
        source.write_name("this move").await.unwrap();
        let snapshot = source.snapshot().await.unwrap();
        let mut copy = Target::open(&target.url).await.unwrap();
        copy.begin("this move", system::now(), snapshot.tables())
            .await
            .unwrap();
        copy.close().await;
        drop(snapshot);
        let there = Store::connect(&target.url).await.unwrap();
        let mut tx = there.write().await.unwrap();
        let make = format!(
            "CREATE FUNCTION fault() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {fault} END $$; \
             CREATE TRIGGER fault BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION fault()"
        );
        execute(&mut tx, &make).await;
        tx.commit().await.unwrap();

        let output = moved(&place, &target);
        assert_eq!(
            output.status.code(),
            Some(1),
            "{table}: {}",
            stderr(&output)
        );
        let words = format!("table {table}, row ");
        assert!(stderr(&output).contains(&words), "{}", stderr(&output));
        migrate::check(&place.store).await.unwrap();
        assert_eq!(ask(&place.store, "SELECT count(*) FROM scans").await, 1);

        // Without the fault it arrives.
        let mut tx = there.write().await.unwrap();
        execute(&mut tx, "DROP FUNCTION fault() CASCADE").await;
        tx.commit().await.unwrap();
        there.close().await;
        super::move_to(&place, &target);
    }
}
