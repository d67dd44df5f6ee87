//! The season (年度) a mark was issued for.

use std::fmt;

/// A season: one calendar year, 2000 to 2255 (one byte of the code, counted from 2000).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Season(u8);

impl Season {
    /// The first year that can be written.
    pub const FIRST_YEAR: u16 = 2000;
    /// The last year that can be written.
    pub const LAST_YEAR: u16 = Self::FIRST_YEAR + 255;

    /// `None` outside 2000 to 2255.
    pub fn new(year: u16) -> Option<Self> {
        year.checked_sub(Self::FIRST_YEAR)
            .and_then(|offset| u8::try_from(offset).ok())
            .map(Self)
    }

    /// The season written as years since 2000.
    pub const fn from_offset(offset: u8) -> Self {
        Self(offset)
    }

    /// Years since 2000, as in the code.
    pub const fn offset(self) -> u8 {
        self.0
    }

    /// The calendar year.
    pub const fn year(self) -> u16 {
        Self::FIRST_YEAR + self.0 as u16
    }
}

impl fmt::Display for Season {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.year().fmt(f)
    }
}
