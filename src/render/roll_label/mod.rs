//! The labels that open and close a roll (领头标、尾标): which roll it is, and what is on it.
//!
//! They are as large as a label and never look like one: a hatched border, words that say so, and a symbol that holds no
//! code but the first and the last serial, as `4BD9-QV4N-Q0NZ-57DB..GK1M-BEJW-CY7H-0203`. That is a line of a selection
//! (`domain::selection`), so that a hand scanner can type it wherever the ledger asks which marks are meant.

mod layout;

use std::fmt::Write as _;
use std::sync::Arc;

use self::layout::{Layout, Piece};
use super::art::Art;
use super::design::Design;
use super::imposition::Mm;
use super::pdf::FIRST_OF_ART;
use super::symbol::{QUIET_ZONE, Symbol, SymbolError};
use super::template::{Faults, Fonts, drawing};

/// Modules of the symbol: 40 characters make version 3.
const MODULES: u32 = 29;

/// What differs from one end of a roll to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RollLabel {
    is_head: bool,
    symbol: Symbol,
    number: String,
    first: String,
    last: String,
    count: String,
}

/// What a line of lettering says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RollText {
    /// The number of the roll.
    Number,
    /// These characters of the first serial.
    First(usize, usize),
    /// These characters of the last serial.
    Last(usize, usize),
    /// How many labels.
    Count,
}

impl RollLabel {
    /// Opens (`is_head`) or closes the roll of this number, which holds `count` labels from one serial to another.
    ///
    /// # Errors
    /// If the serials have characters that a symbol's alphanumeric segment cannot hold.
    pub fn new(
        is_head: bool,
        number: u32,
        (first, last): (&str, &str),
        count: u32,
    ) -> Result<Self, SymbolError> {
        Ok(Self {
            is_head,
            symbol: Symbol::of_text(&format!("{first}..{last}"))?,
            number: number.to_string(),
            first: first.to_owned(),
            last: last.to_owned(),
            count: count.to_string(),
        })
    }

    pub(super) const fn is_head(&self) -> bool {
        self.is_head
    }

    /// The symbol.
    pub const fn symbol(&self) -> &Symbol {
        &self.symbol
    }

    pub(super) fn text(&self, text: RollText) -> &str {
        match text {
            RollText::Number => &self.number,
            RollText::First(from, to) => self.first.get(from..to).unwrap_or_default(),
            RollText::Last(from, to) => self.last.get(from..to).unwrap_or_default(),
            RollText::Count => &self.count,
        }
    }
}

/// What is the same on all ends of rolls of a pack.
#[derive(Debug, Clone, Copy)]
pub struct RollFacts {
    /// The order.
    pub order: u32,
    /// The batch.
    pub batch: u32,
    /// How many rolls there are.
    pub rolls: u32,
    /// Labels on a full roll.
    pub labels: u32,
}

/// Where everything of them lies, and their drawings.
#[derive(Debug, Clone)]
pub struct RollDesign {
    pub(super) head: Arc<Art>,
    pub(super) tail: Arc<Art>,
    /// The corner of the symbol's first module, and the side of a module, in dots.
    pub(super) symbol: (u32, u32),
    pub(super) module: u32,
    pub(super) lines: Vec<RollLine>,
}

/// A line of lettering, in dots.
#[derive(Debug, Clone)]
pub(super) struct RollLine {
    pub(super) text: RollText,
    pub(super) left: u32,
    pub(super) top: u32,
    pub(super) cap_height: u32,
}

impl RollDesign {
    /// For rolls of labels of this design.
    ///
    /// # Errors
    /// If no font has the Chinese words.
    pub fn new(design: &Design, facts: RollFacts, fonts: &Fonts) -> Result<Self, Faults> {
        let dot = design.dot();
        let layout = Layout::best(design, facts);
        let lines = layout.pieces.iter().filter_map(|piece| match *piece {
            Piece::Value { text, at, cap } => Some(RollLine {
                text,
                left: dots(at.0, dot),
                top: dots(at.1, dot),
                cap_height: dots(cap, dot),
            }),
            Piece::Title { .. } | Piece::Words { .. } => None,
        });
        let lines = lines.collect();
        let first = match &design.art {
            None => FIRST_OF_ART,
            Some(art) => art.pdf.next(),
        };
        let head = art(design, &layout, "领头标", first, fonts)?;
        let tail = art(design, &layout, "尾标", head.pdf.next(), fonts)?;
        let quiet = QUIET_ZONE * layout.module;
        Ok(Self {
            head: Arc::new(head),
            tail: Arc::new(tail),
            symbol: (
                dots(layout.symbol.0, dot) + quiet,
                dots(layout.symbol.1, dot) + quiet,
            ),
            module: layout.module,
            lines,
        })
    }
}

/// The nearest whole number of dots.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "some thousand dots"
)]
fn dots(length: Mm, dot: Mm) -> u32 {
    (length / dot).round().max(0.0) as u32
}

fn art(
    design: &Design,
    layout: &Layout,
    title: &str,
    first: usize,
    fonts: &Fonts,
) -> Result<Art, Faults> {
    let tree = drawing(&svg(design, layout, title), fonts)?;
    #[expect(clippy::cast_possible_truncation, reason = "some hundred dots")]
    let bleed = (design.bleed / design.dot()) as f32;
    let size = (design.width, design.height);
    Ok(Art::new(&tree, size, bleed, first)?)
}

/// The drawing: a border hatched at 45°, and the words, in millimetres from the corner of the cut label.
fn svg(design: &Design, layout: &Layout, title: &str) -> String {
    let size = design.size();
    let (width, height, bleed) = (size.width, size.height, design.bleed);
    let (across, down) = (width + 2.0 * bleed, height + 2.0 * bleed);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{across}mm\" height=\"{down}mm\" \
         viewBox=\"-{bleed} -{bleed} {across} {down}\" \
         font-family=\"Noto Sans CJK SC, Source Han Sans SC, Microsoft YaHei, sans-serif\">\
         <path fill=\"#fff\" d=\"M-{bleed}-{bleed}h{across}v{down}h-{across}z\"/>\
         <path fill=\"none\" stroke=\"#000\" stroke-width=\"{:.3}\" d=\"",
        layout.border * 0.5
    );
    // Stripes as wide as the white between them. Writing to a string cannot fail.
    let step = layout.border * std::f64::consts::SQRT_2;
    let mut x = -bleed - down;
    while x < width + bleed {
        _ = write!(
            out,
            "M{x:.3} {:.3}L{:.3} {:.3}",
            height + bleed,
            x + down,
            -bleed
        );
        x += step;
    }
    let border = layout.border;
    _ = write!(
        out,
        "\"/><rect fill=\"#fff\" stroke=\"#000\" stroke-width=\"{:.3}\" x=\"{border}\" y=\"{border}\" \
         width=\"{:.3}\" height=\"{:.3}\"/>",
        border * 0.15,
        width - 2.0 * border,
        height - 2.0 * border
    );
    let mut word = |(x, y): (Mm, Mm), size: Mm, weight: u32, text: &str| {
        _ = write!(
            out,
            "<text x=\"{x:.3}\" y=\"{y:.3}\" font-size=\"{size:.3}\" font-weight=\"{weight}\">{text}</text>"
        );
    };
    for piece in &layout.pieces {
        match piece {
            Piece::Title { at, size } => word(*at, *size, 700, title),
            Piece::Words { text, at, size } => word(*at, *size, 400, text),
            Piece::Value { .. } => {}
        }
    }
    out.push_str("</svg>");
    out
}

#[cfg(test)]
mod tests {
    use usvg::fontdb::Database;

    use super::*;
    use crate::render::dpi::Dpi;
    use crate::render::imposition::Size;
    use crate::render::label::SERIAL;
    use crate::render::lettering::ADVANCE;
    use crate::render::tests::plain;

    const FACTS: RollFacts = RollFacts {
        order: 12_345,
        batch: 12_345,
        rolls: 10_000,
        labels: 10_000,
    };

    fn design(dpi: Dpi, width: Mm, height: Mm) -> Design {
        let mut design = plain(dpi);
        let dot = design.dot();
        (design.width, design.height) = (dots(width, dot), dots(height, dot));
        design.cut = Size { width, height };
        design
    }

    #[test]
    fn everything_lies_within_the_border() {
        for dpi in Dpi::ALL {
            // The smallest have room for the symbol of a mark and its serial, and for nothing else.
            let smallest = plain(dpi).size();
            for (width, height) in [
                (smallest.width, smallest.height),
                (20.0, 20.0),
                (30.0, 40.0),
                (40.0, 60.0),
                (80.0, 20.0),
                (20.0, 90.0),
                (300.0, 300.0),
            ] {
                // A mark's symbol and serial would not go on it.
                if width.max(height) < smallest.width + 2.0 {
                    continue;
                }
                let design = design(dpi, width, height);
                let layout = Layout::best(&design, FACTS);
                let (border, dot) = (layout.border, design.dot());
                let size = design.size();
                let what = format!("{dpi} {width} {height}");
                let is_within = |left: Mm, top: Mm, right: Mm, bottom: Mm| {
                    let (least, most) = (border - 1e-6, |side: Mm| side - border + 1e-6);
                    assert!(left >= least && top >= least, "{what}");
                    assert!(right <= most(size.width), "{what} {right}");
                    assert!(bottom <= most(size.height), "{what} {bottom}");
                };
                let (left, top) = layout.symbol;
                let side = f64::from((MODULES + 2 * QUIET_ZONE) * layout.module) * dot;
                is_within(left, top, left + side, top + side);
                assert!(layout.module >= dpi.dots_per_module());
                let mut seen = Vec::new();
                for piece in &layout.pieces {
                    if let Piece::Value { text, at, cap } = piece {
                        assert!(*cap > 0.65, "{what}: letters of {cap} mm");
                        let characters: i32 = match text {
                            RollText::Number | RollText::Count => 5,
                            RollText::First(from, to) | RollText::Last(from, to) => {
                                assert!(*to <= SERIAL);
                                i32::try_from(to - from).unwrap()
                            }
                        };
                        let wide = f64::from(characters) * ADVANCE * cap;
                        is_within(at.0, at.1, at.0 + wide, at.1 + cap);
                        // Not over the symbol.
                        let is_beside = at.0 + wide <= left || at.0 >= left + side - 0.6;
                        let is_above = at.1 + cap <= top || at.1 >= top + side - 0.6;
                        assert!(is_beside || is_above, "{what} {text:?}");
                        seen.push(*text);
                    }
                }
                assert!(seen.contains(&RollText::Number) && seen.contains(&RollText::Count));
            }
        }
    }

    #[test]
    fn the_same_ends_are_the_same_bytes() {
        let mut database = Database::new();
        database.load_system_fonts();
        let fonts = Fonts::new(database);
        let design = plain(Dpi::D300);
        let objects = || {
            let made = RollDesign::new(&design, FACTS, &fonts).unwrap();
            let both = [&made.head, &made.tail];
            both.map(|art| art.pdf.objects.clone())
        };
        let first = objects();
        let numbers = first.iter().flatten().map(|(number, _)| *number);
        assert!(numbers.eq(FIRST_OF_ART..FIRST_OF_ART + first[0].len() + first[1].len()));
        for _ in 0..5 {
            assert!(objects() == first);
        }
    }

    #[test]
    fn without_a_font_nothing_is_drawn() {
        let fonts = Fonts::new(Database::new());
        let faults = RollDesign::new(&plain(Dpi::D300), FACTS, &fonts).unwrap_err();
        assert!(faults.to_string().contains("fonts-noto-cjk"), "{faults}");
    }
}
