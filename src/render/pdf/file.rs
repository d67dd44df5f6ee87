//! The file around the pages: its objects, and the table that says where each begins.

use std::fmt::Write as _;
use std::io::Write as _;

use super::font::{font, glyph};
use super::{CATALOG, CROP_MARKS, FIRST_GLYPH, FIRST_OF_ART, FONT, PAGES, POINTS, PdfPages, push};
use crate::render::art::Art;
use crate::render::glyphs::SHAPES;
use crate::render::imposition::{Imposition, Size};

/// A PDF file that grows page by page. Every call hands over the bytes that come next.
#[derive(Debug)]
pub struct PdfFile {
    page: Size,
    /// What a page says of its cut.
    trim: String,
    /// The names of the forms that draw the art.
    forms: String,
    first_page: usize,
    /// Where each object begins, by its number; 0 for those that are written last.
    offsets: Vec<u64>,
    written: u64,
}

impl PdfFile {
    /// Begins a file, and hands its first bytes over.
    pub fn begin(pages: &PdfPages) -> (Self, Vec<u8>) {
        let mut file = Self {
            page: pages.imposition.page(),
            trim: trim(pages),
            forms: String::new(),
            first_page: FIRST_OF_ART,
            offsets: vec![0; FIRST_OF_ART],
            written: 0,
        };
        // Four bytes above 127 tell programs that move files that this is not text (ISO 32000-1, 7.5.2).
        let mut out = b"%PDF-1.4\n%\xE2\xE3\xCF\xD3\n".to_vec();
        for (shape, number) in SHAPES.iter().zip(FIRST_GLYPH..) {
            file.object(&mut out, number, &stream("", glyph(shape).as_bytes()));
        }
        for (name, art) in arts(pages) {
            _ = write!(file.forms, "/{name} {} 0 R", art.pdf.form); // writing to a string cannot fail
            for (number, object) in &art.pdf.objects {
                file.first_page = file.first_page.max(number + 1);
                file.offsets.resize(file.first_page, 0);
                file.offsets[*number] = out.len() as u64;
                out.extend_from_slice(object);
                out.push(b'\n');
            }
        }
        file.object(&mut out, FONT, font().as_bytes());
        let marks = crop_marks(&pages.imposition);
        let form = format!(
            "/Type/XObject/Subtype/Form/BBox[0 0 {:.3} {:.3}]",
            file.page.width * POINTS,
            file.page.height * POINTS
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
        let (width, height) = (self.page.width * POINTS, self.page.height * POINTS);
        let pages = format!(
            "<</Type/Pages/Count {count}/MediaBox[0 0 {width:.3} {height:.3}]\
             /Resources<</Font<</F {FONT} 0 R>>/XObject<</M {CROP_MARKS} 0 R{}>>>>/Kids[{kids}]>>",
            self.forms
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

/// Every art of a file with the name of its form.
fn arts(pages: &PdfPages) -> impl Iterator<Item = (&'static str, &Art)> {
    let labels = pages.design.art.as_deref().map(|art| ("A", art));
    let rolls = pages.rolls.iter();
    let rolls = rolls.flat_map(|rolls| [("H", &*rolls.head), ("T", &*rolls.tail)]);
    labels.into_iter().chain(rolls)
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

/// Hairlines in the margin where the knife goes.
fn crop_marks(imposition: &Imposition) -> Vec<u8> {
    let mut out = b".25 w ".to_vec();
    for line in imposition.crop_marks() {
        for ((x, y), end) in line.into_iter().zip([b" m ", b" l "]) {
            push(&mut out, x * POINTS);
            out.push(b' ');
            push(&mut out, (imposition.paper().height - y) * POINTS);
            out.extend_from_slice(end);
        }
    }
    out.push(b'S');
    out
}
