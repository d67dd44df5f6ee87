//! Alerts and cases as they come about, without waiting for scans to raise them.

use yuanmark::domain::alert::{AlertKind, AlertNumber, Cause, Decision, Light, NewAlert, Verdict};
use yuanmark::domain::case::{CaseNumber, CaseResult, NewExhibit};
use yuanmark::domain::detection::{Hypothesis, Parameters};
use yuanmark::domain::licensee::LicenseeNumber;
use yuanmark::domain::mark::BatchNumber;
use yuanmark::domain::tip::Told;
use yuanmark::service::cases::{self, Act, Notice};
use yuanmark::service::{alerts, system};
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
        parameters: Parameters::reference().version,
        log_odds,
        light: Light::default(),
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

/// The first case has an exhibit.
pub async fn with_exhibit(installation: &Installation) {
    let by = call("test", system::now());
    let photo = NewExhibit::new(line("stall.jpg"), b"\xff\xd8\xff\xe0".to_vec()).unwrap();
    let act = Act::AddExhibits(vec![photo], None);
    let added = cases::act(&installation.store, &by, CaseNumber(1), act).await;
    added.unwrap();
}

/// The second alert is decided, and there is a second case, which is closed.
pub async fn with_ended(installation: &Installation) {
    let by = call("test", system::now());
    let decision = Decision::new(Verdict::Unclear, vec![Cause::NoGoods]).unwrap();
    let decide = alerts::Act::Decide(decision, None);
    let decided = alerts::act(&installation.store, &by, AlertNumber(2), decide).await;
    decided.unwrap();
    let opened = cases::open(&installation.store, &by, line("已结的案件"), &[]).await;
    let number = opened.unwrap().case.number;
    let close = Act::Close(CaseResult::NothingFound, Told::new("未查实").unwrap());
    let closed = cases::act(&installation.store, &by, number, close).await;
    closed.unwrap();
}

/// A case in which the first licensee was told something, and one in which the second was.
pub async fn with_notices(installation: &Installation) -> [CaseNumber; 2] {
    let by = call("test", system::now());
    let told = async |licensee| {
        let opened = cases::open(&installation.store, &by, line("告知"), &[]).await;
        let number = opened.unwrap().case.number;
        let notice = Notice {
            licensee: LicenseeNumber(licensee),
            told: Told::new("请核对余标").unwrap(),
            is_beyond: true,
        };
        let informed = cases::act(&installation.store, &by, number, Act::Inform(notice)).await;
        informed.unwrap().case.number
    };
    [told(1).await, told(2).await]
}
