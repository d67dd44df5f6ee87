//! Corrections twice, too late, or of what stays.

use yuanmark::domain::access::Scope;
use yuanmark::domain::event::{EventKind, Slip};
use yuanmark::service::marks::Which;
use yuanmark::service::{corrections, orders};

use super::super::proof::prove;
use super::super::{
    account, assert_conflict, assert_invalid, assert_no_such, change, entries, left, new_order,
    of_lines,
};
use super::{adjust, clerk};
use crate::support::installation::{Installation, line, morning};

#[tokio::test]
async fn what_was_entered_in_error_is_taken_back_once_and_before_anything_follows() {
    for place in Installation::both().await {
        let batch = place.batch(20).await;
        let store = &place.store;
        let back = |entry| async move {
            corrections::take_back(store, &clerk(), entry, line("录错"), line("更正1")).await
        };
        let used = place
            .change(&batch, EventKind::Used, "0-9", morning())
            .await
            .unwrap()
            .entries[0];
        let correction = back(used).await.unwrap();
        assert_conflict(back(used).await, "was corrected already");
        assert_conflict(
            back(correction).await,
            "is undo_used and cannot be taken back",
        );
        // Used again, and then something came after.
        let again = place
            .change(&batch, EventKind::Used, "0-9", morning())
            .await
            .unwrap()
            .entries[0];
        assert_conflict(back(used).await, "was corrected already");
        back(again).await.unwrap();
        let third = place
            .change(&batch, EventKind::Used, "0-9", morning())
            .await
            .unwrap()
            .entries[0];
        let delivered = third - 1;
        assert_conflict(back(delivered).await, "cannot be taken back");
        for kind in ["delivered", "printed"] {
            let filter = yuanmark::store::ledger::Filter {
                kind: Some(kind.into()),
                ..Default::default()
            };
            let entry = yuanmark::service::ledger::list(store, Scope::All, &filter, None, 1)
                .await
                .unwrap()[0]
                .number;
            assert_conflict(
                back(entry).await,
                "labels 0-9 are used (已使用) and cannot be undo_",
            );
        }
        for kind in [
            "received",
            "lot_entered",
            "licensee_entered",
            "order_placed",
            "pack_released",
            "batch_issued",
        ] {
            let filter = yuanmark::store::ledger::Filter {
                kind: Some(kind.into()),
                ..Default::default()
            };
            let known = yuanmark::service::ledger::list(store, Scope::All, &filter, None, 1)
                .await
                .unwrap();
            if let Some(entry) = known.first() {
                assert_conflict(back(entry.number).await, "cannot be taken back");
            }
        }
        for nothing in [0, 9999, u64::MAX, u64::MAX / 2 + 1] {
            assert_no_such(back(nothing).await, "there is no entry");
            assert_no_such(
                corrections::note(store, &clerk(), nothing, line("说明")).await,
                "there is no entry",
            );
        }
        // Nor by a change of marks that names no entry.
        let sly = of_lines(
            EventKind::Undone(Slip::Used),
            Which::Lines("0"),
            batch.number,
        );
        assert_invalid(
            change(&place, &clerk(), &sly).await,
            "does not say which entry it takes back",
        );
        prove(&place).await;
    }
}

#[tokio::test]
async fn an_adjustment_is_taken_back_as_long_as_its_marks_are_there() {
    for place in Installation::both().await {
        let licensee = place.licensee(0).await;
        let own = account(licensee.number, 2026);
        adjust(&place, own, 100).await.unwrap();
        let entry = entries(&place).await;
        let store = &place.store;
        let order = orders::place(store, &clerk(), new_order(licensee.number, 2026, 10))
            .await
            .unwrap()
            .number;
        orders::approve(store, &clerk(), order, None).await.unwrap();
        let back = |entry| async move {
            corrections::take_back(store, &clerk(), entry, line("录错"), line("更正1")).await
        };
        assert_conflict(back(entry).await, "has 90 marks left, 100 are asked for");
        orders::cancel(store, &clerk(), order, line("停产"))
            .await
            .unwrap();
        back(entry).await.unwrap();
        assert_eq!(left(&place, own).await, 0);
        assert_conflict(back(entry).await, "was corrected already");
        prove(&place).await;
    }
}
