//! The passphrase of the private files.

use std::path::Path;

use zeroize::Zeroizing;

use super::{KeystoreError, private_file};

/// A passphrase, wiped when dropped and never shown.
#[derive(Clone)]
pub struct Passphrase(Zeroizing<String>);

impl Passphrase {
    /// Reads the first line of a private file.
    ///
    /// # Errors
    /// If the file is missing, open to others, not UTF-8 or empty.
    pub fn from_file(path: &Path) -> Result<Self, KeystoreError> {
        let bytes = private_file::read(path)?;
        let damaged = |what| KeystoreError::Damaged {
            path: path.to_owned(),
            what,
        };
        let text =
            std::str::from_utf8(&bytes).map_err(|_| damaged("a passphrase must be UTF-8"))?;
        let line = text.lines().next().unwrap_or_default();
        if line.is_empty() {
            return Err(damaged("its first line, the passphrase, is empty"));
        }
        Ok(Self(Zeroizing::new(line.to_owned())))
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl std::fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Passphrase(…)")
    }
}
