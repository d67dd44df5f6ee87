//! The lettering as SVG: every line of text one path for a round pen.

use std::fmt::Write as _;
use std::sync::LazyLock;

use super::glyphs::{GRID_HEIGHT, Move, Point, SHAPES};
use super::lettering::{ADVANCE, STROKE, controls, end_of, place};

/// SVG coordinates are tenths of the glyph grid, so that all are whole numbers.
const TENTHS: f64 = 10.0;
/// Cap height, outer edge to outer edge, in SVG coordinates of the lettering.
pub(super) const SVG_CAP_HEIGHT: f64 = GRID_HEIGHT * TENTHS / (1.0 - STROKE);

/// Appends SVG path data for one line of text, its first character's grid at
/// (`left`, `top`) in SVG coordinates of the lettering. The path is meant to be
/// stroked with round caps and joins. Unknown characters leave a gap.
pub(super) fn push_line(out: &mut String, text: &str, left: f64, top: f64) {
    static PATHS: LazyLock<Vec<SvgGlyph>> =
        LazyLock::new(|| SHAPES.iter().map(|s| svg_glyph(s)).collect());
    let mut x = left;
    for character in text.chars() {
        if let Some(glyph) = place(character).and_then(|place| PATHS.get(place)) {
            let (from, down) = (whole(x) + glyph.start.0, whole(top) + glyph.start.1);
            // Writing to a string cannot fail.
            let _ = write!(out, "M{from} {down}{}", glyph.path);
        }
        x += ADVANCE * SVG_CAP_HEIGHT;
    }
}

/// A glyph as SVG: where the pen is first set down, then relative commands.
struct SvgGlyph {
    start: (i32, i32),
    path: String,
}

fn svg_glyph(shape: &[Move]) -> SvgGlyph {
    let tenths = |p: Point| (whole(p.0 * TENTHS), whole(p.1 * TENTHS));
    let mut path = String::new();
    let mut start = None;
    let mut pen = (0.0, 0.0);
    for step in shape {
        let here = tenths(pen);
        let relative = |p: Point| (tenths(p).0 - here.0, tenths(p).1 - here.1);
        let end = relative(end_of(*step));
        let _ = match (step, controls(pen, *step)) {
            (Move::To(..), _) if start.is_none() => {
                start = Some(tenths(end_of(*step)));
                Ok(())
            }
            (Move::To(..), _) => write!(path, "m{} {}", end.0, end.1),
            (_, Some((first, second, _))) => {
                let (first, second) = (relative(first), relative(second));
                write!(
                    path,
                    "c{} {} {} {} {} {}",
                    first.0, first.1, second.0, second.1, end.0, end.1
                )
            }
            _ if end.1 == 0 => write!(path, "h{}", end.0),
            _ if end.0 == 0 => write!(path, "v{}", end.1),
            _ => write!(path, "l{} {}", end.0, end.1),
        };
        pen = end_of(*step);
    }
    // A minus sign parts two numbers as well as a space does.
    SvgGlyph {
        start: start.unwrap_or((0, 0)),
        path: path.replace(" -", "-"),
    }
}

/// The nearest whole number. Our coordinates stay within a few thousand.
#[expect(
    clippy::cast_possible_truncation,
    reason = "coordinates stay far within the range of i32"
)]
fn whole(value: f64) -> i32 {
    value.round() as i32
}
