//! Lots, their reports and recalls, and marks for the wrong goods.

use yuanmark::domain::access::Scope;
use yuanmark::domain::event::EventKind;
use yuanmark::domain::form::Form;
use yuanmark::domain::licensee::LicenseeNumber;
use yuanmark::domain::lot::{Lot, LotLabel, LotNumber, NewLot, TestReport, TestResult};
use yuanmark::service::marks::{Change, Which};
use yuanmark::service::{ServiceError, lots};

use super::super::proof::prove;
use super::super::{
    RECALLED, assert_conflict, assert_invalid, assert_no_such, change, entries, new_lot,
    new_report, of_lines, season,
};
use super::clerk;
use crate::support::installation::{Installation, line, morning};

#[tokio::test]
#[allow(clippy::too_many_lines)] // one refusal after the other
async fn lots_that_cannot_be_are_not_entered() {
    for place in Installation::both().await {
        let number = place.licensee(0).await.number;
        let enter = |new| async { lots::enter(&place.store, &clerk(), new).await };
        let good = || new_lot(number, 2026, 10);
        let picked = |date: &str, year| NewLot {
            public: LotLabel {
                harvested: date.parse().unwrap(),
                season: season(year),
                ..good().public
            },
            ..good()
        };
        assert_invalid(
            enter(NewLot { packs: 0, ..good() }).await,
            "a lot of 0 packs",
        );
        assert_invalid(
            enter(NewLot {
                packs: Lot::MOST_PACKS + 1,
                ..good()
            })
            .await,
            "16777217 packs",
        );
        assert_invalid(
            enter(NewLot {
                packs: u32::MAX,
                ..good()
            })
            .await,
            "packs cannot be",
        );
        assert_invalid(enter(picked("2026-04-03", 2026)).await, "still to come");
        assert_invalid(enter(picked("9999-12-31", 2026)).await, "still to come");
        assert_invalid(
            enter(picked("2025-04-01", 2026)).await,
            "but of season 2026",
        );
        assert_invalid(
            enter(picked("-009999-01-01", 2026)).await,
            "but of season 2026",
        );
        assert_invalid(
            enter(NewLot {
                steps: vec![line("去皮"); Lot::MOST_ENTRIES + 1],
                ..good()
            })
            .await,
            "more than 50 steps",
        );
        assert_no_such(
            enter(new_lot(LicenseeNumber(9), 2026, 10)).await,
            "there is no licensee 9",
        );

        let lot = enter(good()).await.unwrap().number;
        // A code names one lot of a firm and season.
        let again = NewLot {
            packs: 99,
            ..good()
        };
        assert_conflict(
            enter(again.clone()).await,
            "lot 1 of season 2026 has the code 批-10 already",
        );
        let other = place.licensee(1).await.number;
        enter(NewLot {
            licensee: other,
            ..again
        })
        .await
        .unwrap();
        let before = entries(&place).await;
        let report = |number: &str, date: &str| {
            let (store, report) = (&place.store, new_report(number, date, TestResult::Passed));
            async move { lots::report(store, &clerk(), lot, report).await }
        };
        assert_invalid(
            report("检1", "2026-03-19").await,
            "a report of 2026-03-19 cannot be on this lot",
        );
        assert_invalid(report("检1", "2026-04-03").await, "cannot be on this lot");
        assert_no_such(
            lots::report(
                &place.store,
                &clerk(),
                LotNumber(9),
                new_report("检1", "2026-04-01", TestResult::Passed),
            )
            .await,
            "there is no lot 9",
        );
        assert_eq!(entries(&place).await, before);
        report("检1", "2026-03-20").await.unwrap();
        assert_conflict(report("检1", "2026-04-01").await, "is filed already");
        let elsewhere = TestReport {
            laboratory: line("另一检验所"),
            ..new_report("检1", "2026-04-01", TestResult::Passed)
        };
        lots::report(&place.store, &clerk(), lot, elsewhere)
            .await
            .unwrap();
        for more in 2..Lot::MOST_ENTRIES {
            report(&format!("检{more}"), "2026-04-01").await.unwrap();
        }
        assert_conflict(report("检50", "2026-04-01").await, "has 50 reports");
        prove(&place).await;
    }
}

#[tokio::test]
async fn marks_are_activated_for_goods_of_their_own_alone() {
    for place in Installation::both().await {
        let batch = place.batch(20).await;
        let other = place.licensee(1).await.number;
        let store = &place.store;
        let new = async |lot: NewLot| {
            let number = lots::enter(store, &clerk(), lot).await.unwrap().number;
            let date = "2026-04-01";
            lots::report(
                store,
                &clerk(),
                number,
                new_report("检1", date, TestResult::Passed),
            )
            .await
            .unwrap();
            number
        };
        let activate = |lot: Option<LotNumber>, lines: &'static str| {
            let wanted = Change {
                lot,
                ..of_lines(EventKind::Activated, Which::Lines(lines), batch.number)
            };
            let place = &place;
            async move { change(place, &clerk(), &wanted).await }
        };
        let own = || new_lot(batch.licensee, 2026, 20);
        let of_other = new(new_lot(other, 2026, 20)).await;
        let dried = new(NewLot {
            public: LotLabel {
                code: line("干"),
                form: Form::Dried,
                ..own().public
            },
            ..own()
        })
        .await;
        let last_year = new(new_lot(batch.licensee, 2025, 20)).await;
        for (lot, words) in [
            (of_other, "lot 1 is of licensee 2"),
            (dried, "lot 2 is of licensee 1, dried"),
            (last_year, "season 2025; batch 1"),
        ] {
            assert_conflict(activate(Some(lot), "0-4").await, words);
        }
        assert_invalid(activate(None, "0-4").await, "marks are activated for a lot");
        assert_no_such(
            activate(Some(LotNumber(99)), "0-4").await,
            "there is no lot 99",
        );
        let first = new(own()).await;
        let second = new(NewLot {
            packs: 21,
            public: LotLabel {
                code: line("另"),
                ..own().public
            },
            ..own()
        })
        .await;
        activate(Some(first), "0-4").await.unwrap();
        let answer = activate(Some(second), "3-6").await;
        assert!(
            matches!(answer, Err(ServiceError::BadLines { bad: 1, .. })),
            "{answer:?}"
        );
        let again = activate(Some(first), "3-6").await.unwrap();
        assert_eq!((again.marks, again.unchanged), (2, 2));
        prove(&place).await;
    }
}

#[tokio::test]
async fn a_lot_is_recalled_once_with_all_its_marks_and_restored_once() {
    for place in Installation::both().await {
        let batch = place.batch(20).await;
        place
            .change(&batch, EventKind::Activated, "0-9", morning())
            .await
            .unwrap();
        let lot = place.lot(&batch, morning()).await;
        let store = &place.store;
        let withdrawn = async || {
            let report =
                yuanmark::service::issue::report(store, Scope::All, batch.number, morning())
                    .await
                    .unwrap();
            report.marks_by_state.get("recalled").copied().unwrap_or(0)
        };
        let recall = || async { lots::recall(store, &clerk(), lot, line("抽检"), None).await };
        let restore =
            || async { lots::restore(store, &clerk(), lot, line("复检"), line("复检1")).await };
        assert_conflict(restore().await, "is not recalled");
        assert_no_such(
            lots::recall(store, &clerk(), LotNumber(99), line("抽检"), None).await,
            "there is no lot 99",
        );
        recall().await.unwrap();
        assert_eq!(withdrawn().await, 10);
        assert_conflict(recall().await, "is recalled already");
        let wanted = Change {
            lot: Some(lot),
            ..of_lines(EventKind::Activated, Which::Lines("10"), batch.number)
        };
        assert_conflict(change(&place, &clerk(), &wanted).await, "is recalled");
        restore().await.unwrap();
        assert_eq!(withdrawn().await, 0);
        assert_conflict(restore().await, "is not recalled");
        // A failed test recalls the lot at once, and a later one that it passes does not bring it back by itself.
        let failed = lots::report(
            store,
            &clerk(),
            lot,
            new_report("检2", "2026-04-02", TestResult::Failed),
        )
        .await
        .unwrap();
        assert!(failed.recalled.is_some());
        assert_eq!(withdrawn().await, 10);
        let passed = lots::report(
            store,
            &clerk(),
            lot,
            new_report("检3", "2026-04-02", TestResult::Passed),
        )
        .await
        .unwrap();
        assert!(passed.recalled.is_some());
        assert_conflict(change(&place, &clerk(), &wanted).await, "is recalled");
        // Marks that were recalled one by one count once.
        let all = change(
            &place,
            &clerk(),
            &of_lines(RECALLED, Which::All, batch.number),
        )
        .await
        .unwrap();
        assert_eq!((all.marks, all.unchanged), (10, 10));
        prove(&place).await;
    }
}
