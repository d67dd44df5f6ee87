//! The whole register of licensees as a table: out as CSV or XLSX, in from CSV.

mod row;

use std::collections::BTreeMap;
use std::io::Write;

use jiff::Timestamp;

pub use row::COLUMNS;

use super::ServiceError;
use super::desk::{Call, Desk};
use super::licensees::enter_at;
use super::lists::Within as _;
use crate::domain::access::Scope;
use crate::domain::ledger::entry::LicenseeFiled;
use crate::domain::licensee::{Licensee, LicenseeNumber};
use crate::domain::refusal::Refusal;
use crate::domain::said::{Said, said};
use crate::domain::uscc::Uscc;
use crate::sheets::read::{ReadRow, read};
use crate::sheets::{SheetFormat, SheetWriter, Table};
use crate::store::lists::{self, LicenseeFilter, Sort};
use crate::store::{Store, licensee};

/// Licensees read at once.
const PAGE: u32 = 1000;

/// Writes the wanted licensees, by number. Returns how many.
///
/// # Errors
/// If the database does not answer, or the output does not take the bytes.
pub async fn export<W: Write + Send>(
    store: &Store,
    scope: Scope,
    filter: &LicenseeFilter,
    format: SheetFormat,
    now: Timestamp,
    out: W,
) -> Result<(W, u64), ServiceError> {
    let table = Table {
        title: "合法使用人名册",
        columns: &COLUMNS,
        made_at: now,
    };
    let mut sheet = SheetWriter::new(format, table, out)?;
    let Some(filter) = filter.within(scope) else {
        return Ok(sheet.finish()?);
    };
    let mut tx = store.read().await?;
    let mut after = None;
    loop {
        let some = lists::licensees(&mut tx, &filter, Sort::up("number"), after, PAGE).await?;
        let Some(last) = some.last() else { break };
        after = Some(last.number);
        for licensee in &some {
            sheet.row(&row::cells(licensee, &row::Texts::of(licensee)))?;
        }
    }
    Ok(sheet.finish()?)
}

/// What became of a row, or would become of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowOutcome {
    /// A licensee was entered.
    Entered(LicenseeNumber),
    /// A licensee's file was changed.
    Changed(LicenseeNumber),
    /// The register says just this.
    Unchanged(LicenseeNumber),
    /// It cannot be taken: everything that is wrong with it.
    Bad(Vec<Said>),
}

/// What became of a file.
#[derive(Clone, Debug)]
pub struct Import {
    /// How the file was encoded.
    pub encoding: String,
    /// Each row by the line of the file on which it begins.
    pub rows: Vec<(u64, RowOutcome)>,
    /// Whether anything was written: not in a dry run, and not if a row is bad and bad ones are not to be passed over.
    pub is_written: bool,
}

impl Import {
    /// How many rows cannot be taken.
    pub fn bad(&self) -> usize {
        let is_bad = |(_, outcome): &&(u64, RowOutcome)| matches!(outcome, RowOutcome::Bad(_));
        self.rows.iter().filter(is_bad).count()
    }
}

/// How to take a file.
#[derive(Clone, Copy, Debug, Default)]
pub struct Taking {
    /// Only say what would become of each row.
    pub dry_run: bool,
    /// Take the good rows even if there are bad ones.
    pub skip_bad: bool,
}

/// Takes a CSV file into the register, all of it or nothing: unknown codes are entered, known ones get a new version of
/// their file. States are not changed by a file: a step needs its own decision.
///
/// # Errors
/// If the file as a whole cannot be read. Bad rows are no error: each is told.
pub async fn import(
    store: &Store,
    call: &Call,
    file: &[u8],
    taking: Taking,
) -> Result<Import, ServiceError> {
    let sheet = read(file, &row::wanted()).map_err(|error| {
        Refusal::invalid(
            Said::new(error.to_string(), error.chinese()),
            said!(
                "save it as CSV (UTF-8 or GB18030) with the titles of `yuanmark licensee export`",
                "请存为 CSV 文件（UTF-8 或 GB18030），表头与导出的名册一致"
            ),
        )
    })?;
    let mut desk = Desk::open(store, call).await?;
    let mut seen: BTreeMap<Uscc, u64> = BTreeMap::new();
    let mut rows = Vec::with_capacity(sheet.rows.len());
    let mut is_changed = false;
    for read_row in sheet.rows {
        let line = read_row.line;
        let outcome = take(&mut desk, read_row, &mut seen).await?;
        is_changed |= matches!(outcome, RowOutcome::Entered(_) | RowOutcome::Changed(_));
        rows.push((line, outcome));
    }
    let mut import = Import {
        encoding: sheet.encoding.to_string(),
        rows,
        is_written: false,
    };
    if !taking.dry_run && (taking.skip_bad || import.bad() == 0) {
        if is_changed {
            desk.close().await?;
        }
        import.is_written = true;
    }
    Ok(import)
}

async fn take(
    desk: &mut Desk,
    read_row: ReadRow,
    seen: &mut BTreeMap<Uscc, u64>,
) -> Result<RowOutcome, ServiceError> {
    let cells = match read_row.cells {
        Ok(cells) => cells,
        Err(error) => {
            return Ok(RowOutcome::Bad(vec![Said::new(
                error.to_string(),
                error.chinese(),
            )]));
        }
    };
    let row = match row::read(&cells) {
        Ok(row) => row,
        Err(problems) => return Ok(RowOutcome::Bad(problems)),
    };
    if let Some(earlier) = seen.insert(row.uscc.clone(), read_row.line) {
        let what = said!(
            "统一社会信用代码: stands in line {earlier} already",
            "统一社会信用代码：第 {earlier} 行已有"
        );
        return Ok(RowOutcome::Bad(vec![what]));
    }
    let known = licensee::by_uscc(&mut desk.tx, &row.uscc).await?;
    let taken = match known {
        Some(known) => change(desk, &known, row),
        None => enter(desk, row).await,
    };
    match taken {
        // The rules speak of this row; anything else is not the row's fault.
        Err(ServiceError::Refused(refusal)) => Ok(RowOutcome::Bad(vec![refusal.what])),
        taken => taken,
    }
}

async fn enter(desk: &mut Desk, row: row::Row) -> Result<RowOutcome, ServiceError> {
    if let Some(number) = row.number {
        return Err(Refusal::invalid(
            said!(
                "编号: licensee {number} has another code; a new one gets its number here",
                "编号：合法使用人 {number} 是另一个统一社会信用代码；新建档的编号由系统给出"
            ),
            said!(
                "leave the number of new licensees blank",
                "新建档的，请把编号留空"
            ),
        )
        .into());
    }
    let new = row.entered(desk.today());
    // Asked before a number is taken, so that a bad row leaves no gap.
    Licensee::enter(LicenseeNumber(0), &new, desk.hand().at)?;
    Ok(RowOutcome::Entered(enter_at(desk, new).await?))
}

fn change(desk: &mut Desk, known: &Licensee, row: row::Row) -> Result<RowOutcome, ServiceError> {
    let number = known.number;
    if row.number.is_some_and(|named| named != number.0) {
        return Err(Refusal::invalid(
            said!(
                "编号: this code is licensee {number}'s",
                "编号：这个统一社会信用代码属于合法使用人 {number}"
            ),
            said!(
                "look which of the two is right",
                "请核对编号和代码哪一个有误"
            ),
        )
        .into());
    }
    if row.state.is_some_and(|state| state != known.state) {
        return Err(Refusal::conflict(
            said!(
                "状态: licensee {number} is {}; a file changes no state",
                "状态：合法使用人 {number} 现为“{}”，导入名册不改变状态",
                known.state.chinese()
            ),
            said!(
                "take the step itself: `yuanmark licensee step`",
                "请在该合法使用人的页面办理状态变更"
            ),
        )
        .into());
    }
    if row.particulars == known.particulars {
        return Ok(RowOutcome::Unchanged(number));
    }
    desk.books.shelve_licensee(known.clone());
    desk.enter(LicenseeFiled {
        licensee: number,
        revision: row.revision.unwrap_or(known.revision),
        particulars: row.particulars,
    })?;
    Ok(RowOutcome::Changed(number))
}
