//! Scans are aged out: their counts stay, nobody waits, and everything agrees before, meanwhile and after.

use jiff::Timestamp;
use jiff::civil::date;
use yuanmark::domain::mark::MarkId;
use yuanmark::domain::order::Batch;
use yuanmark::domain::place::{Place, PlaceClass, Prefecture};
use yuanmark::service::{report, retention};
use yuanmark::store::scans_kept::{self, Removed};
use yuanmark::store::{Store, health};

use crate::support::databases::{TestDatabase, execute, number};
use crate::support::installation::{Installation, index, morning};
use crate::support::program::Program;
use crate::support::scans::{self, Scanned};
use crate::support::serving::Process;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// The next query of a mark.
async fn scan(store: &Store, batch: &Batch, mark: u32, when: &str) {
    let mut tx = store.write().await.unwrap();
    let new = Scanned {
        mark: MarkId {
            batch: batch.number,
            index: index(mark),
        },
        at: at(when),
        state: "active",
        place: Some(Place {
            prefecture: Prefecture::new(430_100).unwrap(),
            class: PlaceClass::Gps,
        }),
        phone: None,
        channel: "consumer",
    };
    scans::count(&mut tx, &new).await;
    tx.commit().await.unwrap();
}

/// Scans of three years and some days: three of January 2023, one of February, two of April, one of today.
async fn scanned(place: &Installation) -> Batch {
    let batch = place.batch(3).await;
    if !place.database.is_sqlite() {
        // February is among what no month was made for.
        let mut tx = place.store.write().await.unwrap();
        for month in ["2023-01-15", "2023-04-15"] {
            let micros = at(&format!("{month}T00:00:00Z")).as_microsecond();
            let make = format!("SELECT make_scans_month({micros})");
            execute(&mut tx, &make).await;
        }
        tx.commit().await.unwrap();
    }
    for (mark, when) in [
        (0, "2023-01-10T12:00:00+08:00"),
        (1, "2023-01-31T23:59:59+08:00"),
        (0, "2023-01-31T23:59:59.5+08:00"),
        (1, "2023-02-01T00:00:00+08:00"),
        (0, "2023-04-02T23:59:59+08:00"),
        (0, "2023-04-03T00:00:00+08:00"),
        (2, "2026-04-02T07:00:00+08:00"),
    ] {
        scan(&place.store, &batch, mark, when).await;
    }
    batch
}

async fn ask(store: &Store, sql: &str) -> i64 {
    number(&mut store.read().await.unwrap(), sql).await
}

async fn assert_well(store: &Store) {
    let broken = health::broken_invariants(&mut store.read().await.unwrap()).await;
    assert_eq!(broken.unwrap(), []);
}

const SCANS: &str = "SELECT count(*) FROM scans";

#[tokio::test(flavor = "multi_thread")]
async fn scans_that_are_too_old_go_and_their_counts_stay() {
    for place in Installation::both().await {
        scanned(&place).await;
        let store = &place.store;
        let seen = retention::look(store, morning(), 1095).await.unwrap();
        assert_eq!(ask(store, SCANS).await, 7);

        let pruned = retention::prune(store, morning(), 1095).await.unwrap();
        assert!(pruned.is_done);
        assert_eq!(pruned, seen);
        // 1,095 days before 2 April 2026 is 3 April 2023; of a month that is not over so long nothing goes on PostgreSQL.
        let (kept_from, gone) = match place.database.is_sqlite() {
            true => (date(2023, 4, 3), 5),
            false => (date(2023, 4, 1), 4),
        };
        assert_eq!((pruned.kept_from, pruned.scans), (kept_from, gone));
        assert_eq!(ask(store, SCANS).await, 7 - i64::try_from(gone).unwrap());
        assert_well(store).await;
        // The counts of marks are what they were, and go on.
        assert_eq!(
            ask(
                store,
                "SELECT queries FROM mark_queries WHERE mark_index = 0"
            )
            .await,
            4
        );
        let report = report::scans(store, date(2023, 1, 1), date(2023, 2, 28), morning()).await;
        let report = report.unwrap();
        assert_eq!(report.all(), 4);
        assert_eq!(report.provinces[0].key.unwrap().1, "Hunan");
        if !place.database.is_sqlite() {
            let month = "SELECT count(*) FROM pg_class WHERE relname = 'scans_2023_01'";
            assert_eq!(ask(store, month).await, 0);
        }
        // Again, and nothing is left to do.
        let pruned = retention::prune(store, morning(), 1095).await.unwrap();
        assert_eq!((pruned.scans, pruned.is_done), (0, true));
        // Everything goes but what is of days that are not over.
        let pruned = retention::prune(store, at("2027-01-01T12:00:00+08:00"), 1).await;
        assert!(pruned.unwrap().is_done);
        assert_eq!(ask(store, SCANS).await, 0);
        assert_well(store).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_scans_go_in_small_pieces() {
    let place = Installation::new(TestDatabase::sqlite()).await;
    let batch = place.batch(10_000).await;
    let mut tx = place.store.write().await.unwrap();
    // Of one moment are more than go at once: they go together.
    for sql in [
        "INSERT INTO scans (at, batch, mark_index, query, state, channel) \
         WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 9999) \
         SELECT max(i - 5000, 0), 1, i, 1, 'active', 'consumer' FROM n",
        "INSERT INTO mark_queries (batch, mark_index, queries, first_at, latest_at) \
         SELECT 1, mark_index, 1, at, at FROM scans",
    ] {
        execute(&mut tx, sql).await;
    }
    tx.commit().await.unwrap();
    scan(&place.store, &batch, 3, "2026-04-02T07:00:00+08:00").await;
    let than = at("2000-01-01T00:00:00Z");
    for left in [5000, 3000, 1000, 1] {
        let removed = scans_kept::remove_oldest(&place.store, than).await;
        assert_eq!(removed.unwrap(), Removed::Some);
        let found = ask(&place.store, SCANS).await;
        assert!(found.abs_diff(left) <= 2, "{found} are left, not {left}");
        assert_well(&place.store).await;
    }
    let removed = scans_kept::remove_oldest(&place.store, than).await;
    assert_eq!(removed.unwrap(), Removed::Nothing);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_instance_at_a_time_and_nobody_is_held_up() {
    let place = Installation::new(TestDatabase::postgres().await).await;
    scanned(&place).await;
    let other = Store::connect(&place.database.url).await.unwrap();
    let turn = scans_kept::take_turn(&other).await.unwrap();
    assert!(turn.is_some());
    assert!(scans_kept::take_turn(&place.store).await.unwrap().is_none());
    let pruned = retention::prune(&place.store, morning(), 1095)
        .await
        .unwrap();
    assert!(!pruned.is_done);
    assert_eq!(ask(&place.store, SCANS).await, 7);
    drop(turn);

    // Somebody reads scans: a month does not wait for that, and nobody waits behind it.
    let mut reader = other.read().await.unwrap();
    number(&mut reader, SCANS).await;
    let than = at("2023-04-01T00:00:00+08:00");
    let removed = scans_kept::remove_oldest(&place.store, than).await;
    assert_eq!(removed.unwrap(), Removed::NotNow);
    assert_eq!(ask(&place.store, SCANS).await, 7);
    drop(reader);
    // The server takes a moment to see that it was let go.
    let mut removed = Removed::NotNow;
    while removed == Removed::NotNow {
        removed = scans_kept::remove_oldest(&place.store, than).await.unwrap();
    }
    assert_eq!(ask(&place.store, SCANS).await, 4);
    assert_well(&place.store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn months_are_made_ahead() {
    for place in Installation::both().await {
        for _ in 0..2 {
            scans_kept::make_months(&place.store, at("2031-11-30T20:00:00Z"))
                .await
                .unwrap();
        }
        if !place.database.is_sqlite() {
            let months = "SELECT count(*) FROM pg_class WHERE relname IN \
                 ('scans_2031_12', 'scans_2032_01', 'scans_2032_02') AND relispartition";
            assert_eq!(ask(&place.store, months).await, 3);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_ages_scans_out_by_itself() {
    for place in Installation::both().await {
        scanned(&place).await;
        let process = Process::serve(&place);
        let line = process.logged("old scans were aged out");
        assert!(line["scans"].as_u64().unwrap() >= 4, "{line}");
        assert!(ask(&place.store, SCANS).await <= 3);
        let (status, _) = process.terminate();
        assert!(status.success());
    }
}

#[test]
fn by_a_command() {
    let program = Program::with_batch(1);
    let seen = program.done("scan prune --older-than 1095 --dry-run");
    assert!(seen.starts_with("0 scans of before 20"), "{seen}");
    let done = program.json("scan prune --older-than 30 --by 李华");
    assert_eq!(done["scans"], 0);
    assert_eq!(done["is_done"], true);
    let trail = program.done("trail list --action scan-prune");
    assert!(trail.contains("李华"), "{trail}");
    assert_eq!(program.run("scan prune --older-than 0").code, 2);
}
