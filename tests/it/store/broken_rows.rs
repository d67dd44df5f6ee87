//! A row that was changed by other means is not passed on: the error names its table, key and column.

use yuanmark::domain::entitlement::{Account, Entitlement};
use yuanmark::domain::event::{EventKind, RangeEvent, Withdrawal};
use yuanmark::domain::form::Form;
use yuanmark::domain::licensee::LicenseeNumber;
use yuanmark::domain::lot::LotNumber;
use yuanmark::domain::mark::MarkId;
use yuanmark::domain::order::OrderNumber;
use yuanmark::domain::phone::PhoneHash;
use yuanmark::domain::place::{Place, PlaceClass, Prefecture};
use yuanmark::domain::season::Season;
use yuanmark::domain::uscc::Uscc;
use yuanmark::store::{Store, StoreError, Tx, batch, event, kept, licensee, order, register, scan};

use super::{an_event, batch_number, both, first_batch, noon, range};
use crate::support::databases::execute;
use crate::support::installation::{USCCS, index, line};
use crate::support::scans::{Scanned, count};

/// Microseconds far beyond the year 9999.
const NO_TIME: &str = "9000000000000000000";

/// Bodies that are no JSON, or not the thing's.
const NO_BODIES: [&str; 4] = ["''", "'{'", "'[]'", "'{}'"];

/// Table and column, and each value that breaks a rule there.
const BREAKAGES: [(&str, &str, &[&str]); 25] = [
    ("licensees", "body", &NO_BODIES),
    (
        "licensees",
        "body",
        &["replace(body, '91430981MA4TEXT1XY', '91430981MA4TEXT1XX')"],
    ),
    ("entitlements", "body", &NO_BODIES),
    ("orders", "body", &NO_BODIES),
    (
        "orders",
        "body",
        &["replace(body, '\"season\":2026', '\"season\":1999')"],
    ),
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
    ("range_events", "lot", &["-1"]),
    ("mark_queries", "queries", &["-1"]),
    ("mark_queries", "first_at", &[NO_TIME]),
    ("mark_queries", "latest_at", &[NO_TIME]),
    ("mark_queries", "recent", &["SHORT"]),
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

fn account(licensee: LicenseeNumber) -> Account {
    Account {
        licensee,
        season: Season::new(2026).unwrap(),
        form: Form::Canned,
    }
}

/// One row in every table, all columns filled.
async fn fill(store: &Store) {
    let mut tx = store.write().await.unwrap();
    let (licensee, _, batch) = first_batch(&mut tx, 100).await;
    let account = account(licensee.number);
    kept::save(&mut tx, &Entitlement::new(account))
        .await
        .unwrap();
    let event = RangeEvent {
        reason: Some(line("reason")),
        document: Some(line("document")),
        lot: Some(LotNumber(1)),
        ..an_event(
            1,
            EventKind::Withdrawn(Withdrawal::Frozen),
            batch.number,
            range(0, 9),
        )
    };
    event::add(&mut tx, &[event]).await.unwrap();
    let scan = Scanned {
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
    count(&mut tx, &scan).await;
    tx.commit().await.unwrap();
}

/// Every answer of the store that reads the table.
async fn read(tx: &mut Tx, table: &str) -> Vec<Result<(), StoreError>> {
    let mark = the_mark();
    let (batch, number) = (mark.batch, LicenseeNumber(1));
    match table {
        "licensees" => vec![
            licensee::get(tx, number).await.map(drop),
            licensee::by_uscc(tx, &Uscc::new(USCCS[0]).unwrap())
                .await
                .map(drop),
            licensee::list(tx, &licensee::Filter::default(), LicenseeNumber(0), 9)
                .await
                .map(drop),
        ],
        "entitlements" => vec![
            kept::get::<Entitlement>(tx, account(number))
                .await
                .map(drop),
            register::entitlements(tx, None, None, None, 9)
                .await
                .map(drop),
        ],
        "orders" => vec![
            order::get(tx, OrderNumber(1)).await.map(drop),
            order::list(tx, &order::Filter::default(), None, 9)
                .await
                .map(drop),
        ],
        "batches" => vec![
            batch::get(tx, batch).await.map(drop),
            batch::list(tx, &batch::Filter::default(), None, 9)
                .await
                .map(drop),
            batch::all(tx).await.map(drop),
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
                let key = match table {
                    "mark_queries" => "1-5",
                    "entitlements" => "1 2026 canned",
                    _ => "1",
                };
                for answer in read(&mut tx, table).await {
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
async fn a_group_with_a_broken_count_is_refused_too() {
    for (_database, store) in both().await {
        fill(&store).await;
        let mut tx = store.write().await.unwrap();
        execute(&mut tx, "UPDATE mark_queries SET queries = -1").await;
        let read = scan::read_group(&mut tx, &[the_mark()]).await.map(drop);
        assert_broken(&read, "mark_queries", "1-5", "queries", "read_group");
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
