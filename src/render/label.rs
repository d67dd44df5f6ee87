//! What a label shows and where: the symbol, its quiet zone, the serial.

use thiserror::Error;

use super::dots::DotFont;
use super::dpi::Dpi;
use super::lettering;
use super::symbol::{QUIET_ZONE, Symbol};

/// Cap height of the serial in modules: 2.03 mm at 300 and 600 dots per inch,
/// 2.25 mm at 203.
pub const CAP_HEIGHT: u32 = 6;
/// White between the two lines of the serial, in modules.
pub const LINE_GAP: u32 = 3;
/// Characters in one line of the serial.
const LINE: usize = 9;

/// One label: a symbol and beneath it the serial in two lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    symbol: Symbol,
    serial: String,
}

/// The label cannot be laid out.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LabelError {
    /// The serial is not four groups of four characters of Crockford's base 32.
    #[error(
        "serial {0:?} is not of the form 4BD9-QV4N-Q0NZ-57DB (digits and capitals without I, L, O, U)"
    )]
    Serial(String),
    /// The symbol is so small that the serial would be wider than the label.
    #[error(
        "a symbol of version {0} is too narrow for the serial beneath it; version 5 is the smallest"
    )]
    Narrow(u8),
}

impl Label {
    /// Puts `serial`, written like `4BD9-QV4N-Q0NZ-57DB`, under `symbol`.
    ///
    /// # Errors
    ///
    /// When the serial has another form or the symbol is smaller than version 5.
    pub fn new(symbol: Symbol, serial: &str) -> Result<Self, LabelError> {
        let groups = serial
            .split('-')
            .all(|g| g.chars().count() == 4 && g.chars().all(lettering::has));
        // With groups of four, nineteen characters are four groups.
        if !groups || serial.len() != 2 * LINE + 1 {
            return Err(LabelError::Serial(serial.to_owned()));
        }
        let label = Self {
            symbol,
            serial: serial.to_owned(),
        };
        let line = lettering::line_width(LINE) * f64::from(CAP_HEIGHT);
        if f64::from(label.width()) < line + 1.0 {
            return Err(LabelError::Narrow(label.symbol.version()));
        }
        Ok(label)
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

    /// The two lines of the serial. The hyphen between them is not printed: the
    /// line break says as much.
    #[must_use]
    pub fn lines(&self) -> [&str; 2] {
        [&self.serial[..LINE], &self.serial[LINE + 1..]]
    }

    /// Width of the label in modules, quiet zone included: 49 for version 6.
    #[must_use]
    pub fn width(&self) -> u32 {
        self.symbol.size() + 2 * QUIET_ZONE
    }

    /// Height of the label in modules, quiet zone and serial included: 68 for
    /// version 6.
    #[must_use]
    pub fn height(&self) -> u32 {
        line_top(self.symbol.size(), 1) + CAP_HEIGHT + QUIET_ZONE
    }

    /// From the top of the label to the top of line 0 or 1 of the serial, in
    /// modules. The first line begins where the quiet zone ends.
    #[must_use]
    pub fn line_top(&self, line: u32) -> u32 {
        line_top(self.symbol.size(), line)
    }
}

fn line_top(symbol: u32, line: u32) -> u32 {
    symbol + 2 * QUIET_ZONE + line * (CAP_HEIGHT + LINE_GAP)
}

/// The lettering of the serial at a resolution.
#[must_use]
pub fn font(dpi: Dpi) -> DotFont {
    DotFont::new(CAP_HEIGHT * dpi.dots_per_module())
}
