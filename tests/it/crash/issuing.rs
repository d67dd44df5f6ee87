//! A process is killed while it issues.

use std::path::{Path, PathBuf};
use std::time::{Instant, SystemTime};

use yuanmark::store::{DatabaseUrl, Tx};

use super::{assert_nothing_lost, issue_arguments, orders, printed_batch};
use crate::support::databases::{TestDatabase, execute, number};
use crate::support::installation::Installation;
use crate::support::killed::{kill_when, program};

/// Moments of an issue at which a process is killed, from its start to beyond its end.
const MOMENTS: u32 = 24;

#[tokio::test(flavor = "multi_thread")]
async fn a_process_killed_at_any_moment_of_an_issue_loses_nothing_it_has_answered() {
    for place in Installation::both().await {
        let orders = orders(&place, MOMENTS).await;
        let mut printed = Vec::new();
        let mut whole = None;
        for (moment, order) in (0..).zip(&orders) {
            let begin = Instant::now();
            let process = program(&place)
                .args(issue_arguments(order))
                .spawn()
                .unwrap();
            let output = kill_when(process, || match whole {
                None => false, // the first runs undisturbed, to see how long it takes
                Some(whole) => begin.elapsed() > whole * moment * 5 / 4 / MOMENTS,
            });
            whole.get_or_insert(begin.elapsed());
            printed.push(printed_batch(&output));
        }
        assert_eq!(printed[0], Some(1), "the undisturbed one");
        let killed = printed.iter().filter(|number| number.is_none()).count();
        assert!(killed > 0, "none was killed before it answered");
        assert_nothing_lost(&place, &orders, &printed).await;
    }
}

/// The file that every commit writes to; it grows, or begins anew at its own beginning.
fn write_ahead_log(place: &Installation) -> PathBuf {
    match &place.database.url {
        DatabaseUrl::Sqlite(path) => path.with_extension("db-wal"),
        DatabaseUrl::Postgres(_) => panic!("not a SQLite address"),
    }
}

fn last_write(path: &Path) -> SystemTime {
    std::fs::metadata(path).unwrap().modified().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_killed_in_the_middle_of_writing_to_sqlite_leaves_the_batch_or_nothing() {
    let place = Installation::new(TestDatabase::sqlite()).await;
    // The moment is short: some are over before they are caught, so that there are orders for many tries.
    let orders = orders(&place, 100).await;
    let log = write_ahead_log(&place);
    let mut printed = Vec::new();
    let mut killed_while_writing = 0;
    for order in &orders {
        let before = last_write(&log);
        let process = program(&place)
            .args(issue_arguments(order))
            .spawn()
            .unwrap();
        let output = kill_when(process, || last_write(&log) != before);
        killed_while_writing += usize::from(!output.status.success());
        printed.push(printed_batch(&output));
        if printed.len() >= 12 && killed_while_writing > 0 {
            break;
        }
    }
    assert!(
        killed_while_writing > 0,
        "no process was caught while it wrote"
    );
    assert_nothing_lost(&place, &orders[..printed.len()], &printed).await;
}

/// Whether a connection waits for the table that the test has locked.
async fn somebody_waits(tx: &mut Tx) -> bool {
    let waiting =
        "SELECT count(*) FROM pg_locks WHERE relation = 'batches'::regclass AND NOT granted";
    number(tx, waiting).await > 0
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_killed_between_taking_a_number_and_writing_its_batch_gives_the_number_back() {
    let place = Installation::new(TestDatabase::postgres().await).await;
    let orders = orders(&place, 3).await;
    for order in &orders[..2] {
        // Reading the batches is still possible, and so is taking a number; writing a batch is not.
        let mut tx = place.store.write().await.unwrap();
        execute(&mut tx, "LOCK TABLE batches IN EXCLUSIVE MODE").await;
        let mut process = program(&place)
            .args(issue_arguments(order))
            .spawn()
            .unwrap();
        while !somebody_waits(&mut tx).await {
            assert!(process.try_wait().unwrap().is_none(), "it ended by itself");
        }
        process.kill().unwrap();
        let output = process.wait_with_output().unwrap();
        assert_eq!(printed_batch(&output), None);
        drop(tx);
    }
    assert_nothing_lost(&place, &orders, &[None; 3]).await;
}
