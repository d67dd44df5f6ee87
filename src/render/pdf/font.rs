//! The lettering as a font of strokes (Type 3; ISO 32000-1, 9.6.5).

use std::fmt::Write as _;

use super::FIRST_GLYPH;
use crate::render::glyphs::{ALPHABET, GRID_HEIGHT, GRID_WIDTH, Move, Point};
use crate::render::lettering::{ADVANCE, STROKE, controls, end_of};

/// Units of the font to its cap height.
const UNITS: f64 = 1000.0;

/// The lettering as a font: the codes of a text are its ASCII characters.
pub(super) fn font() -> String {
    let (mut glyphs, mut names, mut widths) = (String::new(), String::new(), String::new());
    let (first, last) = (b'-', b'Z');
    for code in first..=last {
        let place = ALPHABET.iter().position(|known| *known == code);
        let width = place.map_or(0.0, |_| ADVANCE * UNITS);
        // Writing to a string cannot fail.
        _ = write!(widths, "{width:.2} ");
        if let Some(place) = place {
            let name = glyph_name(code);
            _ = write!(glyphs, "/{name} {} 0 R", FIRST_GLYPH + place);
            _ = write!(names, " {code}/{name}");
        }
    }
    format!(
        "<</Type/Font/Subtype/Type3/FontBBox[0 0 {UNITS} {UNITS}]/FontMatrix[.001 0 0 .001 0 0]/FirstChar {first}\
         /LastChar {last}/Widths[{widths}]/CharProcs<<{glyphs}>>/Encoding<</Type/Encoding/Differences[{names}]>>\
         /Resources<<>>>>"
    )
}

/// The name by which programs that take text out of a PDF know a character (Adobe Glyph List).
fn glyph_name(code: u8) -> String {
    const DIGITS: [&str; 10] = [
        "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine",
    ];
    match code {
        b'0'..=b'9' => DIGITS[usize::from(code - b'0')].to_owned(),
        b'-' => "hyphen".to_owned(),
        letter => char::from(letter).to_string(),
    }
}

/// The strokes of a character, from the bottom left of its outer edges.
pub(super) fn glyph(shape: &[Move]) -> String {
    let scale = UNITS * (1.0 - STROKE) / GRID_HEIGHT;
    let half = UNITS * STROKE / 2.0;
    let at = |p: Point| (half + p.0 * scale, half + (GRID_HEIGHT - p.1) * scale);
    let right = 2.0 * half + GRID_WIDTH * scale;
    let mut out = format!(
        "{:.2} 0 0 0 {right:.1} {UNITS} d1 {:.1} w 1 J 1 j",
        ADVANCE * UNITS,
        2.0 * half
    );
    let mut pen = (0.0, 0.0);
    for step in shape {
        let end = at(end_of(*step));
        // Writing to a string cannot fail.
        _ = match (step, controls(pen, *step)) {
            (Move::To(..), _) => write!(out, " {:.1} {:.1} m", end.0, end.1),
            (_, Some((first, second, _))) => {
                let (a, b) = (at(first), at(second));
                write!(
                    out,
                    " {:.1} {:.1} {:.1} {:.1} {:.1} {:.1} c",
                    a.0, a.1, b.0, b.1, end.0, end.1
                )
            }
            _ => write!(out, " {:.1} {:.1} l", end.0, end.1),
        };
        pen = end_of(*step);
    }
    out.push_str(" S");
    out
}
