//! Files as one ZIP.

use std::io::{Cursor, Write as _};

use jiff::Timestamp;
use serde_json::{Value, json};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::domain::calendar::BEIJING;
use crate::domain::document::MediaType;
use crate::domain::text::Line;
use crate::service::ServiceError;
use crate::service::documents::sha256;

/// A ZIP that is being written; always the same for the same files of the same time.
pub(super) struct Archive {
    writer: ZipWriter<Cursor<Vec<u8>>>,
    at: DateTime,
    /// What was written, with its hash.
    files: Vec<Value>,
}

fn broken(source: std::io::Error) -> ServiceError {
    ServiceError::Files {
        path: "case.zip".into(),
        source,
    }
}

impl Archive {
    /// Whose files are all of this time.
    pub(super) fn new(at: Timestamp) -> Self {
        Self {
            writer: ZipWriter::new(Cursor::new(Vec::new())),
            at: time_of(at),
            files: Vec::new(),
        }
    }

    /// Adds a file.
    ///
    /// # Errors
    /// If it becomes larger than a ZIP can be.
    pub(super) fn add(&mut self, name: &str, bytes: &[u8]) -> Result<(), ServiceError> {
        let is_packed = MediaType::of(bytes).is_some_and(MediaType::is_packed);
        let how = match is_packed {
            true => CompressionMethod::Stored,
            false => CompressionMethod::Deflated,
        };
        let options = SimpleFileOptions::default()
            .compression_method(how)
            .last_modified_time(self.at)
            .unix_permissions(0o644);
        let started = self.writer.start_file(name, options);
        started.map_err(|error| broken(error.into()))?;
        self.writer.write_all(bytes).map_err(broken)?;
        self.files
            .push(json!({ "file": name, "bytes": bytes.len(), "sha256": sha256(bytes) }));
        Ok(())
    }

    /// Says in the manifest what the last file was called before.
    pub(super) fn called(&mut self, name: &Line) {
        if let Some(last) = self.files.last_mut() {
            last["name"] = json!(name);
        }
    }

    /// Adds `manifest.json`, which says these words and the hash of each file, and ends it.
    ///
    /// # Errors
    /// If it becomes larger than a ZIP can be.
    pub(super) fn finish(mut self, mut manifest: Value) -> Result<Vec<u8>, ServiceError> {
        manifest["files"] = std::mem::take(&mut self.files).into();
        let mut bytes = serde_json::to_vec_pretty(&manifest).unwrap_or_default();
        bytes.push(b'\n');
        self.add("manifest.json", &bytes)?;
        let cursor = self.writer.finish().map_err(|error| broken(error.into()))?;
        Ok(cursor.into_inner())
    }
}

/// The time in China, as ZIP has it: whole years from 1980 on.
fn time_of(at: Timestamp) -> DateTime {
    let at = BEIJING.to_datetime(at);
    let small = |number: i8| u8::try_from(number).unwrap_or_default();
    let year = u16::try_from(at.year()).unwrap_or_default();
    let time = DateTime::from_date_and_time(
        year,
        small(at.month()),
        small(at.day()),
        small(at.hour()),
        small(at.minute()),
        small(at.second()),
    );
    time.unwrap_or_default()
}
