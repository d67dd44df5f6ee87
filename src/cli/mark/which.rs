//! Which marks a command means: never more than was named.

use std::path::PathBuf;

use clap::{ArgGroup, Args};

use crate::cli::failure::Failure;
use crate::cli::files::read_list;
use crate::cli::values::{batch_number, number};
use crate::domain::container::ContainerNumber;
use crate::domain::mark::BatchNumber;
use crate::service::marks::Which as Chosen;

/// Marks by index or serial.
#[derive(Args)]
// A group of clap's own making would hold --batch too, and --batch alone would then be a choice.
#[group(skip)]
pub(in crate::cli) struct Lines {
    /// Indices such as 7 or 10-20, both ends included; can be repeated
    #[arg(long, value_name = "RANGE", requires = "batch")]
    range: Vec<String>,
    /// A serial, or FIRST..LAST; can be repeated
    #[arg(long, value_name = "SERIAL")]
    serial: Vec<String>,
    /// A file with one serial, index or range a line; - for standard input
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
}

/// Which marks.
#[derive(Args)]
#[group(skip)]
#[command(group = ArgGroup::new("which").required(true).multiple(true)
    .args(["range", "serial", "file", "all", "container"]))]
pub(in crate::cli) struct Which {
    /// The batch in which indices count
    #[arg(long, value_parser = batch_number, value_name = "NUMBER", required_if_eq("all", "true"))]
    pub batch: Option<BatchNumber>,
    #[command(flatten)]
    lines: Lines,
    /// What is in this roll or box; can be repeated
    #[arg(long, value_parser = number(ContainerNumber), value_name = "NUMBER",
        conflicts_with_all = ["batch", "range", "serial", "file", "all"])]
    container: Vec<ContainerNumber>,
    /// The whole batch
    #[arg(long, conflicts_with_all = ["range", "serial", "file"])]
    all: bool,
    /// Take what can be taken even if some lines or marks cannot
    #[arg(long)]
    pub skip_bad: bool,
}

/// Marks as they were named, with the text of their lines.
pub(super) enum Named {
    All,
    Lines(String),
    Containers(Vec<ContainerNumber>),
}

impl Named {
    /// The same as the ledger takes it.
    pub(super) fn chosen(&self) -> Chosen<'_> {
        match self {
            Self::All => Chosen::All,
            Self::Lines(text) => Chosen::Lines(text),
            Self::Containers(numbers) => Chosen::Containers(numbers),
        }
    }
}

impl Which {
    pub(super) fn named(&self) -> Result<Named, Failure> {
        if self.all {
            return Ok(Named::All);
        }
        if !self.container.is_empty() {
            return Ok(Named::Containers(self.container.clone()));
        }
        self.lines.text().map(Named::Lines)
    }
}

impl Lines {
    /// All that was named, a line each.
    pub(in crate::cli) fn text(&self) -> Result<String, Failure> {
        let named: Vec<&str> = self
            .range
            .iter()
            .chain(&self.serial)
            .map(String::as_str)
            .collect();
        let Some(path) = &self.file else {
            return Ok(named.join("\n"));
        };
        // The file alone, so that line numbers are its own.
        if !named.is_empty() {
            return Err(Failure::wrong_input(
                "--file stands beside --range or --serial",
                "put all of them into the file, or run the command twice",
            ));
        }
        read_list(path)
    }
}
