//! `GET /about`: what the mark is, what the product is, and what a check can and cannot tell.

use axum::extract::{OriginalUri, State};
use axum::http::HeaderMap;
use axum::response::Response;

use super::answer::{TELEPHONE, clauses};
use super::document::{Line, Piece, Section, Tone, fill, text};
use super::frame::{Body, page};
use super::{directory, kept, tip};
use crate::http::App;
use crate::http::language::Language;

/// `GET /about`
pub async fn about(
    State(app): State<App>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Response {
    let language = Language::of(&uri, &headers);
    let domain = app.public_url.domain();
    kept(page(&body(language, domain), language, &uri, domain, None))
}

fn body(language: Language, domain: &str) -> Body {
    let say = &language.texts().about;
    let in_directory = |sentence| {
        let label = language.texts().directory.link;
        fill(
            sentence,
            &[("link", directory::link(language, label, None))],
        )
    };
    let hidden = Piece::Link {
        text: say.hidden_link.to_owned(),
        address: language.choose("/claim", "/claim?lang=en").to_owned(),
    };
    let call = fill(
        say.call,
        &[
            ("report", tip::link(language, "")),
            ("tel", Piece::Telephone(TELEPHONE.into())),
        ],
    );
    let section = |heading, paragraphs: Vec<Line>| Section::Text {
        heading,
        paragraphs,
    };
    let list = |heading, items: &[&'static str]| Section::Todo {
        heading,
        items: items.iter().map(|item| text(*item)).collect(),
    };
    Body {
        tone: Tone::Plain,
        heading: clauses(say.heading, &[]),
        lead: text(say.lead),
        button: None,
        sections: vec![
            section(
                say.mark_heading,
                vec![
                    text(say.mark),
                    text(say.mark_users),
                    in_directory(say.mark_beside),
                ],
            ),
            section(
                say.product_heading,
                [say.product, say.product_season, say.product_forms]
                    .map(text)
                    .into(),
            ),
            list(
                say.check_heading,
                &[
                    say.check_code,
                    say.check_state,
                    say.check_count,
                    say.check_compare,
                ],
            ),
            list(
                say.limits_heading,
                &[say.limits_copy, say.limits_count, say.limits_quality],
            ),
            section(
                say.domain_heading,
                vec![
                    vec![Piece::BigDomain(domain.to_owned())],
                    text(say.domain),
                    text(say.domain_alike),
                ],
            ),
            section(
                say.hidden_heading,
                vec![text(say.hidden), fill(say.hidden_when, &[("link", hidden)])],
            ),
            section(say.offline_heading, vec![text(say.offline)]),
            section(
                say.call_heading,
                vec![call, in_directory(say.call_directory)],
            ),
        ],
    }
}
