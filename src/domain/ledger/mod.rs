//! The ledger (台账): everything that was ever done, one entry after the other, each chained to the one before.
//!
//! | file | subject |
//! |---|---|
//! | [`entry`] | what an entry says: one variant for each kind of act |
//! | [`subjects`] | whom and what an entry is about |
//! | [`chain`] | how entries are chained by hash |
//! | [`books`] | what all entries add up to. The same code decides whether an act is allowed and, later, whether the ledger is right |
//!
//! The books are worked out from entries alone. What is kept beside the ledger (where a licensee stands, what is left
//! of an entitlement, where labels are) are copies for quick answers, and `yuanmark ledger verify` proves each of them.

pub mod books;
pub mod chain;
pub mod entry;
pub mod subjects;

pub use books::Books;
pub use chain::{EntryHash, EntryNumber, StoredEntry};
pub use entry::Entry;
pub use subjects::Subjects;
