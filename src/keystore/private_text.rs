//! Texts that only their owner may read.

use std::path::Path;

use zeroize::Zeroizing;

use super::private_file::{self, OWNER_ONLY};
use super::{KeystoreError, error};

/// Reads a private text.
///
/// # Errors
/// If the file is missing, open to others, or no text.
pub fn read_private_text(path: &Path) -> Result<Zeroizing<String>, KeystoreError> {
    let bytes = private_file::read(path)?;
    let text = std::str::from_utf8(&bytes).map_err(|_| KeystoreError::Damaged {
        path: path.to_owned(),
        what: "it is no text",
    })?;
    Ok(Zeroizing::new(text.to_owned()))
}

/// Puts a private text in place of whatever was there, durably and as a whole.
///
/// # Errors
/// If it cannot be written; the old file is then untouched.
pub fn write_private_text(path: &Path, text: &str) -> Result<(), KeystoreError> {
    private_file::replace(path, text.as_bytes(), OWNER_ONLY)
        .map_err(|source| error::io(path, source))
}
