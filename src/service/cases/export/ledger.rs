//! The ledger's entries about the marks, with all that their hashes cover.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::Mark;
use crate::domain::ledger::chain::{EntryHash, EntryNumber, StoredEntry};
use crate::domain::ledger::entry::Entry;
use crate::domain::mark::{BatchNumber, MarkIndex};
use crate::domain::order::OrderNumber;
use crate::service::ServiceError;
use crate::store::Tx;
use crate::store::ledger::{self, Filter, Head};

/// Entries read at once.
const PAGE: u32 = 2000;

/// What the hash of an entry is, for whoever works it out.
const RULE: &str = "hash = SHA-256(\"yuanmark/ledger/v1\\0\" || hash_before || number u64 || at_micros i64 || fields), integers \
     big-endian; fields are actor, kind, request, subjects, body, each as length u32 || UTF-8 bytes. hash_before is the hash of \
     the entry before; that of no entry is 32 zeros. `yuanmark ledger verify --noted \"HEAD_NUMBER HEAD_HASH\"` proves that the \
     whole ledger still ends in the head that stands here.";

/// An entry with the hash before it.
pub(super) struct Proved {
    pub(super) entry: StoredEntry,
    before: EntryHash,
}

impl Proved {
    /// Whether its hash is what follows from what it says.
    pub(super) fn agrees(&self) -> bool {
        self.entry.hash_after(self.before) == self.entry.hash
    }
}

/// The entries, the oldest first, and where the ledger ended.
pub(super) struct Proofs {
    pub(super) entries: Vec<Proved>,
    pub(super) head: Head,
}

impl Proofs {
    /// What was entered about the orders of these marks, and of what happened to labels what happened to these; and what the
    /// case itself entered.
    pub(super) async fn gather(
        tx: &mut Tx,
        marks: &[Mark],
        own: impl Iterator<Item = EntryNumber>,
    ) -> Result<Self, ServiceError> {
        let mut orders: BTreeMap<OrderNumber, BTreeSet<(BatchNumber, MarkIndex)>> = BTreeMap::new();
        for one in marks {
            if let Some(batch) = &one.batch {
                let own = orders.entry(batch.order).or_default();
                own.insert((one.id.batch, one.id.index));
            }
        }
        let mut found: BTreeMap<EntryNumber, StoredEntry> = BTreeMap::new();
        for (order, own) in orders {
            let filter = Filter {
                order: Some(order),
                ..Filter::default()
            };
            let mut after = 0;
            loop {
                let some = ledger::oldest(tx, &filter, after, PAGE).await?;
                let Some(last) = some.last() else { break };
                after = last.number;
                let about = some.into_iter().filter(|entry| concerns(entry, &own));
                found.extend(about.map(|entry| (entry.number, entry)));
            }
        }
        for number in own {
            if !found.contains_key(&number)
                && let Some(entry) = ledger::get(tx, number).await?
            {
                found.insert(number, entry);
            }
        }
        let mut entries: Vec<Proved> = Vec::new();
        for (number, entry) in found {
            let before = match number {
                0 | 1 => EntryHash::NONE,
                _ => match ledger::get(tx, number - 1).await? {
                    Some(before) => before.hash,
                    None => EntryHash::NONE,
                },
            };
            entries.push(Proved { entry, before });
        }
        let head = ledger::head(tx).await?;
        Ok(Self { entries, head })
    }

    /// As JSON, with what a hash covers.
    pub(super) fn to_json(&self) -> Vec<u8> {
        let entries: Vec<Value> = self.entries.iter().map(to_json).collect();
        let all = json!({
            "rule": RULE,
            "head": { "number": self.head.number, "hash": self.head.hash.to_string() },
            "entries": entries,
        });
        let mut bytes = serde_json::to_vec_pretty(&all).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }
}

fn to_json(proved: &Proved) -> Value {
    let entry = &proved.entry;
    json!({
        "number": entry.number,
        "at": entry.at,
        "at_micros": entry.at.as_microsecond(),
        "actor": entry.actor,
        "kind": entry.kind,
        "request": entry.request.as_ref().map_or("", |request| request.as_str()),
        "subjects": entry.subjects.to_string(),
        "body": entry.body,
        "hash_before": proved.before.to_string(),
        "hash": entry.hash.to_string(),
        "agrees": proved.agrees(),
    })
}

/// Whether an entry of an order is about one of these marks: what is of labels only if it is of theirs.
fn concerns(entry: &StoredEntry, marks: &BTreeSet<(BatchNumber, MarkIndex)>) -> bool {
    let Some(Entry::Marks(about)) = Entry::read(&entry.kind, &entry.body) else {
        return true;
    };
    about.ranges.iter().any(|range| {
        let within = (about.batch, range.first())..=(about.batch, range.last());
        marks.range(within).next().is_some()
    })
}
