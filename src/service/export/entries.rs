//! The ledger's entries as a table.

use std::io::Write;

use jiff::Timestamp;
use serde_json::Value;

use super::{Names, PAGE, number, optional, text};
use crate::domain::access::Scope;
use crate::domain::ledger::chain::StoredEntry;
use crate::domain::ledger::entry::{self, Entry, Marks};
use crate::domain::licensee::Licensee;
use crate::service::ServiceError;
use crate::service::lists::Within as _;
use crate::sheets::{Cell, Column, ColumnKind, SheetFormat, SheetWriter, Table, column};
use crate::store::Store;
use crate::store::ledger::{self, Filter};

/// Ranges of one entry that are spelled out; the whole stands under 内容.
const MOST_RANGES: usize = 20;

const ENTRIES: [Column; 17] = [
    column("序号", ColumnKind::Integer, 10),
    column("时间", ColumnKind::DateTime, 20),
    column("事项", ColumnKind::Text, 16),
    column("经办人", ColumnKind::Text, 14),
    column("使用人编号", ColumnKind::Integer, 12),
    column("使用人", ColumnKind::Text, 30),
    column("承印方", ColumnKind::Text, 24),
    column("订单", ColumnKind::Integer, 10),
    column("年度", ColumnKind::Text, 8),
    column("标志批", ColumnKind::Integer, 10),
    column("数量", ColumnKind::Integer, 12),
    column("号段", ColumnKind::Text, 28),
    column("生产批次", ColumnKind::Integer, 10),
    column("原因", ColumnKind::Text, 28),
    column("文号", ColumnKind::Text, 24),
    column("内容", ColumnKind::Text, 60),
    column("校验值", ColumnKind::Text, 68),
];

/// Writes the wanted entries, the oldest first. Returns how many.
///
/// # Errors
/// If the database does not answer, or the output does not take the bytes.
pub async fn entries<W: Write + Send>(
    store: &Store,
    scope: Scope,
    filter: &Filter,
    format: SheetFormat,
    now: Timestamp,
    out: W,
) -> Result<(W, u64), ServiceError> {
    let table = Table {
        title: "专用标志台账",
        columns: &ENTRIES,
        made_at: now,
    };
    let mut sheet = SheetWriter::new(format, table, out)?;
    let Some(filter) = filter.within(scope) else {
        return Ok(sheet.finish()?);
    };
    let mut tx = store.read().await?;
    let names = Names::read(&mut tx).await?;
    let mut after = 0;
    loop {
        let some = ledger::oldest(&mut tx, &filter, after, PAGE).await?;
        let Some(last) = some.last() else { break };
        after = last.number;
        for stored in &some {
            let texts = Texts::of(stored);
            sheet.row(&texts.row(stored, &names))?;
        }
    }
    Ok(sheet.finish()?)
}

/// What of an entry is put into words.
struct Texts {
    marks: Option<Marks>,
    ranges: String,
    season: String,
    hash: String,
    said: Said,
}

/// What an entry says besides marks, under whatever name its kind has for it.
#[derive(Default)]
struct Said {
    document: Option<String>,
    reason: Option<String>,
    marks: Option<i64>,
    batch: Option<i64>,
}

impl Said {
    fn of(body: &str) -> Self {
        let body: Value = serde_json::from_str(body).unwrap_or_default();
        let text = |names: &[&str]| named(&body, names, &|value| value.as_str().map(str::to_owned));
        let number = |names: &[&str]| named(&body, names, &Value::as_i64);
        Self {
            document: text(&["document", "number"]),
            reason: text(&["reason", "ground", "text", "result"]),
            marks: number(&["marks", "quantity", "packs", "carried"]),
            batch: number(&["batch"]),
        }
    }
}

/// The first member of one of these names that is of the wanted type, at the top or below it.
fn named<T>(body: &Value, names: &[&str], of: &dyn Fn(&Value) -> Option<T>) -> Option<T> {
    let members = body.as_object()?;
    let here = names
        .iter()
        .find_map(|name| members.get(*name).and_then(of));
    here.or_else(|| members.values().find_map(|below| named(below, names, of)))
}

impl Texts {
    fn of(stored: &StoredEntry) -> Self {
        let marks = match Entry::read(&stored.kind, &stored.body) {
            Some(Entry::Marks(marks)) => Some(marks),
            _ => None,
        };
        let ranges = marks.as_ref().map_or(String::new(), |marks| {
            let shown = marks.ranges.iter().take(MOST_RANGES);
            let mut text = shown
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join("；");
            if marks.ranges.len() > MOST_RANGES {
                text.push_str(&format!("；… 共 {} 段", marks.ranges.len()));
            }
            text
        });
        Self {
            marks,
            ranges,
            season: stored
                .subjects
                .season
                .map_or(String::new(), |season| season.to_string()),
            hash: stored.hash.to_string(),
            said: Said::of(&stored.body),
        }
    }

    fn row<'a>(&'a self, stored: &'a StoredEntry, names: &'a Names) -> [Cell<'a>; ENTRIES.len()] {
        let subjects = &stored.subjects;
        let marks = self.marks.as_ref();
        let printer = names.printer(subjects.printer);
        let count = marks.and_then(|marks| i64::try_from(marks.marks()).ok());
        [
            Cell::Integer(stored.number.cast_signed()),
            Cell::DateTime(stored.at),
            Cell::Text(entry::chinese(&stored.kind)),
            Cell::Text(stored.actor.as_str()),
            number(subjects.licensee.map(|number| number.0)),
            text(names.licensee(subjects.licensee).map(Licensee::name)),
            text(printer.map(|printer| &printer.particulars.name)),
            number(subjects.order.map(|number| number.0)),
            Cell::Text(&self.season),
            number(self.said.batch),
            number(count.or(self.said.marks)),
            Cell::Text(&self.ranges),
            number(subjects.lot.map(|number| number.0)),
            optional(self.said.reason.as_deref()),
            optional(self.said.document.as_deref()),
            Cell::Text(&stored.body),
            Cell::Text(&self.hash),
        ]
    }
}
