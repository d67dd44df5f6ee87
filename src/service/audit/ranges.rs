//! What scans are told, held against the entries.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use super::Findings;
use super::chain::Sum;
use crate::domain::event::RangeEvent;
use crate::domain::ledger::chain::EntryNumber;
use crate::domain::ledger::entry::Entry;
use crate::domain::mark::BatchNumber;
use crate::domain::text::Line;
use crate::service::ServiceError;
use crate::service::desk::range_events;
use crate::store::audit::{self, FIELD, ROW};
use crate::store::{Tx, event, ledger};

/// A range as it is hashed: the fields of its row.
pub(super) fn write_range(row: &mut String, event: &RangeEvent) {
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
pub(super) async fn hold(
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
