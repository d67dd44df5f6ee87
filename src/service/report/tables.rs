//! Reports as tables, to be taken away.

use std::io::Write;

use jiff::Timestamp;
use jiff::civil::Date;

use super::{day_of_season, scans};
use crate::domain::licensee::LicenseeNumber;
use crate::domain::season::Season;
use crate::service::ServiceError;
use crate::sheets::{Cell, Column, ColumnKind, SheetFormat, SheetWriter, Table, column};
use crate::store::Store;
use crate::store::report::{self, StockOrder};

/// Rows read at once.
const PAGE: u32 = 2000;

const OF_LICENSEES: [Column; 13] = [
    column("使用人编号", ColumnKind::Integer, 12),
    column("使用人", ColumnKind::Text, 30),
    column("状态", ColumnKind::Text, 12),
    column("年度", ColumnKind::Text, 8),
    column("计入使用人", ColumnKind::Text, 12),
    column("额度", ColumnKind::Integer, 12),
    column("核准印制", ColumnKind::Integer, 12),
    column("印制合格", ColumnKind::Integer, 12),
    column("发放", ColumnKind::Integer, 12),
    column("激活", ColumnKind::Integer, 12),
    column("使用", ColumnKind::Integer, 12),
    column("用标产量（克）", ColumnKind::Integer, 16),
    column("未知净含量（枚）", ColumnKind::Integer, 16),
];

/// Writes the lists behind a season's numbers. Returns how many rows.
///
/// # Errors
/// If the database does not answer, or the output does not take the bytes.
pub async fn export_licensees<W: Write + Send>(
    store: &Store,
    season: Season,
    format: SheetFormat,
    now: Timestamp,
    out: W,
) -> Result<(W, u64), ServiceError> {
    let table = Table {
        title: "年度用标统计",
        columns: &OF_LICENSEES,
        made_at: now,
    };
    let mut sheet = SheetWriter::new(format, table, out)?;
    let mut tx = store.read().await?;
    let (day, year) = (day_of_season(season, now), season.to_string());
    let mut after = LicenseeNumber(0);
    loop {
        let some = report::by_licensee(&mut tx, season, day, after, PAGE).await?;
        let Some(last) = some.last() else { break };
        after = last.number;
        for one in &some {
            let funnel = &one.funnel;
            sheet.row(&[
                Cell::Integer(one.number.0.into()),
                Cell::Text(&one.name),
                Cell::Text(one.state.chinese()),
                Cell::Text(&year),
                Cell::Text(if one.is_user { "是" } else { "" }),
                integer(funnel.entitled),
                integer(funnel.ordered),
                integer(funnel.printed),
                integer(funnel.delivered),
                integer(funnel.activated),
                integer(funnel.used),
                integer(one.output.grams),
                integer(one.output.marks_without_weight),
            ])?;
        }
    }
    Ok(sheet.finish()?)
}

fn integer(number: u64) -> Cell<'static> {
    Cell::Integer(i64::try_from(number).unwrap_or(i64::MAX))
}

const STOCK: [Column; 6] = [
    column("使用人编号", ColumnKind::Integer, 12),
    column("使用人", ColumnKind::Text, 30),
    column("结存", ColumnKind::Integer, 12),
    column("发放途中", ColumnKind::Integer, 12),
    column("在承印方", ColumnKind::Integer, 12),
    column("待销毁", ColumnKind::Integer, 12),
];

/// Writes the stock by licensee. Returns how many rows.
///
/// # Errors
/// As [`export_licensees`].
pub async fn export_stock<W: Write + Send>(
    store: &Store,
    season: Option<Season>,
    format: SheetFormat,
    now: Timestamp,
    out: W,
) -> Result<(W, u64), ServiceError> {
    let table = Table {
        title: "标志结存统计",
        columns: &STOCK,
        made_at: now,
    };
    let mut sheet = SheetWriter::new(format, table, out)?;
    let mut tx = store.read().await?;
    let mut after = LicenseeNumber(0);
    loop {
        let order = StockOrder::After(after);
        let some = report::stock(&mut tx, season, None, order, PAGE).await?;
        let Some(last) = some.last() else { break };
        after = last.number;
        for one in &some {
            sheet.row(&[
                Cell::Integer(one.number.0.into()),
                Cell::Text(&one.name),
                integer(one.stock.on_hand),
                integer(one.stock.in_transit),
                integer(one.stock.at_printer),
                integer(one.stock.to_be_destroyed),
            ])?;
        }
    }
    Ok(sheet.finish()?)
}

const SCANS: [Column; 4] = [
    column("分组", ColumnKind::Text, 10),
    column("日期或省份", ColumnKind::Text, 16),
    column("查询（在用标志）", ColumnKind::Integer, 16),
    column("查询（其他状态）", ColumnKind::Integer, 16),
];

/// Writes what was asked in some days, first by day, then by province. Returns how many rows.
///
/// # Errors
/// As [`export_licensees`].
pub async fn export_scans<W: Write + Send>(
    store: &Store,
    from: Date,
    until: Date,
    format: SheetFormat,
    now: Timestamp,
    out: W,
) -> Result<(W, u64), ServiceError> {
    let table = Table {
        title: "查询统计",
        columns: &SCANS,
        made_at: now,
    };
    let mut sheet = SheetWriter::new(format, table, out)?;
    let report = scans(store, from, until, now).await?;
    for day in &report.days {
        let name = day.key.to_string();
        sheet.row(&[
            Cell::Text("按日"),
            Cell::Text(&name),
            integer(day.active),
            integer(day.other),
        ])?;
    }
    for province in &report.provinces {
        sheet.row(&[
            Cell::Text("按省份"),
            Cell::Text(province.key.map_or("未知", |(chinese, _)| chinese)),
            integer(province.active),
            integer(province.other),
        ])?;
    }
    Ok(sheet.finish()?)
}
