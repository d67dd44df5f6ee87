//! The ledger as tables (台账导出): its entries, its orders with the whereabouts of their labels, and the smaller books.
//! Rows are read and written some thousand at a time: a table of any length takes little memory.

mod books;

pub use books::{documents, entitlements, lots, printers, transfers};

use std::collections::HashMap;
use std::io::Write;

use jiff::Timestamp;
use serde_json::Value;

use super::ServiceError;
use super::lists::Within as _;
use crate::domain::access::Scope;
use crate::domain::ledger::chain::StoredEntry;
use crate::domain::ledger::entry::{self, Entry, Marks};
use crate::domain::licensee::{Licensee, LicenseeNumber};
use crate::domain::order::Order;
use crate::domain::printer::{Printer, PrinterNumber};
use crate::domain::text::Line;
use crate::domain::whereabouts::Whereabouts;
use crate::sheets::{Cell, Column, ColumnKind, SheetFormat, SheetWriter, Table};
use crate::store::ledger::{self, Filter};
use crate::store::{Store, Tx, licensee, order, register};

/// Rows read at once.
const PAGE: u32 = 2000;
/// Ranges of one entry that are spelled out; the whole stands under 内容.
const MOST_RANGES: usize = 20;

const fn column(title: &'static str, kind: ColumnKind, width: u8) -> Column {
    Column { title, kind, width }
}

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

const ORDERS: [Column; 22] = [
    column("订单", ColumnKind::Integer, 10),
    column("状态", ColumnKind::Text, 12),
    column("使用人编号", ColumnKind::Integer, 12),
    column("使用人", ColumnKind::Text, 30),
    column("统一社会信用代码", ColumnKind::Text, 22),
    column("授权依据", ColumnKind::Text, 22),
    column("年度", ColumnKind::Text, 8),
    column("产品形态", ColumnKind::Text, 10),
    column("产品", ColumnKind::Text, 28),
    column("承印方", ColumnKind::Text, 24),
    column("印刷许可证", ColumnKind::Text, 20),
    column("标志批", ColumnKind::Integer, 10),
    column("印制数量", ColumnKind::Integer, 12),
    column("合格", ColumnKind::Integer, 12),
    column("印制作废", ColumnKind::Integer, 12),
    column("发放", ColumnKind::Integer, 12),
    column("使用", ColumnKind::Integer, 12),
    column("使用作废", ColumnKind::Integer, 12),
    column("遗失", ColumnKind::Integer, 12),
    column("退回", ColumnKind::Integer, 12),
    column("结存", ColumnKind::Integer, 12),
    column("废损超标", ColumnKind::Text, 10),
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
        return Ok((sheet.finish()?, 0));
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
    let rows = sheet.rows();
    Ok((sheet.finish()?, rows))
}

/// Writes the wanted orders with the whereabouts of their labels, the newest first. Returns how many.
///
/// # Errors
/// If the database does not answer, or the output does not take the bytes.
pub async fn orders<W: Write + Send>(
    store: &Store,
    scope: Scope,
    filter: &order::Filter,
    format: SheetFormat,
    now: Timestamp,
    out: W,
) -> Result<(W, u64), ServiceError> {
    let table = Table {
        title: "印制发放使用台账",
        columns: &ORDERS,
        made_at: now,
    };
    let mut sheet = SheetWriter::new(format, table, out)?;
    let Some(filter) = filter.within(scope) else {
        return Ok((sheet.finish()?, 0));
    };
    let mut tx = store.read().await?;
    let names = Names::read(&mut tx).await?;
    let mut before = None;
    loop {
        let some = order::list(&mut tx, &filter, before, PAGE).await?;
        let Some(last) = some.last() else { break };
        before = Some(last.number);
        for order in &some {
            let season = order.placed.season.to_string();
            sheet.row(&order_row(order, &season, &names))?;
        }
    }
    let rows = sheet.rows();
    Ok((sheet.finish()?, rows))
}

/// Who stands behind the numbers.
struct Names {
    licensees: HashMap<LicenseeNumber, Licensee>,
    printers: HashMap<PrinterNumber, Printer>,
}

impl Names {
    async fn read(tx: &mut Tx) -> Result<Self, ServiceError> {
        let all = licensee::Filter::default();
        let licensees = licensee::list(tx, &all, LicenseeNumber(0), u32::MAX).await?;
        let printers = register::printers(tx, None, u32::MAX).await?;
        Ok(Self {
            licensees: licensees.into_iter().map(|one| (one.number, one)).collect(),
            printers: printers.into_iter().map(|one| (one.number, one)).collect(),
        })
    }

    fn licensee(&self, number: Option<LicenseeNumber>) -> Option<&Licensee> {
        self.licensees.get(&number?)
    }

    fn printer(&self, number: Option<PrinterNumber>) -> Option<&Printer> {
        self.printers.get(&number?)
    }
}

fn count(count: impl Into<i64>) -> Cell<'static> {
    Cell::Integer(count.into())
}

fn number(number: Option<impl Into<i64>>) -> Cell<'static> {
    number.map_or(Cell::Empty, |number| Cell::Integer(number.into()))
}

fn optional(text: Option<&str>) -> Cell<'_> {
    text.map_or(Cell::Empty, Cell::Text)
}

fn text(line: Option<&Line>) -> Cell<'_> {
    line.map_or(Cell::Empty, |line| Cell::Text(line.as_str()))
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

fn order_row<'a>(order: &'a Order, season: &'a str, names: &'a Names) -> [Cell<'a>; ORDERS.len()] {
    let (placed, counts) = (&order.placed, &order.counts);
    let licensee = names.licensee(Some(placed.licensee));
    let printer = names.printer(order.printer);
    [
        count(order.number.0),
        Cell::Text(order.state.chinese()),
        Cell::Integer(placed.licensee.0.into()),
        text(licensee.map(Licensee::name)),
        licensee.map_or(Cell::Empty, |licensee| Cell::Text(licensee.uscc.as_str())),
        licensee.map_or(Cell::Empty, |licensee| {
            Cell::Text(licensee.legal_basis().chinese())
        }),
        Cell::Text(season),
        Cell::Text(placed.form.chinese()),
        Cell::Text(placed.product.as_str()),
        text(printer.map(|printer| &printer.particulars.name)),
        text(printer.map(|printer| &printer.particulars.licence)),
        number(order.batch.map(crate::domain::mark::BatchNumber::get)),
        count(placed.quantity.get()),
        count(counts.good()),
        count(counts.spoiled()),
        count(counts.delivered()),
        count(counts.at(Whereabouts::Used)),
        count(counts.spoiled_in_use()),
        count(counts.lost()),
        count(counts.returned()),
        count(counts.at(Whereabouts::OnHand)),
        Cell::Text(if order.is_scrap_over() { "是" } else { "" }),
    ]
}
