//! Labels on the pages of a PDF file (ISO 32000-1), written page by page, so that a file of any length takes little memory.
//!
//! A symbol is a picture of one bit a module that a reader paints without smoothing (an image mask), a serial is set in our
//! own lettering as a font of strokes (Type 3): both stay sharp on any press, and a label takes about 370 bytes. Nothing is
//! compressed: symbols look like noise, and pages are made as fast as they are written.

use std::fmt::Write as _;
use std::io::Write as _;

use super::design::Design;
use super::glyphs::{ALPHABET, GRID_HEIGHT, GRID_WIDTH, Move, Point, SHAPES};
use super::imposition::{Imposition, Mm, Size};
use super::label::Label;
use super::lettering::{ADVANCE, STROKE, controls, end_of};

/// Points to a millimetre.
const POINTS: f64 = 72.0 / 25.4;
/// Units of the lettering's font to its cap height.
const UNITS: f64 = 1000.0;
/// Crop marks: from the cut, and their length.
const CROP: (Mm, Mm) = (1.0, 3.0);

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
    /// A dot of the press in points.
    dot: f64,
}

impl PdfPages {
    /// Pages of labels of this design, laid out so.
    pub fn new(design: Design, imposition: Imposition) -> Self {
        let dot = design.dot() * POINTS;
        Self {
            imposition,
            design,
            dot,
        }
    }

    /// How the labels lie.
    pub const fn imposition(&self) -> &Imposition {
        &self.imposition
    }

    /// What stands on a page with these labels, each in its cell.
    pub fn page(&self, labels: &[(u32, Label)]) -> Vec<u8> {
        let mut out = Vec::with_capacity(labels.len() * 420 + 200);
        if !self.imposition.is_single() {
            out.extend_from_slice(b"/M Do\n");
        }
        let mut font = None;
        for (cell, label) in labels {
            self.append(&mut out, *cell, label, &mut font);
        }
        out
    }

    /// `font` is the cap height that is set, in dots.
    fn append(&self, out: &mut Vec<u8>, cell: u32, label: &Label, font: &mut Option<u32>) {
        let (design, dot) = (&self.design, self.dot);
        // The corner of the cut label.
        let (left, top) = self.imposition.corner(cell);
        let (left, top) = (
            left * POINTS,
            (self.imposition.paper().height - top) * POINTS,
        );
        if design.art.is_some() {
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
            out.extend_from_slice(b"/A Do Q\n");
        }
        let size = label.symbol().size();
        let side = f64::from(size * design.module);
        let x = left + f64::from(design.symbol.0) * dot;
        let y = top - (f64::from(design.symbol.1) + side) * dot;
        // In units of a symbol's side, within whose coordinates the lettering stands. Set outside, it stays set for the page.
        let set_font = |out: &mut Vec<u8>, cap_height: u32| {
            out.extend_from_slice(b"/F ");
            push(out, f64::from(cap_height) / side);
            out.extend_from_slice(b" Tf ");
        };
        let first = design.lines.first().map(|line| line.cap_height);
        if let Some(cap_height) = first.filter(|_| *font != first) {
            set_font(out, cap_height);
            *font = first;
        }
        push_square(out, (side * dot, side * dot), (x, y));
        // A dark module is a one, and ones are painted.
        _ = write!(out, "\nBI/W {size}/H {size}/IM true/D[1 0]");
        append_modules(out, label);
        out.extend_from_slice(b"\nEI BT ");
        let (mut at, mut of) = ((0.0, 0.0), first);
        for line in &design.lines {
            if of.replace(line.cap_height) != Some(line.cap_height) {
                set_font(out, line.cap_height);
            }
            // A letter stands on the bottom of its cap height; each line is given from the one before.
            let right = (f64::from(line.left) - f64::from(design.symbol.0)) / side;
            let bottom = f64::from(line.top + line.cap_height) - f64::from(design.symbol.1);
            let up = (side - bottom) / side;
            push(out, right - at.0);
            out.push(b' ');
            push(out, up - at.1);
            out.extend_from_slice(b" Td(");
            out.extend_from_slice(line.text.of(label).as_bytes());
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
fn append_modules(out: &mut Vec<u8>, label: &Label) {
    let symbol = label.symbol();
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

/// A PDF file that grows page by page. Every call hands over the bytes that come next.
#[derive(Debug)]
pub struct PdfFile {
    paper: Size,
    /// What a page says of its cut.
    trim: String,
    /// The form that draws the art.
    art: Option<usize>,
    first_page: usize,
    /// Where each object begins, by its number; 0 for those that are written last.
    offsets: Vec<u64>,
    written: u64,
}

impl PdfFile {
    /// Begins a file, and hands its first bytes over.
    pub fn begin(pages: &PdfPages) -> (Self, Vec<u8>) {
        let mut file = Self {
            paper: pages.imposition.paper(),
            trim: trim(pages),
            art: pages.design.art.as_ref().map(|art| art.pdf.form),
            first_page: FIRST_OF_ART,
            offsets: vec![0; FIRST_OF_ART],
            written: 0,
        };
        // Four bytes above 127 tell programs that move files that this is not text (ISO 32000-1, 7.5.2).
        let mut out = b"%PDF-1.4\n%\xE2\xE3\xCF\xD3\n".to_vec();
        for (shape, number) in SHAPES.iter().zip(FIRST_GLYPH..) {
            file.object(&mut out, number, &stream("", glyph(shape).as_bytes()));
        }
        for (number, object) in pages.design.art.iter().flat_map(|art| &art.pdf.objects) {
            file.first_page = file.first_page.max(number + 1);
            file.offsets.resize(file.first_page, 0);
            file.offsets[*number] = out.len() as u64;
            out.extend_from_slice(object);
            out.push(b'\n');
        }
        file.object(&mut out, FONT, font().as_bytes());
        let marks = crop_marks(&pages.imposition);
        let form = format!(
            "/Type/XObject/Subtype/Form/BBox[0 0 {:.3} {:.3}]",
            file.paper.width * POINTS,
            file.paper.height * POINTS
        );
        file.object(&mut out, CROP_MARKS, &stream(&form, &marks));
        file.written = out.len() as u64;
        (file, out)
    }

    /// The next page: what stands on it, as [`PdfPages::page`] gives it.
    pub fn page(&mut self, content: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(content.len() + 200);
        let number = self.offsets.len();
        self.offsets.extend([0, 0]);
        let page = format!(
            "<</Type/Page/Parent {PAGES} 0 R/Contents {} 0 R{}>>",
            number + 1,
            self.trim
        );
        self.object(&mut out, number, page.as_bytes());
        self.object(&mut out, number + 1, &stream("", content));
        self.written += out.len() as u64;
        out
    }

    /// The last bytes.
    pub fn end(mut self) -> Vec<u8> {
        let mut out = Vec::new();
        let first = self.first_page;
        let count = (self.offsets.len() - first) / 2;
        let mut kids = String::with_capacity(count * 10);
        for page in 0..count {
            _ = write!(kids, "{} 0 R ", first + 2 * page); // writing to a string cannot fail
        }
        let (width, height) = (self.paper.width * POINTS, self.paper.height * POINTS);
        let art = self
            .art
            .map_or(String::new(), |form| format!("/A {form} 0 R"));
        let pages = format!(
            "<</Type/Pages/Count {count}/MediaBox[0 0 {width:.3} {height:.3}]\
             /Resources<</Font<</F {FONT} 0 R>>/XObject<</M {CROP_MARKS} 0 R{art}>>>>/Kids[{kids}]>>"
        );
        self.object(&mut out, PAGES, pages.as_bytes());
        // Printed at their true size, not fitted to the paper.
        let catalog =
            format!("<</Type/Catalog/Pages {PAGES} 0 R/ViewerPreferences<</PrintScaling/None>>>>");
        self.object(&mut out, CATALOG, catalog.as_bytes());
        let table = self.written + out.len() as u64;
        // Writing to a vector cannot fail.
        _ = write!(out, "xref\n0 {}\n0000000000 65535 f \n", self.offsets.len());
        for offset in &self.offsets[1..] {
            _ = writeln!(out, "{offset:010} 00000 n ");
        }
        _ = write!(
            out,
            "trailer\n<</Size {}/Root {CATALOG} 0 R>>\nstartxref\n{table}\n%%EOF\n",
            self.offsets.len()
        );
        out
    }

    fn object(&mut self, out: &mut Vec<u8>, number: usize, body: &[u8]) {
        self.offsets[number] = self.written + out.len() as u64;
        _ = writeln!(out, "{number} 0 obj"); // writing to a vector cannot fail
        out.extend_from_slice(body);
        out.extend_from_slice(b"\nendobj\n");
    }
}

/// What remains of a page that is one label once it is cut (ISO 32000-1, 14.11.2).
fn trim(pages: &PdfPages) -> String {
    let (paper, bleed) = (pages.imposition.paper(), pages.design.bleed);
    if !pages.imposition.is_single() || bleed == 0.0 {
        return String::new();
    }
    let [near, right, top] =
        [bleed, paper.width - bleed, paper.height - bleed].map(|mm| mm * POINTS);
    format!("/TrimBox[{near:.3} {near:.3} {right:.3} {top:.3}]")
}

fn stream(members: &str, data: &[u8]) -> Vec<u8> {
    let mut out = format!("<<{members}/Length {}>>stream\n", data.len()).into_bytes();
    out.extend_from_slice(data);
    out.extend_from_slice(b"\nendstream");
    out
}

/// The lettering as a font: the codes of a text are its ASCII characters.
fn font() -> String {
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
fn glyph(shape: &[Move]) -> String {
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

/// Hairlines in the margin where the knife goes.
fn crop_marks(imposition: &Imposition) -> Vec<u8> {
    let mut out = Vec::new();
    let (columns, rows) = imposition.cuts();
    let paper = imposition.paper();
    let ends = |cuts: &[Mm], side: Mm| {
        let (first, last) = (cuts.first().copied()?, cuts.last().copied()?);
        let (distance, length) = CROP;
        let before = (first - distance).max(0.0);
        let after = (last + distance).min(side);
        Some([
            ((before - length).max(0.0), before),
            (after, (after + length).min(side)),
        ])
    };
    let mut line = |from: (Mm, Mm), to: (Mm, Mm)| {
        for (point, end) in [(from, b" m "), (to, b" l ")] {
            push(&mut out, point.0 * POINTS);
            out.push(b' ');
            push(&mut out, (paper.height - point.1) * POINTS);
            out.extend_from_slice(end);
        }
    };
    for (begin, end) in ends(&rows, paper.height).into_iter().flatten() {
        for x in &columns {
            line((*x, begin), (*x, end));
        }
    }
    for (begin, end) in ends(&columns, paper.width).into_iter().flatten() {
        for y in &rows {
            line((begin, *y), (end, *y));
        }
    }
    let mut marks = b".25 w ".to_vec();
    marks.append(&mut out);
    marks.push(b'S');
    marks
}

#[cfg(test)]
mod tests {
    use super::super::dpi::Dpi;
    use super::super::imposition::Order;
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
            append_modules(&mut out, &label);
            assert!(!out.windows(2).any(|two| two == b"EI"));
            as_digits += usize::from(out.starts_with(b"/F"));
        }
        assert!(as_digits > 0);
    }
}
