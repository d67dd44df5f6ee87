//! The detector over recorded and simulated scans: replay, simulation, evaluation, calibration.
//!
//! What belongs here: files of scans, worlds from seeds, what is counted in them. What the detector believes is
//! [`crate::domain::detection`]; nothing here is a second copy of it.

pub mod calibrate;
pub mod evaluate;
pub mod examples;
pub mod export;
pub mod in_force;
pub mod recorded;
pub mod replay;
pub mod scans;
mod season;
pub mod simulate;
#[cfg(test)]
mod tests;
pub mod world;
