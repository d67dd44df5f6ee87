//! The headers that every answer carries, the cookies there are, and whose forms are taken: all of it in this one file.

use std::sync::LazyLock;

use axum::extract::Request;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use super::App;
use super::assets;
use super::problem::Problem;

/// From nothing upwards: the one style that stands in our pages, files of ours besides, our own pictures and forms, and scripts
/// that are files of ours, which ask us alone.
static CONTENT_SECURITY_POLICY: LazyLock<HeaderValue> = LazyLock::new(|| {
    let style = STANDARD.encode(Sha256::digest(assets::style()));
    let policy = format!(
        "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self' 'sha256-{style}'; img-src 'self' data:; \
         form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    );
    HeaderValue::try_from(policy).expect("it is ASCII")
});

const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");

/// What the permissions are where the camera reads the symbols of labels: in the console and on the check page. The
/// browser asks for it there once somebody presses the button.
const WITH_CAMERA: &str = "geolocation=(), camera=(self), microphone=()";

const ALWAYS: [(HeaderName, &str); 6] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    // The address holds the code: it goes to nobody else. Not `no-referrer`: with it a browser says `Origin: null` of our own
    // forms (Fetch, "append a request Origin header"), and where it says no more, over plain HTTP or before 2023, ours could
    // not be told from others'.
    (header::REFERRER_POLICY, "same-origin"),
    (
        PERMISSIONS_POLICY,
        "geolocation=(), camera=(), microphone=()",
    ),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
];

/// Adds the headers. What a handler did not say may be kept is not kept.
pub fn add_headers(app: &App, has_camera: bool, headers: &mut HeaderMap) {
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        CONTENT_SECURITY_POLICY.clone(),
    );
    for (name, value) in &ALWAYS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if has_camera {
        headers.insert(PERMISSIONS_POLICY, HeaderValue::from_static(WITH_CAMERA));
    }
    if app.public_url.is_secure() {
        let one_year = HeaderValue::from_static("max-age=31536000");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, one_year);
    }
    let not_kept = HeaderValue::from_static("no-store");
    headers.entry(header::CACHE_CONTROL).or_insert(not_kept);
}

/// Whether the page at a path reads symbols with the camera.
pub fn has_camera(path: &str) -> bool {
    matches!(path, "/" | "/check/photo" | "/console") || path.starts_with("/console/")
}

/// A cookie of ours. No script reads any of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cookie {
    /// Names a phone, so that looking twice is not a second query.
    Phone,
    /// Opens a person's session of the console.
    Session,
    /// In which language pages and console speak, where somebody chose it.
    Language,
}

impl Cookie {
    /// With the prefix a browser takes the cookie from this very host over TLS only (RFC 6265bis, 4.1.3.2).
    const fn name(self, is_secure: bool) -> &'static str {
        match (self, is_secure) {
            (Self::Phone, true) => "__Host-phone",
            (Self::Phone, false) => "phone",
            (Self::Session, true) => "__Host-session",
            (Self::Session, false) => "session",
            (Self::Language, true) => "__Host-language",
            (Self::Language, false) => "language",
        }
    }

    /// How long the browser keeps it; without, until it is closed. When a session really ends the server says.
    const fn max_age_seconds(self) -> Option<u32> {
        match self {
            Self::Phone | Self::Language => Some(365 * 24 * 60 * 60),
            Self::Session => None,
        }
    }

    /// Sets it. `Lax`: a link that somebody was sent opens as for whoever is signed in; a form of another site comes
    /// without it, and is refused by [`own_forms_only`] besides.
    pub fn set(self, value: &str, is_secure: bool, headers: &mut HeaderMap) {
        let age = self.max_age_seconds();
        let age = age.map(|age| format!("; Max-Age={age}"));
        self.append(value, &age.unwrap_or_default(), is_secure, headers);
    }

    /// Takes it away.
    pub fn clear(self, is_secure: bool, headers: &mut HeaderMap) {
        self.append("", "; Max-Age=0", is_secure, headers);
    }

    fn append(self, value: &str, age: &str, is_secure: bool, headers: &mut HeaderMap) {
        let name = self.name(is_secure);
        let secure = if is_secure { "; Secure" } else { "" };
        let cookie = format!("{name}={value}; Path=/{age}; HttpOnly; SameSite=Lax{secure}");
        if let Ok(cookie) = HeaderValue::from_str(&cookie) {
            headers.append(header::SET_COOKIE, cookie);
        }
    }

    /// The values that came with a request: one, unless somebody meddles.
    pub fn values(self, headers: &HeaderMap, is_secure: bool) -> impl Iterator<Item = &str> {
        headers
            .get_all(header::COOKIE)
            .into_iter()
            .filter_map(|line| line.to_str().ok())
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .filter(move |(name, _)| *name == self.name(is_secure))
            .map(|(_, value)| value)
    }
}

/// Lets through what only reads, and forms that our own pages sent. A browser says where a request comes from
/// (`Sec-Fetch-Site`, since 2023 all of them; before, `Origin` with every POST), and a page cannot make it lie. OWASP,
/// Cross-Site Request Forgery Prevention Cheat Sheet, "Fetch Metadata headers".
pub async fn own_forms_only(request: Request, next: Next) -> Response {
    if request.method().is_safe() || is_from_our_own_pages(request.headers()) {
        return next.run(request).await;
    }
    Problem::FOREIGN_FORM.response()
}

/// The same for forms that anybody may send, on phones so old that they say nothing, or that hide the origin. Refused is what
/// a browser says came from another site. The phone's cookie comes with no form of another site in any case (`SameSite=Lax`).
pub async fn no_forms_of_others(request: Request, next: Next) -> Response {
    if request.method().is_safe() || !is_from_another_site(request.headers()) {
        return next.run(request).await;
    }
    Problem::FOREIGN_FORM.response()
}

fn is_from_another_site(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name)?.to_str().ok();
    match (text("sec-fetch-site"), text("origin")) {
        (Some(site), _) => matches!(site, "cross-site" | "same-site"),
        (None, None | Some("null")) => false,
        (None, Some(_)) => !is_from_our_own_pages(headers),
    }
}

fn is_from_our_own_pages(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name)?.to_str().ok();
    if let Some(site) = text("sec-fetch-site") {
        return site == "same-origin";
    }
    let host = text("host").and_then(|host| host.parse::<Authority>().ok());
    let origin = text("origin").and_then(|origin| origin.split_once("://"));
    let origin = origin.and_then(|(_, authority)| authority.parse::<Authority>().ok());
    host.is_some() && host == origin
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(all: &[(&'static str, &'static str)]) -> HeaderMap {
        let each = all.iter().map(|(name, value)| {
            let name = HeaderName::from_static(name);
            (name, HeaderValue::from_static(value))
        });
        each.collect()
    }

    #[test]
    fn forms_of_other_sites_are_told_from_our_own() {
        for (all, is_ours) in [
            (&[("sec-fetch-site", "same-origin")][..], true),
            (&[("sec-fetch-site", "same-site")], false),
            (&[("sec-fetch-site", "cross-site")], false),
            // Typed or from a bookmark: no form is sent like that.
            (&[("sec-fetch-site", "none")], false),
            (
                &[("host", "v.example.cn"), ("origin", "https://v.example.cn")],
                true,
            ),
            (
                &[("host", "v.example.cn"), ("origin", "https://w.example.cn")],
                false,
            ),
            (
                &[
                    ("host", "v.example.cn"),
                    ("origin", "https://v.example.cn:8443"),
                ],
                false,
            ),
            (&[("host", "v.example.cn"), ("origin", "null")], false),
            (&[("host", "v.example.cn")], false),
            (&[("origin", "https://v.example.cn")], false),
            (&[], false),
            (
                &[
                    ("sec-fetch-site", "cross-site"),
                    ("host", "v.example.cn"),
                    ("origin", "https://v.example.cn"),
                ],
                false,
            ),
        ] {
            assert_eq!(is_from_our_own_pages(&headers(all)), is_ours, "{all:?}");
        }
    }

    #[test]
    fn a_phone_that_says_nothing_may_send_a_form_and_another_site_may_not() {
        for (all, is_another_s) in [
            (&[][..], false),
            (&[("origin", "null")], false),
            (&[("sec-fetch-site", "same-origin")], false),
            (&[("sec-fetch-site", "none")], false),
            (&[("sec-fetch-site", "same-site")], true),
            (
                &[("sec-fetch-site", "cross-site"), ("origin", "null")],
                true,
            ),
            (
                &[("host", "v.example.cn"), ("origin", "https://v.example.cn")],
                false,
            ),
            (
                &[("host", "v.example.cn"), ("origin", "https://w.example.cn")],
                true,
            ),
        ] {
            assert_eq!(is_from_another_site(&headers(all)), is_another_s, "{all:?}");
        }
    }

    #[test]
    fn the_camera_is_where_symbols_are_read() {
        for (path, has) in [
            ("/console", true),
            ("/console/orders", true),
            ("/", true),
            ("/check/photo", true),
            ("/check", false),
            ("/consoles", false),
            ("/t/console/", false),
        ] {
            assert_eq!(has_camera(path), has, "{path}");
        }
    }

    #[test]
    fn a_cookie_is_read_as_it_was_set() {
        for cookie in [Cookie::Phone, Cookie::Session, Cookie::Language] {
            for is_secure in [true, false] {
                let mut answer = HeaderMap::new();
                cookie.set("abc", is_secure, &mut answer);
                let set = answer[header::SET_COOKIE].to_str().unwrap();
                assert_eq!(set.starts_with("__Host-"), is_secure, "{set}");
                assert_eq!(set.ends_with("; Secure"), is_secure, "{set}");
                assert!(
                    set.contains("; Path=/; ") || set.contains("; Path=/;"),
                    "{set}"
                );
                assert!(set.contains("; HttpOnly; SameSite=Lax"), "{set}");
                assert!(!set.contains("Domain"), "{set}");
                let (pair, _) = set.split_once(';').unwrap();
                let mut request = HeaderMap::new();
                let line = format!("other=1; {pair}; x{pair}");
                request.insert(header::COOKIE, line.parse().unwrap());
                let found: Vec<&str> = cookie.values(&request, is_secure).collect();
                assert_eq!(found, ["abc"]);
                assert_eq!(cookie.values(&request, !is_secure).count(), 0);
            }
        }
    }
}
