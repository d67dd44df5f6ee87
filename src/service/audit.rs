//! Proving the ledger: that no entry was changed, removed or put elsewhere, that each was allowed by the rules, and that
//! everything kept beside it (where licensees stand, what is left of entitlements, where labels are, what scans are told)
//! is what the entries add up to.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;

use jiff::Timestamp;
use sha2::{Digest, Sha256};
use tokio::sync::mpsc;

use super::ServiceError;
use super::desk::range_events;
use crate::domain::event::RangeEvent;
use crate::domain::ledger::books::{Books, Hand};
use crate::domain::ledger::chain::{EntryHash, EntryNumber, EntryText};
use crate::domain::ledger::entry::Entry;
use crate::domain::mark::BatchNumber;
use crate::domain::order::Batch;
use crate::domain::text::Line;
use crate::store::audit::{self, FIELD, ROW};
use crate::store::ledger::Head;
use crate::store::{Store, Tx, batch, event, kept, register};

/// Findings that are told; after so many it is clear enough that something is wrong.
const MOST_FINDINGS: usize = 100;
/// Texts of some thousand entries that may wait between reading and proving.
const WAITING: usize = 2;

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
    let (chain, mut sum) = read_entries(&mut tx, noted).await?;
    let (head, entries, mut findings) = (chain.head, chain.entries, chain.findings);
    let next = audit::next_entry(&mut tx).await?;
    if next != head.number.cast_signed() + 1 {
        let first = head.number + 1;
        let what = format!("entry {first} is missing: {} were written", next - 1);
        findings.add(Some(first), what);
    }
    let is_chain_whole = findings.0.is_empty();
    let (mut ranges, mut things) = (0, 0);
    if is_chain_whole {
        findings.0.append(&mut sum.broken_rules.0);
        ranges = hold_ranges(&mut tx, &mut sum, &mut findings).await?;
        things = hold_books(&mut tx, &sum.books, &mut findings).await?;
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

/// What the chain adds up to.
#[derive(Default)]
struct Sum {
    books: Books,
    /// What scans should be told of each batch, as a hash over its ranges.
    ranges: HashMap<BatchNumber, Sha256>,
    /// Entries that a rule should have refused. After a break of the chain nearly every one is, so they are told only
    /// when it is whole.
    broken_rules: Findings,
    row: String,
}

/// The chain as far as it was followed.
struct Chain {
    head: Head,
    entries: u64,
    noted: Option<Head>,
    findings: Findings,
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
async fn read_entries(tx: &mut Tx, noted: Option<Head>) -> Result<(Chain, Sum), ServiceError> {
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
        let by = Line::new("actor", text.actor);
        let at = Timestamp::from_microsecond(text.at_micros);
        let entry = Entry::read(text.kind, text.body);
        let (Ok(by), Ok(at), Some(entry)) = (by, at, entry) else {
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
                let subjects = subjects.to_string();
                if subjects != read.subjects {
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
            for event in range_events(marks, number, at, by) {
                self.row.clear();
                write_range(&mut self.row, &event);
                hash.update(&self.row);
            }
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

/// A range as it is hashed: the fields of its row.
fn write_range(row: &mut String, event: &RangeEvent) {
    fn text(text: Option<&Line>) -> &str {
        text.map_or("", Line::as_str)
    }
    let lot = event.lot.map_or(String::new(), |lot| lot.to_string());
    // Writing to a string cannot fail.
    _ = write!(
        row,
        "{}{FIELD}{}{FIELD}{}{FIELD}{}{FIELD}{}{FIELD}{}{FIELD}{}{FIELD}{}{FIELD}{}{FIELD}{lot}{ROW}",
        event.batch,
        event.number,
        event.range.first(),
        event.range.last(),
        event.kind.slug(),
        event.at.as_microsecond(),
        event.actor,
        text(event.reason.as_ref()),
        text(event.document.as_ref()),
    );
}

/// Holds what scans are told against the entries, batch by batch. Returns how many ranges there are.
async fn hold_ranges(
    tx: &mut Tx,
    sum: &mut Sum,
    findings: &mut Findings,
) -> Result<u64, ServiceError> {
    let mut should: BTreeMap<BatchNumber, [u8; 32]> = std::mem::take(&mut sum.ranges)
        .into_iter()
        .map(|(batch, hash)| (batch, hash.finalize().into()))
        .collect();
    let mut ranges = 0;
    let mut is: BTreeMap<BatchNumber, Sha256> = BTreeMap::new();
    let mut pages = audit::RangeEvents::new();
    while let Some(rows) = pages.next(tx).await? {
        for row in rows.split(ROW) {
            ranges += 1;
            let batch = row.split(FIELD).next().and_then(|batch| batch.parse().ok());
            if let Some(batch) = batch.and_then(BatchNumber::new) {
                let hash = is.entry(batch).or_default();
                hash.update(row);
                hash.update([ROW as u8]);
            }
        }
    }
    let mut differ = BTreeSet::new();
    for (batch, hash) in is {
        if should.remove(&batch) != Some(hash.finalize().into()) {
            differ.insert(batch);
        }
    }
    differ.extend(should.into_keys());
    for batch in differ {
        name_ranges(tx, sum, batch, findings).await?;
    }
    Ok(ranges)
}

/// Names the entries of a batch whose ranges are not kept as they say.
async fn name_ranges(
    tx: &mut Tx,
    sum: &Sum,
    number: BatchNumber,
    findings: &mut Findings,
) -> Result<(), ServiceError> {
    let is = match event::of_batch(tx, number).await {
        Ok(events) => events,
        Err(error) => {
            findings.add(None, format!("the ranges of batch {number}: {error}"));
            return Ok(());
        }
    };
    let Some(batch) = sum.books.batches.get(number) else {
        findings.add(
            None,
            format!("there are ranges of batch {number}, of which the ledger knows nothing"),
        );
        return Ok(());
    };
    let filter = crate::store::ledger::Filter {
        order: Some(batch.order),
        ..Default::default()
    };
    let mut should = Vec::new();
    let mut after = 0;
    loop {
        let some = crate::store::ledger::oldest(tx, &filter, after, 1000).await?;
        let Some(last) = some.last() else { break };
        after = last.number;
        for stored in some {
            if let Some(Entry::Marks(marks)) = Entry::read(&stored.kind, &stored.body) {
                should.extend(range_events(
                    &marks,
                    stored.number,
                    stored.at,
                    &stored.actor,
                ));
            }
        }
    }
    let mut entries: BTreeSet<EntryNumber> = BTreeSet::new();
    let by_entry = |events: &[RangeEvent]| {
        let mut map: BTreeMap<EntryNumber, Vec<RangeEvent>> = BTreeMap::new();
        for event in events {
            map.entry(event.number).or_default().push(event.clone());
        }
        map
    };
    let (is, should) = (by_entry(&is), by_entry(&should));
    entries.extend(is.keys().chain(should.keys()));
    for entry in entries {
        if is.get(&entry) != should.get(&entry) {
            let what = format!(
                "batch {number}: the ranges kept for scans are not what entry {entry} says"
            );
            findings.add(Some(entry), what);
        }
    }
    Ok(())
}

/// Holds everything that is kept beside the ledger against the books. Returns how many things there are.
async fn hold_books(
    tx: &mut Tx,
    books: &Books,
    findings: &mut Findings,
) -> Result<u64, ServiceError> {
    let mut found = Vec::new();
    let mut things = 0;
    macro_rules! hold {
        ($($shelf:ident),+) => {
            $(
                things += books.$shelf.len() as u64;
                found.extend(kept::differences(tx, books.$shelf.iter().map(|(_, thing)| thing)).await?);
            )+
        };
    }
    hold!(
        licensees,
        printers,
        coefficients,
        entitlements,
        transfers,
        orders,
        containers,
        lots,
        documents
    );
    found.extend(batches(tx, books).await?);
    things += books.batches.len() as u64;
    found.extend(contents(tx, books).await?);
    for what in found {
        findings.add(None, what);
    }
    Ok(things)
}

async fn batches(tx: &mut Tx, books: &Books) -> Result<Vec<String>, ServiceError> {
    let is: BTreeMap<BatchNumber, Batch> = batch::all(tx)
        .await?
        .into_iter()
        .map(|batch| (batch.number, batch))
        .collect();
    let should: BTreeMap<BatchNumber, &Batch> = books
        .batches
        .iter()
        .map(|(number, batch)| (*number, batch))
        .collect();
    let numbers: BTreeSet<BatchNumber> = is.keys().chain(should.keys()).copied().collect();
    let differs = |number: &BatchNumber| is.get(number) != should.get(number).copied();
    Ok(numbers
        .into_iter()
        .filter(differs)
        .map(|number| format!("batches {number}: is not what the ledger says"))
        .collect())
}

/// Every document's content must be there and have its hash.
async fn contents(tx: &mut Tx, books: &Books) -> Result<Vec<String>, ServiceError> {
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    for (number, added) in books.documents.iter() {
        let hash = added.document.sha256.as_str();
        if !seen.insert(hash.to_owned()) {
            continue;
        }
        let content = register::content(tx, hash).await?;
        match content {
            None => found.push(format!("documents {number}: its content is missing")),
            Some(content) if super::documents::sha256(&content) != hash => {
                found.push(format!(
                    "documents {number}: its content is not what was added"
                ));
            }
            Some(_) => {}
        }
    }
    for hash in audit::content_hashes(tx).await? {
        if !seen.contains(&hash) {
            found.push(format!("contents {hash}: belongs to no document"));
        }
    }
    Ok(found)
}
