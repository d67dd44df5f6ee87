//! `yuanmark container …`

use std::process::ExitCode;

use clap::{ArgGroup, Args, Subcommand};
use serde_json::{Value, json};

use super::arguments::{Caller, Installation, Page};
use super::failure::{Failure, bad_lines};
use super::mark::{Lines, line_json};
use super::output::{
    Output, beijing, card, number_of_marks, or_dash, ranges_json, some_ranges, table, thousands,
};
use super::values::{batch_number, line, number, word};
use crate::domain::access::Scope;
use crate::domain::container::{Comparison, Container as Entry, ContainerKind, ContainerNumber};
use crate::domain::mark::BatchNumber;
use crate::domain::selection::{LineOutcome, LineReport};
use crate::domain::text::Line;
use crate::service::containers::{self, Fill};

/// What was found is not what should be in it.
const NOT_THE_SAME: u8 = 1;

#[derive(Subcommand)]
pub(super) enum Container {
    /// Fill a roll or a box with marks of one batch (装箱)
    ///
    /// A mark is in one roll and one box at most. Later the marks are named by the container: `mark delivered --container`.
    #[command(
        after_help = "EXAMPLE\n  yuanmark container fill --kind roll --batch 1 --range 0-999 --label 卷001"
    )]
    Fill(Filling),
    /// Hold a container against the marks that were found in it (箱物一致)
    #[command(after_help = "EXIT CODES
  0  box and content agree
  1  they do not: marks are missing, or others were found
  2  could not compare: a line names no mark

EXAMPLE\n  yuanmark container check 3 --file scanned.txt")]
    Check(Check),
    /// List containers, the newest first
    #[command(after_help = "EXAMPLE\n  yuanmark container list --batch 1")]
    List {
        /// With marks of this batch
        #[arg(long, value_parser = batch_number, value_name = "NUMBER")]
        batch: Option<BatchNumber>,
        #[command(flatten)]
        page: Page,
    },
    /// Show a container and what is in it
    #[command(after_help = "EXAMPLE\n  yuanmark container show 1")]
    Show {
        /// The container's number
        #[arg(value_parser = number(ContainerNumber))]
        number: ContainerNumber,
    },
}

#[derive(Args)]
#[group(skip)]
#[command(group = ArgGroup::new("which").required(true).multiple(true).args(["range", "serial", "file"]))]
pub(super) struct Filling {
    /// Roll or box
    #[arg(long, value_parser = word::<ContainerKind>())]
    kind: ContainerKind,
    /// What stands on it
    #[arg(long, value_parser = line)]
    label: Option<Line>,
    /// The batch in which indices count
    #[arg(long, value_parser = batch_number, value_name = "NUMBER")]
    batch: Option<BatchNumber>,
    #[command(flatten)]
    lines: Lines,
    #[command(flatten)]
    caller: Caller,
}

#[derive(Args)]
pub(super) struct Check {
    /// The container's number
    #[arg(value_parser = number(ContainerNumber))]
    number: ContainerNumber,
    /// A file with one serial, or index of the container's batch, a line; - for standard input
    #[arg(long, value_name = "FILE")]
    file: std::path::PathBuf,
}

impl Container {
    pub(super) async fn run(
        self,
        place: &Installation,
        output: &mut Output,
    ) -> Result<ExitCode, Failure> {
        let container = match self {
            Self::Check(check) => return check.run(place, output).await,
            Self::Fill(filling) => filling.run(place).await?,
            Self::Show { number } => {
                containers::get(&place.store().await?, Scope::All, number).await?
            }
            Self::List { batch, page } => {
                let store = place.store().await?;
                let before = page.before.map(ContainerNumber);
                let mut found =
                    containers::list(&store, Scope::All, batch, before, page.asked()).await?;
                let rest = page.cut(&mut found, |last| last.number);
                let rows: Vec<Vec<String>> = found.iter().map(row).collect();
                let head = ["number", "kind", "batch", "marks", "filled", "by", "label"];
                let all: Vec<Value> = found.iter().map(to_json).collect();
                output.result(&json!({ "containers": all }), &table(&head, &rows))?;
                output.rest(rest);
                return Ok(ExitCode::SUCCESS);
            }
        };
        output.result(&to_json(&container), &to_text(&container))?;
        Ok(ExitCode::SUCCESS)
    }
}

impl Filling {
    async fn run(self, place: &Installation) -> Result<Entry, Failure> {
        let (keys, store) = place.open().await?;
        let lines = self.lines.text()?;
        let fill = Fill {
            kind: self.kind,
            batch: self.batch,
            lines: &lines,
            label: self.label,
        };
        let call = self.caller.call();
        let filled = containers::fill(&store, &keys, &call, &fill).await;
        // Half a roll is not filled.
        filled.map_err(|error| Failure::of_the_whole(error, "mend these lines, and fill it again"))
    }
}

impl Check {
    async fn run(self, place: &Installation, output: &mut Output) -> Result<ExitCode, Failure> {
        let (keys, store) = place.open().await?;
        let text = super::files::read_list(&self.file)?;
        let (container, comparison, lines) =
            containers::compare(&store, Scope::All, &keys, self.number, &text).await?;
        if lines.iter().any(names_nothing) {
            let junk = lines.iter().filter(|line| names_nothing(line));
            return Err(Failure {
                details: bad_lines(&junk.cloned().collect::<Vec<LineReport>>()),
                ..Failure::wrong_input(
                    "some lines name no mark; box and content were not compared",
                    "mend these lines, and check it again",
                )
            });
        }
        let agrees = comparison.agrees() && lines.iter().all(is_good);
        output.result(
            &comparison_json(&container, &comparison, &lines, agrees),
            &comparison_text(&container, &comparison, &lines, agrees),
        )?;
        Ok(if agrees {
            ExitCode::SUCCESS
        } else {
            ExitCode::from(NOT_THE_SAME)
        })
    }
}

const fn is_good(line: &LineReport) -> bool {
    !matches!(line.outcome, LineOutcome::Bad(_))
}

const fn names_nothing(line: &LineReport) -> bool {
    matches!(&line.outcome, LineOutcome::Bad(error) if error.names_nothing())
}

fn comparison_text(
    container: &Entry,
    comparison: &Comparison,
    lines: &[LineReport],
    agrees: bool,
) -> String {
    let mut text = format!(
        "{} {} of batch {}: {} of {} marks are in it; {}",
        container.filled.kind.slug(),
        container.number,
        container.filled.batch,
        thousands(comparison.agree),
        thousands(container.marks()),
        if agrees {
            "box and content agree (箱物一致)"
        } else {
            "BOX AND CONTENT DO NOT AGREE (箱物不符)"
        }
    );
    if !comparison.missing.is_empty() {
        text.push_str(&format!(
            "\n  missing: {}",
            some_ranges(&comparison.missing)
        ));
    }
    if !comparison.foreign.is_empty() {
        text.push_str(&format!(
            "\n  not of this container: {}",
            some_ranges(&comparison.foreign)
        ));
    }
    for (batch, ranges) in &comparison.other_batches {
        text.push_str(&format!("\n  of batch {batch}: {}", some_ranges(ranges)));
    }
    for line in bad_lines(lines) {
        text.push_str(&format!("\n  {line}"));
    }
    text
}

fn comparison_json(
    container: &Entry,
    comparison: &Comparison,
    lines: &[LineReport],
    agrees: bool,
) -> Value {
    let others = comparison.other_batches.iter();
    let others =
        others.map(|(batch, ranges)| json!({"batch": batch, "ranges": ranges_json(ranges)}));
    let bad = lines.iter().filter(|line| !is_good(line));
    json!({
        "container": container.number,
        "agrees": agrees,
        "marks": container.marks(),
        "found": comparison.agree,
        "missing": ranges_json(&comparison.missing),
        "foreign": ranges_json(&comparison.foreign),
        "other_batches": others.collect::<Vec<Value>>(),
        "bad_lines": bad.map(line_json).collect::<Vec<Value>>(),
    })
}

fn row(container: &Entry) -> Vec<String> {
    vec![
        container.number.to_string(),
        container.filled.kind.slug().into(),
        container.filled.batch.to_string(),
        thousands(container.marks()),
        beijing(container.at),
        container.by.to_string(),
        or_dash(container.filled.label.as_ref()),
    ]
}

fn to_text(container: &Entry) -> String {
    let filled = &container.filled;
    card(
        &format!(
            "{} {} ({}): {} of batch {}",
            filled.kind.slug(),
            container.number,
            filled.kind.chinese(),
            number_of_marks(container.marks()),
            filled.batch
        ),
        &[
            ("label", or_dash(filled.label.as_ref())),
            ("marks", some_ranges(&filled.ranges)),
            (
                "filled",
                format!("{} by {}", beijing(container.at), container.by),
            ),
        ],
    )
}

fn to_json(container: &Entry) -> Value {
    json!({
        "number": container.number,
        "kind": container.filled.kind,
        "batch": container.filled.batch,
        "label": container.filled.label,
        "marks": container.marks(),
        "ranges": ranges_json(&container.filled.ranges),
        "filled_at": container.at,
        "by": container.by,
    })
}
