//! yuanmark: signed marks for the geographical indication 沅江芦笋 (Yuanjiang asparagus).
//!
//! The layers, each of which may use only those below it: [`http`] and `cli` → [`service`] → [`store`],
//! [`keystore`], [`places`], [`render`] and [`sheets`] → [`domain`]. `docs/ARCHITECTURE.md` is the map.

pub mod cli;
pub mod domain;
pub mod http;
pub mod keystore;
pub mod places;
pub mod render;
pub mod service;
pub mod sheets;
pub mod store;
