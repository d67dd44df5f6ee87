//! What phones need without a network, and what they send afterwards.

mod checks;
mod list;

pub use checks::{Asker, OfflineCheck, take};
pub use list::{Made, make};
