//! The printing resolutions we draw labels for.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// Resolution of a label printer.
///
/// A module of the symbol is always a whole number of dots, because a printer
/// that has to round would make some modules wider than others. The number is
/// the smallest that keeps a module at 0.33 mm or more, the size an ordinary
/// telephone reads without effort.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dpi {
    /// 203 dots per inch (8 dots per millimetre): 3 dots, 0.375 mm a module.
    D203,
    /// 300 dots per inch: 4 dots, 0.339 mm a module.
    D300,
    /// 600 dots per inch: 8 dots, 0.339 mm a module.
    D600,
}

/// The resolution asked for is not one we draw.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("labels are drawn at 203, 300 or 600 dots per inch, not at {0:?}")]
pub struct DpiError(String);

impl Dpi {
    /// Every resolution, from coarse to fine.
    pub const ALL: [Self; 3] = [Self::D203, Self::D300, Self::D600];

    /// Dots per inch: 203, 300 or 600.
    #[must_use]
    pub const fn dots_per_inch(self) -> u32 {
        match self {
            Self::D203 => 203,
            Self::D300 => 300,
            Self::D600 => 600,
        }
    }

    /// Dots along one side of a module: 3, 4 or 8.
    #[must_use]
    pub const fn dots_per_module(self) -> u32 {
        match self {
            Self::D203 => 3,
            Self::D300 => 4,
            Self::D600 => 8,
        }
    }

    /// Dots per metre, rounded: the unit of the pHYs chunk of a PNG.
    #[must_use]
    pub const fn dots_per_metre(self) -> u32 {
        // An inch is 0.0254 m exactly.
        (self.dots_per_inch() * 10_000 + 127) / 254
    }

    /// Side of a module in millimetres: 0.375 or 0.339.
    #[must_use]
    pub fn module_mm(self) -> f64 {
        25.4 * f64::from(self.dots_per_module()) / f64::from(self.dots_per_inch())
    }
}

impl TryFrom<u32> for Dpi {
    type Error = DpiError;

    fn try_from(dots_per_inch: u32) -> Result<Self, DpiError> {
        Self::ALL
            .into_iter()
            .find(|dpi| dpi.dots_per_inch() == dots_per_inch)
            .ok_or_else(|| DpiError(dots_per_inch.to_string()))
    }
}

impl FromStr for Dpi {
    type Err = DpiError;

    fn from_str(text: &str) -> Result<Self, DpiError> {
        text.parse::<u32>()
            .ok()
            .and_then(|number| Self::try_from(number).ok())
            .ok_or_else(|| DpiError(text.to_owned()))
    }
}

impl fmt::Display for Dpi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.dots_per_inch().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_is_never_under_a_third_of_a_millimetre() {
        for dpi in Dpi::ALL {
            assert!(dpi.module_mm() >= 0.33, "{dpi}");
            let one_dot_less = dpi.module_mm() - 25.4 / f64::from(dpi.dots_per_inch());
            assert!(one_dot_less < 0.33, "{dpi} could do with fewer dots");
        }
    }

    #[test]
    fn text_and_numbers_are_read_and_others_refused() {
        assert_eq!("300".parse(), Ok(Dpi::D300));
        assert_eq!(Dpi::try_from(203), Ok(Dpi::D203));
        let refusal = "72".parse::<Dpi>().map_err(|e| e.to_string());
        assert_eq!(
            refusal,
            Err("labels are drawn at 203, 300 or 600 dots per inch, not at \"72\"".to_owned())
        );
        assert!(Dpi::try_from(301).is_err());
    }

    #[test]
    fn dots_per_metre_are_rounded() {
        assert_eq!(Dpi::ALL.map(Dpi::dots_per_metre), [7992, 11811, 23622]);
    }
}
