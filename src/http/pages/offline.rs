//! `GET /offline`: the page that a phone keeps for when there is no network. It holds everything that a check without one
//! may find; the script of the page checks and shows it.

use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;

use super::answer::clauses;
use super::document::{Finding, Says, Section, Tone, text as plain};
use super::frame::{Body, page};
use super::text::Texts;
use crate::domain::event::Withdrawal;
use crate::domain::form::Form;
use crate::http::App;
use crate::http::language::Language;

/// `GET /offline`.
pub async fn offline(
    State(app): State<App>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Response {
    let language = Language::of(&uri, &headers);
    let text = language.texts();
    let body = Body {
        tone: Tone::Unknown,
        heading: clauses(text.offline.nothing, &[]),
        lead: plain(text.offline.nothing_lead),
        button: None,
        sections: vec![Section::Findings {
            findings: findings(text),
            words: words(text),
        }],
    };
    let mut response = page(&body, language, &uri, app.public_url.domain(), None);
    let headers = response.headers_mut();
    let caching = HeaderValue::from_static("public, max-age=300");
    headers.insert(header::CACHE_CONTROL, caching);
    let by_language = HeaderValue::from_static("Accept-Language, Cookie");
    headers.insert(header::VARY, by_language);
    response
}

fn findings(text: &'static Texts) -> Vec<Finding> {
    let say = &text.offline;
    let of_ours = |name, heading, lead, todo| Finding {
        name,
        tone: Tone::Offline,
        heading,
        lead,
        says: Says::Code,
        todo,
    };
    let again = || vec![say.again];
    let unanswered = |name, heading, lead, todo| Finding {
        tone: Tone::Unknown,
        says: Says::Nothing,
        ..of_ours(name, heading, lead, todo)
    };
    vec![
        Finding {
            says: Says::Compare,
            ..of_ours("in_use", say.in_use, say.in_use_lead, again())
        },
        of_ours(
            "not_activated",
            say.not_activated,
            say.not_activated_lead,
            vec![say.not_activated_todo],
        ),
        of_ours(
            "past_season",
            say.past_season,
            say.past_season_lead,
            again(),
        ),
        Finding {
            tone: Tone::Stop,
            ..of_ours(
                "withdrawn",
                say.withdrawn,
                say.withdrawn_lead,
                vec![say.withdrawn_todo],
            )
        },
        of_ours("not_listed", say.not_listed, say.not_listed_lead, again()),
        of_ours("no_list", say.no_list, say.no_list_lead, again()),
        Finding {
            tone: Tone::Other,
            ..unanswered(
                "not_ours",
                text.not_ours,
                say.not_ours_lead,
                vec![
                    text.not_ours_todo_again,
                    text.not_ours_todo_leave,
                    say.not_ours_report,
                    text.true_domain,
                ],
            )
        },
        unanswered("serial", say.serial, say.serial_lead, vec![say.serial_todo]),
        unanswered("no_keys", say.no_keys, say.no_keys_lead, again()),
    ]
}

/// What stands for a form of the code, a withdrawal of the list, and a name that is not known.
fn words(text: &'static Texts) -> Vec<(&'static str, &'static str)> {
    let form = |form: &Form| (form.slug(), (text.form_name)(*form));
    let class = |kind: &Withdrawal| {
        let class = match kind {
            Withdrawal::Revoked => text.revoked_class,
            Withdrawal::Destroyed => text.destroyed_class,
            Withdrawal::Lost => text.lost_class,
            Withdrawal::Returned => text.returned_class,
            Withdrawal::Spoiled => text.spoiled_class,
            Withdrawal::Recalled => text.recalled_class,
            Withdrawal::Frozen => text.frozen_class,
        };
        // `frozen` is a form of the product, too.
        (of_list(*kind), class)
    };
    let forms = Form::ALL.iter().map(form);
    let mut words: Vec<_> = forms.chain(Withdrawal::ALL.iter().map(class)).collect();
    words.push(("list:right_ended", text.right_ended_class));
    words.push(("no_name", text.offline.no_name));
    words.push(("beijing", text.offline.beijing));
    words
}

const fn of_list(kind: Withdrawal) -> &'static str {
    match kind {
        Withdrawal::Revoked => "list:revoked",
        Withdrawal::Destroyed => "list:destroyed",
        Withdrawal::Lost => "list:lost",
        Withdrawal::Returned => "list:returned",
        Withdrawal::Spoiled => "list:spoiled",
        Withdrawal::Recalled => "list:recalled",
        Withdrawal::Frozen => "list:frozen",
    }
}
