//! The unified social credit code (统一社会信用代码) of a firm, GB 32100-2015.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};

use super::said::Said;
use super::text::half_width;

/// The 31 characters by value. I, O, S, V and Z do not occur.
const ALPHABET: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";
/// Weights of the first 17 characters: 3ⁱ mod 31.
const WEIGHTS: [u32; 17] = [
    1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28,
];
const LENGTH: usize = 18;

/// A code whose check character is right.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Uscc(String);

/// What is wrong with a code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UsccError {
    /// Not 18 characters.
    #[error("a unified social credit code has 18 characters, this one has {0}")]
    Length(usize),
    /// A character that never occurs in such a code. It is not corrected: 0 and O are different things here.
    #[error("character {place} of the unified social credit code, {found:?}, never occurs in one")]
    Character {
        /// Its place, from 1.
        place: usize,
        /// The character.
        found: char,
    },
    /// The last character does not agree with the others.
    #[error(
        "the check character of the unified social credit code is {found:?}, but should be {expected:?}: one of the characters is wrong"
    )]
    Check {
        /// What stands there.
        found: char,
        /// What the first 17 ask for.
        expected: char,
    },
}

impl UsccError {
    /// The error as a page says it.
    pub fn chinese(&self) -> String {
        match self {
            Self::Length(length) => format!("统一社会信用代码应为 18 位，现有 {length} 位"),
            Self::Character { place, found }
                if found.is_alphanumeric() || found.is_ascii_punctuation() =>
            {
                format!("统一社会信用代码第 {place} 位“{found}”不会出现在代码中，请核对")
            }
            Self::Character { place, .. } => {
                format!("统一社会信用代码第 {place} 位是空格或看不见的字符，请删去后重新填写")
            }
            Self::Check { found, expected } => format!(
                "统一社会信用代码的校验位是“{found}”，应为“{expected}”：其中有一位写错了，请逐位核对"
            ),
        }
    }
}

impl From<UsccError> for Said {
    fn from(error: UsccError) -> Self {
        Self::new(error.to_string(), error.chinese())
    }
}

impl Uscc {
    /// Reads a code; lower case and full-width characters are accepted.
    ///
    /// # Errors
    /// [`UsccError`], which names the wrong character.
    pub fn new(text: &str) -> Result<Self, UsccError> {
        let code: Vec<char> = text.trim().chars().map(to_plain).collect();
        if code.len() != LENGTH {
            return Err(UsccError::Length(code.len()));
        }
        let mut values = [0u32; LENGTH];
        for (place, (value, &found)) in values.iter_mut().zip(&code).enumerate() {
            let position = ALPHABET.chars().position(|c| c == found);
            let position = position.ok_or(UsccError::Character {
                place: place + 1,
                found,
            })?;
            *value = u32::try_from(position).unwrap_or_default();
        }
        let sum: u32 = values
            .iter()
            .zip(WEIGHTS)
            .map(|(value, weight)| value * weight)
            .sum();
        let check = (31 - sum % 31) % 31;
        let found = code[LENGTH - 1];
        let expected = ALPHABET.chars().nth(check as usize).unwrap_or_default();
        if found != expected {
            return Err(UsccError::Check { found, expected });
        }
        Ok(Self(code.into_iter().collect()))
    }

    /// Whether it is a household's (个体工商户): 9 for the authority for market regulation, 2 for the kind (GB 32100-2015).
    pub fn is_household(&self) -> bool {
        self.as_str().starts_with("92")
    }

    /// The 18 characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Uscc {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        Self::new(&text).map_err(serde::de::Error::custom)
    }
}

impl fmt::Display for Uscc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn to_plain(character: char) -> char {
    half_width(character).to_ascii_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sample_codes_that_belong_to_nobody_pass() {
        for code in [
            "91430981MA4TEXT1XY",
            "91430981MA4TEXT28Y",
            "93430981MA4TEXT36K",
            "92430981MA4TEXT44H",
            "51430981MJJTEXT52T",
            "91430981ma4text1xy",
            "９１４３０９８１ＭＡ４ＴＥＸＴ１ＸＹ",
        ] {
            assert!(Uscc::new(code).is_ok(), "{code}");
        }
    }

    #[test]
    fn the_wrong_character_is_named() {
        assert_eq!(Uscc::new("9143"), Err(UsccError::Length(4)));
        let letter = Uscc::new("9143O981MA4TEXT1XY").unwrap_err();
        assert_eq!(
            letter,
            UsccError::Character {
                place: 5,
                found: 'O'
            }
        );
        let check = Uscc::new("91430981MA4TEXT1XX").unwrap_err();
        assert_eq!(
            check,
            UsccError::Check {
                found: 'X',
                expected: 'Y'
            }
        );
        assert!(letter.chinese().contains("第 5 位“O”"));
        assert!(check.chinese().contains("“X”，应为“Y”"));
        assert!(Uscc::new("91430981MA4TEXT2XY").is_err());
    }
}
