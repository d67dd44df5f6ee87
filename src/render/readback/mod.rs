//! Reads a symbol back, as a scanner would, before anything of it leaves.
//!
//! This is a reader of its own, written from the standard (ISO/IEC 18004:2015) and not from the encoder: it has its own
//! geometry ([`plan`]), its own arithmetic ([`field`]) and its own decoder of the text ([`segments`]), and shares no table
//! with `symbol`, `template`, `mask` or crate `qrcode`. It is stricter than any scanner: where those make good up to 15 % of
//! damage, here every module must be what it has to be. A fault that the error correction would have hidden, and so
//! have used up, is found.

mod field;
mod plan;
mod segments;

use thiserror::Error;

use self::field::Syndromes;
use self::plan::Plan;
use super::bitmap::Bitmap;
use super::symbol::{QUIET_ZONE, Symbol};

/// What a symbol has that a reader would trip over, or would have to make good.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ReadbackError {
    /// The modules do not make a square of a version from 1 to 40.
    #[error("{0} modules are not a QR symbol")]
    Size(usize),
    /// A module of the finder, timing or alignment patterns, or of the version information, has the wrong colour.
    #[error(
        "the module in column {x}, row {y} belongs to a fixed pattern and has the wrong colour"
    )]
    Pattern {
        /// From the left, from 0.
        x: usize,
        /// From the top, from 0.
        y: usize,
    },
    /// A copy of the format information, 1 or 2, is not one of the 32 words there are.
    #[error("copy {0} of the format information is damaged")]
    Format(u8),
    /// The two copies of the format information name different masks.
    #[error("the two copies of the format information differ")]
    Formats,
    /// The error correction is another than level M.
    #[error("the symbol says that its error correction is not of level M")]
    Level,
    /// The bits that are left over behind the last codeword are not zero.
    #[error("the bits left over behind the last codeword are not zero")]
    Remainder,
    /// A block, from 1, whose codewords do not agree with one another.
    #[error("block {0} of the codewords would need its error correction")]
    Block(usize),
    /// A segment of a kind that labels do not have: its mode indicator.
    #[error("a segment has the mode {0:04b}, which labels do not have")]
    Mode(u8),
    /// A group of digits or letters whose number is too large for it.
    #[error("a group of characters has the number {0}, which stands for none")]
    Group(u32),
    /// The text is longer than its codewords.
    #[error("the text ends in the middle of a segment")]
    Short,
    /// What follows the text is not the padding that the standard wants.
    #[error("the codewords behind the text are not the padding they have to be")]
    Padding,
    /// It reads, but says something else.
    #[error("it reads as {0:?}, which is not what was to be in it")]
    Text(String),
    /// A dot in the middle of a module, or of the quiet zone, has the wrong colour in the picture.
    #[error("the dot in column {x}, row {y} of the picture is not as its module")]
    Dot {
        /// From the left, from 0.
        x: u32,
        /// From the top, from 0.
        y: u32,
    },
}

/// Reads a symbol of level M, given row by row from the top left, true for dark, without its quiet zone.
///
/// # Errors
/// If a single module is not as it has to be.
pub fn read(modules: &[bool]) -> Result<String, ReadbackError> {
    let plan = Plan::of(modules.len()).ok_or(ReadbackError::Size(modules.len()))?;
    if let Some((place, _)) = plan
        .fixed
        .iter()
        .find(|(place, dark)| modules[*place as usize] != *dark)
    {
        let place = *place as usize;
        let (x, y) = (place % plan.side, place / plan.side);
        return Err(ReadbackError::Pattern { x, y });
    }
    let mask = mask(plan, modules)?;
    let message = message(plan, modules, mask)?;
    segments::text(&message, plan.version)
}

/// The number of the mask, from both copies of the format information.
fn mask(plan: &Plan, modules: &[bool]) -> Result<usize, ReadbackError> {
    let copy = |number: usize| {
        let bits = plan.formats[number].iter();
        bits.fold(0, |word, place| {
            word << 1 | u16::from(modules[*place as usize])
        })
    };
    let words = [copy(0), copy(1)];
    for (word, number) in words.into_iter().zip(1..) {
        if !plan::is_format(word) {
            return Err(ReadbackError::Format(number));
        }
    }
    if words[0] != words[1] {
        return Err(ReadbackError::Formats);
    }
    plan::mask_of(words[0]).ok_or(ReadbackError::Level)
}

/// The codewords of the message, out of blocks that agree with their checks.
fn message(plan: &Plan, modules: &[bool], mask: usize) -> Result<Vec<u8>, ReadbackError> {
    let mut message = vec![0; plan.message];
    let mut blocks = [Syndromes::default(); plan::MOST_BLOCKS];
    let (codewords, rest) = plan.path.as_chunks::<8>();
    let word = |places: &[u32]| {
        places.iter().fold(0, |byte, place| {
            byte << 1 | u8::from(modules[*place as usize])
        })
    };
    let masks = &plan.masks[mask];
    for ((places, mask), seat) in codewords.iter().zip(masks).zip(&plan.seats) {
        let byte = word(places) ^ mask;
        blocks[usize::from(seat.block)].add(&plan.weights[usize::from(seat.power)], byte);
        if let Some(place) = message.get_mut(usize::from(seat.message)) {
            *place = byte;
        }
    }
    if word(rest) != masks.get(codewords.len()).copied().unwrap_or(0) {
        return Err(ReadbackError::Remainder);
    }
    match blocks.iter().position(|block| !block.are_zero()) {
        Some(block) => Err(ReadbackError::Block(block + 1)),
        None => Ok(message),
    }
}

/// Whether the symbol reads as `prefix` followed by `digits`.
///
/// # Errors
/// If a single module is not as it has to be, or the text is another.
pub fn check(symbol: &Symbol, prefix: &str, digits: &str) -> Result<(), ReadbackError> {
    let text = read(symbol.modules())?;
    match text.strip_prefix(prefix) {
        Some(rest) if rest == digits => Ok(()),
        _ => Err(ReadbackError::Text(text)),
    }
}

/// Whether a picture shows the symbol: in the middle of each module, and of each place of the quiet zone around them,
/// stands a dot of the right colour. `left` and `top` are where the quiet zone begins, in dots.
///
/// # Errors
/// If a dot has the wrong colour.
pub fn check_picture(
    bitmap: &Bitmap,
    symbol: &Symbol,
    (left, top): (u32, u32),
    dots_per_module: u32,
) -> Result<(), ReadbackError> {
    let side = symbol.size() + 2 * QUIET_ZONE;
    let middle = |module: u32| module * dots_per_module + dots_per_module / 2;
    for row in 0..side {
        let y = top + middle(row);
        // Above the symbol the row is far beyond its last, and so empty, as it is below.
        let modules = symbol.row(row.wrapping_sub(QUIET_ZONE));
        let dots = bitmap.row(y);
        for column in 0..side {
            let x = left + middle(column);
            let module = column.wrapping_sub(QUIET_ZONE) as usize;
            let dark = modules.get(module).copied().unwrap_or(false);
            let white = dots
                .get(x as usize / 8)
                .is_none_or(|byte| byte & 0x80 >> (x % 8) != 0);
            if dark == white {
                return Err(ReadbackError::Dot { x, y });
            }
        }
    }
    Ok(())
}
