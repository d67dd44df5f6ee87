//! The HTTP interface as phones, programs and strangers meet it: a real server on a real socket and database.

mod administrators;
mod answers;
mod console_marks;
mod described;
mod directory;
mod documents;
mod errors;
mod headers;
mod ledger_api;
mod licensees;
mod log;
mod oracle;
mod outage;
mod pages;
mod rotation;
mod schemathesis;
mod serving;
mod tables;
