//! Any text as a QR symbol for a screen, as SVG: for what is scanned from a page and never printed.

use std::fmt::Write as _;

use qrcode::{Color, EcLevel, QrCode};

use super::RenderError;

/// Modules of quiet zone around the symbol (ISO/IEC 18004, 5.3.8).
const QUIET: usize = 4;

/// The symbol with error correction level M.
///
/// # Errors
/// If the text is too long for any symbol.
pub fn symbol(text: &str) -> Result<String, RenderError> {
    let code =
        QrCode::with_error_correction_level(text, EcLevel::M).map_err(|_| RenderError::TooLong)?;
    let width = code.width();
    let side = width + 2 * QUIET;
    let mut path = String::new();
    for (place, color) in code.to_colors().into_iter().enumerate() {
        if color == Color::Dark {
            let (x, y) = (place % width + QUIET, place / width + QUIET);
            _ = write!(path, "M{x} {y}h1v1h-1z"); // writing to a string cannot fail
        }
    }
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\">\
         <path fill=\"#fff\" d=\"M0 0h{side}v{side}H0z\"/><path fill=\"#000\" d=\"{path}\"/></svg>"
    ))
}
