//! `yuanmark token …`, and how its file is read

use std::path::{Path, PathBuf};

use clap::Subcommand;
use serde_json::json;

use super::failure::Failure;
use super::output::Output;
use crate::domain::admin_token::AdminToken;
use crate::keystore::{KeystoreError, read_admin_token, write_admin_token};
use crate::service::system;

#[derive(Subcommand)]
pub(super) enum Token {
    /// Make a token from 32 random bytes, in a file that only its owner can read
    ///
    /// Programs send it as `Authorization: Bearer TOKEN`. To change it, make another file and start `serve` with that.
    #[command(
        after_help = "EXAMPLE\n  yuanmark token new --out admin-token && yuanmark serve --admin-token-file admin-token"
    )]
    New {
        /// The file to make
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
}

impl Token {
    pub(super) fn run(self, output: &mut Output) -> Result<(), Failure> {
        let Self::New { out } = self;
        write_admin_token(&out, &system::random()).map_err(|error| match error {
            KeystoreError::Exists(_) => Failure::wrong_input(
                error.to_string(),
                "name another file with --out, or move this one away",
            ),
            error => error.into(),
        })?;
        let text = format!(
            "made {}: whoever can read it is an administrator",
            out.display()
        );
        output.result(&json!({ "file": out }), &text)
    }
}

/// Reads the administrator's token that a flag names.
pub(super) fn read(path: &Path) -> Result<AdminToken, Failure> {
    read_admin_token(path).map_err(|error| match error {
        KeystoreError::Missing(_) => Failure::wrong_input(
            format!("there is no administrator's token in {}", path.display()),
            format!(
                "make one with `yuanmark token new --out {}`",
                path.display()
            ),
        ),
        error => error.into(),
    })
}
