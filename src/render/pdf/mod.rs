//! Labels on the pages of a PDF file (ISO 32000-1), written page by page, so that a file of any length takes little memory.
//!
//! A symbol is a picture of one bit a module that a reader paints without smoothing (an image mask), a serial is set in our
//! own lettering as a font of strokes (Type 3): both stay sharp on any press, and a label takes about 370 bytes. Nothing is
//! compressed: symbols look like noise, and pages are made as fast as they are written.

mod file;
mod font;

pub use file::PdfFile;

use std::io::Write as _;

use super::design::Design;
use super::glyphs::SHAPES;
use super::imposition::Imposition;
use super::label::Label;
use super::roll_label::{RollDesign, RollLabel};
use super::rolls::Direction;
use super::symbol::Symbol;

/// Points to a millimetre.
const POINTS: f64 = 72.0 / 25.4;

/// The numbers of the objects that every file has; those of the art follow, and then the pages.
const CATALOG: usize = 1;
const PAGES: usize = 2;
const FONT: usize = 3;
const CROP_MARKS: usize = 4;
const FIRST_GLYPH: usize = 5;
/// The number of the first object of the art.
pub(super) const FIRST_OF_ART: usize = FIRST_GLYPH + SHAPES.len();

/// How labels become pages.
#[derive(Debug, Clone)]
pub struct PdfPages {
    imposition: Imposition,
    design: Design,
    rolls: Option<RollDesign>,
    /// A dot of the press in points.
    dot: f64,
}

/// What stands in a cell.
struct Cell<'a> {
    number: u32,
    /// The form of what is the same on all.
    art: Option<&'static [u8]>,
    symbol: &'a Symbol,
    /// The corner of the symbol's first module, and the side of a module, in dots.
    at: (u32, u32),
    module: u32,
}

/// A line of lettering: its left and upper edge and its cap height in dots.
type Lettering<'a> = ((u32, u32), u32, &'a str);

impl PdfPages {
    /// Pages of labels of this design, laid out so.
    pub fn new(design: Design, imposition: Imposition) -> Self {
        let dot = design.dot() * POINTS;
        Self {
            imposition,
            design,
            rolls: None,
            dot,
        }
    }

    /// The same with the labels that open and close a roll.
    #[must_use]
    pub fn with_rolls(mut self, design: RollDesign) -> Self {
        self.rolls = Some(design);
        self
    }

    /// How the labels lie.
    pub const fn imposition(&self) -> &Imposition {
        &self.imposition
    }

    /// What stands on a page with these labels, each in its cell.
    pub fn page(&self, labels: &[(u32, Label)]) -> Vec<u8> {
        self.web_page(labels, &[])
    }

    /// What stands on a page with these labels and these ends of rolls, each in its cell.
    pub fn web_page(&self, labels: &[(u32, Label)], ends: &[(u32, RollLabel)]) -> Vec<u8> {
        let mut out = Vec::with_capacity((labels.len() + ends.len()) * 420 + 200);
        match self.imposition.direction() {
            Direction::Top if self.imposition.is_single() => {}
            Direction::Top => out.extend_from_slice(b"/M Do\n"),
            direction => self.push_turn(&mut out, direction),
        }
        let mut font = None;
        let design = &self.design;
        for (number, label) in labels {
            let cell = Cell {
                number: *number,
                art: design.art.is_some().then_some(b"/A Do Q\n"),
                symbol: label.symbol(),
                at: design.symbol,
                module: design.module,
            };
            let lines = design.lines.iter().map(|line| {
                let text = line.text.of(label);
                ((line.left, line.top), line.cap_height, text)
            });
            self.append(&mut out, &cell, lines, &mut font);
        }
        for (number, end) in ends {
            let Some(design) = &self.rolls else { break };
            let cell = Cell {
                number: *number,
                art: Some(match end.is_head() {
                    true => b"/H Do Q\n",
                    false => b"/T Do Q\n",
                }),
                symbol: end.symbol(),
                at: design.symbol,
                module: design.module,
            };
            let lines = design.lines.iter().map(|line| {
                let text = end.text(line.text);
                ((line.left, line.top), line.cap_height, text)
            });
            self.append(&mut out, &cell, lines, &mut font);
        }
        out
    }

    /// Turns what follows, so that labels stand upright in its coordinates.
    fn push_turn(&self, out: &mut Vec<u8>, direction: Direction) {
        let page = self.imposition.page();
        let (width, height) = (page.width * POINTS, page.height * POINTS);
        let (turn, by) = match direction {
            Direction::Top => return,
            Direction::Bottom => ("-1 0 0 -1", (width, height)),
            Direction::Right => ("0 1 -1 0", (width, 0.0)),
            Direction::Left => ("0 -1 1 0", (0.0, height)),
        };
        out.extend_from_slice(turn.as_bytes());
        for number in [by.0, by.1] {
            out.push(b' ');
            push(out, number);
        }
        out.extend_from_slice(b" cm\n");
    }

    /// `font` is the size that is set: the cap height as a share of a symbol's side.
    fn append<'a>(
        &self,
        out: &mut Vec<u8>,
        cell: &Cell,
        lines: impl Iterator<Item = Lettering<'a>> + Clone,
        font: &mut Option<f64>,
    ) {
        let (design, dot) = (&self.design, self.dot);
        // The corner of the cut label.
        let (left, top) = self.imposition.corner(cell.number);
        let (left, top) = (
            left * POINTS,
            (self.imposition.paper().height - top) * POINTS,
        );
        if let Some(art) = cell.art {
            let bleed = design.bleed * POINTS;
            let (width, height) = (
                f64::from(design.width) * dot,
                f64::from(design.height) * dot,
            );
            push_square(
                out,
                (width + 2.0 * bleed, height + 2.0 * bleed),
                (left - bleed, top - height - bleed),
            );
            out.extend_from_slice(art);
        }
        let size = cell.symbol.size();
        let side = f64::from(size * cell.module);
        let x = left + f64::from(cell.at.0) * dot;
        let y = top - (f64::from(cell.at.1) + side) * dot;
        // In units of a symbol's side, within whose coordinates the lettering stands. Set outside, it stays set for the page.
        let set_font = |out: &mut Vec<u8>, size: f64| {
            out.extend_from_slice(b"/F ");
            push(out, size);
            out.extend_from_slice(b" Tf ");
        };
        let size_of = |(_, cap_height, _): Lettering| f64::from(cap_height) / side;
        let first = lines.clone().next().map(size_of);
        if let Some(size) = first.filter(|_| *font != first) {
            set_font(out, size);
            *font = first;
        }
        push_square(out, (side * dot, side * dot), (x, y));
        // A dark module is a one, and ones are painted.
        _ = write!(out, "\nBI/W {size}/H {size}/IM true/D[1 0]");
        append_modules(out, cell.symbol);
        out.extend_from_slice(b"\nEI BT ");
        let (mut at, mut of) = ((0.0, 0.0), first);
        for line in lines {
            let size = Some(size_of(line));
            if let Some(size) = size.filter(|_| of != size) {
                set_font(out, size);
            }
            of = size;
            // A letter stands on the bottom of its cap height; each line is given from the one before.
            let ((left, top), cap_height, text) = line;
            let right = (f64::from(left) - f64::from(cell.at.0)) / side;
            let bottom = f64::from(top + cap_height) - f64::from(cell.at.1);
            let up = (side - bottom) / side;
            push(out, right - at.0);
            out.push(b' ');
            push(out, up - at.1);
            out.extend_from_slice(b" Td(");
            out.extend_from_slice(text.as_bytes());
            out.extend_from_slice(b")Tj ");
            at = (right, up);
        }
        out.extend_from_slice(b"ET Q\n");
    }
}

/// Saves the state, and makes a square of one unit into a rectangle of this size at this corner (bottom left).
fn push_square(out: &mut Vec<u8>, (width, height): (f64, f64), (x, y): (f64, f64)) {
    out.extend_from_slice(b"q ");
    push(out, width);
    out.extend_from_slice(b" 0 0 ");
    for number in [height, x, y] {
        push(out, number);
        out.push(b' ');
    }
    out.extend_from_slice(b"cm");
}

/// The modules as the data of an inline picture. Readers look for `EI` to find its end, so data in which it happens to stand
/// is written as digits.
fn append_modules(out: &mut Vec<u8>, symbol: &Symbol) {
    let mut data = Vec::with_capacity(512);
    for y in 0..symbol.size() {
        for eight in symbol.row(y).chunks(8) {
            let byte = eight
                .iter()
                .fold(0, |byte, dark| byte << 1 | u8::from(*dark));
            data.push(byte << (8 - eight.len()));
        }
    }
    if data.windows(2).any(|two| two == b"EI") {
        out.extend_from_slice(b"/F/AHx ID ");
        for byte in data {
            _ = write!(out, "{byte:02X}"); // writing to a vector cannot fail
        }
        out.push(b'>');
    } else {
        out.extend_from_slice(b" ID ");
        out.extend_from_slice(&data);
    }
}

/// Appends a number with up to four decimals.
fn push(out: &mut Vec<u8>, value: f64) {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a page is under 15,000 points"
    )]
    let parts = (value * 10_000.0).round() as i64;
    if parts < 0 {
        out.push(b'-');
    }
    let (whole, mut rest) = (parts.abs() / 10_000, parts.abs() % 10_000);
    // Writing to a vector cannot fail.
    if whole > 0 || rest == 0 {
        _ = write!(out, "{whole}");
    }
    if rest > 0 {
        let mut digits = 4;
        while rest % 10 == 0 {
            rest /= 10;
            digits -= 1;
        }
        _ = write!(out, ".{rest:0digits$}");
    }
}

#[cfg(test)]
mod tests {
    use super::super::dpi::Dpi;
    use super::super::imposition::{Order, Size};
    use super::super::tests::{plain, sample};
    use super::*;

    fn text(value: f64) -> String {
        let mut out = Vec::new();
        push(&mut out, value);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn numbers_are_short() {
        assert_eq!(text(0.0), "0");
        assert_eq!(text(39.36), "39.36");
        assert_eq!(text(-0.25), "-.25");
        assert_eq!(text(0.00004), "0");
        assert_eq!(text(12.00009), "12.0001");
        assert_eq!(text(595.2756), "595.2756");
        assert_eq!(text(100.0), "100");
        assert_eq!(text(0.05), ".05");
    }

    #[test]
    fn a_label_is_small_and_every_object_is_where_the_table_says() {
        let (label, design) = (sample(), plain(Dpi::D300));
        let size = (design.size(), 0.0);
        let grid = Imposition::filling(Size::A4, size, 2.0, 8.0, Order::Rows).unwrap();
        let pages = PdfPages::new(design, grid);
        let (mut file, mut all) = PdfFile::begin(&pages);
        let begin = all.len();
        let cells = pages.imposition().cells();
        let labels: Vec<_> = (0..cells).map(|cell| (cell, label.clone())).collect();
        for _ in 0..3 {
            let content = pages.page(&labels);
            all.extend(file.page(&content));
        }
        let each = (all.len() - begin) / (3 * cells as usize);
        assert!(each < 400, "{each} bytes a label");
        all.extend(file.end());
        let find = |what: &[u8]| {
            all.windows(what.len())
                .position(|part| part == what)
                .unwrap()
        };
        let start = find(b"\nxref\n") + 1;
        let table = String::from_utf8(all[start..].to_vec()).unwrap();
        assert!(table.contains(&format!("startxref\n{start}\n%%EOF")));
        for (number, line) in table
            .lines()
            .skip(3)
            .take_while(|line| line.ends_with("n "))
            .enumerate()
        {
            let offset: usize = line[..10].parse().unwrap();
            let head = format!("{} 0 obj\n", number + 1);
            assert_eq!(&all[offset..offset + head.len()], head.as_bytes());
        }
    }

    #[test]
    fn the_end_of_a_picture_never_stands_within_it() {
        // Every symbol is different; some hold the letters by chance.
        let (mut as_digits, mut random) = (0, 1u64);
        for _ in 0..2000 {
            let mut digit = || {
                // Knuth's MMIX generator.
                random = random
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                char::from(b'0' + u8::try_from(random >> 33 & 7).unwrap())
            };
            let digits: String = (0..193).map(|_| digit()).collect();
            let symbol =
                super::super::symbol::Symbol::encode("HTTPS://V.EXAMPLE.CN/T/", &digits).unwrap();
            let label = Label::new(symbol, "4BD9-QV4N-Q0NZ-57DB").unwrap();
            let mut out = Vec::new();
            append_modules(&mut out, label.symbol());
            assert!(!out.windows(2).any(|two| two == b"EI"));
            as_digits += usize::from(out.starts_with(b"/F"));
        }
        assert!(as_digits > 0);
    }
}
