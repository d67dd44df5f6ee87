//! The keys: what `openssl` makes of them, what is refused and how it is told, and the rules of their lives.

mod belonging;
mod files;
mod lives;
mod openssl;

use crate::support::program::{Program, set_mode};

/// A program whose private files are encrypted with the passphrase in `pass`.
fn encrypted() -> Program {
    let program = Program::new();
    private(
        &program,
        "pass",
        "correct horse battery staple\nthe second line does not count\n",
    );
    program.done("key new --passphrase-file pass");
    program
}

fn private(program: &Program, name: &str, text: &str) {
    program.write(name, text);
    set_mode(&program.path(name), 0o600);
}
