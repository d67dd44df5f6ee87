//! Short texts that people give us: names, reasons, document numbers.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};

use super::said::Said;

/// Why a text was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Nothing but white space.
    #[error("the {0} is empty")]
    Empty(&'static str),
    /// Longer than its limit.
    #[error("the {what} has {length} characters; at most {limit} are kept")]
    TooLong {
        /// What the text is.
        what: &'static str,
        /// Its length in characters.
        length: usize,
        /// Its limit in characters.
        limit: usize,
    },
    /// Line breaks, invisible marks that reorder text, and the like.
    #[error("the {what} has an invisible control character at place {place}")]
    Control {
        /// What the text is.
        what: &'static str,
        /// The place of the character, from 1.
        place: usize,
    },
}

impl TextError {
    /// The error as a page says it beside the field, whose name stands there.
    pub fn chinese(&self) -> String {
        match self {
            Self::Empty(_) => "不能为空".to_owned(),
            Self::TooLong { length, limit, .. } => format!("有 {length} 个字，最多 {limit} 个字"),
            Self::Control { place, .. } => {
                format!("第 {place} 个字是不可见的控制字符，请删去后重新填写")
            }
        }
    }
}

impl From<TextError> for Said {
    fn from(error: TextError) -> Self {
        Self::new(error.to_string(), error.chinese())
    }
}

/// One line of text: trimmed, not empty, no control characters, at most [`Line::LIMIT`] characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Line(String);

impl Line {
    /// Characters; long enough for a firm's full name with its place, short enough for one line of a page.
    pub const LIMIT: usize = 200;

    /// Reads a text; `what` names it in the error.
    ///
    /// # Errors
    /// [`TextError`], which says what is wrong.
    pub fn new(what: &'static str, text: &str) -> Result<Self, TextError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(TextError::Empty(what));
        }
        let length = text.chars().count();
        if length > Self::LIMIT {
            let limit = Self::LIMIT;
            return Err(TextError::TooLong {
                what,
                length,
                limit,
            });
        }
        if let Some(place) = text.chars().position(is_control) {
            let place = place + 1;
            return Err(TextError::Control { what, place });
        }
        Ok(Self(text.to_owned()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Line {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        Self::new("text", &text).map_err(serde::de::Error::custom)
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The plain form of a full-width character, as Chinese keyboards make them of everything in ASCII; others as they are.
pub fn half_width(character: char) -> char {
    match character {
        // The full-width block repeats ASCII from '!' to '~' at a fixed distance.
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(character as u32 - 0xfee0).unwrap_or(character),
        other => other,
    }
}

/// A text without what people type one way or the other: width, case, spaces.
pub fn folded(text: &str) -> String {
    let letters = text.chars().filter(|letter| !letter.is_whitespace());
    letters
        .map(half_width)
        .flat_map(char::to_lowercase)
        .collect()
}

/// Control characters, and the Unicode marks that turn the direction of text around (a known way to make a line
/// read as something else than it is).
fn is_control(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_one_way_or_the_other_is_alike() {
        assert_eq!(folded(" ９１43 ma４ｔ\n（虚构）"), "9143ma4t(虚构)");
    }

    #[test]
    fn a_line_is_one_visible_line() {
        assert_eq!(
            Line::new("name", "  沅江 示例 ").unwrap().as_str(),
            "沅江 示例"
        );
        assert_eq!(
            Line::new("name", " \t").unwrap_err(),
            TextError::Empty("name")
        );
        assert_eq!(
            Line::new("name", "a\nb").unwrap_err().chinese(),
            "第 2 个字是不可见的控制字符，请删去后重新填写"
        );
        assert!(Line::new("name", "a\u{202e}b").is_err());
        assert!(Line::new("name", &"笋".repeat(200)).is_ok());
        assert!(Line::new("name", &"笋".repeat(201)).is_err());
    }
}
