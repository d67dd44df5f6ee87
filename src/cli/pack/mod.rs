//! `yuanmark pack …`

mod print;
mod release;

use std::fs::File;
use std::io::BufWriter;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use self::print::{opened, row, show, to_json};
use self::release::Release;
use super::arguments::{Caller, Installation, Page};
use super::failure::Failure;
use super::output::{Output, counted, table};
use super::values::{line, number, public_url, word};
use crate::domain::access::Scope;
use crate::domain::offer::{OfferState, OpenDays};
use crate::domain::order::OrderNumber;
use crate::domain::public_url::PublicUrl;
use crate::domain::text::Line;
use crate::service::pack::handover::{self, Door};

#[derive(Subcommand)]
pub(super) enum Pack {
    /// Offer an order's pack to its printer for one download, encrypted to the printer's key
    ///
    /// Prints the link, once: give it to the printer. An order that is issued is released by this. Codes are kept nowhere:
    /// the pack is made when the printer downloads it. The printer opens the link, presses the button, and unpacks what it
    /// got with `age -d -i key.txt order-1-batch-1.tar.age | tar x`.
    #[command(after_help = release::EXAMPLES)]
    Release(Release),
    /// Take an offer back before the printer has downloaded the pack
    #[command(after_help = "EXAMPLE\n  yuanmark pack withdraw 1 --reason 链接发错")]
    Withdraw(Reasoned),
    /// Ask for a second download
    #[command(after_help = "EXAMPLE\n  yuanmark pack again 1 --reason 下载中断")]
    Again(Reasoned),
    /// Approve a second download, as another person than the one who asked; prints its link, once
    #[command(
        after_help = "EXAMPLE\n  yuanmark pack approve 1 --by 王敏 --public-url https://v.example.cn"
    )]
    Approve {
        #[command(flatten)]
        one: One,
        #[command(flatten)]
        days: Days,
        /// The address of this installation, where the printer downloads
        #[arg(long, env = "YUANMARK_PUBLIC_URL", value_parser = public_url, value_name = "URL")]
        public_url: PublicUrl,
    },
    /// Refuse a second download that was asked for
    #[command(after_help = "EXAMPLE\n  yuanmark pack refuse 1 --reason 首次下载完整")]
    Refuse(Reasoned),
    /// Take the pack here, encrypted as it is, to hand it over on a disk: this is its one download
    #[command(
        after_help = "EXAMPLE\n  yuanmark pack take 1 --out order-1.tar.age --public-url https://v.example.cn"
    )]
    Take {
        #[command(flatten)]
        one: One,
        /// The file to write; never over another one
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// The address that the labels will carry
        #[arg(long, env = "YUANMARK_PUBLIC_URL", value_parser = public_url, value_name = "URL")]
        public_url: PublicUrl,
    },
    /// List orders whose packs were offered, the newest first
    #[command(after_help = "EXAMPLE\n  yuanmark pack list --state asked")]
    List {
        /// That stand so
        #[arg(long, value_parser = word::<OfferState>())]
        state: Option<OfferState>,
        #[command(flatten)]
        page: Page,
    },
    /// Show how an order's pack was offered, and what became of each download
    #[command(after_help = "EXAMPLE\n  yuanmark pack show 1")]
    Show {
        /// The order's number
        #[arg(value_parser = number(OrderNumber))]
        number: OrderNumber,
    },
}

#[derive(Args)]
pub(super) struct One {
    /// The order's number
    #[arg(value_parser = number(OrderNumber))]
    number: OrderNumber,
    #[command(flatten)]
    caller: Caller,
}

#[derive(Args)]
pub(super) struct Reasoned {
    #[command(flatten)]
    one: One,
    /// Why
    #[arg(long, value_parser = line)]
    reason: Line,
}

/// For how long a download is open.
#[derive(Args)]
pub(super) struct Days {
    /// For how many days the link is good, 1 to 30
    #[arg(long, default_value = "7", value_parser = days, value_name = "N")]
    days: OpenDays,
}

fn days(text: &str) -> Result<OpenDays, String> {
    let days = text.parse().ok().and_then(OpenDays::new);
    days.ok_or_else(|| format!("a number of days from 1 to {}", OpenDays::MOST))
}

impl Pack {
    pub(super) async fn run(
        self,
        place: &Installation,
        output: &mut Output,
    ) -> Result<(), Failure> {
        let store = place.store().await?;
        let order = match self {
            Self::Release(release) => return release.run(place, output).await,
            Self::Withdraw(Reasoned { one, reason }) => {
                handover::withdraw(&store, &one.caller.call(), one.number, reason).await?
            }
            Self::Again(Reasoned { one, reason }) => {
                handover::ask(&store, &one.caller.call(), one.number, reason).await?
            }
            Self::Approve {
                one,
                days,
                public_url,
            } => {
                let call = one.caller.call();
                let done = handover::approve(&store, &call, one.number, days.days).await?;
                let (value, text) = opened(&done, &public_url);
                return output.result(&value, &text);
            }
            Self::Refuse(Reasoned { one, reason }) => {
                handover::refuse(&store, &one.caller.call(), one.number, reason).await?
            }
            Self::Take {
                one,
                out,
                public_url,
            } => return take(place, output, &one, out, &public_url).await,
            Self::List { state, page } => {
                let before = page.before.map(OrderNumber);
                let mut found =
                    handover::list(&store, Scope::All, state, before, page.asked()).await?;
                let rest = page.cut(&mut found, |last| last.number);
                let rows: Vec<Vec<String>> = found.iter().map(row).collect();
                let head = [
                    "order", "state", "printer", "batch", "until", "taken", "product",
                ];
                let all: Vec<Value> = found.iter().map(to_json).collect();
                output.result(&json!({ "packs": all }), &table(&head, &rows))?;
                output.rest(rest);
                return Ok(());
            }
            Self::Show { number } => {
                let found = handover::of_order(&store, Scope::All, number).await?;
                let (value, text) = show(&found);
                return output.result(&value, &text);
            }
        };
        let found = handover::of_order(&store, Scope::All, order.number).await?;
        let (value, text) = show(&found);
        output.result(&value, &text)
    }
}

/// Writes the pack into a file, which is its one download.
async fn take(
    place: &Installation,
    output: &mut Output,
    one: &One,
    out: PathBuf,
    url: &PublicUrl,
) -> Result<(), Failure> {
    let (keys, store) = place.open().await?;
    let failed = |error: std::io::Error| {
        let hint = "name another file with --out";
        Failure::wrong_input(format!("{}: {error}", out.display()), hint)
    };
    // Before the download is spent.
    let file = File::options()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&out)
        .map_err(failed)?;
    let door = Door::Order(one.number);
    let taken = handover::take(&store, (&keys, url), &one.caller.call(), &door).await;
    let sending = match taken {
        Ok(sending) => sending,
        Err(error) => {
            _ = std::fs::remove_file(&out);
            return Err(error.into());
        }
    };
    let (mut sent, made) = sending.write(BufWriter::with_capacity(1 << 20, &file));
    let made = made.and_then(|()| {
        let path = out.clone();
        file.sync_all()
            .map_err(|source| crate::service::ServiceError::Files { path, source })
    });
    sent.is_whole = made.is_ok();
    handover::end(&store, sending.which(), &sent).await?;
    made?;
    let text = format!(
        "took the pack of order {}\n  {}, {}\n  SHA-256 {}",
        one.number,
        out.display(),
        counted(sent.bytes, "byte", "bytes"),
        sent.sha256
    );
    let value = json!({
        "order": one.number, "file": out, "bytes": sent.bytes, "sha256": sent.sha256,
    });
    output.result(&value, &text)
}
