//! One-time codes and recovery codes: each is taken once.

use jiff::SignedDuration;
use yuanmark::service::system;

use crate::support::office::{Office, Page, totp};

/// The recovery codes that a page shows.
fn recovery_codes(page: &Page) -> Vec<String> {
    let paragraphs = page.is(200).text().split("<p>").skip(1);
    let texts = paragraphs.map(|text| text.split_once("</p>").unwrap().0.to_owned());
    let is_code = |text: &String| text.len() == 11 && text.as_bytes()[5] == b'-';
    texts.filter(is_code).collect()
}

/// The secret that the page of the enrolment shows.
fn secret(page: &Page) -> String {
    let (_, rest) = page.text().split_once("<span class=\"code\">").unwrap();
    rest.split_once('<').unwrap().0.to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_not_taken_twice() {
    for office in Office::both().await {
        let (first, thief) = (
            office.person("auditor"),
            office.person_at("auditor", "198.51.100.8"),
        );
        first.give_password().await.is_done();
        thief.give_password().await.is_done();
        // The thief looks over the shoulder and is a moment later, or has an older code.
        let now = system::now();
        let older = office
            .code_at("auditor", now - SignedDuration::from_secs(30))
            .await;
        let code = office.code_at("auditor", now).await;
        first.give_code(&code).await.is_done();
        for seen in [&code, &older] {
            thief.give_code(seen).await.is(422).says("不正确");
        }
        assert!(first.is_signed_in().await);
        assert!(!thief.is_signed_in().await);
        // The next one is another one.
        let next = office
            .code_at("auditor", now + SignedDuration::from_secs(30))
            .await;
        thief.give_code(&next).await.is_done();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_show_one_code_at_once_are_not_both_let_in() {
    for office in Office::both().await {
        let people = [
            office.person("auditor"),
            office.person_at("auditor", "198.51.100.8"),
        ];
        for person in &people {
            person.give_password().await.is_done();
        }
        let code = people[0].code().await;
        let (one, other) = tokio::join!(people[0].give_code(&code), people[1].give_code(&code));
        let mut statuses = [one.status, other.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [303, 422]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_enrols_gets_recovery_codes_that_work_once() {
    let office = Office::any().await;
    let person = office.signed_in("registrar").await;
    let elsewhere = office.person_at("registrar", "198.51.100.9");
    elsewhere.sign_in().await;
    let page = person.open("/console/own/second-factor").await;
    let secret = secret(&page);
    let form = page.form();
    person
        .send(&form.clone().fill("code", "000000"))
        .await
        .is(422);
    let code = totp(&secret, system::now());
    let shown = person.send(&form.clone().fill("code", &code)).await;
    let first = recovery_codes(&shown);
    assert_eq!(first.len(), 10);
    assert!(
        !elsewhere.is_signed_in().await,
        "the other sessions have ended"
    );
    // The answer was lost and the form is sent again: new ones are shown, which are the ones that work.
    let codes = recovery_codes(&person.send(&form.fill("code", &code)).await);
    assert_eq!(codes.len(), 10);

    let again = office.person("registrar");
    assert_eq!(again.give_password().await.is_done(), "/console/code");
    again.give_code(&first[0]).await.is(422);
    again
        .give_code(&codes[0].to_lowercase().replace('-', " "))
        .await
        .is_done();
    assert!(again.is_signed_in().await);
    let third = office.person("registrar");
    third.give_password().await.is_done();
    third.give_code(&codes[0]).await.is(422);
    third.give_code(&codes[1]).await.is_done();
    third.open("/console/own").await.says("8");
    // New ones make the rest of the old void.
    let form = third.open("/console/own/recovery-codes").await.form();
    let newest = recovery_codes(&third.send(&form).await);
    let fourth = office.person("registrar");
    fourth.give_password().await.is_done();
    fourth.give_code(&codes[2]).await.is(422);
    fourth.give_code(&newest[2]).await.is_done();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_needs_a_second_factor_enrols_before_anything_else() {
    let office = Office::any().await;
    let administrator = office.signed_in("administrator").await;
    let approver = office.signed_in("approver").await;
    let path = format!(
        "/console/people/{}/second-factor",
        office.user("approver").number
    );
    let form = administrator.open(&path).await.form();
    administrator.send(&form).await.is_done();
    assert!(!approver.is_signed_in().await);
    let approver = office.person("approver");
    approver.give_password().await.is_done();
    for path in ["/console", "/console/orders", "/console/own"] {
        let page = approver.open(path).await;
        assert_eq!(
            page.leads_to(),
            Some("/console/own/second-factor"),
            "{path}"
        );
    }
    let page = approver.open("/console/own/second-factor").await;
    let code = totp(&secret(&page), system::now());
    assert_eq!(
        recovery_codes(&approver.send(&page.form().fill("code", &code)).await).len(),
        10
    );
    assert!(approver.is_signed_in().await);
}
