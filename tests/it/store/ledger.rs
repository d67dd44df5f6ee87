//! `store::ledger`

use yuanmark::domain::ledger::chain::{EntryHash, EntryNumber, StoredEntry};
use yuanmark::domain::ledger::subjects::Subjects;
use yuanmark::domain::licensee::LicenseeNumber;
use yuanmark::domain::lot::LotNumber;
use yuanmark::domain::order::OrderNumber;
use yuanmark::domain::printer::PrinterNumber;
use yuanmark::domain::season::Season;
use yuanmark::store::ledger::{self, Filter, Head};
use yuanmark::store::{Store, StoreError, Tx};

use super::{both, entries};
use crate::support::databases::{execute, number};
use crate::support::installation::line;

fn about_everything() -> Subjects {
    Subjects {
        licensee: Some(LicenseeNumber(u16::MAX)),
        printer: Some(PrinterNumber(u32::MAX)),
        order: Some(OrderNumber(3)),
        season: Some(Season::new(2026).unwrap()),
        lot: Some(LotNumber(5)),
    }
}

/// A ledger of so many entries, committed.
async fn fill(store: &Store, count: u64) -> Vec<StoredEntry> {
    let entries = entries(count);
    let mut tx = store.write().await.unwrap();
    ledger::add(&mut tx, &entries).await.unwrap();
    tx.commit().await.unwrap();
    entries.into_iter().map(|(entry, _)| entry).collect()
}

async fn oldest(tx: &mut Tx) -> Vec<StoredEntry> {
    ledger::oldest(tx, &Filter::default(), 0, 9).await.unwrap()
}

#[tokio::test]
async fn an_entry_comes_back_as_it_was_written_whichever_way_it_is_asked_for() {
    for (_database, store) in both().await {
        let mut tx = store.write().await.unwrap();
        let [(plain, none), (mut full, _)] = <[_; 2]>::try_from(entries(2)).unwrap();
        full.subjects = about_everything();
        full.request = Some(line("请求 7 'x'"));
        full.kind = "order_approved".into();
        full.body = "{\"reason\":\"因故 'x' \\\"重印\\\"\"}".into();
        full.hash = full.hash_after(plain.hash);
        let added = [(plain.clone(), none), (full.clone(), Some(1))];
        ledger::add(&mut tx, &added).await.unwrap();

        for entry in [&plain, &full] {
            let found = ledger::get(&mut tx, entry.number).await.unwrap();
            assert_eq!(found.as_ref(), Some(entry));
        }
        let request = full.request.clone().unwrap();
        let found = ledger::by_request(&mut tx, &request).await.unwrap();
        assert_eq!(found.as_ref(), Some(&full));
        assert_eq!(oldest(&mut tx).await, [plain.clone(), full.clone()]);
        let newest = ledger::newest(&mut tx, &Filter::default(), None, 9).await;
        assert_eq!(newest.unwrap(), [full, plain]);
    }
}

#[tokio::test]
async fn what_was_never_entered_is_not_there() {
    for (_database, store) in both().await {
        fill(&store, 2).await;
        let mut tx = store.read().await.unwrap();
        for number in [0, 3, i64::MAX.cast_unsigned()] {
            assert_eq!(ledger::get(&mut tx, number).await.unwrap(), None);
        }
        let found = ledger::by_request(&mut tx, &line("x")).await.unwrap();
        assert_eq!(found, None);
    }
}

#[tokio::test]
async fn the_head_is_the_last_entry_and_before_the_first_it_is_nothing() {
    for (_database, store) in both().await {
        let head = async |store: &Store| {
            let mut tx = store.write().await.unwrap();
            let head = ledger::head(&mut tx).await.unwrap();
            assert_eq!(ledger::lock(&mut tx).await.unwrap(), head);
            head
        };
        let nothing = Head {
            number: 0,
            hash: EntryHash::NONE,
        };
        assert_eq!(head(&store).await, nothing);
        let entries = fill(&store, 3).await;
        let last = Head {
            number: 3,
            hash: entries[2].hash,
        };
        assert_eq!(head(&store).await, last);
    }
}

#[tokio::test]
async fn more_entries_than_one_statement_holds_come_back_in_their_order() {
    for (_database, store) in both().await {
        let written = fill(&store, 1203).await;
        let mut tx = store.read().await.unwrap();
        let all = Filter::default();
        let mut found = Vec::new();
        let mut after = 0;
        loop {
            let page = ledger::oldest(&mut tx, &all, after, 500).await.unwrap();
            let Some(last) = page.last() else { break };
            after = last.number;
            found.extend(page);
        }
        assert_eq!(found, written);
        let page = ledger::newest(&mut tx, &all, Some(1200), 2).await.unwrap();
        assert_eq!(page, [written[1198].clone(), written[1197].clone()]);
    }
}

#[tokio::test]
async fn entries_are_listed_by_each_thing_that_they_are_about() {
    for (_database, store) in both().await {
        let mut tx = store.write().await.unwrap();
        let all = about_everything();
        let mut added = entries(7);
        added[0].0.subjects = all;
        for (place, subjects) in [
            Subjects {
                licensee: None,
                ..all
            },
            Subjects {
                printer: None,
                ..all
            },
            Subjects { order: None, ..all },
            Subjects {
                season: None,
                ..all
            },
            Subjects { lot: None, ..all },
        ]
        .into_iter()
        .enumerate()
        {
            added[place + 1].0.subjects = subjects;
        }
        added[6].0.subjects = all;
        added[6].0.kind = "order_closed".into();
        ledger::add(&mut tx, &added).await.unwrap();

        let whole = Filter {
            licensee: all.licensee,
            printer: all.printer,
            order: all.order,
            season: all.season,
            lot: all.lot,
            kind: Some("noted".into()),
        };
        let mut without = [1, 2, 3, 4, 5, 6].map(|_| whole.clone());
        without[0].licensee = None;
        without[1].printer = None;
        without[2].order = None;
        without[3].season = None;
        without[4].lot = None;
        without[5].kind = None;
        let found = ledger::oldest(&mut tx, &whole, 0, 9).await.unwrap();
        assert_eq!(numbers(&found), [1]);
        for (filter, also) in without.iter().zip(2..) {
            let found = ledger::oldest(&mut tx, filter, 0, 9).await.unwrap();
            assert_eq!(numbers(&found), [1, also]);
            let found = ledger::newest(&mut tx, filter, Some(also), 9)
                .await
                .unwrap();
            assert_eq!(numbers(&found), [1]);
        }
    }
}

fn numbers(entries: &[StoredEntry]) -> Vec<EntryNumber> {
    entries.iter().map(|entry| entry.number).collect()
}

#[tokio::test]
async fn a_request_has_one_entry_and_an_entry_is_taken_back_once() {
    for (_database, store) in both().await {
        let mut first = entries(2);
        first[0].0.request = Some(line("once"));
        first[1].1 = Some(1);
        let mut tx = store.write().await.unwrap();
        ledger::add(&mut tx, &first).await.unwrap();
        assert!(ledger::is_corrected(&mut tx, 1).await.unwrap());
        assert!(!ledger::is_corrected(&mut tx, 2).await.unwrap());
        tx.commit().await.unwrap();

        let (next, _) = entries(3).remove(2);
        let again = StoredEntry {
            request: Some(line("once")),
            ..next.clone()
        };
        for refused in [(again, None), (next, Some(1))] {
            let mut tx = store.write().await.unwrap();
            let added = ledger::add(&mut tx, &[refused]).await;
            assert!(matches!(added, Err(StoreError::Unavailable(_))));
        }
    }
}

#[tokio::test]
async fn the_database_refuses_to_change_or_to_remove_an_entry() {
    for (_database, store) in both().await {
        let written = fill(&store, 3).await;
        for sql in [
            "UPDATE entries SET body = '{}'",
            "UPDATE entries SET number = 9 WHERE number = 3",
            "DELETE FROM entries WHERE number = 2",
            "DELETE FROM entries",
            "INSERT OR REPLACE INTO entries SELECT * FROM entries WHERE number = 2",
        ] {
            let mut tx = store.write().await.unwrap();
            let refused = match &mut tx {
                Tx::Sqlite(tx) => sqlx::query(sql).execute(&mut **tx).await.map(drop),
                Tx::Postgres(tx) => sqlx::query(sql).execute(&mut **tx).await.map(drop),
            };
            let said = refused.unwrap_err().to_string();
            // PostgreSQL has no REPLACE.
            let is_strange = sql.contains("REPLACE") && said.contains("syntax error");
            assert!(
                said.contains("the ledger is only ever added to") || is_strange,
                "{said}"
            );
        }
        let mut tx = store.read().await.unwrap();
        assert_eq!(oldest(&mut tx).await, written);
    }
}

/// Lets the database change entries, as who means it can.
async fn unguard(tx: &mut Tx) {
    let sql = match tx {
        Tx::Sqlite(_) => {
            "DROP TRIGGER entries_are_not_changed; DROP TRIGGER entries_are_not_removed"
        }
        Tx::Postgres(_) => "DROP TRIGGER entries_stay ON entries",
    };
    execute(tx, sql).await;
}

#[tokio::test]
async fn a_ledger_whose_last_entry_is_gone_has_no_head() {
    for (_database, store) in both().await {
        fill(&store, 3).await;
        let mut tx = store.write().await.unwrap();
        unguard(&mut tx).await;
        execute(&mut tx, "DELETE FROM entries WHERE number = 3").await;
        for head in [ledger::head(&mut tx).await, ledger::lock(&mut tx).await] {
            let Err(StoreError::BrokenRow { table, key, .. }) = head else {
                panic!("{head:?}");
            };
            assert_eq!((table, key.as_str()), ("entries", "3"));
        }
    }
}

#[tokio::test]
async fn an_entry_that_breaks_our_rules_is_named_with_its_column() {
    for (database, store) in both().await {
        fill(&store, 1).await;
        let no_hash = if database.is_sqlite() {
            "X'00'"
        } else {
            "decode('00', 'hex')"
        };
        for (column, value) in [
            ("at", "9000000000000000000"),
            ("actor", "''"),
            ("request", "'two\nlines'"),
            ("licensee", "65536"),
            ("printer", "-1"),
            ("order_number", "4294967296"),
            ("season", "1999"),
            ("lot", "-1"),
            ("hash", no_hash),
        ] {
            let mut tx = store.write().await.unwrap();
            unguard(&mut tx).await;
            let sql = format!("UPDATE entries SET {column} = {value}");
            assert_eq!(execute(&mut tx, &sql).await, 1, "{sql}");
            let got = ledger::get(&mut tx, 1).await.map(drop);
            let listed = ledger::newest(&mut tx, &Filter::default(), None, 9).await;
            for answer in [got, listed.map(drop)] {
                let Err(StoreError::BrokenRow {
                    table,
                    key,
                    column: named,
                }) = answer
                else {
                    panic!("{sql}: {answer:?}");
                };
                assert_eq!((table, key.as_str(), named), ("entries", "1", column));
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_holds_the_ledger_is_alone_until_the_transaction_ends() {
    for (_database, store) in both().await {
        // Each reads where the ledger ends and then adds an entry: only alone is every end seen once.
        let tasks: Vec<_> = (0..24)
            .map(|_| {
                let store = store.clone();
                tokio::spawn(async move {
                    let mut tx = store.write().await.unwrap();
                    let before = ledger::lock(&mut tx).await.unwrap().number;
                    let next = entries(before + 1).pop().unwrap();
                    ledger::add(&mut tx, &[next]).await.unwrap();
                    tx.commit().await.unwrap();
                    before
                })
            })
            .collect();
        let mut seen = Vec::new();
        for task in tasks {
            seen.push(task.await.unwrap());
        }
        seen.sort_unstable();
        assert_eq!(seen, (0..24).collect::<Vec<_>>());
        let mut tx = store.read().await.unwrap();
        let rows = number(&mut tx, "SELECT count(*) FROM entries").await;
        assert_eq!(rows, 24);
    }
}

/// A licensee has few entries about itself among a hundred thousand about its labels, and a season has nearly all that there
/// are: SQLite must go by the index that leads to few.
#[tokio::test]
async fn few_entries_among_many_are_found_by_an_index_that_leads_to_few() {
    let (_database, store) = both().await.swap_remove(0);
    let mut tx = store.read().await.unwrap();
    let Tx::Sqlite(tx) = &mut tx else {
        panic!("the first is SQLite")
    };
    for (condition, index) in [
        (
            "licensee = $1 AND kind = $2 AND order_number IS NULL",
            "entries_of_file",
        ),
        ("licensee = $1 AND season + 0 = $2", "entries_by_licensee"),
        (
            "licensee = $1 AND season + 0 = $2 AND kind = $4",
            "entries_by_licensee",
        ),
        ("printer = $1 AND season + 0 = $2", "entries_by_printer"),
        ("order_number = $1 AND kind = $2", "entries_by_order"),
        ("lot = $1 AND kind = $2", "entries_by_lot"),
        ("season = $1", "entries_by_season"),
    ] {
        let sql = format!(
            "EXPLAIN QUERY PLAN SELECT number, body FROM entries WHERE {condition} AND number < $3 ORDER BY number DESC \
             LIMIT 200"
        );
        let plan: Vec<(i64, i64, i64, String)> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .fetch_all(&mut **tx)
            .await
            .unwrap();
        assert!(plan[0].3.contains(index), "{condition}: {plan:?}");
    }
}
