//! A photo of a label, from a browser that cannot read it: leads to the mark's page, or says what was found instead.

use axum::body::Bytes;
use axum::extract::multipart::{Multipart, MultipartRejection};
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};

use super::App;
use super::language::Language;
use super::limits::PhotoLimits;
use super::pages::{NoMark, no_mark};
use super::visitor::Visitor;
use crate::domain::code::Code;
use crate::domain::symbol::Symbol;
use crate::service::photo::{self, PhotoError};

/// The field of the form.
const FIELD: &str = "photo";

/// `GET /check/photo`: whoever comes back to the address of an answer finds the check page.
pub async fn back(OriginalUri(uri): OriginalUri, headers: HeaderMap) -> Redirect {
    Redirect::to(Language::of(&uri, &headers).choose("/", "/?lang=en"))
}

/// `POST /check/photo`: redirects to the page of the mark in the photo, never to anywhere else.
pub async fn read(
    State(app): State<App>,
    OriginalUri(uri): OriginalUri,
    visitor: Visitor,
    headers: HeaderMap,
    parts: Result<Multipart, MultipartRejection>,
) -> Response {
    let language = Language::of(&uri, &headers);
    let domain = app.public_url.domain();
    let read = read_photo(&app.traffic.photos, &visitor, parts).await;
    let why = match read {
        Ok(texts) => match of_ours(&texts, domain) {
            Ok(asks) => return to_the_mark(asks, &uri).into_response(),
            Err(why) => why,
        },
        Err(why) => why,
    };
    no_mark(why, language, &uri, domain)
}

async fn read_photo(
    limits: &PhotoLimits,
    visitor: &Visitor,
    parts: Result<Multipart, MultipartRejection>,
) -> Result<Vec<String>, NoMark> {
    let place = limits.come_in(visitor.address).map_err(NoMark::TooMany)?;
    let bytes = field(parts).await?;
    let turn = limits.turn().await;
    let read = photo::read(bytes).await;
    drop((turn, place));
    read.map_err(|error| match error {
        PhotoError::Unreadable => NoMark::Unreadable,
        PhotoError::TooLarge => NoMark::TooLarge,
    })
}

async fn field(parts: Result<Multipart, MultipartRejection>) -> Result<Bytes, NoMark> {
    let mut parts = parts.map_err(|_| NoMark::Unreadable)?;
    let of = |status| match status {
        StatusCode::PAYLOAD_TOO_LARGE => NoMark::TooLarge,
        _ => NoMark::Unreadable,
    };
    while let Some(part) = parts
        .next_field()
        .await
        .map_err(|error| of(error.status()))?
    {
        if part.name() == Some(FIELD) {
            let bytes = part.bytes().await.map_err(|error| of(error.status()))?;
            return match bytes.len() > photo::MOST_BYTES {
                true => Err(NoMark::TooLarge),
                false => Ok(bytes),
            };
        }
    }
    Err(NoMark::Unreadable)
}

/// The first symbol that is ours, else why the first one is not: a pack carries others beside it.
fn of_ours<'a>(texts: &'a [String], domain: &str) -> Result<&'a str, NoMark> {
    let mut why = NoMark::Nothing;
    for text in texts.iter().rev() {
        why = match Symbol::read(text, domain) {
            Symbol::Ours(_) => continue,
            Symbol::OtherPage => NoMark::OtherPage(text.clone()),
            Symbol::Elsewhere { is_lookalike } => {
                let text = text.clone();
                NoMark::Elsewhere { text, is_lookalike }
            }
        };
    }
    let ours = texts
        .iter()
        .find_map(|text| match Symbol::read(text, domain) {
            Symbol::Ours(asks) => Some(asks),
            _ => None,
        });
    ours.ok_or(why)
}

fn to_the_mark(asks: &str, uri: &axum::http::Uri) -> Redirect {
    let lang = uri.query().filter(|query| *query == "lang=en");
    if let Some(code) = Code::from_text(asks) {
        let query = lang.map_or(String::new(), |lang| format!("?{lang}"));
        return Redirect::to(&format!("/t/{}{query}", code.to_base64url()));
    }
    let escaped: String = asks
        .bytes()
        .map(|byte| match byte.is_ascii_alphanumeric() || byte == b'-' {
            true => char::from(byte).to_string(),
            false => format!("%{byte:02X}"),
        })
        .collect();
    let lang = lang.map_or(String::new(), |lang| format!("&{lang}"));
    Redirect::to(&format!("/check?q={escaped}{lang}"))
}
