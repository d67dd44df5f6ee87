//! The same form twice, a form of a state that has passed, and two clerks on one file.

use yuanmark::domain::licensee::LicenseeNumber;

use crate::support::databases::number;
use crate::support::office::Office;

async fn count(office: &Office, table: &str) -> i64 {
    let mut tx = office.store.read().await.unwrap();
    number(&mut tx, &format!("SELECT count(*) FROM {table}")).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_sent_twice_is_done_once_and_leads_to_the_same_place() {
    for office in Office::both().await {
        let licensee = office.signed_in("licensee").await;
        let form = licensee.open("/console/orders/new").await.form();
        let form = form
            .fill("form", "canned")
            .fill("product", "清水芦笋罐头 425 g")
            .fill("quantity", "1,000");
        let nowhere = form.clone().fill("market", "湖南、桃花源");
        let refused = licensee.send(&nowhere).await;
        refused.is(422).says("“桃花源”不是省级行政区名称");
        let form = form.fill("market", "广东，湖南");
        let (one, other) = tokio::join!(licensee.send(&form), licensee.send(&form));
        let third = licensee.send(&form).await;
        assert_eq!(one.is_done(), other.is_done());
        assert_eq!(one.is_done(), third.is_done());
        assert_eq!(count(&office, "orders").await, 1);
        let placed = licensee.follow(third).await;
        placed.is(200).says("1 000").says("湖南、广东");

        let registrar = office.signed_in("registrar").await;
        let before = count(&office, "licensees").await;
        let form = registrar.open("/console/licensees/new").await.form();
        let form = form
            .fill("name", "虚构洞庭芦笋合作社")
            .fill("uscc", "93430981MA4TEXT36K")
            .fill("basis", "both");
        let (one, other) = tokio::join!(registrar.send(&form), registrar.send(&form));
        assert_eq!(one.is_done(), other.is_done());
        assert_eq!(count(&office, "licensees").await, before + 1);

        let approver = office.signed_in("approver").await;
        let form = approver.open("/console/orders/1/reject").await.form();
        let form = form.fill("reason", "额度不足");
        let (one, other) = tokio::join!(approver.send(&form), approver.send(&form));
        assert_eq!(one.is_done(), other.is_done());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_added_twice_is_one_person() {
    let office = Office::any().await;
    let administrator = office.signed_in("administrator").await;
    let before = count(&office, "users").await;
    let form = administrator.open("/console/people/new").await.form();
    let form = form
        .fill("login", "wang.min")
        .fill("name", "王敏")
        .fill("role", "inspector");
    administrator.send(&form).await.is(200).says("一次性密码");
    let again = administrator.send(&form).await;
    let page = administrator.follow(again).await;
    page.is(200).says("王敏").says("先前已经新增");
    assert_eq!(count(&office, "users").await, before + 1);
    // Another person of that name is not meant.
    let other = form.fill("name", "王敏敏").forge("request", "another");
    administrator.send(&other).await.is(422).says("已被使用");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_of_a_state_that_has_passed_is_told_so() {
    for office in Office::both().await {
        let order = office.placed(LicenseeNumber(1), "清水芦笋罐头").await;
        let approver = office.signed_in("approver").await;
        let path = format!("/console/orders/{order}");
        let approve = approver.open(&format!("{path}/approve")).await.form();
        let reject = approver.open(&format!("{path}/reject")).await.form();
        approver.send(&approve).await.is_done();
        // Back, and the other form of the same order.
        let page = approver
            .send(&reject.fill("reason", "额度不足，另行说明"))
            .await;
        page.is(422).says("已核准");
        assert_eq!(page.form().value("reason"), "额度不足，另行说明");
        approver.open(&path).await.says("已核准");
        // The form of the first, sent again after all, leads where it led.
        assert!(approver.send(&approve).await.is_done().starts_with(&path));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_of_two_clerks_is_told_what_changed() {
    for office in Office::both().await {
        let order = office.placed(LicenseeNumber(1), "清水芦笋罐头").await;
        let (registrar, licensee) = (
            office.signed_in("registrar").await,
            office.signed_in("licensee").await,
        );
        let path = format!("/console/orders/{order}/cancel");
        let one = registrar
            .open(&path)
            .await
            .form()
            .fill("reason", "重复下单");
        let other = licensee
            .open(&path)
            .await
            .form()
            .fill("reason", "规格有误，另行下单");
        registrar.send(&one).await.is_done();
        let page = licensee.send(&other).await;
        page.is(422).says("已取消");
        assert_eq!(page.form().value("reason"), "规格有误，另行下单");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_administrators_do_not_undo_each_other_s_work() {
    for office in Office::both().await {
        let first = office.signed_in("administrator").await;
        let second = office.person_at("administrator", "198.51.100.30");
        second.sign_in().await;
        let path = format!("/console/people/{}/change", office.user("spare").number);
        let one = first.open(&path).await.form().tick("disabled", "yes");
        let other = second.open(&path).await.form().fill("name", "改过的姓名");
        first.send(&one).await.is_done();
        // The second did not see that the account was disabled, and would open it again without knowing.
        let page = second.send(&other).await;
        page.is(422).says("停用").says("已被修改");
        assert_eq!(page.form().value("name"), "改过的姓名");
        // Now it was told, and may.
        second
            .send(&page.form().tick("disabled", "yes"))
            .await
            .is_done();
        second
            .open("/console/people?q=改过")
            .await
            .says("改过的姓名")
            .says("停用");
        // The same twice is no conflict.
        second
            .send(&page.form().tick("disabled", "yes"))
            .await
            .is_done();
    }
}
