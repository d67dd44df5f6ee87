//! The ledger: its entries, one entry whole, what is said and done about an entry afterwards, and the proof of it all.

mod correct;
mod file;
mod list;
mod prove;

pub use correct::{correct, correct_page, note, note_page};
pub use file::file;
pub use list::{list, table};
pub use prove::{prove, prove_page};
