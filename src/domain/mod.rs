//! Rules and formats. Pure: no files, no network, no database, no clock, no randomness.
//!
//! What belongs here: what a code, a serial, a batch or a state *is*, and what follows from it. Time and random
//! bytes come in as arguments. Text is parsed once, into types whose fields are private; after that functions
//! take the types. What does not belong here: who may do something, and when it is written down (`service`), how
//! it is stored (`store`), how it looks (`render`, `http`, `cli`).

pub mod admin_token;
pub mod code;
pub mod crockford;
pub mod digits;
pub mod event;
pub mod form;
pub mod hidden;
pub mod input;
pub mod key_id;
pub mod keyring;
pub mod licensee;
pub mod mark;
pub mod order;
pub mod phone;
pub mod place;
pub mod public_url;
pub mod season;
pub mod segments;
pub mod selection;
pub mod serial;
pub mod state;
pub mod text;
pub mod uscc;
pub mod verdict;
