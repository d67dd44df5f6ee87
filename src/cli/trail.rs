//! `yuanmark trail …`

use std::path::PathBuf;

use clap::{Args, Subcommand};
use jiff::civil::Date;
use serde_json::{Value, json};

use super::arguments::{By, Installation};
use super::failure::Failure;
use super::files::{NewFile, exported};
use super::output::{Output, beijing, cut, or_dash, table};
use super::values::{date, word};
use crate::domain::calendar::BEIJING;
use crate::service::system;
use crate::service::trail::{self, Note};
use crate::store::trail::{Filter, Outcome, Step};

#[derive(Subcommand)]
pub(super) enum Trail {
    /// List who did what from where, the newest first
    #[command(
        after_help = "EXAMPLES\n  yuanmark trail list --login wang.min\n  yuanmark trail list --action sign-in --outcome failed --from 2026-04-01"
    )]
    List {
        #[command(flatten)]
        wanted: Wanted,
        /// Only those with a smaller number: the last one of the page before
        #[arg(long, value_name = "NUMBER")]
        before: Option<u64>,
        /// Show at most this many
        #[arg(long, default_value_t = 100, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000))]
        limit: u32,
    },
    /// Write it as a table: .csv or .xlsx
    #[command(after_help = "EXAMPLE\n  yuanmark trail export --out trail.xlsx --from 2026-01-01")]
    Export {
        /// The file to write, FILE.csv or FILE.xlsx; never over another one
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        #[command(flatten)]
        wanted: Wanted,
        #[command(flatten)]
        by: By,
    },
}

/// Which steps.
#[derive(Args)]
pub(super) struct Wanted {
    /// Of this person
    #[arg(long)]
    login: Option<String>,
    /// This action, as in sign-in, user-add, order_approved
    #[arg(long)]
    action: Option<String>,
    /// About this, as in "order 12"
    #[arg(long)]
    subject: Option<String>,
    /// With this outcome
    #[arg(long, value_parser = word::<Outcome>())]
    outcome: Option<Outcome>,
    /// From this day on
    #[arg(long, value_parser = date, value_name = "DAY")]
    from: Option<Date>,
    /// Up to this day
    #[arg(long, value_parser = date, value_name = "DAY")]
    until: Option<Date>,
}

impl Wanted {
    fn check_days(&self) -> Result<(), Failure> {
        match (self.from, self.until) {
            (Some(from), Some(until)) if from > until => Err(Failure::wrong_input(
                format!("--from {from} comes after --until {until}"),
                "name the earlier day with --from, the later one with --until",
            )),
            _ => Ok(()),
        }
    }

    fn filter(self) -> Filter {
        let begin = |day: Date| BEIJING.to_timestamp(day.at(0, 0, 0, 0)).ok();
        let after = |day: Date| day.tomorrow().ok().and_then(begin);
        Filter {
            login: self.login,
            action: self.action,
            subject: self.subject,
            outcome: self.outcome,
            from: self.from.and_then(begin),
            until: self.until.and_then(after),
        }
    }
}

impl Trail {
    pub(super) async fn run(
        self,
        place: &Installation,
        output: &mut Output,
    ) -> Result<(), Failure> {
        let (Self::List { wanted, .. } | Self::Export { wanted, .. }) = &self;
        wanted.check_days()?;
        let store = place.store().await?;
        match self {
            Self::List {
                wanted,
                before,
                limit,
            } => {
                let mut found = trail::list(&store, &wanted.filter(), before, limit + 1).await?;
                let rest = cut(&mut found, limit, |last| {
                    format!("--before {}", last.number)
                });
                let rows: Vec<Vec<String>> = found.iter().map(row).collect();
                let head = [
                    "number", "at", "login", "action", "subject", "outcome", "entry", "from",
                ];
                let all: Vec<Value> = found.iter().map(to_json).collect();
                output.result(&json!({ "steps": all }), &table(&head, &rows))?;
                output.rest(rest);
                Ok(())
            }
            Self::Export { out, wanted, by } => {
                let (file, format) = NewFile::of_table(&out)?;
                let (filter, now) = (wanted.filter(), system::now());
                let (file, rows) = trail::export(&store, &filter, format, now, file).await?;
                by.note(&store, Note::new("trail-export")).await?;
                file.keep()?;
                exported(output, &out, rows, ("step", "steps"))
            }
        }
    }
}

fn row(step: &Step) -> Vec<String> {
    vec![
        step.number.to_string(),
        beijing(step.at),
        step.login.clone(),
        step.action.clone(),
        or_dash(step.subject.as_ref()),
        step.outcome.slug().into(),
        or_dash(step.entry),
        step.network.clone(),
    ]
}

fn to_json(step: &Step) -> Value {
    let parsed = |text: &Option<String>| {
        text.as_deref()
            .and_then(|text| serde_json::from_str::<Value>(text).ok())
    };
    json!({
        "number": step.number,
        "at": step.at,
        "user": step.user,
        "login": step.login,
        "action": step.action,
        "subject": step.subject,
        "outcome": step.outcome,
        "old": parsed(&step.old),
        "new": parsed(&step.new),
        "network": step.network,
        "agent": step.agent,
        "entry": step.entry,
    })
}
