//! The public key to which a printer's packs are encrypted: a recipient of the age format
//! (<https://age-encryption.org/v1>), such as `age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};

use super::said::Said;

/// A recipient of the age format (X25519), written as `age-keygen` writes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Recipient(String);

/// Why a text is no recipient. It never holds the text: that may be a private key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecipientError {
    /// The private half of the key was given.
    #[error(
        "this is a private key and was not kept; whoever made it must make another one, for it has been shown, and send \
         the public one, which begins with age1"
    )]
    Private,
    /// Of age, but of a kind that not every `age` opens.
    #[error(
        "this is a key of a plugin or of another kind; make one with `age-keygen`, and send the line after \"public key:\""
    )]
    OtherKind,
    /// Anything else.
    #[error("this is no public key of age; it has 62 characters and begins with age1")]
    Wrong,
}

impl RecipientError {
    /// The same for a page.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Private => {
                "这是私钥，系统没有保存；私钥已经外泄，请承印方重新生成一对密钥，只发来以 age1 开头的公钥"
            }
            Self::OtherKind => {
                "这是插件或其他种类的密钥；请用 age-keygen 生成，并填写“public key:”之后的一行"
            }
            Self::Wrong => "不是 age 公钥；age 公钥共 62 个字符，以 age1 开头",
        }
    }
}

impl From<RecipientError> for Said {
    fn from(error: RecipientError) -> Self {
        Self::new(error.to_string(), error.chinese())
    }
}

/// How the private half of a key begins.
pub const PRIVATE_MARK: &str = "AGE-SECRET-KEY";

/// Whether a text holds the private half of a key of age. Such a text is neither kept nor shown again.
pub fn is_private(text: &str) -> bool {
    let mark = PRIVATE_MARK.as_bytes();
    let found = |window: &[u8]| window.eq_ignore_ascii_case(mark);
    text.as_bytes().windows(mark.len()).any(found)
}

impl Recipient {
    /// Reads a recipient; white space around it does not count.
    ///
    /// # Errors
    /// [`RecipientError`], which says nothing of the text.
    pub fn new(text: &str) -> Result<Self, RecipientError> {
        let text = text.trim();
        if is_private(text) {
            return Err(RecipientError::Private);
        }
        match age::x25519::Recipient::from_str(text) {
            Ok(key) => Ok(Self(key.to_string())),
            Err(_) if is_of_other_kind(text) => Err(RecipientError::OtherKind),
            Err(_) => Err(RecipientError::Wrong),
        }
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The key to encrypt to.
    pub fn key(&self) -> age::x25519::Recipient {
        let read = age::x25519::Recipient::from_str(&self.0);
        read.expect("a recipient was read before it was kept")
    }
}

/// A recipient of a plugin (`age1yubikey1…`), of the post-quantum kind (`age1pq1…`), or of SSH.
fn is_of_other_kind(text: &str) -> bool {
    let is_one_word = !text.contains(char::is_whitespace);
    let of_plugin = text.strip_prefix("age1").and_then(|rest| {
        let (name, data) = rest.split_once('1')?;
        Some(!name.is_empty() && !data.is_empty())
    });
    (of_plugin == Some(true) && is_one_word) || text.starts_with("ssh-")
}

impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Recipient {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::new(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of the README of age.
    const PUBLIC: &str = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";

    #[test]
    fn a_public_key_is_read_and_nothing_else() {
        assert_eq!(
            Recipient::new(&format!(" {PUBLIC}\n")).unwrap().as_str(),
            PUBLIC
        );
        let one_letter_off = PUBLIC.replace("ql3z", "ql3y");
        for (text, error) in [
            ("", RecipientError::Wrong),
            (&one_letter_off, RecipientError::Wrong),
            (&PUBLIC[..61], RecipientError::Wrong),
            (&format!("{PUBLIC} {PUBLIC}"), RecipientError::Wrong),
            ("王五", RecipientError::Wrong),
            (
                "age1yubikey1qwt50d05nh5vutpdzmlg5wn80xq5negm4uj9ghv0snvdd3yysf5yw3rhl3t",
                RecipientError::OtherKind,
            ),
            (
                "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ",
                RecipientError::OtherKind,
            ),
            (
                "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX",
                RecipientError::Private,
            ),
            ("# key\nage-secret-key-1gfp", RecipientError::Private),
            ("AGE-SECRET-KEY-PQ-1GFPYY", RecipientError::Private),
        ] {
            assert_eq!(Recipient::new(text), Err(error), "{text}");
        }
    }

    #[test]
    fn an_error_says_nothing_of_a_private_key() {
        let error = Recipient::new("AGE-SECRET-KEY-1GFPYYSJZ").unwrap_err();
        let said = Said::from(error);
        assert!(!said.en.contains("GFPYY") && !said.zh.contains("GFPYY"));
    }
}
