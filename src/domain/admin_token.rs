//! The installation's token: whoever shows it may do everything that the interface for programs offers.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::{ZeroizeOnDrop, Zeroizing};

/// What the program knows of the token: its SHA-256, wiped when dropped and never shown.
#[derive(ZeroizeOnDrop)]
pub struct AdminToken {
    digest: [u8; 32],
}

/// Why a text is no token of an installation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AdminTokenError {
    /// A character that a header cannot carry as it stands, or more than one line.
    #[error("a token has letters, digits, - and _ only, on one line")]
    Character,
    /// So short that it can be guessed, or longer than any header should be.
    #[error(
        "a token has {} to {} characters",
        AdminToken::SHORTEST,
        AdminToken::LONGEST
    )]
    Length,
}

impl AdminToken {
    /// The fewest characters.
    pub const SHORTEST: usize = 32;
    /// The most characters.
    pub const LONGEST: usize = 256;

    /// Takes a token as it stands in its file, without the line's end.
    ///
    /// # Errors
    /// [`AdminTokenError`], which says what is wrong and nothing of the token.
    pub fn new(text: &str) -> Result<Self, AdminTokenError> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if !text.bytes().all(allowed) {
            return Err(AdminTokenError::Character);
        }
        if !(Self::SHORTEST..=Self::LONGEST).contains(&text.len()) {
            return Err(AdminTokenError::Length);
        }
        Ok(Self {
            digest: Sha256::digest(text).into(),
        })
    }

    /// The text of a new token, from 32 random bytes.
    pub fn text_of(random: &[u8; 32]) -> Zeroizing<String> {
        Zeroizing::new(URL_SAFE_NO_PAD.encode(random))
    }

    /// Whether this is the token. Takes as long whichever way it differs, and whatever its length.
    pub fn is(&self, shown: &[u8]) -> bool {
        let shown: [u8; 32] = Sha256::digest(shown).into();
        self.digest.ct_eq(&shown).into()
    }
}

impl fmt::Debug for AdminToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AdminToken(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_long_and_plain() {
        for (text, error) in [
            ("", AdminTokenError::Length),
            (&*"a".repeat(31), AdminTokenError::Length),
            (&*"a".repeat(257), AdminTokenError::Length),
            (&*" ".repeat(40), AdminTokenError::Character),
            (
                &*format!("{}\n", "a".repeat(40)),
                AdminTokenError::Character,
            ),
            (&*"沅".repeat(40), AdminTokenError::Character),
            (&*format!("{}=", "a".repeat(40)), AdminTokenError::Character),
        ] {
            assert_eq!(AdminToken::new(text).unwrap_err(), error, "{text:?}");
        }
        for length in [32, 43, 256] {
            AdminToken::new(&"-_zZ9aA0".repeat(32)[..length]).unwrap();
        }
    }

    #[test]
    fn only_the_token_is_the_token() {
        let text = AdminToken::text_of(&[7; 32]);
        assert_eq!(text.len(), 43);
        let token = AdminToken::new(&text).unwrap();
        assert!(token.is(text.as_bytes()));
        for other in [
            "",
            &text[1..],
            &format!("{}A", &*text),
            &text.to_lowercase(),
        ] {
            assert!(!token.is(other.as_bytes()), "{other}");
        }
        assert_eq!(format!("{token:?}"), "AdminToken(…)");
    }
}
