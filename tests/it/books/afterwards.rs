//! What is left after a recall and after a closing.

use yuanmark::domain::event::{EventKind, Withdrawal};
use yuanmark::domain::lot::{LotNumber, TestReport, TestResult};
use yuanmark::service::{ServiceError, lots, orders, trail};
use yuanmark::store::trail::Filter;

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
        let inspector = call("检验员", now);
        let report = async |new| {
            lots::report(&installation.store, &inspector, LotNumber(1), new)
                .await
                .unwrap()
        };
        report(failed.clone()).await;
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
        let lift = async || {
            let (reason, document) = (line("复检合格"), line("文1"));
            lots::restore(&installation.store, &by, LotNumber(1), reason, document).await
        };
        // Every entry of the failed report has its step in the audit trail.
        let steps = trail::list(&installation.store, &Filter::default(), None, 3).await;
        let actions: Vec<_> = steps.unwrap().into_iter().map(|step| step.action).collect();
        assert_eq!(actions, ["recalled", "lot_recalled", "lot_reported"]);
        // Not before it has passed a test.
        let refused = lift().await.unwrap_err();
        assert!(
            told(&refused).contains("has failed its newest test"),
            "{refused}"
        );
        report(TestReport {
            number: line("复检1"),
            result: TestResult::Passed,
            ..failed
        })
        .await;
        lift().await.unwrap();
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
