//! The printing house: the labels' data, its report of a run, and the sending.

use yuanmark::domain::access::Role;
use yuanmark::domain::access::Scope;
use yuanmark::domain::event::EventKind;
use yuanmark::domain::order::OrderNumber;
use yuanmark::domain::whereabouts::Whereabouts;
use yuanmark::service::orders;

use super::Released;

const PRINTED: &str = "/console/marks/do/printed";

async fn counts(order: &Released) -> [u32; 3] {
    let found = orders::get(&order.site.store, Scope::All, OrderNumber(1)).await;
    let counts = found.unwrap().counts;
    [
        Whereabouts::AtPrinter,
        Whereabouts::SpoiledInPrint,
        Whereabouts::DestroyedInPrint,
    ]
    .map(|place| counts.at(place))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_reported_with_what_is_spoiled_and_destroyed_in_one_go() {
    let order = Released::of(100).await;
    let press = order.of_the_press().await;
    let page = press.open("/console/orders/1").await;
    assert!(page.text().contains("/console/marks/do/printed?order=1"));
    assert!(!page.text().contains("/console/marks/do/activated"));

    let path = format!("{PRINTED}?order=1");
    let form = press.open(&path).await;
    assert!(form.text().contains("name=\"all\" value=\"1\" checked"));
    let batch = order.batch_number();
    let spoiled = format!("98\n{}", order.serial(99));
    let mut fields = vec![
        ("order", "1"),
        ("batch", batch.as_str()),
        ("all", "1"),
        ("spoiled", spoiled.as_str()),
    ];
    // The reason is missing: the field is named, and what was typed stays.
    let wrong = press.fill(&path, &fields).await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.text().contains("href=\"#spoiled_reason\""));
    assert!(wrong.text().contains(&order.serial(99)));

    fields.extend([
        ("spoiled_reason", "印刷模糊"),
        ("date", "2026-04-02"),
        ("witness1", "证人甲"),
        ("witness2", "证人乙"),
    ]);
    let entries = order.entries().await;
    let summary = press.fill(&path, &fields).await;
    for said in [
        "100 枚：合格 98，作废 2",
        "印制 98 枚",
        "作废 2 枚",
        "销毁 2 枚",
        "不能撤回",
    ] {
        assert!(
            summary.words().contains(said),
            "{said}: {}",
            summary.words()
        );
    }
    assert_eq!(order.entries().await, entries, "nothing is written yet");
    for _ in 0..2 {
        // Confirmed twice, it is done once, and told alike.
        let done = press.confirm(PRINTED, &summary).await;
        assert_eq!(done.heading(), "已办理", "{}", done.words());
        assert!(done.words().contains("印制 98 枚"));
        assert_eq!(order.entries().await, entries + 3);
    }
    assert_eq!(counts(&order).await, [98, 0, 2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_report_is_said_by_its_list() {
    let order = Released::of(20).await;
    let press = order.of_the_press().await;
    let batch = order.batch_number();
    let fields = [
        ("batch", batch.as_str()),
        ("first", "0-9"),
        ("spoiled", "3\n44"),
        ("spoiled_reason", "套印不准"),
    ];
    let wrong = press.fill(PRINTED, &fields).await;
    assert_eq!(wrong.status, 422);
    assert!(
        wrong.text().contains("href=\"#spoiled\""),
        "{}",
        wrong.text()
    );
    assert!(
        wrong.words().contains("第 2 行“44”：超出第 1 批"),
        "{}",
        wrong.words()
    );
    assert_eq!(counts(&order).await, [0, 0, 0], "all or nothing");
    let right = fields.map(|(name, text)| {
        if name == "spoiled" {
            (name, "3")
        } else {
            (name, text)
        }
    });
    let done = press.fill(PRINTED, &right).await;
    assert!(done.words().contains("印制 9 枚"), "{}", done.words());
    assert_eq!(counts(&order).await, [9, 1, 0]);
    // Two ways to say which marks are one too many.
    let both = press
        .fill(PRINTED, &[("batch", "1"), ("all", "1"), ("lines", "4")])
        .await;
    assert!(both.words().contains("只能用一种方式"), "{}", both.words());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_run_that_was_ticked_beforehand_is_told_first_and_gives_way_to_what_is_typed() {
    let order = Released::of(300).await;
    let press = order.of_the_press().await;
    let path = format!("{PRINTED}?order=1");
    let page = press.open(&path).await;
    assert!(page.text().contains("name=\"prefilled\" value=\"all\""));
    let ready = [
        ("order", "1"),
        ("batch", "1"),
        ("all", "1"),
        ("prefilled", "all"),
    ];
    let summary = press.fill(&path, &ready).await;
    assert!(
        summary.words().contains("300 枚：合格 300，作废 0"),
        "{}",
        summary.words()
    );
    assert_eq!(counts(&order).await, [0, 0, 0]);
    let typed = [&ready[..], &[("first", "0"), ("last", "9")]].concat();
    let some = press.fill(&path, &typed).await;
    assert!(some.words().contains("印制 10 枚"), "{}", some.words());
    assert_eq!(counts(&order).await, [10, 0, 0]);
    let only_last = [&ready[..], &[("last", "9")]].concat();
    let wrong = press.fill(&path, &only_last).await;
    assert!(wrong.words().contains("请填起始编号"), "{}", wrong.words());
    let listed = [&ready[..], &[("lines", "10-19")]].concat();
    let some = press.fill(&path, &listed).await;
    assert!(some.words().contains("印制 10 枚"), "{}", some.words());
    let both = [&listed[..], &[("first", "30")]].concat();
    let both = press.fill(&path, &both).await;
    assert!(both.words().contains("只能用一种方式"), "{}", both.words());
}

#[tokio::test(flavor = "multi_thread")]
async fn labels_are_sent_and_received_by_one_click() {
    let order = Released::of(60).await;
    let (press, firm) = (order.of_the_press().await, order.of_the_firm().await);
    press.report_whole_run().await;
    let sent = "/console/marks/do/delivered";
    let wrong = press.fill(sent, &[("batch", "1"), ("first", "0-49")]).await;
    assert!(wrong.text().contains("href=\"#receiver\""));
    let fields = [("batch", "1"), ("first", "0-49"), ("receiver", "王五")];
    assert!(
        press
            .fill(sent, &fields)
            .await
            .words()
            .contains("发放 50 枚")
    );

    let page = firm.open("/console/orders/1").await;
    assert!(
        page.words().contains("王五5050确认签收"),
        "{}",
        page.words()
    );
    let form = page
        .text()
        .split("action=\"/console/marks/do/received\"")
        .nth(1)
        .unwrap();
    let value = |name: &str| {
        let rest = form
            .split(&format!("name=\"{name}\" value=\""))
            .nth(1)
            .unwrap();
        rest.split('"').next().unwrap().to_owned()
    };
    let (request, delivery) = (value("request"), value("delivery"));
    for _ in 0..2 {
        let fields = [
            ("request", request.as_str()),
            ("delivery", delivery.as_str()),
            ("order", "1"),
        ];
        let done = firm.send("/console/marks/do/received", &fields).await;
        assert!(done.words().contains("签收 50 枚"), "{}", done.words());
    }
    let page = firm.open("/console/orders/1").await;
    assert!(page.words().contains("王五500"), "{}", page.words());
    assert!(!page.text().contains("name=\"delivery\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_labels_data_is_taken_by_who_prints_them_and_that_is_noted() {
    let order = Released::of(2_500).await;
    let press = order.of_the_press().await;
    let table = press.open("/console/orders/1/pack").await;
    assert_eq!(
        table.header("content-disposition"),
        Some("attachment; filename=\"labels-order-1.csv\"")
    );
    assert_eq!(table.kind(), "text/csv");
    let lines: Vec<&str> = table.text().lines().collect();
    assert_eq!(lines.len(), 2_501);
    let row = format!("2499,{},HTTPS://V.EXAMPLE.CN/T/", order.serial(2499));
    assert!(lines[2_500].starts_with(&row), "{}", lines[2_500]);
    let firm = order.of_the_firm().await;
    assert_eq!(firm.open("/console/orders/1/pack").await.status, 403);
    let auditor = order.official(Role::Auditor).await;
    let trail = auditor.open("/console/trail").await;
    assert!(trail.text().contains("/console/trail/"));
    let newest = trail.words();
    assert!(newest.contains("领取数据包 订单 1 成功"), "{newest}");

    // Once something is reported as printed, the printing house takes it no more.
    let now = order.batch.issued_at;
    order
        .site
        .change(&order.batch, EventKind::Printed, "0-99", now)
        .await
        .unwrap();
    let again = press.open("/console/orders/1/pack").await;
    assert_eq!(again.status, 409, "{}", again.words());
    assert!(again.words().contains("只印一次"), "{}", again.words());
    assert!(
        !press
            .open("/console/orders/1")
            .await
            .text()
            .contains("/console/orders/1/pack\"")
    );

    // Issued and not released: the registrar's alone. Not issued: nobody's.
    let second = order
        .site
        .order_of_season(&order.licensee, 10, crate::support::server::this_season())
        .await;
    let by = crate::support::installation::call("test", crate::support::installation::morning());
    orders::assign(&order.site.store, &by, second.number, order.printer.number)
        .await
        .unwrap();
    let registrar = order.official(Role::Registrar).await;
    assert_eq!(registrar.open("/console/orders/2/pack").await.status, 409);
    order.site.issue(&second, "second").await.unwrap();
    assert_eq!(press.open("/console/orders/2/pack").await.status, 409);
    assert_eq!(registrar.open("/console/orders/2/pack").await.status, 200);
}
