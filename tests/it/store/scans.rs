//! `store::scan`

use jiff::{SignedDuration, Timestamp};
use yuanmark::domain::detection::{MarkState, Seen};
use yuanmark::domain::mark::MarkId;
use yuanmark::domain::phone::PhoneHash;
use yuanmark::domain::place::{Place, PlaceClass, Prefecture};
use yuanmark::domain::queries::Queries;
use yuanmark::store::scan::{self, Counted, NewScan, Scan};
use yuanmark::store::{Store, StoreError, ledger};

use super::{add_batch, add_order, batch_number, both, entries, first_batch, mark, noon};
use crate::support::databases::{execute, number};
use crate::support::installation::index;
use crate::support::scans::{Scanned, count};

const YIYANG: u32 = 430_900;

fn phone(name: u8) -> PhoneHash {
    PhoneHash([name; 16])
}

fn place(class: PlaceClass) -> Place {
    let prefecture = Prefecture::new(YIYANG).unwrap();
    Place { prefecture, class }
}

fn scan_of(mark: MarkId, name: Option<u8>, at: Timestamp) -> Scanned {
    Scanned {
        mark,
        at,
        state: "active",
        place: Some(place(PlaceClass::Fixed)),
        phone: name.map(phone),
        channel: "consumer",
    }
}

fn first_queries() -> Queries {
    Queries::first(&Seen {
        at: noon(),
        place: None,
        phone: Some(phone(1)),
        network: None,
    })
}

/// A committed batch of ten marks, and its first mark.
async fn first_mark(store: &Store) -> MarkId {
    let mut tx = store.write().await.unwrap();
    let (.., batch) = first_batch(&mut tx, 10).await;
    tx.commit().await.unwrap();
    mark(&batch, 0)
}

fn minutes(minutes: i64) -> SignedDuration {
    SignedDuration::from_mins(minutes)
}

#[tokio::test]
async fn the_newest_queries_come_first_with_place_state_and_channel() {
    for (_database, store) in both().await {
        let mark = first_mark(&store).await;
        let mut tx = store.write().await.unwrap();
        for minute in 0..3 {
            let mut scan = scan_of(mark, Some(1), noon() + minutes(minute));
            if minute == 2 {
                scan.place = None;
                scan.state = "withdrawn";
                scan.channel = "inspector";
            }
            count(&mut tx, &scan).await;
        }
        let newest = scan::newest(&mut tx, mark, 2).await.unwrap();
        let expected = |query, place, state: &str, channel: &str| Scan {
            query,
            at: noon() + minutes(query.cast_signed() - 1),
            state: state.into(),
            place,
            channel: channel.into(),
        };
        let there = Some(place(PlaceClass::Fixed));
        assert_eq!(
            newest,
            [
                expected(3, None, "withdrawn", "inspector"),
                expected(2, there, "active", "consumer"),
            ]
        );
        execute(
            &mut tx,
            "UPDATE scans SET place_class = 'x' WHERE query = 2",
        )
        .await;
        let broken = scan::newest(&mut tx, mark, 2).await;
        assert!(matches!(
            broken,
            Err(StoreError::BrokenRow {
                table: "scans",
                column: "place_class",
                ..
            })
        ));
    }
}

#[tokio::test]
async fn a_mark_that_was_never_scanned_has_no_queries() {
    for (_database, store) in both().await {
        let mark = first_mark(&store).await;
        let mut tx = store.read().await.unwrap();
        assert_eq!(scan::get(&mut tx, mark).await.unwrap(), None);
        assert_eq!(scan::count_of_batch(&mut tx, mark.batch).await.unwrap(), 0);
        assert_eq!(
            scan::count_of_batch(&mut tx, batch_number(9))
                .await
                .unwrap(),
            0
        );
    }
}

#[tokio::test]
async fn the_first_query_is_kept_whatever_comes_later() {
    for (_database, store) in both().await {
        let mark = first_mark(&store).await;
        let mut tx = store.write().await.unwrap();
        let first = scan_of(mark, Some(1), noon());
        assert_eq!(count(&mut tx, &first).await, 1);
        let mut expected = Queries::first(&Seen {
            at: noon(),
            place: first.place,
            phone: first.phone,
            network: None,
        });
        let found = scan::get(&mut tx, mark).await.unwrap();
        assert_eq!(found.as_ref(), Some(&expected));
        let later = Scanned {
            place: Some(place(PlaceClass::Gps)),
            ..scan_of(mark, Some(2), noon() + minutes(60))
        };
        assert_eq!(count(&mut tx, &later).await, 2);
        expected = expected.and_one_more(later.phone, later.at);
        assert_eq!(scan::get(&mut tx, mark).await.unwrap(), Some(expected));
    }
}

#[tokio::test]
async fn every_class_of_place_and_no_place_come_back() {
    for (_database, store) in both().await {
        let mark = first_mark(&store).await;
        let places = [
            None,
            Some(place(PlaceClass::Gps)),
            Some(place(PlaceClass::Fixed)),
            Some(place(PlaceClass::Mobile)),
        ];
        let mut tx = store.write().await.unwrap();
        for (at, place) in (0..).zip(places) {
            let index = index(at);
            let mark = MarkId { index, ..mark };
            let scan = Scanned {
                place,
                ..scan_of(mark, None, noon())
            };
            count(&mut tx, &scan).await;
            let found = scan::get(&mut tx, mark).await.unwrap().unwrap();
            assert_eq!((found.first_place, found.first_phone), (place, None));
        }
    }
}

#[tokio::test]
async fn each_scan_is_a_row_with_its_state_and_channel() {
    for (_database, store) in both().await {
        let mark = first_mark(&store).await;
        let mut tx = store.write().await.unwrap();
        for (state, channel) in [("not_activated", "consumer"), ("active", "inspector")] {
            let scan = Scanned {
                state,
                channel,
                ..scan_of(mark, Some(1), noon())
            };
            count(&mut tx, &scan).await;
        }
        for (query, state, channel) in
            [(1, "not_activated", "consumer"), (2, "active", "inspector")]
        {
            let sql = format!(
                "SELECT count(*) FROM scans WHERE query = {query} AND state = '{state}' AND channel = '{channel}' \
                 AND at = {} AND prefecture = {YIYANG} AND place_class = 'fixed' AND length(phone) = 16",
                // Later than the one before, if only by a microsecond.
                noon().as_microsecond() + query - 1
            );
            assert_eq!(number(&mut tx, &sql).await, 1, "{state}");
        }
    }
}

#[tokio::test]
async fn queries_of_a_batch_are_those_of_all_its_marks_and_of_no_other() {
    for (_database, store) in both().await {
        let mut tx = store.write().await.unwrap();
        let (licensee, _, first) = first_batch(&mut tx, 10).await;
        let order = add_order(&mut tx, licensee.number, 10).await;
        let second = add_batch(&mut tx, &order, "second").await.unwrap();
        for (batch, index, times) in [(&first, 0, 3), (&first, 9, 2), (&second, 0, 4)] {
            for _ in 0..times {
                count(&mut tx, &scan_of(mark(batch, index), None, noon())).await;
            }
        }
        assert_eq!(
            scan::count_of_batch(&mut tx, first.number).await.unwrap(),
            5
        );
        assert_eq!(
            scan::count_of_batch(&mut tx, second.number).await.unwrap(),
            4
        );
        let of_first = scan::get(&mut tx, mark(&first, 0)).await.unwrap();
        assert_eq!(of_first.unwrap().count, 3);
    }
}

#[tokio::test]
async fn a_group_of_any_size_is_read_and_written() {
    for (_database, store) in both().await {
        let mut tx = store.write().await.unwrap();
        let (.., batch) = first_batch(&mut tx, 2000).await;
        for (from, size) in [(0, 1), (1, 2), (3, 3), (6, 255), (261, 256), (517, 600)] {
            let marks: Vec<MarkId> = (from..from + size)
                .map(|place| mark(&batch, place))
                .collect();
            let known = scan::read_group(&mut tx, &marks).await.unwrap();
            assert!(known.queries.is_empty());
            let counted: Vec<Counted> = marks.iter().map(|mark| first_counted(*mark)).collect();
            let scans: Vec<NewScan> = marks.iter().map(|mark| first_scan(*mark)).collect();
            assert!(
                scan::write_group(&mut tx, &known, &counted, &scans)
                    .await
                    .unwrap()
            );
            let found = scan::read_group(&mut tx, &marks).await.unwrap();
            let queries = counted.into_iter().map(|one| (one.mark, one.queries));
            assert_eq!(found.queries, queries.collect());
            assert!(found.accounts.is_empty());
            assert_eq!(found.next_entry, known.next_entry);
        }
        assert_eq!(
            scan::count_of_batch(&mut tx, batch.number).await.unwrap(),
            1117
        );
        assert_eq!(number(&mut tx, "SELECT count(*) FROM scans").await, 1117);
    }
}

fn first_counted(mark: MarkId) -> Counted {
    Counted {
        mark,
        queries: first_queries(),
        account: None,
    }
}

fn first_scan(mark: MarkId) -> NewScan {
    NewScan {
        mark,
        query: 1,
        at: noon(),
        previous_at: None,
        state: "active",
        place: None,
        phone: Some(phone(1)),
        channel: "consumer",
        network: None,
    }
}

#[tokio::test]
async fn who_finds_a_first_query_already_counted_is_told() {
    let (_database, store) = both().await.remove(1); // on SQLite nobody else writes meanwhile
    let mark = first_mark(&store).await;
    let counted = [first_counted(mark)];
    let scans = [first_scan(mark)];
    let mut one = store.begin_group().await.unwrap();
    let mut other = store.begin_group().await.unwrap();
    let known = scan::read_group(&mut one, &[mark]).await.unwrap();
    let known_too = scan::read_group(&mut other, &[mark]).await.unwrap();
    assert!(
        scan::write_group(&mut one, &known, &counted, &scans)
            .await
            .unwrap()
    );
    one.commit().await.unwrap();
    let later = NewScan {
        at: noon() + minutes(1),
        ..first_scan(mark)
    };
    assert!(
        !scan::write_group(&mut other, &known_too, &counted, &[later])
            .await
            .unwrap()
    );
    drop(other);
    let mut tx = store.read().await.unwrap();
    assert_eq!(number(&mut tx, "SELECT count(*) FROM scans").await, 1);
}

#[tokio::test]
async fn a_group_sees_where_the_ledger_ends_and_nothing_is_entered_before_it_is_done() {
    let (_database, store) = both().await.remove(1); // on SQLite only one transaction writes anyway
    let mark = first_mark(&store).await;
    let mut group = store.begin_group().await.unwrap();
    let before = scan::read_group(&mut group, &[mark])
        .await
        .unwrap()
        .next_entry;
    let entering = tokio::spawn({
        let store = store.clone();
        async move {
            let mut tx = store.write().await.unwrap();
            let head = ledger::lock(&mut tx).await.unwrap();
            let mut one_more = entries(head.number + 1);
            one_more.drain(..one_more.len() - 1);
            ledger::add(&mut tx, &one_more).await.unwrap();
            ledger::before_commit(&mut tx).await.unwrap();
            tx.commit().await.unwrap();
        }
    });
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    assert!(!entering.is_finished(), "it waits for the group");
    let still = scan::read_group(&mut group, &[mark])
        .await
        .unwrap()
        .next_entry;
    assert_eq!(still, before);
    group.commit().await.unwrap();
    entering.await.unwrap();
    let mut group = store.begin_group().await.unwrap();
    let after = scan::read_group(&mut group, &[mark])
        .await
        .unwrap()
        .next_entry;
    assert_eq!(after, before + 1);
}

#[tokio::test]
async fn a_count_that_is_not_committed_is_none() {
    for (_database, store) in both().await {
        let mark = first_mark(&store).await;
        for _ in 0..2 {
            let mut tx = store.write().await.unwrap();
            assert_eq!(count(&mut tx, &scan_of(mark, None, noon())).await, 1);
        }
        let mut tx = store.read().await.unwrap();
        assert_eq!(scan::get(&mut tx, mark).await.unwrap(), None);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_read_a_mark_that_was_asked_about_counts_alone() {
    for (_database, store) in both().await {
        let mark = first_mark(&store).await;
        let mut tx = store.write().await.unwrap();
        count(&mut tx, &scan_of(mark, None, noon())).await;
        tx.commit().await.unwrap();
        let tasks: Vec<_> = (0..32)
            .map(|name| {
                let store = store.clone();
                tokio::spawn(async move {
                    let mut tx = store.begin_group().await.unwrap();
                    let query = count(&mut tx, &scan_of(mark, Some(name), noon())).await;
                    tx.commit().await.unwrap();
                    query
                })
            })
            .collect();
        let mut queries = Vec::new();
        for task in tasks {
            queries.push(task.await.unwrap());
        }
        queries.sort_unstable();
        assert_eq!(queries, (2..=33).collect::<Vec<u64>>());
    }
}

/// A plan is kept with the connection: one that reads a small table from end to end would go on when it has a million rows.
#[tokio::test]
async fn a_group_reads_no_table_from_end_to_end_however_small_it_was() {
    let (_database, store) = both().await.remove(1);
    let mark = first_mark(&store).await;
    let mut tx = store.write().await.unwrap();
    execute(&mut tx, "ANALYZE mark_queries").await;
    tx.commit().await.unwrap();
    let mut tx = store.begin_group().await.unwrap();
    // More often than PostgreSQL makes plans of their own.
    for _ in 0..8 {
        scan::read_group(&mut tx, &[mark]).await.unwrap();
    }
    let known = scan::read_group(&mut tx, &[mark]).await.unwrap();
    let (counted, scans) = ([first_counted(mark)], [first_scan(mark)]);
    scan::write_group(&mut tx, &known, &counted, &scans)
        .await
        .unwrap();
    let read = "SELECT seq_scan FROM pg_stat_xact_user_tables WHERE relname = 'mark_queries'";
    assert_eq!(number(&mut tx, read).await, 0);
}

/// Accounts had a table of their own once.
#[tokio::test]
async fn an_account_is_taken_over_into_the_row_of_its_mark() {
    for (database, store) in both().await {
        let mut tx = store.write().await.unwrap();
        let (.., batch) = first_batch(&mut tx, 3).await;
        let marks = [0, 1, 2].map(|place| mark(&batch, place));
        let counted = marks.map(first_counted);
        let scans = marks.map(first_scan);
        let known = scan::read_group(&mut tx, &marks).await.unwrap();
        scan::write_group(&mut tx, &known, &counted, &scans)
            .await
            .unwrap();
        // Back to how it was before, and the migration once more.
        for column in ["account", "account_changed_at"] {
            let sql = format!("ALTER TABLE mark_queries DROP COLUMN {column}");
            execute(&mut tx, &sql).await;
        }
        let (bytes, migration) = if database.is_sqlite() {
            let sql = include_str!("../../../migrations/sqlite/0017_account_of_a_mark.sql");
            ("BLOB", sql)
        } else {
            let sql = include_str!("../../../migrations/postgres/0017_account_of_a_mark.sql");
            ("BYTEA", sql)
        };
        let table = format!(
            "CREATE TABLE mark_accounts (batch BIGINT NOT NULL, mark_index BIGINT NOT NULL, \
             changed_at BIGINT NOT NULL, account {bytes} NOT NULL, PRIMARY KEY (batch, mark_index))"
        );
        execute(&mut tx, &table).await;
        let account = MarkState::default();
        let hex: String = account
            .to_bytes()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let literal = if database.is_sqlite() {
            format!("x'{hex}'")
        } else {
            format!("'\\x{hex}'")
        };
        // One that changed with its query, and one later, when the office had decided.
        for (mark, later) in [(marks[0], 0), (marks[1], 5)] {
            let at = noon().as_microsecond() + later;
            let sql = format!(
                "INSERT INTO mark_accounts VALUES ({}, {}, {at}, {literal})",
                mark.batch.get(),
                mark.index.get()
            );
            execute(&mut tx, &sql).await;
        }
        execute(&mut tx, migration).await;
        let known = scan::read_group(&mut tx, &marks).await.unwrap();
        let held = [(marks[0], account.clone()), (marks[1], account)];
        assert_eq!(known.accounts, held.into());
        assert_eq!(known.queries.len(), 3);
        let changed = "SELECT count(*) FROM mark_queries WHERE account_changed_at IS NOT NULL";
        assert_eq!(number(&mut tx, changed).await, 1);
    }
}
