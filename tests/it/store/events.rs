//! `store::event`

use yuanmark::domain::event::{EventKind, RangeEvent};
use yuanmark::domain::lot::LotNumber;
use yuanmark::domain::mark::{BatchNumber, IndexRange, MarkIndex};
use yuanmark::store::{StoreError, Tx, event};

use super::{add_batch, add_order, an_event, batch_number, both, first_batch, mark, noon, range};
use crate::support::installation::line;

/// Adds an event for each range, numbered from 1.
async fn add(tx: &mut Tx, ranges: &[(BatchNumber, IndexRange)]) -> Result<(), StoreError> {
    let events: Vec<RangeEvent> = (1..)
        .zip(ranges)
        .map(|(number, (batch, range))| an_event(number, EventKind::Received, *batch, *range))
        .collect();
    event::add(tx, &events).await
}

fn numbers(events: &[RangeEvent]) -> Vec<u64> {
    events.iter().map(|event| event.number).collect()
}

#[tokio::test]
async fn an_event_of_every_kind_comes_back_as_it_was_written() {
    for (_database, store) in both().await {
        let mut tx = store.write().await.unwrap();
        let (.., batch) = first_batch(&mut tx, 100).await;
        let mut expected = Vec::new();
        for (place, kind) in (1..).zip(EventKind::ALL) {
            let event = RangeEvent {
                number: place,
                batch: batch.number,
                range: range(0, 99),
                kind,
                at: noon(),
                actor: line("clerk"),
                reason: (place % 2 == 0).then(|| line("送检不合格 'x'")),
                document: (place % 3 == 0).then(|| line("沅市监〔2026〕7号")),
                lot: (place % 4 == 0).then_some(LotNumber(u32::MAX)),
            };
            event::add(&mut tx, std::slice::from_ref(&event))
                .await
                .unwrap();
            expected.push(event);
        }
        assert_eq!(
            event::of_batch(&mut tx, batch.number).await.unwrap(),
            expected
        );
        assert_eq!(
            event::of_mark(&mut tx, mark(&batch, 5)).await.unwrap(),
            expected
        );
    }
}

#[tokio::test]
async fn a_batch_or_mark_to_which_nothing_happened_has_no_events() {
    for (_database, store) in both().await {
        let mut tx = store.write().await.unwrap();
        let (.., batch) = first_batch(&mut tx, 100).await;
        add(&mut tx, &[]).await.unwrap();
        assert_eq!(event::of_batch(&mut tx, batch.number).await.unwrap(), []);
        assert_eq!(event::of_batch(&mut tx, batch_number(9)).await.unwrap(), []);
        assert_eq!(event::of_mark(&mut tx, mark(&batch, 0)).await.unwrap(), []);
    }
}

#[tokio::test]
async fn an_event_covers_the_marks_at_both_its_ends_and_none_beside_them() {
    for (_database, store) in both().await {
        let mut tx = store.write().await.unwrap();
        let (licensee, _, batch) = first_batch(&mut tx, 1 << 24).await;
        let order = add_order(&mut tx, licensee.number, 100).await;
        let other = add_batch(&mut tx, &order, "second").await.unwrap();
        let last = MarkIndex::LIMIT - 1;
        let ranges = [
            range(10, 20),
            range(20, 20),
            range(15, 30),
            range(last, last),
        ];
        let ranges: Vec<_> = ranges.map(|range| (batch.number, range)).into();
        add(&mut tx, &ranges).await.unwrap();
        for (index, expected) in [
            (0, vec![]),
            (9, vec![]),
            (10, vec![1]),
            (14, vec![1]),
            (15, vec![1, 3]),
            (20, vec![1, 2, 3]),
            (21, vec![3]),
            (30, vec![3]),
            (31, vec![]),
            (last - 1, vec![]),
            (last, vec![4]),
        ] {
            let events = event::of_mark(&mut tx, mark(&batch, index)).await.unwrap();
            assert_eq!(numbers(&events), expected, "mark {index}");
        }
        let foreign = event::of_mark(&mut tx, mark(&other, 15)).await.unwrap();
        assert_eq!(foreign, [], "another batch's marks are not covered");
    }
}

#[tokio::test]
async fn more_ranges_than_one_statement_holds_come_back_in_the_order_of_their_entries() {
    for (_database, store) in both().await {
        let mut tx = store.write().await.unwrap();
        let (.., batch) = first_batch(&mut tx, 10_000).await;
        // Two full statements and a part of a third; descending, so that order is not an accident.
        let ranges: Vec<_> = (0..1203)
            .rev()
            .map(|place| (batch.number, range(place * 2, place * 2)))
            .collect();
        add(&mut tx, &ranges).await.unwrap();
        let events = event::of_batch(&mut tx, batch.number).await.unwrap();
        assert_eq!(numbers(&events), (1..=1203).collect::<Vec<u64>>());
        let found: Vec<_> = events
            .iter()
            .map(|event| (event.batch, event.range))
            .collect();
        assert_eq!(found, ranges);
    }
}

#[tokio::test]
async fn the_ranges_of_one_entry_come_back_ascending() {
    for (_database, store) in both().await {
        let mut tx = store.write().await.unwrap();
        let (.., batch) = first_batch(&mut tx, 100).await;
        let of = |number, place| {
            an_event(
                number,
                EventKind::Used,
                batch.number,
                range(place, place + 1),
            )
        };
        let events = [of(8, 0), of(7, 50), of(7, 20), of(7, 70)];
        event::add(&mut tx, &events).await.unwrap();
        let found = event::of_batch(&mut tx, batch.number).await.unwrap();
        assert_eq!(found, [of(7, 20), of(7, 50), of(7, 70), of(8, 0)]);
    }
}

#[tokio::test]
async fn the_ranges_of_a_lot_are_those_that_were_activated_for_it() {
    for (_database, store) in both().await {
        let mut tx = store.write().await.unwrap();
        let (licensee, _, first) = first_batch(&mut tx, 100).await;
        let order = add_order(&mut tx, licensee.number, 10).await;
        let second = add_batch(&mut tx, &order, "second").await.unwrap();
        let of = |number, batch, lot: Option<u32>| RangeEvent {
            lot: lot.map(LotNumber),
            ..an_event(number, EventKind::Activated, batch, range(0, 4))
        };
        let events = [
            of(1, first.number, Some(1)),
            of(2, first.number, None),
            of(3, second.number, Some(1)),
            of(4, second.number, Some(2)),
        ];
        event::add(&mut tx, &events).await.unwrap();
        for (lot, expected) in [(1, vec![1, 3]), (2, vec![4]), (3, vec![])] {
            let found = event::of_lot(&mut tx, LotNumber(lot)).await.unwrap();
            assert_eq!(numbers(&found), expected, "lot {lot}");
        }
    }
}

#[tokio::test]
async fn events_of_several_batches_are_added_at_once_and_kept_apart() {
    for (_database, store) in both().await {
        let mut tx = store.write().await.unwrap();
        let (licensee, _, first) = first_batch(&mut tx, 10).await;
        let order = add_order(&mut tx, licensee.number, 10).await;
        let second = add_batch(&mut tx, &order, "second").await.unwrap();
        let ranges = [
            (second.number, range(0, 1)),
            (first.number, range(2, 3)),
            (second.number, range(4, 5)),
        ];
        add(&mut tx, &ranges).await.unwrap();
        let of_first = event::of_batch(&mut tx, first.number).await.unwrap();
        let of_second = event::of_batch(&mut tx, second.number).await.unwrap();
        assert_eq!(numbers(&of_first), [2]);
        assert_eq!(numbers(&of_second), [1, 3]);
    }
}

#[tokio::test]
async fn an_event_needs_a_batch_of_the_ledger() {
    for (_database, store) in both().await {
        let mut tx = store.write().await.unwrap();
        first_batch(&mut tx, 10).await;
        let added = add(&mut tx, &[(batch_number(2), range(0, 1))]).await;
        assert!(matches!(added, Err(StoreError::Unavailable(_))));
    }
}
