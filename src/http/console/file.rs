//! A page that reads like a file: what it is, what can be done next, what happened.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::figure::Figure;
use super::guard::Visit;
use super::page::{self, Frame, minute};
use super::party::People;
use super::submit::or_refuse;
use super::words::{Title, Two, named, two};
use crate::domain::ledger::chain::StoredEntry;
use crate::domain::ledger::entry::{self, Entry};
use crate::http::language::Language;

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
    all: Vec<(&'static str, String)>,
    button: Option<Button>,
}

/// What can be done at once: where to, which fields are sent, and what the button says.
pub struct Button {
    /// Where the form is sent.
    pub address: &'static str,
    /// Its fields.
    pub fields: Vec<(&'static str, String)>,
    /// What it says.
    pub label: &'static str,
}

/// A fact: its name, its value, and where that leads.
struct Fact {
    name: String,
    value: String,
    address: Option<String>,
}

/// A part of a file.
enum Part {
    /// Names and values.
    Facts(Vec<Fact>),
    /// A table: heads, and rows whose first cell leads somewhere.
    Table(Vec<&'static str>, Vec<Cells>),
    /// Plain sentences.
    Text(Vec<String>),
    /// A text as it is kept, folded away.
    Folded(String),
    /// What words on the page mean, folded away.
    Explained(String),
    /// A picture of numbers, with its table.
    Figure(Box<Figure>),
    /// A picture by its address, and what it shows.
    Picture(String, &'static str),
}

impl Part {
    /// Whether its heading is that of a fold.
    const fn is_folded(&self) -> bool {
        matches!(self, Self::Folded(_) | Self::Explained(_))
    }
}

/// A file.
pub struct File {
    language: Language,
    title: String,
    state: Option<String>,
    steps: Vec<Step>,
    /// Whether it has come to its end: then no step is the next one.
    is_over: bool,
    links: Vec<Step>,
    buttons: Vec<Button>,
    parts: Vec<(Option<&'static str>, Part)>,
    history: Vec<Happened>,
}

/// Something that happened.
pub struct Happened {
    /// When.
    pub at: jiff::Timestamp,
    /// What.
    pub what: String,
    /// Who did it, if it was one of the office's people.
    pub by: Option<String>,
    /// The ledger's entry that says so.
    pub entry: Option<u64>,
    /// What else is told of it.
    pub details: Vec<String>,
}

impl Happened {
    /// When, as people in the office read it.
    fn minute(&self) -> String {
        minute(self.at)
    }
}

impl File {
    /// A file with this title, in the visitor's language.
    pub fn new(visit: &Visit, title: impl Title) -> Self {
        Self {
            language: visit.language,
            title: title.in_language(visit.language),
            state: None,
            steps: Vec::new(),
            is_over: false,
            links: Vec::new(),
            buttons: Vec::new(),
            parts: Vec::new(),
            history: Vec::new(),
        }
    }

    /// The state it is in, in words.
    #[must_use]
    pub fn state(mut self, state: impl Into<String>) -> Self {
        self.state = Some(state.into());
        self
    }

    /// It has come to its end, if so: of the steps that are left none is the next one.
    #[must_use]
    pub const fn over(mut self, is_over: bool) -> Self {
        self.is_over = is_over;
        self
    }

    /// The steps that stand before everything.
    fn first_steps(&self) -> &[Step] {
        &self.steps[..self.shown_steps()]
    }

    /// The others, which a phone folds away.
    fn further_steps(&self) -> &[Step] {
        &self.steps[self.shown_steps()..]
    }

    /// Of many steps, two; of a few, all.
    fn shown_steps(&self) -> usize {
        const FEW: usize = 3;
        match self.steps.len() {
            steps @ ..=FEW => steps,
            _ => 2,
        }
    }

    /// A step that can be taken now, if so.
    #[must_use]
    pub fn step(mut self, can: bool, label: Two, address: String) -> Self {
        if can {
            self.steps.push(Step {
                label: label.say(self.language),
                address,
                is_download: false,
            });
        }
        self
    }

    /// A file that can be taken now, if so.
    #[must_use]
    pub fn download(mut self, can: bool, label: Two, address: String) -> Self {
        if can {
            self.steps.push(Step {
                label: label.say(self.language),
                address,
                is_download: true,
            });
        }
        self
    }

    /// A list that belongs to it, if the person may see it.
    #[must_use]
    pub fn link(mut self, may: bool, label: Two, address: String) -> Self {
        if may {
            let label = label.say(self.language);
            self.links.push(Step {
                label,
                address,
                is_download: false,
            });
        }
        self
    }

    /// Something that is done at once, without a form of its own.
    #[must_use]
    pub fn button(
        mut self,
        label: Two,
        address: &'static str,
        fields: Vec<(&'static str, String)>,
    ) -> Self {
        self.buttons.push(Button {
            label: label.say(self.language),
            address,
            fields,
        });
        self
    }

    /// Facts, those that are there.
    #[must_use]
    pub fn facts(mut self, heading: Option<Two>, facts: Vec<(Two, Option<String>)>) -> Self {
        let facts: Vec<Fact> = facts
            .into_iter()
            .filter_map(|(name, value)| {
                Some(Fact {
                    name: name.say(self.language).to_owned(),
                    value: value?,
                    address: None,
                })
            })
            .collect();
        if !facts.is_empty() {
            self.parts.push((
                heading.map(|two| two.say(self.language)),
                Part::Facts(facts),
            ));
        }
        self
    }

    /// A fact more, below the last ones; it leads somewhere if the person may go there.
    #[must_use]
    pub fn linked(
        mut self,
        name: Two,
        value: Option<String>,
        may: bool,
        address: impl Into<String>,
    ) -> Self {
        let Some(value) = value else {
            return self;
        };
        let fact = Fact {
            name: name.say(self.language).to_owned(),
            value,
            address: may.then(|| address.into()),
        };
        match self.parts.last_mut() {
            Some((_, Part::Facts(facts))) => facts.push(fact),
            _ => self.parts.push((None, Part::Facts(vec![fact]))),
        }
        self
    }

    /// A table, if it has rows.
    #[must_use]
    pub fn table(
        self,
        heading: Two,
        heads: &[Two],
        rows: Vec<(Option<String>, Vec<String>)>,
    ) -> Self {
        let rows = rows
            .into_iter()
            .map(|(address, cells)| (address, cells, None));
        self.table_with_buttons(heading, heads, rows.collect())
    }

    /// A table with a button in some of its rows, if it has rows.
    #[must_use]
    pub fn table_with_buttons(
        mut self,
        heading: Two,
        heads: &[Two],
        rows: Vec<(Option<String>, Vec<String>, Option<Button>)>,
    ) -> Self {
        if !rows.is_empty() {
            let heads: Vec<&'static str> =
                heads.iter().map(|head| head.say(self.language)).collect();
            let rows = rows.into_iter().map(|(address, cells, button)| Cells {
                address,
                all: heads.iter().copied().zip(cells).collect(),
                button,
            });
            let rows = rows.collect();
            self.parts
                .push((Some(heading.say(self.language)), Part::Table(heads, rows)));
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

    /// A picture of numbers; its title is the heading.
    #[must_use]
    pub fn figure(mut self, figure: Figure) -> Self {
        self.parts.push((None, Part::Figure(Box::new(figure))));
        self
    }

    /// A picture.
    #[must_use]
    pub fn picture(mut self, address: String, shows: Two) -> Self {
        let shows = shows.say(self.language);
        self.parts.push((None, Part::Picture(address, shows)));
        self
    }

    /// A text as it is kept, folded away, if there is one.
    #[must_use]
    pub fn folded(mut self, heading: Two, text: String) -> Self {
        if !text.is_empty() {
            self.parts
                .push((Some(heading.say(self.language)), Part::Folded(text)));
        }
        self
    }

    /// What words on the page mean, folded away.
    #[must_use]
    pub fn explained(mut self, heading: Two, text: String) -> Self {
        let heading = heading.say(self.language);
        self.parts.push((Some(heading), Part::Explained(text)));
        self
    }

    /// Names and values as they come.
    #[must_use]
    pub fn told(mut self, heading: Two, members: Vec<(String, String)>) -> Self {
        let facts = members.into_iter().map(|(name, value)| Fact {
            name,
            value,
            address: None,
        });
        let facts: Vec<Fact> = facts.collect();
        if !facts.is_empty() {
            let heading = heading.say(self.language);
            self.parts.push((Some(heading), Part::Facts(facts)));
        }
        self
    }

    /// What the ledger says of it, the newest first.
    #[must_use]
    pub fn history(mut self, entries: &[StoredEntry]) -> Self {
        self.history = entries
            .iter()
            .map(|stored| Happened {
                at: stored.at,
                what: what_in(self.language, stored),
                by: Some(stored.actor.to_string()),
                entry: Some(stored.number),
                details: Vec::new(),
            })
            .collect();
        self
    }

    /// What happened, as it is to be read.
    #[must_use]
    pub fn happened(mut self, history: Vec<Happened>) -> Self {
        self.history = history;
        self
    }

    /// The page, with the names of people beside what they sign in with in its history.
    pub async fn render_with_names(mut self, visit: &Visit) -> Response {
        let actors = self.history.iter().filter_map(|one| one.by.as_deref());
        let people = or_refuse!(visit, People::of(visit, actors).await);
        for one in &mut self.history {
            one.by = one.by.take().map(|actor| people.name(visit, &actor));
        }
        self.render(visit)
    }

    /// Whether it has a table of many columns.
    fn is_wide(&self) -> bool {
        const MANY: usize = 6;
        let mut parts = self.parts.iter();
        parts.any(|(_, part)| matches!(part, Part::Table(heads, _) if heads.len() >= MANY))
    }

    /// The page.
    pub fn render(self, visit: &Visit) -> Response {
        let mut frame = Frame::new(visit, self.title.clone());
        frame.is_wide = self.is_wide();
        let page = Page {
            frame,
            more: visit.say(two("更多办理", "More")),
            next: visit.say(two("可办理", "Next steps")),
            belongs: visit.say(two("相关列表", "Lists")),
            happened: visit.say(two("经过", "History")),
            may_see_entries: visit.may(crate::domain::access::Permission::LedgerRead),
            file: &self,
        };
        page::render(StatusCode::OK, &page)
    }
}

/// The name of an entry's kind.
pub fn kind_in(language: Language, kind: &str) -> String {
    let names = entry::names(kind);
    let name = names.map_or(kind, |(chinese, english)| language.choose(chinese, english));
    name.to_owned()
}

/// The name of an entry, with the step if it tells of one.
fn what_in(language: Language, stored: &StoredEntry) -> String {
    let name = kind_in(language, &stored.kind);
    let step = match Entry::read(&stored.kind, &stored.body) {
        Some(Entry::LicenseeStep(body)) => body.step.step,
        Some(Entry::StepProposed(body)) => body.step.step,
        Some(Entry::StepConfirmed(body)) => body.step.step,
        _ => return name,
    };
    named(
        language,
        &name,
        language.choose(step.chinese(), step.english()),
    )
}

/// A text of JSON, a member on each line.
pub fn pretty(text: &str) -> String {
    let value: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
    if value.is_null() {
        return String::new();
    }
    serde_json::to_string_pretty(&value).unwrap_or_default()
}

#[derive(Template)]
#[template(path = "file.html")]
struct Page<'a> {
    frame: Frame,
    file: &'a File,
    next: &'static str,
    more: &'static str,
    belongs: &'static str,
    happened: &'static str,
    may_see_entries: bool,
}
