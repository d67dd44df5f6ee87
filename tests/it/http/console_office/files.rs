//! A licensee's file: entered, changed by two clerks at once, and a step withdrawn.

use yuanmark::domain::access::{Role, Scope};
use yuanmark::domain::calendar::day_of;
use yuanmark::domain::licensee::LicenseeNumber;
use yuanmark::service::{ledger, licensees, system};
use yuanmark::store::ledger::Filter;

use super::forms::Form;
use super::{approver, done, english_person, person, registrar, says, words};
use crate::support::installation::USCCS;
use crate::support::server::Site;

#[tokio::test(flavor = "multi_thread")]
async fn an_application_is_entered_with_everything_it_says() {
    let site = Site::any().await;
    let clerk = registrar(&site).await;
    let form = clerk.form("/console/licensees/new").await;
    let form = form
        .with("uscc", USCCS[0])
        .with("name", "虚构芦笋合作社")
        .with("basis", "gi_product")
        .with("basis_documents", "公告625号\n注册证9号")
        .with("products", "清水芦笋罐头")
        .with("standards", "示例标准")
        .with("area-430981008", "1200.5")
        .with("area-430981006", "1.234")
        .with("person", "某人")
        .ticked("forms", "canned")
        .ticked("forms", "fresh");
    let refused = clerk.send(&form).await;
    assert_eq!(refused.status, 422);
    says(
        &words(&refused),
        &["缺少版本", "面积以亩为单位，最多两位小数"],
    );
    let again = Form::of(&refused);
    assert_eq!(again.get("area-430981006"), "1.234");
    assert_eq!(again.get("basis_documents"), "公告625号\n注册证9号");
    let form = again
        .with("standards", "示例标准 2026")
        .with("area-430981006", "300");
    let here = done(&clerk.send(&form).await);
    says(
        &clerk.read(&here).await,
        &[
            "申请",
            "公告625号；注册证9号",
            "示例标准 2026",
            "琼湖街道 300 亩；胭脂湖街道 1200.50 亩；合计 1500.50 亩",
            "鲜品；罐头",
            "某人",
        ],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_of_two_clerks_is_told_what_the_first_changed() {
    let site = Site::any().await;
    site.licensee(0).await;
    let first = registrar(&site).await;
    let second = person(&site, "second", Role::Registrar, Scope::All).await;
    let third = english_person(&site, "third", Role::Registrar, Scope::All).await;
    let here = "/console/licensees/1/change";
    let (one, two, three) = (
        first.form(here).await,
        second.form(here).await,
        third.form(here).await,
    );
    assert_eq!(one.get("revision"), "1");
    assert_eq!(one.get("area-430981006"), "700000");

    let one = one
        .with("phone", "0737-1")
        .with("products", "清水芦笋罐头")
        .with("area-430981008", "50");
    assert_eq!(done(&first.send(&one).await), "/console/licensees/1");

    // The second changed the telephone too, and the address alone.
    let two = two.with("phone", "0737-2").with("address", "琼湖街道 2 号");
    let told = second.send(&two).await;
    assert_eq!(told.status, 422);
    says(
        &words(&told),
        &[
            "没有覆盖任何内容",
            "registrar 于",
            "将联系电话由（空）改为“0737-1”；栏中仍是您填写的内容",
            "将产品由（空）改为“清水芦笋罐头”；已列入本表",
            "将胭脂湖街道的基地面积由（空）改为“50”",
        ],
    );
    let kept = licensees::get(&site.store, Scope::All, LicenseeNumber(1))
        .await
        .unwrap();
    assert_eq!(kept.revision, 2);
    assert_eq!(kept.particulars.contact.address, None);
    // What was typed is there, and what the first changed alone.
    let form = Form::of(&told);
    assert_eq!(form.get("phone"), "0737-2");
    assert_eq!(form.get("address"), "琼湖街道 2 号");
    assert_eq!(form.get("products"), "清水芦笋罐头");
    assert_eq!(form.get("area-430981008"), "50");
    assert_eq!(form.get("revision"), "2");
    assert_eq!(done(&second.send(&form).await), "/console/licensees/1");
    let kept = licensees::get(&site.store, Scope::All, LicenseeNumber(1))
        .await
        .unwrap();
    let contact = &kept.particulars.contact;
    assert_eq!(contact.phone.as_ref().unwrap().as_str(), "0737-2");
    assert_eq!(contact.address.as_ref().unwrap().as_str(), "琼湖街道 2 号");
    assert_eq!(kept.particulars.products.len(), 1);
    assert_eq!(kept.revision, 3);

    // The third, who is two versions behind, is told of both, in English.
    let told = third.send(&three.with("person", "某人")).await;
    says(
        &words(&told),
        &[
            "Nothing was overwritten",
            "registrar changed telephone at",
            "from nothing to “0737-1”",
            "second changed telephone at",
            "from “0737-1” to “0737-2”",
        ],
    );
    assert_eq!(Form::of(&told).get("phone"), "0737-2");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proposed_end_says_until_when_marks_stay_good_and_can_be_withdrawn() {
    let site = Site::any().await;
    site.licensee(0).await;
    let head = approver(&site).await;
    let second = person(&site, "second", Role::SecondApprover, Scope::All).await;
    let clerk = registrar(&site).await;
    let form = head.form("/console/licensees/1/steps/exit").await;
    let form = form
        .with("ground", "多次抽检不合格")
        .with("document", "决定1号")
        .with("good_until", "2031-12-31");
    let summary = head.send(&form).await;
    says(&words(&summary), &["在市标志有效至 2032-01-01 00:00"]);
    let here = done(&head.send(&Form::of(&summary)).await);
    says(
        &clerk.read(&here).await,
        &["待另一人复核", "多次抽检不合格"],
    );
    says(
        &second.read(&format!("{here}/confirm")).await,
        &[
            "多次抽检不合格",
            "决定1号",
            "在市标志有效至 2032-01-01 00:00",
            "统一社会信用代码：",
            "标志结存：在手 0 枚",
            "未结订单：0 个",
            "查看使用人档案",
        ],
    );
    assert_eq!(clerk.open(&format!("{here}/drop")).await.status, 403);
    let drop = head.form(&format!("{here}/drop")).await;
    assert_eq!(done(&head.send(&drop).await), here);
    let file = clerk.read(&here).await;
    assert!(!file.contains("待另一人复核"));
    says(&file, &["有效"]);
    // Proposed once more, the second person sends it back, and says why.
    let form = head.form("/console/licensees/1/steps/exit").await;
    let form = form
        .with("ground", "多次抽检不合格")
        .with("document", "决定2号");
    let summary = head.send(&form).await;
    assert_eq!(done(&head.send(&Form::of(&summary)).await), here);
    says(&second.read(&here).await, &["不同意，退回"]);
    let back = second.form(&format!("{here}/drop")).await;
    let refused = second.send(&back).await;
    assert_eq!(refused.status, 422);
    says(&words(&refused), &["不能为空"]);
    let back = Form::of(&refused).with("reason", "证据不足");
    assert_eq!(done(&second.send(&back).await), here);
    assert!(!clerk.read(&here).await.contains("待另一人复核"));
    let newest = ledger::list(&site.store, Scope::All, &Filter::default(), None, 1).await;
    assert!(newest.unwrap()[0].body.contains("\"reason\":\"证据不足\""));
    // Nothing waits any more: said in both languages.
    let again = second.form(&format!("{here}/confirm")).await;
    let refused = second.send(&again).await;
    says(&words(&refused), &["没有待复核的事项"]);
    let english = english_person(&site, "third", Role::SecondApprover, Scope::All).await;
    let again = english.form(&format!("{here}/confirm")).await;
    let refused = english.send(&again).await;
    says(
        &words(&refused),
        &["no step of licensee 1 waits for a second person"],
    );
    let kept = licensees::get(&site.store, Scope::All, LicenseeNumber(1))
        .await
        .unwrap();
    assert!(kept.pending.is_none() && kept.state_since <= day_of(system::now()));
}
