//! The administrators' interface: what stands before every operation of it, and the operations.
//!
//! What an operation must keep to is written down in `docs/ARCHITECTURE.md`, "An operation for administrators".

pub mod batches;
pub mod containers;
pub mod documents;
pub mod entitlements;
pub mod instance;
pub mod ledger;
pub mod licensees;
pub mod lots;
pub mod marks;
pub mod orders;
pub mod printers;
pub mod proof;
pub mod tables;
pub mod transfers;
pub mod values;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};

use super::App;
use super::problem::Problem;

/// The name under which the OpenAPI document knows the token.
pub const SECURITY: &str = "administrator";

/// Whoever showed the administrator's token. A handler that takes it, before everything else, answers nobody else.
#[derive(Clone, Copy, Debug)]
pub struct Administrator(());

impl FromRequestParts<App> for Administrator {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let Some(token) = &app.admin else {
            let detail =
                "the administrators' interface is off here: it was started without a token";
            return Err(Problem::NOT_SIGNED_IN.because(detail));
        };
        match bearer(&parts.headers) {
            Some(shown) if token.is(shown) => Ok(Self(())),
            Some(_) => Err(Problem::NOT_SIGNED_IN.because("this is not the token")),
            None => {
                let detail = "send the token as Authorization: Bearer TOKEN, once";
                Err(Problem::NOT_SIGNED_IN.because(detail))
            }
        }
    }
}

/// What stands after `Bearer` in the one such header (RFC 6750, 2.1; the scheme in any case: RFC 9110, 11.1).
fn bearer(headers: &HeaderMap) -> Option<&[u8]> {
    let mut all = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(only), None) = (all.next(), all.next()) else {
        return None;
    };
    let (scheme, shown) = only.as_bytes().split_at_checked("Bearer ".len())?;
    scheme.eq_ignore_ascii_case(b"Bearer ").then_some(shown)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn what_a_header_shows() {
        for (values, shown) in [
            (&["Bearer abc"][..], Some(&b"abc"[..])),
            (&["bEARER abc"], Some(b"abc")),
            (&["Bearer  abc"], Some(b" abc")),
            (&["Bearer "], Some(b"")),
            (&["Bearer"], None),
            (&["Bearerabc"], None),
            (&["Basic abc"], None),
            (&[""], None),
            (&[], None),
            (&["Bearer abc", "Bearer abc"], None),
        ] {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(header::AUTHORIZATION, HeaderValue::from_static(value));
            }
            assert_eq!(bearer(&headers), shown, "{values:?}");
        }
    }
}
