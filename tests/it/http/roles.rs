//! Who may do what through the JSON interface: every operation of its document, for a token of every role and for those
//! that open nothing.

use std::fmt::Write;

use serde_json::{Value, json};
use yuanmark::domain::access::{Permission, Role, Scope};
use yuanmark::domain::event::EventKind;
use yuanmark::domain::licensee::{LicenseeNumber, Step};
use yuanmark::domain::printer::PrinterNumber;

use super::administrators::operations;
use crate::support::holders::Holder;
use crate::support::server::{Phone, Site};

/// An operation as it is tried: method, path, what to send, and what it needs: one of several ways.
pub struct Tried {
    pub method: String,
    pub path: String,
    body: Option<Value>,
    what: String,
    ways: Vec<Vec<Permission>>,
}

impl Tried {
    pub fn is_open_to(&self, role: Role) -> bool {
        let is_open = |way: &Vec<Permission>| way.iter().all(|one| role.may(*one));
        self.ways.iter().any(is_open)
    }
}

/// What the document says an operation needs; nothing for what is everybody's.
fn ways(operation: &Value) -> Option<Vec<Vec<Permission>>> {
    let permission = |word: &Value| Permission::from_slug(word.as_str().unwrap()).unwrap();
    let way = |one: &Value| {
        let words = one["token"].as_array().unwrap();
        words.iter().map(permission).collect()
    };
    let all = operation.get("security")?.as_array().unwrap();
    Some(all.iter().map(way).collect())
}

/// Every operation of the document that takes a token; those whose need depends on what is said, once for each word.
pub fn all_tried(document: &Value) -> Vec<Tried> {
    let mut all = Vec::new();
    for (method, path, operation) in operations(document) {
        let Some(ways) = ways(&operation) else {
            continue;
        };
        let tried = |body: Option<Value>, word: &str, ways: Vec<Vec<Permission>>| Tried {
            method: method.clone(),
            path: path.clone(),
            what: format!("{method} {path}{word}"),
            body,
            ways,
        };
        let one_of = |any: &[Permission]| any.iter().map(|one| vec![*one]).collect();
        match operation["operationId"].as_str().unwrap() {
            "change_marks" => {
                let kinds = EventKind::ALL.into_iter();
                for kind in kinds.filter(|kind| !matches!(kind, EventKind::Undone(_))) {
                    let body = json!({ "event": kind.slug(), "batch": 60_001, "all": true });
                    let needed = one_of(Permission::for_event(kind));
                    all.push(tried(Some(body), &format!(" {}", kind.slug()), needed));
                }
            }
            "take_licensee_step" => {
                for step in Step::ALL.iter().filter(|step| !step.needs_two()) {
                    let body =
                        json!({ "step": step.slug(), "date": "2026-03-01", "ground": "试验" });
                    let needed = one_of(&[Permission::for_step(*step)]);
                    all.push(tried(Some(body), &format!(" {}", step.slug()), needed));
                }
            }
            _ => all.push(tried(None, "", ways)),
        }
    }
    all
}

async fn status(who: &Phone, tried: &Tried) -> u16 {
    let path = filled(&tried.path);
    let reply = match &tried.body {
        Some(body) => who.send_json(&tried.method, &path, body).await,
        None => who.ask(&tried.method, &path, Vec::new()).await,
    };
    assert!(reply.status < 500, "{}: {}", tried.what, reply.text());
    if let 401 | 403 = reply.status {
        let kind = ["not-signed-in", "not-allowed"][usize::from(reply.status == 403)];
        assert_eq!(reply.kind(), "application/problem+json", "{}", tried.what);
        let expected = format!("urn:yuanmark:problem:{kind}");
        assert_eq!(reply.json()["type"], expected, "{}", tried.what);
    }
    reply.status
}

/// The path with what is not there in place of what it names.
fn filled(path: &str) -> String {
    let part = |part: &str| match part {
        "{mark}" => "60001-0".to_owned(),
        part if part.starts_with('{') => "60001".to_owned(),
        part => part.to_owned(),
    };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

/// Somebody of each role.
async fn everybody(site: &Site) -> Vec<Holder> {
    let mut all = Vec::new();
    for role in Role::ALL {
        let scope = match role {
            Role::Licensee => Scope::Licensee(LicenseeNumber(1)),
            Role::Printer => Scope::Printer(PrinterNumber(1)),
            _ => Scope::All,
        };
        let login = role.slug().replace('_', "-");
        all.push(site.hire(&login, *role, scope).await);
    }
    all
}

/// Tokens that open nothing, or only what is everybody's who has one.
async fn nobodies(site: &Site) -> Vec<(&'static str, Phone)> {
    let approver = site.hire("another", Role::Approver, Scope::All).await;
    let all = crate::support::holders::all_of(Role::Approver);
    let expired = site.token_of_days_ago(&approver.user, all.clone(), 1).await;
    let revoked = site.token_of(&approver.user, all).await;
    site.revoke(revoked.number).await;
    let gone = site.hire("gone", Role::Approver, Scope::All).await;
    site.change_user(&gone.user, Role::Approver, true).await;
    let narrowed = vec![Permission::Search];
    let narrowed = site.token_of(&approver.user, narrowed).await;
    vec![
        ("none", site.program()),
        ("expired", site.program_of(&expired)),
        ("revoked", site.program_of(&revoked)),
        ("disabled", site.program_of(&gone)),
        ("narrowed", site.program_of(&narrowed)),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_what() {
    let site = Site::any().await;
    site.licensee(0).await;
    site.printer().await;
    let document = site.program().open("/openapi.json").await.json();
    let everybody = everybody(&site).await;
    let nobodies = nobodies(&site).await;
    let operator = site.administrator();
    let mut heads: Vec<&str> = everybody
        .iter()
        .map(|holder| holder.user.login.as_str())
        .collect();
    heads.extend(nobodies.iter().map(|(name, _)| *name));
    heads.push("operator");
    let mut table = format!("{:61}{}\n", "", heads.join(" "));
    for tried in all_tried(&document) {
        write!(table, "{:60}", tried.what).unwrap();
        let mut heads = heads.iter();
        let mut tell = |status: u16| {
            let word = match status {
                401 | 403 => status.to_string(),
                _ => "yes".to_owned(),
            };
            let width = heads.next().unwrap().len();
            write!(table, " {word:width$}").unwrap();
        };
        for holder in &everybody {
            let status = status(&site.program_of(holder), &tried).await;
            let role = holder.user.role;
            let (what, word) = (&tried.what, role.slug());
            assert_ne!(status, 401, "{what}: {word}");
            assert_eq!(status != 403, tried.is_open_to(role), "{what}: {word}");
            tell(status);
        }
        for (name, who) in &nobodies {
            let status = status(who, &tried).await;
            let expected = match *name {
                "narrowed" if tried.ways == [[]] => 200,
                "narrowed" => 403,
                _ => 401,
            };
            assert_eq!(status, expected, "{}: {name}", tried.what);
            tell(status);
        }
        tell(status(&operator, &tried).await);
        table.truncate(table.trim_end().len());
        table.push('\n');
    }
    insta::assert_snapshot!("who_may_what", table);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_refusal_is_described() {
    let site = Site::any().await;
    let document = site.program().open("/openapi.json").await.json();
    for (method, path, operation) in operations(&document) {
        let Some(ways) = ways(&operation) else {
            continue;
        };
        let responses = operation["responses"].as_object().unwrap();
        assert!(responses.contains_key("401"), "{method} {path}");
        // Whatever needs more than a token.
        let is_refused = responses.contains_key("403");
        assert_eq!(is_refused, ways != [[]], "{method} {path}");
    }
    assert_eq!(
        document["components"]["securitySchemes"]["token"]["scheme"],
        "bearer"
    );
}

/// The table of operations says what each needs; a handler says whose things it reads, and has that from the caller.
#[test]
fn no_handler_decides_whose_things_it_reads() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/http/admin");
    let mut read = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        if name != "caller.rs" {
            read += 1;
            assert!(!text.contains("Scope::"), "{name}");
            assert!(!text.contains("Call::new"), "{name}");
        }
    }
    assert!(read > 15, "the sources were found");
}
