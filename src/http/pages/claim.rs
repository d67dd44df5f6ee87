//! Hidden codes: the invitation on a mark's page, the page with the form, and what became of a try.

use axum::Form;
use axum::extract::rejection::{FormRejection, PathRejection};
use axum::extract::{OriginalUri, Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::Response;
use serde::Deserialize;

use super::answer::{self, clauses, report};
use super::document::{
    ClaimedMark, Fact, Line, Piece, Section, Tone, fill, minute, official, text,
};
use super::frame::{Body, page};
use super::text::{ClaimTexts, Texts};
use crate::domain::claim::Claim;
use crate::domain::hidden::HiddenCode;
use crate::domain::input::Input;
use crate::domain::typed::Flaw;
use crate::domain::verdict::Verdict;
use crate::http::address::with_query;
use crate::http::claim::{self, Judged};
use crate::http::language::Language;
use crate::http::problem::{Problem, RETRY_AFTER_SECONDS};
use crate::http::visitor::Visitor;
use crate::http::{App, Unanswered};
use crate::service::claims::{Outcome, is_claimable};
use crate::service::verify::{Answer, MarkAnswer};

/// What was typed, or filled in.
#[derive(Deserialize)]
pub struct Typed {
    #[serde(default)]
    mark: String,
    #[serde(default)]
    hidden: String,
}

/// A way to the form.
pub fn link(language: Language) -> Piece {
    Piece::Link {
        text: language.texts().claim.home_link.to_owned(),
        address: language.choose("/claim", "/claim?lang=en").to_owned(),
    }
}

/// The page of a mark with the invitation to scratch, if it has a hidden code and may be claimed.
pub fn inviting(mut body: Body, mark: &MarkAnswer, language: Language) -> Body {
    if mark.facts.batch.has_hidden_codes && is_claimable(mark.verdict) {
        let say = &language.texts().claim;
        let invitation = Section::Claim {
            heading: say.invite_heading,
            // Nobody is told to buy what may be a copy.
            note: text(match mark.verdict {
                Verdict::SuspectedCopy => say.invite_bought,
                _ => say.invite,
            }),
            mark: ClaimedMark::Known(mark.serial.to_string()),
            hidden: String::new(),
        };
        // Right after what to compare, wherever that stands.
        let compare = |section: &Section| matches!(section, Section::Facts { .. });
        let place = body.sections.iter().position(compare);
        body.sections
            .insert(place.map_or(0, |place| place + 1), invitation);
    }
    body
}

/// `GET /claim`: the form alone.
pub async fn claim_form(
    State(app): State<App>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Response {
    let say = &Language::of(&uri, &headers).texts().claim;
    let body = form(say, text(say.form_lead), String::new(), String::new());
    shown(&app, &body, &uri, &headers)
}

/// `GET /claim/{serial}/{hidden}`, in both cases: a second symbol under the film was scanned. Nothing is claimed by looking:
/// previews and prefetching look too.
pub async fn claim_scanned(
    State(app): State<App>,
    OriginalUri(uri): OriginalUri,
    scanned: Result<Path<(String, String)>, PathRejection>,
    headers: HeaderMap,
) -> Response {
    let Ok(Path((mark, hidden))) = scanned else {
        return Problem::NOT_FOUND.response();
    };
    let say = &Language::of(&uri, &headers).texts().claim;
    let body = form(say, text(say.scanned_lead), mark, hidden);
    shown(&app, &body, &uri, &headers)
}

fn form(say: &'static ClaimTexts, lead: Line, mark: String, hidden: String) -> Body {
    Body {
        tone: Tone::Plain,
        heading: clauses(say.form, &[]),
        lead,
        button: None,
        sections: vec![Section::Claim {
            heading: say.invite_heading,
            note: Line::new(),
            mark: ClaimedMark::Typed(mark),
            hidden,
        }],
    }
}

fn shown(app: &App, body: &Body, uri: &Uri, headers: &HeaderMap) -> Response {
    let language = Language::of(uri, headers);
    page(body, language, uri, app.public_url.domain(), None)
}

/// `POST /claim`: tries a hidden code.
pub async fn claim(
    State(app): State<App>,
    OriginalUri(uri): OriginalUri,
    visitor: Visitor,
    headers: HeaderMap,
    typed: Result<Form<Typed>, FormRejection>,
) -> Response {
    let typed = match typed {
        Ok(Form(typed)) => typed,
        Err(rejection) => return unreadable(&rejection),
    };
    let language = Language::of(&uri, &headers);
    let words = Words {
        text: language.texts(),
        say: &language.texts().claim,
        language,
        domain: app.public_url.domain(),
    };
    // A scanner that types puts the whole address of the second symbol into the field.
    let hidden = typed.hidden.trim().rsplit('/').next().unwrap_or_default();
    let Some(hidden) = HiddenCode::from_typed(hidden) else {
        return shown(&app, &words.malformed(typed), &uri, &headers);
    };
    if let Some(flaw) = Flaw::of(&typed.mark) {
        let mut response = shown(&app, &words.unfinished(typed, &flaw), &uri, &headers);
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        return response;
    }
    let input = Input::read(&typed.mark);
    let judged = claim::claim(&app, &visitor, input, hidden, None).await;
    let (body, unanswered) = match judged {
        Ok(judged) => (words.judged(judged, &typed.mark), None),
        Err(Unanswered::Refused(refused)) => {
            let status = StatusCode::TOO_MANY_REQUESTS;
            let after = HeaderValue::from(refused.seconds);
            (words.too_many(refused.seconds), Some((status, after)))
        }
        Err(Unanswered::Failed) => {
            let status = StatusCode::SERVICE_UNAVAILABLE;
            let body = answer::unavailable(language);
            (body, Some((status, RETRY_AFTER_SECONDS)))
        }
    };
    let mut response = shown(&app, &body, &uri, &headers);
    if let Some((status, after)) = unanswered {
        *response.status_mut() = status;
        response.headers_mut().insert(header::RETRY_AFTER, after);
    }
    let is_secure = app.public_url.is_secure();
    visitor.name_phone(&app.keys, is_secure, response.headers_mut());
    response
}

fn unreadable(rejection: &FormRejection) -> Response {
    match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::TOO_LARGE.response(),
        _ => Problem::BAD_REQUEST
            .because(rejection.body_text())
            .response(),
    }
}

struct Words<'a> {
    text: &'static Texts,
    say: &'static ClaimTexts,
    language: Language,
    domain: &'a str,
}

impl Words<'_> {
    fn judged(&self, Judged { outcome, left }: Judged, asked: &str) -> Body {
        match outcome {
            Outcome::NotOurs => answer::body(&Answer::NotOurs, asked, self.language, self.domain),
            Outcome::NotNow(mark) => self.not_now(mark),
            Outcome::NoHiddenCode(mark) => self.none(&mark),
            Outcome::Wrong(mark) => self.wrong(&mark, left),
            Outcome::Claimed(mark, claim) => self.claimed(&mark, &claim),
            Outcome::ClaimedBefore {
                mark,
                claim,
                by_this_phone: true,
            } => self.own(&mark, &claim),
            Outcome::ClaimedBefore { mark, claim, .. } => self.before(&mark, &claim),
        }
    }

    fn claimed(&self, mark: &MarkAnswer, claim: &Claim) -> Body {
        let say = self.say;
        let means = [say.claimed_means, say.claimed_not];
        Body {
            tone: Tone::First,
            heading: clauses(say.claimed, &[]),
            lead: self.when_and_where(say.claimed_lead, claim),
            button: None,
            sections: vec![
                self.compare(mark),
                Section::Text {
                    heading: say.claimed_means_heading,
                    paragraphs: means.map(text).into(),
                },
            ],
        }
    }

    fn own(&self, mark: &MarkAnswer, claim: &Claim) -> Body {
        let say = self.say;
        Body {
            tone: Tone::Seen,
            heading: clauses(say.own, &[]),
            lead: self.when_and_where(say.before_lead, claim),
            button: None,
            sections: vec![
                self.compare(mark),
                Section::Text {
                    heading: say.claimed_means_heading,
                    paragraphs: vec![text(say.own_means)],
                },
            ],
        }
    }

    fn before(&self, mark: &MarkAnswer, claim: &Claim) -> Body {
        let say = self.say;
        let why = [say.before_why, say.before_why_odd];
        Body {
            tone: Tone::Hold,
            heading: clauses(say.before, &[]),
            lead: self.when_and_where(say.before_lead, claim),
            button: None,
            sections: vec![
                Section::Text {
                    heading: say.before_why_heading,
                    paragraphs: why.map(text).into(),
                },
                self.todo(vec![
                    text(say.before_todo_film),
                    text(say.before_todo_keep),
                    report(self.language, Some(mark.serial)),
                ]),
                self.compare(mark),
            ],
        }
    }

    fn wrong(&self, mark: &MarkAnswer, left: u32) -> Body {
        let say = self.say;
        let left = match left {
            0 => text(say.wrong_last),
            left => fill(say.wrong_left, &[("n", Piece::Text(left.to_string()))]),
        };
        let serial = mark.serial.to_string();
        let same = fill(
            say.wrong_todo_same,
            &[("serial", Piece::Serial(serial.clone()))],
        );
        let mut whom_to_tell = text(say.wrong_todo_report);
        whom_to_tell.push(Piece::Text(self.text.between_clauses.to_owned()));
        whom_to_tell.extend(report(self.language, Some(mark.serial)));
        Body {
            tone: Tone::Plain,
            heading: clauses(say.wrong, &[]),
            lead: left,
            button: None,
            sections: vec![
                self.todo(vec![text(say.wrong_todo_film), same, whom_to_tell]),
                Section::Claim {
                    heading: say.again_heading,
                    note: Line::new(),
                    mark: ClaimedMark::Known(serial),
                    hidden: String::new(),
                },
            ],
        }
    }

    fn malformed(&self, typed: Typed) -> Body {
        let say = self.say;
        let mark = match Input::read(&typed.mark) {
            Some(Input::Serial(serial)) => ClaimedMark::Known(serial.to_string()),
            _ => ClaimedMark::Typed(typed.mark),
        };
        Body {
            tone: Tone::Plain,
            heading: clauses(say.malformed, &[]),
            lead: text(say.malformed_lead),
            button: None,
            sections: vec![Section::Claim {
                heading: say.again_heading,
                note: Line::new(),
                mark,
                hidden: typed.hidden,
            }],
        }
    }

    /// The serial cannot be one: nothing was tried, and everything stays in its field.
    fn unfinished(&self, typed: Typed, flaw: &Flaw) -> Body {
        let say = &self.text.check;
        let lead = [say.flaw(flaw), say.unfinished_lead.to_owned()];
        let lead = text(lead.join(self.text.between_clauses));
        Body {
            heading: clauses(say.unfinished, &[]),
            ..form(self.say, lead, typed.mark, typed.hidden)
        }
    }

    fn none(&self, mark: &MarkAnswer) -> Body {
        let say = self.say;
        let mut whom_to_tell = text(say.none_todo);
        whom_to_tell.push(Piece::Text(self.text.between_clauses.to_owned()));
        whom_to_tell.extend(report(self.language, Some(mark.serial)));
        Body {
            tone: Tone::Plain,
            heading: clauses(say.none, &[]),
            lead: text(say.none_lead),
            button: Some((say.see_mark, self.address_of(mark))),
            sections: vec![self.todo(vec![whom_to_tell])],
        }
    }

    /// The verdict instead, and that nothing was claimed.
    fn not_now(&self, mark: Box<MarkAnswer>) -> Body {
        let mut body = answer::body(&Answer::Ours(mark), "", self.language, self.domain);
        body.sections.push(Section::Text {
            heading: self.say.not_now_heading,
            paragraphs: vec![text(self.say.not_now)],
        });
        body
    }

    fn too_many(&self, seconds: u64) -> Body {
        let say = self.say;
        let minutes = seconds.div_ceil(60).to_string();
        Body {
            tone: Tone::Unknown,
            heading: clauses(say.too_many, &[]),
            lead: fill(say.too_many_lead, &[("n", Piece::Text(minutes))]),
            button: None,
            sections: vec![self.todo(vec![text(say.wrong_todo_film), text(say.too_many_why)])],
        }
    }

    fn when_and_where(&self, sentence: &str, claim: &Claim) -> Line {
        let place = claim.place.map_or(self.text.place_unknown, |place| {
            let (zh, en) = place.prefecture.province();
            self.language.choose(zh, en)
        });
        let values = [
            ("date", minute(claim.at, self.text.minute_format)),
            ("place", Piece::Text(place.to_owned())),
        ];
        fill(sentence, &values)
    }

    /// What to hold against the pack, and the way to all of it.
    fn compare(&self, mark: &MarkAnswer) -> Section {
        let say = self.text;
        let chinese = |name: &str| official(name, self.language);
        let season = Piece::Text(mark.facts.batch.season.to_string());
        let fact = |name, value| Fact { name, value };
        Section::Facts {
            heading: Some(say.compare_heading),
            before: Line::new(),
            facts: vec![
                fact(say.product, vec![chinese(mark.facts.product.as_str())]),
                fact(say.firm, vec![chinese(mark.licensee().name().as_str())]),
                fact(say.season, fill(say.season_value, &[("season", season)])),
                fact(say.serial, vec![Piece::Serial(mark.serial.to_string())]),
            ],
            after: vec![
                Piece::Strong(self.say.compare_differ.to_owned()),
                Piece::Text(" ".to_owned()),
                Piece::Link {
                    text: self.say.see_mark.to_owned(),
                    address: self.address_of(mark),
                },
            ],
        }
    }

    fn address_of(&self, mark: &MarkAnswer) -> String {
        let lang = self.language.choose("", "en");
        let serial = mark.serial.to_string();
        with_query("/check", &[("q", &serial), ("lang", lang)])
    }

    fn todo(&self, items: Vec<Line>) -> Section {
        let heading = self.text.todo_heading;
        Section::Todo { heading, items }
    }
}
