//! `yuanmark transfer …`

use clap::Subcommand;
use serde_json::{Value, json};

use super::arguments::{Caller, Installation, Page};
use super::entitlement::AccountArguments;
use super::failure::Failure;
use super::output::{Output, beijing, card, number_of_marks, or_dash, table, thousands};
use super::values::{licensee, line, marks, number};
use crate::domain::access::Scope;
use crate::domain::licensee::LicenseeNumber;
use crate::domain::text::Line;
use crate::domain::transfer::{Transfer as Entry, TransferNumber};
use crate::service::transfers;

#[derive(Subcommand)]
pub(super) enum Transfer {
    /// Propose that quantity goes from one licensee to another (额度划转)
    ///
    /// It moves when both have confirmed it, each by a person of its own. No labels change hands.
    #[command(
        after_help = "EXAMPLE\n  yuanmark transfer propose --licensee 1 --season 2026 --form canned \\\n      --to 2 --marks 5,000 --document 合同2026-9"
    )]
    Propose {
        #[command(flatten)]
        from: AccountArguments,
        /// The number of the licensee who receives
        #[arg(long, value_parser = licensee(), value_name = "NUMBER")]
        to: LicenseeNumber,
        /// How many marks
        #[arg(long, value_parser = marks, value_name = "N")]
        marks: u64,
        /// The number of the contract or decision
        #[arg(long, value_parser = line)]
        document: Option<Line>,
        #[command(flatten)]
        caller: Caller,
    },
    /// Confirm a transfer for one of the two licensees
    #[command(after_help = "EXAMPLE\n  yuanmark transfer confirm 1 --licensee 2 --by 李四")]
    Confirm {
        /// The transfer's number
        #[arg(value_parser = number(TransferNumber))]
        number: TransferNumber,
        /// For which of the two
        #[arg(long, value_parser = licensee(), value_name = "NUMBER")]
        licensee: LicenseeNumber,
        #[command(flatten)]
        caller: Caller,
    },
    /// Drop a transfer that is not done
    #[command(after_help = "EXAMPLE\n  yuanmark transfer drop 1")]
    Drop {
        /// The transfer's number
        #[arg(value_parser = number(TransferNumber))]
        number: TransferNumber,
        #[command(flatten)]
        caller: Caller,
    },
    /// List transfers, the newest first
    #[command(after_help = "EXAMPLE\n  yuanmark transfer list --licensee 1")]
    List {
        /// That this licensee gives or receives
        #[arg(long, value_parser = licensee(), value_name = "NUMBER")]
        licensee: Option<LicenseeNumber>,
        #[command(flatten)]
        page: Page,
    },
    /// Show a transfer
    #[command(after_help = "EXAMPLE\n  yuanmark transfer show 1")]
    Show {
        /// The transfer's number
        #[arg(value_parser = number(TransferNumber))]
        number: TransferNumber,
    },
}

impl Transfer {
    pub(super) async fn run(
        self,
        place: &Installation,
        output: &mut Output,
    ) -> Result<(), Failure> {
        let store = place.store().await?;
        let transfer = match self {
            Self::Propose {
                from,
                to,
                marks,
                document,
                caller,
            } => {
                let (call, from) = (caller.call(), from.account());
                transfers::propose(&store, &call, from, to, marks, document).await?
            }
            Self::Confirm {
                number,
                licensee,
                caller,
            } => transfers::confirm(&store, &caller.call(), number, licensee).await?,
            Self::Drop { number, caller } => {
                transfers::withdraw(&store, &caller.call(), number).await?
            }
            Self::Show { number } => transfers::get(&store, Scope::All, number).await?,
            Self::List { licensee, page } => {
                let before = page.before.map(TransferNumber);
                let mut found =
                    transfers::list(&store, Scope::All, licensee, before, page.asked()).await?;
                let rest = page.cut(&mut found, |last| last.number);
                let rows: Vec<Vec<String>> = found.iter().map(row).collect();
                let head = [
                    "number", "state", "season", "form", "from", "to", "marks", "proposed",
                    "document",
                ];
                let all: Vec<Value> = found.iter().map(to_json).collect();
                output.result(&json!({ "transfers": all }), &table(&head, &rows))?;
                output.rest(rest);
                return Ok(());
            }
        };
        output.result(&to_json(&transfer), &to_text(&transfer))
    }
}

fn row(transfer: &Entry) -> Vec<String> {
    vec![
        transfer.number.to_string(),
        transfer.state.slug().into(),
        transfer.from.season.to_string(),
        transfer.from.form.to_string(),
        transfer.from.licensee.to_string(),
        transfer.to.to_string(),
        thousands(transfer.marks),
        beijing(transfer.at),
        or_dash(transfer.document.as_ref()),
    ]
}

fn to_text(transfer: &Entry) -> String {
    let side = |licensee: LicenseeNumber, by: &Option<Line>| match by {
        Some(by) => format!("licensee {licensee}, confirmed by {by}"),
        None => format!("licensee {licensee}, not confirmed yet"),
    };
    card(
        &format!(
            "transfer {}: {} ({})",
            transfer.number,
            transfer.state.slug(),
            transfer.state.chinese()
        ),
        &[
            (
                "what",
                format!(
                    "{} for {} ({}), season {}",
                    number_of_marks(transfer.marks),
                    transfer.from.form,
                    transfer.from.form.chinese(),
                    transfer.from.season
                ),
            ),
            ("from", side(transfer.from.licensee, &transfer.giver)),
            ("to", side(transfer.to, &transfer.receiver)),
            ("document", or_dash(transfer.document.as_ref())),
            (
                "proposed",
                format!("{} by {}", beijing(transfer.at), transfer.by),
            ),
        ],
    )
}

fn to_json(transfer: &Entry) -> Value {
    json!({
        "number": transfer.number,
        "state": transfer.state,
        "season": transfer.from.season,
        "form": transfer.from.form,
        "from": transfer.from.licensee,
        "to": transfer.to,
        "marks": transfer.marks,
        "document": transfer.document,
        "giver_confirmed_by": transfer.giver,
        "receiver_confirmed_by": transfer.receiver,
        "proposed_at": transfer.at,
        "by": transfer.by,
    })
}
