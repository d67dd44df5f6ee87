//! `/privacy`: what is kept of whoever checks, why, for how long; and the button that deletes a phone's history.

use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::Response;

use super::answer::{TELEPHONE, clauses};
use super::document::{Fact, Line, Piece, Section, Tone, fill, text};
use super::frame::{Body, page};
use super::kept;
use super::text::PrivacyTexts;
use crate::domain::tip::CONTACT_DAYS;
use crate::http::App;
use crate::http::language::Language;
use crate::http::limits::Limit;
use crate::http::network::Network;
use crate::http::notice::Notice;
use crate::http::problem::Problem;
use crate::http::security::Cookie;
use crate::http::visitor::Visitor;
use crate::service::{forgetting, system};

/// `GET /privacy`: the notice.
pub async fn privacy(
    State(app): State<App>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Response {
    let language = Language::of(&uri, &headers);
    let body = notice(&language.texts().privacy, &app.traffic.notice);
    kept(page(&body, language, &uri, app.public_url.domain(), None))
}

/// `POST /privacy`: deletes the history of the phone that asks. Its cookie goes with the answer, all else soon.
pub async fn forget(
    State(app): State<App>,
    OriginalUri(uri): OriginalUri,
    visitor: Visitor,
    headers: HeaderMap,
) -> Response {
    let language = Language::of(&uri, &headers);
    let say = &language.texts().privacy;
    let told = |body: &Body, uri: &Uri| page(body, language, uri, app.public_url.domain(), None);
    if !visitor.has_name() {
        return told(&plain(say.nothing, text(say.nothing_lead)), &uri);
    }
    let network = Network::of_client(visitor.address);
    if let Err(refused) = app.traffic.limits.take(Limit::Forgetting, &network) {
        let mut response = told(&plain(say.too_many, text(say.too_many_lead)), &uri);
        *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
        let after = refused.seconds.into();
        response.headers_mut().insert(header::RETRY_AFTER, after);
        return response;
    }
    if let Err(error) = forgetting::ask(&app.store, visitor.phone, system::now()).await {
        tracing::error!(%error, "a phone's history could not be deleted");
        return Problem::NO_DATABASE.response();
    }
    let mut response = told(&done(say), &uri);
    let is_secure = app.public_url.is_secure();
    Cookie::Phone.clear(is_secure, response.headers_mut());
    response
}

fn plain(heading: &'static [&'static str], lead: Line) -> Body {
    Body {
        tone: Tone::Plain,
        heading: clauses(heading, &[]),
        lead,
        button: None,
        sections: Vec::new(),
    }
}

fn section(heading: &'static str, paragraphs: Vec<Line>) -> Section {
    Section::Text {
        heading,
        paragraphs,
    }
}

fn list(heading: &'static str, items: Vec<Line>) -> Section {
    Section::Todo { heading, items }
}

/// A sentence that says within how many hours.
fn in_hours(sentence: &str) -> Line {
    let hours = Piece::Text(forgetting::WITHIN_HOURS.to_string());
    fill(sentence, &[("hours", hours)])
}

/// So many days, in years where it is some whole number of them.
fn length(say: &PrivacyTexts, days: u32) -> String {
    let (sentence, n) = match days {
        years if years % 365 == 0 => (say.years, years / 365),
        days => (say.days, days),
    };
    sentence.replace("{n}", &n.to_string())
}

fn notice(say: &'static PrivacyTexts, notice: &Notice) -> Body {
    let fact = |name, value: &str| Fact {
        name,
        value: text(value),
    };
    let scans = match notice.keep_scans_days {
        0 => text(say.long_scans_ever),
        days => fill(say.long_scans, &[("kept", Piece::Text(length(say, days)))]),
    };
    let tip_days = Piece::Text(CONTACT_DAYS.to_string());
    let ask = fill(
        say.rights_ask,
        &[("tel", Piece::Telephone(TELEPHONE.into()))],
    );
    let mut sections = vec![
        section(say.why_heading, [say.why, say.why_only].map(text).into()),
        Section::Facts {
            heading: Some(say.kept_heading),
            before: Line::new(),
            facts: vec![
                fact(say.time, say.time_value),
                fact(say.mark, say.mark_value),
                fact(say.place, say.place_value),
                fact(say.phone, say.phone_value),
                fact(say.network, say.network_value),
                fact(say.language, say.language_value),
                fact(say.way, say.way_value),
                fact(say.claim, say.claim_value),
                fact(say.offline, say.offline_value),
                Fact {
                    name: say.tip,
                    value: fill(say.tip_value, &[("days", tip_days)]),
                },
            ],
            after: Line::new(),
        },
        list(
            say.not_heading,
            [say.not_asked, say.not_address, say.not_others]
                .map(text)
                .into(),
        ),
        list(
            say.long_heading,
            vec![scans, text(say.long_counts), text(say.long_cookie)],
        ),
        list(
            say.rights_heading,
            vec![text(say.rights_refuse), text(say.rights_delete), ask],
        ),
    ];
    if let Some(contact) = &notice.contact {
        let contact = vec![Piece::Text(contact.to_string())];
        sections.push(section(say.contact_heading, vec![contact]));
    }
    sections.push(Section::Do {
        button: say.button,
        note: in_hours(say.button_note),
    });
    Body {
        sections,
        ..plain(say.heading, text(say.lead))
    }
}

fn done(say: &'static PrivacyTexts) -> Body {
    let stays = [say.done_stays, say.done_why, say.done_next];
    Body {
        sections: vec![
            list(
                say.done_gone_heading,
                [say.done_cookie, say.done_rows].map(text).into(),
            ),
            section(say.done_stays_heading, stays.map(text).into()),
        ],
        ..plain(say.done, in_hours(say.done_lead))
    }
}
