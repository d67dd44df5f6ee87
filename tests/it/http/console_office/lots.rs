//! A lot from its entry to its recall and back, and who sees it.

use yuanmark::domain::access::{Role, Scope};
use yuanmark::domain::calendar::day_of;
use yuanmark::service::system;

use super::forms::Form;
use super::{approver, done, english_person, licensee, printer, registrar, says, words};
use crate::support::server::{Site, this_season};

fn today() -> String {
    day_of(system::now()).to_string()
}

/// A lot of canned shoots, picked on 1 January of this season.
async fn lot(site: &Site, clerk: &super::Person) -> String {
    site.licensee(0).await;
    let form = clerk.form("/console/lots/new").await;
    assert_eq!(form.get("season"), this_season().to_string());
    let form = form
        .with("licensee", "虚构芦笋企业 0（1）")
        .with("code", "批-01")
        .with("product", "清水芦笋罐头 425 g")
        .with("form", "canned")
        .with("harvested", &format!("{}-01-01", this_season()))
        .with("township", "430981008")
        .with("standard", "示例标准 2026")
        .with("packs", "12,000")
        .with("steps", "去皮\n预煮");
    done(&clerk.send(&form).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_report_recalls_a_lot_and_the_clerk_is_told_so_before() {
    let site = Site::any().await;
    let (clerk, head) = (registrar(&site).await, approver(&site).await);
    let here = lot(&site, &clerk).await;
    let file = clerk.read(&here).await;
    says(
        &file,
        &[
            "批-01",
            "未检",
            "12 000",
            "胭脂湖街道",
            "去皮、预煮",
            "虚构芦笋企业 0（1）",
        ],
    );

    let form = clerk.form(&format!("{here}/report")).await;
    let form = form
        .with("laboratory", "虚构检验所")
        .with("number", "检验-017")
        .with("date", &today())
        .with("result", "failed");
    let summary = clerk.send(&form).await;
    assert_eq!(summary.status, 200);
    says(
        &words(&summary),
        &["请确认", "立即召回这一批次", "0 枚标志"],
    );
    // Nothing has happened yet.
    assert!(clerk.read(&here).await.contains("未检"));
    let form = Form::of(&summary);
    assert_eq!(form.get("laboratory"), "虚构检验所");
    assert_eq!(done(&clerk.send(&form).await), here);
    says(
        &clerk.read(&here).await,
        &["已召回", "检验不合格", "检验-017"],
    );
    // Of a lot that failed its newest test the recall is not taken back: that is said at once, and no summary comes.
    let early = head.form(&format!("{here}/restore")).await;
    let early = early.with("reason", "误召").with("document", "决定1号");
    let refused = head.send(&early).await;
    assert_eq!(refused.status, 422);
    says(&words(&refused), &["最近一次检验不合格"]);
    // Sent twice, it is done once.
    assert_eq!(done(&clerk.send(&form).await), here);

    // The clerk may not restore it; the approver may, with a document.
    assert_eq!(clerk.open(&format!("{here}/restore")).await.status, 403);
    let form = clerk.form(&format!("{here}/report")).await;
    let form = form
        .with("laboratory", "虚构检验所")
        .with("number", "检验-018")
        .with("date", &today())
        .with("result", "passed");
    assert_eq!(done(&clerk.send(&form).await), here);
    let form = head.form(&format!("{here}/restore")).await;
    let form = form.with("reason", "复检合格");
    let refused = head.send(&form).await;
    assert_eq!(refused.status, 422);
    says(&words(&refused), &["不能为空"]);
    assert_eq!(Form::of(&refused).get("reason"), "复检合格");
    let form = Form::of(&refused).with("document", "决定2号");
    let summary = head.send(&form).await;
    says(&words(&summary), &["请确认", "0 枚标志立即恢复有效"]);
    assert!(head.read(&here).await.contains("已召回"));
    assert_eq!(done(&head.send(&Form::of(&summary)).await), here);
    let form = head.form(&format!("{here}/recall")).await;
    let form = form.with("reason", "抽检发现异物");
    let summary = head.send(&form).await;
    says(&words(&summary), &["公开原因：抽检发现异物"]);
    assert_eq!(done(&head.send(&Form::of(&summary)).await), here);
    says(
        &head.read(&here).await,
        &["已召回", "抽检发现异物", "解除召回"],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lot_that_cannot_be_names_every_wrong_field_in_both_languages() {
    let site = Site::any().await;
    site.licensee(0).await;
    let chinese = registrar(&site).await;
    let english = english_person(&site, "reader", Role::Registrar, Scope::All).await;
    for (clerk, told) in [
        (
            &chinese,
            [
                "包数应为 1 至 16777216 之间的整数",
                "年度应为 2000 至 2255 之间的年份",
                "没有合法使用人 77",
                "日期应写明年、月、日",
            ],
        ),
        (
            &english,
            [
                "a lot has from 1 to 16777216 packs, a whole number",
                "a season is a year from 2000 to 2255",
                "there is no licensee 77",
                "a day is written as year, month and day",
            ],
        ),
    ] {
        let form = clerk.form("/console/lots/new").await;
        let form = form
            .with("licensee", "77")
            .with("code", "<script>alert(1)</script>")
            .with("product", "罐头")
            .with("form", "canned")
            .with("harvested", "yesterday")
            .with("season", "26")
            .with("township", "430981008")
            .with("standard", "示例标准 2026")
            .with("packs", "0");
        let reply = clerk.send(&form).await;
        assert_eq!(reply.status, 422);
        assert!(!reply.text().contains("<script>"));
        says(&words(&reply), &told);
        // What was typed is kept.
        let again = Form::of(&reply);
        for (name, value) in &form.fields {
            assert_eq!(again.get(name), value, "{name}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_sees_their_own_lots() {
    let site = Site::any().await;
    let clerk = registrar(&site).await;
    let here = lot(&site, &clerk).await;
    let other = site.licensee(1).await;
    let (own, foreign) = (
        licensee(&site, yuanmark::domain::licensee::LicenseeNumber(1)).await,
        licensee(&site, other.number).await,
    );
    says(&own.read("/console/lots").await, &["批-01"]);
    says(&own.read(&here).await, &["批-01"]);
    assert!(!foreign.read("/console/lots").await.contains("批-01"));
    // Not by asking for it, either.
    assert!(
        !foreign
            .read("/console/lots?licensee=1")
            .await
            .contains("批-01")
    );
    let table = foreign
        .open("/console/lots/table?format=csv&licensee=1")
        .await;
    assert_eq!(table.status, 200);
    assert!(!table.text().contains("批-01"));
    assert_eq!(foreign.open(&here).await.status, 404);
    let table = own.open("/console/lots/table?format=csv").await;
    says(table.text(), &["批-01", "清水芦笋罐头"]);
    let press = printer(&site, site.printer().await.number).await;
    for path in ["/console/lots", "/console/lots/table", here.as_str()] {
        assert_eq!(press.open(path).await.status, 403, "{path}");
    }
    // A licensee's own person enters lots for nobody else.
    let form = foreign.form("/console/lots/new").await;
    assert!(form.fields.iter().all(|(name, _)| name != "licensee"));
    let form = form
        .with("code", "批-02")
        .with("product", "罐头")
        .with("form", "canned")
        .with("harvested", &format!("{}-01-01", this_season()))
        .with("township", "430981008")
        .with("standard", "示例标准 2026")
        .with("packs", "10")
        .ticked("licensee", "1");
    let mine = done(&foreign.send(&form).await);
    assert_eq!(own.open(&mine).await.status, 404);
    says(&foreign.read(&mine).await, &["虚构芦笋企业 1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_sorted_by_its_address() {
    let site = Site::any().await;
    let clerk = registrar(&site).await;
    for number in [1, 0, 2] {
        site.licensee(number).await;
    }
    let order = |page: &str| -> Vec<usize> {
        let mut places: Vec<(usize, usize)> = (0..3)
            .map(|one| (page.find(&format!("虚构芦笋企业 {one}")).unwrap(), one))
            .collect();
        places.sort_unstable();
        places.into_iter().map(|(_, one)| one).collect()
    };
    for (sort, sorted) in [
        ("", [1, 0, 2]),
        ("number", [1, 0, 2]),
        ("-number", [2, 0, 1]),
        ("name", [0, 1, 2]),
        ("-name", [2, 1, 0]),
        // What is no column sorts nothing.
        ("body", [1, 0, 2]),
    ] {
        let page = clerk.read(&format!("/console/licensees?sort={sort}")).await;
        assert_eq!(order(&page), sorted, "{sort}");
    }
    let page = clerk
        .open("/console/licensees?sort=name&state=active")
        .await;
    says(
        page.text(),
        &["aria-sort=\"ascending\"", "?state=active&#38;sort=-name"],
    );
}
