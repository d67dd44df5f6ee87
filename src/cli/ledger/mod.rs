//! `yuanmark ledger …`

mod export;
mod print;
mod verify;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use self::export::Export;
use self::print::{row, show_json, show_text, to_json, to_text};
use self::verify::Verify;
use super::arguments::{Caller, Installation, Limit};
use super::failure::Failure;
use super::output::{Output, table};
use super::values::{entry, licensee, line, number, season};
use crate::domain::access::Scope;
use crate::domain::event::EventKind;
use crate::domain::ledger::chain::EntryNumber;
use crate::domain::ledger::entry::{KINDS, chinese};
use crate::domain::licensee::LicenseeNumber;
use crate::domain::lot::LotNumber;
use crate::domain::order::OrderNumber;
use crate::domain::printer::PrinterNumber;
use crate::domain::season::Season;
use crate::domain::text::Line;
use crate::service::{corrections, ledger};
use crate::store::ledger::Filter;

#[derive(Subcommand)]
pub(super) enum Ledger {
    /// List entries, the newest first
    #[command(
        after_help = "EXAMPLES\n  yuanmark ledger list --licensee 1 --season 2026\n  yuanmark ledger list --kind delivered --limit 20\n  yuanmark ledger list --before 1000 --json"
    )]
    List(List),
    /// Show an entry with all it says, and what later entries say of it
    #[command(after_help = "EXAMPLE\n  yuanmark ledger show 12")]
    Show {
        /// The entry's number
        #[arg(value_parser = entry())]
        number: EntryNumber,
    },
    /// Show where the ledger ends: number and hash of its last entry
    ///
    /// Noted down elsewhere, it proves later that nothing before it was changed.
    #[command(after_help = "EXAMPLE\n  yuanmark ledger head >> heads.txt")]
    Head,
    /// Prove the ledger: the chain of entries, the rules, and every balance
    ///
    /// Reads everything there is, as of one moment. Nothing waits for it meanwhile.
    Verify(Verify),
    /// Write entries as a table, the oldest first (台账导出)
    #[command(
        after_help = "EXAMPLES\n  yuanmark ledger export --season 2026 --out ledger-2026.xlsx\n  yuanmark ledger export --licensee 1 --kind delivered --out deliveries.csv"
    )]
    Export(Export),
    /// Take an entry back (更正), by an entry of its own
    ///
    /// Adjustments of entitlements, and what was reported printed, delivered or used; every mark must still be where the
    /// entry put it. All else is explained by `ledger note`, or followed by the step that mends it.
    #[command(
        after_help = "EXAMPLE\n  yuanmark ledger correct 12 --reason 录入卷号有误 --document 更正2026-2"
    )]
    Correct(Correct),
    /// Write a remark on an entry (更正说明); nothing else changes by it
    #[command(after_help = "EXAMPLE\n  yuanmark ledger note 12 --text 文号应为公告2026年第4号")]
    Note {
        /// The entry's number
        #[arg(value_parser = entry())]
        number: EntryNumber,
        /// The remark
        #[arg(long, value_parser = line)]
        text: Line,
        #[command(flatten)]
        caller: Caller,
    },
}

/// Which entries are meant.
#[derive(Args)]
pub(super) struct About {
    /// About this licensee
    #[arg(long, value_parser = licensee(), value_name = "NUMBER")]
    licensee: Option<LicenseeNumber>,
    /// About this printer
    #[arg(long, value_parser = number(PrinterNumber), value_name = "NUMBER")]
    printer: Option<PrinterNumber>,
    /// About this order
    #[arg(long, value_parser = number(OrderNumber), value_name = "NUMBER")]
    order: Option<OrderNumber>,
    /// About this season
    #[arg(long, value_parser = season, value_name = "YEAR")]
    season: Option<Season>,
    /// About this lot
    #[arg(long, value_parser = number(LotNumber), value_name = "NUMBER")]
    lot: Option<LotNumber>,
    /// Of this kind, such as order_approved, printed or delivered
    #[arg(long, value_parser = kind)]
    kind: Option<String>,
}

impl About {
    fn filter(self) -> Filter {
        Filter {
            licensee: self.licensee,
            printer: self.printer,
            order: self.order,
            season: self.season,
            lot: self.lot,
            kind: self.kind,
        }
    }
}

#[derive(Args)]
pub(super) struct List {
    #[command(flatten)]
    about: About,
    /// Only entries with a smaller number: the last one of the page before
    #[arg(long, value_parser = entry(), value_name = "NUMBER")]
    before: Option<EntryNumber>,
    #[command(flatten)]
    limit: Limit,
}

#[derive(Args)]
pub(super) struct Correct {
    /// The entry's number
    #[arg(value_parser = entry())]
    number: EntryNumber,
    /// Why
    #[arg(long, value_parser = line)]
    reason: Line,
    /// The number of the document that says so
    #[arg(long, value_parser = line)]
    document: Line,
    #[command(flatten)]
    caller: Caller,
}

/// A word that entries are written under.
fn kind(text: &str) -> Result<String, String> {
    if !chinese(text).is_empty() {
        return Ok(text.to_owned());
    }
    let of_entries = KINDS.iter().map(|(slug, ..)| *slug);
    let all: Vec<&str> = of_entries
        .chain(EventKind::ALL.map(EventKind::slug))
        .collect();
    Err(format!("an entry is one of {}", all.join(", ")))
}

impl Ledger {
    pub(super) async fn run(
        self,
        place: &Installation,
        output: &mut Output,
    ) -> Result<(), Failure> {
        let store = place.store().await?;
        let written = match self {
            Self::List(list) => return list.run(place, output).await,
            Self::Verify(verify) => return verify.run(place, output).await,
            Self::Export(export) => return export.run(place, output).await,
            Self::Show { number } => {
                let stored = ledger::get(&store, Scope::All, number).await?;
                let after = ledger::afterwards(&store, number).await?;
                return output.result(&show_json(&stored, &after), &show_text(&stored, &after));
            }
            Self::Head => {
                let head = ledger::head(&store).await?;
                let value = json!({"entry": head.number, "hash": head.hash.to_string()});
                return output.result(&value, &format!("{} {}", head.number, head.hash));
            }
            Self::Correct(correct) => {
                let call = correct.caller.call();
                let Correct {
                    number,
                    reason,
                    document,
                    ..
                } = correct;
                let written =
                    corrections::take_back(&store, &call, number, reason, document).await?;
                ledger::get(&store, Scope::All, written).await?
            }
            Self::Note {
                number,
                text,
                caller,
            } => {
                let written = corrections::note(&store, &caller.call(), number, text).await?;
                ledger::get(&store, Scope::All, written).await?
            }
        };
        output.result(&to_json(&written), &to_text(&written))
    }
}

impl List {
    async fn run(self, place: &Installation, output: &mut Output) -> Result<(), Failure> {
        let filter = self.about.filter();
        let store = place.store().await?;
        let mut found =
            ledger::list(&store, Scope::All, &filter, self.before, self.limit.asked()).await?;
        let rest = self.limit.cut(&mut found, |last| last.number);
        let rows: Vec<Vec<String>> = found.iter().map(row).collect();
        let head = [
            "entry", "at", "licensee", "printer", "order", "season", "lot", "kind", "by",
        ];
        let all: Vec<Value> = found.iter().map(to_json).collect();
        output.result(&json!({ "entries": all }), &table(&head, &rows))?;
        output.rest(rest);
        Ok(())
    }
}
