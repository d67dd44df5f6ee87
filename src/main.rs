//! The program `yuanmark`; everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    yuanmark::cli::run()
}
