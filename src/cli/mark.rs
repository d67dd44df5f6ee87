//! `yuanmark mark …`

use std::path::{Path, PathBuf};

use clap::{ArgGroup, Args, Subcommand, ValueEnum};
use serde_json::{Value, json};

use super::arguments::{By, Installation, batch_number, line, to_line};
use super::failure::{Failure, visible};
use super::output::{Output, table, thousands};
use crate::domain::event::{EventKind, RangeEvent, Withdrawal};
use crate::domain::input::Input;
use crate::domain::mark::{BatchNumber, MarkId, MarkIndex};
use crate::domain::selection::{LineOutcome, LineReport};
use crate::domain::text::Line;
use crate::service::marks::{self, Change, Changed, MarkReport};
use crate::service::system;

/// Bytes; a million serials fit.
const LARGEST_FILE: u64 = 64 << 20;

#[derive(Subcommand)]
pub(super) enum Mark {
    /// Show a mark: its state, what happened to it, its queries
    #[command(
        after_help = "EXAMPLE\n  yuanmark mark show 4BD9-QV4N-Q0NZ-57DB\n  yuanmark mark show 1-7"
    )]
    Show {
        /// A serial, a code, or BATCH-INDEX
        mark: String,
    },
    /// Activate marks (激活): from now on they may be used
    #[command(
        after_help = "EXAMPLE\n  yuanmark mark activate --batch 1 --range 0-499 --document 检验报告2026-017"
    )]
    Activate {
        #[command(flatten)]
        which: Which,
        /// The number of the lot's test report
        #[arg(long, value_parser = line)]
        document: Option<String>,
        /// A remark
        #[arg(long, value_parser = line)]
        reason: Option<String>,
        #[command(flatten)]
        by: By,
    },
    /// Withdraw marks (作废、停用): they may no longer be used
    #[command(
        after_help = "EXAMPLE\n  yuanmark mark withdraw --kind revoked --serial 4BD9-QV4N-Q0NZ-57DB --reason 抽检不合格\n  yuanmark mark withdraw --kind spoiled --batch 1 --file spoiled.txt --reason 印刷模糊"
    )]
    Withdraw {
        /// Why; frozen and recalled can be undone, the others cannot
        #[arg(long)]
        kind: Kind,
        #[command(flatten)]
        which: Which,
        /// The reason, which the public reads
        #[arg(long, value_parser = line)]
        reason: String,
        /// The number of the decision or report
        #[arg(long, value_parser = line)]
        document: Option<String>,
        #[command(flatten)]
        by: By,
    },
    /// Undo a freeze or a recall
    #[command(
        after_help = "EXAMPLE\n  yuanmark mark restore --kind frozen --batch 1 --all --reason 核查无误"
    )]
    Restore {
        /// What to undo
        #[arg(long)]
        kind: Undoable,
        #[command(flatten)]
        which: Which,
        /// Why
        #[arg(long, value_parser = line)]
        reason: String,
        /// The number of the decision
        #[arg(long, value_parser = line)]
        document: Option<String>,
        #[command(flatten)]
        by: By,
    },
}

/// Which marks.
#[derive(Args)]
// The group of clap's own making would hold --batch and --skip-bad too, and --batch alone would then be a choice.
#[group(skip)]
#[command(group = ArgGroup::new("which").required(true).multiple(true).args(["range", "serial", "file", "all"]))]
pub(super) struct Which {
    /// The batch in which indices count
    #[arg(long, value_parser = batch_number, value_name = "NUMBER", required_if_eq("all", "true"))]
    batch: Option<BatchNumber>,
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
    skip_bad: bool,
}

#[derive(Clone, Copy, ValueEnum)]
pub(super) enum Kind {
    /// 撤销: taken back for good
    Revoked,
    /// 销毁: destroyed, with witnesses
    Destroyed,
    /// 遗失、被盗: lost or stolen
    Lost,
    /// 退回: given back unused
    Returned,
    /// 印制作废: spoiled in printing
    Spoiled,
    /// 召回: the lot is recalled
    Recalled,
    /// 冻结: a case is open
    Frozen,
}

impl From<Kind> for Withdrawal {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Revoked => Self::Revoked,
            Kind::Destroyed => Self::Destroyed,
            Kind::Lost => Self::Lost,
            Kind::Returned => Self::Returned,
            Kind::Spoiled => Self::Spoiled,
            Kind::Recalled => Self::Recalled,
            Kind::Frozen => Self::Frozen,
        }
    }
}

#[derive(Clone, Copy, ValueEnum)]
pub(super) enum Undoable {
    /// 召回
    Recalled,
    /// 冻结
    Frozen,
}

impl Mark {
    pub(super) async fn run(
        self,
        place: &Installation,
        output: &mut Output,
    ) -> Result<(), Failure> {
        let (kind, which, reason, document, by) = match self {
            Self::Show { mark } => return show(place, output, &mark).await,
            Self::Activate {
                which,
                document,
                reason,
                by,
            } => (EventKind::Activated, which, reason, document, by),
            Self::Withdraw {
                kind,
                which,
                reason,
                document,
                by,
            } => (
                EventKind::Withdrawn(kind.into()),
                which,
                Some(reason),
                document,
                by,
            ),
            Self::Restore {
                kind,
                which,
                reason,
                document,
                by,
            } => {
                let kind = match kind {
                    Undoable::Recalled => Withdrawal::Recalled,
                    Undoable::Frozen => Withdrawal::Frozen,
                };
                (EventKind::Restored(kind), which, Some(reason), document, by)
            }
        };
        let keys = place.live_keys()?;
        let store = place.store().await?;
        let reason = reason.map(|text| to_line("reason", &text)).transpose()?;
        let document = document
            .map(|text| to_line("document", &text))
            .transpose()?;
        let lines = which.lines()?;
        let change = Change {
            kind,
            lines: lines.as_deref(),
            batch: which.batch,
            skip_bad: which.skip_bad,
            actor: &by.actor()?,
            reason: reason.as_ref(),
            document: document.as_ref(),
        };
        let changed = marks::change(&store, &keys.secrets.serial, &change, system::now()).await?;
        output.result(&changed_json(kind, &changed), &changed_text(kind, &changed))
    }
}

impl Which {
    /// All that was named, a line each; `None` for the whole batch.
    fn lines(&self) -> Result<Option<String>, Failure> {
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
    Ok(text)
}

fn changed_text(kind: EventKind, changed: &Changed) -> String {
    let mut text = String::new();
    for line in &changed.lines {
        match &line.outcome {
            LineOutcome::Taken { .. } => {}
            LineOutcome::Repeated { marks, repeated } => text.push_str(&format!(
                "line {}: {}: {repeated} marks stand in earlier lines, {marks} are new\n",
                line.line,
                visible(&line.text)
            )),
            LineOutcome::Bad(error) => text.push_str(&format!(
                "line {}: {} {error}; passed over\n",
                line.line,
                visible(&line.text)
            )),
        }
    }
    text.push_str(&format!(
        "{}: {} marks",
        kind.slug(),
        thousands(changed.marks)
    ));
    if changed.unchanged > 0 {
        text.push_str(&format!(
            "; {} were so already",
            thousands(changed.unchanged)
        ));
    }
    if changed.still_withdrawn > 0 {
        text.push_str(&format!(
            "; {} of them stay withdrawn all the same",
            thousands(changed.still_withdrawn)
        ));
    }
    for (batch, range) in changed.ranges.iter().take(20) {
        text.push_str(&format!("\n  batch {batch}: {range}"));
    }
    if changed.ranges.len() > 20 {
        text.push_str(&format!(
            "\n  … and {} more ranges",
            changed.ranges.len() - 20
        ));
    }
    text
}

fn changed_json(kind: EventKind, changed: &Changed) -> Value {
    let ranges = changed.ranges.iter().map(|(batch, range)| {
        json!({"batch": batch.get(), "first": range.first().get(), "last": range.last().get()})
    });
    json!({
        "kind": kind.slug(),
        "marks": changed.marks,
        "unchanged": changed.unchanged,
        "still_withdrawn": changed.still_withdrawn,
        "ranges": ranges.collect::<Vec<Value>>(),
        "lines": changed.lines.iter().map(line_json).collect::<Vec<Value>>(),
    })
}

fn line_json(line: &LineReport) -> Value {
    let (outcome, marks, repeated, error) = match &line.outcome {
        LineOutcome::Taken { marks } => ("taken", *marks, 0, None),
        LineOutcome::Repeated { marks, repeated } => ("repeated", *marks, *repeated, None),
        LineOutcome::Bad(error) => ("bad", 0, 0, Some(error.to_string())),
    };
    json!({
        "line": line.line, "text": line.text, "outcome": outcome,
        "marks": marks, "repeated": repeated, "error": error,
    })
}

async fn show(place: &Installation, output: &mut Output, text: &str) -> Result<(), Failure> {
    let keys = place.live_keys()?;
    let store = place.store().await?;
    let not_ours = || {
        Failure::wrong_input(
            format!("{:?} is not a mark of ours", visible(text)),
            "name a serial, a code, or BATCH-INDEX such as 1-7",
        )
    };
    let mark = match Input::read(text) {
        Some(Input::Serial(serial)) => keys.secrets.serial.mark(serial),
        Some(Input::Code(code)) => keys.ring().signer_of(&code).map(|_| code.payload().mark),
        None => by_index(text),
    };
    let mark = mark.ok_or_else(not_ours)?;
    let report = marks::report(&store, &keys.secrets.serial, mark, system::now()).await?;
    output.result(&report_json(&report), &report_text(&report))
}

fn by_index(text: &str) -> Option<MarkId> {
    let (batch, index) = text.split_once('-')?;
    Some(MarkId {
        batch: BatchNumber::new(batch.trim().parse().ok()?)?,
        index: MarkIndex::new(index.trim().parse().ok()?)?,
    })
}

fn report_text(report: &MarkReport) -> String {
    let batch = &report.batch;
    let mut text = format!(
        "mark {}  {}\n  state    {}\n  licensee {}, season {}, {}\n",
        report.mark, report.serial, report.state, batch.licensee, batch.season, batch.form
    );
    match &report.queries {
        None => text.push_str("  queries  none\n"),
        Some(queries) => text.push_str(&format!(
            "  queries  {}, the first at {}\n",
            thousands(queries.count),
            queries.first_at
        )),
    }
    let rows: Vec<Vec<String>> = report.events.iter().map(event_row).collect();
    text.push_str(&table(
        &["event", "what", "at", "marks", "by", "reason"],
        &rows,
    ));
    text
}

fn event_row(event: &RangeEvent) -> Vec<String> {
    let reason = [event.reason.as_ref(), event.document.as_ref()];
    let reason: Vec<&str> = reason.into_iter().flatten().map(Line::as_str).collect();
    vec![
        event.number.to_string(),
        event.kind.slug().into(),
        event.at.to_string(),
        event.range.to_string(),
        event.actor.to_string(),
        reason.join(" · "),
    ]
}

fn report_json(report: &MarkReport) -> Value {
    let events = report.events.iter().map(|event| {
        json!({
            "number": event.number,
            "kind": event.kind.slug(),
            "first": event.range.first().get(),
            "last": event.range.last().get(),
            "at": event.at,
            "by": event.actor.as_str(),
            "reason": event.reason.as_ref().map(Line::as_str),
            "document": event.document.as_ref().map(Line::as_str),
        })
    });
    json!({
        "batch": report.mark.batch.get(),
        "index": report.mark.index.get(),
        "serial": report.serial.to_string(),
        "state": report.state,
        "licensee": report.batch.licensee.0,
        "season": report.batch.season.year(),
        "form": report.batch.form.slug(),
        "queries": report.queries.as_ref().map_or(0, |queries| queries.count),
        "first_query_at": report.queries.as_ref().map(|queries| queries.first_at),
        "events": events.collect::<Vec<Value>>(),
    })
}
