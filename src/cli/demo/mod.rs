//! `yuanmark demo`: the whole job in one folder, by the use cases that everything else uses.

mod copied;
mod people;
mod season;
mod steps;
mod tips;

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use jiff::SignedDuration;
use serde_json::json;

use self::people::{Parties, People};
use self::steps::{
    change_marks, code_of, index, make_batch, make_database, make_folder, make_keys, make_pack,
    make_token,
};
use super::address::Address;
use super::arguments::Installation;
use super::failure::Failure;
use super::output::Output;
use super::serve::{LogFormat, serve, start_log};
use crate::domain::access::Scope;
use crate::domain::code::{CODE_BYTES, Code};
use crate::domain::mark::MarkId;
use crate::domain::order::Batch;
use crate::domain::public_url::PublicUrl;
use crate::domain::tip::Ticket;
use crate::http::{App, CATALOG_MIB, Traffic};
use crate::render::terminal::{self, Ink};
use crate::service::keys::LiveKeys;
use crate::service::retention;
use crate::service::{ledger, pack, system};

/// Marks of the demonstration's one batch.
const MARKS: u32 = 1000;
/// The labels that are drawn, one file each.
const DRAWN: u32 = 24;
/// The revoked mark, one of the activated half.
const REVOKED: u32 = 7;
/// A mark that looks copied, likewise.
const COPIED: u32 = 8;
/// A mark of the half that is not activated.
const NOT_ACTIVATED: u32 = 750;
/// For how long the batch has been on the market.
const MARKET: SignedDuration = SignedDuration::from_hours(35 * 24);

#[derive(Args)]
#[command(after_help = "EXAMPLES
  yuanmark demo
  yuanmark demo --listen 0.0.0.0:8080 --public-url http://192.168.1.20:8080    to scan from a phone")]
pub(super) struct Demo {
    /// The folder to make or use again
    #[arg(long, default_value = "yuanmark-demo", value_name = "DIR")]
    dir: PathBuf,
    #[command(flatten)]
    address: Address,
    /// Make everything, but do not serve
    #[arg(long)]
    no_serve: bool,
}

impl Demo {
    pub(super) async fn run(
        self,
        place: &Installation,
        output: &mut Output,
    ) -> Result<(), Failure> {
        if place.passphrase_file.is_some() {
            let what = "the demonstration keeps its keys without a passphrase";
            return Err(Failure::wrong_input(what, "leave out --passphrase-file"));
        }
        if !place.is_by_default() {
            let what = "the demonstration keeps its database and keys in a folder of its own";
            let hint = "leave out --database and --keys (or the variables YUANMARK_DATABASE and YUANMARK_KEYS); --dir names the folder";
            return Err(Failure::wrong_input(what, hint));
        }
        let (listener, public_url) = if self.no_serve {
            (None, self.address.public_url()?)
        } else {
            // First of all: what cannot be served is not made.
            let (listener, url) = self.address.bind().await?;
            (Some(listener), url)
        };
        let begun = system::now() - MARKET;
        make_folder(&self.dir)?;
        let keys = make_keys(&self.dir, begun, output)?;
        let (token_file, token) = make_token(&self.dir, output)?;
        let store = make_database(&self.dir, output).await?;
        // A second run tells the story as of the same moment, and so finds every step of it.
        let begun = ledger::get(&store, Scope::All, 1)
            .await
            .map_or(begun, |first| first.at);
        let batch = make_batch(&store, &keys, begun, output).await?;
        make_pack(&self.dir, &store, &keys, &public_url, &batch, output).await?;
        change_marks(&store, &keys, &batch, begun, output).await?;
        let now = begun + MARKET;
        let revoked = MarkId {
            batch: batch.number,
            index: index(REVOKED)?,
        };
        let revoked = keys.secrets.serial.serial(revoked);
        let parties = Parties {
            licensee: batch.licensee,
            printer: season::fill(&store, &keys, now, output).await?,
        };
        let copied = code_of(
            &keys,
            &batch,
            MarkId {
                batch: batch.number,
                index: index(COPIED)?,
            },
        )?;
        copied::ask(&store, &keys, &copied, now, output).await?;
        let ticket = tips::send(&store, &keys, revoked, now, output).await?;
        let key = &keys.secrets.people;
        let people = people::make(&self.dir, &store, key, &public_url, parties, output).await?;
        let made = Made {
            token_file,
            people,
            ticket,
        };
        show(&keys, &public_url, &batch, &made, output)?;
        if let Some(listener) = listener {
            output.note(&format!("\nServing on {public_url} (Ctrl-C ends)."))?;
            start_log(LogFormat::Text);
            let traffic = Traffic::default();
            let (keys, token) = (Arc::new(keys), Some(token));
            let app = App::new(store, keys, public_url, token, traffic, CATALOG_MIB);
            serve(listener, app, retention::DAYS).await?;
        }
        Ok(())
    }
}

/// What is shown besides marks.
struct Made {
    token_file: PathBuf,
    people: People,
    ticket: Ticket,
}

fn show(
    keys: &LiveKeys,
    url: &PublicUrl,
    batch: &Batch,
    made: &Made,
    output: &mut Output,
) -> Result<(), Failure> {
    let (token_file, people, ticket) = (&made.token_file, &made.people, made.ticket);
    let code_at = |place: u32| {
        let index = index(place)?;
        code_of(
            keys,
            batch,
            MarkId {
                batch: batch.number,
                index,
            },
        )
    };
    let good = code_at(0)?;
    let serial = keys.secrets.serial.serial(good.payload().mark);
    let hidden = keys.secrets.hidden.hidden_code(good.payload().mark);
    let label = pack::label_of(&url.qr_prefix(), &good, serial)
        .map_err(|error| Failure::new(error.to_string(), "report this fault"))?;
    let ink = if output.is_terminal() {
        Ink::Ansi
    } else {
        Ink::LightOnDark
    };
    output.note(&format!("\n{}\n", terminal::render(label.symbol(), ink)))?;

    let mut forged = *good.bytes();
    forged[CODE_BYTES - 1] ^= 1; // one bit of the signature
    let forged = Code::from_bytes(forged).unwrap_or(good);
    let link = |code: &Code| url.link(&code.to_base64url());
    let (good, waiting, revoked, copied) = (
        link(&good),
        link(&code_at(NOT_ACTIVATED)?),
        link(&code_at(REVOKED)?),
        link(&code_at(COPIED)?),
    );
    let forged = link(&forged);
    let value = json!({
        "good": good, "not_activated": waiting, "revoked": revoked, "copied": copied, "forged": forged,
        "serial": serial.to_string(), "hidden_code": hidden, "ticket": ticket.to_string(), "check": url.to_string(), "admin_token_file": token_file,
        "console": format!("{url}/console"), "people": people.to_json(), "people_file": people.file(),
    });
    let text = format!(
        "Open these:\n  good           {good}\n  not activated  {waiting}\n  revoked        {revoked}\n  copied         {copied}\n  forged         {forged}\n\
         or type the good one's serial, {serial}, at {url}/\n\
         Under its film is the hidden code {hidden}; what became of a report is at {url}/report/{ticket}\n\
         Administrators' programs show the token in {}; {url}/openapi.json describes what they can ask.\n\n{}",
        token_file.display(),
        people.to_text(url),
    );
    output.result(&value, &text)
}
