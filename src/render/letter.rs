//! Text as pages of A4, for people to read and to file: a title, headings, paragraphs, page numbers.
//!
//! Each page is a drawing with texts, in whose PDF form the characters stand as characters with their fonts, so that they
//! can be searched and copied.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::pdf_objects::PdfObjects;
use super::template::{Faults, Fonts, characters_without_font, drawing};

/// Points: A4, and what is left free at its edges.
const WIDTH: f64 = 595.0;
const HEIGHT: f64 = 842.0;
const MARGIN: f64 = 57.0;
/// Fonts with the characters of our own words.
const FAMILIES: &str = "Noto Sans CJK SC, Source Han Sans SC, Microsoft YaHei, sans-serif";
/// From one line to the next, as a multiple of the letters' size.
const LEADING: f64 = 1.55;

/// A piece of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// What it is, once.
    Title(String),
    /// Over what follows.
    Heading(String),
    /// A paragraph.
    Text(String),
    /// Small print.
    Small(String),
}

impl Piece {
    /// Size, weight, and what is left free above, in points.
    const fn look(&self) -> (f64, u32, f64) {
        match self {
            Self::Title(_) => (18.0, 700, 0.0),
            Self::Heading(_) => (12.0, 700, 12.0),
            Self::Text(_) => (10.0, 400, 3.0),
            Self::Small(_) => (8.0, 400, 2.0),
        }
    }

    /// The same with another text.
    fn map(&self, change: impl Fn(&str) -> String) -> Self {
        let text = change(self.text());
        match self {
            Self::Title(_) => Self::Title(text),
            Self::Heading(_) => Self::Heading(text),
            Self::Text(_) => Self::Text(text),
            Self::Small(_) => Self::Small(text),
        }
    }

    fn text(&self) -> &str {
        let (Self::Title(text) | Self::Heading(text) | Self::Text(text) | Self::Small(text)) = self;
        text
    }
}

/// A line on a page.
struct Line {
    top: f64,
    size: f64,
    weight: u32,
    text: String,
}

/// The pages as a PDF file; always the same for the same text and fonts. `foot` stands at the foot of each, before its number.
/// Of a character that no font has its number stands there, such as `[U+1F99E]`: what somebody else wrote stops no letter.
///
/// # Errors
/// If there is no Chinese font.
pub fn pdf(pieces: &[Piece], foot: &str, fonts: &Fonts) -> Result<Vec<u8>, Faults> {
    let pages = pages(&drawable(pieces, fonts)?);
    let count = pages.len();
    let mut file = File::default();
    for (place, lines) in pages.iter().enumerate() {
        let foot = format!("{foot}　{} / {count}", place + 1);
        let tree = drawing(&svg(lines, &foot), fonts)?;
        // After the page itself and its content.
        let page = file.next();
        let objects = PdfObjects::new(&tree, page + 2).map_err(Faults::from)?;
        file.page(page, &objects);
    }
    Ok(file.end())
}

/// The same with numbers in place of characters that cannot be drawn.
fn drawable(pieces: &[Piece], fonts: &Fonts) -> Result<Vec<Piece>, Faults> {
    let all = pieces.iter().flat_map(|piece| piece.text().chars());
    // What our own words are made of must be there; what is only asked of a neighbour is nothing by itself.
    let others = all.filter(|letter| !letter.is_ascii() && !is_joiner(*letter));
    let others = others.filter(|letter| !is_common(*letter) && !is_no_character(*letter));
    let others: BTreeSet<char> = others.collect();
    let lacking = match others.is_empty() {
        true => BTreeSet::new(),
        false => characters_without_font(&others, FAMILIES, fonts)?,
    };
    let drawn = |text: &str| {
        let mut drawn = String::with_capacity(text.len());
        for letter in text.chars().filter(|letter| !is_joiner(*letter)) {
            match is_no_character(letter) || lacking.contains(&letter) {
                // Writing to a string cannot fail.
                true => _ = write!(drawn, "[U+{:04X}]", u32::from(letter)),
                false => drawn.push(letter),
            }
        }
        drawn
    };
    Ok(pieces.iter().map(|piece| piece.map(drawn)).collect())
}

/// Whether a character only changes how its neighbours look: joiners and selectors of variants.
const fn is_joiner(letter: char) -> bool {
    matches!(letter, '\u{200b}'..='\u{200d}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{e0100}'..='\u{e01ef}')
}

/// Whether this is no character of XML (1.0, production 2), in which our pages are drawn; controls are blanks.
const fn is_no_character(letter: char) -> bool {
    matches!(letter, '\u{fffe}' | '\u{ffff}')
}

/// Whether a character is one of those that every Chinese font has: punctuation, and the ideographs of the first block.
const fn is_common(letter: char) -> bool {
    matches!(letter, '\u{3000}'..='\u{303f}' | '\u{4e00}'..='\u{9fa5}')
}

/// Breaks the text into lines and pages.
fn pages(pieces: &[Piece]) -> Vec<Vec<Line>> {
    let bottom = HEIGHT - MARGIN - 20.0;
    let mut pages = vec![Vec::new()];
    let mut top = MARGIN;
    for piece in pieces {
        let (size, weight, above) = piece.look();
        // No heading stands alone at the foot of a page.
        let needs = match piece {
            Piece::Heading(_) => 3.0,
            _ => 1.0,
        };
        top += above;
        for text in piece.text().lines().flat_map(|line| broken(line, size)) {
            if top + needs * size * LEADING > bottom {
                pages.push(Vec::new());
                top = MARGIN;
            }
            top += size * LEADING;
            if let Some(page) = pages.last_mut() {
                page.push(Line {
                    top,
                    size,
                    weight,
                    text,
                });
            }
        }
    }
    pages
}

/// How wide a character is at most, as a share of its size.
fn share(letter: char) -> f64 {
    match letter {
        'W' | 'M' | 'm' | 'w' | '@' | '%' => 1.0,
        letter if letter.is_ascii_uppercase() => 0.75,
        letter if letter.is_ascii() => 0.62,
        _ => 1.0,
    }
}

/// Lines that fit the page.
fn broken(text: &str, size: f64) -> Vec<String> {
    let room = (WIDTH - 2.0 * MARGIN) / size;
    let (mut lines, mut line, mut width) = (Vec::new(), String::new(), 0.0);
    for letter in text.chars().map(|c| if c.is_control() { ' ' } else { c }) {
        if width + share(letter) > room {
            // A word of Latin letters moves down as a whole, unless it fills the line.
            let word = line.rfind(' ').filter(|_| letter.is_ascii_alphanumeric());
            let rest = match word {
                Some(at) if line.len() - at < 24 && line[at..].is_ascii() => line.split_off(at + 1),
                _ => kept_together(&mut line, letter),
            };
            lines.push(std::mem::replace(&mut line, rest));
            width = line.chars().map(share).sum();
        }
        line.push(letter);
        width += share(letter);
    }
    lines.push(line);
    lines
}

/// Marks that begin no line, and marks that end none (W3C, Requirements for Chinese Text Layout, 3.1.5).
const NOT_FIRST: &str = "。，、；：？！）》”’…·%";
const NOT_LAST: &str = "（《“‘";

/// What goes down with the letter that begins the next line.
fn kept_together(line: &mut String, mut next: char) -> String {
    const MOST: usize = 4;
    let mut cut = line.len();
    for (at, last) in line.char_indices().rev().take(MOST) {
        if !NOT_FIRST.contains(next) && !NOT_LAST.contains(last) {
            break;
        }
        (cut, next) = (at, last);
    }
    line.split_off(cut)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

fn svg(lines: &[Line], foot: &str) -> String {
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{HEIGHT}\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" \
         font-family=\"{FAMILIES}\" fill=\"#000\">"
    );
    let foot = Line {
        top: HEIGHT - MARGIN + 16.0,
        size: 8.0,
        weight: 400,
        text: foot.to_owned(),
    };
    for line in lines
        .iter()
        .chain([&foot])
        .filter(|line| !line.text.trim().is_empty())
    {
        // Writing to a string cannot fail.
        _ = write!(
            out,
            "<text x=\"{MARGIN}\" y=\"{:.2}\" font-size=\"{}\" font-weight=\"{}\">{}</text>",
            line.top,
            line.size,
            line.weight,
            escaped(&line.text)
        );
    }
    out.push_str("</svg>");
    out
}

/// A PDF file (ISO 32000-1): catalog and pages are objects 1 and 2.
struct File {
    bytes: Vec<u8>,
    /// Where each object begins, by its number.
    offsets: Vec<usize>,
    pages: Vec<usize>,
}

impl Default for File {
    fn default() -> Self {
        // Four bytes above 127 tell programs that move files that this is not text (7.5.2).
        Self {
            bytes: b"%PDF-1.5\n%\xE2\xE3\xCF\xD3\n".to_vec(),
            offsets: vec![0; 3],
            pages: Vec::new(),
        }
    }
}

impl File {
    fn next(&self) -> usize {
        self.offsets.len()
    }

    fn object(&mut self, number: usize, body: &[u8]) {
        self.offsets.resize(self.offsets.len().max(number + 1), 0);
        self.offsets[number] = self.bytes.len();
        self.bytes.extend_from_slice(body);
        self.bytes.push(b'\n');
    }

    fn numbered(&mut self, number: usize, body: &str) {
        self.object(number, format!("{number} 0 obj\n{body}\nendobj").as_bytes());
    }

    /// A page that these objects draw.
    fn page(&mut self, number: usize, objects: &PdfObjects) {
        self.pages.push(number);
        let (content, form) = (number + 1, objects.form);
        self.numbered(
            number,
            &format!(
                "<</Type/Page/Parent 2 0 R/MediaBox[0 0 {WIDTH} {HEIGHT}]/Contents {content} 0 R\
                 /Resources<</XObject<</P {form} 0 R>>>>>>"
            ),
        );
        let draw = format!("{WIDTH} 0 0 {HEIGHT} 0 0 cm /P Do");
        self.numbered(
            content,
            &format!("<</Length {}>>stream\n{draw}\nendstream", draw.len()),
        );
        for (number, object) in &objects.objects {
            self.object(*number, object);
        }
    }

    fn end(mut self) -> Vec<u8> {
        let kids: String = self
            .pages
            .iter()
            .map(|page| format!("{page} 0 R "))
            .collect();
        let count = self.pages.len();
        self.numbered(2, &format!("<</Type/Pages/Count {count}/Kids[{kids}]>>"));
        self.numbered(1, "<</Type/Catalog/Pages 2 0 R/Lang(zh-CN)>>");
        let table = self.bytes.len();
        let objects = self.offsets.len();
        let mut end = format!("xref\n0 {objects}\n0000000000 65535 f \n");
        for offset in &self.offsets[1..] {
            _ = writeln!(end, "{offset:010} 00000 n ");
        }
        _ = write!(
            end,
            "trailer\n<</Size {objects}/Root 1 0 R>>\nstartxref\n{table}\n%%EOF\n"
        );
        self.bytes.extend_from_slice(end.as_bytes());
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_keep_every_letter_and_fit() {
        let text = "沅江芦笋 ".repeat(40)
            + &"0123456789abcdef".repeat(8)
            + " and words that go on to the end";
        for size in [8.0, 10.0, 18.0] {
            let lines = broken(&text, size);
            assert!(lines.len() > 2);
            assert_eq!(lines.concat(), text);
            for line in lines {
                let width: f64 = line.chars().map(share).sum();
                assert!(width * size <= WIDTH - 2.0 * MARGIN + 1e-6, "{line}");
            }
        }
        assert_eq!(broken("", 10.0), [""]);
        // No line begins with a stop, and none ends with an opening bracket, wherever it falls.
        for before in 0..60 {
            let text = format!("{}某市场（虚构）。“完”", "笋".repeat(before));
            let lines = broken(&text, 10.0);
            assert_eq!(lines.concat(), text);
            for line in &lines[1..] {
                assert!(
                    !line.starts_with(|first| NOT_FIRST.contains(first)),
                    "{line}"
                );
            }
            for line in &lines[..lines.len() - 1] {
                assert!(!line.ends_with(|last| NOT_LAST.contains(last)), "{line}");
            }
        }
    }

    #[test]
    fn a_heading_is_not_left_alone_at_the_foot() {
        let mut pieces = vec![Piece::Text("行".to_owned()); 38];
        pieces.push(Piece::Heading("题".to_owned()));
        pieces.push(Piece::Text("文".to_owned()));
        for more in 0..8 {
            let pages = pages(&pieces);
            let last_of_first = &pages[0].last().unwrap().text;
            assert_ne!(last_of_first, "题", "{more}");
            pieces.insert(0, Piece::Text("行".to_owned()));
        }
    }

    #[test]
    fn every_object_is_where_the_table_says() {
        let mut database = usvg::fontdb::Database::new();
        database.load_system_fonts();
        let fonts = Fonts::new(database);
        let pieces = [
            Piece::Title("案卷摘要 <&>".to_owned()),
            Piece::Text("甲".repeat(4000)),
        ];
        let file = pdf(&pieces, "案件 1", &fonts).unwrap();
        assert_eq!(file, pdf(&pieces, "案件 1", &fonts).unwrap());
        let find = |what: &[u8]| {
            file.windows(what.len())
                .rposition(|part| part == what)
                .unwrap()
        };
        let start = find(b"\nxref\n") + 1;
        let table = String::from_utf8(file[start..].to_vec()).unwrap();
        assert!(table.contains(&format!("startxref\n{start}\n%%EOF")));
        let offsets = table
            .lines()
            .skip(3)
            .take_while(|line| line.ends_with("n "));
        for (number, line) in offsets.enumerate() {
            let offset: usize = line[..10].parse().unwrap();
            let head = format!("{} 0 obj\n", number + 1);
            assert_eq!(&file[offset..offset + head.len()], head.as_bytes());
        }
    }
}
