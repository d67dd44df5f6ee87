//! What is left after a recall and after a closing.

use yuanmark::domain::event::{EventKind, Withdrawal};
use yuanmark::domain::lot::{LotNumber, TestReport, TestResult};
use yuanmark::service::{ServiceError, lots, orders};

use crate::support::installation::{Installation, call, line, morning};

fn told(error: &ServiceError) -> String {
    error.to_string()
}

#[tokio::test]
async fn marks_of_a_recalled_lot_come_back_with_their_lot_alone() {
    for installation in Installation::both().await {
        let (now, batch) = (morning(), installation.batch(100).await);
        installation
            .change(&batch, EventKind::Activated, "0-49", now)
            .await
            .unwrap();
        let failed = TestReport {
            laboratory: line("虚构检验所"),
            number: line("抽检2"),
            date: "2026-04-02".parse().unwrap(),
            result: TestResult::Failed,
            file: None,
        };
        lots::report(
            &installation.store,
            &call("检验员", now),
            LotNumber(1),
            failed.clone(),
        )
        .await
        .unwrap();
        let restore = EventKind::Restored(Withdrawal::Recalled);
        let refused = installation
            .change(&batch, restore, "0", now)
            .await
            .unwrap_err();
        assert!(
            told(&refused).contains("are of lot 1, which is recalled"),
            "{refused}"
        );
        let by = call("科长", now);
        let passed = TestReport {
            number: line("复检3"),
            result: TestResult::Passed,
            ..failed
        };
        lots::report(&installation.store, &by, LotNumber(1), passed)
            .await
            .unwrap();
        lots::restore(
            &installation.store,
            &by,
            LotNumber(1),
            line("复检合格"),
            line("文1"),
        )
        .await
        .unwrap();
        // A mark that is recalled by itself is restored by itself.
        let recall = EventKind::Withdrawn(Withdrawal::Recalled);
        installation.change(&batch, recall, "3", now).await.unwrap();
        assert_eq!(
            installation
                .change(&batch, restore, "3", now)
                .await
                .unwrap()
                .marks,
            1
        );
    }
}

#[tokio::test]
async fn stock_outlives_the_closing_of_its_order() {
    for installation in Installation::both().await {
        let (now, batch) = (morning(), installation.batch(100).await);
        orders::close(&installation.store, &call("科长", now), batch.order, 100)
            .await
            .unwrap();
        let used = installation
            .change(&batch, EventKind::Used, "0-9", now)
            .await
            .unwrap();
        assert_eq!(
            (used.marks, used.used_without_right()),
            (10, 10),
            "never activated: told at once"
        );
        installation
            .change(&batch, EventKind::Activated, "10-19", now)
            .await
            .unwrap();
        let used = installation
            .change(&batch, EventKind::Used, "10-19", now)
            .await
            .unwrap();
        assert_eq!(used.used_without_right(), 0);
        for kind in [Withdrawal::Lost, Withdrawal::Returned] {
            let lines = if kind == Withdrawal::Lost {
                "20"
            } else {
                "21-99"
            };
            installation
                .change(&batch, EventKind::Withdrawn(kind), lines, now)
                .await
                .unwrap();
        }
        let audit = yuanmark::service::audit::verify(&installation.store, None)
            .await
            .unwrap();
        assert_eq!(audit.findings, []);
    }
}
