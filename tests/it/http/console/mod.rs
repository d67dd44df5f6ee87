//! The console at the level of requests: who may what, whose things are whose, and what becomes of bad input.

mod attacks;
mod bad_input;
mod foreign;
mod lock_out;
mod passwords;
mod resumed;
mod scripts;
mod second_factors;
mod sessions;
mod table;
mod trail;
mod twice;
mod who;
