//! `yuanmark migrate`

use std::sync::atomic::{AtomicBool, Ordering};

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use super::arguments::{By, Installation, database_url};
use super::failure::Failure;
use super::output::{Output, beijing, counted, table, thousands};
use crate::service::moving::{self, Move, Progress};
use crate::service::system;
use crate::service::trail::Origin;
use crate::store::moving::Doing;
use crate::store::{DatabaseUrl, DatabaseUrlError, Store, migrate};

#[derive(Args)]
#[command(after_help = "MOVING TO POSTGRESQL
  The server goes on answering while most is copied. For the short rest SQLite takes no writes, and
  phones are told to try again. Every row is compared before SQLite is left; from then on nothing
  opens it any more, and a server that still runs on it answers `unavailable`: start it with the
  new address. Broken off with Ctrl-C, it leaves SQLite in force; run again, it begins anew.

EXAMPLES
  yuanmark migrate                                        ./yuanmark.db is made, or brought up to date
  yuanmark migrate --database postgres://me@db/yuanmark   the database itself: createdb yuanmark
  yuanmark migrate --to postgres://me@db/yuanmark --dry-run
  yuanmark migrate --to postgres://me@db/yuanmark")]
pub(super) struct Migrate {
    /// Move the installation from SQLite into this empty PostgreSQL database, and leave SQLite
    #[arg(long, value_name = "URL", value_parser = database_url)]
    to: Option<Result<DatabaseUrl, DatabaseUrlError>>,
    /// Only say what would be moved
    #[arg(long, requires = "to")]
    dry_run: bool,
    #[command(flatten)]
    by: By,
}

impl Migrate {
    pub(super) async fn run(
        self,
        place: &Installation,
        output: &mut Output,
    ) -> Result<(), Failure> {
        let database = place.database()?;
        if let Some(to) = &self.to {
            let to = to
                .as_ref()
                .map_err(|error| Failure::wrong_input(error.to_string(), "mend --to"))?;
            return self.move_to(database, to, output).await;
        }
        let store = Store::connect_or_create(database).await?;
        let before = migrate::version(&store).await?;
        migrate::run(&store).await?;
        store.close().await;
        let after = migrate::NEEDED;
        let text = if before == after {
            format!("{database} is up to date: schema version {after}")
        } else {
            format!("{database}: schema version {before} → {after}")
        };
        output.result(&json!({"from": before, "to": after}), &text)
    }

    async fn move_to(
        &self,
        from: &DatabaseUrl,
        to: &DatabaseUrl,
        output: &mut Output,
    ) -> Result<(), Failure> {
        let name = system::unique_id();
        let done = if self.dry_run {
            moving::look(from, to, &name).await?
        } else {
            let (bar, is_leaving) = (bar(), AtomicBool::new(false));
            let mut watch = |progress: Progress<'_>| {
                is_leaving.fetch_or(progress == Progress::Leaving, Ordering::Relaxed);
                show(&bar, progress);
            };
            let origin = Origin::shell(&self.by.by);
            let done = tokio::select! {
                done = moving::run(from, to, &name, &origin, system::now, &mut watch) => Some(done),
                () = broken_off(&is_leaving) => None,
            };
            bar.finish_and_clear();
            match done {
                Some(done) => done?,
                None => {
                    return Err(Failure::new(
                        format!("broken off: nothing was moved, {from} stays in force"),
                        "run the same command again, it begins anew in the same target; or drop that and go on as before",
                    ));
                }
            }
        };
        output.result(&to_json(from, to, &done), &to_text(from, to, &done))
    }
}

/// Until Ctrl-C is pressed; not while SQLite is being left, which takes a moment and is not to stop half-way.
async fn broken_off(is_leaving: &AtomicBool) {
    loop {
        match tokio::signal::ctrl_c().await {
            Ok(()) if is_leaving.load(Ordering::Relaxed) => {}
            Ok(()) => return,
            Err(_) => std::future::pending().await,
        }
    }
}

/// A bar on a terminal; nothing in a pipe.
fn bar() -> ProgressBar {
    let style = ProgressStyle::with_template(
        "{msg} {bar:30} {human_pos} of {human_len} rows, {per_sec}, {eta} left",
    );
    let bar = ProgressBar::new(0);
    if let Ok(style) = style {
        bar.set_style(style);
    }
    bar
}

fn show(bar: &ProgressBar, progress: Progress<'_>) {
    match progress {
        Progress::Began(rows) => {
            bar.set_length(rows);
            bar.set_message("copying");
        }
        Progress::Rows(Doing::Copying | Doing::Comparing, _, rows) => bar.inc(rows),
        Progress::Locked => {
            bar.reset();
            bar.set_message("comparing");
        }
        Progress::Leaving => bar.set_message("handing over"),
    }
}

fn to_json(from: &DatabaseUrl, to: &DatabaseUrl, done: &Move) -> Value {
    let tables: Vec<Value> = done
        .parts
        .iter()
        .map(|part| json!({"table": part.table, "rows": part.rows}))
        .collect();
    json!({
        "from": from.to_string(),
        "to": to.to_string(),
        "moved_at": done.at,
        "was_done": done.was_done,
        "tables": tables,
    })
}

fn to_text(from: &DatabaseUrl, to: &DatabaseUrl, done: &Move) -> String {
    let rows: u64 = done.parts.iter().map(|part| part.rows).sum();
    match done.at {
        None => {
            let lines: Vec<Vec<String>> = done
                .parts
                .iter()
                .map(|part| vec![part.table.clone(), thousands(part.rows)])
                .collect();
            format!(
                "{}\n{} would be moved from {from} to {to}; nothing was changed",
                table(&["table", "rows"], &lines),
                counted(rows, "row", "rows")
            )
        }
        Some(at) if done.was_done => {
            format!(
                "{from} was moved at {}; {to} is now handed over",
                beijing(at)
            )
        }
        Some(at) => format!(
            "{from} was moved to {to} at {}: {} and what came meanwhile, each compared\n\
             start the server with --database and the new address; keep {from} until that is backed up",
            beijing(at),
            counted(rows, "row", "rows")
        ),
    }
}
