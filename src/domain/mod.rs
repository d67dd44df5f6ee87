//! Rules and formats. Pure: no files, no network, no database, no clock, no randomness.
//!
//! What belongs here: what a code, a serial, a batch or a state *is*, and what follows from it. Time and random
//! bytes come in as arguments. Text is parsed once, into types whose fields are private; after that functions
//! take the types. What does not belong here: who may do something, and when it is written down (`service`), how
//! it is stored (`store`), how it looks (`render`, `http`, `cli`).

pub mod access;
pub mod admin_token;
pub mod alert;
pub mod area;
pub mod calendar;
pub mod case;
pub mod claim;
pub mod code;
pub mod container;
pub mod crockford;
pub mod custody;
pub mod deadline;
pub mod detection;
pub mod digits;
pub mod document;
pub mod entitlement;
pub mod event;
pub mod form;
pub mod hidden;
pub mod input;
pub mod key_id;
pub mod keyring;
pub mod ledger;
pub mod licensee;
pub mod lot;
pub mod mark;
pub mod market;
pub mod offer;
pub mod offline;
pub mod order;
pub mod pack_link;
pub mod phone;
pub mod place;
pub mod place_names;
pub mod plan;
pub mod printer;
pub mod public_url;
pub mod queries;
pub mod recent;
pub mod recipient;
pub mod refusal;
pub mod said;
pub mod season;
pub mod segments;
pub mod selection;
pub mod serial;
pub mod signatures;
pub mod standings;
pub mod state;
pub mod symbol;
pub mod text;
pub mod tip;
pub mod township;
pub mod transfer;
pub mod typed;
pub mod uscc;
pub mod verdict;
pub mod wanted;
pub mod whereabouts;
pub mod whole;
pub mod words;
pub mod working_days;
