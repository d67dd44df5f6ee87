//! What a foreign site tries upon a browser that is signed in: sending forms, framing pages, leading elsewhere, planting
//! cookies.

use super::table;
use crate::support::databases::TestDatabase;
use crate::support::office::{Office, Page, Person};
use crate::support::server::percent_encoded;

/// What a browser says of a form that a foreign page sends, and what it says when it says nothing.
const FOREIGN: [&[(&str, &str)]; 7] = [
    &[("sec-fetch-site", "cross-site")],
    &[("sec-fetch-site", "same-site")],
    &[("sec-fetch-site", "none")],
    &[("origin", "https://elsewhere.example")],
    &[("origin", "null")],
    &[
        ("sec-fetch-site", "cross-site"),
        ("origin", "https://v.example.cn"),
    ],
    &[],
];

async fn steps(office: &Office) -> u64 {
    let mut tx = office.store.read().await.unwrap();
    let sql = "SELECT count(*) FROM trail";
    crate::support::databases::number(&mut tx, sql)
        .await
        .cast_unsigned()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_form_of_a_foreign_site_is_taken() {
    let office = Office::furnished(TestDatabase::sqlite()).await;
    let person = office.signed_in("administrator").await;
    let before = steps(&office).await;
    for route in table::all(&office) {
        if route.is_read() {
            continue;
        }
        let path = route.filled(&office, |_, thing| thing.own.clone());
        for headers in FOREIGN {
            let mut all = vec![("content-type", "application/x-www-form-urlencoded")];
            all.extend_from_slice(headers);
            let body = b"login=administrator&password=x&confirmed=1".to_vec();
            let reply = person.browser.send_as("POST", &path, &all, body).await;
            let page = Page {
                path: path.clone(),
                reply,
            };
            page.is(403);
            assert!(
                page.text().contains("href=\"/console\""),
                "{path}: no way out"
            );
            assert!(page.header("set-cookie").is_none(), "{path}");
        }
    }
    assert_eq!(steps(&office).await, before, "nothing was done");
    assert!(person.is_signed_in().await);
    // The very same from our own page is taken, by what new browsers say and by what old ones do.
    let origin = format!("http://{}", office.address);
    for headers in [
        &[("sec-fetch-site", "same-origin")][..],
        &[("origin", origin.as_str())],
    ] {
        let person = office.signed_in("administrator").await;
        let form = person.open("/console/own/tokens/new").await.form();
        person.send_with(&form, headers).await.is(422);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_page_can_be_framed_or_kept() {
    let office = Office::furnished(TestDatabase::sqlite()).await;
    let person = office.signed_in("administrator").await;
    let nobody = office.person("nobody");
    let auditor = office.signed_in("auditor").await;
    for page in [
        nobody.open("/console/sign-in").await,
        nobody.open("/console").await,
        nobody.post("/console/people/new", &[("name", "x")]).await,
        person.open("/console").await,
        person.open("/console/people").await,
        person.open("/console/people/new").await,
        person.open("/console/orders").await,
        person.open("/console/nowhere").await,
        person.open("/console/people/x").await,
        person.post("/console/people/new", &[]).await,
        auditor.open("/console/trail/table?format=csv").await,
        auditor.open("/console/orders/1").await,
    ] {
        let path = &page.path;
        let policy = page.header("content-security-policy").unwrap();
        for part in [
            "default-src 'none'",
            "frame-ancestors 'none'",
            "form-action 'self'",
            "base-uri 'none'",
        ] {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(page.header("x-frame-options"), Some("DENY"), "{path}");
        assert_eq!(page.header("cache-control"), Some("no-store"), "{path}");
        assert_eq!(
            page.header("referrer-policy"),
            Some("same-origin"),
            "{path}"
        );
        assert_eq!(
            page.header("x-content-type-options"),
            Some("nosniff"),
            "{path}"
        );
        assert!(page.header("strict-transport-security").is_some(), "{path}");
        assert!(
            page.header("access-control-allow-origin").is_none(),
            "{path}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_session_s_cookie_keeps_to_this_host_and_to_tls() {
    let office = Office::any().await;
    let person = office.person("registrar");
    let page = person.give_password().await;
    let cookie = person.session().unwrap();
    assert_eq!(cookie.len(), 43, "32 bytes in base64url");
    let expected = format!("__Host-session={cookie}; Path=/; HttpOnly; SameSite=Lax; Secure");
    assert_eq!(page.header("set-cookie"), Some(expected.as_str()));
    // The same value under the name without the prefix, which a neighbour could set, opens nothing.
    let neighbour = office.person("registrar");
    neighbour.browser.set_cookie("session", &cookie);
    assert!(!neighbour.is_signed_in().await);
    // Signing out takes it away, here and there.
    let form = forms_of_sign_out(&person).await;
    let out = person.send(&form).await;
    let expected = "__Host-session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax; Secure";
    assert_eq!(out.header("set-cookie"), Some(expected));
    assert_eq!(out.is_done(), "/console/sign-in");
    let thief = office.person("registrar");
    thief.browser.set_cookie("__Host-session", &cookie);
    assert!(!thief.is_signed_in().await);

    // Without TLS a browser would throw a cookie with the prefix away.
    let office = Office::at("http://192.168.1.20:8080", TestDatabase::sqlite()).await;
    let person = office.person("registrar");
    let page = person.give_password().await;
    let cookie = person.browser.cookie("session").unwrap();
    let expected = format!("session={cookie}; Path=/; HttpOnly; SameSite=Lax");
    assert_eq!(page.header("set-cookie"), Some(expected.as_str()));
    assert!(person.is_signed_in().await);
}

async fn forms_of_sign_out(person: &Person<'_>) -> crate::support::html::Form {
    let page = person.open("/console").await;
    let mut forms = crate::support::html::forms(page.text(), "/console").into_iter();
    forms
        .find(|form| form.action == "/console/sign-out")
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_prepares_a_session_for_another() {
    let office = Office::any().await;
    // A cookie that an attacker made up, and one that is really the attacker's own and waits for its code.
    let attacker = office.person("auditor");
    attacker.give_password().await.is_done();
    let waiting = attacker.session().unwrap();
    let mut waited = String::new();
    for planted in ["A".repeat(43), waiting] {
        let victim = office.person("approver");
        victim.browser.set_cookie("__Host-session", &planted);
        let page = victim.give_password().await;
        let after_password = victim.session().unwrap();
        assert_ne!(after_password, planted);
        assert_eq!(page.is_done(), "/console/code");
        office.forget_codes("approver").await;
        let code = victim.code().await;
        victim.give_code(&code).await.is_done();
        let after_code = victim.session().unwrap();
        assert!(after_code != planted && after_code != after_password);
        assert!(victim.is_signed_in().await);
        waited.clone_from(&after_password);
        // What was known before opens nothing now.
        for known in [&planted, &after_password] {
            let thief = office.person("approver");
            thief.browser.set_cookie("__Host-session", known);
            assert!(!thief.is_signed_in().await, "{known}");
        }
    }
    // The one that waited for the code is not even that any more.
    let thief = office.person("approver");
    thief.browser.set_cookie("__Host-session", &waited);
    let page = thief.open("/console/own").await;
    let to = page.leads_to().unwrap();
    assert!(to.starts_with("/console/sign-in?"), "{to}");
    // The session that waits for its code opens no page but the one for the code.
    assert_eq!(
        attacker.open("/console/orders").await.leads_to(),
        Some("/console/code?to=%2Fconsole%2Forders")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_in_leads_to_our_own_pages_only() {
    let office = Office::any().await;
    for to in [
        "https://elsewhere.example/console/",
        "//elsewhere.example/console/",
        "/\\elsewhere.example/",
        "/console/\\..\\..//elsewhere.example",
        "/consoles.example/",
        "javascript:alert(1)//console/",
        "/console/\r\nLocation: https://elsewhere.example",
        "\t//elsewhere.example",
        "console",
        "",
    ] {
        let address = format!("/console/sign-in?to={}", percent_encoded(to));
        // By the address, and by a field that was meddled with; with and without a code.
        for login in ["registrar", "auditor"] {
            let person = office.person(login);
            let form = person.open(&address).await.form();
            assert_eq!(form.value("to"), "/console", "{to:?}");
            let form = form
                .fill("login", login)
                .fill("password", &person.password)
                .forge("to", to);
            let mut page = person.send(&form).await;
            if login == "auditor" {
                assert_eq!(page.is_done(), "/console/code", "{to:?}");
                let form = person
                    .open(&format!("/console/code?to={}", percent_encoded(to)))
                    .await
                    .form();
                assert_eq!(form.value("to"), "/console", "{to:?}");
                office.forget_codes(login).await;
                let code = person.code().await;
                page = person.send(&form.fill("code", &code).forge("to", to)).await;
            }
            assert_eq!(page.is_done(), "/console", "{to:?}");
        }
        // Nor does the page from which one goes on with what was typed.
        let person = office.person("registrar");
        let form = person.open("/console/sign-in").await.form();
        let form = form
            .fill("login", "registrar")
            .fill("password", &person.password)
            .forge("to", to)
            .forge("kept", r#"[["name","x"]]"#);
        let resumed = person.send(&form).await;
        assert_eq!(resumed.is(200).form().action, "/console", "{to:?}");
    }
    // An honest one is followed, with its question.
    let person = office.person("registrar");
    let page = person.open("/console/orders?state=placed").await;
    let to = "/console/sign-in?to=%2Fconsole%2Forders%3Fstate%3Dplaced";
    assert_eq!(page.leads_to(), Some(to));
    let form = person.open(to).await.form().fill("login", "registrar");
    let page = person.send(&form.fill("password", &person.password)).await;
    assert_eq!(page.is_done(), "/console/orders?state=placed");
    // Also over the code.
    let person = office.person("auditor");
    let form = person.open(to).await.form().fill("login", "auditor");
    let page = person.send(&form.fill("password", &person.password)).await;
    let form = person.open(&page.is_done()).await.form();
    office.forget_codes("auditor").await;
    let code = person.code().await;
    let page = person.send(&form.fill("code", &code)).await;
    assert_eq!(page.is_done(), "/console/orders?state=placed");
}
