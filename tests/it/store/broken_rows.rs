//! A row that was changed by other means is not passed on: the error names its table, key and column.

use yuanmark::domain::event::{EventKind, Withdrawal};
use yuanmark::domain::licensee::{LicenseeNumber, RightEnded};
use yuanmark::domain::mark::MarkId;
use yuanmark::domain::order::OrderNumber;
use yuanmark::domain::phone::PhoneHash;
use yuanmark::domain::place::{Place, PlaceClass, Prefecture};
use yuanmark::store::event::NewEvents;
use yuanmark::store::scan::NewScan;
use yuanmark::store::{Store, StoreError, Tx, batch, event, licensee, order, scan};

use super::{batch_number, both, first_batch, noon, range};
use crate::support::databases::execute;
use crate::support::installation::{index, line};

/// Microseconds far beyond the year 9999.
const NO_TIME: &str = "9000000000000000000";

/// Table and column, and each value that breaks a rule there.
const BREAKAGES: [(&str, &str, &[&str]); 31] = [
    ("licensees", "name", &["''", "'two\nlines'"]),
    ("licensees", "uscc", &["'91430981MA4TEXT1XX'", "''"]),
    ("licensees", "legal_basis", &["'habit'"]),
    ("licensees", "added_at", &[NO_TIME]),
    ("licensee_ends", "at", &[NO_TIME]),
    ("licensee_ends", "marks_good_until", &[NO_TIME]),
    ("licensee_ends", "reason", &["'  '"]),
    ("licensee_ends", "document", &["''"]),
    ("licensee_ends", "actor", &["''"]),
    ("orders", "season", &["1999", "2256", "70000", "-1"]),
    ("orders", "form", &["'raw'", "'Fresh'"]),
    ("orders", "product", &["''"]),
    ("orders", "placed_at", &[NO_TIME]),
    ("orders", "actor", &["''"]),
    ("batches", "key_id", &["256", "-1"]),
    ("batches", "season", &["1999"]),
    ("batches", "form", &["'raw'"]),
    ("batches", "issued_at", &[NO_TIME]),
    ("batches", "actor", &["''"]),
    ("batches", "idempotency_key", &["''"]),
    ("range_events", "last_index", &["16777216", "5000000000"]),
    ("range_events", "kind", &["'undo_revoked'", "'Activated'"]),
    ("range_events", "at", &[NO_TIME]),
    ("range_events", "actor", &["''"]),
    ("range_events", "reason", &["''"]),
    ("range_events", "document", &["'a\tb'"]),
    ("mark_queries", "queries", &["-1"]),
    ("mark_queries", "first_at", &[NO_TIME]),
    (
        "mark_queries",
        "first_prefecture",
        &["999999", "-1", "NULL"],
    ),
    ("mark_queries", "first_place_class", &["'guess'", "NULL"]),
    ("mark_queries", "first_phone", &["SHORT"]),
];

/// The mark that was scanned.
fn the_mark() -> MarkId {
    MarkId {
        batch: batch_number(1),
        index: index(5),
    }
}

/// One row in every table, all columns filled.
async fn fill(store: &Store) {
    let mut tx = store.write().await.unwrap();
    let (licensee, _, batch) = first_batch(&mut tx, 100).await;
    let end = RightEnded {
        at: noon(),
        marks_good_until: noon(),
        reason: line("reason"),
        document: Some(line("document")),
        actor: line("office"),
    };
    licensee::end(&mut tx, licensee.number, &end).await.unwrap();
    let new = NewEvents {
        kind: EventKind::Withdrawn(Withdrawal::Frozen),
        actor: &line("clerk"),
        reason: Some(&line("reason")),
        document: Some(&line("document")),
    };
    event::add(&mut tx, &[(batch.number, range(0, 9))], &new, noon())
        .await
        .unwrap();
    let scan = NewScan {
        mark: the_mark(),
        at: noon(),
        state: "active",
        place: Some(Place {
            prefecture: Prefecture::new(430_900).unwrap(),
            class: PlaceClass::Gps,
        }),
        phone: Some(PhoneHash([1; 16])),
        channel: "consumer",
    };
    scan::lock(&mut tx, &scan).await.unwrap();
    scan::add(&mut tx, &scan, 1).await.unwrap();
    tx.commit().await.unwrap();
}

/// Every answer of the store that reads the table.
async fn read(tx: &mut Tx, table: &str) -> Vec<Result<(), StoreError>> {
    let mark = the_mark();
    let batch = mark.batch;
    match table {
        "licensees" | "licensee_ends" => vec![
            licensee::get(tx, LicenseeNumber(1)).await.map(drop),
            licensee::list(tx).await.map(drop),
        ],
        "orders" => vec![
            order::get(tx, OrderNumber(1)).await.map(drop),
            order::list(tx, 9).await.map(drop),
        ],
        "batches" => vec![
            batch::get(tx, batch).await.map(drop),
            batch::of_order(tx, OrderNumber(1)).await.map(drop),
            batch::list(tx, 9).await.map(drop),
        ],
        "range_events" => vec![
            event::of_mark(tx, mark).await.map(drop),
            event::of_batch(tx, batch).await.map(drop),
        ],
        _ => vec![scan::get(tx, mark).await.map(drop)],
    }
}

#[tokio::test]
async fn every_column_that_breaks_our_rules_is_named_with_its_table_and_key() {
    for (database, store) in both().await {
        fill(&store).await;
        for (table, column, values) in BREAKAGES {
            for value in values {
                let mut tx = store.write().await.unwrap();
                let value = match *value {
                    "SHORT" if database.is_sqlite() => "X'00'",
                    "SHORT" => "decode('00', 'hex')",
                    other => other,
                };
                let sql = format!("UPDATE {table} SET {column} = {value}");
                assert_eq!(execute(&mut tx, &sql).await, 1, "{sql}");
                let answers = read(&mut tx, table).await;
                for answer in answers {
                    let key = if table == "mark_queries" { "1-5" } else { "1" };
                    assert_broken(&answer, table, key, column, &sql);
                }
            }
        }
    }
}

fn assert_broken(answer: &Result<(), StoreError>, table: &str, key: &str, column: &str, sql: &str) {
    let Err(StoreError::BrokenRow {
        table: named_table,
        key: named_key,
        column: named_column,
    }) = answer
    else {
        panic!("{sql}: {answer:?}");
    };
    assert_eq!(
        (*named_table, named_key.as_str(), *named_column),
        (table, key, column),
        "{sql}"
    );
}

#[tokio::test]
async fn a_lock_on_a_broken_count_is_refused_too() {
    for (_database, store) in both().await {
        fill(&store).await;
        let mut tx = store.write().await.unwrap();
        execute(&mut tx, "UPDATE mark_queries SET queries = -1").await;
        let scan = NewScan {
            mark: the_mark(),
            at: noon(),
            state: "active",
            place: None,
            phone: None,
            channel: "consumer",
        };
        let locked = scan::lock(&mut tx, &scan).await.map(drop);
        assert_broken(&locked, "mark_queries", "1-5", "queries", "lock");
    }
}

#[tokio::test]
async fn a_key_number_beyond_a_byte_is_no_key_in_use() {
    for (_database, store) in both().await {
        fill(&store).await;
        let mut tx = store.write().await.unwrap();
        execute(&mut tx, "UPDATE batches SET key_id = 300").await;
        let keys = batch::keys_in_use(&mut tx).await.map(drop);
        assert_broken(&keys, "batches", "300", "key_id", "keys_in_use");
    }
}

#[tokio::test]
async fn the_database_itself_refuses_what_no_code_could_say() {
    for (_database, store) in both().await {
        fill(&store).await;
        for sql in [
            "UPDATE licensees SET number = 65536",
            "UPDATE orders SET quantity = 0",
            "UPDATE orders SET quantity = 16777217",
            "UPDATE batches SET count = 16777217",
            "UPDATE batches SET number = 268435456",
            "UPDATE batches SET number = 0",
            "UPDATE batches SET has_hidden_codes = 2",
            "UPDATE range_events SET first_index = 10",
            "UPDATE range_events SET first_index = -1",
            "DELETE FROM batches",
            "DELETE FROM orders",
            "DELETE FROM licensees",
        ] {
            assert!(is_refused(&store, sql).await, "{sql}");
        }
    }
}

async fn is_refused(store: &Store, sql: &'static str) -> bool {
    let mut tx = store.write().await.unwrap();
    match &mut tx {
        Tx::Sqlite(tx) => sqlx::query(sql).execute(&mut **tx).await.is_err(),
        Tx::Postgres(tx) => sqlx::query(sql).execute(&mut **tx).await.is_err(),
    }
}
