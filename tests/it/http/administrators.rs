//! What stands before the interface for programs: the token, on every operation of it.

use serde_json::{Value, json};
use yuanmark::domain::access::{Role, Scope};

use crate::support::program::{Program, set_mode};
use crate::support::server::{ADMIN_TOKEN, PUBLIC_URL, Phone, Reply, Site};

/// The operations under `/api/v1/` that are everyone's.
const EVERYONE_S: [(&str, &str); 4] = [
    ("POST", "/api/v1/verify"),
    ("POST", "/api/v1/claims"),
    ("POST", "/api/v1/offline-checks"),
    // Its link is what opens it.
    ("POST", "/api/v1/packs/{link}"),
];

fn is_refused(reply: &Reply, what: &str) {
    assert_eq!(reply.status, 401, "{what}: {}", reply.text());
    assert_eq!(reply.kind(), "application/problem+json", "{what}");
    assert_eq!(reply.header("www-authenticate"), Some("Bearer"), "{what}");
    assert_eq!(reply.header("cache-control"), Some("no-store"), "{what}");
    let problem = reply.json();
    assert_eq!(problem["type"], "urn:yuanmark:problem:not-signed-in");
    assert!(!problem["detail"].as_str().unwrap().is_empty());
    assert!(!reply.text().contains(ADMIN_TOKEN), "{what}");
}

/// Method, path and description of every operation of the document.
pub fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            all.push((method.to_uppercase(), path.clone(), operation.clone()));
        }
    }
    all
}

/// The path with something in place of what it names.
fn filled(path: &str) -> String {
    let parts = path.split('/').map(|part| match part.strip_prefix('{') {
        Some(_) => "1",
        None => part,
    });
    parts.collect::<Vec<_>>().join("/")
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_asks_for_the_token_first() {
    let site = Site::any().await;
    let document = site.program().open("/openapi.json").await.json();
    let wrong = ADMIN_TOKEN.replace('a', "b");
    let nobodies: [(&str, Phone); 5] = [
        ("no token", site.program()),
        ("a browser without one", site.phone()),
        (
            "a wrong token",
            site.program()
                .with("authorization", &format!("Bearer {wrong}")),
        ),
        (
            "part of it",
            site.program()
                .with("authorization", &format!("Bearer {}", &ADMIN_TOKEN[1..])),
        ),
        (
            "another scheme",
            site.program()
                .with("authorization", &format!("Basic {ADMIN_TOKEN}")),
        ),
    ];
    let mut seen = 0;
    for (method, path, operation) in operations(&document) {
        let is_under_api = path.starts_with("/api/");
        let is_everyone_s = EVERYONE_S.contains(&(method.as_str(), path.as_str()));
        let ways = operation["security"].as_array();
        let declared = ways.is_some_and(|ways| {
            let is_token =
                |way: &Value| way["token"].is_array() && way.as_object().unwrap().len() == 1;
            !ways.is_empty() && ways.iter().all(is_token)
        });
        assert_eq!(declared, is_under_api && !is_everyone_s, "{method} {path}");
        assert_eq!(
            operation.get("security").is_some(),
            declared,
            "{method} {path}"
        );
        if !declared {
            continue;
        }
        seen += 1;
        for (who, nobody) in &nobodies {
            let what = format!("{method} {path}, {who}");
            let reply = nobody.ask(&method, &filled(&path), Vec::new()).await;
            is_refused(&reply, &what);
            // Neither what the path names nor what the body says is looked at before the token is.
            let nonsense = path.replace(['{', '}'], "!");
            let reply = nobody.send_json(&method, &nonsense, &json!([])).await;
            assert!(
                [401, 404].contains(&reply.status),
                "{what}: {}",
                reply.text()
            );
            if path.contains('{') || method != "GET" {
                is_refused(&reply, &what);
            }
        }
    }
    assert!(seen > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_installation_s_token_people_s_tokens_alone_open_it() {
    let site = Site::without_administrators().await;
    for who in [site.program(), site.administrator()] {
        is_refused(&who.open("/api/v1/instance").await, "off");
    }
    let auditor = site.hire("auditor", Role::Auditor, Scope::All).await;
    let reply = site.program_of(&auditor).open("/api/v1/instance").await;
    assert_eq!(reply.status, 200, "{}", reply.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_token_opens_it() {
    for (site, database) in Site::both().await.into_iter().zip(["sqlite", "postgres"]) {
        let reply = site.administrator().open("/api/v1/instance").await;
        assert_eq!((reply.status, reply.kind()), (200, "application/json"));
        assert_eq!(reply.header("cache-control"), Some("no-store"));
        assert_eq!(reply.header("set-cookie"), None);
        let instance = reply.json();
        assert_eq!(instance["version"], env!("CARGO_PKG_VERSION"));
        assert_eq!(instance["database"], database);
        assert_eq!(instance["public_url"], PUBLIC_URL);
        assert_eq!(instance["schema_version"], yuanmark::store::migrate::NEEDED);

        site.database.take_away().await;
        let reply = site.administrator().open("/api/v1/instance").await;
        assert_eq!(reply.status, 503, "{}", reply.text());
        assert_eq!(reply.header("retry-after"), Some("5"));
        let problem = reply.json();
        assert_eq!(problem["type"], "urn:yuanmark:problem:no-database");
        assert!(!problem["advice"].as_str().unwrap().is_empty());
        assert_eq!(problem.get("verdict"), None);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_a_command_makes_opens_what_it_names_until_it_is_revoked() {
    for site in Site::both().await {
        let mut program = Program::new();
        program.set("YUANMARK_DATABASE", site.database.address.clone());
        let add = "user add wang.min --name 王敏 --role registrar";
        program.done(add);
        let today = yuanmark::domain::calendar::day_of(yuanmark::service::system::now());
        let make = format!("token make wang.min --for 仓库系统 --until {today} --may");
        let refusal = program.refused(&format!("{make} user.manage"));
        assert!(refusal.what.contains("wang.min may not"), "{refusal:?}");
        let made = program.json(&format!("{make} order.read"));
        let text = made["text"].as_str().unwrap();
        let (holder, number) = (site.with_token(text), &made["number"]);
        assert_eq!(holder.open("/api/v1/orders").await.status, 200);
        assert_eq!(holder.open("/api/v1/batches").await.status, 403);

        let listed = program.json("token list --login wang.min");
        let listed = &listed["tokens"];
        assert_eq!(listed.as_array().unwrap().len(), 1);
        assert_eq!(listed[0]["permissions"], json!(["order.read"]));
        assert_eq!(listed[0]["is_in_force"], true);
        assert!(!listed.to_string().contains(text));
        let table = program.done("token list");
        assert!(
            table.contains("wang.min") && table.contains("in force"),
            "{table}"
        );

        program.done(&format!("token revoke {number}"));
        is_refused(&holder.open("/api/v1/orders").await, "revoked");
        let refusal = program.refused(&format!("token revoke {number}"));
        assert!(refusal.what.contains("no token"), "{refusal:?}");
        assert!(program.done("token list").contains("revoked"));
        let steps = program.json("trail list");
        let steps: Vec<&str> = steps["steps"]
            .as_array()
            .unwrap()
            .iter()
            .map(|step| step["action"].as_str().unwrap())
            .collect();
        assert_eq!(
            steps,
            ["token-revoke", "batch.read", "token-make", "user-add"]
        );
    }
}

#[test]
fn the_token_s_file_is_made_once_and_is_its_owner_s() {
    let program = Program::installed();
    program.done("token new --out t");
    let text = program.read("t");
    assert_eq!((text.len(), text.ends_with('\n')), (44, true));
    assert_eq!(crate::support::program::mode(&program.path("t")), 0o600);
    let refusal = program.refused("token new --out t");
    assert_eq!(refusal.what, "t is there already");
    assert!(refusal.advice.contains("--out"), "{refusal:?}");
    assert_eq!(program.read("t"), text);
    assert_eq!(program.json("token new --out u")["file"], "u");
    assert_ne!(program.read("u"), text);
    assert_eq!(program.run("token new --out no/such/folder").code, 2);
}

#[test]
fn a_file_that_holds_no_token_is_refused() {
    let program = Program::installed();
    let good = "a".repeat(32);
    for (text, mode, said) in [
        (good.clone(), 0o640, "can be read by others (mode 640)"),
        (String::new(), 0o600, "32 to 256 characters"),
        ("a".repeat(31), 0o600, "32 to 256 characters"),
        ("a".repeat(257), 0o600, "32 to 256 characters"),
        (format!("{good}\n{good}\n"), 0o600, "on one line"),
        (format!("{good}\n\n"), 0o600, "on one line"),
        (format!(" {good}"), 0o600, "letters, digits, - and _ only"),
        ("沅江".repeat(20), 0o600, "letters, digits, - and _ only"),
        ("a".repeat(70_000), 0o600, "far larger"),
    ] {
        program.write("t", &text);
        set_mode(&program.path("t"), mode);
        let refusal = program.refused("serve --listen 127.0.0.1:0 --admin-token-file t");
        assert!(refusal.what.contains(said), "{refusal:?}");
        assert!(!refusal.what.contains("aaaa"), "{refusal:?}");
    }
    let refusal = program.refused("serve --listen 127.0.0.1:0 --admin-token-file none");
    assert_eq!(refusal.what, "there is no token in none");
    assert_eq!(
        refusal.advice,
        "make one with `yuanmark token new --out none`"
    );
}
