//! The request log of the real program: enough to see how it goes, nothing about anyone.

use serde_json::Value;
use yuanmark::domain::code::{Code, Payload};
use yuanmark::domain::mark::{BatchNumber, MarkId};

use crate::support::databases::TestDatabase;
use crate::support::installation::{Installation, USCCS, index};
use crate::support::server::{Phone, Reply};
use crate::support::serving::Process;

/// What the phone says of itself.
const TELLING: [(&str, &str); 6] = [
    ("user-agent", "Telltale/7.7 (somebody's phone)"),
    ("x-forwarded-for", "203.0.113.77"),
    ("forwarded", "for=203.0.113.77"),
    ("referer", "https://weixin.example/somebody"),
    ("accept-language", "en-ZA"),
    ("x-request-id", "somebody-s-own"),
];

/// One request of every kind, and what the log says of each: method, route, status.
const EXPECTED: [(&str, &str, u64); 11] = [
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
];

async fn ask_everything(
    phone: &Phone,
    code: &Code,
    serial: &str,
    leaked: &str,
) -> [Reply; EXPECTED.len()] {
    let link = code.to_base64url();
    let digits = String::from_utf8(code.to_digits().to_vec()).unwrap();
    let broken = format!("{{\"code\": \"{serial}\", \"{link}\": 1}}");
    [
        phone.open(&format!("/t/{link}")).await,
        phone.open(&format!("/T/{digits}?openid=somebody")).await,
        phone.open(&format!("/t/{}", &link[1..])).await,
        phone.type_in(serial).await,
        phone.check(&link).await,
        phone.check(leaked).await,
        phone.open(&format!("/elsewhere/{link}")).await,
        phone.open(&format!("/assets/{serial}")).await,
        phone.post(broken, "application/json").await,
        phone.ask("DELETE", &format!("/t/{link}"), Vec::new()).await,
        phone.open("/").await,
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_names_nobody_and_no_mark() {
    let installation = Installation::new(TestDatabase::sqlite()).await;
    let batch = installation.batch(2).await;
    let code = installation.code(&batch, 0);
    let link = code.to_base64url();
    let serial = installation.serial(&batch, 0).to_string();
    // Well signed, but of no batch: that is logged as an alarm.
    let elsewhere = MarkId {
        batch: BatchNumber::new(77_777).unwrap(),
        index: index(1),
    };
    let leaked = Payload {
        mark: elsewhere,
        ..*code.payload()
    };
    let signing = installation.keys.signing_key(batch.key).unwrap();
    let leaked = leaked.sign(&signing).to_base64url();

    let process = Process::serve_telling_all(&installation);
    let phone = TELLING
        .into_iter()
        .fold(process.phone(), |phone, (name, value)| {
            phone.with(name, value)
        });
    let replies = ask_everything(&phone, &code, &serial, &leaked).await;
    let cookie = phone.name().unwrap();
    let port = process.address.port().to_string();
    let (status, log) = process.terminate();
    assert!(status.success());

    for secret in [
        &link[..40],
        &link[60..],
        std::str::from_utf8(&code.to_digits()[..40]).unwrap(),
        &serial,
        &serial.replace('-', ""),
        &leaked[60..],
        &cookie[..20],
        &cookie[20..],
        "203.0.113.77",
        "Telltale",
        "somebody",
        "weixin",
        "en-ZA",
        USCCS[0],
        "虚构",
    ] {
        let telling = log.iter().find(|line| line.contains(secret));
        assert_eq!(telling, None, "{secret}");
    }

    let lines = log
        .iter()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("not JSON: {line}")));
    let lines: Vec<Value> = lines.collect();
    let with = |name: &'static str, value: &'static str| {
        let lines = lines.iter().filter(move |line| line[name] == value);
        lines.collect::<Vec<_>>()
    };
    // Where it listens stands in the log; where phones are does not.
    for line in lines.iter().filter(|line| line["message"] != "serving") {
        let text = line.to_string();
        assert!(!text.contains("127.0.0.1"), "{text}");
        assert!(!text.contains(&port), "{text}");
    }
    let requests = with("message", "request");
    assert_eq!(requests.len(), EXPECTED.len());
    for ((line, reply), (method, route, status)) in requests.iter().zip(&replies).zip(EXPECTED) {
        assert_eq!(line["method"], method);
        assert_eq!(line["route"], route);
        assert_eq!(line["status"], status);
        // The client can quote its request, and we find it.
        assert_eq!(line["request"].as_str(), reply.header("x-request-id"));
        // A further member of the line is to be thought about first.
        let members: Vec<&String> = line.as_object().unwrap().keys().collect();
        assert_eq!(
            members,
            [
                "level",
                "message",
                "method",
                "micros",
                "request",
                "route",
                "status",
                "target",
                "timestamp"
            ]
        );
    }
    let alarms = with("level", "ERROR");
    assert_eq!(alarms.len(), 1, "{alarms:#?}");
    let message = alarms[0]["message"].as_str().unwrap();
    assert!(message.contains("this signing key has leaked"), "{message}");
}
