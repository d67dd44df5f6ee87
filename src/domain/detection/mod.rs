//! Finding copied marks: the evidence of a code's scans, weighed.
//!
//! Every scanned mark has a [`MarkState`] of [`STATE_BYTES`] bytes; [`MarkState::update`] takes in one scan. The live
//! path and the replay of recorded scans are this same code. No clock, no randomness, and no mathematics library whose
//! last bits differ between machines ([`real`]).
//!
//! Held against one another are honest packs of four kinds, copies sold locally, regionally and nationally, a picture
//! that circulates, and false scans meant to spoil a firm's code: each as a likelihood of when ([`gaps`]) and where
//! ([`places`]) yet another phone turns up. The posterior is what a person is told; the e-value beside it bounds false
//! alarms whichever kind of honest pack is true. `docs/DETECTION.md` has the model and what it was measured to do.

pub mod batch;
pub mod calibration;
pub mod evidence;
mod gaps;
pub mod geography;
pub mod live;
pub mod parameters;
pub mod peers;
mod places;
pub mod real;
pub mod scan;
pub mod state;
#[cfg(test)]
mod tests;
pub mod update;

pub use batch::{BATCH_BYTES, BatchState, Context, Part};
pub use calibration::{Calibration, Version};
pub use evidence::{Evidence, Hypothesis, Kind};
pub use geography::{GEOGRAPHY, Sighting, Spot};
pub use live::{Known, NOT_ON_GOODS, Seen};
pub use parameters::Parameters;
pub use peers::Peers;
pub use scan::{Channel, Hidden, Scan, Standing};
pub use state::{MarkState, STATE_BYTES};
pub use update::Step;
