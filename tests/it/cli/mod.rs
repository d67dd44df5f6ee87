//! The command line, as a stranger meets it.

mod alerts;
mod databases;
mod demo;
mod detect;
mod environment;
mod help;
mod mistakes;
mod printing;
mod selection;
mod story;
mod wrong_input;
