//! Sessions: seen and ended by their person and by an administrator, and over in time.

use jiff::SignedDuration;

use crate::support::office::{Office, Person};

const NOTHING: SignedDuration = SignedDuration::ZERO;

fn minutes(minutes: i64) -> SignedDuration {
    SignedDuration::from_mins(minutes)
}

/// Where the pages on which one's own sessions are ended stand, the one used last first.
async fn ends(person: &Person<'_>) -> Vec<String> {
    let page = person.open("/console/own").await;
    let parts = page.is(200).text().split("href=\"").skip(1);
    let addresses = parts.map(|part| part.split_once('"').unwrap().0.to_owned());
    addresses
        .filter(|address| address.contains("/sessions/"))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_sees_and_ends_their_own_sessions() {
    let office = Office::any().await;
    let here = office.signed_in("registrar").await;
    let there = office.person_at("registrar", "198.51.100.20");
    there.sign_in().await;
    let page = here.open("/console/own").await;
    page.says("198.51.100.20")
        .says("203.0.113.3")
        .says("（本次）");
    let all = ends(&here).await;
    assert_eq!(all.len(), 2);
    // The other one was used last.
    let form = here.open(&all[0]).await.form();
    here.send(&form).await.is_done();
    assert!(!there.is_signed_in().await);
    assert!(here.is_signed_in().await);
    // Again, it is not there any more, and cannot be ended twice.
    here.open(&all[0]).await.is(404);
    here.send(&form).await.is(404);
    // Nor is anybody else's there.
    let other = office.signed_in("inspector").await;
    other.open(&all[1]).await.is(404);
    other.post(&all[1], &[]).await.is(404);
    assert!(here.is_signed_in().await);
    // One's own can be ended too.
    let form = here.open(&all[1]).await.form();
    here.send(&form).await.is_done();
    assert!(!here.is_signed_in().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_ends_sessions() {
    for office in Office::both().await {
        let administrator = office.signed_in("administrator").await;
        let people = [
            office.signed_in("registrar").await,
            office.person_at("registrar", "198.51.100.20"),
        ];
        people[1].sign_in().await;
        let file = format!("/console/people/{}", office.user("registrar").number);
        administrator.open(&file).await.says("198.51.100.20");
        let form = administrator.open(&format!("{file}/sessions")).await.form();
        administrator.send(&form).await.is_done();
        for person in &people {
            assert!(!person.is_signed_in().await);
        }
        assert!(administrator.is_signed_in().await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_disabled_or_moved_is_out_at_once() {
    for office in Office::both().await {
        let administrator = office.signed_in("administrator").await;
        let path = format!("/console/people/{}/change", office.user("spare").number);
        // A new name alone ends nothing.
        let spare = office.signed_in("spare").await;
        let form = administrator.open(&path).await.form();
        administrator
            .send(&form.fill("name", "另一个名字"))
            .await
            .is_done();
        assert!(spare.is_signed_in().await);
        // Another role does.
        let form = administrator.open(&path).await.form();
        administrator
            .send(&form.fill("role", "inspector"))
            .await
            .is_done();
        assert!(!spare.is_signed_in().await);
        spare.sign_in().await;
        spare.open("/console/orders/new").await.is(403);
        // And whoever is disabled.
        let form = administrator.open(&path).await.form();
        administrator
            .send(&form.tick("disabled", "yes"))
            .await
            .is_done();
        assert!(!spare.is_signed_in().await);
        spare.give_password().await.is(422);
        // Even if a session were still there.
        let form = administrator.open(&path).await.form();
        administrator.send(&Unticked(form).form()).await.is_done();
        spare.sign_in().await;
        let number = office.user("spare").number;
        let sql = format!("UPDATE users SET is_disabled = 1 WHERE number = {number}");
        office.behind_its_back(&sql).await;
        assert!(!spare.is_signed_in().await);
    }
}

/// A form with its boxes cleared.
struct Unticked(crate::support::html::Form);

impl Unticked {
    fn form(mut self) -> crate::support::html::Form {
        for field in &mut self.0.fields {
            field.is_on &= field.kind != "checkbox";
        }
        self.0
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_disables_or_moves_themselves() {
    let office = Office::any().await;
    let administrator = office.signed_in("administrator").await;
    let path = format!(
        "/console/people/{}/change",
        office.user("administrator").number
    );
    let form = administrator.open(&path).await.form();
    administrator
        .send(&form.clone().tick("disabled", "yes"))
        .await
        .is(422)
        .says("自己的账户");
    administrator
        .send(&form.fill("role", "approver"))
        .await
        .is(422)
        .says("自己的账户");
    assert!(administrator.is_signed_in().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_end_in_time() {
    for office in Office::both().await {
        // Not used for half an hour.
        for (idle, is_open) in [(29, true), (31, false)] {
            let person = office.signed_in("inspector").await;
            office
                .age_sessions("inspector", minutes(idle), minutes(idle))
                .await;
            assert_eq!(person.is_signed_in().await, is_open, "{idle} minutes");
        }
        // Used all day.
        for (age, is_open) in [(12 * 60 - 1, true), (12 * 60 + 1, false)] {
            let person = office.signed_in("inspector").await;
            office
                .age_sessions("inspector", minutes(age), NOTHING)
                .await;
            assert_eq!(person.is_signed_in().await, is_open, "{age} minutes");
        }
        // Each use begins the half hour anew.
        let person = office.signed_in("registrar").await;
        for _ in 0..3 {
            office
                .age_sessions("registrar", minutes(25), minutes(25))
                .await;
            assert!(person.is_signed_in().await);
        }
        // A session that waits for its code does not wait long.
        for (age, is_open) in [(9, true), (11, false)] {
            let person = office.person("auditor");
            person.give_password().await.is_done();
            office.age_sessions("auditor", minutes(age), NOTHING).await;
            office.forget_codes("auditor").await;
            let code = person.code().await;
            let form = person.open("/console/code").await;
            assert_eq!(form.status == 200, is_open, "{age} minutes");
            let done = person.post("/console/code", &[("code", &code)]).await;
            assert_eq!(done.status == 303, is_open, "{age} minutes");
        }
    }
}
