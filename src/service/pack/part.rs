//! Files and folders of a pack: hashed as they are written, they stand under their final name only when they are complete and durable.
//!
//! Until then they are `NAME.part`. An error removes it; what a killed process left is removed by the next one.

use std::fs::{self, DirBuilder, File};
use std::io::{self, BufWriter, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::no_file;
use crate::domain::ledger::chain::EntryHash;
use crate::service::ServiceError;

fn part_name(path: &Path) -> PathBuf {
    with_ending(path, ".part")
}

/// Where a folder that is being replaced goes before it is removed.
fn old_name(path: &Path) -> PathBuf {
    with_ending(path, ".old.part")
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(ending);
    path.with_file_name(name)
}

fn remove_folder(path: &Path) -> io::Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

pub(in crate::service) fn sync_folder_of(path: &Path) -> io::Result<()> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Written {
    /// How many bytes.
    pub(super) bytes: u64,
    /// Their SHA-256, in hexadecimal; of a folder that of the hashes of its files, one after the other.
    pub(super) sha256: String,
}

impl Written {
    fn new(bytes: u64, hash: Sha256) -> Self {
        let sha256 = EntryHash(hash.finalize().into()).to_string();
        Self { bytes, sha256 }
    }

    /// What a file or folder that is there holds.
    pub(super) fn read(path: &Path) -> Result<Self, ServiceError> {
        let read = |path: &Path| {
            let (mut file, mut hash, mut bytes) = (File::open(path)?, Sha256::new(), 0);
            let mut some = vec![0; 1 << 16];
            loop {
                match file.read(&mut some)? {
                    0 => return Ok::<_, io::Error>((bytes, hash)),
                    length => {
                        hash.update(&some[..length]);
                        bytes += length as u64;
                    }
                }
            }
        };
        let all = || {
            if !path.is_dir() {
                return read(path);
            }
            let (mut bytes, mut hash) = (0, Sha256::new());
            for file in files_below(path)? {
                let (length, one) = read(&file)?;
                bytes += length;
                hash.update(one.finalize());
            }
            Ok((bytes, hash))
        };
        let (bytes, hash) = all().map_err(|source| no_file(path, source))?;
        Ok(Self::new(bytes, hash))
    }
}

/// All files of a folder and the folders in it, in the order of their names.
fn files_below(path: &Path) -> io::Result<Vec<PathBuf>> {
    let mut all = Vec::new();
    let mut here: Vec<PathBuf> = fs::read_dir(path)?
        .map(|entry| Ok(entry?.path()))
        .collect::<io::Result<_>>()?;
    here.sort_unstable();
    for path in here {
        if path.is_dir() {
            all.append(&mut files_below(&path)?);
        } else {
            all.push(path);
        }
    }
    Ok(all)
}

/// A file being written.
pub(super) struct PartFile {
    path: PathBuf,
    part: PathBuf,
    file: BufWriter<File>,
    hash: Sha256,
    bytes: u64,
    is_finished: bool,
}

impl PartFile {
    /// For its owner alone: who reads a pack can print its marks.
    pub(super) fn create(path: &Path) -> Result<Self, ServiceError> {
        let part = part_name(path);
        _ = fs::remove_file(&part);
        let file = File::options()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&part)
            .map_err(|source| no_file(&part, source))?;
        Ok(Self {
            path: path.to_owned(),
            part,
            file: BufWriter::with_capacity(1 << 20, file),
            hash: Sha256::new(),
            bytes: 0,
            is_finished: false,
        })
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), ServiceError> {
        self.hash.update(bytes);
        self.bytes += bytes.len() as u64;
        self.file
            .write_all(bytes)
            .map_err(|source| no_file(&self.path, source))
    }

    pub(super) fn finish(mut self) -> Result<Written, ServiceError> {
        self.finish_io()
            .map_err(|source| no_file(&self.path, source))?;
        self.is_finished = true;
        Ok(Written::new(self.bytes, std::mem::take(&mut self.hash)))
    }

    fn finish_io(&mut self) -> io::Result<()> {
        self.file.flush()?;
        self.file.get_ref().sync_all()?;
        fs::rename(&self.part, &self.path)?;
        sync_folder_of(&self.path)
    }
}

impl Drop for PartFile {
    fn drop(&mut self) {
        if !self.is_finished {
            _ = fs::remove_file(&self.part);
        }
    }
}

/// The bytes and the hash of one file of a folder.
pub(super) type FileHash = (u64, [u8; 32]);

/// The place of a folder being filled.
pub(super) struct Place(PathBuf);

impl Place {
    /// Writes a whole file into it; `name` may have a folder that [`PartFolder::make_folder`] made.
    pub(super) fn write(&self, name: &str, bytes: &[u8]) -> Result<FileHash, ServiceError> {
        let path = self.0.join(name);
        fs::write(&path, bytes).map_err(|source| no_file(&path, source))?;
        Ok((bytes.len() as u64, Sha256::digest(bytes).into()))
    }
}

/// A folder being filled.
pub(super) struct PartFolder {
    path: PathBuf,
    part: PathBuf,
    hash: Sha256,
    bytes: u64,
    is_finished: bool,
}

impl PartFolder {
    pub(super) fn create(path: &Path) -> Result<Self, ServiceError> {
        let part = part_name(path);
        let io = |source| no_file(&part, source);
        for left in [&part, &old_name(path)] {
            remove_folder(left).map_err(io)?;
        }
        DirBuilder::new().mode(0o700).create(&part).map_err(io)?;
        Ok(Self {
            path: path.to_owned(),
            part,
            hash: Sha256::new(),
            bytes: 0,
            is_finished: false,
        })
    }

    /// Makes a folder within it; may be there already.
    pub(super) fn make_folder(&self, name: &str) -> Result<(), ServiceError> {
        let path = self.part.join(name);
        fs::create_dir_all(&path).map_err(|source| no_file(&path, source))
    }

    /// Where its files are written, by any number of workers.
    pub(super) fn place(&self) -> Place {
        Place(self.part.clone())
    }

    /// Takes note of files that were written, in the order of their names.
    pub(super) fn note(&mut self, written: &[FileHash]) {
        for (bytes, hash) in written {
            self.bytes += bytes;
            self.hash.update(hash);
        }
    }

    pub(super) fn finish(mut self) -> Result<Written, ServiceError> {
        self.finish_io()
            .map_err(|source| no_file(&self.path, source))?;
        self.is_finished = true;
        Ok(Written::new(self.bytes, std::mem::take(&mut self.hash)))
    }

    fn finish_io(&self) -> io::Result<()> {
        // One flush of the file system instead of one for each of perhaps a million small files.
        rustix::fs::syncfs(File::open(&self.part)?)?;
        // Removing a folder takes its time: out of the way first, so that never half of it stands under this name.
        let old = old_name(&self.path);
        if self.path.exists() {
            fs::rename(&self.path, &old)?;
        }
        fs::rename(&self.part, &self.path)?;
        sync_folder_of(&self.path)?;
        remove_folder(&old)
    }
}

impl Drop for PartFolder {
    fn drop(&mut self) {
        if !self.is_finished {
            _ = fs::remove_dir_all(&self.part);
        }
    }
}
