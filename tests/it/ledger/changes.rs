//! Activation, withdrawal and restoring, when many do it at once and when nothing is left to do.

use std::sync::Arc;

use yuanmark::domain::access::Scope;
use yuanmark::domain::event::{EventKind, Withdrawal};
use yuanmark::domain::order::Batch;
use yuanmark::domain::state::Standing;
use yuanmark::service::{ServiceError, issue};
use yuanmark::store::event;

use super::{DELIVERED, assert_healthy, mark, minutes, read, refusal, report, rows, state};
use crate::support::installation::{Installation, morning};

const FREEZE: EventKind = EventKind::Withdrawn(Withdrawal::Frozen);
const UNFREEZE: EventKind = EventKind::Restored(Withdrawal::Frozen);

#[tokio::test]
async fn only_freezing_and_recall_can_be_undone() {
    for place in Installation::both().await {
        let batch = place.batch(100).await;
        for (mark, kind) in (0..).zip(Withdrawal::ALL) {
            let lines = mark.to_string();
            if *kind == Withdrawal::Destroyed {
                // Only what is spoiled or given back is destroyed.
                let spoiled = EventKind::Withdrawn(Withdrawal::Spoiled);
                place
                    .change(&batch, spoiled, &lines, morning())
                    .await
                    .unwrap();
            }
            let withdrawn = EventKind::Withdrawn(*kind);
            place
                .change(&batch, withdrawn, &lines, morning())
                .await
                .unwrap();
            let before = rows(&place, "range_events").await;
            let restored = EventKind::Restored(*kind);
            let undone = place.change(&batch, restored, &lines, morning()).await;
            let written = rows(&place, "range_events").await - before;
            if matches!(kind, Withdrawal::Frozen | Withdrawal::Recalled) {
                assert_eq!((undone.unwrap().marks, written), (1, 1));
            } else {
                let expected = format!("a mark that is {} stays so", kind.slug());
                assert_eq!(refusal(undone), expected);
                assert_eq!(written, 0, "refusals write nothing");
            }
        }
    }
}

#[tokio::test]
async fn what_is_so_already_is_counted_and_written_down_no_second_time() {
    for place in Installation::both().await {
        let batch = place.batch(100).await;
        for (kind, lines, changed, unchanged, events) in [
            (EventKind::Activated, "10-19", 10, 0, 1),
            (EventKind::Activated, "10-19", 0, 10, 1),
            (EventKind::Activated, "0-29", 20, 10, 3), // on both sides
            (EventKind::Activated, "", 70, 30, 4),     // the whole batch
            (UNFREEZE, "0-9", 0, 10, 4),
            (FREEZE, "5", 1, 0, 5),
            (UNFREEZE, "", 1, 99, 6),
            (EventKind::Received, "", 0, 100, 6),
            (EventKind::Used, "90-99", 10, 0, 7),
            (EventKind::Used, "85-99", 5, 10, 8),
        ] {
            let done = place.change(&batch, kind, lines, morning()).await.unwrap();
            let counts = (done.marks, done.unchanged);
            assert_eq!(counts, (changed, unchanged), "{kind:?} {lines}");
            assert_eq!(done.entries.len(), usize::from(changed > 0));
            assert_eq!(
                rows(&place, "range_events").await - DELIVERED,
                events,
                "{kind:?} {lines}"
            );
        }
    }
}

#[tokio::test]
async fn what_is_withdrawn_stays_withdrawn_when_it_is_activated_and_is_told_so() {
    for place in Installation::both().await {
        let batch = place.batch(100).await;
        let revoked = EventKind::Withdrawn(Withdrawal::Revoked);
        place
            .change(&batch, revoked, "10-19", morning())
            .await
            .unwrap();
        let done = place
            .change(&batch, EventKind::Activated, "15-24", morning())
            .await;
        let done = done.unwrap();
        assert_eq!((done.marks, done.still_withdrawn), (10, 5));
        assert_eq!(state(&place, mark(&batch, 15), morning()).await, "revoked");
        assert_eq!(state(&place, mark(&batch, 20), morning()).await, "active");
    }
}

#[tokio::test]
async fn labels_that_are_lost_returned_or_spoiled_are_not_activated() {
    for place in Installation::both().await {
        let batch = place.batch(100).await;
        for (mark, kind) in [
            (0, Withdrawal::Lost),
            (1, Withdrawal::Returned),
            (2, Withdrawal::Spoiled),
        ] {
            let (lines, kind) = (format!("{mark}"), EventKind::Withdrawn(kind));
            place.change(&batch, kind, &lines, morning()).await.unwrap();
            let refused = place
                .change(
                    &batch,
                    EventKind::Activated,
                    &format!("{mark}-9"),
                    morning(),
                )
                .await;
            assert!(matches!(
                refused,
                Err(ServiceError::BadLines { bad: 1, .. })
            ));
        }
        let whole = place
            .change(&batch, EventKind::Activated, "", morning())
            .await;
        let expected = "labels 0 are lost_after_delivery (发放后遗失) and cannot be activated";
        assert_eq!(refusal(whole), expected);
        assert_eq!(rows(&place, "range_events").await, DELIVERED + 3);
        let state = state(&place, mark(&batch, 9), morning()).await;
        assert_eq!(state, "not_activated", "all or nothing");
    }
}

#[tokio::test]
async fn what_is_restored_is_again_what_it_was() {
    for place in Installation::both().await {
        let batch = place.batch(10).await;
        place
            .change(&batch, EventKind::Activated, "0-4", morning())
            .await
            .unwrap();
        place.change(&batch, FREEZE, "", morning()).await.unwrap();
        let recall = EventKind::Withdrawn(Withdrawal::Recalled);
        place
            .change(&batch, recall, "4-5", morning())
            .await
            .unwrap();
        place.change(&batch, UNFREEZE, "", morning()).await.unwrap();
        let report = report(&place, &batch, morning()).await;
        let told: Vec<(String, &str)> = report
            .ranges
            .iter()
            .map(|(range, state)| (range.to_string(), *state))
            .collect();
        let expected = [
            ("0-3", "active"),
            ("4-5", "recalled"),
            ("6-9", "not_activated"),
        ];
        assert_eq!(
            told,
            expected.map(|(range, state)| (range.to_owned(), state))
        );
        let counts: Vec<_> = report.marks_by_state.into_iter().collect();
        assert_eq!(
            counts,
            [("active", 4), ("not_activated", 4), ("recalled", 2)]
        );
    }
}

/// What each of the tasks that change the same marks at once has changed and found unchanged.
async fn change_at_once(
    place: &Arc<Installation>,
    batch: &Batch,
    changes: Vec<(EventKind, &'static str)>,
) -> Vec<(u64, u64)> {
    let tasks: Vec<_> = changes
        .into_iter()
        .map(|(kind, lines)| {
            let (place, batch) = (Arc::clone(place), batch.clone());
            tokio::spawn(async move { place.change(&batch, kind, lines, morning()).await })
        })
        .collect();
    let mut counts = Vec::new();
    for task in tasks {
        let done = task.await.unwrap().unwrap();
        counts.push((done.marks, done.unchanged));
    }
    counts
}

#[tokio::test(flavor = "multi_thread")]
async fn twelve_who_activate_the_same_marks_at_once_activate_them_once() {
    for place in Installation::both().await {
        let batch = place.batch(100).await;
        let place = Arc::new(place);
        place.lot(&batch, morning()).await; // one for all of them
        let same = vec![(EventKind::Activated, "20-69"); 12];
        let counts = change_at_once(&place, &batch, same).await;
        assert_eq!(counts.iter().filter(|count| **count == (50, 0)).count(), 1);
        assert_eq!(counts.iter().filter(|count| **count == (0, 50)).count(), 11);
        assert_eq!(rows(&place, "range_events").await, DELIVERED + 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_made_at_once_are_written_as_if_one_came_after_the_other() {
    for place in Installation::both().await {
        let batch = place.batch(100).await;
        let place = Arc::new(place);
        place.lot(&batch, morning()).await; // one for all of them
        let kinds = [
            (FREEZE, "0-59"),
            (UNFREEZE, "30-99"),
            (EventKind::Activated, "10-79"),
            (FREEZE, "20-90"),
        ];
        let requests = kinds.into_iter().cycle().take(24).collect();
        let counts = change_at_once(&place, &batch, requests).await;
        let changed: u64 = counts.iter().map(|(marks, _)| marks).sum();

        let events = event::of_batch(&mut read(&place).await, batch.number).await;
        let events = &events.unwrap()[3..]; // after printing, delivery and receipt
        let written: u64 = events
            .iter()
            .map(|event| u64::from(event.range.marks()))
            .sum();
        assert_eq!(changed, written, "every change was written, and no other");
        for (place, event) in events.iter().enumerate() {
            for index in event.range.indices() {
                let before = events[..place]
                    .iter()
                    .filter(|other| other.range.covers(index));
                let standing = Standing::of(before);
                let is_new = match event.kind {
                    EventKind::Activated => standing.activation().is_none(),
                    kind => standing.is_changed_by(kind),
                };
                assert!(
                    is_new,
                    "event {} says nothing new of mark {index}",
                    event.number
                );
            }
        }
        assert_healthy(&place).await;
    }
}

#[tokio::test]
async fn a_withdrawal_binds_from_the_moment_it_is_answered_on_every_other_connection() {
    for place in Installation::both().await {
        let batch = place.batch(10).await;
        let other = place.database.open().await; // as another instance behind the same database
        for (kind, expected) in [(FREEZE, "frozen"), (UNFREEZE, "not_activated")].repeat(5) {
            place.change(&batch, kind, "3", morning()).await.unwrap();
            let told =
                issue::report(&other, Scope::All, batch.number, morning() + minutes(1)).await;
            let found = told.unwrap().ranges.iter().any(|(range, state)| {
                range.covers(crate::support::installation::index(3)) && *state == expected
            });
            assert!(found, "{expected}");
        }
    }
}
