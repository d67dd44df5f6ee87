//! Files that only their owner may read, and files that are replaced as a whole.

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

use zeroize::Zeroizing;

use super::KeystoreError;

pub(super) const OWNER_ONLY: u32 = 0o600;
/// Bytes; no private file of ours comes near it.
const LARGEST_BYTES: u64 = 64 * 1024;

/// Whether group or others have any right to a file of this mode.
pub const fn is_readable_by_others(mode: u32) -> bool {
    mode & 0o077 != 0
}

/// Reads a private file; refuses one that others can read.
pub(super) fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, KeystoreError> {
    let io = |source: io::Error| match source.kind() {
        io::ErrorKind::NotFound => KeystoreError::Missing(path.to_owned()),
        _ => super::error::io(path, source),
    };
    let metadata = fs::metadata(path).map_err(io)?;
    let mode = metadata.mode() & 0o777;
    if is_readable_by_others(mode) {
        let path = path.to_owned();
        return Err(KeystoreError::ReadableByOthers { path, mode });
    }
    if metadata.len() > LARGEST_BYTES {
        let what = "it is far larger than any key file";
        let path = path.to_owned();
        return Err(KeystoreError::Damaged { path, what });
    }
    fs::read(path).map(Zeroizing::new).map_err(io)
}

/// Writes a private file that does not exist yet. When it returns, the file is durable; a crash leaves none of it.
pub(super) fn create(path: &Path, bytes: &[u8]) -> Result<(), KeystoreError> {
    if path.exists() {
        return Err(KeystoreError::Exists(path.to_owned()));
    }
    replace(path, bytes, OWNER_ONLY).map_err(|source| super::error::io(path, source))
}

/// Puts a file with these bytes and permissions in place of whatever was there, durably and as a whole.
///
/// # Errors
/// What the system says; the old file is then untouched.
pub(super) fn replace(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    let part = path.with_file_name(name);
    // What a killed process left under this name may have other permissions.
    _ = fs::remove_file(&part);
    let mut file = File::options()
        .create_new(true)
        .write(true)
        .mode(mode)
        .open(&part)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&part, path)?;
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}
