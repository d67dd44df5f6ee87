//! What phones need for checks without a network: the list of states, the worker that keeps pages and data on the phone,
//! and the way in which such checks come in afterwards. The page itself is `pages/offline.rs`.

mod checks;
mod list;
mod worker;

pub use checks::*;
pub use list::*;
pub use worker::worker;
