//! The page of a picture that shows no mark of ours.

use axum::http::header::RETRY_AFTER;
use axum::http::{StatusCode, Uri};
use axum::response::Response;

use super::answer::clauses;
use super::document::{Line, Piece, Section, Tone, fill, text};
use super::frame::{Body, page};
use crate::domain::serial::Serial;
use crate::http::language::Language;

/// Characters of a foreign symbol that are shown.
const MOST_SHOWN: usize = 300;

/// A mark whose symbol was seen in a picture.
#[derive(Debug)]
pub struct Seen {
    /// Its serial, which stands below the symbol, if we signed the code.
    pub serial: Option<Serial>,
    /// Where it is checked.
    pub address: String,
}

/// Why a picture leads to no mark.
#[derive(Debug)]
pub enum NoMark {
    /// There are several in it: the person says which one.
    Several(Vec<Seen>),
    /// No symbol was found in it.
    Nothing,
    /// Its symbol leads to another page of ours.
    OtherPage(String),
    /// Its symbol is somebody else's.
    Elsewhere {
        /// What it says.
        text: String,
        /// Whether its address looks like ours.
        is_lookalike: bool,
    },
    /// It is no picture that we read.
    Unreadable,
    /// It is beyond a limit.
    TooLarge,
    /// Too many came; after so many seconds another may.
    TooMany(u64),
}

impl NoMark {
    const fn status(&self) -> StatusCode {
        match self {
            Self::Several(_) | Self::Nothing | Self::OtherPage(_) | Self::Elsewhere { .. } => {
                StatusCode::OK
            }
            Self::Unreadable => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
        }
    }
}

/// The page that says so. What a symbol says is shown as text, and leads nowhere.
pub fn no_mark(why: NoMark, language: Language, uri: &Uri, domain: &str) -> Response {
    let words = &language.texts().check;
    let status = why.status();
    if let NoMark::Several(marks) = &why {
        return page(&to_choose(marks, language), language, uri, domain, None);
    }
    let seconds = match &why {
        NoMark::TooMany(seconds) => Some(*seconds),
        _ => None,
    };
    let of_domain = |sentence| fill(sentence, &[("domain", Piece::Domain(domain.to_owned()))]);
    let (heading, lead, said) = match why {
        NoMark::Several(_) | NoMark::Nothing => (words.nothing, Line::new(), None),
        NoMark::OtherPage(said) => (words.elsewhere, of_domain(words.other_page), Some(said)),
        NoMark::Elsewhere { text, is_lookalike } => {
            let lead = match is_lookalike {
                true => words.lookalike,
                false => words.elsewhere_lead,
            };
            (words.elsewhere, of_domain(lead), Some(text))
        }
        NoMark::Unreadable => (words.unreadable, text(words.unreadable_lead), None),
        NoMark::TooLarge => (words.too_big, text(words.too_big_lead), None),
        NoMark::TooMany(_) => (words.too_many, text(words.too_many_lead), None),
    };
    let todo = match said {
        Some(_) => words.elsewhere_todo,
        None => words.nothing_todo,
    };
    let quote = said.map(|said| Section::Quote {
        heading: words.says_heading,
        text: shortened(&said),
    });
    let mut sections: Vec<Section> = quote.into_iter().collect();
    if status == StatusCode::OK {
        sections.push(Section::Todo {
            heading: language.texts().todo_heading,
            items: todo.iter().map(|one| text(*one)).collect(),
        });
    }
    let typed = String::new();
    sections.extend([Section::Ask { typed }, Section::Look]);
    let body = Body {
        tone: Tone::Unknown,
        heading: clauses(heading, &[]),
        lead,
        button: None,
        sections,
    };
    let mut response = page(&body, language, uri, domain, None);
    *response.status_mut() = status;
    if let Some(seconds) = seconds {
        response.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    response
}

/// The marks that were seen, to choose one.
fn to_choose(marks: &[Seen], language: Language) -> Body {
    let words = &language.texts().check;
    let one = |(place, seen): (usize, &Seen)| {
        let number = (place + 1).to_string();
        let text = match seen.serial {
            Some(serial) => serial.to_string(),
            None => words.several_one.replace("{n}", &number),
        };
        let address = seen.address.clone();
        vec![Piece::Link { text, address }]
    };
    let number = marks.len().to_string();
    Body {
        tone: Tone::Plain,
        heading: clauses(words.several, &[("n", &number)]),
        lead: text(words.several_lead),
        button: None,
        sections: vec![Section::Todo {
            heading: words.several_heading,
            items: marks.iter().enumerate().map(one).collect(),
        }],
    }
}

/// Without what would move the characters around it, and not endless.
fn shortened(said: &str) -> String {
    let turns = |character| matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let seen = said.chars().filter(|c| !c.is_control() && !turns(*c));
    let mut shown: String = seen.clone().take(MOST_SHOWN).collect();
    if seen.count() > MOST_SHOWN {
        shown.push('…');
    }
    shown
}
