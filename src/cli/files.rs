//! Files that commands read and write.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use serde_json::json;
use sha2::{Digest, Sha256};

use super::failure::Failure;
use super::output::{Output, counted};
use crate::domain::document::Document;
use crate::domain::ledger::chain::EntryHash;
use crate::sheets::SheetFormat;

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

/// A table for the ledger.
pub(super) fn read_table(path: &Path) -> Result<Vec<u8>, Failure> {
    let wrong = |error: io::Error| wrong_file(path, &error, "name a CSV file");
    let mut content = Vec::new();
    let file = File::open(path).map_err(wrong)?;
    file.take(LARGEST_LIST + 1)
        .read_to_end(&mut content)
        .map_err(wrong)?;
    if content.len() as u64 > LARGEST_LIST {
        return Err(Failure::wrong_input(
            format!(
                "{} is larger than {} MiB",
                path.display(),
                LARGEST_LIST >> 20
            ),
            "split it",
        ));
    }
    Ok(content)
}

/// A file that is there only when it is complete, and never takes the place of another one.
pub(super) struct NewFile {
    path: PathBuf,
    part: PathBuf,
    file: BufWriter<File>,
}

impl NewFile {
    /// A table's file; what it ends in says of which format it is.
    pub(super) fn of_table(path: &Path) -> Result<(Self, SheetFormat), Failure> {
        let extension = path.extension().and_then(|extension| extension.to_str());
        let format = extension
            .and_then(SheetFormat::from_extension)
            .ok_or_else(|| {
                Failure::wrong_input(
                    format!("{}: a table is written as .csv or .xlsx", path.display()),
                    "name such a file with --out",
                )
            })?;
        if path.exists() {
            return Err(Failure::wrong_input(
                format!("{} is there already", path.display()),
                "name another file with --out, or move this one away",
            ));
        }
        let mut part = path.as_os_str().to_owned();
        part.push(".part");
        let part = PathBuf::from(part);
        let made = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&part);
        let file = made.map_err(|error| {
            wrong_file(path, &error, "name a file that can be written with --out")
        })?;
        let path = path.to_owned();
        let file = BufWriter::new(file);
        Ok((Self { path, part, file }, format))
    }

    /// Keeps what was written.
    pub(super) fn keep(mut self) -> Result<(), Failure> {
        let kept = self
            .file
            .flush()
            .and_then(|()| self.file.get_ref().sync_all())
            .and_then(|()| std::fs::hard_link(&self.part, &self.path));
        kept.map_err(|error| {
            Failure::new(
                format!("{}: {error}", self.path.display()),
                "see that the disk has room and no such file is there",
            )
        })
    }
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        _ = std::fs::remove_file(&self.part);
    }
}

/// Says that a table was written, of how many of what: one, and several.
pub(super) fn exported(
    output: &mut Output,
    path: &Path,
    rows: u64,
    what: (&str, &str),
) -> Result<(), Failure> {
    let value = json!({"file": path.display().to_string(), "rows": rows});
    output.result(
        &value,
        &format!("{}: {}", path.display(), counted(rows, what.0, what.1)),
    )
}

fn wrong_file(path: &Path, error: &io::Error, advice: &str) -> Failure {
    Failure::wrong_input(format!("{}: {error}", path.display()), advice)
}
