//! A symbol as text for a terminal.

use super::symbol::{QUIET_ZONE, Symbol};

/// Which colours the text relies on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ink {
    /// Sets black on white itself with ANSI escapes: reads in any colour scheme.
    Ansi,
    /// No escapes, for light text on a dark ground: blocks are the light modules.
    LightOnDark,
    /// No escapes, for dark text on a light ground: blocks are the dark modules.
    DarkOnLight,
}

/// Black on white from the fixed part of the 256-colour palette; the sixteen
/// basic colours are whatever the user's theme makes of them.
const BLACK_ON_WHITE: &str = "\x1b[38;5;16;48;5;231m";
const RESET: &str = "\x1b[0m";

/// The symbol with its quiet zone, two modules to a character, one above the
/// other, which makes them about square. Every line ends with a line feed.
#[must_use]
pub fn render(symbol: &Symbol, ink: Ink) -> String {
    let side = symbol.size() + 2 * QUIET_ZONE;
    let mut out = String::new();
    // Above and left of the symbol the subtraction wraps to a place far outside.
    let dark =
        |x: u32, y: u32| symbol.is_dark(x.wrapping_sub(QUIET_ZONE), y.wrapping_sub(QUIET_ZONE));
    for y in (0..side).step_by(2) {
        if ink == Ink::Ansi {
            out.push_str(BLACK_ON_WHITE);
        }
        for x in 0..side {
            let pair = (dark(x, y), dark(x, y + 1));
            // What is drawn is the text colour.
            out.push(
                match if ink == Ink::LightOnDark {
                    (!pair.0, !pair.1)
                } else {
                    pair
                } {
                    (true, true) => '█',
                    (true, false) => '▀',
                    (false, true) => '▄',
                    (false, false) => ' ',
                },
            );
        }
        if ink == Ink::Ansi {
            out.push_str(RESET);
        }
        out.push('\n');
    }
    out
}
