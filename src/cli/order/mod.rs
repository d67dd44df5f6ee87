//! `yuanmark order …`

mod print;

pub(super) use self::print::{labels_json, labels_text};

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use self::print::{row, show_text, to_json, to_text};
use super::arguments::{By, Caller, Installation, Page};
use super::entitlement::AccountArguments;
use super::failure::Failure;
use super::files::{self, NewFile, exported};
use super::output::{Output, table};
use super::values::{licensee, line, mark_count, market, number, season, word};
use crate::domain::access::Scope;
use crate::domain::licensee::LicenseeNumber;
use crate::domain::mark::MarkCount;
use crate::domain::market::Market;
use crate::domain::order::{NewOrder, OrderNumber, OrderState};
use crate::domain::printer::PrinterNumber;
use crate::domain::season::Season;
use crate::domain::text::Line;
use crate::service::trail::Note;
use crate::service::{export, orders, system};
use crate::store::order::Filter;

#[derive(Subcommand)]
pub(super) enum Order {
    /// Place an order (申请印制)
    #[command(
        after_help = "EXAMPLE\n  yuanmark order new --licensee 1 --season 2026 --form canned \\\n      --product '清水芦笋罐头 425 g' --quantity 5000 --market 湖南,广东"
    )]
    New {
        #[command(flatten)]
        account: AccountArguments,
        /// The product and its size as they stand on the pack
        #[arg(long, value_parser = line)]
        product: Line,
        /// How many marks, 1 to 16,777,216
        #[arg(long, value_parser = mark_count, value_name = "N")]
        quantity: MarkCount,
        /// Provinces where the goods are to be sold (销售区域), such as 湖南,广东 or Hunan,Guangdong. A pack that turns up
        /// elsewhere is evidence for the detector. Without it: anywhere
        #[arg(long, value_parser = market, value_name = "PROVINCES")]
        market: Option<Market>,
        #[command(flatten)]
        caller: Caller,
    },
    /// Approve an order (核准印制): its quantity is taken from the entitlement
    #[command(after_help = "EXAMPLE\n  yuanmark order approve 1 --document 核准2026年第1号")]
    Approve {
        #[command(flatten)]
        one: One,
        /// The number of the approval
        #[arg(long, value_parser = line)]
        document: Option<Line>,
    },
    /// Reject an order (不予核准)
    #[command(after_help = "EXAMPLE\n  yuanmark order reject 1 --reason 超出年度额度")]
    Reject(Reasoned),
    /// Cancel an order before the printer has its data pack; its quantity comes back, its codes are revoked
    #[command(after_help = "EXAMPLE\n  yuanmark order cancel 1 --reason 包装改版")]
    Cancel(Reasoned),
    /// Give an order to a printer (指定承印方)
    #[command(after_help = "EXAMPLE\n  yuanmark order assign 1 --printer 1")]
    Assign {
        #[command(flatten)]
        one: One,
        /// The printer's number
        #[arg(long, value_parser = number(PrinterNumber), value_name = "NUMBER")]
        printer: PrinterNumber,
    },
    /// Write down that the printer got the data pack (发放数据包): from now on labels may exist
    #[command(
        after_help = "EXAMPLE\n  yuanmark order release 1 --receiver 王五 --pack pack-1/labels.csv"
    )]
    Release {
        #[command(flatten)]
        one: One,
        /// Who received it
        #[arg(long, value_parser = line, value_name = "NAME")]
        receiver: Line,
        /// The file that was handed over; its SHA-256 stands in the ledger
        #[arg(long, value_name = "FILE")]
        pack: Option<PathBuf>,
    },
    /// Close an order (结案) when every label is accounted for
    #[command(after_help = "EXAMPLE\n  yuanmark order close 1 --on-hand 0")]
    Close {
        #[command(flatten)]
        one: One,
        /// How many labels the licensee has counted on hand (结存)
        #[arg(long, value_name = "N")]
        on_hand: u32,
    },
    /// List orders, the newest first
    #[command(
        after_help = "EXAMPLES\n  yuanmark order list --limit 20\n  yuanmark order list --licensee 1 --season 2026 --state released"
    )]
    List(List),
    /// Write orders with the whereabouts of their labels as a table (印制发放使用台账)
    #[command(after_help = "EXAMPLE\n  yuanmark order export --season 2026 --out orders-2026.xlsx")]
    Export {
        #[command(flatten)]
        about: About,
        /// The file to write, FILE.csv or FILE.xlsx; never over another one
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        #[command(flatten)]
        by: By,
    },
    /// Show an order: where its labels are, and what must add up
    #[command(after_help = "EXAMPLE\n  yuanmark order show 1")]
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

/// Which orders are meant.
#[derive(Args)]
pub(super) struct About {
    /// Of this licensee
    #[arg(long, value_parser = licensee(), value_name = "NUMBER")]
    licensee: Option<LicenseeNumber>,
    /// With this printer
    #[arg(long, value_parser = number(PrinterNumber), value_name = "NUMBER")]
    printer: Option<PrinterNumber>,
    /// Of this season
    #[arg(long, value_parser = season, value_name = "YEAR")]
    season: Option<Season>,
    /// That have come so far
    #[arg(long, value_parser = word::<OrderState>())]
    state: Option<OrderState>,
}

impl About {
    const fn filter(&self) -> Filter {
        Filter {
            licensee: self.licensee,
            printer: self.printer,
            season: self.season,
            state: self.state,
        }
    }
}

#[derive(Args)]
pub(super) struct List {
    #[command(flatten)]
    about: About,
    #[command(flatten)]
    page: Page,
}

impl Order {
    pub(super) async fn run(
        self,
        place: &Installation,
        output: &mut Output,
    ) -> Result<(), Failure> {
        let store = place.store().await?;
        let order = match self {
            Self::New {
                account,
                product,
                quantity,
                market,
                caller,
            } => {
                let account = account.account();
                let new = NewOrder {
                    licensee: account.licensee,
                    season: account.season,
                    form: account.form,
                    product,
                    quantity,
                    market,
                };
                orders::place(&store, &caller.call(), new).await?
            }
            Self::Approve { one, document } => {
                orders::approve(&store, &one.caller.call(), one.number, document).await?
            }
            Self::Reject(Reasoned { one, reason }) => {
                orders::reject(&store, &one.caller.call(), one.number, reason).await?
            }
            Self::Cancel(Reasoned { one, reason }) => {
                orders::cancel(&store, &one.caller.call(), one.number, reason).await?
            }
            Self::Assign { one, printer } => {
                orders::assign(&store, &one.caller.call(), one.number, printer).await?
            }
            Self::Release {
                one,
                receiver,
                pack,
            } => {
                let hash = pack.map(|path| files::sha256(&path)).transpose()?;
                let hash = hash.as_deref().map(line).transpose();
                let hash = hash.map_err(|error| Failure::new(error, "report this fault"))?;
                orders::release(&store, &one.caller.call(), one.number, receiver, hash).await?
            }
            Self::Close { one, on_hand } => {
                orders::close(&store, &one.caller.call(), one.number, on_hand).await?
            }
            Self::List(list) => return list.run(place, output).await,
            Self::Export { about, out, by } => {
                let (file, format) = NewFile::of_table(&out)?;
                let filter = about.filter();
                let (file, rows) =
                    export::orders(&store, Scope::All, &filter, format, system::now(), file)
                        .await?;
                by.note(&store, Note::new("export").about("orders")).await?;
                file.keep()?;
                return exported(output, &out, rows, ("order", "orders"));
            }
            Self::Show { number } => {
                let order = orders::get(&store, Scope::All, number).await?;
                return output.result(&to_json(&order), &show_text(&order));
            }
        };
        output.result(&to_json(&order), &to_text(&order))
    }
}

impl List {
    async fn run(self, place: &Installation, output: &mut Output) -> Result<(), Failure> {
        let filter = self.about.filter();
        let before = self.page.before.map(OrderNumber);
        let store = place.store().await?;
        let mut found =
            orders::list(&store, Scope::All, &filter, before, self.page.asked()).await?;
        let rest = self.page.cut(&mut found, |last| last.number);
        let rows: Vec<Vec<String>> = found.iter().map(row).collect();
        let head = [
            "number", "state", "licensee", "season", "form", "quantity", "printer", "batch",
            "placed", "product",
        ];
        let all: Vec<Value> = found.iter().map(to_json).collect();
        output.result(&json!({ "orders": all }), &table(&head, &rows))?;
        output.rest(rest);
        Ok(())
    }
}
