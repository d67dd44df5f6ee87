//! `yuanmark licensee export` and `licensee import`

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use crate::cli::arguments::{By, Caller, Installation};
use crate::cli::failure::Failure;
use crate::cli::files::{NewFile, exported, read_table};
use crate::cli::output::{Output, counted};
use crate::domain::access::Scope;
use crate::domain::said::Said;
use crate::service::register::{self, Import as Imported, RowOutcome, Taking};
use crate::service::system;
use crate::service::trail::Note;

/// Bad rows that are printed; the rest are counted. All of them stand in the JSON.
const MOST_ROWS: usize = 100;

#[derive(Args)]
pub(in crate::cli) struct Export {
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
        let (file, rows) = register::export(
            &store,
            Scope::All,
            &crate::store::lists::LicenseeFilter::default(),
            format,
            system::now(),
            file,
        )
        .await?;
        self.by
            .note(&store, Note::new("export").about("licensees"))
            .await?;
        file.keep()?;
        exported(output, &self.out, rows, ("licensee", "licensees"))
    }
}

#[derive(Args)]
pub(in crate::cli) struct Import {
    /// A CSV file (UTF-8, UTF-16 or GB18030) with the titles that `licensee export` writes
    file: PathBuf,
    /// Say what would become of each row, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Take the good rows even if there are bad ones; else nothing is taken then
    #[arg(long)]
    skip_bad: bool,
    #[command(flatten)]
    caller: Caller,
}

impl Import {
    pub(super) async fn run(
        self,
        place: &Installation,
        output: &mut Output,
    ) -> Result<(), Failure> {
        let content = read_table(&self.file)?;
        let store = place.store().await?;
        let taking = Taking {
            dry_run: self.dry_run,
            skip_bad: self.skip_bad,
        };
        let import = register::import(&store, &self.caller.call(), &content, taking).await?;
        output.result(&to_json(&import), &to_text(&import))?;
        let bad = import.bad();
        if bad == 0 || import.is_written {
            return Ok(());
        }
        Err(Failure {
            details: problems(&import),
            ..Failure::wrong_input(
                format!(
                    "{bad} of {} rows cannot be taken; nothing was changed",
                    import.rows.len()
                ),
                "mend these rows, or take the good ones alone with --skip-bad",
            )
        })
    }
}

fn problems(import: &Imported) -> Vec<String> {
    let mut told: Vec<String> = import
        .rows
        .iter()
        .filter_map(|(line, outcome)| match outcome {
            RowOutcome::Bad(problems) => {
                Some(format!("line {line}: {}", english(problems).join("; ")))
            }
            _ => None,
        })
        .collect();
    if told.len() > MOST_ROWS {
        let more = told.len() - MOST_ROWS;
        told.truncate(MOST_ROWS);
        told.push(format!("… and {more} more; --json lists them all"));
    }
    told
}

fn to_text(import: &Imported) -> String {
    let count = |wanted: fn(&RowOutcome) -> bool| {
        import
            .rows
            .iter()
            .filter(|(_, outcome)| wanted(outcome))
            .count()
    };
    let mut text = format!(
        "{}{} ({}): {} new, {} changed, {} as they were, {} bad",
        if import.is_written {
            ""
        } else {
            "nothing was written; it would be: "
        },
        counted(import.rows.len() as u64, "row", "rows"),
        import.encoding,
        count(|outcome| matches!(outcome, RowOutcome::Entered(_))),
        count(|outcome| matches!(outcome, RowOutcome::Changed(_))),
        count(|outcome| matches!(outcome, RowOutcome::Unchanged(_))),
        import.bad(),
    );
    if import.is_written {
        for problem in problems(import) {
            text.push_str(&format!("\n  passed over: {problem}"));
        }
    }
    text
}

fn to_json(import: &Imported) -> Value {
    let row = |(line, outcome): &(u64, RowOutcome)| match outcome {
        RowOutcome::Entered(number) => {
            json!({"line": line, "outcome": "entered", "licensee": number})
        }
        RowOutcome::Changed(number) => {
            json!({"line": line, "outcome": "changed", "licensee": number})
        }
        RowOutcome::Unchanged(number) => {
            json!({"line": line, "outcome": "unchanged", "licensee": number})
        }
        RowOutcome::Bad(problems) => {
            json!({"line": line, "outcome": "bad", "problems": english(problems)})
        }
    };
    json!({
        "encoding": import.encoding,
        "written": import.is_written,
        "rows": import.rows.iter().map(row).collect::<Vec<_>>(),
    })
}

fn english(problems: &[Said]) -> Vec<&str> {
    problems.iter().map(|problem| problem.en.as_str()).collect()
}
