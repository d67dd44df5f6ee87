//! Everything that needs the whole program, a real database or another program beside it.
//!
//! `./scripts/test` starts the PostgreSQL these tests need; without it they fail, on purpose.

mod support;

mod crash;
mod docs;
mod layers;
mod ledger;
mod store;
mod vectors;
