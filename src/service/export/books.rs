//! The smaller books as tables: lots, entitlements, transfers, printers, documents.

use std::fs::File;

use jiff::Timestamp;

use super::{Names, PAGE, column, count, optional, text};
use crate::domain::access::Scope;
use crate::domain::area::Area;
use crate::domain::document::AddedDocument;
use crate::domain::entitlement::Entitlement;
use crate::domain::licensee::Licensee;
use crate::domain::lot::Lot;
use crate::domain::printer::Printer;
use crate::domain::transfer::Transfer;
use crate::service::ServiceError;
use crate::service::lists::Within as _;
use crate::sheets::{Cell, Column, ColumnKind, SheetFormat, SheetWriter, Table};
use crate::store::lists::{
    self, DocumentFilter, EntitlementFilter, LotFilter, Sort, TransferFilter,
};
use crate::store::{Store, register};

const LOTS: [Column; 17] = [
    column("批次", ColumnKind::Integer, 10),
    column("企业批号", ColumnKind::Text, 18),
    column("使用人编号", ColumnKind::Integer, 12),
    column("使用人", ColumnKind::Text, 30),
    column("产品", ColumnKind::Text, 28),
    column("产品形态", ColumnKind::Text, 10),
    column("年度", ColumnKind::Integer, 8),
    column("采收日期", ColumnKind::Date, 12),
    column("采收地", ColumnKind::Text, 16),
    column("执行标准", ColumnKind::Text, 24),
    column("承诺达标合格证", ColumnKind::Text, 20),
    column("包数", ColumnKind::Integer, 12),
    column("已激活标志", ColumnKind::Integer, 12),
    column("检验报告", ColumnKind::Text, 20),
    column("检验结果", ColumnKind::Text, 10),
    column("召回原因", ColumnKind::Text, 28),
    column("登记时间", ColumnKind::DateTime, 20),
];

const ENTITLEMENTS: [Column; 17] = [
    column("年度", ColumnKind::Integer, 8),
    column("使用人编号", ColumnKind::Integer, 12),
    column("使用人", ColumnKind::Text, 30),
    column("产品形态", ColumnKind::Text, 10),
    column("测产面积（亩）", ColumnKind::Decimal(2), 14),
    column("每包净含量（克）", ColumnKind::Integer, 14),
    column("核定", ColumnKind::Integer, 12),
    column("调整", ColumnKind::Integer, 12),
    column("划入", ColumnKind::Integer, 12),
    column("划出", ColumnKind::Integer, 12),
    column("上年结转", ColumnKind::Integer, 12),
    column("转入下年", ColumnKind::Integer, 12),
    column("失效", ColumnKind::Integer, 12),
    column("已订", ColumnKind::Integer, 12),
    column("销毁恢复", ColumnKind::Integer, 12),
    column("余额", ColumnKind::Integer, 12),
    column("已结转", ColumnKind::Text, 8),
];

const TRANSFERS: [Column; 12] = [
    column("划转", ColumnKind::Integer, 10),
    column("状态", ColumnKind::Text, 10),
    column("划出方编号", ColumnKind::Integer, 12),
    column("划出方", ColumnKind::Text, 30),
    column("划入方编号", ColumnKind::Integer, 12),
    column("划入方", ColumnKind::Text, 30),
    column("年度", ColumnKind::Integer, 8),
    column("产品形态", ColumnKind::Text, 10),
    column("数量", ColumnKind::Integer, 12),
    column("文号", ColumnKind::Text, 24),
    column("提请时间", ColumnKind::DateTime, 20),
    column("提请人", ColumnKind::Text, 14),
];

const PRINTERS: [Column; 6] = [
    column("编号", ColumnKind::Integer, 8),
    column("名称", ColumnKind::Text, 32),
    column("统一社会信用代码", ColumnKind::Text, 22),
    column("印刷许可证", ColumnKind::Text, 22),
    column("建档时间", ColumnKind::DateTime, 20),
    column("停用原因", ColumnKind::Text, 28),
];

const DOCUMENTS: [Column; 11] = [
    column("文件", ColumnKind::Integer, 10),
    column("使用人编号", ColumnKind::Integer, 12),
    column("使用人", ColumnKind::Text, 30),
    column("用途", ColumnKind::Text, 12),
    column("标题", ColumnKind::Text, 32),
    column("版本", ColumnKind::Integer, 8),
    column("生产批次", ColumnKind::Integer, 10),
    column("格式", ColumnKind::Text, 10),
    column("字节", ColumnKind::Integer, 12),
    column("校验值", ColumnKind::Text, 68),
    column("归档时间", ColumnKind::DateTime, 20),
];

/// A table that is begun.
fn begun(
    title: &str,
    columns: &[Column],
    format: SheetFormat,
    made_at: Timestamp,
    out: File,
) -> Result<SheetWriter<File>, ServiceError> {
    let table = Table {
        title,
        columns,
        made_at,
    };
    Ok(SheetWriter::new(format, table, out)?)
}

/// The table, and how many rows it has.
fn ended(sheet: SheetWriter<File>) -> Result<(File, u64), ServiceError> {
    let rows = sheet.rows();
    Ok((sheet.finish()?, rows))
}

/// Writes the wanted lots, the newest first. Returns how many.
///
/// # Errors
/// If the database does not answer, or the output does not take the bytes.
pub async fn lots(
    store: &Store,
    scope: Scope,
    filter: &LotFilter,
    format: SheetFormat,
    now: Timestamp,
    out: File,
) -> Result<(File, u64), ServiceError> {
    let mut sheet = begun("生产批次", &LOTS, format, now, out)?;
    let Some(filter) = filter.within(scope) else {
        return ended(sheet);
    };
    let mut tx = store.read().await?;
    let names = Names::read(&mut tx).await?;
    let mut after = None;
    loop {
        let some = lists::lots(&mut tx, &filter, Sort::down("number"), after, PAGE).await?;
        let Some(last) = some.last() else { break };
        after = Some(last.number);
        for lot in &some {
            sheet.row(&lot_row(lot, &names))?;
        }
    }
    ended(sheet)
}

fn lot_row<'a>(lot: &'a Lot, names: &'a Names) -> [Cell<'a>; LOTS.len()] {
    let (new, public) = (&lot.entered, &lot.entered.public);
    let report = lot.reports.last();
    [
        count(lot.number.0),
        text(Some(&public.code)),
        count(new.licensee.0),
        text(names.licensee(Some(new.licensee)).map(Licensee::name)),
        text(Some(&public.product)),
        Cell::Text(public.form.chinese()),
        count(public.season.year()),
        Cell::Date(public.harvested),
        Cell::Text(public.township.name()),
        text(Some(&public.standard)),
        text(public.certificate.as_ref()),
        count(new.packs),
        Cell::Integer(lot.marks.cast_signed()),
        text(report.map(|report| &report.number)),
        optional(report.map(|report| report.result.chinese())),
        text(lot.recalled.as_ref()),
        Cell::DateTime(lot.at),
    ]
}

/// Writes the wanted entitlements, the newest season first. Returns how many.
///
/// # Errors
/// As [`lots`].
pub async fn entitlements(
    store: &Store,
    scope: Scope,
    filter: &EntitlementFilter,
    format: SheetFormat,
    now: Timestamp,
    out: File,
) -> Result<(File, u64), ServiceError> {
    let mut sheet = begun("年度额度", &ENTITLEMENTS, format, now, out)?;
    let Some(filter) = filter.within(scope) else {
        return ended(sheet);
    };
    let mut tx = store.read().await?;
    let names = Names::read(&mut tx).await?;
    let mut after = None;
    loop {
        let some = lists::entitlements(&mut tx, &filter, Sort::down("season"), after, PAGE).await?;
        let Some(last) = some.last() else { break };
        after = Some(last.account);
        for one in &some {
            sheet.row(&entitlement_row(one, &names))?;
        }
    }
    ended(sheet)
}

fn entitlement_row<'a>(one: &Entitlement, names: &'a Names) -> [Cell<'a>; ENTITLEMENTS.len()] {
    let account = one.account;
    let marks = |marks: u64| Cell::Integer(marks.cast_signed());
    [
        count(account.season.year()),
        count(account.licensee.0),
        text(names.licensee(Some(account.licensee)).map(Licensee::name)),
        Cell::Text(account.form.chinese()),
        area(one.area),
        count(one.pack_grams),
        marks(one.granted),
        Cell::Integer(one.adjusted),
        marks(one.received),
        marks(one.given),
        marks(one.carried_in),
        marks(one.carried_out),
        marks(one.lapsed),
        marks(one.ordered),
        marks(one.restored),
        marks(one.balance()),
        Cell::Text(if one.is_closed { "是" } else { "" }),
    ]
}

fn area(area: Area) -> Cell<'static> {
    Cell::Decimal {
        value: area.hundredths().cast_signed(),
        places: 2,
    }
}

/// Writes the wanted transfers, the newest first. Returns how many.
///
/// # Errors
/// As [`lots`].
pub async fn transfers(
    store: &Store,
    scope: Scope,
    filter: &TransferFilter,
    format: SheetFormat,
    now: Timestamp,
    out: File,
) -> Result<(File, u64), ServiceError> {
    let mut sheet = begun("额度划转", &TRANSFERS, format, now, out)?;
    let Some(filter) = filter.within(scope) else {
        return ended(sheet);
    };
    let mut tx = store.read().await?;
    let names = Names::read(&mut tx).await?;
    let mut after = None;
    loop {
        let some = lists::transfers(&mut tx, &filter, Sort::down("number"), after, PAGE).await?;
        let Some(last) = some.last() else { break };
        after = Some(last.number);
        for one in &some {
            sheet.row(&transfer_row(one, &names))?;
        }
    }
    ended(sheet)
}

fn transfer_row<'a>(one: &'a Transfer, names: &'a Names) -> [Cell<'a>; TRANSFERS.len()] {
    let name = |number| text(names.licensee(Some(number)).map(Licensee::name));
    [
        count(one.number.0),
        Cell::Text(one.state.chinese()),
        count(one.from.licensee.0),
        name(one.from.licensee),
        count(one.to.0),
        name(one.to),
        count(one.from.season.year()),
        Cell::Text(one.from.form.chinese()),
        Cell::Integer(one.marks.cast_signed()),
        text(one.document.as_ref()),
        Cell::DateTime(one.at),
        text(Some(&one.by)),
    ]
}

/// Writes all printers, the newest first. Returns how many.
///
/// # Errors
/// As [`lots`].
pub async fn printers(
    store: &Store,
    scope: Scope,
    format: SheetFormat,
    now: Timestamp,
    out: File,
) -> Result<(File, u64), ServiceError> {
    let mut sheet = begun("承印方", &PRINTERS, format, now, out)?;
    let all = register::printers(&mut store.read().await?, None, u32::MAX).await?;
    for one in all.iter().filter(|one| scope.sees_printer(one.number)) {
        sheet.row(&printer_row(one))?;
    }
    ended(sheet)
}

fn printer_row(one: &Printer) -> [Cell<'_>; PRINTERS.len()] {
    [
        count(one.number.0),
        text(Some(&one.particulars.name)),
        Cell::Text(one.particulars.uscc.as_str()),
        text(Some(&one.particulars.licence)),
        Cell::DateTime(one.added_at),
        text(one.ended.as_ref()),
    ]
}

/// Writes the list of a licensee's documents, the newest first. Returns how many.
///
/// # Errors
/// As [`lots`].
pub async fn documents(
    store: &Store,
    scope: Scope,
    filter: &DocumentFilter,
    format: SheetFormat,
    now: Timestamp,
    out: File,
) -> Result<(File, u64), ServiceError> {
    let mut sheet = begun("档案文件", &DOCUMENTS, format, now, out)?;
    let Some(filter) = filter.within(scope) else {
        return ended(sheet);
    };
    let mut tx = store.read().await?;
    let name = crate::store::licensee::get(&mut tx, filter.licensee).await?;
    let mut after = None;
    loop {
        let some = lists::documents(&mut tx, &filter, Sort::down("number"), after, PAGE).await?;
        let Some(last) = some.last() else { break };
        after = Some(last.document.number);
        for one in &some {
            sheet.row(&document_row(one, name.as_ref()))?;
        }
    }
    ended(sheet)
}

fn document_row<'a>(
    one: &'a AddedDocument,
    licensee: Option<&'a Licensee>,
) -> [Cell<'a>; DOCUMENTS.len()] {
    let document = &one.document;
    [
        count(document.number.0),
        count(document.licensee.0),
        text(licensee.map(Licensee::name)),
        Cell::Text(document.purpose.chinese()),
        text(Some(&document.title)),
        count(document.version),
        document.lot.map_or(Cell::Empty, |lot| count(lot.0)),
        Cell::Text(document.media_type.chinese()),
        Cell::Integer(document.size.cast_signed()),
        text(Some(&document.sha256)),
        Cell::DateTime(one.at),
    ]
}
