//! Files that commands read and write.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use sha2::{Digest, Sha256};

use super::failure::Failure;
use crate::domain::document::Document;
use crate::domain::ledger::chain::EntryHash;

/// Bytes of a list of marks; a million serials fit.
const LARGEST_LIST: u64 = 64 << 20;

/// A list of marks, one a line; `-` is standard input.
pub(super) fn read_list(path: &Path) -> Result<String, Failure> {
    let wrong = |error: io::Error| wrong_file(path, &error, "name a text file in UTF-8");
    let mut text = String::new();
    let read = if path == Path::new("-") {
        io::stdin().take(LARGEST_LIST + 1).read_to_string(&mut text)
    } else {
        let file = File::open(path).map_err(wrong)?;
        file.take(LARGEST_LIST + 1).read_to_string(&mut text)
    };
    let bytes = read.map_err(wrong)?;
    if bytes as u64 > LARGEST_LIST {
        return Err(Failure::wrong_input(
            format!(
                "{} is larger than {} MiB",
                path.display(),
                LARGEST_LIST >> 20
            ),
            "split it, or name ranges instead of single serials",
        ));
    }
    // Spreadsheets put a byte-order mark before the first line.
    Ok(text.trim_start_matches('\u{feff}').to_owned())
}

/// The content of a file for the ledger. Of one that is too large only so much that this is seen.
pub(super) fn read_document(path: &Path) -> Result<Vec<u8>, Failure> {
    let wrong = |error: io::Error| wrong_file(path, &error, "name a file that can be read");
    let mut content = Vec::new();
    let most = Document::MOST_BYTES as u64 + 1;
    let file = File::open(path).map_err(wrong)?;
    file.take(most).read_to_end(&mut content).map_err(wrong)?;
    Ok(content)
}

/// SHA-256 of a file of any size, in hexadecimal.
pub(super) fn sha256(path: &Path) -> Result<String, Failure> {
    let wrong = |error: io::Error| wrong_file(path, &error, "name the file that the printer gets");
    let mut file = File::open(path).map_err(wrong)?;
    let mut hash = Sha256::new();
    let mut part = vec![0; 1 << 16];
    loop {
        match file.read(&mut part).map_err(wrong)? {
            0 => return Ok(EntryHash(hash.finalize().into()).to_string()),
            bytes => hash.update(&part[..bytes]),
        }
    }
}

/// Writes a new file that only its owner can read; never over another one.
pub(super) fn write_new(path: &Path, content: &[u8]) -> Result<(), Failure> {
    let made = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path);
    let mut file = made.map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => Failure::wrong_input(
            format!("{} is there already", path.display()),
            "name another file with --out, or move this one away",
        ),
        _ => wrong_file(path, &error, "name a file that can be written with --out"),
    })?;
    let written = file.write_all(content).and_then(|()| file.sync_all());
    written.map_err(|error| {
        _ = std::fs::remove_file(path);
        Failure::new(
            format!("{}: {error}", path.display()),
            "see that the disk has room",
        )
    })
}

fn wrong_file(path: &Path, error: &io::Error, advice: &str) -> Failure {
    Failure::wrong_input(format!("{}: {error}", path.display()), advice)
}
