//! What machines read: the public keys, the description of the interface, and whether the site is well.

use std::collections::BTreeSet;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ed25519_dalek::VerifyingKey;
use serde_json::Value;
use yuanmark::domain::code::Code;
use yuanmark::domain::event::{EventKind, Withdrawal};
use yuanmark::service::keys::LiveKeys;
use yuanmark::store::{Store, migrate};

use super::answers::of_season_2020;
use crate::support::databases::TestDatabase;
use crate::support::installation::{Installation, morning};
use crate::support::server::{Reply, Site};

#[tokio::test(flavor = "multi_thread")]
async fn a_code_can_be_checked_with_the_published_key_alone() {
    let site = Site::any().await;
    let batch = site.in_market(1).await;
    let reply = site.program().open("/.well-known/jwks.json").await;
    assert_eq!(
        (reply.status, reply.kind()),
        (200, "application/jwk-set+json")
    );
    let set = reply.json();
    assert_eq!(set["keys"].as_array().unwrap().len(), 1);
    let key = &set["keys"][0];
    for (member, value) in [
        ("kty", "OKP"),
        ("crv", "Ed25519"),
        ("alg", "EdDSA"),
        ("use", "sig"),
        ("kid", "1"),
        ("status", "active"),
        ("from", "2026-01-01T00:00:00Z"),
    ] {
        assert_eq!(key[member], value, "{member}");
    }
    // Nothing private: RFC 8037 calls that member d.
    assert_eq!(key.get("d"), None);

    let x = URL_SAFE_NO_PAD.decode(key["x"].as_str().unwrap()).unwrap();
    let public = VerifyingKey::from_bytes(&x.try_into().unwrap()).unwrap();
    let code = site.code(&batch, 0);
    let read = Code::from_text(&code.to_base64url()).unwrap();
    assert!(read.is_signed_by(&public));
    let mut other = *code.bytes();
    other[79] ^= 1;
    assert!(!Code::from_bytes(other).unwrap().is_signed_by(&public));
}

#[tokio::test(flavor = "multi_thread")]
async fn health_asks_nothing_and_readiness_asks_the_database() {
    for site in Site::both().await {
        for (path, says) in [("/healthz", "ok\n"), ("/readyz", "ready\n")] {
            let reply = site.program().open(path).await;
            assert_eq!((reply.status, reply.text()), (200, says));
            assert_eq!(reply.kind(), "text/plain");
            assert_eq!(reply.header("set-cookie"), None);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_without_the_schema_is_not_ready() {
    for database in TestDatabase::both().await {
        let folder = Installation::new(TestDatabase::sqlite()).await;
        let store = Store::connect_or_create(&database.url).await.unwrap();
        let keys = LiveKeys::open(folder.keys.folder().clone(), None).unwrap();
        let site = Site::serve(Installation {
            store: store.clone(),
            keys: keys.into(),
            database,
            folder: folder.folder,
        })
        .await;
        let reply = site.program().open("/readyz").await;
        assert_eq!(reply.status, 503);
        assert_eq!(reply.json()["type"], "urn:yuanmark:problem:unavailable");
        assert_eq!(site.program().open("/healthz").await.status, 200);
        // Somebody runs `yuanmark migrate`.
        migrate::run(&store).await.unwrap();
        assert_eq!(site.program().open("/readyz").await.status, 200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_interface_is_described() {
    let site = Site::any().await;
    let reply = site.program().open("/openapi.json").await;
    assert_eq!((reply.status, reply.kind()), (200, "application/json"));
    let mut document = reply.json();
    let version = document["info"]["version"].take();
    assert_eq!(version, env!("CARGO_PKG_VERSION"));
    insta::assert_json_snapshot!("openapi", document);
}

/// What is there for people: pages, and what they are made of.
const FOR_PEOPLE: [&str; 19] = [
    "/",
    "/check",
    "/check/photo",
    "/directory",
    "/offline",
    "/worker.js",
    "/t/",
    "/T/",
    "/t/{*code}",
    "/T/{*code}",
    "/artwork/{licensee}/{name}",
    "/assets/{name}",
    "/pack/{link}",
    "/claim",
    "/claim/{serial}/{hidden}",
    "/CLAIM/{serial}/{hidden}",
    "/privacy",
    "/about",
    "/openapi.json",
];

#[tokio::test(flavor = "multi_thread")]
async fn every_route_for_programs_is_described() {
    let site = Site::any().await;
    let document = site.program().open("/openapi.json").await.json();
    for path in document["paths"].as_object().unwrap().keys() {
        // What its path names may not be there, and then that is told.
        let reply = site.administrator().open(path).await;
        let told = reply.status == 404 && reply.json()["type"] == "urn:yuanmark:problem:no-such";
        assert!(
            told || matches!(reply.status, 200 | 405),
            "{path}: {}",
            reply.status
        );
    }
    // `routes!` describes what it adds; a bare `.route` describes nothing.
    let table = include_str!("../../../src/http/mod.rs");
    let bare = table.split(".route(").skip(1).map(|rest| {
        let rest = rest.trim_start().strip_prefix('"').expect("a literal path");
        rest.split_once('"').unwrap().0
    });
    let bare: BTreeSet<&str> = bare.collect();
    assert_eq!(bare, FOR_PEOPLE.into());
}

/// What breaks the schema, and the names of all members seen; the subset of JSON Schema that the document uses.
struct Reader<'a> {
    schemas: &'a Value,
    seen: BTreeSet<String>,
}

impl Reader<'_> {
    fn fits(&mut self, value: &Value, schema: &Value) -> bool {
        if let Some(reference) = schema["$ref"].as_str() {
            let name = reference.rsplit_once('/').unwrap().1;
            return self.fits(value, &self.schemas[name]);
        }
        let list = |name: &str| schema[name].as_array().cloned().unwrap_or_default();
        let one_of = list("oneOf");
        let fitting = one_of.iter().filter(|schema| self.fits(value, schema));
        if !one_of.is_empty() && fitting.count() != 1 {
            return false;
        }
        if !list("allOf").iter().all(|schema| self.fits(value, schema)) {
            return false;
        }
        let is = |kind: &Value| match kind.as_str().unwrap() {
            "object" => value.is_object(),
            "string" => value.is_string(),
            "integer" => value.is_u64(),
            "boolean" => value.is_boolean(),
            "null" => value.is_null(),
            other => panic!("a type this test does not know: {other}"),
        };
        let has_kind = match &schema["type"] {
            Value::Null => true,
            Value::Array(kinds) => kinds.iter().any(is),
            kind => is(kind),
        };
        let is_complete = list("required")
            .iter()
            .all(|name| value.get(name.as_str().unwrap()).is_some());
        let properties = schema["properties"].as_object().cloned();
        has_kind
            && is_complete
            && properties.into_iter().flatten().all(|(name, schema)| {
                let Some(member) = value.get(&name) else {
                    return true;
                };
                self.seen.insert(name);
                self.fits(member, &schema)
            })
    }
}

/// The names of all members, in an answer or of all `properties` in a schema.
fn names(value: &Value, is_schema: bool, into: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                match value {
                    Value::Object(properties) if is_schema && name == "properties" => {
                        into.extend(properties.keys().cloned());
                    }
                    _ if is_schema => {}
                    _ => _ = into.insert(name.clone()),
                }
                names(value, is_schema, into);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| names(item, is_schema, into)),
        _ => {}
    }
}

/// The schemas that a description refers to, and those that they refer to.
fn reachable(schemas: &Value, description: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut next = vec![description.to_string()];
    while let Some(text) = next.pop() {
        for rest in text.split("#/components/schemas/").skip(1) {
            let name = rest.split('"').next().unwrap().to_owned();
            if found.insert(name.clone()) {
                next.push(schemas[&name].to_string());
            }
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_is_as_described_and_everything_described_is_used() {
    let site = Site::any().await;
    let batch = site.in_market(3).await;
    site.licensee(1).await;
    site.set_hotline(&batch, "0737-1234567").await;
    let old = of_season_2020(&site).await;
    let lost = EventKind::Withdrawn(Withdrawal::Lost);
    site.change(&batch, lost, "1", morning()).await.unwrap();

    let phone = site.phone();
    let document = phone.open("/openapi.json").await.json();
    let mut answers: Vec<Reply> = vec![
        phone.check_in(430_900, &site.link(&batch, 0)).await,
        site.phone().check(&site.link(&batch, 0)).await,
        phone.check(&site.link(&batch, 1)).await,
        phone.check(&site.link(&old, 0)).await,
        phone.check("x").await,
        phone.post("{", "application/json").await,
        phone.post("{", "text/plain").await,
        phone.post("{".repeat(5000), "application/json").await,
        phone.check_in(1, "x").await,
    ];
    site.database.take_away().await;
    answers.push(phone.check(&site.link(&batch, 0)).await);

    let described = &document["paths"]["/api/v1/verify"]["post"]["responses"];
    let mut reader = Reader {
        schemas: &document["components"]["schemas"],
        seen: BTreeSet::new(),
    };
    let (mut given, mut statuses) = (BTreeSet::new(), BTreeSet::new());
    for answer in &answers {
        let status = answer.status.to_string();
        let schema = &described[&status]["content"][answer.kind()]["schema"];
        assert!(schema.is_object(), "{status} is described");
        assert!(reader.fits(&answer.json(), schema), "{}", answer.text());
        names(&answer.json(), false, &mut given);
        statuses.insert(status);
    }
    statuses.insert("408".to_owned()); // `serving` waits for one
    statuses.insert("429".to_owned()); // `traffic` guesses until there is one
    assert_eq!(given, reader.seen, "nothing is given that is not described");
    let mut all = BTreeSet::new();
    for schema in reachable(reader.schemas, described) {
        names(&reader.schemas[schema], true, &mut all);
    }
    // Problems that administrators alone are told.
    for name in ["advice", "lines", "line", "text", "problem"] {
        assert!(all.remove(name), "{name}");
    }
    assert_eq!(given, all, "nothing is described that is never given");
    assert_eq!(
        statuses,
        described.as_object().unwrap().keys().cloned().collect()
    );
}
