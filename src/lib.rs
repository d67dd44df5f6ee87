//! yuanmark: signed marks for the geographical indication 沅江芦笋 (Yuanjiang asparagus).

pub mod domain;
pub mod keystore;
