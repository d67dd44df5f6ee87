//! Whose things a person sees. What is outside does not exist for that person: the answer is the same as for a number
//! that was never given.

use serde::{Deserialize, Serialize};

use crate::domain::ledger::subjects::Subjects;
use crate::domain::licensee::LicenseeNumber;
use crate::domain::order::Order;
use crate::domain::printer::PrinterNumber;
use crate::domain::whereabouts::Whereabouts;

/// Whose things a person sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Everything.
    All,
    /// What is this licensee's.
    Licensee(LicenseeNumber),
    /// What is given to this printer.
    Printer(PrinterNumber),
}

impl Scope {
    /// The licensee it is narrowed to.
    pub const fn licensee(self) -> Option<LicenseeNumber> {
        match self {
            Self::Licensee(number) => Some(number),
            Self::All | Self::Printer(_) => None,
        }
    }

    /// The printer it is narrowed to.
    pub const fn printer(self) -> Option<PrinterNumber> {
        match self {
            Self::Printer(number) => Some(number),
            Self::All | Self::Licensee(_) => None,
        }
    }

    /// Whether this licensee's file is seen.
    pub fn sees_licensee(self, number: LicenseeNumber) -> bool {
        self == Self::All || self == Self::Licensee(number)
    }

    /// Whether this printer's file is seen: its own. Who prints their labels is no secret to licensees.
    pub fn sees_printer(self, number: PrinterNumber) -> bool {
        match self {
            Self::All | Self::Licensee(_) => true,
            Self::Printer(own) => own == number,
        }
    }

    /// A list that is wanted for one licensee or all, within the scope: `None` if nothing of it is seen.
    pub fn of_licensees(self, wanted: Option<LicenseeNumber>) -> Option<Option<LicenseeNumber>> {
        match self {
            Self::All => Some(wanted),
            Self::Licensee(own) if wanted.is_none_or(|wanted| wanted == own) => Some(Some(own)),
            Self::Licensee(_) | Self::Printer(_) => None,
        }
    }

    /// Narrows a list that is wanted for a licensee, a printer, both or all. Returns whether anything of it is seen.
    pub fn narrows(
        self,
        licensee: &mut Option<LicenseeNumber>,
        printer: &mut Option<PrinterNumber>,
    ) -> bool {
        match self {
            Self::All => true,
            Self::Licensee(own) => licensee.replace(own).is_none_or(|wanted| wanted == own),
            Self::Printer(own) => printer.replace(own).is_none_or(|wanted| wanted == own),
        }
    }

    /// Whether this order is seen: its licensee's and its printer's.
    pub fn sees_order(self, order: &Order) -> bool {
        match self {
            Self::All => true,
            Self::Licensee(number) => order.placed.licensee == number,
            Self::Printer(number) => order.printer == Some(number),
        }
    }

    /// Whether labels that are there are this party's to report on: the printing house's until they are sent, from then on
    /// the licensee's.
    pub const fn answers_for(self, place: Whereabouts) -> bool {
        match self {
            Self::All => true,
            Self::Printer(_) => place.is_before_delivery(),
            Self::Licensee(_) => !place.is_before_delivery(),
        }
    }

    /// Whether an entry that is listed under these is seen.
    pub fn sees_entry(self, subjects: &Subjects) -> bool {
        match self {
            Self::All => true,
            Self::Licensee(number) => subjects.licensee == Some(number),
            Self::Printer(number) => subjects.printer == Some(number),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_sees_their_own() {
        let entry = Subjects {
            licensee: Some(LicenseeNumber(1)),
            printer: Some(PrinterNumber(1)),
            ..Subjects::default()
        };
        for (scope, sees_entry, sees_file) in [
            (Scope::All, true, true),
            (Scope::Licensee(LicenseeNumber(1)), true, true),
            (Scope::Licensee(LicenseeNumber(2)), false, false),
            (Scope::Printer(PrinterNumber(1)), true, false),
            (Scope::Printer(PrinterNumber(2)), false, false),
        ] {
            assert_eq!(scope.sees_entry(&entry), sees_entry, "{scope:?}");
            assert_eq!(
                scope.sees_licensee(LicenseeNumber(1)),
                sees_file,
                "{scope:?}"
            );
            assert!(scope == Scope::All || !scope.sees_entry(&Subjects::default()));
        }
    }
}
