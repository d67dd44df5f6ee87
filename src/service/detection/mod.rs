//! d
pub mod replay;
pub mod scans;
pub mod world;
