//! The interface for programs that show a token: who asks, what stands before every operation, and the operations.
//!
//! What an operation must keep to is written down in `docs/ARCHITECTURE.md`, "An operation that takes a token".

pub mod alerts;
mod batches;
pub mod caller;
pub mod cases;
mod containers;
pub mod documents;
pub mod entitlements;
mod exhibits;
pub mod guard;
pub mod instance;
pub mod ledger;
pub mod licensees;
pub mod lots;
pub mod marks;
pub mod notices;
pub mod orders;
pub mod own;
pub mod packs;
pub mod printers;
pub mod proof;
pub mod routes;
pub mod tables;
pub mod templates;
pub mod transfers;
pub mod values;
