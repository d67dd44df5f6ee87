//! Proving the ledger: what was changed by hand is found, and the entry named.

mod register;
mod tables;
mod tampered;
