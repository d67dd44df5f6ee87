//! Proving the ledger: that no entry was changed, removed or put elsewhere, that each was allowed by the rules, and that
//! everything kept beside it (where licensees stand, what is left of entitlements, where labels are, what scans are told)
//! is what the entries add up to.

mod books;
mod chain;
mod ranges;

use std::sync::Arc;

use self::books::Digests;
use super::ServiceError;
use crate::domain::ledger::chain::EntryNumber;
use crate::store::ledger::Head;
use crate::store::{Store, audit};

/// Findings that are told; after so many it is clear enough that something is wrong.
const MOST_FINDINGS: usize = 100;

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The entry it is about, if it is about one.
    pub entry: Option<EntryNumber>,
    /// In words.
    pub what: String,
}

/// What was proved.
#[derive(Clone, Debug)]
pub struct Audit {
    /// How many entries there are.
    pub entries: u64,
    /// Where the ledger ends. Note it down elsewhere: held against it later, it proves that nothing before was changed.
    pub head: Head,
    /// How many ranges of marks were held against the entries.
    pub ranges: u64,
    /// Things of the books that were held against the entries.
    pub things: u64,
    /// What is wrong, in the order of the ledger; nothing if it is right.
    pub findings: Vec<Finding>,
}

/// Proves the ledger. `noted` is an earlier end of it that was noted down elsewhere: without one, nobody can tell whether
/// the whole ledger was written anew.
///
/// # Errors
/// If the database does not answer. What is wrong with the ledger is no error but a finding.
pub async fn verify(store: &Store, noted: Option<Head>) -> Result<Audit, ServiceError> {
    let mut tx = audit::begin(store).await?;
    let (chain, mut sum) = chain::read(&mut tx, noted).await?;
    let (head, entries, mut findings) = (chain.head, chain.entries, chain.findings);
    let next = audit::next_entry(&mut tx).await?;
    let counted = next - 1;
    if counted > head.number.cast_signed() {
        let first = head.number + 1;
        let what = format!("entry {first} is missing: {counted} were written");
        findings.add(Some(first), what);
    } else if counted < head.number.cast_signed() {
        let what = format!(
            "the counter says {counted} entries, there are {}",
            head.number
        );
        findings.add(Some(head.number), what);
    }
    let is_chain_whole = findings.0.is_empty();
    let (mut ranges, mut things) = (0, 0);
    if is_chain_whole {
        findings.0.append(&mut sum.broken_rules.0);
        let all = Arc::new(sum.books);
        let digesting = std::thread::spawn({
            let all = Arc::clone(&all);
            move || Digests::of(&all)
        });
        ranges = ranges::hold(&mut tx, sum.ranges, &all, &mut findings).await?;
        let digests = digesting
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        things = books::hold(&mut tx, &all, &digests, &mut findings).await?;
    } else {
        let what = "the books were not held against a broken chain: whatever differs there follows from the above";
        findings.add(None, what);
    }
    Ok(Audit {
        entries,
        head,
        ranges,
        things,
        findings: findings.0,
    })
}

#[derive(Debug, Default)]
struct Findings(Vec<Finding>);

impl Findings {
    fn add(&mut self, entry: Option<EntryNumber>, what: impl Into<String>) {
        if self.0.len() < MOST_FINDINGS {
            let what = what.into();
            self.0.push(Finding { entry, what });
        }
    }

    fn are_enough(&self) -> bool {
        self.0.len() >= MOST_FINDINGS
    }
}
