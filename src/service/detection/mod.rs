//! d
pub mod world;
