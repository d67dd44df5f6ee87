//! What opens a pack for its one download: the secret at the end of its link.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// The secret of a link: 32 random bytes as 43 characters of base64url. It is shown once, and only its SHA-256 is kept.
#[derive(Clone)]
pub struct PackLink(Zeroizing<String>);

impl PackLink {
    /// The characters of the text.
    pub const CHARACTERS: usize = 43;

    /// A new one.
    pub fn from_random(random: &[u8; 32]) -> Self {
        Self(Zeroizing::new(URL_SAFE_NO_PAD.encode(random)))
    }

    /// Reads one; `None` if it cannot be one.
    pub fn read(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        (bytes.len() == 32).then(|| Self(Zeroizing::new(text.to_owned())))
    }

    /// As it stands at the end of the link.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What is kept of it. Its 256 bits cannot be guessed, so neither can what they are looked up by.
    pub fn digest(&self) -> [u8; 32] {
        Sha256::digest(self.0.as_bytes()).into()
    }
}

impl fmt::Debug for PackLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PackLink(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_read_as_it_was_written_and_never_shown() {
        let link = PackLink::from_random(&[0xfb; 32]);
        assert_eq!(link.as_str().len(), PackLink::CHARACTERS);
        let read = PackLink::read(link.as_str()).unwrap();
        assert_eq!(read.digest(), link.digest());
        assert_eq!(format!("{link:?}"), "PackLink(…)");
        for wrong in ["", "abc", &format!("{}=", link.as_str()), &"沅".repeat(43)] {
            assert!(PackLink::read(wrong).is_none(), "{wrong}");
        }
    }
}
