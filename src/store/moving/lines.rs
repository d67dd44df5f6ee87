//! Rows as lines of PostgreSQL's COPY in its text format, put together by SQLite a page at a time: a row handed over by
//! itself would cost a hop to SQLite's thread and an allocation a column.

use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Row, SqliteConnection};

use super::schema::{Column, Kind, Table};
use crate::store::StoreError;

/// Bytes that a page may have if all its rows were as long as the longest.
const PAGE_BYTES: i64 = 16 << 20;
/// Rows of a page at most.
const PAGE_ROWS: i64 = 8192;

/// A table as it was found, or a part of it.
#[derive(Clone, Debug)]
pub(super) struct Part<'a> {
    pub table: &'a Table,
    /// A condition in SQL; none for all rows.
    pub only: Option<String>,
    /// Bytes of the longest row.
    pub longest: i64,
}

/// Lines, each with its end.
pub(super) struct Page {
    pub text: String,
    pub rows: u64,
}

/// Reads a part of a table page by page, in the order of its key. A table without a key is one page.
pub(super) struct Pages<'a> {
    part: Part<'a>,
    last: Option<Vec<Value>>,
    is_over: bool,
}

/// A value of a key.
enum Value {
    Number(i64),
    Text(String),
    Bytes(Vec<u8>),
}

impl Value {
    fn read(row: &SqliteRow, place: usize, column: &Column) -> Result<Self, sqlx::Error> {
        Ok(match column.kind {
            Kind::Number => Self::Number(row.try_get(place)?),
            Kind::Text => Self::Text(row.try_get(place)?),
            Kind::Bytes => Self::Bytes(row.try_get(place)?),
        })
    }
}

macro_rules! bind_all {
    ($query:expr, $values:expr) => {{
        let mut query = $query;
        for value in $values {
            query = match value {
                Value::Number(number) => query.bind(*number),
                Value::Text(text) => query.bind(text.clone()),
                Value::Bytes(bytes) => query.bind(bytes.clone()),
            };
        }
        query
    }};
}

impl<'a> Pages<'a> {
    pub(super) const fn new(part: Part<'a>) -> Self {
        Self {
            part,
            last: None,
            is_over: false,
        }
    }

    /// The next page; none after the last.
    pub(super) async fn next(
        &mut self,
        source: &mut SqliteConnection,
    ) -> Result<Option<Page>, StoreError> {
        if self.is_over {
            return Ok(None);
        }
        let border = self.border(source).await?;
        let order = self.part.table.order();
        let names: Vec<&str> = order.iter().map(|one| one.name.as_str()).collect();
        let names = names.join(", ");
        let last = self.last.take().unwrap_or_default();
        let mut conditions: Vec<String> = self.part.only.iter().cloned().collect();
        if !last.is_empty() {
            conditions.push(format!("({names}) > ({})", places(1, last.len())));
        }
        if let Some(border) = &border {
            let places = places(last.len() + 1, border.len());
            conditions.push(format!("({names}) <= ({places})"));
        }
        let sql = format!(
            "SELECT count(*), string_agg(line, char(10)) FROM \
             (SELECT {} AS line FROM {} {} ORDER BY {names})",
            line(self.part.table),
            self.part.table.name,
            all_of(&conditions),
        );
        let query = sqlx::query_as(AssertSqlSafe(sql));
        let query = bind_all!(query, last.iter().chain(border.iter().flatten()));
        let (rows, text): (i64, Option<String>) = query.fetch_one(source).await?;
        self.is_over = border.is_none();
        self.last = border;
        Ok(text.map(|mut text| {
            text.push('\n');
            Page {
                text,
                rows: rows.cast_unsigned(),
            }
        }))
    }

    /// The key of the next page's last row, if there may be further pages.
    async fn border(
        &self,
        source: &mut SqliteConnection,
    ) -> Result<Option<Vec<Value>>, StoreError> {
        let Part {
            table,
            only,
            longest,
        } = &self.part;
        if table.key.is_empty() {
            return Ok(None);
        }
        let order = table.order();
        let names: Vec<&str> = order.iter().map(|one| one.name.as_str()).collect();
        let names = names.join(", ");
        let mut conditions: Vec<String> = only.iter().cloned().collect();
        let last = self.last.as_deref().unwrap_or_default();
        if !last.is_empty() {
            conditions.push(format!("({names}) > ({})", places(1, last.len())));
        }
        let rows = (PAGE_BYTES / (*longest).max(1)).clamp(1, PAGE_ROWS);
        let sql = format!(
            "SELECT {names} FROM {} {} ORDER BY {names} LIMIT 1 OFFSET {}",
            table.name,
            all_of(&conditions),
            rows - 1,
        );
        let query = bind_all!(sqlx::query(AssertSqlSafe(sql)), last);
        let Some(row) = query.fetch_optional(source).await? else {
            return Ok(None);
        };
        let values = order.iter().enumerate();
        let values = values.map(|(place, column)| Value::read(&row, place, column));
        Ok(Some(values.collect::<Result<_, _>>()?))
    }
}

/// `$1, $2, …`
fn places(first: usize, count: usize) -> String {
    let places: Vec<String> = (first..first + count)
        .map(|place| format!("${place}"))
        .collect();
    places.join(", ")
}

fn all_of(conditions: &[String]) -> String {
    match conditions {
        [] => String::new(),
        conditions => format!("WHERE {}", conditions.join(" AND ")),
    }
}

/// The expression that makes a row a line.
fn line(table: &Table) -> String {
    let fields: Vec<String> = table.columns.iter().map(field).collect();
    fields.join(" || char(9) || ")
}

/// The expression that makes a value a field: `\N` for none, and nothing in it that could be taken for its end.
fn field(column: &Column) -> String {
    /// Characters that COPY writes as a backslash and a letter.
    const ESCAPED: [(u8, char); 6] = [
        (9, 't'),
        (10, 'n'),
        (13, 'r'),
        (8, 'b'),
        (12, 'f'),
        (11, 'v'),
    ];
    let name = &column.name;
    let field = match column.kind {
        Kind::Number => name.clone(),
        Kind::Bytes => format!(r"'\\x' || lower(hex({name}))"),
        Kind::Text => {
            let backslashes = format!(r"replace({name}, '\', '\\')");
            ESCAPED.iter().fold(backslashes, |text, (code, letter)| {
                format!(r"replace({text}, char({code}), '\{letter}')")
            })
        }
    };
    // Not by what the functions make of NULL: hex makes it the bytes of nothing.
    format!(r"CASE WHEN {name} IS NULL THEN '\N' ELSE {field} END")
}

/// The expression of a row's bytes, as far as its length is not bounded: texts and bytes.
pub(super) fn length(table: &Table) -> String {
    let mut sum = "64".to_owned();
    for column in table.columns.iter().filter(|one| one.kind != Kind::Number) {
        // What is escaped, and bytes in hexadecimal, take up to twice as many.
        sum.push_str(&format!(
            " + coalesce(2 * octet_length({}), 0)",
            column.name
        ));
    }
    sum
}

/// The key of a line, as people are told it.
pub(super) fn key_of(table: &Table, line: &str) -> String {
    let fields: Vec<&str> = line.trim_end_matches('\n').split('\t').collect();
    let key: Vec<&str> = table
        .key
        .iter()
        .filter_map(|place| fields.get(*place).copied())
        .collect();
    if key.is_empty() {
        line.trim_end().to_owned()
    } else {
        key.join(" ")
    }
}
