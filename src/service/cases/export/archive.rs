//! Files as one ZIP.

use std::io::{Cursor, Write as _};

use jiff::Timestamp;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::domain::calendar::BEIJING;
use crate::service::ServiceError;

/// One ZIP of these files, all of this time; always the same for the same files.
///
/// # Errors
/// If it becomes larger than a ZIP can be.
pub(super) fn zip(files: &[(&str, Vec<u8>)], at: Timestamp) -> Result<Vec<u8>, ServiceError> {
    let broken = |source: std::io::Error| ServiceError::Files {
        path: "case.zip".into(),
        source,
    };
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(time_of(at))
        .unix_permissions(0o644);
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        writer
            .start_file(*name, options)
            .map_err(|error| broken(error.into()))?;
        writer.write_all(bytes).map_err(broken)?;
    }
    let cursor = writer.finish().map_err(|error| broken(error.into()))?;
    Ok(cursor.into_inner())
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
