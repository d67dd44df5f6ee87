//! Which marks a command means: never more than was named.

use std::path::{Path, PathBuf};

use clap::{ArgGroup, Args};

use crate::cli::arguments::batch_number;
use crate::cli::failure::Failure;
use crate::domain::mark::BatchNumber;

/// Bytes; a million serials fit.
const LARGEST_FILE: u64 = 64 << 20;

/// Which marks.
#[derive(Args)]
// The group of clap's own making would hold --batch and --skip-bad too, and --batch alone would then be a choice.
#[group(skip)]
#[command(group = ArgGroup::new("which").required(true).multiple(true).args(["range", "serial", "file", "all"]))]
pub(in crate::cli) struct Which {
    /// The batch in which indices count
    #[arg(long, value_parser = batch_number, value_name = "NUMBER", required_if_eq("all", "true"))]
    pub batch: Option<BatchNumber>,
    /// Indices such as 7 or 10-20, both ends included; can be repeated
    #[arg(long, value_name = "RANGE", requires = "batch")]
    range: Vec<String>,
    /// A serial, or FIRST..LAST; can be repeated
    #[arg(long, value_name = "SERIAL")]
    serial: Vec<String>,
    /// A file with one serial, index or range a line; - for standard input
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// The whole batch
    #[arg(long, conflicts_with_all = ["range", "serial", "file"])]
    all: bool,
    /// Take the good lines even if there are bad ones
    #[arg(long)]
    pub skip_bad: bool,
}

impl Which {
    /// All that was named, a line each; `None` for the whole batch.
    pub(super) fn lines(&self) -> Result<Option<String>, Failure> {
        if self.all {
            return Ok(None);
        }
        let named: Vec<&str> = self
            .range
            .iter()
            .chain(&self.serial)
            .map(String::as_str)
            .collect();
        let Some(path) = &self.file else {
            return Ok(Some(named.join("\n")));
        };
        // The file alone, so that line numbers are its own.
        if !named.is_empty() {
            return Err(Failure::wrong_input(
                "--file stands beside --range or --serial",
                "put all of them into the file, or run the command twice",
            ));
        }
        read_file(path).map(Some)
    }
}

fn read_file(path: &Path) -> Result<String, Failure> {
    use std::io::Read;
    let wrong = |error: std::io::Error| {
        Failure::wrong_input(
            format!("{}: {error}", path.display()),
            "name a text file in UTF-8",
        )
    };
    let mut text = String::new();
    let read = if path == Path::new("-") {
        std::io::stdin()
            .take(LARGEST_FILE + 1)
            .read_to_string(&mut text)
    } else {
        let file = std::fs::File::open(path).map_err(wrong)?;
        file.take(LARGEST_FILE + 1).read_to_string(&mut text)
    };
    let bytes = read.map_err(wrong)?;
    if bytes as u64 > LARGEST_FILE {
        return Err(Failure::wrong_input(
            format!(
                "{} is larger than {} MiB",
                path.display(),
                LARGEST_FILE >> 20
            ),
            "split it, or name ranges instead of single serials",
        ));
    }
    // Spreadsheets put a byte-order mark before the first line.
    Ok(text.trim_start_matches('\u{feff}').to_owned())
}
