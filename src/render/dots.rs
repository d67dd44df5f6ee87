//! The lettering in dots: glyph bitmaps for one size.

use super::bitmap::Bitmap;
use super::glyphs::{GRID_HEIGHT, GRID_WIDTH, Point, SHAPES};
use super::lettering::{ADVANCE, STROKE, flatten, place};

/// The smallest cap height that still leaves the holes of 8 and B open, in dots.
pub(super) const SMALLEST: u32 = 14;
/// The largest cap height whose glyphs fit the 64 bits of a row, in dots.
pub(super) const LARGEST: u32 = 96;

/// Every glyph of the lettering, drawn once for one size.
#[derive(Debug, Clone)]
pub struct DotFont {
    cap_height: u32,
    advance: u32,
    /// One word a row, leftmost dot in the highest bit, set for ink.
    glyphs: Vec<Vec<u64>>,
}

impl DotFont {
    /// Draws the glyphs with a cap height of `cap_height` dots, outer edge to
    /// outer edge. Values outside 14 to 96 are taken as the nearest of the two.
    #[must_use]
    pub fn new(cap_height: u32) -> Self {
        let cap_height = cap_height.clamp(SMALLEST, LARGEST);
        let pen = Pen::new(cap_height);
        Self {
            cap_height,
            advance: share(ADVANCE, cap_height),
            glyphs: SHAPES
                .iter()
                .map(|shape| pen.draw(&flatten(shape)))
                .collect(),
        }
    }

    /// Width in dots of a line of `characters` with this cap height.
    #[must_use]
    pub fn width(cap_height: u32, characters: usize) -> u32 {
        let cap_height = cap_height.clamp(SMALLEST, LARGEST);
        let pen = Pen::new(cap_height);
        let steps = u32::try_from(characters.saturating_sub(1)).unwrap_or(u32::MAX);
        steps.saturating_mul(share(ADVANCE, cap_height)) + pen.width + pen.stroke
    }

    /// Cap height in dots, which is also the height of every glyph.
    #[must_use]
    pub fn cap_height(&self) -> u32 {
        self.cap_height
    }

    /// The rows of one glyph, a set bit being ink, leftmost dot in the highest
    /// bit; nothing for a character the lettering has no shape for.
    #[must_use]
    pub fn glyph(&self, character: char) -> Option<&[u64]> {
        self.glyphs.get(place(character)?).map(Vec::as_slice)
    }

    /// Draws `text` with its top left corner at (`left`, `top`), in dots.
    pub(super) fn write(&self, bitmap: &mut Bitmap, text: &str, mut left: u32, top: u32) {
        for character in text.chars() {
            if let Some(rows) = self.glyph(character) {
                bitmap.stamp(left, top, rows);
            }
            left += self.advance;
        }
    }
}

/// The round tip and the size of the grid it moves on, in dots.
struct Pen {
    stroke: u32,
    width: u32,
    height: u32,
}

impl Pen {
    fn new(cap_height: u32) -> Self {
        // A stroke of whole dots has the same width in every stem and bar.
        let stroke = share(STROKE, cap_height).max(2);
        let height = cap_height - stroke;
        // An even distance between the two outer stems puts a middle stem, as
        // in T and Y, exactly between them.
        let width = 2 * share(GRID_WIDTH / GRID_HEIGHT / 2.0, height);
        Self {
            stroke,
            width,
            height,
        }
    }

    fn draw(&self, lines: &[Vec<Point>]) -> Vec<u64> {
        // The tip of the pen reaches half a stroke beyond its path.
        let reach = f64::from(self.stroke) / 2.0;
        let (across, down) = (
            f64::from(self.width) / GRID_WIDTH,
            f64::from(self.height) / GRID_HEIGHT,
        );
        let segments: Vec<(Point, Point)> = lines
            .iter()
            .flat_map(|line| line.windows(2).map(|pair| (pair[0], pair[1])))
            .map(|(a, b)| {
                let dots = |p: Point| (reach + p.0 * across, reach + p.1 * down);
                (dots(a), dots(b))
            })
            .collect();
        let inked = |x: u32, y: u32| {
            let centre = (f64::from(x) + 0.5, f64::from(y) + 0.5);
            segments
                .iter()
                .any(|(a, b)| distance(centre, *a, *b) <= reach)
        };
        let row = |y| {
            (0..self.width + self.stroke)
                .filter(|x| inked(*x, y))
                .fold(0, |row, x| row | 1 << (63 - x))
        };
        (0..self.height + self.stroke).map(row).collect()
    }
}

/// Distance from `p` to the segment between `a` and `b`.
fn distance(p: Point, a: Point, b: Point) -> f64 {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let length = dx * dx + dy * dy;
    let along = if length > 0.0 {
        ((p.0 - a.0) * dx + (p.1 - a.1) * dy) / length
    } else {
        0.0
    };
    let along = along.clamp(0.0, 1.0);
    (p.0 - a.0 - along * dx).hypot(p.1 - a.1 - along * dy)
}

/// A share of a length in dots, to the nearest dot.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "positive and under a hundred"
)]
fn share(share: f64, of: u32) -> u32 {
    (share * f64::from(of)).round() as u32
}
