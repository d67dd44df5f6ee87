//! `yuanmark printer …`

use clap::Subcommand;
use serde_json::{Value, json};

use super::arguments::{Caller, Installation, Page};
use super::failure::Failure;
use super::output::{Output, beijing, card, or_dash, table};
use super::values::{line, number, uscc};
use crate::domain::access::Scope;
use crate::domain::printer::{NewPrinter, Printer as Entry, PrinterNumber};
use crate::domain::recipient::Recipient;
use crate::domain::text::Line;
use crate::domain::uscc::Uscc;
use crate::service::printers;

#[derive(Subcommand)]
pub(super) enum Printer {
    /// Enter a printer (承印方)
    #[command(
        after_help = "EXAMPLE\n  yuanmark printer add --name 示例彩印有限公司 --uscc 91430981MA4TEXT1XY --licence 印证字001号"
    )]
    Add {
        /// The registered name
        #[arg(long, value_parser = line)]
        name: Line,
        /// The unified social credit code (统一社会信用代码), 18 characters
        #[arg(long, value_parser = uscc)]
        uscc: Uscc,
        /// The number of its printing licence (印刷经营许可证)
        #[arg(long, value_parser = line, value_name = "NUMBER")]
        licence: Line,
        #[command(flatten)]
        caller: Caller,
    },
    /// Write down that a printer prints no more
    #[command(after_help = "EXAMPLE\n  yuanmark printer end 1 --reason 合同到期")]
    End {
        /// The printer's number
        #[arg(value_parser = number(PrinterNumber))]
        number: PrinterNumber,
        /// Why
        #[arg(long, value_parser = line)]
        reason: Line,
        #[command(flatten)]
        caller: Caller,
    },
    /// Set the public key that a printer's packs are encrypted to
    ///
    /// The printer makes it with `age-keygen -o key.txt`, keeps the file, and sends the line after "public key:". A private
    /// key is refused and kept nowhere; who gave it away must make another one.
    #[command(after_help = "EXAMPLE\n  yuanmark printer key 1 --age-recipient age1…")]
    Key {
        /// The printer's number
        #[arg(value_parser = number(PrinterNumber))]
        number: PrinterNumber,
        /// The public key, which begins with age1
        // Read below: clap would print what it refuses, and that may be a private key.
        #[arg(long, value_name = "KEY")]
        age_recipient: String,
        #[command(flatten)]
        caller: Caller,
    },
    /// List printers, the newest first
    #[command(after_help = "EXAMPLE\n  yuanmark printer list --json")]
    List {
        #[command(flatten)]
        page: Page,
    },
}

impl Printer {
    pub(super) async fn run(
        self,
        place: &Installation,
        output: &mut Output,
    ) -> Result<(), Failure> {
        let store = place.store().await?;
        let printer = match self {
            Self::Add {
                name,
                uscc,
                licence,
                caller,
            } => {
                let new = NewPrinter {
                    name,
                    uscc,
                    licence,
                };
                printers::enter(&store, &caller.call(), new).await?
            }
            Self::End {
                number,
                reason,
                caller,
            } => printers::end(&store, &caller.call(), number, reason).await?,
            Self::Key {
                number,
                age_recipient,
                caller,
            } => {
                let recipient = Recipient::new(&age_recipient).map_err(|error| {
                    Failure::wrong_input(
                        format!("--age-recipient: {error}"),
                        "`yuanmark printer key --help` says how a printer makes one",
                    )
                })?;
                printers::set_key(&store, &caller.call(), number, recipient).await?
            }
            Self::List { page } => {
                let before = page.before.map(PrinterNumber);
                let mut found = printers::list(&store, Scope::All, before, page.asked()).await?;
                let rest = page.cut(&mut found, |last| last.number);
                let rows: Vec<Vec<String>> = found.iter().map(row).collect();
                let head = ["number", "uscc", "added", "licence", "ended", "name"];
                let all: Vec<Value> = found.iter().map(to_json).collect();
                output.result(&json!({ "printers": all }), &table(&head, &rows))?;
                output.rest(rest);
                return Ok(());
            }
        };
        output.result(&to_json(&printer), &to_text(&printer))
    }
}

fn row(printer: &Entry) -> Vec<String> {
    vec![
        printer.number.to_string(),
        printer.particulars.uscc.to_string(),
        beijing(printer.added_at),
        printer.particulars.licence.to_string(),
        or_dash(printer.ended.as_ref()),
        printer.particulars.name.to_string(),
    ]
}

fn to_text(printer: &Entry) -> String {
    let mut fields = vec![
        ("name", printer.particulars.name.to_string()),
        ("uscc", printer.particulars.uscc.to_string()),
        ("licence", printer.particulars.licence.to_string()),
        ("added", beijing(printer.added_at)),
    ];
    if let Some(recipient) = &printer.recipient {
        fields.push(("key", recipient.to_string()));
    }
    if let Some(reason) = &printer.ended {
        fields.push(("ended", reason.to_string()));
    }
    card(&format!("printer {}", printer.number), &fields)
}

fn to_json(printer: &Entry) -> Value {
    json!({
        "number": printer.number,
        "name": printer.particulars.name,
        "uscc": printer.particulars.uscc.as_str(),
        "licence": printer.particulars.licence,
        "added_at": printer.added_at,
        "ended": printer.ended,
        "age_recipient": printer.recipient,
    })
}
