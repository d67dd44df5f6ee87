//! The public address of an installation: the part of every QR symbol and link before the code.

use std::fmt;

/// An origin such as `https://v.example.cn`: scheme, host and perhaps port; no path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl {
    scheme: &'static str,
    host: String,
}

/// Why an address cannot stand on labels.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PublicUrlError {
    /// Neither http nor https.
    #[error("the public address {0:?} must begin with https:// or http://")]
    Scheme(String),
    /// No host, or a path, a user or a query behind it.
    #[error(
        "the public address {0:?} must be a scheme and a host, perhaps a port, and nothing else"
    )]
    NotAnOrigin(String),
    /// A character that an alphanumeric segment of a QR symbol cannot hold.
    #[error(
        "the public address {text:?} has the character {character:?}; a label's address may have letters, digits, '.', '-' and ':'"
    )]
    Character {
        /// The address.
        text: String,
        /// The character.
        character: char,
    },
    /// So long that labels would need more room.
    #[error(
        "the public address {text:?} makes a prefix of {length} characters; with more than {limit} the symbol on every label would grow"
    )]
    TooLong {
        /// The address.
        text: String,
        /// Characters of the prefix.
        length: usize,
        /// The most that fit.
        limit: usize,
    },
}

impl PublicUrl {
    /// Characters of `HTTPS://HOST/T/` that a symbol of version 6 at level M holds beside 193 digits
    /// (ISO/IEC 18004, tables 3 and 7: 864 data bits).
    pub const LONGEST_PREFIX: usize = 35;

    /// Reads an address; upper case and a final slash are accepted.
    ///
    /// # Errors
    /// [`PublicUrlError`], which says what is wrong.
    pub fn new(text: &str) -> Result<Self, PublicUrlError> {
        let lower = text.trim().to_ascii_lowercase();
        let (scheme, rest) = match (
            lower.strip_prefix("https://"),
            lower.strip_prefix("http://"),
        ) {
            (Some(rest), _) => ("https", rest),
            (None, Some(rest)) => ("http", rest),
            (None, None) => return Err(PublicUrlError::Scheme(text.to_owned())),
        };
        let host = rest.strip_suffix('/').unwrap_or(rest);
        if host.is_empty() || host.starts_with(':') || host.contains(['/', '?', '#', '@']) {
            return Err(PublicUrlError::NotAnOrigin(text.to_owned()));
        }
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':');
        if let Some(character) = host.chars().find(|c| !allowed(*c)) {
            let text = text.to_owned();
            return Err(PublicUrlError::Character { text, character });
        }
        let url = Self {
            scheme,
            host: host.to_owned(),
        };
        let length = url.qr_prefix().len();
        if length > Self::LONGEST_PREFIX {
            let (text, limit) = (text.to_owned(), Self::LONGEST_PREFIX);
            return Err(PublicUrlError::TooLong {
                text,
                length,
                limit,
            });
        }
        Ok(url)
    }

    /// What stands in the symbol before the digits: `HTTPS://HOST/T/`.
    pub fn qr_prefix(&self) -> String {
        format!("{}://{}/T/", self.scheme, self.host).to_ascii_uppercase()
    }

    /// The address of a code's page: `https://host/t/…`.
    pub fn link(&self, base64url: &str) -> String {
        format!("{}://{}/t/{base64url}", self.scheme, self.host)
    }

    /// Host and port, as people are told the true domain.
    pub fn domain(&self) -> &str {
        &self.host
    }

    /// Whether phones reach it over TLS.
    pub fn is_secure(&self) -> bool {
        self.scheme == "https"
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme, self.host)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefix_and_link() {
        let url = PublicUrl::new("https://V.example.cn/").unwrap();
        assert_eq!(url.qr_prefix(), "HTTPS://V.EXAMPLE.CN/T/");
        assert_eq!(url.link("AbC"), "https://v.example.cn/t/AbC");
        assert_eq!(url.domain(), "v.example.cn");
        assert_eq!(url.to_string(), "https://v.example.cn");
    }

    #[test]
    fn what_cannot_stand_on_a_label_is_refused() {
        for wrong in [
            "",
            "v.example.cn",
            "https://",
            "https://a/b",
            "https://a_b.cn",
            "https://u@a.cn",
            "https://查.cn",
        ] {
            assert!(PublicUrl::new(wrong).is_err(), "{wrong}");
        }
        // HTTPS:// + 24 + /T/ = 35
        assert!(PublicUrl::new(&format!("https://{}", "a".repeat(24))).is_ok());
        assert!(PublicUrl::new(&format!("https://{}", "a".repeat(25))).is_err());
    }
}
