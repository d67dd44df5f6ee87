//! `yuanmark scan …`

use clap::Subcommand;
use serde_json::json;

use super::arguments::{By, Installation};
use super::failure::Failure;
use super::output::{Output, counted};
use crate::service::retention::{self, Pruned};
use crate::service::system;
use crate::service::trail::Origin;

#[derive(Subcommand)]
pub(super) enum Scan {
    /// Remove scans that are older than so many days
    ///
    /// A server does the same by itself every hour (`serve --keep-scans-days`). The counts of each day by province are kept
    /// for good, as is how often each mark was queried. On PostgreSQL whole months go, each when its last day is old enough.
    #[command(after_help = "EXAMPLE\n  yuanmark scan prune --older-than 1095 --dry-run")]
    Prune {
        /// Days that are kept
        #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=36_500))]
        older_than: u32,
        /// Only say what would go
        #[arg(long)]
        dry_run: bool,
        #[command(flatten)]
        by: By,
    },
}

impl Scan {
    pub(super) async fn run(
        self,
        place: &Installation,
        output: &mut Output,
    ) -> Result<(), Failure> {
        let Self::Prune {
            older_than,
            dry_run,
            by,
        } = self;
        let store = place.store().await?;
        let now = system::now();
        let pruned = if dry_run {
            retention::look(&store, now, older_than).await?
        } else {
            retention::prune_for(&store, &Origin::shell(&by.by), now, older_than).await?
        };
        let value = json!({
            "scans": pruned.scans,
            "kept_from": pruned.kept_from,
            "is_done": pruned.is_done,
            "dry_run": dry_run,
        });
        output.result(&value, &to_text(pruned, dry_run))
    }
}

fn to_text(pruned: Pruned, dry_run: bool) -> String {
    let Pruned {
        kept_from,
        scans,
        is_done,
    } = pruned;
    let scans = counted(scans, "scan", "scans");
    if dry_run {
        format!("{scans} of before {kept_from} would go; nothing was changed")
    } else if is_done {
        format!("removed {scans} of before {kept_from}; their counts by day and province are kept")
    } else {
        format!("not all scans of before {kept_from} are gone: others use them now; run it again")
    }
}
