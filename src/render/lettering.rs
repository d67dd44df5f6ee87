//! Our own lettering, so that a serial needs no font of the system and looks the
//! same on every machine.
//!
//! A character is the path of a pen with a round tip. This file knows the
//! proportions; [`super::dots`] draws the path in dots and `strokes` as SVG.

use super::glyphs::{ALPHABET, Move, Point, round_controls};

/// Width of the stroke, as a share of the cap height.
pub(super) const STROKE: f64 = 0.13;
/// From one character to the next, as a share of the cap height.
pub(super) const ADVANCE: f64 = 19.0 / 24.0;

/// Whether the lettering has `character`: digits and letters of Crockford's
/// base 32 (capitals, without I, L, O, U) and the hyphen.
#[must_use]
pub fn has(character: char) -> bool {
    place(character).is_some()
}

/// The place of `character` in [`ALPHABET`].
pub(super) fn place(character: char) -> Option<usize> {
    ALPHABET
        .iter()
        .position(|known| char::from(*known) == character)
}

/// The path of a pen, one point list for each time it touches the paper. Curves
/// become straight pieces too short to notice at the sizes we print.
pub(super) fn flatten(shape: &[Move]) -> Vec<Vec<Point>> {
    const PIECES: u32 = 12;
    let mut lines: Vec<Vec<Point>> = Vec::new();
    for step in shape {
        if let Move::To(x, y) = *step {
            lines.push(vec![(x, y)]);
            continue;
        }
        let Some(line) = lines.last_mut() else {
            continue;
        };
        let Some(&start) = line.last() else { continue };
        let Some((first, second, end)) = controls(start, *step) else {
            line.push(end_of(*step));
            continue;
        };
        line.extend((1..=PIECES).map(|piece| {
            let t = f64::from(piece) / f64::from(PIECES);
            let weights = [
                (1. - t).powi(3),
                3. * t * (1. - t).powi(2),
                3. * t * t * (1. - t),
                t.powi(3),
            ];
            let points = [start, first, second, end];
            weights
                .iter()
                .zip(points)
                .fold((0., 0.), |sum, (w, p)| (sum.0 + w * p.0, sum.1 + w * p.1))
        }));
    }
    lines
}

/// Control points and end of a curved step, nothing for a straight one.
pub(super) fn controls(start: Point, step: Move) -> Option<(Point, Point, Point)> {
    match step {
        Move::Round(x, y, ..) => {
            let (first, second) = round_controls(start, (x, y), end_of(step));
            Some((first, second, end_of(step)))
        }
        Move::Curve(x1, y1, x2, y2, ..) => Some(((x1, y1), (x2, y2), end_of(step))),
        Move::To(..) | Move::Line(..) => None,
    }
}

/// Where a step leaves the pen.
pub(super) fn end_of(step: Move) -> Point {
    match step {
        Move::To(x, y) | Move::Line(x, y) | Move::Round(_, _, x, y) | Move::Curve(.., x, y) => {
            (x, y)
        }
    }
}
