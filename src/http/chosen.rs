//! A language that a person chose: remembered in a cookie, which says nothing else and is set at no other time.

use axum::extract::Request;
use axum::http::header::{CACHE_CONTROL, LOCATION};
use axum::http::{HeaderValue, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};

use super::App;
use super::language::Language;
use super::security::Cookie;

/// What a link to the other language carries: that somebody chose it, which an address with `lang=` alone does not say, for such
/// addresses are sent on.
const CHOSEN: &str = "chosen=yes";

/// The address of a page in a language, for whoever chooses that; relative to the page's own, as the path is the browser's to keep.
pub fn link(in_that_language: &str) -> String {
    format!("{in_that_language}&{CHOSEN}")
}

/// Remembers what was chosen, if anything was, and leads on to the same address without that: it may be sent on, and chooses for
/// nobody else.
pub fn remember(app: &App, request: &Request) -> Option<Response> {
    let (language, address) = match request.method() {
        &Method::GET => chosen(request.uri())?,
        _ => return None,
    };
    let mut response = StatusCode::SEE_OTHER.into_response();
    let headers = response.headers_mut();
    if let Ok(address) = HeaderValue::from_str(&address) {
        headers.insert(LOCATION, address);
    }
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Cookie::Language.set(language.tag(), app.public_url.is_secure(), headers);
    Some(response)
}

/// What was chosen, and the address without it.
fn chosen(uri: &Uri) -> Option<(Language, String)> {
    let pairs = || uri.query().unwrap_or_default().split('&');
    pairs().find(|pair| *pair == CHOSEN)?;
    let tag = pairs().find_map(|pair| pair.strip_prefix("lang="))?;
    let kept: Vec<&str> = pairs().filter(|pair| *pair != CHOSEN).collect();
    Some((Language::of_tag(tag)?, format!("?{}", kept.join("&"))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_is_told_from_an_address() {
        let of = |uri: &'static str| chosen(&Uri::from_static(uri));
        assert_eq!(link("?lang=en"), "?lang=en&chosen=yes");
        let kept = |address: &str| Some((Language::English, address.to_owned()));
        assert_eq!(of("/?lang=en&chosen=yes"), kept("?lang=en"));
        assert_eq!(of("//x/?q=1&lang=en&chosen=yes"), kept("?q=1&lang=en"));
        for other in ["/?lang=en", "/?chosen=yes", "/?lang=fr&chosen=yes", "/"] {
            assert_eq!(of(other), None, "{other}");
        }
    }
}
