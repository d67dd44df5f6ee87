//! Files and folders that stand under their final name only when they are complete and durable.
//!
//! Until then they are `NAME.part`. An error removes it; what a killed process left is removed by the next one.

use std::fs::{self, DirBuilder, File};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use super::files;
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

fn sync_folder_of(path: &Path) -> io::Result<()> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

/// A file being written.
pub(super) struct PartFile {
    path: PathBuf,
    part: PathBuf,
    file: BufWriter<File>,
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
            .map_err(|source| files(&part, source))?;
        Ok(Self {
            path: path.to_owned(),
            part,
            file: BufWriter::with_capacity(1 << 20, file),
            is_finished: false,
        })
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), ServiceError> {
        self.file
            .write_all(bytes)
            .map_err(|source| files(&self.path, source))
    }

    pub(super) fn finish(mut self) -> Result<(), ServiceError> {
        self.finish_io()
            .map_err(|source| files(&self.path, source))?;
        self.is_finished = true;
        Ok(())
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

/// A folder being filled.
pub(super) struct PartFolder {
    path: PathBuf,
    part: PathBuf,
    is_finished: bool,
}

impl PartFolder {
    pub(super) fn create(path: &Path) -> Result<Self, ServiceError> {
        let part = part_name(path);
        let io = |source| files(&part, source);
        for left in [&part, &old_name(path)] {
            remove_folder(left).map_err(io)?;
        }
        DirBuilder::new().mode(0o700).create(&part).map_err(io)?;
        Ok(Self {
            path: path.to_owned(),
            part,
            is_finished: false,
        })
    }

    /// Makes a folder within it; may be there already.
    pub(super) fn make_folder(&self, name: &str) -> Result<(), ServiceError> {
        let path = self.part.join(name);
        fs::create_dir_all(&path).map_err(|source| files(&path, source))
    }

    /// Writes a whole file into it; `name` may have a folder that [`PartFolder::make_folder`] made.
    pub(super) fn write(&self, name: &str, bytes: &[u8]) -> Result<(), ServiceError> {
        let path = self.part.join(name);
        fs::write(&path, bytes).map_err(|source| files(&path, source))
    }

    pub(super) fn finish(mut self) -> Result<(), ServiceError> {
        self.finish_io()
            .map_err(|source| files(&self.path, source))?;
        self.is_finished = true;
        Ok(())
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
