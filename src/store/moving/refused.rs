//! Why nothing is moved.

use crate::store::StoreError;

/// Why a move did not begin, or was given up. SQLite stays in force then.
#[derive(Debug, thiserror::Error)]
pub enum MovingError {
    /// A database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The target holds this table, and no unfinished copy.
    #[error("the target is not empty: it holds the table {0}")]
    NotEmpty(String),
    /// The target is an unfinished copy of another installation.
    #[error("the target holds an unfinished copy of another installation")]
    OtherCopy,
    /// Somebody moves to this target at this moment.
    #[error("another move to this target is under way")]
    UnderWay,
    /// A text with U+0000, which PostgreSQL does not store.
    #[error("table {table}, row {key}: a text holds the character U+0000")]
    Nul {
        /// The table.
        table: String,
        /// The row's key.
        key: String,
    },
    /// A table that this program does not know, or with other columns.
    #[error("the table {0} is not as this program makes it")]
    Unknown(String),
}

impl From<sqlx::Error> for MovingError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}
