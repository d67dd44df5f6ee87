//! `yuanmark ledger verify`

use std::time::Instant;

use clap::Args;
use serde_json::json;

use crate::cli::arguments::Installation;
use crate::cli::failure::Failure;
use crate::cli::output::{Output, thousands};
use crate::domain::ledger::chain::EntryHash;
use crate::service::audit;
use crate::store::ledger::Head;

#[derive(Args)]
#[command(after_help = "EXIT CODES
  0  everything is as it was written
  1  something was changed, removed or put elsewhere; each finding names its entry

EXAMPLES
  yuanmark ledger verify
  yuanmark ledger verify --noted \"$(cat head-of-last-year.txt)\"")]
pub(in crate::cli) struct Verify {
    /// An earlier end of the ledger as `ledger head` printed it: NUMBER HASH
    ///
    /// Without one, nobody can tell a ledger that was written anew from the first entry on.
    #[arg(long, value_parser = head, value_name = "NUMBER HASH")]
    noted: Option<Head>,
}

fn head(text: &str) -> Result<Head, String> {
    let wrong = || "an end of the ledger is NUMBER HASH, as `ledger head` prints it".to_owned();
    let (number, hash) = text.trim().split_once([' ', ':']).ok_or_else(wrong)?;
    Ok(Head {
        number: number.parse().map_err(|_| wrong())?,
        hash: EntryHash::from_hex(hash.trim()).ok_or_else(wrong)?,
    })
}

impl Verify {
    #[allow(clippy::disallowed_methods)] // how long it took, for the person who waited
    pub(super) async fn run(
        self,
        place: &Installation,
        output: &mut Output,
    ) -> Result<(), Failure> {
        let store = place.store().await?;
        let start = Instant::now();
        let audit = audit::verify(&store, self.noted).await?;
        let seconds = start.elapsed().as_secs_f64();
        let finding =
            |finding: &audit::Finding| json!({"entry": finding.entry, "what": finding.what});
        let value = json!({
            "entries": audit.entries,
            "ranges": audit.ranges,
            "things": audit.things,
            "head": { "entry": audit.head.number, "hash": audit.head.hash.to_string() },
            "findings": audit.findings.iter().map(finding).collect::<Vec<_>>(),
        });
        let text = format!(
            "{} entries, {} ranges of marks and {} things of the books held against one another in {seconds:.1} s\nhead {} {}",
            thousands(audit.entries),
            thousands(audit.ranges),
            thousands(audit.things),
            audit.head.number,
            audit.head.hash,
        );
        output.result(&value, &text)?;
        if audit.findings.is_empty() {
            return output.note("the ledger is as it was written");
        }
        Err(Failure {
            details: audit
                .findings
                .into_iter()
                .map(|finding| finding.what)
                .collect(),
            ..Failure::new(
                "the ledger is not as it was written",
                "stop writing to it, keep this database as it is, and compare it with a backup",
            )
        })
    }
}
