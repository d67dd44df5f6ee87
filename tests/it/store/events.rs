//! `store::event`

use yuanmark::domain::event::{EventKind, RangeEvent, Withdrawal};
use yuanmark::domain::mark::{BatchNumber, IndexRange, MarkIndex};
use yuanmark::store::event::{self, NewEvents};
use yuanmark::store::{StoreError, Tx};

use super::{add_batch, add_order, batch_number, both, first_batch, mark, noon, range};
use crate::support::databases::number;
use crate::support::installation::line;

/// Every kind that the ledger can hold.
fn kinds() -> Vec<EventKind> {
    let mut kinds = vec![
        EventKind::Activated,
        EventKind::Restored(Withdrawal::Recalled),
        EventKind::Restored(Withdrawal::Frozen),
    ];
    kinds.extend(Withdrawal::ALL.map(EventKind::Withdrawn));
    kinds
}

async fn add(tx: &mut Tx, ranges: &[(BatchNumber, IndexRange)]) -> Result<(), StoreError> {
    let new = NewEvents {
        kind: EventKind::Activated,
        actor: &line("clerk"),
        reason: None,
        document: None,
    };
    event::add(tx, ranges, &new, noon()).await
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
        for (place, kind) in (1..).zip(kinds()) {
            let text = (place % 2 == 0).then(|| line("送检不合格 'x'"));
            let document = (place % 3 == 0).then(|| line("沅市监〔2026〕7号"));
            let new = NewEvents {
                kind,
                actor: &line("clerk"),
                reason: text.as_ref(),
                document: document.as_ref(),
            };
            let ranges = [(batch.number, range(0, 99))];
            event::add(&mut tx, &ranges, &new, noon()).await.unwrap();
            expected.push(RangeEvent {
                number: place,
                batch: batch.number,
                range: range(0, 99),
                kind,
                at: noon(),
                actor: line("clerk"),
                reason: text,
                document,
            });
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
async fn more_ranges_than_one_statement_holds_are_numbered_through_in_order() {
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
        add(&mut tx, &ranges[..1]).await.unwrap();
        let next = number(&mut tx, "SELECT max(number) FROM range_events").await;
        assert_eq!(next, 1204, "the next entry follows without a gap");
    }
}

#[tokio::test]
async fn one_entry_may_speak_of_several_batches() {
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

#[tokio::test(flavor = "multi_thread")]
async fn who_holds_the_ledger_is_alone_until_the_transaction_ends() {
    for (_database, store) in both().await {
        let mut tx = store.write().await.unwrap();
        let (.., batch) = first_batch(&mut tx, 1000).await;
        tx.commit().await.unwrap();
        // Each reads how many events there are and then adds one: only alone is every count seen once.
        let tasks: Vec<_> = (0..24)
            .map(|place| {
                let (store, batch) = (store.clone(), batch.number);
                tokio::spawn(async move {
                    let mut tx = store.write().await.unwrap();
                    event::lock(&mut tx).await.unwrap();
                    let before = event::of_batch(&mut tx, batch).await.unwrap().len();
                    add(&mut tx, &[(batch, range(place, place))]).await.unwrap();
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
        let events = event::of_batch(&mut tx, batch.number).await.unwrap();
        assert_eq!(numbers(&events), (1..=24).collect::<Vec<u64>>());
    }
}
