//! Whom and what entries are about.

use std::fmt;

use crate::domain::licensee::LicenseeNumber;
use crate::domain::lot::LotNumber;
use crate::domain::order::OrderNumber;
use crate::domain::printer::PrinterNumber;
use crate::domain::season::Season;

/// Whom and what an entry is about; the ledger is listed by these.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Subjects {
    /// The licensee.
    pub licensee: Option<LicenseeNumber>,
    /// The printer.
    pub printer: Option<PrinterNumber>,
    /// The order.
    pub order: Option<OrderNumber>,
    /// The season.
    pub season: Option<Season>,
    /// The lot.
    pub lot: Option<LotNumber>,
}

impl fmt::Display for Subjects {
    /// As it is hashed: five numbers with commas between, nothing for what it is not about.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fn part(f: &mut fmt::Formatter<'_>, number: Option<u32>, end: &str) -> fmt::Result {
            match number {
                Some(number) => write!(f, "{number}{end}"),
                None => f.write_str(end),
            }
        }
        part(f, self.licensee.map(|number| number.0.into()), ",")?;
        part(f, self.printer.map(|number| number.0), ",")?;
        part(f, self.order.map(|number| number.0), ",")?;
        part(f, self.season.map(|season| season.year().into()), ",")?;
        part(f, self.lot.map(|number| number.0), "")
    }
}
