//! The chain of entries, followed from the first to the last, and what it adds up to.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::ops::Range;
use std::sync::Arc;

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
use crate::store::audit::{self, EntryPage, FIELD, ROW};
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
    by: Option<Arc<Line>>,
    pub findings: Findings,
}

/// Those entries of a page that could be read.
struct ReadPage {
    rows: String,
    entries: Vec<ReadEntry>,
}

struct ReadEntry {
    number: EntryNumber,
    at: Timestamp,
    by: Arc<Line>,
    /// Where they stand in the rows of the page.
    subjects: Range<usize>,
    entry: Entry,
}

/// The database reads on its thread, a second one follows the chain, a third sums it up.
pub(super) async fn read(tx: &mut Tx, noted: Option<Head>) -> Result<(Chain, Sum), ServiceError> {
    let (send_pages, mut pages) = mpsc::channel::<EntryPage>(WAITING);
    let (send_entries, entries) = std::sync::mpsc::sync_channel::<ReadPage>(WAITING);
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
        while let Some(page) = pages.blocking_recv() {
            let read = chain.follow_page(page);
            if chain.findings.are_enough() || send_entries.send(read).is_err() {
                break;
            }
        }
        chain.hold_noted();
        chain
    });
    let summing = std::thread::spawn(move || {
        let mut sum = Sum::default();
        for page in entries {
            for read in &page.entries {
                sum.add(read, &page.rows[read.subjects.clone()]);
            }
        }
        sum
    });
    let mut pages = audit::Entries::default();
    let read = loop {
        match pages.next(tx).await {
            Ok(Some(page)) => {
                if send_pages.send(page).await.is_err() {
                    break Ok(()); // enough was found
                }
            }
            Ok(None) => break Ok(()),
            Err(error) => break Err(error),
        }
    };
    drop(send_pages);
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
    fn follow_page(&mut self, page: EntryPage) -> ReadPage {
        let EntryPage {
            numbers,
            hashes,
            rows,
        } = page;
        let mut entries = Vec::with_capacity(numbers.len());
        let mut start = 0;
        for ((number, stored), row) in numbers.into_iter().zip(hashes).zip(rows.split(ROW)) {
            entries.extend(self.follow(number, stored, row, start));
            start += row.len() + ROW.len_utf8();
        }
        ReadPage { rows, entries }
    }

    /// Follows the chain to the next entry, and reads it if it can be read. Its row begins at `start` of the page.
    fn follow(
        &mut self,
        number: EntryNumber,
        stored: EntryHash,
        row: &str,
        start: usize,
    ) -> Option<ReadEntry> {
        let findings = &mut self.findings;
        self.entries += 1;
        let expected = self.head.number + 1;
        let is_next = number == expected;
        if !is_next {
            for missing in (expected..number).take(MOST_FINDINGS) {
                findings.add(Some(missing), format!("entry {missing} is missing"));
            }
        }
        let text = read_row(number, row);
        let hash = |text: &EntryText<'_>| text.hash_after(self.head.hash);
        if is_next && text.as_ref().map(hash) != Some(stored) {
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
        let text = text?; // else it is not as it was written
        // Mostly the same person as before.
        if self.by.as_ref().is_none_or(|by| by.as_str() != text.actor) {
            self.by = Line::new("actor", text.actor).ok().map(Arc::new);
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
        let end = start + row.len() - text.body.len() - FIELD.len_utf8();
        Some(ReadEntry {
            number,
            at,
            by,
            subjects: end - text.subjects.len()..end,
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
    fn add(&mut self, read: &ReadEntry, listed: &str) {
        let (number, at, by) = (read.number, read.at, &*read.by);
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
                if self.text != listed {
                    let what =
                        format!("entry {number} is listed under {listed}, but is about {subjects}");
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

fn read_row(number: EntryNumber, row: &str) -> Option<EntryText<'_>> {
    let mut fields = row.split(FIELD);
    let mut next = || fields.next();
    let text = EntryText {
        number,
        at_micros: next()?.parse().ok()?,
        actor: next()?,
        kind: next()?,
        request: next()?,
        subjects: next()?,
        body: next()?,
    };
    next().is_none().then_some(text)
}
