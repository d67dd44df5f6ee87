//! The HTTP interface as phones, programs and strangers meet it: a real server on a real socket and database.

mod administrators;
mod answers;
mod console;
mod console_marks;
mod console_office;
mod described;
mod directory;
mod directory_page;
mod documents;
mod errors;
mod figures;
mod find;
mod foreign;
mod headers;
mod ledger_api;
mod licensees;
mod log;
mod oracle;
mod outage;
mod pages;
mod roles;
mod rotation;
mod schemathesis;
mod serving;
mod tables;
mod tokens;
