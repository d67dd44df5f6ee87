//! What is too large, too many, no text or no number: a page with a way out, in both languages, and nothing done.

use super::table;
use crate::support::databases::TestDatabase;
use crate::support::office::{Office, Page};

const URLENCODED: &str = "application/x-www-form-urlencoded";
const MULTIPART: &str = "multipart/form-data; boundary=x";

#[track_caller]
fn is_page(page: &Page, status: u16) {
    page.is(status);
    assert_eq!(page.kind(), "text/html", "{}", page.path);
    assert!(
        page.text().contains("href=\"/console\""),
        "{}: no way out",
        page.path
    );
    assert!(!page.heading().is_empty());
}

fn part(name: &str, content: &[u8]) -> Vec<u8> {
    let mut body =
        format!("--x\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n").into_bytes();
    body.extend_from_slice(content);
    body.extend_from_slice(b"\r\n");
    body
}

fn closed(mut body: Vec<u8>) -> Vec<u8> {
    body.extend_from_slice(b"--x--\r\n");
    body
}

/// Addresses in whose place nothing can be.
const NO_NUMBERS: [&str; 16] = [
    "0",
    "-1",
    "00",
    "1.0",
    "1e3",
    "0x1",
    "abc",
    "%20",
    "%00",
    "%FF",
    "%E4%B8%80",
    "１",
    "65536",
    "4294967296",
    "18446744073709551616",
    "99999999999999999999999999999999999999",
];

#[tokio::test(flavor = "multi_thread")]
async fn an_address_whose_number_is_none_is_a_page_that_says_so() {
    let office = Office::furnished(TestDatabase::sqlite()).await;
    let mut asked = 0;
    for login in [
        "approver",
        "second",
        "registrar",
        "administrator",
        "auditor",
        "licensee",
        "printer",
    ] {
        let person = office.signed_in(login).await;
        let role = office.user(login).role;
        for route in table::all(&office) {
            let may = route.allows(role);
            if !may {
                continue;
            }
            for place in 0..route.parameters().len() {
                for text in NO_NUMBERS {
                    let text = if text == "１" { "%EF%BC%91" } else { text };
                    let path = route.filled(&office, |at, thing| {
                        if at == place {
                            text.to_owned()
                        } else {
                            thing.own.clone()
                        }
                    });
                    let page = if route.is_read() {
                        person.open(&path).await
                    } else {
                        let typed = [("reason", "无"), ("confirmed", "1")];
                        person.post(&path, &typed).await
                    };
                    // "00" is no number of ours, but may be read as the number 0: nothing is there either.
                    if page.status == 403 && path.contains("/steps/") {
                        continue;
                    }
                    is_page(&page, 404);
                    asked += 1;
                }
            }
        }
    }
    assert!(asked > 500, "{asked}");
    // In both languages, also for a program that does not say that it takes pages.
    let person = office.signed_in("registrar").await;
    person
        .open("/console/orders/x?lang=zh")
        .await
        .says("没有这个页面");
    person
        .open("/console/orders/x?lang=en")
        .await
        .says("There is nothing at this address");
    let program = crate::support::server::Phone::new(office.address).without("accept");
    assert_eq!(program.open("/console/nowhere").await.kind(), "text/html");
    // Addresses that do not exist, and methods.
    is_page(&person.open("/console/nowhere").await, 404);
    is_page(&person.open("/console/orders/1/2/3").await, 404);
    is_page(&person.open("/console/sign-out").await, 405);
    is_page(&person.post("/console/orders", &[]).await, 405);
    // The console's own, not the public's: whoever is signed in is still at the desk.
    person
        .open("/console/nowhere")
        .await
        .says("测试人员 registrar");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_large_is_told_so() {
    let office = Office::any().await;
    let person = office.signed_in("registrar").await;
    let path = "/console/licensees/new";
    let large = vec![b'a'; 2 * 1024 * 1024];
    let many = vec!["name=a"; 300].join("&").into_bytes();
    let many_parts = closed((0..300).flat_map(|_| part("name", b"a")).collect());
    for who in [&person, &office.person("nobody")] {
        for (kind, body) in [
            (URLENCODED, [b"name=".to_vec(), large.clone()].concat()),
            (MULTIPART, closed(part("name", &large))),
            (URLENCODED, many.clone()),
            (MULTIPART, many_parts.clone()),
        ] {
            let page = who.post_body(path, kind, body).await;
            is_page(&page, 413);
            page.says("内容过大");
        }
    }
    person
        .post_body("/console/sign-in?lang=en", URLENCODED, large)
        .await
        .is(413)
        .says("This is too large");
    assert!(person.is_signed_in().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_form_is_told_so() {
    let office = Office::any().await;
    let person = office.signed_in("registrar").await;
    let path = "/console/licensees/new";
    for (kind, body) in [
        (URLENCODED, b"name=%FF%FE".to_vec()),
        (URLENCODED, b"name=\xff\xfe".to_vec()),
        (URLENCODED, b"\xff=x".to_vec()),
        (MULTIPART, closed(part("name", b"\xff\xfe"))),
        (MULTIPART, part("name", b"never ends")),
        ("multipart/form-data", b"nonsense".to_vec()),
        ("application/json", b"{}".to_vec()),
        ("text/plain", b"name=x".to_vec()),
        ("", b"name=x".to_vec()),
    ] {
        let what = format!("{kind}: {}", String::from_utf8_lossy(&body));
        let page = person.post_body(path, kind, body).await;
        assert_eq!(page.status, 400, "{what}");
        is_page(&page, 400);
        page.says("无法读取");
    }
    // Control characters that are text are the field's mistake: it is named, and the rest is kept.
    let form = person.open(path).await.form();
    let page = person
        .send(
            &form
                .fill("name", "甲\u{0}乙\u{202e}")
                .fill("uscc", "93430981MA4TEXT36K"),
        )
        .await;
    page.is(422);
    assert_eq!(page.form().value("uscc"), "93430981MA4TEXT36K");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_question_breaks_a_list() {
    for office in Office::both().await {
        for login in [
            "auditor",
            "administrator",
            "registrar",
            "licensee",
            "printer",
        ] {
            let person = office.signed_in(login).await;
            let role = office.user(login).role;
            for route in table::all(&office) {
                let may = route.allows(role);
                if !may || !route.is_read() || !route.parameters().is_empty() {
                    continue;
                }
                for text in [
                    "%00",
                    "%FF",
                    "%",
                    "'",
                    "%25%5F!",
                    "99999999999999999999",
                    "-1",
                    "%E6%B2%85",
                ] {
                    let names = [
                        "q", "after", "login", "action", "subject", "outcome", "from", "until",
                        "state", "licensee", "printer", "order", "season", "kind", "role", "lot",
                        "batch", "format", "lang", "notice", "to",
                    ];
                    let query = names.map(|name| format!("{name}={text}")).join("&");
                    let path = format!("{}?{query}", route.path);
                    let page = person.open(&path).await;
                    // A table is not taken by a condition that cannot be read.
                    let is_table = route.path.ends_with("/table");
                    assert!(
                        [200, 303].contains(&page.status) || (is_table && page.status == 422),
                        "{path}: {} {}",
                        page.status,
                        page.text()
                    );
                }
                // The same name twice.
                let path = format!("{}?q=1&q=2&after=1&after=2", route.path);
                let page = person.open(&path).await;
                assert!([200, 303].contains(&page.status), "{path}: {}", page.status);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_does_not_answer_is_a_page_too() {
    let office = Office::any().await;
    let person = office.signed_in("registrar").await;
    let form = person.open("/console/licensees/new").await.form();
    office
        .behind_its_back("ALTER TABLE sessions RENAME TO sessions_away")
        .await;
    let page = person.open("/console/orders").await;
    is_page(&page, 503);
    page.says("同一份表单只会办理一次");
    assert_eq!(page.header("retry-after"), Some("5"));
    is_page(&person.send(&form.fill("name", "虚构")).await, 503);
}

/// Files that are not what their names say.
const LIARS: [(&str, &[u8]); 5] = [
    ("report.pdf", b"<!doctype html><script>zz()</script>"),
    ("report.pdf", b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff"),
    ("photo.png", b"PK\x03\x04 a packed folder"),
    ("photo.jpg", b"\xff\xd9 nothing of a picture"),
    ("../../etc/passwd", b"root:x:0:0"),
];

/// Every form that takes a file is found in the table of pages, and tried.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_lies_about_its_type_is_not_taken() {
    let office = Office::furnished(TestDatabase::sqlite()).await;
    for login in ["registrar", "licensee"] {
        let person = office.signed_in(login).await;
        for route in table::all(&office).iter().filter(|route| route.is_read()) {
            let path = route.filled(&office, |_, thing| thing.own.clone());
            let page = person.open(&path).await;
            for form in page.forms() {
                let file = form.fields.iter().find(|field| field.kind == "file");
                let Some(field) = file.map(|field| field.name.clone()) else {
                    continue;
                };
                for (name, content) in LIARS {
                    let page = person
                        .send(&form.plausible().attach(&field, name, content))
                        .await;
                    is_page(&page, 422);
                    assert!(!page.text().contains("<script>zz"), "{path}: {name}");
                }
                let empty = person
                    .send(&form.plausible().attach(&field, "empty.pdf", b""))
                    .await;
                is_page(&empty, 422);
            }
        }
    }
}
