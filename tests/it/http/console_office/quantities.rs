//! Entitlements, transfers and printers.

use yuanmark::domain::access::{Role, Scope};
use yuanmark::domain::licensee::LicenseeNumber;
use yuanmark::service::licensees;

use super::forms::Form;
use super::{Person, approver, done, english_person, licensee, printer, registrar, says, words};
use crate::support::server::{Site, percent_encoded, this_season};

/// An entitlement of a season, granted at the page: 1,000 mu, packs of 500 g.
async fn granted(clerk: &Person, number: u16, season: u16) -> String {
    let form = clerk
        .form(&format!("/console/entitlements/grant?licensee={number}"))
        .await;
    let form = form
        .with("season", &season.to_string())
        .with("form", "canned")
        .with("area", "1000")
        .with("grams", "500")
        .with("document", "测产1号");
    let summary = clerk.send(&form).await;
    says(
        &words(&summary),
        &["1000 亩 × 300 千克/亩 × 400‰ ÷ 500 克 = 240 000 枚"],
    );
    done(&clerk.send(&Form::of(&summary)).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entitlement_is_worked_out_before_it_is_granted() {
    let site = Site::any().await;
    site.licensee(0).await;
    let (clerk, head) = (registrar(&site).await, approver(&site).await);
    let season = this_season();
    let form = clerk.form("/console/entitlements/grant?licensee=1").await;
    assert_eq!(form.get("licensee"), "虚构芦笋企业 0（1）");
    let form = form
        .with("form", "canned")
        .with("area", "1000")
        .with("grams", "500")
        .with("document", "测产1号");
    let stale = Form::of(&clerk.send(&form).await);
    // Between summary and confirmation other coefficients are set: the new result is shown, nothing is granted.
    let set = head.form("/console/coefficients/set").await;
    let set = set
        .with("kg", "250")
        .with("document", "核定1号")
        .with("carry-canned", "1001");
    let refused = head.send(&set).await;
    says(&words(&refused), &["应为 0 至 1000 之间的整数"]);
    let summary = head
        .send(&Form::of(&refused).with("carry-canned", "250"))
        .await;
    says(&words(&summary), &["每亩产量（千克）：250", "核定1号"]);
    done(&head.send(&Form::of(&summary)).await);
    let again = clerk.send(&stale).await;
    assert_eq!(again.status, 200);
    says(
        &words(&again),
        &["250 千克/亩", "= 200 000 枚（第 1 版系数）"],
    );
    let here = done(&clerk.send(&Form::of(&again)).await);
    assert_eq!(here, format!("/console/entitlements/{season}/1/canned"));
    says(&clerk.read(&here).await, &["200 000", "1000", "核定额度"]);

    // The registrar may not adjust it; the approver may, and sees both balances first.
    assert_eq!(clerk.open(&format!("{here}/adjust")).await.status, 403);
    let form = head.form(&format!("{here}/adjust")).await;
    let form = form
        .with("way", "fewer")
        .with("marks", "200001")
        .with("reason", "洪涝减产")
        .with("document", "核定2号");
    let refused = head.send(&form).await;
    says(&words(&refused), &["余额只有 200000 枚"]);
    let half = head.send(&Form::of(&refused).with("marks", "50 00")).await;
    says(&words(&half), &["整数"]);
    let summary = head.send(&Form::of(&half).with("marks", "50 000")).await;
    says(
        &words(&summary),
        &["余额由 200 000 变为 150 000", "洪涝减产（核定2号）"],
    );
    done(&head.send(&Form::of(&summary)).await);
    says(
        &clerk.read(&here).await,
        &["150 000", "−50 000", "调整额度"],
    );
    says(
        &clerk
            .read(&format!("/console/entitlements?season={season}&licensee=1"))
            .await,
        &["虚构芦笋企业 0（1）", "150 000"],
    );
    let table = clerk.open("/console/entitlements/table?format=csv").await;
    says(table.text(), &["150000", "1000.00"]);
    assert!(
        !clerk
            .read("/console/entitlements?form=fresh")
            .await
            .contains("150")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_season_is_closed_after_its_sums_were_seen() {
    let site = Site::any().await;
    for number in [0, 1] {
        site.licensee(number).await;
    }
    let clerk = registrar(&site).await;
    let (last, now) = (this_season() - 1, this_season());
    let here = granted(&clerk, 1, last).await;
    granted(&clerk, 2, last).await;
    // This year's books stay open.
    let open = granted(&clerk, 1, now).await;
    let form = clerk.form(&format!("{open}/close")).await;
    let summary = Form::of(&clerk.send(&form).await);
    says(&words(&clerk.send(&summary).await), &["年度尚未结束"]);

    let form = clerk.form("/console/entitlements/close").await;
    assert_eq!(form.get("season"), last.to_string());
    let summary = clerk.send(&form).await;
    says(
        &words(&summary),
        &[
            "共 2 笔额度办理结转，办理后不能撤销",
            "罐头：2 笔，转入下年 240 000 枚，失效 240 000 枚",
        ],
    );
    // One is closed by itself meanwhile: the sums are shown anew.
    let one = clerk.form(&format!("{here}/close")).await;
    let one = clerk.send(&one).await;
    says(
        &words(&one),
        &["余额 240 000 枚：转入下年 120 000 枚，失效 120 000 枚"],
    );
    assert_eq!(done(&clerk.send(&Form::of(&one)).await), here);
    let summary = clerk.send(&Form::of(&summary)).await;
    says(&words(&summary), &["共 1 笔额度"]);
    done(&clerk.send(&Form::of(&summary)).await);
    let file = clerk.read(&here).await;
    says(&file, &["已结转", "转入下年120 000"]);
    says(&clerk.read(&open).await, &["上年结转120 000", "360 000"]);
    let again = clerk.form("/console/entitlements/close").await;
    says(&words(&clerk.send(&again).await), &["没有待结转的额度"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transfer_is_confirmed_by_both_sides() {
    let site = Site::any().await;
    let (one, two, three) = (
        site.licensee(0).await,
        site.licensee(1).await,
        site.licensee(2).await,
    );
    let clerk = registrar(&site).await;
    granted(&clerk, 1, this_season()).await;
    let (giver, receiver, foreign) = (
        licensee(&site, one.number).await,
        licensee(&site, two.number).await,
        licensee(&site, three.number).await,
    );
    // A licensee's person names the other side in full; a number tells nothing.
    let form = giver.form("/console/transfers/new").await;
    assert!(form.fields.iter().all(|(name, _)| name != "licensee"));
    let form = form
        .with("to", "2")
        .with("form", "canned")
        .with("marks", "1000");
    let refused = giver.send(&form).await;
    says(&words(&refused), &["没有名称或代码如此的合法使用人"]);
    let form = Form::of(&refused).with("to", "虚构芦笋企业 1");
    let here = done(&giver.send(&form).await);
    assert_eq!(foreign.open(&here).await.status, 404);
    let confirm = format!("{here}/confirm");
    assert_eq!(foreign.open(&confirm).await.status, 404);
    for person in [&giver, &receiver] {
        let form = person.form(&confirm).await;
        done(&person.send(&form).await);
    }
    says(&giver.read(&here).await, &["已完成", "firm-1", "firm-2"]);
    says(
        &receiver
            .read(&format!("/console/entitlements/{}/2/canned", this_season()))
            .await,
        &["划入1 000", "+1 000"],
    );
    // Done is done.
    let form = Form {
        address: format!("{here}/withdraw"),
        fields: Vec::new(),
    };
    let refused = giver.send(&form).await;
    says(&words(&refused), &["已是“已完成”状态"]);

    // One that is not done is withdrawn; the clerk says for which side a confirmation is.
    let form = clerk.form("/console/transfers/new?licensee=1").await;
    let form = form
        .with("to", "虚构芦笋企业 1（2）")
        .with("form", "canned")
        .with("marks", "5");
    let here = done(&clerk.send(&form).await);
    let form = clerk.form(&format!("{here}/confirm")).await;
    says(
        &words(&clerk.send(&form).await),
        &["代表哪一方确认", "不能为空"],
    );
    done(&clerk.send(&form.with("side", "1")).await);
    let form = clerk.form(&format!("{here}/withdraw")).await;
    done(&clerk.send(&form).await);
    says(
        &clerk.read("/console/transfers?state=dropped").await,
        &["已撤回"],
    );
    // The word stands in the filter as well.
    says(
        &foreign.read("/console/transfers").await,
        &["没有符合条件的记录"],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn printers_are_entered_and_ended() {
    let site = Site::any().await;
    let clerk = registrar(&site).await;
    let english = english_person(&site, "reader", Role::Registrar, Scope::All).await;
    let firm = licensee(&site, site.licensee(0).await.number).await;
    for (clerk, told) in [
        (&clerk, "不会出现在代码中"),
        (&english, "never occurs in one"),
    ] {
        let form = clerk.form("/console/printers/new").await;
        let form = form
            .with("name", "虚构彩印有限公司")
            .with("uscc", "51430981MJJTEXT52S")
            .with("licence", "印证字001号");
        let refused = clerk.send(&form).await;
        let said = words(&refused);
        says(&said, &[told]);
        assert_eq!(refused.status, 422);
    }
    let form = clerk.form("/console/printers/new").await;
    let form = form
        .with("name", "虚构彩印有限公司")
        .with("uscc", "51430981MJJTEXT52T")
        .with("licence", "印证字001号");
    let here = done(&clerk.send(&form).await);
    assert_eq!(here, "/console/printers/1");
    let press = printer(&site, yuanmark::domain::printer::PrinterNumber(1)).await;
    says(
        &press.read("/console/printers").await,
        &["虚构彩印有限公司"],
    );
    assert_eq!(press.open("/console/printers/2").await.status, 404);
    // Of the table too, what is its own.
    assert_eq!(press.open("/console/printers/table").await.status, 200);
    for path in [
        "/console/printers",
        "/console/printers/table",
        here.as_str(),
    ] {
        assert_eq!(firm.open(path).await.status, 403, "{path}");
    }
    let form = clerk.form("/console/printers/1/end").await;
    let summary = clerk.send(&form.with("reason", "许可证到期")).await;
    says(&words(&summary), &["也不能恢复"]);
    done(&clerk.send(&Form::of(&summary)).await);
    says(&clerk.read(&here).await, &["已停用", "许可证到期"]);
    // It is offered to no order any more.
    let one = licensees::get(&site.store, Scope::All, LicenseeNumber(1))
        .await
        .unwrap();
    let order = site.order_of_season(&one, 10, this_season()).await;
    let page = clerk
        .open(&format!("/console/orders/{}/assign", order.number))
        .await;
    assert!(!page.text().contains("虚构彩印有限公司"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_granted_is_said_before_the_summary() {
    let site = Site::any().await;
    site.licensee(0).await;
    let clerk = registrar(&site).await;
    let form = clerk.form("/console/entitlements/grant?licensee=1").await;
    // The base of the firm is what is surveyed, unless less was.
    let base = form.get("area").to_owned();
    assert!(base.parse::<f64>().unwrap() > 0.0, "{base}");
    let form = form
        .with("form", "canned")
        .with("grams", "500")
        .with("document", "测产1号");
    let too_much = clerk.send(&form.clone().with("area", "999999")).await;
    assert_eq!(too_much.status, 422);
    says(&words(&too_much), &["基地只有"]);
    let summary = clerk.send(&form).await;
    says(&words(&summary), &["请确认"]);
    done(&clerk.send(&Form::of(&summary)).await);
    let again = clerk.form("/console/entitlements/grant?licensee=1").await;
    let again = again
        .with("form", "canned")
        .with("grams", "500")
        .with("document", "测产2号");
    let again = clerk.send(&again).await;
    assert_eq!(again.status, 422, "{}", words(&again));
    // Whose right is not in force is offered neither.
    let here = "/console/licensees/1";
    let steps = [
        "/console/entitlements/grant?licensee=1",
        "/console/lots/new?licensee=1",
    ];
    says(clerk.open(here).await.text(), &steps);
    let head = approver(&site).await;
    let form = head.form(&format!("{here}/steps/suspend")).await;
    let form = form.with("ground", "核查").with("document", "决定9号");
    assert_eq!(done(&head.send(&form).await), here);
    let file = clerk.open(here).await;
    assert!(!steps.iter().any(|step| file.text().contains(step)));
}

/// An address as a browser sends it.
fn encoded(path: &str) -> String {
    let kept = |c: char| c.is_ascii() && c != ' ';
    path.chars()
        .map(|c| match kept(c) {
            true => c.to_string(),
            false => percent_encoded(&c.to_string()),
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_condition_that_cannot_be_read_is_said_at_its_field_and_nothing_is_listed() {
    let site = Site::any().await;
    for number in 0..2 {
        let one = site.licensee(number).await;
        site.order_of_season(&one, 10, this_season()).await;
    }
    let clerk = registrar(&site).await;
    for (path, told) in [
        ("/console/orders?season=abc", "年度应为"),
        ("/console/orders?licensee=虚构", "有多个相近的名称"),
        ("/console/orders?state=gone", "请从所列选项中选择"),
        ("/console/lots?licensee=虚构", "有多个相近的名称"),
        ("/console/transfers?licensee=虚构", "有多个相近的名称"),
        ("/console/entitlements?licensee=虚构", "有多个相近的名称"),
        ("/console/ledger?licensee=虚构", "有多个相近的名称"),
        ("/console/ledger?order=x", "编号应为大于零的整数"),
        (
            "/console/batches?licensee=甲洲",
            "没有名称或代码如此的合法使用人",
        ),
        ("/console/batches?season=26", "年度应为"),
    ] {
        let page = clerk.read(&encoded(path)).await;
        says(&page, &[told, "条件有误，请改正后再查"]);
        assert!(!page.contains("清水芦笋罐头"), "{path}: {page}");
    }
    for (path, told) in [
        (
            "/console/reports?licensee=甲洲",
            "没有名称或代码如此的合法使用人",
        ),
        (
            "/console/reports/scans?from=2026-05-02&until=2026-05-01",
            "起始日期晚于截止日期",
        ),
        (
            "/console/reports/scans?from=yesterday",
            "日期应写明年、月、日",
        ),
    ] {
        says(&clerk.read(&encoded(path)).await, &[told]);
    }
    says(
        &clerk
            .read(&encoded("/console/orders?licensee=虚构芦笋企业 1"))
            .await,
        &["虚构芦笋企业 1（2）"],
    );
    let table = clerk
        .open("/console/orders/table?format=csv&season=abc")
        .await;
    assert_ne!(table.status, 200);
    let english = english_person(&site, "reader", Role::Registrar, Scope::All).await;
    says(
        &english.read("/console/orders?season=abc").await,
        &["a season is a year from 2000 to 2255"],
    );
}
