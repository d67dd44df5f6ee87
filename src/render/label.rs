//! What one label shows: the symbol, the serial, and the hidden code if there is one.

use thiserror::Error;

use super::lettering;
use super::symbol::Symbol;

/// Characters in one half of a serial.
pub(super) const HALF: usize = 9;
/// Characters in a serial, hyphens included.
pub(super) const SERIAL: usize = 2 * HALF + 1;

/// What differs from label to label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    symbol: Symbol,
    serial: String,
    hidden: String,
}

/// The label cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LabelError {
    /// The serial is not four groups of four characters of Crockford's base 32.
    #[error(
        "serial {0:?} is not of the form 4BD9-QV4N-Q0NZ-57DB (digits and capitals without I, L, O, U)"
    )]
    Serial(String),
    /// The hidden code is not two such groups.
    #[error("a hidden code is not of the form 4BD9-QV4N (digits and capitals without I, L, O, U)")]
    Hidden,
}

impl Label {
    /// A symbol with its `serial`, written like `4BD9-QV4N-Q0NZ-57DB`.
    ///
    /// # Errors
    /// When the serial has another form.
    pub fn new(symbol: Symbol, serial: &str) -> Result<Self, LabelError> {
        if serial.len() != SERIAL || !are_groups(serial) {
            return Err(LabelError::Serial(serial.to_owned()));
        }
        Ok(Self {
            symbol,
            serial: serial.to_owned(),
            hidden: String::new(),
        })
    }

    /// The same label with its hidden code, written like `4BD9-QV4N`.
    ///
    /// # Errors
    /// When the code has another form; the message does not repeat it.
    pub fn with_hidden(mut self, code: &str) -> Result<Self, LabelError> {
        if code.len() != HALF || !are_groups(code) {
            return Err(LabelError::Hidden);
        }
        code.clone_into(&mut self.hidden);
        Ok(self)
    }

    /// The symbol.
    #[must_use]
    pub fn symbol(&self) -> &Symbol {
        &self.symbol
    }

    /// The serial as one text, with all three hyphens.
    #[must_use]
    pub fn serial(&self) -> &str {
        &self.serial
    }

    /// The hidden code; empty without one.
    #[must_use]
    pub fn hidden(&self) -> &str {
        &self.hidden
    }
}

/// Whether it is groups of four characters that the lettering has.
fn are_groups(text: &str) -> bool {
    text.split('-')
        .all(|group| group.len() == 4 && group.chars().all(lettering::has))
}
