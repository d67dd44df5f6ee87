//! Use cases: what a person or machine can ask of yuanmark. The command line and the HTTP interface are two skins
//! over these functions; neither holds a rule of its own.
//!
//! Each use case owns its transaction. Time comes in as an argument; [`system`] is the one file that asks the system
//! for time and random bytes.

pub mod alerts;
pub mod artwork;
mod aside;
pub mod audit;
pub mod backup;
pub mod belonging;
pub mod cases;
pub mod claims;
pub mod containers;
pub mod corrections;
pub mod desk;
pub mod detection;
pub mod directory;
pub mod doctor;
pub mod documents;
pub mod entitlements;
pub mod evidence;
pub mod export;
pub mod forgetting;
pub mod inspecting;
pub mod issue;
pub mod keys;
pub mod ledger;
pub mod licensees;
pub mod life;
pub mod lists;
pub mod lots;
pub mod marks;
pub mod metrics;
pub mod moving;
pub mod offline;
pub mod orders;
pub mod pack;
pub mod pages;
pub mod people;
pub mod photo;
pub mod places;
pub mod plan;
pub mod printers;
pub mod register;
pub mod report;
mod requests;
pub mod retention;
pub mod search;
mod seen;
pub mod system;
pub mod templates;
pub mod tips;
pub mod trail;
pub mod transfers;
pub mod verify;
pub mod waiting;

use crate::domain::keyring::KeyringError;
use crate::domain::mark::{BatchNumber, IndexRange};
use crate::domain::refusal::Refusal;
use crate::domain::said::{Said, said};
use crate::domain::selection::LineReport;
use crate::domain::text::TextError;
use crate::keystore::KeystoreError;
use crate::store::StoreError;

/// Why a use case did not do what was asked. Nothing was changed then.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// The request cannot be granted as it stands.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Some lines of a selection cannot be taken.
    #[error("{bad} of {} lines cannot be taken; nothing was changed", lines.len())]
    BadLines {
        /// How many cannot.
        bad: usize,
        /// All lines.
        lines: Vec<LineReport>,
    },
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The key folder.
    #[error(transparent)]
    Keystore(#[from] KeystoreError),
    /// The keyring's rules.
    #[error(transparent)]
    Keyring(#[from] KeyringError),
    /// Files of a pack or a backup.
    #[error("{path}: {source}")]
    Files {
        /// The file or folder.
        path: std::path::PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A table that cannot be written.
    #[error(transparent)]
    Sheet(#[from] crate::sheets::SheetError),
    /// A label that cannot be drawn.
    #[error(transparent)]
    Render(#[from] crate::render::RenderError),
}

impl ServiceError {
    /// A refusal in the present state: what is wrong and what to do.
    pub fn refused(what: Said, advice: Said) -> Self {
        Refusal::conflict(what, advice).into()
    }

    /// Whether the request itself is wrong, and not the machine it met.
    pub const fn is_the_request_s_fault(&self) -> bool {
        matches!(
            self,
            Self::Refused(_) | Self::BadLines { .. } | Self::Keyring(_)
        )
    }
}

fn no_batch(number: impl std::fmt::Display) -> ServiceError {
    Refusal::no_such(
        said!("there is no batch {number}", "没有第 {number} 批标志"),
        said!(
            "`yuanmark batch list` shows the batches there are",
            "请在标志批列表中选择"
        ),
    )
    .into()
}

fn text_refused(error: TextError) -> ServiceError {
    Refusal::invalid(
        error.into(),
        said!("write it in one line", "请写在一行之内"),
    )
    .into()
}

/// The part of a batch that a request means, by default all of it.
fn part_of(
    number: BatchNumber,
    all: IndexRange,
    wanted: Option<IndexRange>,
) -> Result<IndexRange, ServiceError> {
    match wanted {
        Some(range) if range.last() > all.last() => Err(Refusal::invalid(
            said!(
                "the range {range} goes beyond batch {number}",
                "号段 {range} 超出第 {number} 批"
            ),
            said!("its marks are {all}", "这一批的序号为 {all}"),
        )
        .into()),
        Some(range) => Ok(range),
        None => Ok(all),
    }
}
