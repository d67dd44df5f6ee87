//! What people write in their own words: several lines.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::domain::said::{Said, said};

/// Several lines of text: trimmed, not empty, with no control characters but line breaks, at most [`Told::LIMIT`]
/// characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told(String);

/// Why it was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ToldError {
    /// Nothing was written.
    Empty,
    /// So many characters.
    TooLong(usize),
}

impl Told {
    /// Characters: two pages of a book.
    pub const LIMIT: usize = 2000;

    /// Reads a text. Line breaks of every kind become one; control characters and marks that turn the direction of text
    /// around are left out, for nobody types them on purpose.
    ///
    /// # Errors
    /// [`ToldError`] if nothing is left, or too much.
    pub fn new(text: &str) -> Result<Self, ToldError> {
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        let is_kept = |c: &char| *c == '\n' || !(c.is_control() || turns_around(*c));
        let text: String = text.chars().filter(is_kept).collect();
        let text = text.trim();
        match text.chars().count() {
            0 => Err(ToldError::Empty),
            length if length > Self::LIMIT => Err(ToldError::TooLong(length)),
            _ => Ok(Self(text.to_owned())),
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

const fn turns_around(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

impl From<ToldError> for Said {
    fn from(error: ToldError) -> Self {
        let limit = Told::LIMIT;
        match error {
            ToldError::Empty => said!("write something", "请填写"),
            ToldError::TooLong(length) => said!(
                "this has {length} characters; at most {limit} are taken",
                "有 {length} 个字，最多 {limit} 个字"
            ),
        }
    }
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Told {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_stay_and_what_nobody_sees_goes() {
        let told = Told::new("  a\r\nb\rc\u{0}\u{202e}d\t\n ").unwrap();
        assert_eq!(told.as_str(), "a\nb\ncd");
        assert_eq!(Told::new(" \n\u{7} "), Err(ToldError::Empty));
        assert!(Told::new(&"笋".repeat(Told::LIMIT)).is_ok());
        let long = "笋".repeat(Told::LIMIT + 1);
        assert_eq!(Told::new(&long), Err(ToldError::TooLong(2001)));
        let script = "<script>alert(1)</script>";
        assert_eq!(
            Told::new(script).unwrap().as_str(),
            script,
            "pages escape it"
        );
    }
}
