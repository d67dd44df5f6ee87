//! The warehouse and the market: activated, used, spoiled, lost, returned, destroyed, frozen, revoked.

use encoding_rs::GB18030;
use yuanmark::domain::access::Role;
use yuanmark::domain::event::{EventKind, Withdrawal};
use yuanmark::service::lots;

use super::Released;
use crate::support::installation::{call, line, morning};

fn path(event: &str) -> String {
    format!("/console/marks/do/{event}")
}

#[tokio::test(flavor = "multi_thread")]
async fn marks_are_activated_by_what_a_scanner_reads_for_a_lot_that_has_passed() {
    let order = Released::received(100).await;
    let firm = order.of_the_firm().await;
    let page = firm.open(&path("activated")).await;
    assert!(
        page.words().contains("目前没有检验合格的生产批次"),
        "{}",
        page.words()
    );
    order.site.lot(&order.batch, morning()).await;
    let page = firm.open(&path("activated")).await;
    assert!(
        page.words().contains("L-1 清水芦笋罐头 425 g"),
        "{}",
        page.words()
    );

    let address = format!(
        "https://v.example.cn/t/{}",
        order.site.link(&order.batch, 0)
    );
    let last = order.serial(49).to_lowercase().replace('-', " ");
    let fields = [
        ("lot", "1"),
        ("first", address.as_str()),
        ("last", last.as_str()),
    ];
    let done = firm.fill(&path("activated"), &fields).await;
    assert!(done.words().contains("激活 50 枚"), "{}", done.words());
    let again = firm.fill(&path("activated"), &fields).await;
    assert_eq!(again.heading(), "没有变化");
    assert!(
        again.words().contains("50 枚先前已登记"),
        "{}",
        again.words()
    );

    // Good and bad lines together: told one by one, and the good ones can be taken.
    let lines = format!("{}\nnonsense\n51-52\n# a comment", order.serial(50));
    let fields = [("lot", "1"), ("batch", "1"), ("lines", lines.as_str())];
    let wrong = firm.fill(&path("activated"), &fields).await;
    assert_eq!(wrong.status, 422);
    assert!(
        wrong
            .words()
            .contains("第 2 行“nonsense”：不是标志编号、序号或号段"),
        "{}",
        wrong.words()
    );
    assert!(
        wrong.words().contains("只办理可以办理的 3 枚"),
        "{}",
        wrong.words()
    );
    let request = super::person::hidden(&wrong, "request");
    let mut fields = fields.to_vec();
    fields.extend([("request", request.as_str()), ("skip_bad", "1")]);
    let done = firm.send(&path("activated"), &fields).await;
    assert!(done.words().contains("激活 3 枚"), "{}", done.words());
    assert!(
        done.words().contains("2nonsense不是标志编号"),
        "{}",
        done.words()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_comes_as_a_file_of_any_encoding() {
    let order = Released::received(30).await;
    let firm = order.of_the_firm().await;
    let list = format!("# 已使用的标志\r\n{}\r\n7-9\r\n", order.serial(3));
    let (bytes, ..) = GB18030.encode(&list);
    // None of them was ever activated: that is said first, and afterwards with the way to them.
    let entries = order.entries().await;
    let summary = firm.attach(&path("used"), &[("batch", "1")], &bytes).await;
    assert!(summary.words().contains("请确认"), "{}", summary.words());
    let range = format!(
        "不应使用：{} – {}（3 枚）",
        order.serial(7),
        order.serial(9)
    );
    assert!(summary.words().contains(&range), "{}", summary.words());
    assert_eq!(order.entries().await, entries);
    let done = firm.confirm(&path("used"), &summary).await;
    assert!(done.words().contains("使用 4 枚"), "{}", done.words());
    assert!(
        done.words().contains("4 枚未激活或已停用"),
        "{}",
        done.words()
    );
    let to = format!("href=\"/console/marks/{}\"", order.serial(7));
    assert!(done.text().contains(&to), "{}", done.text());
    let excel = firm
        .attach(&path("used"), &[("batch", "1")], b"PK\x03\x04....")
        .await;
    assert_eq!(excel.status, 422);
    assert!(excel.words().contains("Excel"), "{}", excel.words());
    // A file of the list is on the page that comes back, so that the summary and a mistake keep it.
    let wrong = firm
        .attach(&path("used"), &[("batch", "1")], b"nonsense\n10")
        .await;
    assert!(
        wrong.text().contains("nonsense\n10</textarea>"),
        "{}",
        wrong.text()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_final_is_told_before_it_is_done() {
    let order = Released::received(100).await;
    let firm = order.of_the_firm().await;
    let entries = order.entries().await;
    let lost = [("batch", "1"), ("first", "0-4"), ("reason", "运输途中遗失")];
    let summary = firm.fill(&path("lost"), &lost).await;
    for said in [
        "遗失 5 枚",
        "订单 1，标志批 1，虚构芦笋企业 0：5 枚",
        "不能撤回",
    ] {
        assert!(
            summary.words().contains(said),
            "{said}: {}",
            summary.words()
        );
    }
    assert_eq!(order.entries().await, entries);
    let done = firm.confirm(&path("lost"), &summary).await;
    assert!(done.words().contains("遗失 5 枚"), "{}", done.words());

    let spoiled = [
        ("batch", "1"),
        ("first", "5"),
        ("last", "6"),
        ("reason", "破损"),
    ];
    assert!(
        firm.fill(&path("spoiled"), &spoiled)
            .await
            .words()
            .contains("作废 2 枚")
    );
    let returned = [
        ("batch", "1"),
        ("first", "7-9"),
        ("reason", "未售"),
        ("receiver", "李四"),
    ];
    assert!(
        firm.fill(&path("returned"), &returned)
            .await
            .words()
            .contains("退回 3 枚")
    );
    let mut destroyed = vec![
        ("batch", "1"),
        ("first", "5-9"),
        ("reason", "作废"),
        ("witness1", "甲"),
    ];
    let wrong = firm.fill(&path("destroyed"), &destroyed).await;
    assert!(wrong.text().contains("href=\"#witness2\""));
    destroyed.extend([("witness2", "乙"), ("date", "2026-04-02")]);
    let summary = firm.fill(&path("destroyed"), &destroyed).await;
    let done = firm.confirm(&path("destroyed"), &summary).await;
    assert!(done.words().contains("销毁 5 枚"), "{}", done.words());
}

#[tokio::test(flavor = "multi_thread")]
async fn marks_are_frozen_let_go_and_revoked_by_who_may() {
    let order = Released::received(50).await;
    let inspector = order.official(Role::Inspector).await;
    let approver = order.official(Role::Approver).await;
    let fields = [("batch", "1"), ("first", "0-9"), ("reason", "核查")];
    let page = inspector.open("/console/orders/1").await;
    assert!(page.text().contains("/console/marks/do/frozen?order=1"));
    assert!(!page.text().contains("/console/marks/do/undo_frozen"));
    assert!(
        inspector
            .fill(&path("frozen"), &fields)
            .await
            .words()
            .contains("冻结 10 枚")
    );
    let page = inspector.open("/console/orders/1").await;
    assert!(page.text().contains("/console/marks/do/undo_frozen"));
    assert!(
        inspector
            .fill(&path("undo_frozen"), &fields)
            .await
            .words()
            .contains("解除冻结 10 枚")
    );
    assert_eq!(inspector.open(&path("revoked")).await.status, 403);
    let summary = approver.fill(&path("revoked"), &fields).await;
    let done = approver.confirm(&path("revoked"), &summary).await;
    assert!(done.words().contains("撤销 10 枚"), "{}", done.words());
}

#[tokio::test(flavor = "multi_thread")]
async fn much_at_once_is_told_before_it_is_done() {
    let order = Released::received(5_002).await;
    let firm = order.of_the_firm().await;
    order.site.lot(&order.batch, morning()).await;
    let activated = path("activated");
    let one = [("lot", "1"), ("batch", "1"), ("first", "5001")];
    assert_eq!(firm.fill(&activated, &one).await.heading(), "已办理");
    let many = [("lot", "1"), ("batch", "1"), ("first", "0-5000")];
    let summary = firm.fill(&activated, &many).await;
    assert!(
        summary.words().contains("激活 5 001 枚"),
        "{}",
        summary.words()
    );
    let done = firm.confirm(&activated, &summary).await;
    assert_eq!(done.heading(), "已办理");
}

#[tokio::test(flavor = "multi_thread")]
async fn marks_that_become_good_again_are_counted_before_a_recall_is_taken_back() {
    let order = Released::received(100).await;
    let store = &order.site.store;
    let lot = order.site.lot(&order.batch, morning()).await;
    for (event, marks) in [
        (EventKind::Activated, "0-49"),
        (EventKind::Withdrawn(Withdrawal::Frozen), "0-9"),
    ] {
        let done = order.site.change(&order.batch, event, marks, morning());
        done.await.unwrap();
    }
    let by = call("科长", morning());
    lots::recall(store, &by, lot, line("抽检"), None)
        .await
        .unwrap();
    let approver = order.official(Role::Approver).await;
    let restore = format!("/console/lots/{lot}/restore");
    let fields = [("reason", "复检合格"), ("document", "决定2号")];
    let entries = order.entries().await;
    let summary = approver.fill(&restore, &fields).await;
    for said in ["40 枚标志立即恢复有效", "另有 10 枚因其他原因仍然停用"] {
        assert!(summary.words().contains(said), "{}", summary.words());
    }
    assert_eq!(order.entries().await, entries);
    approver.confirm(&restore, &summary).await;
    assert_eq!(order.entries().await, entries + 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lot_that_is_not_offered_is_told_with_the_reason() {
    let order = Released::received(10).await;
    let firm = order.of_the_firm().await;
    let lot = order.site.lot(&order.batch, morning()).await;
    let by = call("科长", morning());
    lots::recall(&order.site.store, &by, lot, line("抽检"), None)
        .await
        .unwrap();
    let page = firm.open(&format!("{}?order=1", path("activated"))).await;
    assert!(
        page.words().contains("L-1 不能选择：生产批次 1 已召回"),
        "{}",
        page.words()
    );
    let wrong = firm
        .fill(&path("activated"), &[("batch", "1"), ("first", "0")])
        .await;
    assert!(
        wrong.words().contains("请选择检验合格的批次"),
        "{}",
        wrong.words()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_leads_to_its_form_with_the_batch_chosen() {
    let order = Released::received(10).await;
    let firm = order.of_the_firm().await;
    let page = firm.open("/console").await;
    let to = "/console/marks/do/activated?order=1";
    assert!(page.text().contains(to), "{}", page.text());
    let form = firm.open(to).await;
    assert!(
        form.text().contains("<option value=\"1\" selected>"),
        "{}",
        form.text()
    );
    assert_eq!(
        firm.open("/console/").await.header("location"),
        Some("/console")
    );
}
