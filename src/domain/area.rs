//! Areas of land in mu (亩; 15 mu are one hectare), to the hundredth.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An area in hundredths of a mu.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(try_from = "u64", into = "u64")]
pub struct Area(u64);

impl Area {
    /// No land.
    pub const NONE: Self = Self(0);
    /// 1,000,000 mu: ten times the whole standard base.
    pub const MAX: Self = Self(100_000_000);

    /// `None` above [`Area::MAX`].
    pub fn from_hundredths(hundredths: u64) -> Option<Self> {
        (hundredths <= Self::MAX.0).then_some(Self(hundredths))
    }

    /// Reads `1000`, `12.5` or `12.50`; no sign, no exponent, two decimals at most.
    pub fn from_text(text: &str) -> Option<Self> {
        let (whole, part) = text.trim().split_once('.').unwrap_or((text.trim(), "0"));
        let is_number = |text: &str, most: usize| {
            (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
        };
        if !is_number(whole, 7) || !is_number(part, 2) {
            return None;
        }
        let part = format!("{part:0<2}");
        Self::from_hundredths(whole.parse::<u64>().ok()? * 100 + part.parse::<u64>().ok()?)
    }

    /// Hundredths of a mu.
    pub const fn hundredths(self) -> u64 {
        self.0
    }

    /// The sum, which may be above [`Area::MAX`].
    pub fn sum(areas: impl Iterator<Item = Self>) -> Self {
        Self(areas.map(|area| area.0).sum())
    }
}

impl fmt::Display for Area {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 % 100 {
            0 => write!(f, "{}", self.0 / 100),
            part => write!(f, "{}.{part:02}", self.0 / 100),
        }
    }
}

impl From<Area> for u64 {
    fn from(area: Area) -> Self {
        area.0
    }
}

impl TryFrom<u64> for Area {
    type Error = &'static str;

    fn try_from(hundredths: u64) -> Result<Self, Self::Error> {
        Self::from_hundredths(hundredths).ok_or("is more than 1,000,000 mu")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn areas_are_exact() {
        let shown = |text: &str| Area::from_text(text).map(|area| area.to_string());
        assert_eq!(shown("1000").as_deref(), Some("1000"));
        assert_eq!(shown("12.5").as_deref(), Some("12.50"));
        assert_eq!(shown("1000000").as_deref(), Some("1000000"));
        for wrong in [
            "",
            "-1",
            "1e3",
            "1.234",
            ".5",
            "1000000.01",
            "99999999999999999999",
        ] {
            assert_eq!(shown(wrong), None, "{wrong}");
        }
    }
}
