//! Errors: a problem with a stable type for programs, a page with a way out for people.

use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::{Value, json};

use crate::support::server::{PATIENCE, Reply, Site};

/// Holds the problem against its stable name; its words may change, its members may not.
fn is_problem(reply: &Reply, status: u16, name: &str) {
    assert_eq!(reply.status, status, "{}", reply.text());
    assert_eq!(reply.kind(), "application/problem+json", "{}", reply.text());
    let problem = reply.json();
    assert_eq!(problem["type"], format!("urn:yuanmark:problem:{name}"));
    assert_eq!(problem["status"], status);
    assert!(problem["title"].as_str().unwrap().ends_with('.'));
    assert_eq!(reply.header("cache-control"), Some("no-store"));
}

/// Holds the page against its heading, and follows its way out.
async fn is_page(site: &Site, reply: &Reply, status: u16, heading: &str, way_out: &str) {
    assert_eq!(reply.status, status, "{}", reply.text());
    assert_eq!(reply.heading(), heading);
    let number = [format!("错误 {status}"), format!("Error {status}")];
    assert!(number.iter().any(|number| reply.words().contains(number)));
    let button = format!("<a class=\"button\" href=\"{way_out}\">");
    assert!(reply.text().contains(&button), "{}", reply.text());
    assert!(!reply.text().contains("<script>"));
    let home = site.phone().open(way_out).await;
    assert_eq!(home.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_there_is_nothing() {
    let site = Site::any().await;
    for path in [
        "/nothing",
        "/t",
        "/index.php",
        "/api/v1/nothing",
        "/api",
        "/assets/",
        "/assets/style.css",
        "/assets/%ff",
        "/assets/../keys/keyring.toml",
        "/check/",
        "/.git/config",
        "//evil.example/",
        "/%00",
    ] {
        let reply = site.program().open(path).await;
        is_problem(&reply, 404, "not-found");
        assert_eq!(reply.json()["title"], "There is nothing at this address.");

        if path.starts_with("/api/") {
            // Whoever asks there is a program, whatever it says that it takes.
            is_problem(&site.phone().open(path).await, 404, "not-found");
            continue;
        }
        let reply = site.phone().open(path).await;
        is_page(&site, &reply, 404, "没有这个页面。", "/").await;
        let reply = site.english_phone().open(path).await;
        is_page(&site, &reply, 404, "There is no such page.", "/?lang=en").await;
        assert!(!reply.text().contains("evil.example"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_method_that_an_address_does_not_take() {
    let site = Site::any().await;
    for (method, path, allowed) in [
        ("POST", "/", "GET,HEAD"),
        ("DELETE", "/t/x", "GET,HEAD"),
        ("PUT", "/T/x", "GET,HEAD"),
        ("POST", "/check?q=1", "GET,HEAD"),
        ("POST", "/healthz", "GET,HEAD"),
        ("PATCH", "/openapi.json", "GET,HEAD"),
        ("GET", "/api/v1/verify", "POST"),
        ("OPTIONS", "/api/v1/verify", "POST"),
        ("BREW", "/api/v1/verify", "POST"),
    ] {
        let reply = site.program().ask(method, path, Vec::new()).await;
        is_problem(&reply, 405, "method-not-allowed");
        assert_eq!(reply.header("allow"), Some(allowed), "{method} {path}");
    }
    let reply = site.phone().ask("POST", "/", Vec::new()).await;
    is_page(&site, &reply, 405, "没有这个页面。", "/").await;
    assert_eq!(reply.header("allow"), Some("GET,HEAD"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_is_not_what_verify_takes() {
    let site = Site::any().await;
    for body in [
        "",
        "{",
        "nonsense",
        "null",
        "[]",
        r#"["a code"]"#, // members without their names
        "\"code\"",
        "{}",
        r#"{"code": 7}"#,
        r#"{"code": null}"#,
        r#"{"code": "x", "code": "y"}"#,
        r#"{"code": "x", "unknown": 1}"#,
        r#"{"code": "x", "prefecture": "430900"}"#,
        r#"{"code": "x", "prefecture": -1}"#,
        r#"{"code": "x", "prefecture": 99999999999}"#,
        r#"{"code": "\ud800"}"#,
        r#"{"code": "x"} x"#,
    ] {
        let reply = site.program().post(body, "application/json").await;
        is_problem(&reply, 400, "bad-request");
        assert!(!reply.json()["detail"].as_str().unwrap().is_empty());
        assert_eq!(reply.json().get("verdict"), None);
    }
    let reply = site
        .program()
        .post(b"{\"code\": \"\xff\"}", "application/json")
        .await;
    is_problem(&reply, 400, "bad-request");

    for prefecture in [0, 999_999, 430_000, 110_000] {
        let reply = site.program().check_in(prefecture, "x").await;
        is_problem(&reply, 422, "invalid");
        let detail = reply.json()["detail"].clone();
        assert_eq!(
            detail,
            "prefecture: there is no prefecture of this code in GB/T 2260"
        );
    }
    for kind in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "",
        "application/jsonp",
    ] {
        let reply = site.program().post(r#"{"code": "x"}"#, kind).await;
        is_problem(&reply, 415, "not-json");
    }
    // Nested far deeper than any reader should follow.
    let deep = "[".repeat(4000);
    let reply = site.program().post(deep, "application/json").await;
    is_problem(&reply, 400, "bad-request");
    // JSON by any other name, and null for what may be left out.
    for kind in [
        "application/json; charset=utf-8",
        "application/problem+json",
    ] {
        let reply = site
            .program()
            .post(r#"{"code": "x", "prefecture": null}"#, kind)
            .await;
        assert_eq!(reply.verdict(), "not_ours");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_cannot_be_read() {
    let site = Site::any().await;
    let reply = site.program().open("/check?q=1&q=2").await;
    is_problem(&reply, 400, "bad-request");
    let reply = site.phone().open("/check?q=1&q=2").await;
    is_page(&site, &reply, 400, "这个请求我们看不懂。", "/").await;
    let reply = site.english_phone().open("/check?q=1&q=2").await;
    is_page(
        &site,
        &reply,
        400,
        "We could not read that request.",
        "/?lang=en",
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_too_large() {
    let site = Site::any().await;
    let just = |bytes: usize| {
        let empty = json!({ "code": "" }).to_string().len();
        json!({ "code": "x".repeat(bytes - empty) }).to_string()
    };
    let reply = site.program().post(just(4096), "application/json").await;
    assert_eq!(reply.verdict(), "not_ours");
    let reply = site.program().post(just(4097), "application/json").await;
    is_problem(&reply, 413, "too-large");

    // Ten megabytes, by a client that reads nothing before it has sent all.
    let address = site.address;
    let answer = tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let head = "POST /api/v1/verify HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n\
            content-length: 10000000\r\n\r\n{\"code\": \"";
        stream.write_all(head.as_bytes()).unwrap();
        let chunk = [b'x'; 10_000];
        for _ in 0..1000 {
            // The server may well hang up before it has seen it all.
            if stream.write_all(&chunk).is_err() {
                break;
            }
        }
        let mut answer = Vec::new();
        _ = stream.read_to_end(&mut answer);
        String::from_utf8(answer).unwrap()
    });
    let answer = answer.await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    let (_, body) = answer.split_once("\r\n\r\n").unwrap();
    let problem: Value = serde_json::from_str(body).unwrap();
    assert_eq!(problem["type"], "urn:yuanmark:problem:too-large");
    // And the site is well.
    assert_eq!(site.program().check("x").await.verdict(), "not_ours");
}
