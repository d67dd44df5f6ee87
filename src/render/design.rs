//! How the labels of a batch look: what lies where, in dots of the press.
//!
//! Everything that differs from label to label is drawn by us, and quickly; everything else is [`Art`], made once.

use std::sync::Arc;

use thiserror::Error;

use super::art::Art;
use super::dots::DotFont;
use super::dpi::Dpi;
use super::imposition::{Mm, Size};
use super::label::{HALF, Label, SERIAL};
use super::symbol::QUIET_ZONE;

/// Cap height of the serial on a plain label, in modules: 2.03 mm at 300 and 600 dots an inch, 2.25 mm at 203.
const PLAIN_CAP_HEIGHT: u32 = 6;
/// White between the two lines of the serial on a plain label, in modules.
const PLAIN_LINE_GAP: u32 = 3;

/// Where everything of a label lies.
#[derive(Debug, Clone)]
pub struct Design {
    pub(super) dpi: Dpi,
    /// The cut label, in dots.
    pub(super) width: u32,
    pub(super) height: u32,
    /// The cut label in millimetres: what the die measures, which need not be whole dots.
    pub(super) cut: Size,
    /// How far the art goes beyond the cut, in millimetres.
    pub(super) bleed: Mm,
    /// The corner of the symbol's first module.
    pub(super) symbol: (u32, u32),
    /// The side of a module in dots.
    pub(super) module: u32,
    pub(super) lines: Vec<Line>,
    pub(super) art: Option<Arc<Art>>,
}

/// A line of lettering.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) text: Text,
    pub(super) left: u32,
    pub(super) top: u32,
    pub(super) cap_height: u32,
}

/// What a line says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Text {
    /// These characters of the serial.
    Serial(usize, usize),
    /// The hidden code.
    Hidden,
}

impl Text {
    pub(super) fn of(self, label: &Label) -> &str {
        match self {
            Self::Serial(from, to) => label.serial().get(from..to).unwrap_or_default(),
            Self::Hidden => label.hidden(),
        }
    }
}

/// The symbol is so small that the serial would be wider than the label.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("a symbol of {0} modules is too narrow for the serial beneath it; 37 are the fewest")]
pub struct NarrowError(u32);

impl Design {
    /// The symbol with its quiet zone and beneath it the serial in two lines, for symbols of `modules` on a side.
    ///
    /// # Errors
    /// When they are fewer than 37: the serial would not go beneath.
    pub fn plain(dpi: Dpi, modules: u32) -> Result<Self, NarrowError> {
        let dots = dpi.dots_per_module();
        let (side, cap_height) = (modules + 2 * QUIET_ZONE, PLAIN_CAP_HEIGHT * dots);
        let width = side * dots;
        let wide = DotFont::width(cap_height, HALF);
        if width < wide + dots {
            return Err(NarrowError(modules));
        }
        let line = |number: u32, from, to| Line {
            text: Text::Serial(from, to),
            left: (width - wide) / 2,
            top: (side + number * (PLAIN_CAP_HEIGHT + PLAIN_LINE_GAP)) * dots,
            cap_height,
        };
        let lines = vec![line(0, 0, HALF), line(1, HALF + 1, SERIAL)];
        let height = lines[1].top + cap_height + QUIET_ZONE * dots;
        let dot = 25.4 / f64::from(dpi.dots_per_inch());
        Ok(Self {
            dpi,
            width,
            height,
            cut: Size {
                width: f64::from(width) * dot,
                height: f64::from(height) * dot,
            },
            bleed: 0.0,
            symbol: (QUIET_ZONE * dots, QUIET_ZONE * dots),
            module: dots,
            lines,
            art: None,
        })
    }

    /// The resolution it is drawn for.
    pub const fn dpi(&self) -> Dpi {
        self.dpi
    }

    /// The cut label as its designer said.
    pub const fn cut(&self) -> Size {
        self.cut
    }

    /// The cut label as it is drawn, in whole dots.
    pub fn size(&self) -> Size {
        Size {
            width: f64::from(self.width) * self.dot(),
            height: f64::from(self.height) * self.dot(),
        }
    }

    /// How far its art goes beyond the cut on each side.
    pub const fn bleed(&self) -> Mm {
        self.bleed
    }

    /// Whether a label shows its hidden code, to be covered with scratch film.
    pub fn shows_hidden(&self) -> bool {
        self.lines.iter().any(|line| line.text == Text::Hidden)
    }

    /// A dot in millimetres.
    pub(super) fn dot(&self) -> Mm {
        25.4 / f64::from(self.dpi.dots_per_inch())
    }
}
