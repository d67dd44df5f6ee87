//! What all symbols of one version have in common.
//!
//! Finder patterns, masks and the way the data winds through the symbol depend on
//! the version alone, and nearly all labels have the same version. Crate `qrcode`
//! draws these parts; we have it do so once a version instead of eight times a
//! symbol, which makes a symbol many times faster.

use std::sync::OnceLock;

use qrcode::EcLevel;
use qrcode::Version;
use qrcode::canvas::{Canvas, MaskPattern, Module};
use qrcode::types::Color;

use super::line::Line;

const MASKS: [MaskPattern; 8] = [
    MaskPattern::Checkerboard,
    MaskPattern::HorizontalLines,
    MaskPattern::VerticalLines,
    MaskPattern::DiagonalLines,
    MaskPattern::LargeCheckerboard,
    MaskPattern::Fields,
    MaskPattern::Diamonds,
    MaskPattern::Meadow,
];

/// How much of a damaged symbol can be made good: level M, about 15 %.
pub(super) const LEVEL: EcLevel = EcLevel::M;

/// The modules of a square symbol, each in both lists.
#[derive(Clone, Default)]
pub(super) struct Modules {
    /// The rows from the top, module 0 at the left.
    pub(super) rows: Vec<Line>,
    /// The columns from the left, module 0 at the top.
    pub(super) columns: Vec<Line>,
}

impl Modules {
    fn light(size: usize) -> Self {
        Self {
            rows: vec![Line::default(); size],
            columns: vec![Line::default(); size],
        }
    }

    /// The place must lie within the symbol.
    fn flip(&mut self, (x, y): (usize, usize)) {
        self.rows[y].flip(x);
        self.columns[x].flip(y);
    }

    /// Dark where exactly one of the two is dark.
    fn xor(&self, other: &Self) -> Self {
        let xor = |a: &[Line], b: &[Line]| a.iter().zip(b).map(|(a, b)| *a ^ *b).collect();
        Self {
            rows: xor(&self.rows, &other.rows),
            columns: xor(&self.columns, &other.columns),
        }
    }
}

/// The frame of all symbols of one version.
pub(super) struct Frame {
    size: usize,
    /// For each mask the symbol whose data are all zeros.
    masked: [Modules; 8],
    /// Where the bits of the data go, one after the other: column and row.
    path: Vec<(usize, usize)>,
}

impl Frame {
    /// The frame of a version from 1 to 40, at error-correction level M.
    pub(super) fn of(version: u8) -> &'static Self {
        static DRAWN: [OnceLock<Frame>; 41] = [const { OnceLock::new() }; 41];
        DRAWN[usize::from(version.min(40))].get_or_init(|| Self::draw(version))
    }

    fn draw(version: u8) -> Self {
        let size = 17 + 4 * usize::from(version);
        let version = Version::Normal(i16::from(version));
        let mut canvas = Canvas::new(version, LEVEL);
        canvas.draw_all_functional_patterns();
        let masked = MASKS.map(|mask| {
            // A data module nobody has drawn counts as a zero.
            let mut canvas = canvas.clone();
            canvas.apply_mask(mask);
            let mut modules = Modules::light(size);
            for (place, color) in canvas.into_colors().into_iter().enumerate() {
                if color == Color::Dark {
                    modules.flip((place % size, place / size));
                }
            }
            modules
        });
        Self {
            size,
            masked,
            path: path(&canvas, version.width()),
        }
    }

    /// The symbol with `data` and error-correction `checks` under each mask.
    pub(super) fn fill(&self, data: &[u8], checks: &[u8]) -> impl Iterator<Item = Modules> {
        let bytes = data.iter().chain(checks);
        let bits = bytes.flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1 == 1));
        let mut ones = Modules::light(self.size);
        for (place, _) in self.path.iter().zip(bits).filter(|(_, bit)| *bit) {
            ones.flip(*place);
        }
        // A mask turns ones into zeros and zeros into ones, so a one of the data
        // is the opposite of the frame whatever the mask.
        self.masked.iter().map(move |frame| frame.xor(&ones))
    }
}

/// The data modules of an empty symbol in the order of the bits: columns two
/// modules wide from right to left, the first upwards, the next downwards, and so
/// on, passing over the timing pattern in column 6.
fn path(canvas: &Canvas, size: i16) -> Vec<(usize, usize)> {
    let rights = (1..size)
        .rev()
        .step_by(2)
        .map(|right| if right <= 6 { right - 1 } else { right });
    let mut path = Vec::new();
    for (number, right) in rights.enumerate() {
        for step in 0..size {
            let y = if number % 2 == 0 {
                size - 1 - step
            } else {
                step
            };
            for x in [right, right - 1] {
                if canvas.get(x, y) == Module::Empty {
                    // Neither is negative.
                    path.push((usize::from(x.unsigned_abs()), usize::from(y.unsigned_abs())));
                }
            }
        }
    }
    path
}
