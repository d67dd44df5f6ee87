//! `yuanmark token …`, and how its file is read

use std::path::{Path, PathBuf};

use clap::Subcommand;
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Value, json};

use super::arguments::{By, Installation};
use super::failure::Failure;
use super::output::{Output, table};
use super::values::{date, line, number, word};
use crate::domain::access::token::TokenNumber;
use crate::domain::access::{Login, Permission};
use crate::domain::admin_token::AdminToken;
use crate::domain::text::Line;
use crate::keystore::{KeystoreError, read_admin_token, write_admin_token};
use crate::service::people::accounts;
use crate::service::people::tokens::{self, NewToken};
use crate::service::system;
use crate::service::trail::Origin;
use crate::store::Store;
use crate::store::token::Token as Kept;

#[derive(Subcommand)]
pub(super) enum Token {
    /// Make the installation's token, which opens everything, in a file that only its owner can read
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
    /// Make a token for a person's program: it opens what the person's role and --may both allow
    ///
    /// It is printed once and not kept. People make their own in the console.
    #[command(
        after_help = "EXAMPLE\n  yuanmark token make wang.min --for 仓库系统 --may order.read --may mark.receive --until 2026-12-31"
    )]
    Make {
        /// The name the person signs in with
        #[arg(value_parser = Login::new)]
        login: Login,
        /// What it is for, as lists of tokens say
        #[arg(long = "for", value_name = "PURPOSE", value_parser = line)]
        purpose: Line,
        /// What it may, once for each
        #[arg(long, required = true, value_name = "PERMISSION", value_parser = word::<Permission>())]
        may: Vec<Permission>,
        /// The last day on which it opens anything
        #[arg(long, value_name = "DAY", value_parser = date)]
        until: Date,
        #[command(flatten)]
        by: By,
    },
    /// List tokens of people, the newest first
    #[command(after_help = "EXAMPLE\n  yuanmark token list --login wang.min")]
    List {
        /// Only this person's
        #[arg(long, value_parser = Login::new)]
        login: Option<Login>,
    },
    /// Revoke a token of a person at once
    #[command(after_help = "EXAMPLE\n  yuanmark token revoke 3")]
    Revoke {
        /// Its number
        #[arg(value_parser = number(TokenNumber))]
        token: TokenNumber,
        #[command(flatten)]
        by: By,
    },
}

impl Token {
    pub(super) async fn run(
        self,
        place: &Installation,
        output: &mut Output,
    ) -> Result<(), Failure> {
        let now = system::now();
        match self {
            Self::New { out } => of_installation(&out, output),
            Self::Make {
                login,
                purpose,
                may,
                until,
                by,
            } => {
                let store = place.store().await?;
                let new = NewToken {
                    user: accounts::by_login(&store, &login).await?.number,
                    purpose,
                    permissions: may,
                    last_day: until,
                };
                let (made, text) = tokens::make(&store, &Origin::shell(&by.by), now, new).await?;
                let mut value = to_json(&made, &login, now);
                value["text"] = json!(*text);
                let told = format!(
                    "token {} of {login}, until {until}; it is shown this once:\n{}",
                    made.number, *text
                );
                output.result(&value, &told)
            }
            Self::List { login } => {
                let store = place.store().await?;
                let user = match &login {
                    Some(login) => Some(accounts::by_login(&store, login).await?.number),
                    None => None,
                };
                let found = tokens::list(&store, user, u32::MAX).await?;
                list(&store, &found, output).await
            }
            Self::Revoke { token, by } => {
                let store = place.store().await?;
                tokens::revoke(&store, &Origin::shell(&by.by), now, token, None).await?;
                let told = format!("token {token} opens nothing any more");
                output.result(&json!({ "revoked": token }), &told)
            }
        }
    }
}

fn of_installation(out: &Path, output: &mut Output) -> Result<(), Failure> {
    write_admin_token(out, &system::random()).map_err(|error| match error {
        KeystoreError::Exists(_) => Failure::wrong_input(
            error.to_string(),
            "name another file with --out, or move this one away",
        ),
        error => error.into(),
    })?;
    let text = format!(
        "made {}: whoever can read it may do everything",
        out.display()
    );
    output.result(&json!({ "file": out }), &text)
}

async fn list(store: &Store, found: &[Kept], output: &mut Output) -> Result<(), Failure> {
    let now = system::now();
    let (mut rows, mut all) = (Vec::new(), Vec::new());
    for token in found {
        let login = accounts::get(store, token.user).await?.login;
        let state = match token.revoked_at {
            Some(_) => "revoked",
            None if token.is_in_force(now) => "in force",
            None => "over",
        };
        rows.push(vec![
            token.number.to_string(),
            login.to_string(),
            token.last_day().to_string(),
            state.into(),
            words(token).join(" "),
            token.purpose.to_string(),
        ]);
        all.push(to_json(token, &login, now));
    }
    let head = ["number", "of", "until", "state", "may", "for"];
    output.result(&json!({ "tokens": all }), &table(&head, &rows))
}

fn words(token: &Kept) -> Vec<&'static str> {
    token.permissions.iter().map(|one| one.slug()).collect()
}

fn to_json(token: &Kept, login: &Login, now: Timestamp) -> Value {
    json!({
        "number": token.number,
        "login": login,
        "purpose": token.purpose,
        "permissions": words(token),
        "made_at": token.made_at,
        "last_day": token.last_day(),
        "revoked_at": token.revoked_at,
        "is_in_force": token.is_in_force(now),
    })
}

/// Reads the installation's token that a flag names.
pub(super) fn read(path: &Path) -> Result<AdminToken, Failure> {
    read_admin_token(path).map_err(|error| match error {
        KeystoreError::Missing(_) => Failure::wrong_input(
            format!("there is no token in {}", path.display()),
            format!(
                "make one with `yuanmark token new --out {}`",
                path.display()
            ),
        ),
        error => error.into(),
    })
}
