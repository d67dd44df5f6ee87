//! Why a file of places cannot be used, and what to do.

use std::path::PathBuf;

/// Why a file of places cannot be used. [`PlacesError::advice`] says what to do.
#[derive(Debug, thiserror::Error)]
pub enum PlacesError {
    /// It cannot be read.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// It is neither of the kinds that we read.
    #[error("{0} is neither a MaxMind file (.mmdb) nor an ip2region file (.xdb)")]
    NeitherKind(PathBuf),
    /// It is of one kind, but cannot be used.
    #[error("{path} is damaged: {what}")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
}

impl PlacesError {
    /// What to do.
    pub const fn advice(&self) -> &'static str {
        match self {
            Self::Io { .. } => "name a file that can be read with --places, or leave that out",
            Self::NeitherKind(_) => {
                "take the file itself, unpacked, as its maker gives it out; an older xdb has no version 2 or 3"
            }
            Self::Damaged { .. } => "fetch the file again, and put it in place by renaming it",
        }
    }
}
