//! The ledger as tables (台账导出): its entries, its orders with the whereabouts of their labels, and the other books; and
//! what the office looks into: alerts, cases, tips.
//! Rows are read and written some thousand at a time: a table of any length takes little memory.

mod books;
mod cases;
mod entries;

pub use books::{documents, entitlements, lots, orders, printers, transfers};
pub use cases::{alerts, cases, tips};
pub use entries::entries;

use std::collections::HashMap;

use super::ServiceError;
use crate::domain::licensee::{Licensee, LicenseeNumber};
use crate::domain::printer::{Printer, PrinterNumber};
use crate::domain::text::Line;
use crate::sheets::Cell;
use crate::store::{Tx, licensee, register};

/// Rows read at once.
const PAGE: u32 = 2000;

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
