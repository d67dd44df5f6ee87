//! The QR symbol: which modules are dark.

use qrcode::bits::Bits;
use qrcode::types::{Mode, QrError};
use qrcode::{Version, ec};
use thiserror::Error;

use super::frame::{Frame, LEVEL};
use super::line::Line;
use super::mask;

/// Width of the white border a reader needs on every side, in modules.
pub const QUIET_ZONE: u32 = 4;

/// A QR symbol without its quiet zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Symbol {
    version: u8,
    size: u32,
    /// Row by row from the top left; true is dark.
    modules: Box<[bool]>,
}

/// The text cannot be put into a symbol.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SymbolError {
    /// A segment has no characters.
    #[error("the {0} of a QR symbol must not be empty")]
    Empty(&'static str),
    /// The prefix has a character that alphanumeric mode cannot hold.
    #[error(
        "character {character:?} at position {position} of the prefix: a QR symbol in \
         alphanumeric mode holds 0-9, A-Z (capitals only), space and $%*+-./: only"
    )]
    PrefixCharacter {
        /// The offending character.
        character: char,
        /// Its place, counted in characters from 1.
        position: usize,
    },
    /// The digits have a character other than 0 to 9.
    #[error("character {character:?} at position {position} of the digits is not a digit")]
    DigitCharacter {
        /// The offending character.
        character: char,
        /// Its place, counted in characters from 1.
        position: usize,
    },
    /// Even version 40, the largest, is too small.
    #[error("{0} characters are more than the largest QR symbol holds")]
    TooLong(usize),
}

impl Symbol {
    /// Encodes `prefix` followed by `digits` at error-correction level M, in the
    /// smallest version that holds them.
    ///
    /// `prefix` becomes one alphanumeric segment and `digits` one numeric
    /// segment. A reader shows the two as one text. For 193 digits, up to 35
    /// characters of prefix fit version 6.
    ///
    /// # Errors
    ///
    /// When either part is empty, when a character does not belong to its
    /// segment's alphabet, or when the text is too long for version 40.
    pub fn encode(prefix: &str, digits: &str) -> Result<Self, SymbolError> {
        check(prefix, digits)?;
        let too_long = |_: QrError| SymbolError::TooLong(prefix.len() + digits.len());
        let (version, mut bits) = (1..=40)
            .map(|version| (version, Bits::new(Version::Normal(i16::from(version)))))
            .find(|(_, bits)| fits(bits, prefix.len(), digits.len()))
            .ok_or_else(|| too_long(QrError::DataTooLong))?;
        bits.push_alphanumeric_data(prefix.as_bytes())
            .map_err(too_long)?;
        bits.push_numeric_data(digits.as_bytes())
            .map_err(too_long)?;
        bits.push_terminator(LEVEL).map_err(too_long)?;
        Self::draw(version, bits).map_err(too_long)
    }

    /// Encodes `text` as one alphanumeric segment at error-correction level M, in the smallest version that holds it.
    ///
    /// # Errors
    ///
    /// When it is empty, has a character that does not belong to the alphabet, or is too long for version 40.
    pub fn of_text(text: &str) -> Result<Self, SymbolError> {
        check_prefix(text)?;
        let too_long = |_: QrError| SymbolError::TooLong(text.len());
        let (version, mut bits) = (1..=40)
            .map(|version| (version, Bits::new(Version::Normal(i16::from(version)))))
            .find(|(_, bits)| {
                let needed = segment(bits, Mode::Alphanumeric, text.len());
                needed.is_some_and(|needed| has_room(bits, needed))
            })
            .ok_or_else(|| too_long(QrError::DataTooLong))?;
        bits.push_alphanumeric_data(text.as_bytes())
            .map_err(too_long)?;
        bits.push_terminator(LEVEL).map_err(too_long)?;
        Self::draw(version, bits).map_err(too_long)
    }

    /// Gives the same symbol as `QrCode::with_bits`, only sooner.
    fn draw(version: u8, bits: Bits) -> Result<Self, QrError> {
        let normal = bits.version();
        let (data, checks) = ec::construct_codewords(&bits.into_bytes(), normal, LEVEL)?;
        let best = mask::best(Frame::of(version).fill(&data, &checks)).unwrap_or_default();
        let size = 17 + 4 * u32::from(version);
        let row = |row: Line| (0..size as usize).map(move |x| row.is_dark(x));
        Ok(Self {
            version,
            size,
            modules: best.rows.into_iter().flat_map(row).collect(),
        })
    }

    /// Version of the symbol, 1 to 40.
    #[must_use]
    pub fn version(&self) -> u8 {
        self.version
    }

    /// Modules along one side, 21 to 177, without the quiet zone.
    #[must_use]
    pub fn size(&self) -> u32 {
        self.size
    }

    /// Whether the module in column `x` and row `y` is dark, counted from 0 at
    /// the top left. Everything outside the symbol is light.
    #[must_use]
    pub fn is_dark(&self, x: u32, y: u32) -> bool {
        x < self.size && self.row(y).get(x as usize).copied().unwrap_or(false)
    }

    /// All modules row by row from the top left, true for dark.
    #[must_use]
    pub fn modules(&self) -> &[bool] {
        &self.modules
    }

    /// The same symbol with one module wrong, as a broken encoder might draw it.
    #[cfg(test)]
    pub(crate) fn with_fault(mut self, place: usize) -> Self {
        self.modules[place] ^= true;
        self
    }

    /// The modules of row `y` from left to right, true for dark; empty outside
    /// the symbol.
    #[must_use]
    pub fn row(&self, y: u32) -> &[bool] {
        let size = self.size as usize;
        let start = size.saturating_mul(y as usize);
        self.modules
            .get(start..start.saturating_add(size))
            .unwrap_or(&[])
    }
}

/// Whether the two segments with their headers fit the version of `bits`.
fn fits(bits: &Bits, prefix: usize, digits: usize) -> bool {
    let prefix = segment(bits, Mode::Alphanumeric, prefix);
    let needed = prefix.zip(segment(bits, Mode::Numeric, digits));
    needed.is_some_and(|(a, b)| has_room(bits, a + b))
}

/// The bits of a segment with its header; none if its length overflows its count field, so that it never fits.
fn segment(bits: &Bits, mode: Mode, length: usize) -> Option<usize> {
    let count_bits = mode.length_bits_count(bits.version());
    (length >> count_bits == 0).then(|| 4 + count_bits + mode.data_bits_count(length))
}

fn has_room(bits: &Bits, needed: usize) -> bool {
    bits.max_len(LEVEL).is_ok_and(|room| needed <= room)
}

fn check(prefix: &str, digits: &str) -> Result<(), SymbolError> {
    check_prefix(prefix)?;
    if digits.is_empty() {
        return Err(SymbolError::Empty("digits"));
    }
    if let Some((character, position)) = stranger(digits, |c| c.is_ascii_digit()) {
        return Err(SymbolError::DigitCharacter {
            character,
            position,
        });
    }
    Ok(())
}

/// The encoder turns strangers into '0' without a word, so we look first.
fn check_prefix(prefix: &str) -> Result<(), SymbolError> {
    if prefix.is_empty() {
        return Err(SymbolError::Empty("prefix"));
    }
    let alphanumeric = |c: char| matches!(c, '0'..='9' | 'A'..='Z') || " $%*+-./:".contains(c);
    if let Some((character, position)) = stranger(prefix, alphanumeric) {
        return Err(SymbolError::PrefixCharacter {
            character,
            position,
        });
    }
    Ok(())
}

/// The first character that does not belong, and its place from 1.
fn stranger(text: &str, belongs: impl Fn(char) -> bool) -> Option<(char, usize)> {
    let places = text.chars().zip(1..);
    places.into_iter().find(|(c, _)| !belongs(*c))
}
