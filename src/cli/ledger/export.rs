//! `yuanmark ledger export`

use std::path::PathBuf;

use clap::Args;

use super::About;
use crate::cli::arguments::{By, Installation};
use crate::cli::failure::Failure;
use crate::cli::files::{NewFile, exported};
use crate::cli::output::Output;
use crate::domain::access::Scope;
use crate::service::trail::Note;
use crate::service::{export, system};

#[derive(Args)]
pub(in crate::cli) struct Export {
    #[command(flatten)]
    about: About,
    /// The file to write, FILE.csv or FILE.xlsx; never over another one
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    #[command(flatten)]
    by: By,
}

impl Export {
    pub(super) async fn run(
        self,
        place: &Installation,
        output: &mut Output,
    ) -> Result<(), Failure> {
        let store = place.store().await?;
        let (file, format) = NewFile::of_table(&self.out)?;
        let filter = self.about.filter();
        let (file, rows) =
            export::entries(&store, Scope::All, &filter, format, system::now(), file).await?;
        self.by
            .note(&store, Note::new("export").about("ledger"))
            .await?;
        file.keep()?;
        exported(output, &self.out, rows, ("entry", "entries"))
    }
}
