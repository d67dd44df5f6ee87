//! Alerts and cases as they come about, without waiting for scans to raise them.

use yuanmark::domain::alert::{AlertKind, AlertNumber, NewAlert};
use yuanmark::domain::case::CaseNumber;
use yuanmark::domain::detection::Hypothesis;
use yuanmark::domain::mark::BatchNumber;
use yuanmark::service::{cases, system};
use yuanmark::store::alert;

use super::installation::{Installation, call, index, line};

/// An alert about a mark, or about the batch as a whole.
pub fn new(kind: AlertKind, batch: BatchNumber, mark: Option<u32>, log_odds: f64) -> NewAlert {
    NewAlert {
        kind,
        batch,
        index: mark.map(index),
        at: system::now(),
        query: mark.map(|_| 3),
        parameters: 1,
        log_odds,
        e_value_ln: 9.0,
        hypothesis: Hypothesis::Copied,
    }
}

/// Raises alerts.
pub async fn raise(installation: &Installation, alerts: &[NewAlert]) {
    let mut tx = installation.store.write().await.unwrap();
    alert::raise(&mut tx, alerts).await.unwrap();
    tx.commit().await.unwrap();
}

/// Two alerts of a batch, of which the first is in a case.
pub async fn with_case(installation: &Installation, batch: BatchNumber) -> CaseNumber {
    let alerts = [
        new(AlertKind::SuspectedCopy, batch, Some(0), 4.0),
        new(AlertKind::BeforeActivation, batch, None, 0.0),
    ];
    raise(installation, &alerts).await;
    let by = call("test", system::now());
    let title = line("某市场疑似翻印标签");
    let opened = cases::open(&installation.store, &by, title, &[AlertNumber(1)]).await;
    opened.unwrap().case.number
}
