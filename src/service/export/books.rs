//! The books as tables: orders, lots, entitlements, transfers, documents, printers.

use std::io::Write;

use jiff::Timestamp;

use super::{Names, PAGE, count, number, optional, text};
use crate::domain::access::Scope;
use crate::domain::area::Area;
use crate::domain::document::AddedDocument;
use crate::domain::entitlement::Entitlement;
use crate::domain::licensee::Licensee;
use crate::domain::lot::Lot;
use crate::domain::mark::BatchNumber;
use crate::domain::order::Order;
use crate::domain::printer::Printer;
use crate::domain::transfer::Transfer;
use crate::domain::whereabouts::Whereabouts;
use crate::service::ServiceError;
use crate::service::lists::Within as _;
use crate::sheets::{Cell, Column, ColumnKind, SheetFormat, SheetWriter, Table, column};
use crate::store::lists::{
    self, DocumentFilter, EntitlementFilter, LotFilter, Sort, TransferFilter,
};
use crate::store::{Store, order, register};

/// Makes the function that writes one book: those of its rows that are wanted and that the person sees, sorted down by a
/// column.
macro_rules! books {
    ($( $(#[$doc:meta])* $name:ident: $filter:ty, $title:literal, $columns:ident, $row:ident, by $sort:literal, $key:expr; )+) => {
        $(
            $(#[$doc])*
            ///
            /// # Errors
            /// If the database does not answer, or the output does not take the bytes.
            pub async fn $name<W: Write + Send>(
                store: &Store,
                scope: Scope,
                filter: &$filter,
                format: SheetFormat,
                made_at: Timestamp,
                out: W,
            ) -> Result<(W, u64), ServiceError> {
                let table = Table { title: $title, columns: &$columns, made_at };
                let mut sheet = SheetWriter::new(format, table, out)?;
                let Some(filter) = filter.within(scope) else {
                    return Ok(sheet.finish()?);
                };
                let mut tx = store.read().await?;
                let names = Names::read(&mut tx).await?;
                let (sort, mut after) = (Sort::down($sort), None);
                loop {
                    let some = lists::$name(&mut tx, &filter, sort, after, PAGE).await?;
                    after = some.last().map($key);
                    if after.is_none() {
                        break;
                    }
                    for one in &some {
                        sheet.row(&$row(one, &names))?;
                    }
                }
                Ok(sheet.finish()?)
            }
        )+
    };
}

books! {
    /// Writes the wanted orders with the whereabouts of their labels, the newest first. Returns how many.
    orders: order::Filter, "印制发放使用台账", ORDERS, order_row, by "number", |order| order.number;
    /// Writes the wanted lots, the newest first. Returns how many.
    lots: LotFilter, "生产批次", LOTS, lot_row, by "number", |lot| lot.number;
    /// Writes the wanted entitlements, the newest season first. Returns how many.
    entitlements: EntitlementFilter, "年度额度", ENTITLEMENTS, entitlement_row, by "season", |one| one.account;
    /// Writes the wanted transfers, the newest first. Returns how many.
    transfers: TransferFilter, "额度划转", TRANSFERS, transfer_row, by "number", |one| one.number;
    /// Writes the list of a licensee's documents, the newest first. Returns how many.
    documents: DocumentFilter, "档案文件", DOCUMENTS, document_row, by "number", |one| one.document.number;
}

/// Writes all printers that the person sees, the newest first. Returns how many.
///
/// # Errors
/// If the database does not answer, or the output does not take the bytes.
pub async fn printers<W: Write + Send>(
    store: &Store,
    scope: Scope,
    format: SheetFormat,
    made_at: Timestamp,
    out: W,
) -> Result<(W, u64), ServiceError> {
    let table = Table {
        title: "承印方",
        columns: &PRINTERS,
        made_at,
    };
    let mut sheet = SheetWriter::new(format, table, out)?;
    let all = register::printers(&mut store.read().await?, None, u32::MAX).await?;
    for one in all.iter().filter(|one| scope.sees_printer(one.number)) {
        sheet.row(&printer_row(one))?;
    }
    Ok(sheet.finish()?)
}

const ORDERS: [Column; 22] = [
    column("订单", ColumnKind::Integer, 10),
    column("状态", ColumnKind::Text, 12),
    column("使用人编号", ColumnKind::Integer, 12),
    column("使用人", ColumnKind::Text, 30),
    column("统一社会信用代码", ColumnKind::Text, 22),
    column("授权依据", ColumnKind::Text, 22),
    column("年度", ColumnKind::Integer, 8),
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

fn order_row<'a>(order: &'a Order, names: &'a Names) -> [Cell<'a>; ORDERS.len()] {
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
        count(placed.season.year()),
        Cell::Text(placed.form.chinese()),
        Cell::Text(placed.product.as_str()),
        text(printer.map(|printer| &printer.particulars.name)),
        text(printer.map(|printer| &printer.particulars.licence)),
        number(order.batch.map(BatchNumber::get)),
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

fn document_row<'a>(one: &'a AddedDocument, names: &'a Names) -> [Cell<'a>; DOCUMENTS.len()] {
    let document = &one.document;
    [
        count(document.number.0),
        count(document.licensee.0),
        text(names.licensee(Some(document.licensee)).map(Licensee::name)),
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

const PRINTERS: [Column; 6] = [
    column("编号", ColumnKind::Integer, 8),
    column("名称", ColumnKind::Text, 32),
    column("统一社会信用代码", ColumnKind::Text, 22),
    column("印刷许可证", ColumnKind::Text, 22),
    column("建档时间", ColumnKind::DateTime, 20),
    column("停用原因", ColumnKind::Text, 28),
];

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
