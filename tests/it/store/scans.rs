//! `store::scan`

use jiff::{SignedDuration, Timestamp};
use yuanmark::domain::mark::MarkId;
use yuanmark::domain::phone::PhoneHash;
use yuanmark::domain::place::{Place, PlaceClass, Prefecture};
use yuanmark::store::scan::{self, NewScan, Queries, Scan};
use yuanmark::store::{Store, StoreError, Tx};

use super::{add_batch, add_order, batch_number, both, first_batch, mark, noon};
use crate::support::databases::{execute, number};
use crate::support::installation::index;

const YIYANG: u32 = 430_900;

fn phone(name: u8) -> PhoneHash {
    PhoneHash([name; 16])
}

fn place(class: PlaceClass) -> Place {
    let prefecture = Prefecture::new(YIYANG).unwrap();
    Place { prefecture, class }
}

fn scan_of(mark: MarkId, name: Option<u8>, at: Timestamp) -> NewScan<'static> {
    NewScan {
        mark,
        at,
        state: "active",
        place: Some(place(PlaceClass::Fixed)),
        phone: name.map(phone),
        channel: "consumer",
    }
}

/// Locks, counts and adds, as every caller does.
async fn count(tx: &mut Tx, scan: &NewScan<'_>) -> u64 {
    let query = scan::lock(tx, scan).await.unwrap().count + 1;
    scan::add(tx, scan, query).await.unwrap();
    query
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
        let before = scan::lock(&mut tx, &first).await.unwrap();
        let mut expected = Queries {
            count: 0,
            first_at: noon(),
            first_place: first.place,
            first_phone: first.phone,
        };
        assert_eq!(before, expected, "between lock and add the count is 0");
        scan::add(&mut tx, &first, 1).await.unwrap();

        let later = NewScan {
            place: Some(place(PlaceClass::Gps)),
            ..scan_of(mark, Some(2), noon() + minutes(60))
        };
        assert_eq!(count(&mut tx, &later).await, 2);
        expected.count = 2;
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
            let scan = NewScan {
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
            let scan = NewScan {
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
                noon().as_microsecond()
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
async fn a_query_number_is_given_once() {
    for (_database, store) in both().await {
        let mark = first_mark(&store).await;
        let mut tx = store.write().await.unwrap();
        let scan = scan_of(mark, None, noon());
        count(&mut tx, &scan).await;
        let again = scan::add(&mut tx, &scan, 1).await;
        assert!(matches!(again, Err(StoreError::Unavailable(_))));
    }
}

#[tokio::test]
async fn a_scan_needs_a_batch_of_the_ledger() {
    for (_database, store) in both().await {
        let mark = first_mark(&store).await;
        let mut tx = store.write().await.unwrap();
        let batch = batch_number(2);
        let unknown = MarkId { batch, ..mark };
        let locked = scan::lock(&mut tx, &scan_of(unknown, None, noon())).await;
        assert!(matches!(locked, Err(StoreError::Unavailable(_))));
    }
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
async fn who_locked_a_mark_counts_alone() {
    for (_database, store) in both().await {
        let mark = first_mark(&store).await;
        let tasks: Vec<_> = (0..32)
            .map(|name| {
                let store = store.clone();
                tokio::spawn(async move {
                    let mut tx = store.write().await.unwrap();
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
        assert_eq!(queries, (1..=32).collect::<Vec<u64>>());
    }
}

#[tokio::test]
async fn the_latest_query_of_a_phone_is_found_by_phone_mark_and_time() {
    for (_database, store) in both().await {
        let mark = first_mark(&store).await;
        let mut tx = store.write().await.unwrap();
        // Phones 1, 2, 1, none: one each minute from noon on.
        for (place, name) in (0..).zip([Some(1), Some(2), Some(1), None]) {
            count(&mut tx, &scan_of(mark, name, noon() + minutes(place))).await;
        }
        let other = MarkId {
            index: index(1),
            ..mark
        };
        let before = noon() - minutes(1);
        for (mark, name, since, expected) in [
            (mark, 1, before, Some(3)),
            (mark, 2, before, Some(2)),
            (mark, 3, before, None),
            (other, 1, before, None),
            (mark, 2, noon(), Some(2)),
            (mark, 2, noon() + minutes(1), None), // exactly then is no longer since
            (mark, 1, noon() + minutes(1), Some(3)),
            (mark, 1, noon() + minutes(2), None),
        ] {
            let latest = scan::latest_of_phone(&mut tx, mark, phone(name), since, 4).await;
            assert_eq!(latest.unwrap(), expected, "phone {name} since {since}");
        }
    }
}

#[tokio::test]
async fn a_phone_is_looked_for_among_the_last_64_queries() {
    for (_database, store) in both().await {
        let mark = first_mark(&store).await;
        let mut tx = store.write().await.unwrap();
        let since = noon() - minutes(1);
        count(&mut tx, &scan_of(mark, Some(1), noon())).await;
        for name in 2..=64 {
            count(&mut tx, &scan_of(mark, Some(name), noon())).await;
        }
        let found = scan::latest_of_phone(&mut tx, mark, phone(1), since, 64).await;
        assert_eq!(found.unwrap(), Some(1), "the 64th last");
        count(&mut tx, &scan_of(mark, Some(65), noon())).await;
        let found = scan::latest_of_phone(&mut tx, mark, phone(1), since, 65).await;
        assert_eq!(found.unwrap(), None, "the 65th last");
    }
}
