//! A printer (承印方): who prints the marks, under which licence.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::recipient::Recipient;
use super::refusal::Refusal;
use super::said::said;
use super::text::Line;
use super::uscc::Uscc;
use super::words::numbered;

numbered! {
    /// The number of a printer, from 1.
    pub struct PrinterNumber(u32);
}

/// What a printer is entered with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewPrinter {
    /// The registered name.
    pub name: Line,
    /// Its unified social credit code.
    pub uscc: Uscc,
    /// The number of its printing licence (印刷经营许可证).
    pub licence: Line,
}

/// Who prints the marks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Printer {
    /// Its number.
    pub number: PrinterNumber,
    /// Who it is.
    pub particulars: NewPrinter,
    /// When it was entered.
    pub added_at: Timestamp,
    /// Why it prints no more, if so.
    pub ended: Option<Line>,
    /// The public key that its packs are encrypted to, once it has sent one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipient: Option<Recipient>,
}

impl Printer {
    /// Writes down that it prints no more.
    ///
    /// # Errors
    /// [`Refusal`] if that was written down before.
    pub fn end(&mut self, reason: &Line) -> Result<(), Refusal> {
        self.may_print()?;
        self.ended = Some(reason.clone());
        Ok(())
    }

    /// Sets the public key that its packs are encrypted to from now on.
    ///
    /// # Errors
    /// [`Refusal`] if it prints no more.
    pub fn set_key(&mut self, recipient: &Recipient) -> Result<(), Refusal> {
        self.may_print()?;
        self.recipient = Some(recipient.clone());
        Ok(())
    }

    /// Whether it may be given orders.
    ///
    /// # Errors
    /// [`Refusal`] if it prints no more.
    pub fn may_print(&self) -> Result<(), Refusal> {
        if self.ended.is_some() {
            return Err(Refusal::conflict(
                said!("printer {} prints no more", "承印方 {} 已停用", self.number),
                said!(
                    "`yuanmark printer list` shows who does",
                    "请在承印方列表中另选一家"
                ),
            ));
        }
        Ok(())
    }
}
