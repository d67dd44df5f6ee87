//! The page behind the link to a pack. Looking at it takes nothing: previews and prefetching look, and only the button's
//! form downloads.

use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};

use super::document::{Fact, Piece, Section, Tone, fill, minute, text as plain};
use super::frame::{Body, page};
use crate::domain::offer::Offer;
use crate::domain::order::Order;
use crate::domain::said::Said;
use crate::http::console::page::thousands;
use crate::http::language::Language;
use crate::http::problem::Problem;
use crate::service::ServiceError;

/// A pack that waits to be downloaded.
pub fn waiting(
    (order, offer): (&Order, &Offer),
    uri: &Uri,
    headers: &HeaderMap,
    domain: &str,
) -> Response {
    let language = Language::of(uri, headers);
    let say = &language.texts().pack;
    let fact = |name, value| Fact { name, value };
    let file = order.batch.map_or_else(String::new, |batch| {
        format!("order-{}-batch-{batch}.tar.age", order.number)
    });
    let command = format!("age -d -i key.txt {file} | tar x");
    let body = Body {
        tone: Tone::Plain,
        heading: vec![say.heading.to_owned()],
        lead: plain(say.lead),
        button: None,
        sections: vec![
            Section::Facts {
                heading: None,
                before: Vec::new(),
                facts: vec![
                    fact(say.order, plain(order.number.to_string())),
                    fact(
                        say.product,
                        vec![Piece::Chinese(order.placed.product.to_string())],
                    ),
                    fact(say.labels, plain(thousands(order.placed.quantity.get()))),
                    fact(say.until, vec![minute(offer.until, say.minute)]),
                    fact(say.key, vec![Piece::Code(offer.recipient.to_string())]),
                ],
                after: Vec::new(),
            },
            Section::Do {
                button: say.button,
                note: plain(say.note),
            },
            Section::Text {
                heading: say.how_heading,
                paragraphs: vec![fill(say.how, &[("command", Piece::Code(command))])],
            },
        ],
    };
    page(&body, language, uri, domain, None)
}

/// Why a pack cannot be downloaded, as a page. What is no refusal stays a problem.
pub fn told(error: ServiceError, uri: &Uri, headers: &HeaderMap, domain: &str) -> Response {
    let refusal = match error {
        ServiceError::Refused(refusal) => refusal,
        other => return Problem::from(other).into_response(),
    };
    let language = Language::of(uri, headers);
    let say = |said: &Said| language.choose(&said.zh, &said.en).to_owned();
    let mut lead = vec![Piece::Text(say(&refusal.what))];
    let (chinese, english) = refusal.advice_for_pages();
    let advice = match language {
        Language::Chinese => Some(chinese),
        Language::English => english,
    };
    lead.extend(advice.map(|advice| Piece::Small(advice.to_owned())));
    let body = Body {
        tone: Tone::Plain,
        heading: vec![language.texts().pack.not_now.to_owned()],
        lead,
        button: None,
        sections: Vec::new(),
    };
    let status = Problem::of(&ServiceError::Refused(refusal))
        .response()
        .status();
    let mut response = page(&body, language, uri, domain, None);
    *response.status_mut() = match status.is_server_error() {
        true => StatusCode::CONFLICT,
        false => status,
    };
    response
}
