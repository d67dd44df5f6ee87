//! The file of the installation's token: one line, for its owner alone.

use std::path::Path;

use zeroize::Zeroizing;

use super::{KeystoreError, private_file};
use crate::domain::admin_token::{AdminToken, AdminTokenError};

/// Reads the token from its private file: one line and nothing else.
///
/// # Errors
/// If the file is missing, open to others, or holds no token.
pub fn read_admin_token(path: &Path) -> Result<AdminToken, KeystoreError> {
    let bytes = private_file::read(path)?;
    let text = std::str::from_utf8(&bytes).map_err(|_| AdminTokenError::Character);
    let token = text.and_then(|text| {
        let line = text.strip_suffix('\n').unwrap_or(text);
        AdminToken::new(line.strip_suffix('\r').unwrap_or(line))
    });
    token.map_err(|source| KeystoreError::NoAdminToken {
        path: path.to_owned(),
        source,
    })
}

/// Makes the private file of a new token from 32 random bytes.
///
/// # Errors
/// If a file is there already, or cannot be written.
pub fn write_admin_token(path: &Path, random: &[u8; 32]) -> Result<(), KeystoreError> {
    let line = Zeroizing::new(format!("{}\n", *AdminToken::text_of(random)));
    private_file::create(path, line.as_bytes())
}
