//! A page that reads like a file: what it is, what can be done next, what happened.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::guard::Visit;
use super::page::{self, Frame, minute};
use super::words::{Two, two};
use crate::domain::event::EventKind;
use crate::domain::ledger::chain::StoredEntry;
use crate::domain::ledger::entry;

/// A step that could be taken.
struct Step {
    label: &'static str,
    address: String,
    /// Whether it is a file to keep, and no page.
    is_download: bool,
}

/// Where a row of a table leads, and its cells, each with its head.
struct Cells {
    address: Option<String>,
    cells: Vec<(&'static str, String)>,
    button: Option<Button>,
}

/// What can be done with a row at once: where to, which fields are sent, and what the button says.
pub struct Button {
    /// Where the form is sent.
    pub address: &'static str,
    /// Its fields.
    pub fields: Vec<(&'static str, String)>,
    /// What it says.
    pub label: &'static str,
}

/// A part of a file.
enum Part {
    /// Names and values.
    Facts(Vec<(&'static str, String)>),
    /// A table: heads, and rows whose first cell leads somewhere.
    Table(Vec<&'static str>, Vec<Cells>),
    /// Plain sentences.
    Text(Vec<String>),
    /// A text as it is kept.
    Raw(String),
}

/// A file.
pub struct File {
    title: String,
    state: Option<&'static str>,
    steps: Vec<Step>,
    parts: Vec<(Option<&'static str>, Part)>,
    history: Vec<Happened>,
}

struct Happened {
    number: u64,
    at: String,
    what: String,
    by: String,
}

impl File {
    /// A file with this title.
    pub fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            state: None,
            steps: Vec::new(),
            parts: Vec::new(),
            history: Vec::new(),
        }
    }

    /// The state it is in, in words.
    #[must_use]
    pub const fn state(mut self, state: &'static str) -> Self {
        self.state = Some(state);
        self
    }

    /// A step that can be taken now, if so.
    #[must_use]
    pub fn step(mut self, visit: &Visit, can: bool, label: Two, address: String) -> Self {
        if can {
            self.steps.push(Step {
                label: visit.say(label),
                address,
                is_download: false,
            });
        }
        self
    }

    /// A file that can be taken now, if so.
    #[must_use]
    pub fn download(mut self, visit: &Visit, can: bool, label: Two, address: String) -> Self {
        if can {
            self.steps.push(Step {
                label: visit.say(label),
                address,
                is_download: true,
            });
        }
        self
    }

    /// Facts, those that are there.
    #[must_use]
    pub fn facts(
        mut self,
        visit: &Visit,
        heading: Option<Two>,
        facts: Vec<(Two, Option<String>)>,
    ) -> Self {
        let facts: Vec<(&'static str, String)> = facts
            .into_iter()
            .filter_map(|(name, value)| Some((visit.say(name), value?)))
            .collect();
        if !facts.is_empty() {
            self.parts
                .push((heading.map(|two| visit.say(two)), Part::Facts(facts)));
        }
        self
    }

    /// A table, if it has rows.
    #[must_use]
    pub fn table(
        self,
        visit: &Visit,
        heading: Two,
        heads: &[Two],
        rows: Vec<(Option<String>, Vec<String>)>,
    ) -> Self {
        let rows = rows
            .into_iter()
            .map(|(address, cells)| (address, cells, None));
        self.table_with_buttons(visit, heading, heads, rows.collect())
    }

    /// A table with a button in some of its rows, if it has rows.
    #[must_use]
    pub fn table_with_buttons(
        mut self,
        visit: &Visit,
        heading: Two,
        heads: &[Two],
        rows: Vec<(Option<String>, Vec<String>, Option<Button>)>,
    ) -> Self {
        if !rows.is_empty() {
            let heads: Vec<&'static str> = heads.iter().map(|head| visit.say(*head)).collect();
            let rows = rows.into_iter().map(|(address, cells, button)| Cells {
                address,
                cells: heads.iter().copied().zip(cells).collect(),
                button,
            });
            let rows = rows.collect();
            self.parts
                .push((Some(visit.say(heading)), Part::Table(heads, rows)));
        }
        self
    }

    /// Sentences.
    #[must_use]
    pub fn text(mut self, heading: Option<&'static str>, text: Vec<String>) -> Self {
        if !text.is_empty() {
            self.parts.push((heading, Part::Text(text)));
        }
        self
    }

    /// A text as it is kept, if there is one.
    #[must_use]
    pub fn raw(mut self, visit: &Visit, heading: Two, text: String) -> Self {
        if !text.is_empty() {
            self.parts.push((Some(visit.say(heading)), Part::Raw(text)));
        }
        self
    }

    /// What the ledger says of it, the newest first.
    #[must_use]
    pub fn history(mut self, visit: &Visit, entries: &[StoredEntry]) -> Self {
        self.history = entries
            .iter()
            .map(|stored| Happened {
                number: stored.number,
                at: minute(stored.at),
                what: kind_in(visit, &stored.kind),
                by: stored.actor.to_string(),
            })
            .collect();
        self
    }

    /// The page.
    pub fn render(self, visit: &Visit) -> Response {
        let page = Page {
            frame: Frame::new(visit, self.title.clone()),
            next: visit.say(two("可办理", "Next steps")),
            happened: visit.say(two("经过", "History")),
            may_see_entries: visit.may(crate::domain::access::Permission::LedgerRead),
            file: &self,
        };
        page::render(StatusCode::OK, &page)
    }
}

/// The name of an entry's kind.
pub fn kind_in(visit: &Visit, kind: &str) -> String {
    let chinese = entry::KINDS.iter().find(|(known, _)| *known == kind);
    let chinese = match chinese {
        Some((_, chinese)) => chinese,
        None => EventKind::from_slug(kind).map_or(kind, EventKind::chinese),
    };
    let english = kind.replace('_', " ");
    visit.language.choose(chinese, &english).to_owned()
}

#[derive(Template)]
#[template(path = "file.html")]
struct Page<'a> {
    frame: Frame,
    file: &'a File,
    next: &'static str,
    happened: &'static str,
    may_see_entries: bool,
}
