//! The public pages: a code's page, the check page, and what a person sees when something goes wrong.
//!
//! They work without JavaScript, and say nothing that the answer does not. Words are in `text/`, markup in
//! `web-verify/`.

mod about;
mod alike;
mod answer;
mod claim;
mod directory;
mod document;
mod frame;
mod issued;
mod offline;
mod pack;
mod photo;
mod privacy;
mod text;
mod tip;

pub use about::about;
pub use alike::packed as packed_alike;
pub use claim::{claim, claim_form, claim_scanned};
pub use directory::directory;
pub use frame::in_other_language;
pub use offline::offline;
pub use pack::{told, waiting};
pub use photo::{NoMark, Seen, no_mark};
pub use privacy::{forget, privacy};
pub use text::TipTexts;
pub use tip::{Filled, Wrong, asked_too_often, no_such_ticket, of_ticket, to_fill_in};

use axum::extract::rejection::QueryRejection;
use axum::extract::{OriginalUri, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use self::answer::clauses;
use self::document::{Line, Piece, Section, Tone, fill, text as plain};
use self::frame::{Body, page, untold};
use super::language::Language;
use super::problem::{Problem, RETRY_AFTER_SECONDS};
use super::visitor::Visitor;
use super::{App, Unanswered, check};
use crate::domain::code::Code;
use crate::domain::input::Input;
use crate::domain::typed::Flaw;
use crate::service::verify::Channel;

/// `GET /t/{code}`, in both cases: the page behind the QR symbol. The path belongs to codes alone.
pub async fn code(
    State(app): State<App>,
    OriginalUri(uri): OriginalUri,
    visitor: Visitor,
    headers: HeaderMap,
) -> Response {
    // The raw path: what is escaped or has further slashes is no code, and gets the same answer as any other.
    let code = uri.path().get("/t/".len()..).unwrap_or_default();
    let input = Code::from_text(code).map(Input::Code);
    answer_page(&app, &uri, &headers, visitor, (code, input)).await
}

/// The field of the check page.
#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    q: String,
}

/// `GET /check?q=…`: a typed serial, or anything else that was scanned or pasted.
pub async fn check_typed(
    State(app): State<App>,
    OriginalUri(uri): OriginalUri,
    asked: Result<Query<Asked>, QueryRejection>,
    visitor: Visitor,
    headers: HeaderMap,
) -> Response {
    let asked = match asked {
        Ok(Query(asked)) => asked,
        Err(rejection) => {
            let detail = rejection.body_text();
            return Problem::BAD_REQUEST.because(detail).response();
        }
    };
    if asked.q.trim().is_empty() {
        let home = Language::of(&uri, &headers).choose("/", "/?lang=en");
        return Redirect::to(home).into_response();
    }
    if let Some(flaw) = Flaw::of(&asked.q) {
        let language = Language::of(&uri, &headers);
        let body = answer::unfinished(&asked.q, &flaw, language);
        let mut response = page(&body, language, &uri, app.public_url.domain(), None);
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        return response;
    }
    let input = Input::read(&asked.q);
    answer_page(&app, &uri, &headers, visitor, (&asked.q, input)).await
}

async fn answer_page(
    app: &App,
    uri: &Uri,
    headers: &HeaderMap,
    visitor: Visitor,
    (asked, input): (&str, Option<Input>),
) -> Response {
    let language = Language::of(uri, headers);
    let domain = app.public_url.domain();
    let answer = check(app, &visitor, input, None).await;
    let body = match &answer {
        Ok(answer) => answer::body(answer, asked, language, domain),
        Err(Unanswered::Refused(_)) => answer::too_many(language),
        Err(Unanswered::Failed) => answer::unavailable(language),
    };
    let mut response = match visitor.channel {
        Channel::Unrecorded => untold(&body, language, uri, domain),
        Channel::Consumer | Channel::Offline => page(&body, language, uri, domain, None),
    };
    let unanswered = match &answer {
        Ok(_) => None,
        Err(Unanswered::Refused(refused)) => {
            Some((StatusCode::TOO_MANY_REQUESTS, refused.seconds.into()))
        }
        Err(Unanswered::Failed) => Some((StatusCode::SERVICE_UNAVAILABLE, RETRY_AFTER_SECONDS)),
    };
    if let Some((status, retry_after)) = unanswered {
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(header::RETRY_AFTER, retry_after);
    }
    visitor.name_phone(
        &app.keys,
        app.public_url.is_secure(),
        response.headers_mut(),
    );
    response
}

/// `GET /`: type a serial; what the mark is; which domain is true.
pub async fn home(
    State(app): State<App>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Response {
    let language = Language::of(&uri, &headers);
    let text = language.texts();
    let domain = app.public_url.domain();
    let plant = Piece::Chinese("南荻".into());
    let section = |heading, paragraph: Line| Section::Text {
        heading,
        paragraphs: vec![paragraph],
    };
    let body = Body {
        tone: Tone::Plain,
        heading: clauses(text.home_heading, &[]),
        lead: plain(text.home_lead),
        button: None,
        sections: vec![
            Section::Ask {
                typed: String::new(),
            },
            Section::Look,
            section(
                text.claim.home_heading,
                fill(text.claim.home, &[("link", claim::link(language))]),
            ),
            section(text.home_mark_heading, plain(text.home_mark)),
            section(
                text.directory.home_heading,
                fill(
                    text.directory.home,
                    &[("link", directory::link(language, text.directory.link, None))],
                ),
            ),
            section(
                text.home_product_heading,
                fill(text.home_product, &[("plant", plant)]),
            ),
            Section::Text {
                heading: text.home_domain_heading,
                paragraphs: vec![
                    vec![Piece::BigDomain(domain.to_owned())],
                    plain(text.home_domain),
                ],
            },
        ],
    };
    kept(page(&body, language, &uri, domain, None))
}

/// A page that is the same for everybody, for five minutes.
fn kept(mut page: Response) -> Response {
    let caching = HeaderValue::from_static("public, max-age=300");
    let headers = page.headers_mut();
    headers.insert(header::CACHE_CONTROL, caching);
    headers.insert(
        header::VARY,
        HeaderValue::from_static("Accept-Language, Cookie"),
    );
    page
}

/// The page of an error, with a way out.
pub fn error(status: StatusCode, uri: &Uri, headers: &HeaderMap, domain: &str) -> Response {
    let language = Language::of(uri, headers);
    let text = language.texts();
    let (heading, lead) = match status {
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => {
            (text.error_not_found, text.error_not_found_lead)
        }
        StatusCode::FORBIDDEN => (text.error_foreign_form, text.error_foreign_form_lead),
        StatusCode::PAYLOAD_TOO_LARGE => (text.error_too_large, text.error_too_large_lead),
        status if status.is_client_error() => (text.error_bad_request, text.error_bad_request_lead),
        _ => (text.error_internal, text.error_internal_lead),
    };
    let body = Body {
        tone: Tone::Plain,
        heading: clauses(heading, &[]),
        lead: plain(lead),
        button: Some((
            text.error_way_out,
            format!("/{}", language.choose("", "?lang=en")),
        )),
        sections: Vec::new(),
    };
    let number = text.error_number.replace("{status}", status.as_str());
    let mut response = page(&body, language, uri, domain, Some(&number));
    *response.status_mut() = status;
    response
}
