//! Everything that needs the whole program, a real database or another program beside it.
//!
//! `./scripts/test` starts the PostgreSQL these tests need; without it they fail, on purpose.

// Clippy's exception for tests covers test functions, not what they share.
#![allow(clippy::unwrap_used)]

mod support;

mod audit;
mod backup;
mod books;
mod browser;
mod cli;
mod crash;
mod docs;
mod handover;
mod http;
mod instances;
mod keys;
mod killed;
mod layers;
mod ledger;
mod moving;
mod pack;
mod places;
mod recovery;
mod retention;
mod seen;
mod sheets;
mod store;
mod vectors;
