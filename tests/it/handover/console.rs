//! The same at the console: the registrar offers, the printing house downloads and asks again, the approver approves.

use serde_json::json;

use super::Desk;
use crate::support::office::Office;
use crate::support::server::PUBLIC_URL;

#[tokio::test(flavor = "multi_thread")]
async fn the_office_and_the_printing_house_hand_a_pack_over() {
    for desk in Desk::both().await {
        let file = format!("/console/orders/{}", desk.order);
        let at = |step: &str| format!("{file}/pack/{step}");

        let registrar = desk.office.signed_in("registrar").await;
        assert!(registrar.open(&file).await.text().contains(&at("offer")));
        let form = registrar.open(&at("offer")).await.form();
        let page = registrar.send(&form.clone().fill("days", "99")).await;
        page.is(422).says("1 至 30");
        let page = registrar.send(&form).await;
        page.is(200).says(&format!("{PUBLIC_URL}/pack/"));
        registrar.open(&file).await.is(200).says("可领取");
        registrar
            .open("/console/packs")
            .await
            .is(200)
            .says("可领取");
        let waits = registrar.open("/console/packs?state=asked").await;
        assert!(!waits.text().contains(&format!("href=\"{file}\"")));

        // Another printing house sees nothing of it.
        let stranger = desk.office.signed_in("other-printer").await;
        stranger.open(&at("take")).await.is(404);
        stranger.post(&at("take"), &[]).await.is(404);
        let list = stranger.open("/console/packs").await;
        assert!(!list.is(200).text().contains(&file));

        let printer = desk.office.signed_in("printer").await;
        printer.open(&file).await.is(200).says("下载加密数据包");
        let plain = printer.open(&format!("{file}/pack")).await;
        assert_eq!(plain.status, 409, "not in the clear besides");
        let form = printer.open(&at("take")).await.form();
        let got = printer.send(&form).await;
        assert_eq!((got.status, got.kind()), (200, "application/octet-stream"));
        assert!(
            desk.house
                .open(&got.body)
                .contains_key(std::path::Path::new("labels.csv"))
        );
        let page = printer.send(&form).await;
        page.is(409).says("已经领取过");

        let form = printer.open(&at("again")).await.form();
        let page = printer.send(&form.fill("reason", "硬盘损坏")).await;
        assert!(page.is_done().starts_with(&file));
        for person in ["registrar", "printer"] {
            let person = desk.office.signed_in(person).await;
            person.open(&at("approve")).await.is(403);
        }
        let second = desk.office.signed_in("second").await;
        second.open("/console").await.says("数据包待批准再次领取");
        second.open(&file).await.is(200).says("硬盘损坏");
        let form = second.open(&at("refuse")).await.form();
        let page = second.send(&form.fill("reason", "请先核对")).await;
        page.is_done();
        let form = printer.open(&at("again")).await.form();
        let page = printer.send(&form.fill("reason", "硬盘损坏，已核对")).await;
        page.is_done();
        let approver = desk.office.signed_in("approver").await;
        let form = approver.open(&at("approve")).await.form();
        let page = approver.send(&form).await;
        page.is(200).says(&format!("{PUBLIC_URL}/pack/"));
        let got = printer.post(&at("take"), &[]).await;
        assert_eq!(got.status, 200);
        desk.is_proved().await;

        let trail = desk.office.signed_in("auditor").await;
        let page = trail.open("/console/trail?action=pack_taken").await;
        page.is(200).says("领取数据包");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_of_a_link_speaks_both_languages() {
    let desk = Desk::at(Office::any().await).await;
    let link = desk.offer(json!({})).await;
    let chinese = desk.office.phone().open(&link).await;
    assert!(chinese.text().contains("下载数据包"));
    let english = desk.office.english_phone().open(&link).await;
    assert!(english.text().contains("Download the pack"));
    assert_eq!(english.header("cache-control"), Some("no-store"));
    assert_eq!(english.header("referrer-policy"), Some("same-origin"));
}
