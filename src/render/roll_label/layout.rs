//! What is where on the end of a roll: of several arrangements the one with the largest letters.

use super::{MODULES, RollFacts, RollText};
use crate::render::design::Design;
use crate::render::imposition::Mm;
use crate::render::label::{HALF, SERIAL};
use crate::render::lettering::ADVANCE;
use crate::render::symbol::QUIET_ZONE;

// In cap heights of the lettering.
/// The size of the words, so that they are as high as the lettering.
const WORDS: f64 = 1.35;
/// From one line to the next.
const PITCH: f64 = 1.9;
/// Between words and lettering of a line.
const SPACE: f64 = 0.5;
/// The size of the title, the height of its line, and the cap height of the number within.
const TITLE: f64 = 2.3;
const TITLE_LINE: f64 = 3.1;
const TITLE_NUMBER: f64 = 1.7;

// In sizes of the words.
/// From the baseline to the middle of a Chinese character.
const MIDDLE: f64 = 0.38;
/// The width of a digit or space.
const NARROW: f64 = 0.6;

/// The largest cap height.
const MOST_CAP: Mm = 2.2;
/// The largest module.
const MOST_MODULE: Mm = 0.6;
/// Between the border and what stands within.
const PADDING: Mm = 0.5;
/// How wide the border is: a share of the label's shorter side, within limits.
const BORDER: (f64, Mm, Mm) = (0.05, 0.9, 2.5);
/// Letters in the corner arrangement, which is the busiest, must be larger by this to be preferred.
const PREFERRED: f64 = 0.8;
/// Characters of the longer title.
const TITLE_CHARACTERS: f64 = 3.0;

/// What is where, in millimetres from the corner of the cut label.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) border: Mm,
    /// The corner of the quiet zone.
    pub(super) symbol: (Mm, Mm),
    /// In dots.
    pub(super) module: u32,
    pub(super) pieces: Vec<Piece>,
}

/// A piece of a line.
#[derive(Debug, Clone)]
pub(super) enum Piece {
    /// The title, from the left end of its baseline.
    Title { at: (Mm, Mm), size: Mm },
    /// Words that stand on all, from the left end of their baseline.
    Words {
        text: String,
        at: (Mm, Mm),
        size: Mm,
    },
    /// What differs, from its left upper corner.
    Value {
        text: RollText,
        at: (Mm, Mm),
        cap: Mm,
    },
}

/// A piece before it has its place.
#[derive(Clone)]
enum Item {
    Words(String),
    Value(RollText, usize),
}

type Row = Vec<Item>;

/// Where the symbol is among the lines.
#[derive(Clone, Copy, PartialEq)]
enum Arrangement {
    /// Below the title and above the other lines.
    Between,
    /// To the left of all.
    Left,
    /// In the upper left corner, title and numbers beside it, the other lines below.
    Corner,
}

/// A candidate: what goes where, and how large its letters can be.
struct Candidate {
    arrangement: Arrangement,
    rows: Vec<Row>,
    module: u32,
    side: Mm,
    cap: Mm,
}

/// A rectangle.
#[derive(Clone, Copy)]
struct Room {
    left: Mm,
    top: Mm,
    width: Mm,
    height: Mm,
}

impl Layout {
    pub(super) fn best(design: &Design, facts: RollFacts) -> Self {
        let (size, dot) = (design.size(), design.dot());
        let (share, least, most) = BORDER;
        let border = (share * size.width.min(size.height)).clamp(least, most);
        let edge = border + PADDING;
        let room = Room {
            left: edge,
            top: edge,
            width: size.width - 2.0 * edge,
            height: size.height - 2.0 * edge,
        };
        let smallest = design.dpi().dots_per_module();
        let mut best: Option<Candidate> = None;
        for module in smallest.. {
            let side = f64::from((MODULES + 2 * QUIET_ZONE) * module) * dot;
            if module > smallest && f64::from(module) * dot > MOST_MODULE {
                break;
            }
            for candidate in candidates(facts, room, module, side) {
                let is_better = |best: &Candidate| candidate.score() >= best.score();
                if best.as_ref().is_none_or(is_better) {
                    best = Some(candidate);
                }
            }
        }
        let best = best.expect("at least the smallest module was tried");
        let (symbol, pieces) = best.placed(room, facts);
        Self {
            border,
            symbol,
            module: best.module,
            pieces,
        }
    }
}

fn candidates(
    facts: RollFacts,
    room: Room,
    module: u32,
    side: Mm,
) -> impl Iterator<Item = Candidate> {
    use Arrangement::{Between, Corner, Left};
    // Short lines, or serials in two lines each, or neither.
    let kinds = [(true, false), (false, true), (false, false)];
    let all = kinds.map(|kind| (Left, kind)).into_iter();
    let all = all.chain(kinds.map(|kind| (Between, kind)));
    let all = all.chain([(Corner, (false, false))]);
    all.map(move |(arrangement, (is_short, is_split))| {
        let rows = match arrangement {
            Corner => corner_rows(facts),
            Left | Between => rows(facts, is_short, is_split),
        };
        let cap = cap(arrangement, &rows, facts, room, side);
        Candidate {
            arrangement,
            rows,
            module,
            side,
            cap,
        }
    })
}

fn digits(number: u32) -> usize {
    number.to_string().len()
}

fn words(text: impl Into<String>) -> Item {
    Item::Words(text.into())
}

fn count(facts: RollFacts) -> Item {
    Item::Value(RollText::Count, digits(facts.labels))
}

const QUANTITY: &str = "枚数";
const NUMBER: &str = "卷号";
const NO_MARK: &str = "非标志 勿贴";

/// The lines of first and last serial.
fn serial_rows(is_split: bool) -> Vec<Row> {
    let mut rows = Vec::new();
    for (word, text) in [
        ("首", RollText::First as fn(usize, usize) -> RollText),
        ("尾", RollText::Last),
    ] {
        if is_split {
            rows.push(vec![words(word), Item::Value(text(0, HALF), HALF)]);
            let rest = Item::Value(text(HALF + 1, SERIAL), HALF);
            rows.push(vec![words("\u{3000}"), rest]);
        } else {
            rows.push(vec![words(word), Item::Value(text(0, SERIAL), SERIAL)]);
        }
    }
    rows
}

/// The lines below the title.
fn rows(facts: RollFacts, is_short: bool, is_split: bool) -> Vec<Row> {
    let mut rows = serial_rows(is_split);
    let (order, batch, rolls) = (facts.order, facts.batch, facts.rolls);
    let of = format!("订单{order} 批{batch}");
    if is_short {
        rows.push(vec![words(QUANTITY), count(facts), words(of)]);
        rows.push(vec![words(format!("共{rolls}卷 {NO_MARK}"))]);
    } else {
        rows.push(vec![words(QUANTITY), count(facts)]);
        rows.push(vec![words(format!("{of} 共{rolls}卷"))]);
        rows.push(vec![words(NO_MARK)]);
    }
    rows
}

/// The lines below a symbol in the corner.
fn corner_rows(facts: RollFacts) -> Vec<Row> {
    let mut rows = serial_rows(false);
    let (order, batch) = (facts.order, facts.batch);
    rows.push(vec![words(format!("订单{order} 批{batch} {NO_MARK}"))]);
    rows
}

/// The lines below the title beside a symbol in the corner.
fn column(facts: RollFacts) -> Vec<Row> {
    let number = Item::Value(RollText::Number, digits(facts.rolls));
    let all = words(format!("共{}卷", facts.rolls));
    let column = [words(NUMBER), number, words(QUANTITY), count(facts), all];
    column.map(|item| vec![item]).into()
}

/// The width of an item in cap heights.
fn width_of(item: &Item) -> f64 {
    match item {
        Item::Words(text) => {
            let width = |c: char| if c.is_ascii() { NARROW } else { 1.0 };
            WORDS * text.chars().map(width).sum::<f64>()
        }
        #[expect(clippy::cast_precision_loss, reason = "a few characters")]
        Item::Value(_, characters) => ADVANCE * *characters as f64,
    }
}

fn width_of_row(row: &Row) -> f64 {
    let gaps = row.iter().skip(1).map(|_| SPACE).sum::<f64>();
    row.iter().map(width_of).sum::<f64>() + gaps
}

fn widest(rows: &[Row]) -> f64 {
    rows.iter().map(width_of_row).fold(0.0, f64::max)
}

/// The words and the number beside the title.
fn beside_title(facts: RollFacts) -> (Item, Item) {
    (
        words(NUMBER),
        Item::Value(RollText::Number, digits(facts.rolls)),
    )
}

/// The width of the line of the title in cap heights.
fn width_of_title(facts: RollFacts) -> f64 {
    let (words, number) = beside_title(facts);
    TITLE_CHARACTERS * TITLE
        + 2.0 * SPACE
        + width_of(&words)
        + SPACE
        + TITLE_NUMBER * width_of(&number)
}

/// The largest cap height with which all goes into the room.
fn cap(arrangement: Arrangement, rows: &[Row], facts: RollFacts, room: Room, side: Mm) -> Mm {
    let lines = height_of(rows) - TITLE_LINE;
    let (width, title) = (widest(rows), width_of_title(facts));
    let limits = match arrangement {
        Arrangement::Between => [
            (room.height - side) / (TITLE_LINE + lines),
            room.width / width.max(title),
            if side <= room.width { MOST_CAP } else { 0.0 },
        ],
        Arrangement::Left => [
            room.height / (TITLE_LINE + lines),
            (room.width - side) / width.max(title),
            if side <= room.height { MOST_CAP } else { 0.0 },
        ],
        Arrangement::Corner => {
            // The quiet zone is white and may lie in the padding.
            let side = side - PADDING;
            let column = column(facts);
            let beside = widest(&column).max(TITLE_CHARACTERS * WORDS);
            [
                (room.height - side) / lines,
                room.width / width,
                ((room.width - side) / beside).min(side / height_of(&column)),
            ]
        }
    };
    limits.into_iter().fold(MOST_CAP, f64::min)
}

/// The height of a title with lines below it, in cap heights.
fn height_of(rows: &[Row]) -> f64 {
    rows.iter().fold(TITLE_LINE, |height, _| height + PITCH)
}

impl Candidate {
    fn score(&self) -> f64 {
        match self.arrangement {
            Arrangement::Corner => PREFERRED * self.cap,
            Arrangement::Left | Arrangement::Between => self.cap,
        }
    }

    /// Everything in its place.
    fn placed(&self, room: Room, facts: RollFacts) -> ((Mm, Mm), Vec<Piece>) {
        let (cap, side) = (self.cap, self.side);
        let lines = (height_of(&self.rows) - TITLE_LINE) * cap;
        let title = TITLE_LINE * cap;
        let mut pieces = Vec::new();
        let symbol = match self.arrangement {
            Arrangement::Between => {
                let slack = (room.height - title - side - lines) / 4.0;
                let at = (
                    room.left + (room.width - side) / 2.0,
                    room.top + title + 2.0 * slack,
                );
                self.push_title(
                    &mut pieces,
                    Room {
                        top: room.top + slack,
                        ..room
                    },
                    facts,
                );
                let top = at.1 + side + slack;
                self.push_rows(&mut pieces, &self.rows, Room { top, ..room });
                at
            }
            Arrangement::Left => {
                let slack = (room.height - title - lines) / 2.0;
                let text = Room {
                    left: room.left + side,
                    width: room.width - side,
                    top: room.top + slack,
                    ..room
                };
                self.push_title(&mut pieces, text, facts);
                let top = text.top + title;
                self.push_rows(&mut pieces, &self.rows, Room { top, ..text });
                (room.left, room.top + (room.height - side) / 2.0)
            }
            Arrangement::Corner => {
                let side = side - PADDING;
                let rows = column(facts);
                let high = height_of(&rows) * cap;
                let beside = Room {
                    left: room.left + side,
                    width: room.width - side,
                    top: room.top + (side - high) / 2.0,
                    ..room
                };
                let size = (TITLE * cap).min(beside.width / TITLE_CHARACTERS);
                let left = beside.left + (beside.width - TITLE_CHARACTERS * size) / 2.0;
                pieces.push(Piece::Title {
                    at: (left, beside.top + TITLE_LINE * cap / 2.0 + MIDDLE * size),
                    size,
                });
                let top = beside.top + TITLE_LINE * cap;
                self.push_rows(&mut pieces, &rows, Room { top, ..beside });
                let slack = (room.height - side - lines) / 2.0;
                let top = room.top + side + slack;
                self.push_rows(&mut pieces, &self.rows, Room { top, ..room });
                (room.left - PADDING, room.top - PADDING)
            }
        };
        (symbol, pieces)
    }

    fn push_title(&self, pieces: &mut Vec<Piece>, room: Room, facts: RollFacts) {
        let cap = self.cap;
        let middle = room.top + TITLE_LINE * cap / 2.0;
        let left = room.left + (room.width - width_of_title(facts) * cap) / 2.0;
        let size = TITLE * cap;
        pieces.push(Piece::Title {
            at: (left, middle + MIDDLE * size),
            size,
        });
        let (words, number) = beside_title(facts);
        let left = left + TITLE_CHARACTERS * size + 2.0 * SPACE * cap;
        pieces.push(piece(&words, left, middle, cap));
        let left = left + (width_of(&words) + SPACE) * cap;
        pieces.push(piece(&number, left, middle, TITLE_NUMBER * cap));
    }

    /// The other lines, one block in the middle of the room's width.
    fn push_rows(&self, pieces: &mut Vec<Piece>, rows: &[Row], room: Room) {
        let cap = self.cap;
        let begin = room.left + (room.width - widest(rows) * cap) / 2.0;
        let mut middle = room.top + PITCH * cap / 2.0;
        for row in rows {
            let mut left = begin;
            for item in row {
                pieces.push(piece(item, left, middle, cap));
                left += (width_of(item) + SPACE) * cap;
            }
            middle += PITCH * cap;
        }
    }
}

/// An item at this left edge, its middle so far down.
fn piece(item: &Item, left: Mm, middle: Mm, cap: Mm) -> Piece {
    match item {
        Item::Words(text) => Piece::Words {
            text: text.clone(),
            at: (left, middle + MIDDLE * WORDS * cap),
            size: WORDS * cap,
        },
        Item::Value(text, _) => Piece::Value {
            text: *text,
            at: (left, middle - cap / 2.0),
            cap,
        },
    }
}
