//! Whatever is not ours gets one answer, whichever way it is not ours: nobody can learn from the answers how close a
//! made-up code came.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ed25519_dalek::SigningKey;
use serde_json::{Value, json};
use yuanmark::domain::access::Scope;
use yuanmark::domain::code::{CODE_BYTES, Code, Payload};
use yuanmark::domain::keyring::KeyId;
use yuanmark::domain::mark::{BatchNumber, MarkId};
use yuanmark::domain::order::Batch;
use yuanmark::domain::season::Season;
use yuanmark::domain::typed::Flaw;
use yuanmark::service::keys;
use yuanmark::store::unissued;

use crate::support::databases::TestDatabase;
use crate::support::installation::{Installation, index, morning};
use crate::support::server::{Reply, Site, percent_encoded, until};

/// Made up, damaged, hostile: what strangers send. None of it is a code or serial.
const NOISE: [&str; 26] = [
    "nothing",
    "0",
    "-1",
    "４ＢＤ９",
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "'; DROP TABLE licensees; --",
    "1' OR '1'='1",
    "$(reboot)",
    "{{7*7}}",
    "${jndi:ldap://x}",
    "%00",
    "%s%n%x",
    "\0",
    "EAcA\0AAB",
    "\r\nSet-Cookie: a=b",
    "../../../../etc/passwd",
    "..\\..\\keys\\signing-1.pem",
    "/t/",
    "https://v.example.cn/t/",
    "https://evil.example/t/EAcAAAABAAAAABoBAAEAAIBl50CF",
    "🎋🎋🎋🎋🎋🎋🎋🎋🎋🎋🎋🎋🎋🎋🎋🎋",
    "沅江芦笋专用标志防伪编号测试用",
    "\u{202e}\u{200b}\u{feff}",
    "null",
    "[object Object]",
];

/// Paths below /t/ as they stand on the wire: escapes that are broken, or hide something.
const PATHS: [&str; 17] = [
    "",
    "/",
    "//",
    "%",
    "%zz",
    "%f",
    "%00",
    "%ff%fe",
    "%c0%af",
    "%2e%2e%2f%2e%2e%2f",
    "../healthz",
    "./",
    "a/b/c/d",
    "%3Cscript%3E",
    "?q=1",
    "&lang=en",
    ";jsessionid=1",
];

fn invalid_vectors() -> Vec<String> {
    let file: Value =
        serde_json::from_str(include_str!("../../vectors/mark-code-v1.json")).unwrap();
    let valid = &file["valid"][0]; // well signed, by someone else
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut inputs: Vec<String> = file["invalid"]
        .as_array()
        .unwrap()
        .iter()
        .map(|invalid| text(&invalid["input"]))
        .collect();
    assert_eq!(inputs.len(), 22);
    inputs.extend(["base64url", "digits", "qr_text", "serial"].map(|form| text(&valid[form])));
    inputs
}

fn spoilt(code: &Code, byte: usize) -> String {
    let mut bytes = *code.bytes();
    bytes[byte] ^= 1;
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A good code, damaged in every way that a printer, a copier or a forger comes upon.
fn damaged(code: &Code) -> Vec<String> {
    let link = code.to_base64url();
    let digits = String::from_utf8(code.to_digits().to_vec()).unwrap();
    let swapped_case = link.chars().map(|c| {
        if c.is_ascii_lowercase() {
            c.to_ascii_uppercase()
        } else {
            c.to_ascii_lowercase()
        }
    });
    let full_width = digits
        .chars()
        .map(|c| char::from_u32(c as u32 + 0xfee0).unwrap());
    let mut all = vec![
        swapped_case.collect(),
        full_width.collect(),
        link.to_uppercase(),
        link[..106].to_owned(),
        link[1..].to_owned(),
        format!("{link}A"),
        format!("{link}="),
        format!("{link}/"),
        format!("{link}/{link}"),
        digits[..192].to_owned(),
        format!("{digits}0"),
        format!("0{digits}"),
        digits.repeat(2),
        format!("{}é", &link[..105]),
        format!("{} {}", &link[..50], &link[50..]),
        "A".repeat(107),
        "_".repeat(107),
        "0".repeat(193),
        "9".repeat(193),
        "9".repeat(3000),
    ];
    all.extend((0..CODE_BYTES).step_by(7).map(|byte| spoilt(code, byte)));
    all
}

/// Well-signed codes without a mark behind them: what a thief of the signing key could make.
fn unissued(site: &Site, batch: &Batch) -> Vec<String> {
    let good = *site.code(batch, 0).payload();
    let signing = site.keys.signing_key(batch.key).unwrap();
    let elsewhere = MarkId {
        batch: BatchNumber::new(9_999).unwrap(),
        index: index(0),
    };
    let beyond = MarkId {
        batch: batch.number,
        index: index(batch.count.get()),
    };
    let other_season = Season::new(good.season.year() + 1).unwrap();
    [
        Payload {
            mark: elsewhere,
            ..good
        },
        Payload {
            mark: beyond,
            ..good
        },
        Payload {
            season: other_season,
            ..good
        },
        Payload {
            has_hidden_code: true,
            ..good
        },
    ]
    .map(|payload| payload.sign(&signing).to_base64url())
    .into()
}

/// Serials without a mark behind them, and codes of keys that are not in the ring or not those of the number.
fn strange(site: &Site, batch: &Batch) -> Vec<String> {
    let good = *site.code(batch, 0).payload();
    let stranger = SigningKey::from_bytes(&[9; 32]);
    let serials = [(9_999, 0), (batch.number.get(), batch.count.get())].map(|(number, place)| {
        let mark = MarkId {
            batch: BatchNumber::new(number).unwrap(),
            index: index(place),
        };
        site.keys.secrets.serial.serial(mark).to_string()
    });
    let real = site.serial(batch, 0).to_string();
    let last = real.chars().last().unwrap();
    let other = if last == '7' { '8' } else { '7' };
    let mut all = vec![
        good.sign(&stranger).to_base64url(),
        Payload {
            key: KeyId(200),
            ..good
        }
        .sign(&stranger)
        .to_base64url(),
        format!("{}{other}", &real[..real.len() - 1]),
        format!("{real}0"),
        real[1..].to_owned(),
        "0000-0000-0000-0000".to_owned(),
        "ZZZZ-ZZZZ-ZZZZ-ZZZZ".to_owned(),
    ];
    all.extend(serials);
    all
}

/// An answer without what differs between any two: the time, the request's own name, the new phone's cookie, and the
/// language switch, which repeats what was asked.
fn comparable(reply: &Reply) -> (u16, Vec<(String, String)>, String) {
    assert!(
        reply.header("set-cookie").is_some(),
        "each comes from a new phone"
    );
    let mut headers: Vec<(String, String)> = reply
        .headers
        .iter()
        .filter(|(name, _)| {
            !["date", "x-request-id", "set-cookie", "content-length"].contains(&name.as_str())
        })
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect();
    headers.sort();
    (reply.status, headers, without_asked(reply.text()))
}

/// A page without what was asked, which the way to a report and the field carry along.
fn without_asked(page: &str) -> String {
    const FIELD: &str = "<input id=\"q\" name=\"q\" type=\"text\"";
    let page = match page.split_once(FIELD) {
        Some((before, after)) => {
            let (_, after) = after.split_once(" inputmode=").unwrap();
            format!("{before}{FIELD} inputmode={after}")
        }
        None => page.to_owned(),
    };
    let mut rest = page.as_str();
    let mut all = String::new();
    while let Some((before, after)) = rest.split_once("/report?serial=") {
        let (_, after) = after.split_once('"').unwrap();
        all.push_str(before);
        all.push_str("/report\"");
        rest = after;
    }
    all.push_str(rest);
    all
}

/// Of a page that repeats what was typed, everything else.
fn without_switch(reply: &Reply, typed: &str) -> (u16, String) {
    assert!(
        reply.header("set-cookie").is_some(),
        "each comes from a new phone"
    );
    let (before, rest) = reply.text().split_once("<nav class=\"lang\"").unwrap();
    let (switch, after) = rest.split_once("</nav>").unwrap();
    // It repeats the address as it was escaped, and no text of its own.
    let link = format!("href=\"?q={}&#38;lang=en", percent_encoded(typed));
    assert!(switch.contains(&link), "{switch}");
    (reply.status, without_asked(&format!("{before}{after}")))
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_not_ours_gets_one_and_the_same_answer() {
    for site in Site::both().await {
        let batch = site.in_market(3).await;
        let mut inputs: Vec<String> = NOISE.map(str::to_owned).into();
        inputs.extend(invalid_vectors());
        inputs.extend(damaged(&site.code(&batch, 0)));
        inputs.extend(strange(&site, &batch));
        inputs.extend(unissued(&site, &batch));

        let expected_page = comparable(&site.phone().open("/t/x").await);
        assert_eq!(expected_page.0, 200);
        let expected_json = comparable(&site.program().check("x").await);
        assert_eq!(
            serde_json::from_str::<Value>(&expected_json.2).unwrap(),
            json!({ "true_domain": "v.example.cn", "verdict": "not_ours" })
        );
        let typed = "4BD9-QV4N-Q0NZ-57DB";
        let expected_typed = without_switch(&site.phone().type_in(typed).await, typed);

        for input in &inputs {
            let page = site
                .phone()
                .open(&format!("/t/{}", percent_encoded(input)))
                .await;
            assert_eq!(comparable(&page), expected_page, "/t/ {input:?}");
            // Every byte that may stand in a path unescaped.
            if input
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_=/".contains(&byte))
            {
                for case in ["/t/", "/T/"] {
                    let page = site.phone().open(&format!("{case}{input}")).await;
                    assert_eq!(comparable(&page), expected_page, "{case} {input:?}");
                }
            }
            let answer = site.program().check(input).await;
            assert_eq!(comparable(&answer), expected_json, "JSON {input:?}");
            if !input.is_empty() {
                let typed = site.phone().type_in(input).await;
                // What cannot be a serial is told so: that says nothing of any mark.
                if typed.status == 422 {
                    assert!(Flaw::of(input).is_some(), "{input:?}");
                    continue;
                }
                let (status, page) = without_switch(&typed, input);
                assert_eq!(status, expected_typed.0, "typed {input:?}");
                let differs = page
                    .lines()
                    .zip(expected_typed.1.lines())
                    .find(|(one, other)| one != other);
                assert_eq!(differs, None, "typed {input:?}");
                assert_eq!(page.len(), expected_typed.1.len(), "typed {input:?}");
            }
        }
        for path in PATHS {
            let page = site.phone().open(&format!("/t/{path}")).await;
            let same = comparable(&page).2 == expected_page.2;
            assert!(same || path.starts_with('?'), "/t/{path}:\n{}", page.text());
            assert_eq!(
                (page.status, page.heading()),
                (200, "这不是沅江芦笋专用标志的编号。".into())
            );
        }
        // The serial of a mark of ours is a serial, and no code: the path belongs to codes alone.
        let serial = site.serial(&batch, 0).to_string();
        let page = site.phone().open(&format!("/t/{serial}")).await;
        assert_eq!(comparable(&page), expected_page);
        // And the real ones are ours still.
        assert_eq!(site.phone().check(&serial).await.verdict(), "first_check");
        let report =
            yuanmark::service::issue::report(&site.store, Scope::All, batch.number, morning())
                .await;
        assert_eq!(report.unwrap().queries, 1, "what is not ours is no query");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn inside_a_well_signed_code_without_a_batch_is_remembered() {
    for site in Site::both().await {
        let batch = site.in_market(1).await;
        let codes = unissued(&site, &batch);
        for code in codes.iter().chain(&codes[..1]) {
            assert_eq!(site.phone().check(code).await.verdict(), "not_ours");
        }
        // What only looks like one, or comes from a robot, is no alarm.
        for noise in strange(&site, &batch) {
            assert_eq!(site.phone().check(&noise).await.verdict(), "not_ours");
        }
        let robot = site.phone().with("user-agent", "Googlebot/2.1");
        assert_eq!(robot.check(&codes[1]).await.verdict(), "not_ours");
        let (count, last) = unissued::count(&mut site.store.read().await.unwrap())
            .await
            .unwrap();
        // The code of another season and the one with a hidden code name a mark there is: the row is the mark's.
        assert_eq!(count, 3);
        assert!(last.is_some());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn marks_of_a_compromised_key_look_like_any_other_stranger_s() {
    let site = Site::serve(Installation::new(TestDatabase::sqlite()).await).await;
    let batch = site.in_market(2).await;
    let code = site.link(&batch, 0);
    assert_eq!(site.phone().check(&code).await.verdict(), "first_check");
    keys::compromise(site.keys.folder(), batch.key, morning(), morning()).unwrap();
    until("the compromise binds", async || {
        site.phone().check(&code).await.verdict() == "not_ours"
    })
    .await;
    let expected = comparable(&site.program().check("x").await);
    for code in [
        code,
        site.link(&batch, 1),
        site.serial(&batch, 1).to_string(),
    ] {
        assert_eq!(comparable(&site.program().check(&code).await), expected);
    }
    let expected = comparable(&site.phone().open("/t/x").await);
    assert_eq!(
        comparable(&site.phone().open(&site.page(&batch, 0)).await),
        expected
    );
}
