//! What scans are told, held against the entries.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;

use jiff::Timestamp;
use sha2::{Digest, Sha256};
use tokio::sync::mpsc;

use super::Findings;
use crate::domain::event::RangeEvent;
use crate::domain::ledger::books::Books;
use crate::domain::ledger::chain::EntryNumber;
use crate::domain::ledger::entry::{Entry, Marks};
use crate::domain::mark::BatchNumber;
use crate::domain::text::Line;
use crate::service::ServiceError;
use crate::service::desk::range_events;
use crate::store::audit::{self, FIELD, ROW};
use crate::store::{Tx, event, ledger};

/// The ranges of an entry as they are hashed: the rows that are kept of them.
pub(super) fn write_ranges(
    rows: &mut String,
    marks: &Marks,
    number: EntryNumber,
    at: Timestamp,
    by: &Line,
) {
    fn text(line: Option<&Line>) -> &str {
        line.map_or("", Line::as_str)
    }
    let (batch, kind, at) = (marks.batch, marks.event.slug(), at.as_microsecond());
    let (reason, document) = (text(marks.reason.as_ref()), text(marks.document.as_ref()));
    for range in &marks.ranges {
        let (first, last) = (range.first(), range.last());
        // Writing to a string cannot fail.
        _ = write!(
            rows,
            "{batch}{FIELD}{number}{FIELD}{first}{FIELD}{last}{FIELD}{kind}{FIELD}{at}{FIELD}{by}{FIELD}{reason}{FIELD}\
             {document}{FIELD}"
        );
        if let Some(lot) = marks.lot {
            _ = write!(rows, "{lot}");
        }
        rows.push(ROW);
    }
}

/// Holds what scans are told against the entries, batch by batch. Returns how many ranges there are.
pub(super) async fn hold(
    tx: &mut Tx,
    should: HashMap<BatchNumber, Sha256>,
    books: &Books,
    findings: &mut Findings,
) -> Result<u64, ServiceError> {
    let mut should: BTreeMap<BatchNumber, [u8; 32]> = should
        .into_iter()
        .map(|(batch, hash)| (batch, hash.finalize().into()))
        .collect();
    let (send, mut pages) = mpsc::channel::<String>(2);
    let hashing = std::thread::spawn(move || {
        let mut ranges = 0;
        let mut is: BTreeMap<BatchNumber, Sha256> = BTreeMap::new();
        while let Some(rows) = pages.blocking_recv() {
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
        (ranges, is)
    });
    let mut events = audit::RangeEvents::default();
    let read = loop {
        match events.next(tx).await {
            Ok(Some(rows)) => _ = send.send(rows).await,
            Ok(None) => break Ok(()),
            Err(error) => break Err(error),
        }
    };
    drop(send);
    let (ranges, is) = hashing
        .join()
        .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    read?;
    let mut differ = BTreeSet::new();
    for (batch, hash) in is {
        if should.remove(&batch) != Some(hash.finalize().into()) {
            differ.insert(batch);
        }
    }
    differ.extend(should.into_keys());
    for batch in differ {
        name_ranges(tx, books, batch, findings).await?;
    }
    Ok(ranges)
}

/// Names the entries of a batch whose ranges are not kept as they say.
async fn name_ranges(
    tx: &mut Tx,
    books: &Books,
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
    let Some(batch) = books.batches.get(number) else {
        findings.add(
            None,
            format!("there are ranges of batch {number}, of which the ledger knows nothing"),
        );
        return Ok(());
    };
    let filter = ledger::Filter {
        order: Some(batch.order),
        ..Default::default()
    };
    let mut should = Vec::new();
    let mut after = 0;
    loop {
        let some = ledger::oldest(tx, &filter, after, 1000).await?;
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
