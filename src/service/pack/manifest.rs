//! `manifest.json`: what a folder holds, so that who gets it can check that it is whole.

use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::no_file;
use super::part::{PartFile, Written};
use super::plan::Plan;
use super::press::Press;
use super::rolls::ListedRoll;
use super::summary;
use crate::domain::mark::IndexRange;
use crate::service::ServiceError;

/// The file's name.
pub const MANIFEST: &str = "manifest.json";

/// What a folder holds of a batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The program that made it, with its version.
    pub made_by: String,
    /// When the newest of its files was made.
    pub made_at: Timestamp,
    /// The batch.
    pub batch: u32,
    /// The order.
    pub order: u32,
    /// The licensee's name.
    pub licensee: String,
    /// The licensee's credit code.
    pub uscc: String,
    /// The product as it stands on the pack.
    pub product: String,
    /// The season, a year.
    pub season: u16,
    /// Where the codes lead.
    pub public_url: String,
    /// How the newest of its files were made.
    pub plan: Plan,
    /// Whether all files of that plan are there.
    pub is_complete: bool,
    /// The files, by name.
    pub files: Vec<ListedFile>,
}

/// A file or folder of a pack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedFile {
    /// Its name in the folder.
    pub name: String,
    /// The index of its first mark.
    pub first: u32,
    /// The index of its last mark.
    pub last: u32,
    /// How many labels.
    pub labels: u32,
    /// The serial of its first mark.
    pub first_serial: String,
    /// The serial of its last mark.
    pub last_serial: String,
    /// Its bytes; of a folder those of all its files.
    pub bytes: u64,
    /// Its SHA-256 in hexadecimal; of a folder that of its files' hashes (32 bytes each) in the order of their names.
    pub sha256: String,
    /// The rolls that are printed from it, in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rolls: Vec<ListedRoll>,
}

impl ListedFile {
    pub(super) fn new(press: &Press, name: String, range: IndexRange, written: Written) -> Self {
        let serial = |index| press.serial_key.serial(press.mark(index)).to_string();
        Self {
            name,
            first: range.first().get(),
            last: range.last().get(),
            labels: range.marks(),
            first_serial: serial(range.first()),
            last_serial: serial(range.last()),
            bytes: written.bytes,
            sha256: written.sha256,
            rolls: Vec::new(),
        }
    }
}

impl Manifest {
    /// Says in a folder how a pack is being made, before its first file; lists what an earlier one lists beside it.
    ///
    /// # Errors
    /// If it cannot be read or written.
    pub(super) fn begin(
        press: &Press,
        folder: &Path,
        plan: Plan,
        made_at: Timestamp,
        is_ours: impl Fn(&str) -> bool,
    ) -> Result<Self, ServiceError> {
        let earlier = read(folder)?.map_or(Vec::new(), |earlier| earlier.files);
        let is_beside =
            |file: &ListedFile| !is_ours(&file.name) && folder.join(&file.name).exists();
        let (batch, facts) = (&press.batch, &press.facts);
        let manifest = Self {
            made_by: concat!("yuanmark ", env!("CARGO_PKG_VERSION")).to_owned(),
            made_at,
            batch: batch.number.get(),
            order: batch.order.0,
            licensee: facts.licensee.to_string(),
            uscc: facts.uscc.to_string(),
            product: facts.product.to_string(),
            season: batch.season.year(),
            public_url: press.url.to_string(),
            plan,
            is_complete: false,
            files: earlier.into_iter().filter(is_beside).collect(),
        };
        manifest.write(folder)?;
        Ok(manifest)
    }

    /// Lists the files that were made.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(super) fn complete(
        mut self,
        folder: &Path,
        made: Vec<ListedFile>,
    ) -> Result<(), ServiceError> {
        self.files.extend(made);
        self.files.sort_by(|a, b| a.name.cmp(&b.name));
        self.is_complete = true;
        summary::write(&self, folder)?;
        self.write(folder)
    }

    fn write(&self, folder: &Path) -> Result<(), ServiceError> {
        let path = folder.join(MANIFEST);
        let mut text = serde_json::to_string_pretty(self)
            .map_err(|error| no_file(&path, std::io::Error::other(error)))?;
        text.push('\n');
        let mut file = PartFile::create(&path)?;
        file.write(text.as_bytes())?;
        file.finish().map(drop)
    }
}

/// The manifest of a folder, if it has one that can be read.
pub(super) fn read(folder: &Path) -> Result<Option<Manifest>, ServiceError> {
    let path = folder.join(MANIFEST);
    match std::fs::read(&path) {
        Ok(text) => Ok(serde_json::from_slice(&text).ok()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(no_file(&path, error)),
    }
}
