//! `GET /worker.js`: what keeps the pages and data for checks without a network on the phone. It stands at the root, for it
//! answers for all addresses; browsers look for a new one by themselves, and its bytes change with the program.

use std::sync::LazyLock;

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::http::assets;

const WORKER: &str = include_str!("../../../web-verify/worker/worker.js");
/// Points of the curve for browsers that have no Ed25519: the others do not fetch it.
const LIBRARY: &str = "web-verify/vendor/noble-ed25519/index.js";
/// What those pages are made from besides: words and markup, which have no address of their own.
const SOURCES: [&str; 9] = [
    include_str!("../pages/text/zh.rs"),
    include_str!("../pages/text/zh/check.rs"),
    include_str!("../pages/text/zh/privacy.rs"),
    include_str!("../pages/text/en.rs"),
    include_str!("../pages/text/en/check.rs"),
    include_str!("../pages/text/en/privacy.rs"),
    include_str!("../../../web-verify/page.html"),
    include_str!("../../../web-verify/findings.html"),
    include_str!("../../../web-verify/shape.html"),
];
/// The pages that are there without a network.
const PAGES: [&str; 4] = [
    "/?lang=zh",
    "/?lang=en",
    "/offline?lang=zh",
    "/offline?lang=en",
];

static TEXT: LazyLock<String> = LazyLock::new(|| {
    let mut kept: Vec<&str> = assets::of_the_public()
        .filter(|(path, _)| *path != LIBRARY)
        .map(|(_, address)| address)
        .collect();
    kept.sort_unstable();
    let hash = Sha256::digest(format!("{WORKER}{kept:?}{SOURCES:?}"));
    let version: String = hash
        .iter()
        .take(6)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let program = json!({
        "version": version,
        "pages": PAGES,
        "assets": kept,
        "library": assets::of(LIBRARY).address,
    });
    format!("const PROGRAM = {program}\n{WORKER}")
});

/// `GET /worker.js`.
pub async fn worker() -> Response {
    let mut headers = HeaderMap::new();
    let script = HeaderValue::from_static("text/javascript; charset=utf-8");
    headers.insert(header::CONTENT_TYPE, script);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    (headers, TEXT.as_str()).into_response()
}
