//! The request log of the real program: enough to see how it goes, nothing about anyone.

use std::collections::BTreeSet;

use serde_json::Value;
use yuanmark::domain::event::EventKind;
use yuanmark::domain::mark::{BatchNumber, MarkId};

use crate::support::databases::TestDatabase;
use crate::support::installation::{Installation, index, morning};
use crate::support::process::Process;

#[tokio::test(flavor = "multi_thread")]
#[allow(clippy::too_many_lines)] // one long list
async fn the_log_names_nobody_and_no_mark() {
    let installation = Installation::new(TestDatabase::sqlite()).await;
    let batch = installation.batch(2).await;
    installation
        .change(&batch, EventKind::Activated, "", morning())
        .await
        .unwrap();
    let code = installation.code(&batch, 0);
    let digits = String::from_utf8(code.to_digits().to_vec()).unwrap();
    let link = code.to_base64url();
    let serial = installation.serial(&batch, 0).to_string();
    // Well signed, but of no batch: that is logged as an alarm.
    let signing = installation.keys.signing_key(batch.key).unwrap();
    let mut payload = *code.payload();
    payload.mark = MarkId {
        batch: BatchNumber::new(77_777).unwrap(),
        index: index(1),
    };
    let leaked = payload.sign(&signing).to_base64url();

    let process = Process::serve(&installation);
    let phone = process
        .phone()
        .with("user-agent", "Telltale/7.7 (somebody's phone)")
        .with("x-forwarded-for", "203.0.113.77")
        .with("forwarded", "for=203.0.113.77")
        .with("referer", "https://weixin.example/somebody")
        .with("accept-language", "en-ZA")
        .with("x-request-id", "somebody-s-own");
    let replies = [
        phone.open(&format!("/t/{link}")).await,
        phone.open(&format!("/T/{digits}?openid=somebody")).await,
        phone.open(&format!("/t/{}", &link[1..])).await,
        phone.type_in(&serial).await,
        phone.check(&link).await,
        phone.check(&leaked).await,
        phone.open(&format!("/elsewhere/{link}")).await,
        phone.open(&format!("/assets/{serial}")).await,
        phone
            .post(
                format!("{{\"code\": \"{serial}\", \"{link}\": 1}}"),
                "application/json",
            )
            .await,
        phone.ask("DELETE", &format!("/t/{link}"), Vec::new()).await,
        phone.open("/").await,
    ];
    let cookie = phone.name().unwrap();
    let port = process.address.port().to_string();
    let (status, log) = process.terminate();
    assert!(status.success());

    let secrets = [
        link.clone(),
        link[1..60].to_owned(),
        digits,
        serial.clone(),
        serial.replace('-', ""),
        leaked[..60].to_owned(),
        cookie.clone(),
        cookie[..20].to_owned(),
        "203.0.113.77".to_owned(),
        "Telltale".to_owned(),
        "somebody".to_owned(),
        "weixin".to_owned(),
        "en-ZA".to_owned(),
        "91430981".to_owned(),
        "虚构".to_owned(),
    ];
    for line in &log {
        for secret in &secrets {
            assert!(!line.contains(secret.as_str()), "{secret}: {line}");
        }
    }

    let lines: Vec<Value> = log
        .iter()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("not JSON: {line}")))
        .collect();
    // Where it listens stands in the log; where phones are does not.
    for line in lines.iter().filter(|line| line["message"] != "serving") {
        let text = line.to_string();
        assert!(
            !text.contains("127.0.0.1") && !text.contains(&port),
            "{text}"
        );
    }
    let requests: Vec<&Value> = lines
        .iter()
        .filter(|line| line["message"] == "request")
        .collect();
    let seen: Vec<(&str, &str, u64)> = requests
        .iter()
        .map(|line| {
            let text = |name: &str| line[name].as_str().unwrap();
            (
                text("method"),
                text("route"),
                line["status"].as_u64().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        seen,
        [
            ("GET", "/t/{*code}", 200),
            ("GET", "/T/{*code}", 200),
            ("GET", "/t/{*code}", 200),
            ("GET", "/check", 200),
            ("POST", "/api/v1/verify", 200),
            ("POST", "/api/v1/verify", 200),
            ("GET", "none", 404),
            ("GET", "/assets/{name}", 404),
            ("POST", "/api/v1/verify", 400),
            ("DELETE", "/t/{*code}", 405),
            ("GET", "/", 200),
        ]
    );
    // The client can quote its request, and we find it.
    for (line, reply) in requests.iter().zip(&replies) {
        assert_eq!(line["request"].as_str(), reply.header("x-request-id"));
    }
    // A new member of the line is to be thought about first.
    let members: BTreeSet<&str> = requests
        .iter()
        .flat_map(|line| line.as_object().unwrap().keys())
        .map(String::as_str)
        .collect();
    let expected = [
        "level",
        "message",
        "method",
        "micros",
        "request",
        "route",
        "status",
        "target",
        "timestamp",
    ];
    assert_eq!(members, expected.into());

    let alarms: Vec<&Value> = lines
        .iter()
        .filter(|line| line["level"] == "ERROR")
        .collect();
    assert_eq!(alarms.len(), 1, "{alarms:#?}");
    assert!(
        alarms[0]["message"]
            .as_str()
            .unwrap()
            .contains("this signing key has leaked")
    );
}
