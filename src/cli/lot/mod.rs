//! `yuanmark lot …`

mod print;

use clap::{Args, Subcommand};
use jiff::civil::Date;
use serde_json::{Value, json};

use self::print::{row, to_json, to_text};
use super::arguments::{Caller, Installation, Page};
use super::failure::Failure;
use super::output::{Output, table};
use super::values::{date, licensee, line, number, season, township, word};
use crate::domain::access::Scope;
use crate::domain::document::DocumentNumber;
use crate::domain::licensee::LicenseeNumber;
use crate::domain::lot::{Lot as Entry, LotLabel, LotNumber, NewLot, TestReport, TestResult};
use crate::domain::season::Season;
use crate::domain::text::Line;
use crate::domain::township::Township;
use crate::service::{documents, lots};

#[derive(Subcommand)]
pub(super) enum Lot {
    /// Enter a lot (生产批次): goods packed together, which marks are activated for
    ///
    /// The public sees code, product, form, season, day and place of the harvest, standard and certificate; packs and
    /// steps it does not.
    #[command(
        after_help = "EXAMPLE\n  yuanmark lot add --licensee 1 --season 2026 --form canned --code LOT-2026-01 \\\n      --product '清水芦笋罐头 425 g' --harvested 2026-03-20 --township 胭脂湖街道 \\\n      --standard '示例标准 2026' --packs 5000 --step 采收 --step 杀菌"
    )]
    Add(Add),
    /// File the report of an inspection (检验); a failed one recalls the lot at once
    #[command(
        after_help = "EXAMPLE\n  yuanmark lot report 1 --laboratory 示例检验所 --number 检验报告2026-017 \\\n      --date 2026-04-10 --result passed"
    )]
    Report(Report),
    /// Recall a lot with all its marks (批次召回): one command, effective at once
    #[command(
        after_help = "EXAMPLE\n  yuanmark lot recall 1 --reason 抽检不合格 --document 召回2026年第1号"
    )]
    Recall {
        #[command(flatten)]
        one: One,
        /// Why; the public reads it
        #[arg(long, value_parser = line)]
        reason: Line,
        /// The number of the decision or report
        #[arg(long, value_parser = line)]
        document: Option<Line>,
    },
    /// Take the recall of a lot back (解除召回), of all marks that are recalled because of it
    #[command(
        after_help = "EXAMPLE\n  yuanmark lot restore 1 --reason 复检合格 --document 复检2026-003"
    )]
    Restore {
        #[command(flatten)]
        one: One,
        /// Why
        #[arg(long, value_parser = line)]
        reason: Line,
        /// The number of the decision or report
        #[arg(long, value_parser = line)]
        document: Line,
    },
    /// List lots, the newest first
    #[command(after_help = "EXAMPLE\n  yuanmark lot list --licensee 1 --season 2026")]
    List {
        /// Of this licensee
        #[arg(long, value_parser = licensee(), value_name = "NUMBER")]
        licensee: Option<LicenseeNumber>,
        /// Of this season
        #[arg(long, value_parser = season, value_name = "YEAR")]
        season: Option<Season>,
        #[command(flatten)]
        page: Page,
    },
    /// Show a lot: what the public sees of it, and what it does not
    #[command(after_help = "EXAMPLE\n  yuanmark lot show 1")]
    Show {
        /// The lot's number
        #[arg(value_parser = number(LotNumber))]
        number: LotNumber,
    },
}

#[derive(Args)]
pub(super) struct One {
    /// The lot's number
    #[arg(value_parser = number(LotNumber))]
    number: LotNumber,
    #[command(flatten)]
    caller: Caller,
}

#[derive(Args)]
pub(super) struct Add {
    #[command(flatten)]
    account: super::entitlement::AccountArguments,
    /// The firm's own number of the lot, as on the pack
    #[arg(long, value_parser = line)]
    code: Line,
    /// The product as it stands on the pack
    #[arg(long, value_parser = line)]
    product: Line,
    /// When the shoots were picked (采收日期)
    #[arg(long, value_parser = date, value_name = "DATE")]
    harvested: Date,
    /// Where: the name of the township, or its code
    #[arg(long, value_parser = township)]
    township: Township,
    /// The standard (执行标准) with its version
    #[arg(long, value_parser = line)]
    standard: Line,
    /// The certificate of compliance (承诺达标合格证)
    #[arg(long, value_parser = line, value_name = "NUMBER")]
    certificate: Option<Line>,
    /// How many packs; no more marks are activated for it
    #[arg(long, value_name = "N")]
    packs: u32,
    /// A step of processing, in order; can be repeated
    #[arg(long = "step", value_parser = line)]
    steps: Vec<Line>,
    #[command(flatten)]
    caller: Caller,
}

#[derive(Args)]
pub(super) struct Report {
    /// The lot's number
    #[arg(value_parser = number(LotNumber), id = "lot", value_name = "LOT")]
    lot: LotNumber,
    /// Who tested
    #[arg(long, value_parser = line, value_name = "NAME")]
    laboratory: Line,
    /// The report's number
    #[arg(long, value_parser = line)]
    number: Line,
    /// The day of the report
    #[arg(long, value_parser = date)]
    date: Date,
    /// How it ended
    #[arg(long, value_parser = word::<TestResult>())]
    result: TestResult,
    /// The number of the document that is its file; added before with `document add`
    #[arg(long, value_parser = number(DocumentNumber), value_name = "NUMBER")]
    document: Option<DocumentNumber>,
    #[command(flatten)]
    caller: Caller,
}

impl Lot {
    pub(super) async fn run(
        self,
        place: &Installation,
        output: &mut Output,
    ) -> Result<(), Failure> {
        let store = place.store().await?;
        let lot = match self {
            Self::Add(add) => add.run(place).await?,
            Self::Report(report) => report.run(place).await?,
            Self::Recall {
                one,
                reason,
                document,
            } => lots::recall(&store, &one.caller.call(), one.number, reason, document).await?,
            Self::Restore {
                one,
                reason,
                document,
            } => lots::restore(&store, &one.caller.call(), one.number, reason, document).await?,
            Self::Show { number } => lots::get(&store, Scope::All, number).await?,
            Self::List {
                licensee,
                season,
                page,
            } => {
                let before = page.before.map(LotNumber);
                let asked = page.asked();
                let mut found =
                    lots::list(&store, Scope::All, licensee, season, before, asked).await?;
                let rest = page.cut(&mut found, |last| last.number);
                let rows: Vec<Vec<String>> = found.iter().map(row).collect();
                let head = [
                    "number", "licensee", "season", "form", "packs", "marks", "test", "recalled",
                    "entered", "code",
                ];
                let all: Vec<Value> = found.iter().map(to_json).collect();
                output.result(&json!({ "lots": all }), &table(&head, &rows))?;
                output.rest(rest);
                return Ok(());
            }
        };
        output.result(&to_json(&lot), &to_text(&lot))
    }
}

impl Add {
    async fn run(self, place: &Installation) -> Result<Entry, Failure> {
        let account = self.account.account();
        let new = NewLot {
            licensee: account.licensee,
            public: LotLabel {
                code: self.code,
                product: self.product,
                form: account.form,
                season: account.season,
                harvested: self.harvested,
                township: self.township,
                standard: self.standard,
                certificate: self.certificate,
            },
            packs: self.packs,
            steps: self.steps,
        };
        let store = place.store().await?;
        Ok(lots::enter(&store, &self.caller.call(), new).await?)
    }
}

impl Report {
    async fn run(self, place: &Installation) -> Result<Entry, Failure> {
        let store = place.store().await?;
        let file = match self.document {
            Some(number) => Some(
                documents::get(&store, Scope::All, number)
                    .await?
                    .document
                    .sha256,
            ),
            None => None,
        };
        let report = TestReport {
            laboratory: self.laboratory,
            number: self.number,
            date: self.date,
            result: self.result,
            file,
        };
        Ok(lots::report(&store, &self.caller.call(), self.lot, report).await?)
    }
}
