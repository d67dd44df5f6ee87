//! Styles, pictures and the script of the pages, embedded in the program. The address of each contains a hash of its bytes, so that
//! it can be kept for ever.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

use super::problem::Problem;

const STYLE: &str = include_str!("../../web-verify/style.css");
const FORM_STYLE: &str = include_str!("../../web-verify/form.css");
const CONSOLE_STYLE: &str = include_str!("../../web-console/style.css");
const CONSOLE_SCRIPT: &str = include_str!("../../web-console/console.js");
const ICON: &str = include_str!("../../web-verify/icon.svg");

static STYLE_PATH: LazyLock<String> = LazyLock::new(|| path("style", STYLE, "css"));
static FORM_STYLE_PATH: LazyLock<String> = LazyLock::new(|| path("form", FORM_STYLE, "css"));
static CONSOLE_STYLE_PATH: LazyLock<String> =
    LazyLock::new(|| path("console", CONSOLE_STYLE, "css"));
static CONSOLE_SCRIPT_PATH: LazyLock<String> =
    LazyLock::new(|| path("console", CONSOLE_SCRIPT, "js"));
static ICON_PATH: LazyLock<String> = LazyLock::new(|| path("icon", ICON, "svg"));

/// Where the style sheet is.
pub fn style_path() -> &'static str {
    &STYLE_PATH
}

/// Where the style sheet of the public forms is.
pub fn form_style_path() -> &'static str {
    &FORM_STYLE_PATH
}

/// Where the console's style sheet is.
pub fn console_style_path() -> &'static str {
    &CONSOLE_STYLE_PATH
}

/// Where the console's script is.
pub fn console_script_path() -> &'static str {
    &CONSOLE_SCRIPT_PATH
}

/// Where the icon is.
pub fn icon_path() -> &'static str {
    &ICON_PATH
}

fn path(name: &str, text: &str, extension: &str) -> String {
    let hash = Sha256::digest(text);
    let hash: String = hash
        .iter()
        .take(6)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("/assets/{name}-{hash}.{extension}")
}

/// `GET /assets/{name}`.
pub async fn asset(name: Result<Path<String>, PathRejection>) -> Response {
    let name = name.map(|Path(name)| name).unwrap_or_default(); // what is no text names nothing
    let asset = |path: &str| path.strip_prefix("/assets/") == Some(name.as_str());
    let (text, kind) = match () {
        () if asset(style_path()) => (STYLE, "text/css; charset=utf-8"),
        () if asset(form_style_path()) => (FORM_STYLE, "text/css; charset=utf-8"),
        () if asset(console_style_path()) => (CONSOLE_STYLE, "text/css; charset=utf-8"),
        () if asset(console_script_path()) => (CONSOLE_SCRIPT, "text/javascript; charset=utf-8"),
        () if asset(icon_path()) => (ICON, "image/svg+xml"),
        () => return Problem::NOT_FOUND.response(),
    };
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    let for_ever = HeaderValue::from_static("public, max-age=31536000, immutable");
    headers.insert(header::CACHE_CONTROL, for_ever);
    (headers, text).into_response()
}
