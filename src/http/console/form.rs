//! Forms: what was typed stays, every field that is wrong is named, and nothing irreversible happens without a summary.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::guard::Visit;
use super::page::{self, Frame};
use super::read::Errors;
use super::typed::{NOT_REPEATED, Typed, Upload};
use super::words::{Title, Two, two};
use crate::domain::access::Permission;
use crate::http::language::Language;
use crate::service::system;

/// What a field takes.
#[derive(Clone, Debug)]
pub enum Kind {
    /// A line of text.
    Line,
    /// Several lines.
    Lines,
    /// Several lines that choose marks.
    Marks,
    /// A serial or container, typed or scanned.
    Scan,
    /// No field: what follows is folded away until it is asked for.
    Fold,
    /// No field: the end of what is folded away.
    Unfold,
    /// No field: what follows stands side by side where there is room.
    Columns,
    /// No field: the end of what stands side by side.
    Uncolumned,
    /// A whole number.
    Number,
    /// A number with decimals.
    Decimal,
    /// A line for which some are offered.
    Offered(Vec<String>),
    /// No field: a heading over those that follow.
    Part,
    /// A day.
    Day,
    /// One of these: word and label.
    Choice(Vec<(String, String)>),
    /// Any of these.
    Checks(Vec<(String, String)>),
    /// A password; `new-password` or `current-password` for the browser's keeper.
    Password(&'static str),
    /// A one-time code.
    Code,
    /// A file.
    File,
    /// Several files.
    Files,
    /// Not shown.
    Hidden,
}

/// A field.
#[derive(Clone, Debug)]
pub struct Field {
    name: &'static str,
    label: &'static str,
    hint: Option<&'static str>,
    kind: Kind,
    is_required: bool,
    values: Vec<String>,
    /// The files that were chosen before.
    again: Vec<String>,
    error: Option<String>,
}

impl Kind {
    /// One of these words, each by its name in the language of the page.
    pub fn choice<T: Copy>(
        visit: &Visit,
        all: impl IntoIterator<Item = T>,
        slug: impl Fn(T) -> &'static str,
        names: [fn(T) -> &'static str; 2],
    ) -> Self {
        Self::Choice(named(visit, all, slug, names))
    }

    /// Any of these words.
    pub fn checks<T: Copy>(
        visit: &Visit,
        all: impl IntoIterator<Item = T>,
        slug: impl Fn(T) -> &'static str,
        names: [fn(T) -> &'static str; 2],
    ) -> Self {
        Self::Checks(named(visit, all, slug, names))
    }
}

fn named<T: Copy>(
    visit: &Visit,
    all: impl IntoIterator<Item = T>,
    slug: impl Fn(T) -> &'static str,
    [chinese, english]: [fn(T) -> &'static str; 2],
) -> Vec<(String, String)> {
    let name = |one: T| visit.language.choose(chinese(one), english(one)).to_owned();
    all.into_iter()
        .map(|one| (slug(one).to_owned(), name(one)))
        .collect()
}

impl Field {
    /// What stands in it.
    fn value(&self) -> &str {
        self.values.first().map_or("", String::as_str)
    }

    fn has(&self, word: &str) -> bool {
        self.values.iter().any(|value| value == word)
    }

    /// Whether a page repeats what was typed into it.
    const fn is_repeated(&self) -> bool {
        !matches!(
            self.kind,
            Kind::Password(_) | Kind::Code | Kind::File | Kind::Files
        )
    }
}

/// A form.
#[derive(Clone, Debug)]
pub struct Form {
    language: Language,
    title: String,
    text: Vec<String>,
    links: Vec<(&'static str, String)>,
    fields: Vec<Field>,
    button: &'static str,
    other: Option<(&'static str, &'static str, String)>,
    is_grave: bool,
    errors: Vec<(Option<&'static str>, String)>,
    /// The entry of the ledger that what is wrong speaks of.
    entry: Option<u64>,
    confirms: Vec<String>,
    sent_to: Option<&'static str>,
    /// Whether its answer is a file to keep, and no page.
    is_download: bool,
    /// What came of the last thing that was sent: a state's word for its sign, and the words.
    outcome: Option<(&'static str, String)>,
    /// Where a picture of what is chosen comes from, and what it shows.
    picture: Option<(String, &'static str)>,
}

impl Form {
    /// A form with this title and what its button says, in the visitor's language.
    pub fn new(visit: &Visit, title: impl Title, button: Two) -> Self {
        Self {
            language: visit.language,
            title: title.in_language(visit.language),
            text: Vec::new(),
            links: Vec::new(),
            fields: Vec::new(),
            button: button.say(visit.language),
            other: None,
            is_grave: false,
            errors: Vec::new(),
            entry: None,
            confirms: Vec::new(),
            sent_to: None,
            is_download: false,
            picture: None,
            outcome: None,
        }
    }

    /// What came of the last thing that was sent, at a glance: `good`, `waits` or `over`, and the words.
    #[must_use]
    pub fn outcome(mut self, tone: &'static str, words: impl Into<String>) -> Self {
        self.outcome = Some((tone, words.into()));
        self
    }

    /// Its answer is a file to keep: the browser sends it, and stays where it is.
    #[must_use]
    pub const fn downloads(mut self) -> Self {
        self.is_download = true;
        self
    }

    /// Where it is sent, if not to the page it stands on.
    #[must_use]
    pub const fn sent_to(mut self, address: &'static str) -> Self {
        self.sent_to = Some(address);
        self
    }

    /// A sentence above the fields.
    #[must_use]
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.text.push(text.into());
        self
    }

    /// Where more is told of what the form is about, if the person may go there.
    #[must_use]
    pub fn link(mut self, may: bool, label: Two, address: String) -> Self {
        if may {
            self.links.push((label.say(self.language), address));
        }
        self
    }

    /// It cannot be undone: the button says so by its colour, and a summary comes first.
    #[must_use]
    pub const fn grave(mut self) -> Self {
        self.is_grave = true;
        self
    }

    /// A second button, which sends this field besides, and what it says.
    #[must_use]
    pub fn other_button(
        mut self,
        name: &'static str,
        value: &'static str,
        label: impl Into<String>,
    ) -> Self {
        self.other = Some((name, value, label.into()));
        self
    }

    /// Folds the fields away that `inside` adds; open if anything stands in one of them.
    #[must_use]
    pub fn folded(self, label: Two, inside: impl FnOnce(Self) -> Self) -> Self {
        let form = inside(self.field("", label, Kind::Fold));
        form.field("", two("", ""), Kind::Unfold)
    }

    /// Puts the fields side by side that `inside` adds.
    #[must_use]
    pub fn in_columns(self, inside: impl FnOnce(Self) -> Self) -> Self {
        let form = inside(self.field("", two("", ""), Kind::Columns));
        form.field("", two("", ""), Kind::Uncolumned)
    }

    /// Whether the fold that begins at this place is open.
    #[allow(clippy::trivially_copy_pass_by_ref)] // so a template hands it over
    fn is_open(&self, fold: &usize) -> bool {
        let inside = self.fields[*fold + 1..]
            .iter()
            .take_while(|field| !matches!(field.kind, Kind::Unfold));
        let mut inside = inside.filter(|field| !matches!(field.kind, Kind::Hidden));
        inside
            .any(|field| field.error.is_some() || field.values.iter().any(|text| !text.is_empty()))
    }

    /// A field that must be filled in.
    #[must_use]
    pub fn field(self, name: &'static str, label: Two, kind: Kind) -> Self {
        self.add(name, label, kind, true)
    }

    /// A field that may stay empty.
    #[must_use]
    pub fn optional(self, name: &'static str, label: Two, kind: Kind) -> Self {
        self.add(name, label, kind, false)
    }

    fn add(mut self, name: &'static str, label: Two, kind: Kind, is_required: bool) -> Self {
        self.fields.push(Field {
            name,
            label: label.say(self.language),
            hint: None,
            kind,
            is_required,
            values: Vec::new(),
            again: Vec::new(),
            error: None,
        });
        self
    }

    /// A line below the last field.
    #[must_use]
    pub fn hint(mut self, hint: Two) -> Self {
        if let Some(last) = self.fields.last_mut() {
            last.hint = Some(hint.say(self.language));
        }
        self
    }

    /// A picture of what is chosen in the fields `template` and `dpi`, from this address.
    #[must_use]
    pub fn picture(mut self, address: String, shows: Two) -> Self {
        self.picture = Some((address, shows.say(self.language)));
        self
    }

    /// The address of the picture for what is chosen now.
    fn shown(&self, address: &str) -> String {
        let value = |name| {
            let field = self.fields.iter().find(|field| field.name == name);
            field.map_or("", Field::value)
        };
        format!(
            "{address}?template={}&dpi={}",
            value("template"),
            value("dpi")
        )
    }

    /// A heading over the fields that follow.
    #[must_use]
    pub fn part(self, label: Two) -> Self {
        self.add("", label, Kind::Part, true)
    }

    /// What stands in a field from now on, whatever was typed.
    #[must_use]
    pub fn put(mut self, name: &str, values: Vec<String>) -> Self {
        if let Some(field) = self.fields.iter_mut().find(|field| field.name == name) {
            field.values = values;
        }
        self
    }

    /// What stands in a field before anything is typed.
    #[must_use]
    pub fn value(mut self, name: &str, value: impl Into<String>) -> Self {
        if let Some(field) = self.fields.iter_mut().find(|field| field.name == name) {
            field.values.push(value.into());
        }
        self
    }

    /// The form as it was filled in, without what a page never repeats.
    #[must_use]
    pub fn filled(mut self, typed: &Typed) -> Self {
        for field in &mut self.fields {
            if field.is_repeated() {
                field.values = typed.all(field.name).map(str::to_owned).collect();
            } else if matches!(field.kind, Kind::File | Kind::Files) {
                // No browser sends a file twice.
                let names = typed.files(field.name).map(Upload::base_name);
                field.again = names.map(str::to_owned).collect();
            }
        }
        self
    }

    /// What is wrong: with fields, or with the whole.
    #[must_use]
    pub fn wrong(mut self, errors: Errors) -> Self {
        self.entry = errors.entry;
        for (name, what) in errors.all {
            let field = self
                .fields
                .iter_mut()
                .find(|field| Some(field.name) == name);
            self.errors.push((name, what.clone()));
            if let Some(field) = field {
                field.error = Some(what);
            }
        }
        self
    }

    /// The label of a field.
    fn label(&self, name: &str) -> &'static str {
        let field = self.fields.iter().find(|field| field.name == name);
        field.map_or("", |field| field.label)
    }

    /// The page with the form. `typed` is what was sent, if anything was.
    pub fn render(mut self, visit: &Visit, typed: Option<&Typed>) -> Response {
        let status = if self.errors.is_empty() {
            StatusCode::OK
        } else {
            StatusCode::UNPROCESSABLE_ENTITY
        };
        for field in &mut self.fields {
            if !field.again.is_empty() {
                let names = field.again.join(visit.one_of("、", ", "));
                let again = visit.one_of("请重新选择文件：", "Choose the files again: ");
                let wrong = field
                    .error
                    .take()
                    .map(|wrong| wrong + visit.one_of("；", "; "));
                field.error = Some(format!("{}{again}{names}", wrong.unwrap_or_default()));
            }
        }
        self.page(visit, typed, status)
    }

    /// The summary before something irreversible: what will happen, with everything that was typed kept.
    pub fn confirm(self, visit: &Visit, typed: &Typed, summary: Vec<String>) -> Response {
        self.confirm_with(visit, typed, summary, &[])
    }

    /// The same, with what the summary was worked out from: what is confirmed is that.
    pub fn confirm_with(
        mut self,
        visit: &Visit,
        typed: &Typed,
        summary: Vec<String>,
        from: &[(&str, String)],
    ) -> Response {
        self = self.filled(typed);
        for (name, value) in from {
            self = self.put(name, vec![value.clone()]);
        }
        self.confirms = summary;
        self.page(visit, Some(typed), StatusCode::OK)
    }

    fn page(self, visit: &Visit, typed: Option<&Typed>, status: StatusCode) -> Response {
        let say = |two: Two| visit.say(two);
        let request = typed.map(|typed| typed.get("request").to_owned());
        let page = Page {
            frame: Frame::new(visit, self.title.clone()),
            errors_heading: say(two("请改正以下内容", "Please mend this")),
            optional: say(two("（选填）", "(optional)")),
            confirm_heading: say(two("请确认", "Please confirm")),
            confirm: say(two("确认办理", "Confirm")),
            back: say(two("返回修改", "Back")),
            choose: say(two("请选择", "Choose")),
            request: request
                .filter(|request| !request.is_empty())
                .unwrap_or_else(system::unique_id),
            is_multipart: self
                .fields
                .iter()
                .any(|field| matches!(field.kind, Kind::File | Kind::Files)),
            path: self.sent_to.unwrap_or(visit.uri.path()),
            not_repeated: NOT_REPEATED,
            entry: self.entry.filter(|_| visit.may(Permission::LedgerRead)),
            entry_label: say(two("查看台账", "See the ledger: entry")),
            form: &self,
        };
        page::render(status, &page)
    }
}

#[derive(Template)]
#[template(path = "form.html")]
struct Page<'a> {
    frame: Frame,
    form: &'a Form,
    errors_heading: &'static str,
    optional: &'static str,
    confirm_heading: &'static str,
    confirm: &'static str,
    back: &'static str,
    choose: &'static str,
    request: String,
    is_multipart: bool,
    not_repeated: &'static str,
    entry: Option<u64>,
    entry_label: &'static str,
    path: &'a str,
}
