//! The books put to the proof.
