//! The chain of entries, followed from the first to the last, and what it adds up to.

use std::collections::HashMap;
use std::fmt::Write as _;

use jiff::Timestamp;
use sha2::{Digest, Sha256};
use tokio::sync::mpsc;

use super::ranges::write_ranges;
use super::{Findings, MOST_FINDINGS};
use crate::domain::ledger::books::{Books, Hand};
use crate::domain::ledger::chain::{EntryHash, EntryNumber, EntryText};
use crate::domain::ledger::entry::Entry;
use crate::domain::mark::BatchNumber;
use crate::domain::text::Line;
use crate::service::ServiceError;
use crate::store::Tx;
use crate::store::audit::{self, FIELD, ROW};
use crate::store::ledger::Head;

/// Texts of some thousand entries that may wait between reading and proving.
const WAITING: usize = 2;

/// What the chain adds up to.
#[derive(Default)]
pub(super) struct Sum {
    pub books: Books,
    /// What scans should be told of each batch, as a hash over its ranges.
    pub ranges: HashMap<BatchNumber, Sha256>,
    /// Entries that a rule should have refused. After a break of the chain nearly every one is, so they are told only
    /// when it is whole.
    pub broken_rules: Findings,
    /// Written over for every entry.
    text: String,
}

/// The chain as far as it was followed.
pub(super) struct Chain {
    pub head: Head,
    pub entries: u64,
    noted: Option<Head>,
    /// Who wrote the entry before.
    by: Option<Line>,
    pub findings: Findings,
}

/// An entry that could be read.
struct ReadEntry {
    number: EntryNumber,
    at: Timestamp,
    by: Line,
    subjects: String,
    entry: Entry,
}

/// The database reads on its thread, a second one follows the chain, a third sums it up.
pub(super) async fn read(tx: &mut Tx, noted: Option<Head>) -> Result<(Chain, Sum), ServiceError> {
    let (send_rows, mut rows) = mpsc::channel::<String>(WAITING);
    let (send_entries, entries) = std::sync::mpsc::sync_channel::<Vec<ReadEntry>>(WAITING);
    let following = std::thread::spawn(move || {
        let mut chain = Chain {
            head: Head {
                number: 0,
                hash: EntryHash::NONE,
            },
            entries: 0,
            noted,
            by: None,
            findings: Findings::default(),
        };
        while let Some(rows) = rows.blocking_recv() {
            let read = rows
                .split(ROW)
                .filter_map(|row| chain.follow(row))
                .collect();
            if chain.findings.are_enough() || send_entries.send(read).is_err() {
                break;
            }
        }
        chain.hold_noted();
        chain
    });
    let summing = std::thread::spawn(move || {
        let mut sum = Sum::default();
        for some in entries {
            for read in &some {
                sum.add(read);
            }
        }
        sum
    });
    let mut pages = audit::Entries::default();
    let read = loop {
        match pages.next(tx).await {
            Ok(Some(rows)) => {
                if send_rows.send(rows).await.is_err() {
                    break Ok(()); // enough was found
                }
            }
            Ok(None) => break Ok(()),
            Err(error) => break Err(error),
        }
    };
    drop(send_rows);
    let chain = following
        .join()
        .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    let sum = summing
        .join()
        .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    read?;
    Ok((chain, sum))
}

impl Chain {
    /// Follows the chain to the next entry, and reads it if it can be read.
    fn follow(&mut self, row: &str) -> Option<ReadEntry> {
        let findings = &mut self.findings;
        self.entries += 1;
        let expected = self.head.number + 1;
        let Some((text, stored)) = read_row(row) else {
            findings.add(Some(expected), format!("entry {expected} cannot be read"));
            self.head.number = expected;
            return None;
        };
        let number = text.number;
        let is_next = number == expected;
        if !is_next {
            for missing in (expected..number).take(MOST_FINDINGS) {
                findings.add(Some(missing), format!("entry {missing} is missing"));
            }
        }
        if is_next && text.hash_after(self.head.hash) != stored {
            let what = match number {
                1 => "entry 1 is not as it was written".to_owned(),
                _ => format!(
                    "entry {number} is not as it was written, or entry {} before it is not",
                    number - 1
                ),
            };
            findings.add(Some(number), what);
        }
        self.head = Head {
            number,
            hash: stored,
        };
        if self
            .noted
            .is_some_and(|noted| noted.number == number && noted.hash != stored)
        {
            findings.add(
                Some(number),
                format!("entry {number} has another hash than was noted down"),
            );
        }
        // Mostly the same person as before.
        if self.by.as_ref().is_none_or(|by| by.as_str() != text.actor) {
            self.by = Line::new("actor", text.actor).ok();
        }
        let at = Timestamp::from_microsecond(text.at_micros);
        let entry = Entry::read(text.kind, text.body);
        let (Some(by), Ok(at), Some(entry)) = (self.by.clone(), at, entry) else {
            findings.add(
                Some(number),
                format!("entry {number} says nothing that yuanmark ever wrote"),
            );
            return None;
        };
        Some(ReadEntry {
            number,
            at,
            by,
            subjects: text.subjects.to_owned(),
            entry,
        })
    }

    fn hold_noted(&mut self) {
        if let Some(noted) = self.noted
            && noted.number > self.head.number
        {
            let what = format!(
                "the ledger ends at entry {}, but entry {} was noted down",
                self.head.number, noted.number
            );
            self.findings.add(Some(noted.number), what);
        }
    }
}

impl Sum {
    /// Lets an entry take effect.
    fn add(&mut self, read: &ReadEntry) {
        let (number, at, by) = (read.number, read.at, &read.by);
        match self.books.apply(&read.entry, Hand { number, at, by }) {
            Err(refusal) => {
                let kind = read.entry.kind();
                let what = format!(
                    "entry {number} ({kind}) is against the rules: {}",
                    refusal.what
                );
                self.broken_rules.add(Some(number), what);
            }
            Ok(subjects) => {
                self.text.clear();
                _ = write!(self.text, "{subjects}"); // writing to a string cannot fail
                if self.text != read.subjects {
                    let what = format!(
                        "entry {number} is listed under {}, but is about {subjects}",
                        read.subjects
                    );
                    self.broken_rules.add(Some(number), what);
                }
            }
        }
        if let Entry::Marks(marks) = &read.entry {
            let hash = self.ranges.entry(marks.batch).or_default();
            self.text.clear();
            write_ranges(&mut self.text, marks, number, at, by);
            hash.update(&self.text);
        }
    }
}

fn read_row(row: &str) -> Option<(EntryText<'_>, EntryHash)> {
    let mut fields = row.split(FIELD);
    let mut next = || fields.next();
    let text = EntryText {
        number: next()?.parse().ok()?,
        at_micros: next()?.parse().ok()?,
        actor: next()?,
        kind: next()?,
        request: next()?,
        subjects: next()?,
        body: next()?,
    };
    let hash = EntryHash::from_hex(next()?)?;
    next().is_none().then_some((text, hash))
}
