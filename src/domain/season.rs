//! The season (年度) a mark was issued for.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A season: one calendar year, 2000 to 2255 (one byte of the code, counted from 2000).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
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

impl From<Season> for u16 {
    fn from(season: Season) -> Self {
        season.year()
    }
}

impl TryFrom<u16> for Season {
    type Error = &'static str;

    fn try_from(year: u16) -> Result<Self, Self::Error> {
        Self::new(year).ok_or("is no season: the years are 2000 to 2255")
    }
}

impl fmt::Display for Season {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.year().fmt(f)
    }
}
