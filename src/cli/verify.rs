//! `yuanmark verify`

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use super::arguments::Installation;
use super::failure::Failure;
use super::output::{Output, beijing};
use crate::domain::form::Form;
use crate::domain::input::Input;
use crate::domain::keyring::KeyStatus;
use crate::domain::verdict::Verdict;
use crate::http::api::VerdictBody;
use crate::keystore;
use crate::service::system;
use crate::service::verify::{self, Answer, Check, MarkAnswer};

/// The code may not be used now, though it is ours.
const NOT_GOOD_NOW: u8 = 3;
const COULD_NOT_CHECK: u8 = 2;
const NOT_OURS: u8 = 1;

#[derive(Args)]
#[command(after_help = "EXIT CODES
  0  genuine: first_check or checked_before (offline: the signature is good)
  1  not ours
  2  could not check
  3  ours, but withdrawn, not activated or past its season

EXAMPLES
  yuanmark verify 4BD9-QV4N-Q0NZ-57DB
  yuanmark verify --offline --keyring keyring.toml https://v.example.cn/t/EAcAAAAB…")]
pub(super) struct Verify {
    /// A code in any form: the label's address, 193 digits, base64url, or the typed serial
    code: String,
    /// Check the signature alone, with a keyring and no database
    ///
    /// Says who may use the mark, for what and when. Whether it was withdrawn, activated or asked about before is not
    /// known then. A serial cannot be checked offline.
    #[arg(long)]
    offline: bool,
    /// The keyring to check with; the key folder's own if left out
    #[arg(long, value_name = "FILE", requires = "offline")]
    keyring: Option<PathBuf>,
}

impl Verify {
    pub(super) async fn run(
        self,
        place: &Installation,
        output: &mut Output,
    ) -> Result<ExitCode, Failure> {
        if self.code.trim().is_empty() {
            return Err(Failure {
                exit_code: COULD_NOT_CHECK,
                ..Failure::wrong_input(
                    "there is no code to check",
                    "type the serial or the code of a mark, as in `yuanmark verify 4BD9-QV4N-Q0NZ-57DB`",
                )
            });
        }
        let done = if self.offline {
            self.offline(place, output)
        } else {
            self.online(place, output).await
        };
        done.map(ExitCode::from).map_err(|failure| Failure {
            exit_code: COULD_NOT_CHECK,
            ..failure
        })
    }

    fn offline(&self, place: &Installation, output: &mut Output) -> Result<u8, Failure> {
        let ring = match &self.keyring {
            Some(path) => keystore::read_keyring_file(path).map_err(|error| Failure {
                advice: "name a keyring.toml as it was published with --keyring".into(),
                ..error.into()
            })?,
            None => place.key_folder().read_keyring()?,
        };
        let input = Input::read(&self.code);
        if let Some(Input::Serial(_)) = input {
            return Err(Failure::wrong_input(
                "a serial cannot be checked offline",
                "give the whole code from the QR symbol, or leave out --offline",
            ));
        }
        let Some((code, status)) = verify::offline(&ring, &self.code) else {
            output.result(&json!({"verdict": "not_ours", "offline": true}), "not ours")?;
            return Ok(NOT_OURS);
        };
        let payload = code.payload();
        let form = Form::from_code(payload.form).map_or("unknown", Form::slug);
        let mut text = format!(
            "the signature is good\n  mark     {}\n  licensee {}\n  season   {}\n  form     {form}\n  key      {} ({})\n\
             not known offline: whether it was withdrawn, activated, or asked about before",
            payload.mark,
            payload.licensee,
            payload.season,
            payload.key,
            status.word(),
        );
        if let KeyStatus::Compromised { since } = status {
            text.push_str(&format!(
                "\nthis key is compromised: only marks issued before {} are good, which only the ledger can tell",
                beijing(since)
            ));
        }
        let value = json!({
            "verdict": "signature_good",
            "offline": true,
            "batch": payload.mark.batch.get(),
            "index": payload.mark.index.get(),
            "licensee": payload.licensee.0,
            "season": payload.season.year(),
            "form": form,
            "has_hidden_code": payload.has_hidden_code,
            "key": payload.key,
            "key_status": status.word(),
        });
        output.result(&value, &text)?;
        match status {
            KeyStatus::Compromised { .. } => Ok(COULD_NOT_CHECK),
            KeyStatus::Active | KeyStatus::Retired => Ok(0),
        }
    }

    async fn online(&self, place: &Installation, output: &mut Output) -> Result<u8, Failure> {
        let (keys, store) = place.open().await?;
        let check = Check::look(Input::read(&self.code));
        let answer = verify::answer(&store, &keys, check, system::now()).await?;
        let value = serde_json::to_value(VerdictBody::of(&answer)).unwrap_or_default();
        let text = match &answer {
            Answer::NotOurs => "not ours".to_owned(),
            Answer::Ours(mark) => to_text(mark),
        };
        output.result(&value, &text)?;
        Ok(match answer.verdict() {
            Verdict::FirstCheck | Verdict::CheckedBefore => 0,
            Verdict::NotOurs => NOT_OURS,
            Verdict::SuspectedCopy
            | Verdict::NotActivated
            | Verdict::Withdrawn
            | Verdict::PastSeason => NOT_GOOD_NOW,
        })
    }
}

fn to_text(answer: &MarkAnswer) -> String {
    let mut text = format!(
        "{}\n  mark     {}  {}\n  product  {} ({}), season {}\n  licensee {}  {}",
        answer.verdict.slug(),
        answer.mark,
        answer.serial,
        answer.facts.product,
        answer.facts.batch.form,
        answer.facts.batch.season,
        answer.licensee().name(),
        answer.licensee().uscc,
    );
    if let Some((kind, since, reason)) = &answer.withdrawal {
        text.push_str(&format!(
            "\n  {kind} since {}: {}",
            beijing(*since),
            reason.as_deref().unwrap_or("no reason given")
        ));
    }
    if let Some(since) = answer.past_since {
        text.push_str(&format!("\n  past its season since {}", beijing(since)));
    }
    if let Some(query) = &answer.query {
        text.push_str(&format!(
            "\n  queries  {} so far, the first at {}",
            query.number - 1,
            beijing(query.first.at)
        ));
    }
    text
}
