//! d
pub mod calibrate;
pub mod evaluate;
pub mod replay;
pub mod scans;
pub mod world;
