//! `yuanmark doctor`

use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use super::arguments::Installation;
use super::failure::Failure;
use super::output::Output;
use crate::service::doctor::{self, Finding, Health};
use crate::service::system;

#[derive(Args)]
#[command(after_help = "EXIT CODES
  0  all is well, or there are only warnings
  1  something must be mended

EXAMPLE
  yuanmark doctor --json")]
pub(super) struct Doctor;

impl Doctor {
    #[allow(clippy::unused_self)] // a command like the others
    pub(super) async fn run(
        self,
        place: &Installation,
        output: &mut Output,
    ) -> Result<ExitCode, Failure> {
        let passphrase = place.passphrase()?;
        let folder = place.key_folder();
        let findings = doctor::examine(
            place.database()?,
            &folder,
            passphrase.as_ref(),
            system::now(),
        )
        .await;
        let text: Vec<String> = findings.iter().map(to_text).collect();
        output.result(&json!({ "findings": findings }), &text.join("\n"))?;
        let is_ill = findings
            .iter()
            .any(|finding| finding.health == Health::Error);
        Ok(ExitCode::from(u8::from(is_ill)))
    }
}

fn to_text(finding: &Finding) -> String {
    let word = match finding.health {
        Health::Ok => "ok     ",
        Health::Warning => "warning",
        Health::Error => "ERROR  ",
    };
    let mut text = format!("{word}  {:<14}  {}", finding.check, finding.found);
    if !finding.advice.is_empty() {
        text.push_str(&format!("\n{:25}to do: {}", "", finding.advice));
    }
    text
}
