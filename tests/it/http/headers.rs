//! What stands on every answer: the security headers, how long it may be kept, and the phone's cookie.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use crate::support::databases::TestDatabase;
use crate::support::installation::Installation;
use crate::support::server::{Reply, Site};

const ALWAYS: [(&str, &str); 7] = [
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "same-origin"),
    (
        "permissions-policy",
        "geolocation=(), camera=(), microphone=()",
    ),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("strict-transport-security", "max-age=31536000"),
];

/// The address in an attribute of the page's head.
fn link(page: &Reply, rel: &str) -> String {
    let (_, rest) = page
        .text()
        .split_once(&format!("<link rel=\"{rel}\" href=\""))
        .unwrap();
    rest.split_once('"').unwrap().0.to_owned()
}

/// The style that stands in a page.
fn style_of(page: &Reply) -> &str {
    let (_, rest) = page.text().split_once("<style>").unwrap();
    rest.split_once("</style>").unwrap().0
}

/// From nothing upwards; of styles the very one that stands in our pages.
fn policy_of(page: &Reply) -> String {
    let style = STANDARD.encode(Sha256::digest(style_of(page)));
    format!(
        "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self' 'sha256-{style}'; \
         img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_answer_carries_the_security_headers() {
    let site = Site::any().await;
    let batch = site.in_market(3).await;
    let (person, program) = (site.phone(), site.program());
    let home = person.open("/").await;
    let icon = link(&home, "icon");
    let policy = policy_of(&home);
    let code = site.link(&batch, 0);
    let mut replies = vec![
        ("home", home),
        ("a mark", person.open(&site.page(&batch, 0)).await),
        ("its head", person.head(&site.page(&batch, 0)).await),
        ("not ours", person.open("/t/x").await),
        ("typed", person.type_in("x").await),
        ("redirect", person.open("/check").await),
        ("directory", person.open("/directory").await),
        ("JSON", program.check(&code).await),
        ("icon", person.open(&icon).await),
        ("keys", program.open("/.well-known/jwks.json").await),
        ("health", program.open("/healthz").await),
        ("ready", program.open("/readyz").await),
        ("document", program.open("/openapi.json").await),
        ("400", program.post("{", "application/json").await),
        ("400 page", person.open("/check?q=1&q=2").await),
        ("404", program.open("/nothing").await),
        ("404 page", person.open("/nothing").await),
        ("404 asset", program.open("/assets/x").await),
        ("405", program.open("/api/v1/verify").await),
        ("405 page", person.ask("POST", "/", Vec::new()).await),
        (
            "413",
            program.post("x".repeat(9000), "application/json").await,
        ),
        ("415", program.post("{}", "text/plain").await),
    ];
    site.database.take_away().await;
    replies.push(("503", program.check(&code).await));
    replies.push(("503 page", person.open(&site.page(&batch, 1)).await));
    replies.push(("503 page for an error", person.open("/readyz").await));

    let mut ids = BTreeSet::new();
    for (what, reply) in &replies {
        for (name, mut value) in ALWAYS {
            if *what == "home" || *what == "405 page" {
                value = value.replace("camera=()", "camera=(self)").leak(); // the check page looks
            }
            assert_eq!(reply.header(name), Some(value), "{what}: {name}");
        }
        let stated = reply.header("content-security-policy");
        assert_eq!(stated, Some(policy.as_str()), "{what}");
        assert!(
            ids.insert(reply.header("x-request-id").expect(what)),
            "{what}"
        );
        assert_eq!(reply.header("server"), None);
        let kept = match *what {
            "home" | "keys" | "directory" => "public, max-age=300",
            "icon" => "public, max-age=31536000, immutable",
            _ => "no-store",
        };
        assert_eq!(reply.header("cache-control"), Some(kept), "{what}");
    }
    for never in ["unsafe", "*", "http"] {
        assert!(!policy.contains(never));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn scripts_are_files_of_ours_that_are_kept_for_ever() {
    let site = Site::any().await;
    let expected = policy_of(&site.phone().open("/").await);
    for path in ["/console/sign-in", "/console", "/console/nothing", "/"] {
        let page = site.phone().open(path).await;
        let policy = page.header("content-security-policy");
        assert_eq!(policy, Some(expected.as_str()), "{path}");
        let camera = page.header("permissions-policy");
        assert_eq!(camera, Some("geolocation=(), camera=(self), microphone=()"));
    }
    for path in ["/console/sign-in", "/"] {
        let page = site.phone().open(path).await;
        let scripts: Vec<&str> = page.text().split("<script").skip(1).collect();
        assert!(!scripts.is_empty(), "{path}");
        for script in scripts {
            let (_, rest) = script.split_once("src=\"").unwrap();
            let script = site.phone().open(rest.split_once('"').unwrap().0).await;
            assert_eq!((script.status, script.kind()), (200, "text/javascript"));
            let kept = script.header("cache-control");
            assert_eq!(kept, Some("public, max-age=31536000, immutable"));
        }
    }
    // The page of a mark wants none but the one that has the browser keep what a check without a network needs.
    let batch = site.in_market(1).await;
    let page = site.phone().open(&site.page(&batch, 0)).await;
    assert_eq!(page.text().matches("<script").count(), 1);
    let quiet = "<script type=\"module\" src=\"/assets/register-";
    assert!(page.text().contains(quiet));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cookie_keeps_to_this_host_and_to_tls() {
    let site = Site::any().await;
    let phone = site.phone();
    let reply = phone.check("x").await;
    let name = phone.name().unwrap();
    let expected =
        format!("__Host-phone={name}; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax; Secure");
    assert_eq!(reply.header("set-cookie"), Some(expected.as_str()));
    assert_eq!(name.len(), 43, "32 bytes in base64url");
    // Given once.
    assert_eq!(phone.check("x").await.header("set-cookie"), None);
    assert_eq!(phone.open("/t/x").await.header("set-cookie"), None);
    assert_eq!(phone.name().unwrap(), name);

    // Without TLS a browser would throw a cookie with the prefix away.
    let plain = Installation::new(TestDatabase::sqlite()).await;
    let plain = Site::serve_as(plain, "http://192.168.1.20:8080").await;
    let phone = plain.phone();
    let reply = phone.open("/t/x").await;
    let expected = format!(
        "phone={}; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax",
        phone.name().unwrap()
    );
    assert_eq!(reply.header("set-cookie"), Some(expected.as_str()));
    assert_eq!(reply.header("strict-transport-security"), None);
    assert!(reply.words().contains("192.168.1.20:8080"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forged_cookie_names_nobody() {
    for site in Site::both().await {
        let batch = site.in_market(1).await;
        let code = site.link(&batch, 0);
        let victim = site.phone();
        assert_eq!(victim.check(&code).await.number(), 1);
        let real = victim.name().unwrap();
        let mut spoilt = real.clone().into_bytes();
        spoilt[42] = if spoilt[42] == b'A' { b'E' } else { b'A' };
        let spoilt = String::from_utf8(spoilt).unwrap();

        // Each of these is a stranger, gets a name of its own, and is not told that it was here.
        let mut number = 1;
        for (name, value) in [
            ("__Host-phone", spoilt.as_str()),
            ("__Host-phone", ""),
            (
                "__Host-phone",
                "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            ),
            ("__Host-phone", &real[..42]),
            ("__Host-phone", &"A".repeat(3000)),
            // Set by a neighbour without TLS, who cannot set one with the prefix.
            ("phone", &real),
        ] {
            let forger = site.phone();
            forger.set_cookie(name, value);
            let reply = forger.check(&code).await;
            number += 1;
            assert_eq!(reply.number(), number, "{name}={value}");
            assert_eq!(reply.json()["query"]["first_was_this_phone"], false);
            assert!(reply.header("set-cookie").is_some());
        }
        // A good one among others is found.
        let again = site.phone();
        again.set_cookie("__Host-phone", &real);
        again.set_cookie("a", "b=c");
        let reply = again.check(&code).await;
        assert_eq!(reply.number(), 1);
        assert_eq!(reply.json()["query"]["first_was_this_phone"], true);
        assert_eq!(reply.header("set-cookie"), None);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn assets_are_kept_for_ever_under_a_name_that_changes_with_them() {
    let site = Site::any().await;
    let phone = site.phone();
    let home = phone.open("/").await;
    for (rel, kind, begins) in [("icon", "image/svg+xml", "<svg")] {
        let path = link(&home, rel);
        let reply = phone.open(&path).await;
        assert_eq!(reply.status, 200);
        assert_eq!(reply.header("content-type"), Some(kind));
        assert_eq!(
            reply.header("cache-control"),
            Some("public, max-age=31536000, immutable")
        );
        assert!(reply.text().starts_with(begins));
        assert_eq!(reply.header("set-cookie"), None);

        let (name, extension) = path.rsplit_once('.').unwrap();
        let (stem, hash) = name.rsplit_once('-').unwrap();
        assert_eq!(hash.len(), 12);
        let other = if hash.starts_with('0') { "1" } else { "0" };
        for changed in [
            format!("{stem}-{other}{}.{extension}", &hash[1..]),
            format!("{stem}.{extension}"),
            format!("{path}x"),
            path.to_uppercase(),
        ] {
            assert_eq!(phone.open(&changed).await.status, 404, "{changed}");
        }
    }
    // The style asks nobody else for anything.
    for never in ["url(", "@import", "http", "/*"] {
        assert!(!style_of(&home).contains(never), "{never}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_are_compressed_for_those_who_can_read_it() {
    let site = Site::any().await;
    let plain = site.phone().open("/").await;
    assert_eq!(plain.header("content-encoding"), None);
    let reply = site.phone().with("accept-encoding", "gzip").open("/").await;
    assert_eq!(reply.header("content-encoding"), Some("gzip"));
    assert!(reply.body.starts_with(&[0x1f, 0x8b]));
    assert!(reply.body.len() < plain.body.len() * 2 / 3);
    for reply in [plain, reply] {
        let vary: Vec<String> = reply
            .headers
            .get_all("vary")
            .iter()
            .map(|value| value.to_str().unwrap().to_lowercase())
            .collect();
        let vary = vary.join(",");
        assert!(
            vary.contains("accept-encoding") && vary.contains("accept-language"),
            "{vary}"
        );
    }
}
