//! What the office looks into as tables: alerts, cases, tips. They are nobody's but the office's.

use std::io::Write;

use jiff::Timestamp;

use super::{Names, PAGE, count, number, optional, text};
use crate::domain::access::Scope;
use crate::domain::alert::{Alert, Decision, Verdict};
use crate::domain::case::{Case, CaseResult, CaseState};
use crate::domain::licensee::Licensee;
use crate::domain::mark::MarkIndex;
use crate::domain::serial::SerialKey;
use crate::domain::tip::Tip;
use crate::service::tips::Wanted;
use crate::service::{ServiceError, alerts, cases, tips};
use crate::sheets::{
    Cell, Column, ColumnKind, SheetError, SheetFormat, SheetWriter, Table, column,
};
use crate::store::Store;
use crate::store::alert::Filter;

const ALERTS: [Column; 17] = [
    column("预警", ColumnKind::Integer, 10),
    column("状态", ColumnKind::Text, 12),
    column("类别", ColumnKind::Text, 18),
    column("标志批", ColumnKind::Integer, 10),
    column("批内序号", ColumnKind::Integer, 10),
    column("编号", ColumnKind::Text, 24),
    column("可能的情况", ColumnKind::Text, 24),
    column("强度", ColumnKind::Text, 36),
    column("参数版本", ColumnKind::Text, 10),
    column("使用人编号", ColumnKind::Integer, 12),
    column("使用人", ColumnKind::Text, 30),
    column("产生时间", ColumnKind::DateTime, 20),
    column("办理人", ColumnKind::Text, 16),
    column("判定", ColumnKind::Text, 14),
    column("原因", ColumnKind::Text, 30),
    column("并入预警", ColumnKind::Integer, 10),
    column("案件", ColumnKind::Integer, 10),
];

/// Writes the wanted alerts in the order of their list. Returns how many.
///
/// # Errors
/// If the database does not answer, or the output does not take the bytes.
pub async fn alerts<W: Write + Send>(
    store: &Store,
    scope: Scope,
    (filter, key): (&Filter, &SerialKey),
    format: SheetFormat,
    made_at: Timestamp,
    out: W,
) -> Result<(W, u64), ServiceError> {
    let table = Table {
        title: "预警",
        columns: &ALERTS,
        made_at,
    };
    let mut sheet = SheetWriter::new(format, table, out)?;
    let names = Names::read(&mut store.read().await?).await?;
    let mut after = None;
    loop {
        let some = alerts::list(store, scope, filter, after, PAGE, made_at).await?;
        let Some(last) = some.last() else { break };
        after = Some(last.number);
        for one in &some {
            alert_row(one, &names, key, |cells| sheet.row(cells))?;
        }
    }
    Ok(sheet.finish()?)
}

/// Writes the wanted cases, the newest first. Returns how many.
///
/// # Errors
/// If the database does not answer, or the output does not take the bytes.
pub async fn cases<W: Write + Send>(
    store: &Store,
    scope: Scope,
    state: Option<CaseState>,
    format: SheetFormat,
    made_at: Timestamp,
    out: W,
) -> Result<(W, u64), ServiceError> {
    let table = Table {
        title: "案件",
        columns: &CASES,
        made_at,
    };
    let mut sheet = SheetWriter::new(format, table, out)?;
    let mut before = None;
    loop {
        let some = cases::list(store, scope, state, before, PAGE).await?;
        let Some(last) = some.last() else { break };
        before = Some(last.number);
        for one in &some {
            sheet.row(&case_row(one))?;
        }
    }
    Ok(sheet.finish()?)
}

/// Writes the wanted tips, the newest first, without who sent them. Returns how many.
///
/// # Errors
/// If the database does not answer, or the output does not take the bytes.
pub async fn tips<W: Write + Send>(
    store: &Store,
    scope: Scope,
    wanted: Wanted,
    format: SheetFormat,
    made_at: Timestamp,
    out: W,
) -> Result<(W, u64), ServiceError> {
    let table = Table {
        title: "举报线索",
        columns: &TIPS,
        made_at,
    };
    let mut sheet = SheetWriter::new(format, table, out)?;
    let mut before = None;
    loop {
        let some = tips::list(store, scope, wanted, before, PAGE, made_at).await?;
        let Some(last) = some.last() else { break };
        before = Some(last.number);
        for one in &some {
            sheet.row(&tip_row(one))?;
        }
    }
    Ok(sheet.finish()?)
}

fn alert_row(
    alert: &Alert,
    names: &Names,
    key: &SerialKey,
    row: impl FnOnce(&[Cell<'_>; ALERTS.len()]) -> Result<(), SheetError>,
) -> Result<(), SheetError> {
    let serial = alert.mark().map(|mark| key.serial(mark).to_string());
    let parameters = alert.parameters.to_string();
    let (matter, strength) = (alert.matter().zh, alert.strength().zh);
    let causes = alert.decision.as_ref().map(|decision| decision.said().zh);
    let decision = alert.decision.as_ref().map(Decision::verdict);
    row(&[
        count(alert.number.0),
        Cell::Text(alert.state.chinese()),
        Cell::Text(alert.kind.chinese()),
        count(alert.batch.get()),
        number(alert.index.map(MarkIndex::get)),
        optional(serial.as_deref()),
        Cell::Text(&matter),
        Cell::Text(&strength),
        Cell::Text(&parameters),
        number(alert.licensee.map(|licensee| licensee.0)),
        text(names.licensee(alert.licensee).map(Licensee::name)),
        Cell::DateTime(alert.raised_at),
        text(alert.assignee.as_ref()),
        optional(decision.map(Verdict::chinese)),
        optional(causes.as_deref()),
        number(alert.merged_into.map(|alert| alert.0)),
        number(alert.case.map(|case| case.0)),
    ])
}

const CASES: [Column; 7] = [
    column("案件", ColumnKind::Integer, 10),
    column("状态", ColumnKind::Text, 12),
    column("案由", ColumnKind::Text, 36),
    column("立案时间", ColumnKind::DateTime, 20),
    column("立案人", ColumnKind::Text, 16),
    column("结案结果", ColumnKind::Text, 28),
    column("结案时间", ColumnKind::DateTime, 20),
];

fn case_row(case: &Case) -> [Cell<'_>; CASES.len()] {
    [
        count(case.number.0),
        Cell::Text(case.state.chinese()),
        text(Some(&case.title)),
        Cell::DateTime(case.opened_at),
        text(Some(&case.opened_by)),
        optional(case.result.map(CaseResult::chinese)),
        case.closed_at.map_or(Cell::Empty, Cell::DateTime),
    ]
}

const TIPS: [Column; 10] = [
    column("线索", ColumnKind::Integer, 10),
    column("状态", ColumnKind::Text, 12),
    column("类别", ColumnKind::Text, 18),
    column("购买地", ColumnKind::Text, 18),
    column("销售者", ColumnKind::Text, 28),
    column("购买日期", ColumnKind::Date, 12),
    column("编号", ColumnKind::Text, 24),
    column("内容", ColumnKind::Text, 60),
    column("收到时间", ColumnKind::DateTime, 20),
    column("办理人", ColumnKind::Text, 16),
];

fn tip_row(tip: &Tip) -> [Cell<'_>; TIPS.len()] {
    let new = &tip.new;
    [
        count(tip.number.0),
        Cell::Text(tip.state.chinese()),
        Cell::Text(new.kind.chinese()),
        optional(new.prefecture.map(|place| place.name().0)),
        text(new.seller.as_ref()),
        new.bought.map_or(Cell::Empty, Cell::Date),
        text(new.serial.as_ref()),
        Cell::Text(new.told.as_str()),
        Cell::DateTime(tip.sent_at),
        text(tip.handler.as_ref()),
    ]
}
