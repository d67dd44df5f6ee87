//! `store::health`: each invariant is broken once, found by its name, and mended.

use jiff::SignedDuration;
use yuanmark::domain::event::EventKind;
use yuanmark::store::{Store, event, health, ledger};

use super::{add_batch, add_order, an_event, both, entries, first_batch, mark, noon, range};
use crate::support::databases::execute;
use crate::support::scans::{Scanned, count};

const BATCH: &str = "a batch has as many marks as its order";
const EVENT: &str = "an event lies within its batch";
const COUNT: &str = "a mark's count is the number of its last scan";
const SCAN: &str = "every scan belongs to a counted mark of its batch";
const TWICE: &str = "no number of a mark is given to two scans";
const COUNTER: &str = "counters are ahead of the numbers in use";

/// What breaks an invariant, how many rows then break it, and what mends it again.
const BREAKAGES: [(&str, u64, &str, &str); 28] = [
    (
        BATCH,
        1,
        "UPDATE batches SET count = 101 WHERE number = 1",
        "UPDATE batches SET count = 100 WHERE number = 1",
    ),
    (
        BATCH,
        2,
        "UPDATE orders SET season = 2027",
        "UPDATE orders SET season = 2026",
    ),
    (
        BATCH,
        2,
        "UPDATE batches SET form = 'dried'",
        "UPDATE batches SET form = 'ready-to-eat'",
    ),
    (
        BATCH,
        1,
        "UPDATE orders SET licensee = 2 WHERE number = 2",
        "UPDATE orders SET licensee = 1 WHERE number = 2",
    ),
    (
        EVENT,
        1,
        "UPDATE range_events SET last_index = 100",
        "UPDATE range_events SET last_index = 99",
    ),
    (
        COUNT,
        1,
        "UPDATE mark_queries SET queries = 4 WHERE mark_index = 5",
        "UPDATE mark_queries SET queries = 3 WHERE mark_index = 5",
    ),
    (
        COUNT,
        1,
        "UPDATE mark_queries SET queries = 2 WHERE mark_index = 5",
        "UPDATE mark_queries SET queries = 3 WHERE mark_index = 5",
    ),
    (
        COUNT,
        1,
        "UPDATE scans SET query = 0 WHERE query = 3",
        "UPDATE scans SET query = 3 WHERE query = 0",
    ),
    (
        COUNT,
        1,
        "UPDATE mark_queries SET latest_at = latest_at + 1",
        "UPDATE mark_queries SET latest_at = latest_at - 1",
    ),
    (
        COUNT,
        1,
        "UPDATE scans SET mark_index = 6 WHERE query = 3",
        "UPDATE scans SET mark_index = 5 WHERE query = 3",
    ),
    (
        SCAN,
        1,
        "INSERT INTO scans (at, batch, mark_index, query, state, channel) SELECT max(at), 2, 0, 1, 'active', 'x' FROM scans",
        "DELETE FROM scans WHERE batch = 2",
    ),
    (
        SCAN,
        1,
        "INSERT INTO scans (at, batch, mark_index, query, state, channel) SELECT max(at), 1, 100, 1, 'active', 'x' FROM scans; \
       INSERT INTO mark_queries (batch, mark_index, queries, first_at, latest_at) \
       SELECT 1, 100, 1, max(at), max(at) FROM scans",
        "DELETE FROM scans WHERE mark_index = 100; DELETE FROM mark_queries WHERE mark_index = 100",
    ),
    (
        SCAN,
        2, // it, and the one after it
        "UPDATE scans SET query = 9 WHERE query = 2",
        "UPDATE scans SET query = 2 WHERE query = 9",
    ),
    (
        SCAN,
        2, // it, and the one after it
        "UPDATE scans SET mark_index = 6 WHERE query = 2",
        "UPDATE scans SET mark_index = 5 WHERE query = 2",
    ),
    (
        SCAN,
        1,
        "UPDATE scans SET previous_at = previous_at + 1 WHERE query = 3",
        "UPDATE scans SET previous_at = previous_at - 1 WHERE query = 3",
    ),
    (
        SCAN,
        1,
        "UPDATE scans SET previous_at = NULL WHERE query = 2",
        "UPDATE scans SET previous_at = (SELECT min(at) FROM scans) WHERE query = 2",
    ),
    (
        SCAN,
        1,
        "UPDATE scans SET previous_at = at WHERE query = 1",
        "UPDATE scans SET previous_at = NULL WHERE query = 1",
    ),
    (
        TWICE,
        1,
        "INSERT INTO scans (at, batch, mark_index, query, previous_at, state, channel) \
         SELECT at + 1, 1, 5, 2, previous_at, 'active', 'x' FROM scans WHERE query = 2",
        "DELETE FROM scans WHERE query = 2 AND at > (SELECT min(at) FROM scans WHERE query = 2)",
    ),
    (
        COUNTER,
        1,
        "UPDATE counters SET next = 2 WHERE name = 'licensee'",
        "UPDATE counters SET next = 3 WHERE name = 'licensee'",
    ),
    (
        COUNTER,
        1,
        "UPDATE counters SET next = 2 WHERE name = 'order'",
        "UPDATE counters SET next = 3 WHERE name = 'order'",
    ),
    (
        COUNTER,
        1,
        "UPDATE counters SET next = 2 WHERE name = 'batch'",
        "UPDATE counters SET next = 3 WHERE name = 'batch'",
    ),
    (
        COUNTER,
        1,
        "UPDATE counters SET next = 3 WHERE name = 'entry'",
        "UPDATE counters SET next = 4 WHERE name = 'entry'",
    ),
    (
        COUNTER,
        1,
        "INSERT INTO printers (number, uscc, body) VALUES (3, 'x', '{}')",
        "UPDATE counters SET next = 4 WHERE name = 'printer'",
    ),
    (
        COUNTER,
        1,
        "INSERT INTO transfers (number, giver, receiver, state, body) VALUES (3, 1, 2, 'done', '{}')",
        "UPDATE counters SET next = 4 WHERE name = 'transfer'",
    ),
    (
        COUNTER,
        1,
        "INSERT INTO containers (number, batch, kind, body) VALUES (3, 1, 'roll', '{}')",
        "UPDATE counters SET next = 4 WHERE name = 'container'",
    ),
    (
        COUNTER,
        1,
        "INSERT INTO lots (number, licensee, season, is_recalled, body) VALUES (3, 1, 2026, 0, '{}')",
        "UPDATE counters SET next = 4 WHERE name = 'lot'",
    ),
    (
        COUNTER,
        1,
        "INSERT INTO documents (number, licensee, purpose, title, version, sha256, body) VALUES (3, 1, 'x', 'x', 1, 'x', '{}')",
        "UPDATE counters SET next = 4 WHERE name = 'document'",
    ),
    (
        COUNTER,
        4, // those of licensees, orders, batches and entries
        "UPDATE counters SET next = 1",
        "UPDATE counters SET next = 4",
    ),
];

/// Two licensees, two batches, three entries, one event to a batch's very end, three scans of one mark.
async fn fill(store: &Store) {
    let mut tx = store.write().await.unwrap();
    let (licensee, _, batch) = first_batch(&mut tx, 100).await;
    super::add_licensee(&mut tx, 1).await.unwrap();
    let order = add_order(&mut tx, licensee.number, 10).await;
    add_batch(&mut tx, &order, "second").await.unwrap();
    let event = an_event(3, EventKind::Printed, batch.number, range(0, 99));
    event::add(&mut tx, &[event]).await.unwrap();
    ledger::add(&mut tx, &entries(3)).await.unwrap();
    let scan = Scanned {
        mark: mark(&batch, 5),
        at: noon(),
        state: "active",
        place: None,
        phone: None,
        channel: "consumer",
    };
    for query in 1..=3 {
        let at = noon() + SignedDuration::from_secs(query);
        count(&mut tx, &Scanned { at, ..scan.clone() }).await;
    }
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn an_empty_and_a_used_database_are_well() {
    for (_database, store) in both().await {
        let broken = async || {
            let mut tx = store.read().await.unwrap();
            health::broken_invariants(&mut tx).await.unwrap()
        };
        assert_eq!(broken().await, []);
        fill(&store).await;
        assert_eq!(broken().await, []);
        // Scans go, the oldest first; what is left of a mark's is an end of them, if only of none.
        for left in [2, 1, 0] {
            let mut tx = store.write().await.unwrap();
            let aged = "DELETE FROM scans WHERE at = (SELECT min(at) FROM scans)";
            assert_eq!(execute(&mut tx, aged).await, 1);
            tx.commit().await.unwrap();
            assert_eq!(broken().await, [], "{left} are left");
        }
    }
}

#[tokio::test]
async fn each_broken_invariant_is_found_by_its_name() {
    for (_database, store) in both().await {
        fill(&store).await;
        for (invariant, rows, breaks, mends) in BREAKAGES {
            let mut tx = store.write().await.unwrap();
            execute(&mut tx, breaks).await;
            let found = health::broken_invariants(&mut tx).await.unwrap();
            // What breaks one of those about scans may break another, too.
            let named = found.iter().find(|(name, _)| name.starts_with(invariant));
            let Some((_, broken)) = named else {
                panic!("{breaks}: found {found:?}");
            };
            assert_eq!(*broken, rows, "{breaks}: found {found:?}");
            execute(&mut tx, mends).await;
            let found = health::broken_invariants(&mut tx).await.unwrap();
            assert_eq!(found, [], "{mends}");
        }
    }
}
