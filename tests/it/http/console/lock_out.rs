//! Guessers wait, and nobody else does.

use yuanmark::service::system;

use crate::support::office::{Office, Person};

/// As if somebody had guessed wrong so often, just now.
async fn guesses(office: &Office, login: &str, network: &str, count: u32) {
    let now = system::now().as_microsecond();
    let values: Vec<String> = (0..count)
        .map(|_| format!("('{login}', '{network}', {now})"))
        .collect();
    let sql = format!(
        "INSERT INTO sign_in_failures (login, network, at) VALUES {}",
        values.join(", ")
    );
    office.behind_its_back(&sql).await;
}

async fn is_held(person: &Person<'_>) -> bool {
    let page = person.give_password().await;
    if page.status == 422 {
        page.says("尝试次数过多");
    }
    page.status == 422
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guesser_waits_and_the_person_does_not() {
    for office in Office::both().await {
        // The person works from here as always.
        let person = office.signed_in("registrar").await;
        let mut guesser = office.person_at("registrar", "198.51.100.66");
        guesser.password = "a wrong guess".to_owned();
        for _ in 0..5 {
            guesser.give_password().await.is(422).says("不正确");
        }
        // Now not even the right one is looked at.
        guesser.password.clone_from(&person.password);
        assert!(is_held(&guesser).await);
        assert!(guesser.session().is_none());
        let again = office.person("registrar");
        again.sign_in().await;
        // The guesser's own network is closed for this one name only.
        let colleague = office.person_at("inspector", "198.51.100.66");
        colleague.sign_in().await;
        // After an hour it is forgotten.
        let hour = 3_600_000_001i64;
        let sql = format!("UPDATE sign_in_failures SET at = at - {hour}");
        office.behind_its_back(&sql).await;
        guesser.sign_in().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_networks_do_not_close_the_door_at_home() {
    let office = Office::any().await;
    office.signed_in("registrar").await;
    for network in 0..200 {
        guesses(&office, "registrar", &format!("192.0.2.{network}"), 4).await;
    }
    let elsewhere = office.person_at("registrar", "198.51.100.4");
    assert!(
        is_held(&elsewhere).await,
        "from where nobody knows the person"
    );
    office.signed_in("registrar").await;
    // Others are not concerned, wherever they are.
    let colleague = office.person_at("inspector", "192.0.2.7");
    colleague.sign_in().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guesser_behind_the_office_s_address_does_not_close_the_office() {
    let office = Office::any().await;
    let one_address = "203.0.113.200";
    let staff = ["registrar", "inspector", "licensee"];
    for login in staff {
        office.person_at(login, one_address).sign_in().await;
    }
    for name in 0..500 {
        guesses(&office, &format!("made-up-{name}"), one_address, 1).await;
    }
    for login in staff {
        assert!(
            !is_held(&office.person_at(login, one_address)).await,
            "{login}"
        );
    }
    assert!(
        is_held(&office.person_at("printer", one_address)).await,
        "who was never here waits like the guesser"
    );
    office.signed_in("printer").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_code_is_not_guessed_either() {
    let office = Office::any().await;
    let guesser = office.person_at("auditor", "198.51.100.67");
    guesser.give_password().await.is_done();
    let code = guesser.code().await;
    let wrong = if code == "123456" { "654321" } else { "123456" };
    for _ in 0..5 {
        guesser.give_code(wrong).await.is(422).says("不正确");
    }
    guesser.give_code(&code).await.is(422).says("尝试次数过多");
    assert!(!guesser.is_signed_in().await);
}
