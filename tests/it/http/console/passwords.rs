//! Passwords: one answer and the same work whoever is guessed at, rules for new ones, and what somebody else has set is
//! changed first.

use serde_json::Value;

use crate::support::office::{Office, PASSWORD, Page, Person};
use crate::support::serving::Process;

/// What a page says, without what was typed and what is new on every page.
fn told(page: &Page, login: &str) -> (u16, String) {
    let form = page.form();
    let text = page
        .text()
        .replace(form.value("request"), "")
        .replace(login, "");
    (page.status, text)
}

async fn try_to_sign_in(person: &Person<'_>, login: &str, password: &str) -> Page {
    let form = person.open("/console/sign-in").await.form();
    person
        .send(&form.fill("login", login).fill("password", password))
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_learns_which_names_there_are() {
    let office = Office::any().await;
    let number = office.user("spare").number;
    let sql = format!("UPDATE users SET is_disabled = 1 WHERE number = {number}");
    office.behind_its_back(&sql).await;
    let mut answers = Vec::new();
    for (login, password) in [
        ("registrar", "a wrong password"),
        // The right password, but who may not sign in is told no more than others.
        ("spare", PASSWORD),
        ("nobody-there", PASSWORD),
        ("No Name At All", PASSWORD),
        ("approver", "a wrong password"),
    ] {
        let person = office.person(login);
        let page = try_to_sign_in(&person, login, password).await;
        assert!(page.header("set-cookie").is_none());
        assert!(!page.text().contains(password));
        answers.push(told(&page, login));
    }
    assert_eq!(answers[0].0, 422);
    assert!(answers[0].1.contains("登录名、密码或验证码不正确"));
    for answer in &answers[1..] {
        assert_eq!(answer, &answers[0]);
    }
}

/// The time is not measured: the work is counted. Every attempt compares one password, with the same cost.
#[tokio::test(flavor = "multi_thread")]
async fn the_same_work_is_done_for_every_name() {
    let office = Office::any().await;
    let number = office.user("spare").number;
    let sql = format!("UPDATE users SET is_disabled = 1 WHERE number = {number}");
    office.behind_its_back(&sql).await;
    let names = [
        "registrar",
        "approver",
        "spare",
        "nobody-there",
        "王",
        "a'b",
    ];
    let process = Process::serve_telling_all(&office.site.installation);
    for name in names {
        let name = crate::support::server::percent_encoded(name);
        let body = format!("login={name}&password=not+the+password").into_bytes();
        let headers = [
            ("content-type", "application/x-www-form-urlencoded"),
            ("sec-fetch-site", "same-origin"),
        ];
        let phone = process.phone();
        let reply = phone.send_as("POST", "/console/sign-in", &headers, body);
        assert_eq!(reply.await.status, 422, "{name}");
    }
    let (_, log) = process.terminate();
    let lines = log.iter().map(|line| serde_json::from_str(line).unwrap());
    let lines: Vec<Value> = lines.collect();
    let compared = lines
        .iter()
        .filter(|line| line["message"] == "a password was compared");
    let costs: Vec<&str> = compared.map(|line| line["how"].as_str().unwrap()).collect();
    assert_eq!(costs, ["$argon2id$v=19$m=19456,t=2,p=1"; 6]);
    // And the log says of whom nothing at all.
    assert!(
        !log.iter()
            .any(|line| line.contains("nobody-there") || line.contains("registrar"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_form_names_what_is_empty_and_tries_nothing() {
    let office = Office::any().await;
    let mut person = office.person("registrar");
    person.password = String::new();
    let page = person.give_password().await;
    page.is(422).says("密码 不能为空");
    assert!(!page.text().contains("不正确"), "nothing was tried");
    person.login = String::new();
    person.give_password().await.is(422).says("登录名 不能为空");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_resets_the_own_password() {
    let office = Office::any().await;
    let administrator = office.signed_in("administrator").await;
    let number = office.user("administrator").number;
    let path = format!("/console/people/{number}/password");
    let form = administrator.open(&path).await.form();
    administrator.send(&form).await.is(422).says("我的账户");
    assert!(administrator.is_signed_in().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_password_keeps_to_the_rules() {
    let office = Office::any().await;
    let person = office.signed_in("registrar").await;
    let elsewhere = office.person_at("registrar", "198.51.100.7");
    elsewhere.sign_in().await;
    let change = async |person: &Person<'_>, present: &str, new: &str, again: &str| {
        let form = person.open("/console/own/password").await.form();
        let form = form.fill("present", present).fill("new", new);
        person.send(&form.fill("again", again)).await
    };
    let good = "a boat full of reed shoots";
    for (present, new, again, why) in [
        (PASSWORD, "short", "short", "12 至 128"),
        (
            PASSWORD,
            &"ab c".repeat(40),
            &"ab c".repeat(40),
            "12 至 128",
        ),
        (PASSWORD, "password1234", "password1234", "过于常见"),
        (
            PASSWORD,
            "the registrar's own",
            "the registrar's own",
            "不得包含登录名",
        ),
        (PASSWORD, good, "another boat altogether", "不一致"),
        ("not the present one", good, good, "现在的密码不正确"),
    ] {
        let page = change(&person, present, new, again).await;
        page.is(422).says(why);
        for secret in [present, new, again] {
            assert!(!page.text().contains(secret), "{secret}");
        }
    }
    let cookie = person.session();
    change(&person, PASSWORD, good, good).await.is_done();
    assert_eq!(person.session(), cookie);
    assert!(person.is_signed_in().await, "this session goes on");
    assert!(!elsewhere.is_signed_in().await, "the others have ended");
    let old = office.person("registrar");
    old.give_password().await.is(422);
    let mut again = office.person("registrar");
    good.clone_into(&mut again.password);
    again.sign_in().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_present_password_is_not_guessed_at_an_unlocked_screen() {
    let office = Office::any().await;
    let person = office.signed_in("registrar").await;
    let guess = async |present: &str| {
        let form = person.open("/console/own/password").await.form();
        let form = form
            .fill("present", present)
            .fill("new", "a boat full of reeds");
        person
            .send(&form.fill("again", "a boat full of reeds"))
            .await
    };
    for _ in 0..5 {
        guess("not the present one")
            .await
            .is(422)
            .says("现在的密码不正确");
    }
    guess(PASSWORD).await.is(422).says("次数过多");
    assert!(person.is_signed_in().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_password_is_changed_first() {
    for office in Office::both().await {
        let administrator = office.signed_in("administrator").await;
        let spare = office.signed_in("spare").await;
        let path = format!("/console/people/{}/password", office.user("spare").number);
        let form = administrator.open(&path).await.form();
        let shown = administrator.send(&form).await;
        let (_, rest) = shown.is(200).text().split_once("不会再次显示").unwrap();
        let (_, rest) = rest.split_once("一次性密码</dt><dd>").unwrap();
        let for_once = rest.split_once("</dd>").unwrap().0.to_owned();
        assert!(!spare.is_signed_in().await, "the reset ends sessions");
        spare.give_password().await.is(422);

        let mut spare = office.person("spare");
        spare.password.clone_from(&for_once);
        let first = spare.give_password().await.is_done();
        assert_eq!(first, "/console");
        for path in [
            "/console",
            "/console/orders",
            "/console/own",
            "/console/licensees/new",
        ] {
            let page = spare.open(path).await;
            assert_eq!(page.leads_to(), Some("/console/own/password"), "{path}");
        }
        let page = spare.post("/console/licensees/new", &[("name", "x")]).await;
        assert_eq!(page.leads_to(), Some("/console/own/password"));
        let new = "reeds along the southern dike";
        let form = spare.open("/console/own/password").await.form();
        let form = form.fill("present", &for_once).fill("new", new);
        spare.send(&form.fill("again", new)).await.is_done();
        assert!(spare.is_signed_in().await);
        // It was for once.
        let mut again = office.person("spare");
        again.password = for_once;
        again.give_password().await.is(422);
    }
}
