//! The name a person signs in with (登录名), which is also what the ledger says under "by".

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::domain::text::Line;

/// 3 to 32 of `a`–`z`, digits, `.`, `_` and `-`, beginning with a letter. One spelling only: nobody can take a name
/// that looks like another's.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Login(Line);

/// Why a text is no name to sign in with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a name to sign in with has {} to {} of a-z, 0-9, '.', '_' and '-', and begins with a letter",
    Login::SHORTEST,
    Login::LONGEST
)]
pub struct LoginError;

impl LoginError {
    /// The same for a page.
    pub const CHINESE: &'static str =
        "登录名为 3 至 32 位小写字母、数字、点、下划线或短横线，以字母开头";
}

impl Login {
    /// The fewest characters.
    pub const SHORTEST: usize = 3;
    /// The most characters.
    pub const LONGEST: usize = 32;

    /// Reads a name; capitals count as small letters.
    ///
    /// # Errors
    /// [`LoginError`].
    pub fn new(text: &str) -> Result<Self, LoginError> {
        let text = text.trim().to_ascii_lowercase();
        let allowed = |byte: u8| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'_' | b'-')
        };
        let is_good = (Self::SHORTEST..=Self::LONGEST).contains(&text.len())
            && text.starts_with(|first: char| first.is_ascii_lowercase())
            && text.bytes().all(allowed);
        if !is_good {
            return Err(LoginError);
        }
        Line::new("login", &text).map(Self).map_err(|_| LoginError)
    }

    /// As the ledger's "by".
    pub const fn as_line(&self) -> &Line {
        &self.0
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl fmt::Display for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_one_spelling() {
        assert_eq!(Login::new(" Wang.Min ").unwrap().as_str(), "wang.min");
        for wrong in [
            "",
            "ab",
            "1ab",
            "王敏",
            "a b c",
            "-abc",
            &"a".repeat(33),
            "wаng", /* Cyrillic а */
        ] {
            assert_eq!(Login::new(wrong), Err(LoginError), "{wrong}");
        }
        assert!(Login::new(&"a".repeat(32)).is_ok());
    }
}
