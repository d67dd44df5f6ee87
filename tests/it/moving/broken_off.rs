//! Killed at any moment, a move leaves one database in force, and is done when it is run again.

use std::process::Command;

use yuanmark::service::system;
use yuanmark::store::moving::{Source, Target};
use yuanmark::store::{Store, StoreError, migrate};

use super::{ask, move_to};
use crate::support::databases::{TestDatabase, execute};
use crate::support::installation::Installation;
use crate::support::killed::{kill_when, program};
use crate::support::server::until;

/// Enough for the copying to take a while.
async fn with_scans(scans: u32) -> Installation {
    let place = Installation::new(TestDatabase::sqlite()).await;
    place.batch(1).await;
    let mut tx = place.store.write().await.unwrap();
    let numbers = format!(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {scans})"
    );
    for sql in [
        "INSERT INTO scans (at, batch, mark_index, query, state, channel) \
         SELECT 1775000000000000 + i * 1000000, 1, i, 1, 'active', 'consumer' FROM n",
        "INSERT INTO mark_queries (batch, mark_index, queries, first_at, latest_at) \
         SELECT 1, i, 1, 1775000000000000 + i * 1000000, 1775000000000000 + i * 1000000 FROM n",
    ] {
        let (into, select) = sql.split_once("SELECT").unwrap();
        execute(&mut tx, &format!("{into} {numbers} SELECT {select}")).await;
    }
    tx.commit().await.unwrap();
    place
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_several_moments_and_run_again() {
    /// How far the target has come when the program is killed, as a question to it.
    const MOMENTS: [&str; 5] = [
        "SELECT count(*) FROM pg_class WHERE relname = 'unfinished_copy'",
        "SELECT count(*) FROM pg_class WHERE relname = 'licensees'",
        "SELECT count(*) FROM pg_class WHERE relname = 'scans_2026_04'",
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'COPY scans%'",
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'COPY (SELECT%'",
    ];
    let place = with_scans(40_000).await;
    let target = TestDatabase::postgres().await;
    let watcher = Store::connect(&target.url).await.unwrap();
    for moment in MOMENTS {
        let mover = program(&place)
            .args(["migrate", "--to", &target.address])
            .spawn()
            .unwrap();
        let runtime = tokio::runtime::Handle::current();
        let is_reached =
            || tokio::task::block_in_place(|| runtime.block_on(ask(&watcher, moment))) > 0;
        let output = kill_when(mover, is_reached);
        assert!(
            !output.status.success(),
            "{moment}: it ended before it was killed"
        );
        // SQLite is in force, the target is not.
        migrate::check(&place.store).await.unwrap();
        assert!(matches!(
            migrate::check(&watcher).await,
            Err(StoreError::UnfinishedCopy)
        ));
    }
    watcher.close().await;
    move_to(&place, &target);
    let there = target.open().await;
    assert_eq!(ask(&there, "SELECT count(*) FROM scans").await, 40_000);
    assert_eq!(ask(&there, "SELECT count(*) FROM scans_rest").await, 0);
    assert!(migrate::check(&place.store).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_goes_away_leaves_sqlite_in_force() {
    const COPYING: &str = "SELECT count(*) FROM pg_stat_activity \
         WHERE datname = current_database() AND query LIKE 'COPY scans%'";
    const CUT: &str = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
         WHERE datname = current_database() AND application_name = 'yuanmark, moving'";
    let place = with_scans(40_000).await;
    let target = TestDatabase::postgres().await;
    let watcher = Store::connect(&target.url).await.unwrap();
    let mover = program(&place)
        .args(["migrate", "--to", &target.address])
        .spawn()
        .unwrap();
    until("scans are copied", async || {
        ask(&watcher, COPYING).await > 0
    })
    .await;
    assert!(ask(&watcher, CUT).await > 0);
    let output = mover.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("to do: "), "{said}");
    migrate::check(&place.store).await.unwrap();
    watcher.close().await;
    move_to(&place, &target);
    let there = target.open().await;
    assert_eq!(ask(&there, "SELECT count(*) FROM scans").await, 40_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn broken_off_with_ctrl_c_it_says_what_is_in_force_and_what_to_do() {
    const COPYING: &str = "SELECT count(*) FROM pg_stat_activity \
         WHERE datname = current_database() AND query LIKE 'COPY scans%'";
    let place = with_scans(40_000).await;
    let target = TestDatabase::postgres().await;
    let watcher = Store::connect(&target.url).await.unwrap();
    let mover = program(&place)
        .args(["migrate", "--to", &target.address])
        .spawn()
        .unwrap();
    until("scans are copied", async || {
        ask(&watcher, COPYING).await > 0
    })
    .await;
    let interrupt = Command::new("kill")
        .args(["-s", "INT", &mover.id().to_string()])
        .status();
    assert!(interrupt.unwrap().success());
    let output = mover.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("nothing was moved, sqlite:"), "{said}");
    assert!(said.contains("to do: run the same command again"), "{said}");
    migrate::check(&place.store).await.unwrap();
    watcher.close().await;
    move_to(&place, &target);
    let there = target.open().await;
    assert_eq!(ask(&there, "SELECT count(*) FROM scans").await, 40_000);
}

/// Does everything up to where SQLite is left, and no more.
async fn almost_moved(place: &Installation, database: &TestDatabase, leave: bool) {
    let source = Source::open(&place.database.url).await.unwrap();
    source.write_name("this move").await.unwrap();
    let mut snapshot = source.snapshot().await.unwrap();
    let mut target = Target::open(&database.url).await.unwrap();
    let now = system::now();
    target
        .begin("this move", now, snapshot.tables())
        .await
        .unwrap();
    target.fill(&mut snapshot, &mut |_, _, _| {}).await.unwrap();
    let tables = snapshot.end();
    let mut locked = source.lock().await.unwrap();
    target
        .follow(&mut locked, &tables, &mut |_, _, _| {})
        .await
        .unwrap();
    if leave {
        locked.leave(&tables, &database.url, now).await.unwrap();
    }
    target.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ended_before_sqlite_was_left_it_begins_anew() {
    let place = with_scans(10).await;
    let target = TestDatabase::postgres().await;
    almost_moved(&place, &target, false).await;
    migrate::check(&place.store).await.unwrap();
    let mut tx = place.store.write().await.unwrap();
    execute(&mut tx, "DELETE FROM scans WHERE mark_index = 3").await;
    tx.commit().await.unwrap();
    let said = move_to(&place, &target);
    assert!(said.contains("each compared"), "{said}");
    let there = target.open().await;
    assert_eq!(ask(&there, "SELECT count(*) FROM scans").await, 9);
}

#[tokio::test(flavor = "multi_thread")]
async fn ended_after_sqlite_was_left_it_is_handed_over() {
    let place = with_scans(10).await;
    let target = TestDatabase::postgres().await;
    almost_moved(&place, &target, true).await;
    // Neither is in force, until it is run again; and only to this target.
    let there = Store::connect(&target.url).await.unwrap();
    assert!(migrate::check(&place.store).await.is_err());
    assert!(migrate::check(&there).await.is_err());
    let other = TestDatabase::postgres().await;
    let output = super::moved(&place, &other);
    assert_eq!(output.status.code(), Some(2));
    let said = move_to(&place, &target);
    assert!(said.contains("is now handed over"), "{said}");
    migrate::check(&there).await.unwrap();
    assert_eq!(ask(&there, "SELECT count(*) FROM scans").await, 10);
    let output = super::moved(&place, &target);
    assert_eq!(output.status.code(), Some(2));
}
