//! Rolls and boxes: filled, found by what stands on them, sent and activated whole, held against what is in them.

use yuanmark::domain::access::Role;

use super::{Person, Released};
use crate::support::installation::morning;

const NEW: &str = "/console/containers/new";

#[tokio::test(flavor = "multi_thread")]
async fn a_roll_goes_its_way_by_what_stands_on_it() {
    let order = Released::of(100).await;
    let (press, firm) = (order.of_the_press().await, order.of_the_firm().await);
    press.report_whole_run().await;
    let (first, last) = (order.serial(0), order.serial(39));
    let fields = [
        ("kind", "roll"),
        ("label", "R_1%\"甲"),
        ("first", first.as_str()),
        ("last", last.as_str()),
    ];
    let filled = press.fill(NEW, &fields).await;
    assert_eq!(
        filled.header("location"),
        Some("/console/containers/1?notice=done")
    );
    let twice = press
        .fill(NEW, &[("kind", "roll"), ("batch", "1"), ("first", "39-50")])
        .await;
    assert!(
        twice.words().contains("有的已装入卷 1"),
        "{}",
        twice.words()
    );
    press
        .fill(
            NEW,
            &[("kind", "roll"), ("batch", "1"), ("lines", "40-59\n60")],
        )
        .await;

    let page = press.open("/console/containers/1").await;
    assert!(page.words().contains("在承印方40"), "{}", page.words());
    assert!(
        page.text()
            .contains("/console/marks/do/delivered?container=1")
    );
    assert!(!page.text().contains("/console/marks/do/received"));
    let list = press.open("/console/containers?order=1").await;
    assert!(list.words().contains("R_1%&#34;甲"), "{}", list.words());

    let sent = "/console/marks/do/delivered";
    let unknown = press
        .fill(sent, &[("containers", "R_1%"), ("receiver", "王五")])
        .await;
    assert!(
        unknown.words().contains("没有卷（箱）“R_1%”"),
        "{}",
        unknown.words()
    );
    let both = press
        .fill(sent, &[("containers", "R_1%\"甲，2"), ("receiver", "王五")])
        .await;
    assert!(both.words().contains("发放 61 枚"), "{}", both.words());
    assert!(
        firm.fill("/console/marks/do/received", &[("containers", "1")])
            .await
            .words()
            .contains("签收 40 枚")
    );
    let lot = order.site.lot(&order.batch, morning()).await.to_string();
    let fields = [("lot", lot.as_str()), ("containers", "1, 2")];
    let wrong = firm.fill("/console/marks/do/activated", &fields).await;
    assert!(
        wrong.words().contains("只办理可以办理的 40 枚"),
        "{}",
        wrong.words()
    );
    let fields = [("lot", lot.as_str()), ("containers", "1")];
    assert!(
        firm.fill("/console/marks/do/activated", &fields)
            .await
            .words()
            .contains("激活 40 枚")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_box_is_held_against_what_was_scanned() {
    let order = Released::of(100).await;
    let registrar = order.official(Role::Registrar).await;
    let inspector = order.official(Role::Inspector).await;
    registrar
        .fill(NEW, &[("kind", "box"), ("batch", "1"), ("first", "0-9")])
        .await;
    let check = "/console/containers/1/check";
    let serials: Vec<String> = (0..10).map(|place| order.serial(place)).collect();
    let agrees = inspector
        .fill(check, &[("lines", &serials.join("\n"))])
        .await;
    assert!(agrees.words().contains("箱物一致"), "{}", agrees.words());
    let found = format!(
        "{}\n{}\nnonsense",
        serials[..9].join("\n"),
        order.serial(42)
    );
    let differs = inspector.fill(check, &[("lines", &found)]).await;
    let words = differs.words();
    for said in [
        "箱物不符".to_owned(),
        serials[9].clone(),
        order.serial(42),
        "nonsense".to_owned(),
    ] {
        assert!(words.contains(&said), "{said}: {words}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rolls_of_others_are_not_there() {
    let order = Released::of(50).await;
    let press = order.of_the_press().await;
    press
        .fill(
            NEW,
            &[
                ("kind", "roll"),
                ("batch", "1"),
                ("first", "0-9"),
                ("label", "R-1"),
            ],
        )
        .await;
    let other = order.site.licensee(1).await;
    let stranger = Person::of(&order.site, Role::Licensee, Some(other.number), None).await;
    for path in [
        "/console/containers/1",
        "/console/containers/1/check",
        "/console/containers/9",
    ] {
        assert_eq!(stranger.open(path).await.status, 404, "{path}");
    }
    for query in ["", "?batch=1", "?order=1"] {
        let list = stranger.open(&format!("/console/containers{query}")).await;
        assert!(
            list.words().contains("没有符合条件的记录"),
            "{}",
            list.words()
        );
    }
    for name in ["1", "R-1"] {
        let wrong = stranger
            .fill("/console/marks/do/used", &[("containers", name)])
            .await;
        let said = format!("没有卷（箱）“{name}”");
        assert!(wrong.words().contains(&said), "{}", wrong.words());
    }
}
