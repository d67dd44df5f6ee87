//! Why keys cannot be used, and what to do.

use std::path::{Path, PathBuf};

use crate::domain::admin_token::AdminTokenError;
use crate::domain::keyring::KeyringError;

/// Why keys cannot be used. [`KeystoreError::advice`] says what to do.
#[derive(Debug, thiserror::Error)]
pub enum KeystoreError {
    /// The folder has no keyring.
    #[error("there are no keys in {0}")]
    NoKeys(PathBuf),
    /// A private file is missing.
    #[error("{0} is missing")]
    Missing(PathBuf),
    /// A private file stands where a new one is to be written.
    #[error("{0} is there already")]
    Exists(PathBuf),
    /// A file cannot be read or written.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A private file that others can read.
    #[error("{path} can be read by others (mode {mode:o})")]
    ReadableByOthers {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// A file that is damaged or of another kind.
    #[error("{path} is damaged: {what}")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        what: &'static str,
    },
    /// A private file that holds no token.
    #[error("{} holds no token: {source}", path.display())]
    NoAdminToken {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: AdminTokenError,
    },
    /// An encrypted file and no passphrase.
    #[error("{0} is encrypted")]
    NeedsPassphrase(PathBuf),
    /// The passphrase does not open it.
    #[error("{0} does not open with this passphrase")]
    WrongPassphrase(PathBuf),
    /// The private file is not the one the keyring speaks of.
    #[error(
        "{0} is not the key that keyring.toml names: a file was swapped, or the passphrase is another's"
    )]
    Disagrees(PathBuf),
    /// The keyring breaks its rules.
    #[error("{}: {source}", path.display())]
    Keyring {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: KeyringError,
    },
}

impl KeystoreError {
    /// What to do, in one line.
    pub fn advice(&self) -> String {
        match self {
            Self::NoKeys(_) => "name the key folder with --keys, or put it back from your backup; only a new installation \
                                makes its keys, with `yuanmark key new`"
                .into(),
            Self::Missing(_) => {
                "put it back from your backup; keys/README.md says what its loss means".into()
            }
            Self::Exists(_) => "name another number with --id, or move the file away".into(),
            Self::Io { .. } => "see that the folder is there and can be written".into(),
            Self::ReadableByOthers { path, .. } => {
                format!(
                    "run `chmod 600 {}`, and think whether someone has read it",
                    path.display()
                )
            }
            Self::Damaged { .. } | Self::Disagrees(_) | Self::Keyring { .. } => {
                "put the right one back from your backup; keys/README.md says more".into()
            }
            Self::NoAdminToken { .. } => "make one with `yuanmark token new --out FILE`".into(),
            Self::NeedsPassphrase(_) => "give its passphrase with --passphrase-file".into(),
            Self::WrongPassphrase(_) => {
                "name the file of the right one with --passphrase-file".into()
            }
        }
    }
}

pub(super) fn io(path: &Path, source: std::io::Error) -> KeystoreError {
    let path = path.to_owned();
    KeystoreError::Io { path, source }
}
