//! A list: searched, filtered, paged, all by its address, so that a link to it can be sent.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::guard::Visit;
use super::page::{self, Frame};
use super::read::Errors;
use super::typed::Typed;
use super::words::{Two, two};
pub use crate::http::address::encode;
use crate::store::lists::Sort;

/// What a field of the filter is.
pub enum Filter {
    /// Any text.
    Text,
    /// A day.
    Day,
    /// One of these: word and label.
    Choice(Vec<(&'static str, &'static str)>),
    /// One of these, which stand in groups: name of the group, and word and label of each.
    Groups(Vec<(&'static str, Vec<(&'static str, &'static str)>)>),
    /// Any text, for which some are offered.
    Offered(Vec<String>),
}

/// A field of the filter.
pub struct Field {
    name: &'static str,
    label: &'static str,
    filter: Filter,
    value: String,
    error: Option<String>,
}

/// How a column is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// As it is.
    Text,
    /// To the right.
    Number,
    /// In a face in which 0 and O differ.
    Code,
    /// A state, with a sign besides its word.
    State,
}

/// A column.
pub struct Column {
    label: &'static str,
    kind: Kind,
    sorts: Option<Sorts>,
}

/// How a column sorts the list.
struct Sorts {
    /// By what.
    column: &'static str,
    /// Whether the list is sorted by it, and then whether the largest comes first.
    is_descending: Option<bool>,
}

impl Sorts {
    /// What an address says that sorts by it: the other way round if the list is.
    fn word(&self) -> String {
        let sign = if self.is_descending == Some(false) {
            "-"
        } else {
            ""
        };
        format!("{sign}{}", self.column)
    }

    /// What a reader of the screen is told of the present order.
    const fn aria(&self) -> Option<&'static str> {
        match self.is_descending {
            None => None,
            Some(true) => Some("descending"),
            Some(false) => Some("ascending"),
        }
    }
}

/// A row; its first cell leads to what it is about.
pub struct Row {
    /// Where the first cell leads.
    pub address: Option<String>,
    /// One text for each column.
    pub cells: Vec<String>,
}

/// A list.
pub struct List<'a> {
    visit: &'a Visit,
    asked: &'a Typed,
    title: Two,
    fields: Vec<Field>,
    columns: Vec<Column>,
    rows: Vec<Row>,
    next: Option<String>,
    tables: Option<String>,
    actions: Vec<(&'static str, String)>,
    texts: Vec<String>,
    is_first: bool,
}

/// Rows of a page.
pub const ROWS: u32 = 50;

impl<'a> List<'a> {
    /// An empty one, for who visits and what the address asks.
    pub const fn new(visit: &'a Visit, asked: &'a Typed, title: Two) -> Self {
        Self {
            visit,
            asked,
            title,
            fields: Vec::new(),
            columns: Vec::new(),
            rows: Vec::new(),
            next: None,
            tables: None,
            actions: Vec::new(),
            texts: Vec::new(),
            is_first: true,
        }
    }

    /// A field to choose by, as it stands in the address.
    #[must_use]
    pub fn field(mut self, name: &'static str, label: Two, filter: Filter) -> Self {
        self.fields.push(Field {
            name,
            label: self.visit.say(label),
            filter,
            value: self.asked.get(name).to_owned(),
            error: None,
        });
        self
    }

    /// What of it cannot be read, said at its field.
    #[must_use]
    pub fn wrong(mut self, errors: Errors) -> Self {
        for (name, what) in errors.all {
            let mut fields = self.fields.iter_mut();
            if let Some(field) = fields.find(|field| Some(field.name) == name) {
                field.error = Some(what);
            }
        }
        self
    }

    /// Columns in their order.
    #[must_use]
    pub fn columns<const N: usize>(mut self, columns: [(Two, Kind); N]) -> Self {
        let each = columns.map(|(label, kind)| Column {
            label: self.visit.say(label),
            kind,
            sorts: None,
        });
        self.columns.extend(each);
        self
    }

    /// How it is sorted, and by which columns it may be: place of the column, and its word in addresses.
    #[must_use]
    pub fn sorted(mut self, sort: Sort, by: &[(usize, &'static str)]) -> Self {
        for (place, column) in by {
            if let Some(shown) = self.columns.get_mut(*place) {
                let is_by_it = sort.column() == *column;
                shown.sorts = Some(Sorts {
                    column,
                    is_descending: is_by_it.then(|| sort.is_descending()),
                });
            }
        }
        self
    }

    /// A sentence above the list.
    #[must_use]
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.texts.push(text.into());
        self
    }

    /// What can be done besides: label and address, if the person may.
    #[must_use]
    pub fn action(mut self, may: bool, label: Two, address: impl Into<String>) -> Self {
        if may {
            self.actions.push((self.visit.say(label), address.into()));
        }
        self
    }

    /// Where the same list is had as a table, without `format=`; if the person may.
    #[must_use]
    pub fn table(mut self, may: bool, address: impl Into<String>) -> Self {
        self.tables = may.then(|| address.into());
        self
    }

    /// The rows that were found, one more than are shown if there is a further page; `key` says where the next page
    /// begins, in the field `after`.
    #[must_use]
    pub fn rows<T>(
        mut self,
        mut found: Vec<T>,
        key: impl Fn(&T) -> String,
        row: impl Fn(&T) -> Row,
    ) -> Self {
        if found.len() > ROWS as usize {
            found.truncate(ROWS as usize);
            self.next = found.last().map(key);
        }
        self.rows = found.iter().map(row).collect();
        self
    }

    /// The cells of a row, each with its column.
    fn cells<'s>(&'s self, row: &'s Row) -> impl Iterator<Item = (&'s Column, &'s String)> {
        self.columns.iter().zip(&row.cells)
    }

    /// The page.
    pub fn render(self) -> Response {
        let (visit, asked) = (self.visit, self.asked);
        let query = |sort: Option<&str>, after: Option<&str>| {
            let mut pairs: Vec<String> = Vec::new();
            for field in &self.fields {
                if !field.value.is_empty() {
                    pairs.push(format!("{}={}", field.name, encode(&field.value)));
                }
            }
            if let Some(sort) = sort {
                pairs.push(format!("sort={}", encode(sort)));
            }
            if let Some(after) = after {
                pairs.push(format!("after={}", encode(after)));
            }
            pairs.join("&")
        };
        let sort = Some(asked.get("sort")).filter(|sort| !sort.is_empty());
        let heads = self.columns.iter().map(|column| {
            let sorts = column.sorts.as_ref();
            sorts.map(|sorts| format!("?{}", query(Some(&sorts.word()), None)))
        });
        let heads: Vec<Option<String>> = heads.collect();
        let next = self
            .next
            .as_deref()
            .map(|next| format!("?{}", query(sort, Some(next))));
        let tables = self.tables.as_ref().map(|address| {
            let query = query(None, None);
            ["xlsx", "csv"].map(|format| format!("{address}?format={format}&{query}"))
        });
        let mut frame = Frame::new(visit, visit.say(self.title));
        frame.is_wide = true;
        let say = |two: Two| visit.say(two);
        let page = Page {
            frame,
            choose: say(two("筛选", "Show")),
            all: say(two("（全部）", "(all)")),
            clear: say(two("清除条件", "Clear")),
            nothing: say(
                match self.fields.iter().any(|field| field.error.is_some()) {
                    true => two(
                        "条件有误，请改正后再查。",
                        "A condition is wrong: mend it and look again.",
                    ),
                    false => two("没有符合条件的记录。", "Nothing to show."),
                },
            ),
            next_label: say(two("下一页", "Next page")),
            first_label: say(two("回到第一页", "First page")),
            table_label: say(two("导出", "As a table")),
            is_first: asked.get("after").is_empty() && self.is_first,
            first: format!("?{}", query(sort, None)),
            sort: sort.unwrap_or_default(),
            heads,
            is_filtered: self.fields.iter().any(|field| !field.value.is_empty()),
            path: visit.uri.path(),
            next,
            tables,
            list: &self,
        };
        page::render(StatusCode::OK, &page)
    }
}

#[derive(Template)]
#[template(path = "list.html")]
struct Page<'a> {
    frame: Frame,
    list: &'a List<'a>,
    choose: &'static str,
    all: &'static str,
    clear: &'static str,
    nothing: &'static str,
    next_label: &'static str,
    first_label: &'static str,
    table_label: &'static str,
    is_first: bool,
    first: String,
    sort: &'a str,
    /// Where the heads of the columns lead: to the list sorted by them.
    heads: Vec<Option<String>>,
    is_filtered: bool,
    path: &'a str,
    next: Option<String>,
    tables: Option<[String; 2]>,
}
