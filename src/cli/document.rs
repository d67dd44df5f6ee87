//! `yuanmark document …`

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::arguments::{Caller, Installation, Page};
use super::failure::Failure;
use super::files;
use super::output::{Output, beijing, card, or_dash, table, thousands};
use super::values::{licensee, line, number, word};
use crate::domain::access::Scope;
use crate::domain::document::{AddedDocument, DocumentNumber, Purpose};
use crate::domain::licensee::LicenseeNumber;
use crate::domain::lot::LotNumber;
use crate::domain::text::Line;
use crate::service::documents::{self, NewDocument};

#[derive(Subcommand)]
pub(super) enum Document {
    /// Add a file (归档): PDF, PNG, JPEG, TIFF or SVG up to 10 MiB
    ///
    /// Its SHA-256 stands in the ledger. With the same purpose and title it is the next version; nothing is replaced.
    #[command(
        after_help = "EXAMPLES\n  yuanmark document add --licensee 1 --purpose artwork --title 专用标志图样 --file artwork.svg\n  yuanmark document add --licensee 1 --lot 1 --purpose report \\\n      --title 检验报告2026-017 --file report.pdf"
    )]
    Add(Add),
    /// List the files of a licensee, the newest first
    #[command(after_help = "EXAMPLE\n  yuanmark document list --licensee 1")]
    List {
        /// The licensee's number
        #[arg(long, value_parser = licensee(), value_name = "NUMBER")]
        licensee: LicenseeNumber,
        #[command(flatten)]
        page: Page,
    },
    /// Write a file as it was added; never over another one
    #[command(after_help = "EXAMPLE\n  yuanmark document get 1 --out artwork.svg")]
    Get {
        /// The document's number
        #[arg(value_parser = number(DocumentNumber))]
        number: DocumentNumber,
        /// The file to make, mode 0600
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
}

#[derive(Args)]
pub(super) struct Add {
    /// Whose file it belongs to
    #[arg(long, value_parser = licensee(), value_name = "NUMBER")]
    licensee: LicenseeNumber,
    /// The lot it is about
    #[arg(long, value_parser = number(LotNumber), value_name = "NUMBER")]
    lot: Option<LotNumber>,
    /// What it is for
    #[arg(long, value_parser = word::<Purpose>())]
    purpose: Purpose,
    /// Its title
    #[arg(long, value_parser = line)]
    title: Line,
    /// The file
    #[arg(long, value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    caller: Caller,
}

impl Document {
    pub(super) async fn run(
        self,
        place: &Installation,
        output: &mut Output,
    ) -> Result<(), Failure> {
        match self {
            Self::Add(add) => {
                let store = place.store().await?;
                let content = files::read_document(&add.file)?;
                let new = NewDocument {
                    licensee: add.licensee,
                    lot: add.lot,
                    purpose: add.purpose,
                    title: add.title,
                    content: &content,
                };
                let added = documents::add(&store, &add.caller.call(), &new).await?;
                output.result(&to_json(&added), &to_text(&added))
            }
            Self::List { licensee, page } => {
                let store = place.store().await?;
                let before = page.before.map(DocumentNumber);
                let mut found =
                    documents::list(&store, Scope::All, licensee, before, page.asked()).await?;
                let rest = page.cut(&mut found, |last| last.document.number);
                let rows: Vec<Vec<String>> = found.iter().map(row).collect();
                let head = [
                    "number", "purpose", "version", "lot", "bytes", "added", "by", "title",
                ];
                let all: Vec<Value> = found.iter().map(to_json).collect();
                output.result(&json!({ "documents": all }), &table(&head, &rows))?;
                output.rest(rest);
                Ok(())
            }
            Self::Get { number, out } => {
                let store = place.store().await?;
                let (found, content) = documents::content(&store, Scope::All, number).await?;
                files::write_new(&out, &content)?;
                let mut value = to_json(&found);
                value["file"] = json!(out);
                let text = format!("{}: {}", out.display(), in_one_line(&found));
                output.result(&value, &text)
            }
        }
    }
}

fn row(added: &AddedDocument) -> Vec<String> {
    let document = &added.document;
    vec![
        document.number.to_string(),
        document.purpose.slug().into(),
        document.version.to_string(),
        or_dash(document.lot),
        thousands(document.size),
        beijing(added.at),
        added.by.to_string(),
        document.title.to_string(),
    ]
}

pub(super) fn in_one_line(added: &AddedDocument) -> String {
    let document = &added.document;
    format!(
        "document {}, {} ({}), {}, version {}, {} bytes",
        document.number,
        document.purpose.slug(),
        document.purpose.chinese(),
        document.title,
        document.version,
        thousands(document.size),
    )
}

fn to_text(added: &AddedDocument) -> String {
    let document = &added.document;
    card(
        &in_one_line(added),
        &[
            ("licensee", document.licensee.to_string()),
            ("lot", or_dash(document.lot)),
            ("kind", document.media_type.slug().into()),
            ("sha256", document.sha256.to_string()),
            ("added", format!("{} by {}", beijing(added.at), added.by)),
        ],
    )
}

pub(super) fn to_json(added: &AddedDocument) -> Value {
    let document = &added.document;
    json!({
        "number": document.number,
        "licensee": document.licensee,
        "lot": document.lot,
        "purpose": document.purpose,
        "title": document.title,
        "version": document.version,
        "media_type": document.media_type,
        "size": document.size,
        "sha256": document.sha256,
        "added_at": added.at,
        "by": added.by,
    })
}
