//! The console (`/console`): the office's daily work, on the same use cases as the command line and the JSON interface.
//!
//! [`routes`] is the table of all pages with what each needs of who asks; [`guard`] stands before every page. A page is
//! a [`list`], a [`mod@file`] or a [`form`], made from data: no page has markup of its own. It works without JavaScript;
//! every change is a form, every list keeps its address.

mod alerts;
pub mod asked;
mod batches;
mod cases;
mod check;
mod containers;
mod documents;
mod entitlements;
pub(super) mod errors;
mod exposure;
mod figure;
mod file;
mod form;
pub mod guard;
mod labels;
mod ledger;
mod licensees;
mod list;
mod lots;
mod marks;
mod members;
mod notices;
mod orders;
mod own;
mod packs;
pub(super) mod page;
mod party;
mod people;
mod printers;
mod read;
mod reports;
pub mod routes;
mod search;
mod seen;
mod sign_in;
mod start;
mod submit;
mod table;
mod templates;
mod tips;
mod trail;
mod transfers;
mod typed;
mod words;

pub use cases::case_file;
pub use typed::is_form_with_files;
