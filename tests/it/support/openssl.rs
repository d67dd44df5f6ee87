//! `openssl`, which checks our signatures and key files independently.

use std::path::Path;
use std::process::{Command, Output, Stdio};

/// Runs `openssl` in a folder.
pub fn openssl(folder: &Path, arguments: &str) -> Output {
    Command::new("openssl")
        .args(arguments.split_whitespace())
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .expect("openssl is installed: ./scripts/test sees to it")
}

/// Runs `openssl` in a folder, which must succeed, and returns what it printed.
pub fn openssl_done(folder: &Path, arguments: &str) -> Vec<u8> {
    let output = openssl(folder, arguments);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "openssl {arguments}\n{stderr}");
    output.stdout
}
