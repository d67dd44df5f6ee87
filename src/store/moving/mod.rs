//! Moving an installation from SQLite to PostgreSQL, every row of every table.
//!
//! Which tables and columns there are is read from SQLite's own schema, so that none can be forgotten. Rows travel as
//! lines of PostgreSQL's COPY: SQLite puts them together, PostgreSQL reads them as they are, and what PostgreSQL gives
//! back is held against SQLite's lines byte by byte.
//!
//! Contract: until [`source::Locked::leave`] is committed, SQLite is in force and unchanged but for the name of the move; from then
//! on nobody can read or write its tables under their names. A target is opened by nobody else until [`Target::hand_over`]
//! has taken its mark away. So there is no moment at which both are in force.

mod compare;
mod lines;
mod merge;
mod refused;
mod schema;
mod source;
mod target;

pub use refused::MovingError;
pub use schema::Table;
pub(super) use source::refuse_moved;
pub use source::{Counted, Departure, Locked, Snapshot, Source};
pub(super) use target::refuse_unfinished;
pub use target::{Doing, Found, Target, Watch};

use std::time::Duration;

use super::StoreError;

/// A target that says nothing for so long is gone: SQLite must not stay locked for it.
const LONGEST_SILENCE: Duration = Duration::from_mins(1);

/// What the target does, unless it takes too long.
async fn in_time<T, E: Into<StoreError>>(
    doing: impl Future<Output = Result<T, E>>,
) -> Result<T, StoreError> {
    match tokio::time::timeout(LONGEST_SILENCE, doing).await {
        Ok(done) => done.map_err(Into::into),
        Err(_) => Err(StoreError::TooSlow),
    }
}
