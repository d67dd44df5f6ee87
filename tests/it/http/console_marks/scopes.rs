//! Nobody reports what is not theirs: marks of others are serials of nobody, and who answers for labels reports them.

use yuanmark::domain::access::Role;

use super::{Person, Released};
use crate::support::installation::USCCS;

#[tokio::test(flavor = "multi_thread")]
async fn marks_of_others_are_serials_of_nobody() {
    let order = Released::received(20).await;
    let stranger = order.site.licensee(1).await;
    assert_eq!(stranger.uscc.to_string(), USCCS[1]);
    let stranger = Person::of(&order.site, Role::Licensee, Some(stranger.number), None).await;
    let used = "/console/marks/do/used";
    let entries = order.entries().await;
    let serial = order.serial(3);
    let code = format!(
        "https://v.example.cn/t/{}",
        order.site.link(&order.batch, 3)
    );
    for named in [serial.as_str(), code.as_str(), "4BD9-QV4N-Q0NZ-57DB"] {
        let wrong = stranger.fill(used, &[("first", named)]).await;
        assert_eq!(wrong.status, 422, "{named}");
        assert!(
            wrong.words().contains("不是本系统的标志编号"),
            "{}",
            wrong.words()
        );
        assert!(!wrong.words().contains("只办理"), "{}", wrong.words());
    }
    let wrong = stranger
        .send(used, &[("batch", "1"), ("all", "1"), ("request", "r1")])
        .await;
    assert!(
        wrong.words().contains("没有第 1 批标志"),
        "{}",
        wrong.words()
    );
    let unknown = stranger
        .send(used, &[("batch", "9"), ("all", "1"), ("request", "r2")])
        .await;
    assert!(
        unknown.words().contains("没有第 9 批标志"),
        "{}",
        unknown.words()
    );
    let received = "/console/marks/do/received";
    for entry in ["12", "99"] {
        let wrong = stranger
            .send(received, &[("delivery", entry), ("request", "r3")])
            .await;
        assert!(
            wrong.words().contains(&format!("第 {entry} 条不是发放")),
            "{}",
            wrong.words()
        );
    }
    for path in ["/console/marks/do/used?order=1", "/console/orders/1/pack"] {
        let status = stranger.open(path).await.status;
        assert!([403, 404].contains(&status), "{path}: {status}");
    }
    assert_eq!(order.entries().await, entries);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_answers_for_labels_reports_them() {
    let order = Released::received(20).await;
    let (press, firm) = (order.of_the_press().await, order.of_the_firm().await);
    let spoiled = "/console/marks/do/spoiled";
    let fields = [("batch", "1"), ("first", "3"), ("reason", "破损")];
    let wrong = press.fill(spoiled, &fields).await;
    assert_eq!(wrong.status, 422);
    assert!(
        wrong.words().contains("3 号标志现为“结存”，不能作废"),
        "{}",
        wrong.words()
    );
    assert!(
        !press
            .open("/console/orders/1")
            .await
            .text()
            .contains(spoiled)
    );
    assert_eq!(firm.fill(spoiled, &fields).await.heading(), "已办理");
    for (who, event) in [
        (&press, "used"),
        (&firm, "printed"),
        (&firm, "frozen"),
        (&press, "revoked"),
    ] {
        let page = who.open(&format!("/console/marks/do/{event}")).await;
        assert_eq!(page.status, 403, "{event}");
    }
    assert_eq!(firm.open("/console/marks/do/undo_used").await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_typed_stays_text() {
    let order = Released::received(10).await;
    let firm = order.of_the_firm().await;
    let script = "<script>alert(1)</script>";
    let fields = [("first", script), ("reason", script), ("containers", "")];
    let wrong = firm.fill("/console/marks/do/spoiled", &fields).await;
    assert_eq!(wrong.status, 422);
    assert!(!wrong.text().contains(script), "{}", wrong.text());
}
