//! `yuanmark backup`, `yuanmark restore`

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use super::arguments::{By, Installation};
use super::failure::Failure;
use super::output::{Output, beijing, counted};
use crate::service::backup;
use crate::service::system;
use crate::service::trail::Origin;
use crate::store::DatabaseUrl;

#[derive(Args)]
#[command(after_help = "WHAT IS IN IT
  Everything that the database holds: ledger, register, documents and photos, accounts of people,
  what phones asked. No key of any kind: keep the key folder apart, and back it up when it changes
  (keys/README.md). The file can be read by its owner alone; whoever reads it reads all of that.

The server goes on answering. The file is there once it is whole: its pages were checked and its
ledger was verified. PostgreSQL is backed up by pg_dump; this command says how.

EXAMPLES
  yuanmark backup --out yuanmark-2026-04-02.backup
  yuanmark backup --out /mnt/elsewhere/$(date +%F).backup    every night, before `ledger verify`")]
pub(super) struct Backup {
    /// The file to write; there must be none of this name
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    #[command(flatten)]
    by: By,
}

#[derive(Args)]
#[command(after_help = "WHAT COMES AFTER
  Put the key folder of this installation beside it, then run doctor and serve. What was done since
  the backup was taken is not in it: labels of batches issued since are told to be not ours, and
  withdrawals since are not known. New batches are numbered a thousand further on, so that no number
  is given twice.

EXAMPLE
  yuanmark restore yuanmark-2026-04-02.backup --database sqlite:restored.db")]
pub(super) struct Restore {
    /// What `yuanmark backup` has written
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    by: By,
}

impl Backup {
    pub(super) async fn run(
        self,
        place: &Installation,
        output: &mut Output,
    ) -> Result<(), Failure> {
        let database = place.database()?;
        if let DatabaseUrl::Postgres(_) = database {
            return Err(backup::on_postgres(database).into());
        }
        let store = place.store().await?;
        let origin = Origin::shell(&self.by.by);
        let made = backup::make(&store, &self.out, &origin, system::now()).await?;
        let file = self.out.display();
        let text = format!(
            "{file}: a backup of {database} as of {}, {} MiB, checked; {} up to number {}\n\
             no key is in it: keep the key folder too",
            beijing(made.at),
            mib(made.bytes),
            counted(made.audit.entries, "entry", "entries"),
            made.audit.head.number,
        );
        output.result(&to_json(&file.to_string(), &made), &text)
    }
}

impl Restore {
    pub(super) async fn run(
        self,
        place: &Installation,
        output: &mut Output,
    ) -> Result<(), Failure> {
        let database = place.database()?;
        let DatabaseUrl::Sqlite(to) = database else {
            return Err(backup::on_postgres(database).into());
        };
        let origin = Origin::shell(&self.by.by);
        let made = backup::restore(&self.file, to, &origin, system::now()).await?;
        let text = format!(
            "{database}: restored as of {}, checked; {} up to number {}\n\
             run `yuanmark doctor` with the keys of this installation, then start the server",
            beijing(made.at),
            counted(made.audit.entries, "entry", "entries"),
            made.audit.head.number,
        );
        output.result(&to_json(&to.display().to_string(), &made), &text)
    }
}

const fn mib(bytes: u64) -> u64 {
    bytes.div_ceil(1 << 20)
}

fn to_json(file: &str, made: &backup::Backup) -> Value {
    json!({
        "file": file,
        "taken_at": made.at,
        "bytes": made.bytes,
        "entries": made.audit.entries,
        "head": { "entry": made.audit.head.number, "hash": made.audit.head.hash.to_string() },
    })
}
