//! Marks that are frozen and were not let go, by batch: what entries of both kinds add up to.

use std::collections::HashMap;

use jiff::Timestamp;

use crate::domain::event::{EventKind, Withdrawal};
use crate::domain::ledger::entry::Entry;
use crate::domain::licensee::LicenseeNumber;
use crate::domain::mark::{BatchNumber, IndexRange};
use crate::domain::segments::joined;
use crate::domain::text::Line;
use crate::service::ServiceError;
use crate::store::{Tx, ledger};

/// Entries of each kind that are looked through, the newest.
const MOST_ENTRIES: u32 = 2000;

/// Marks of a batch that are frozen.
pub(super) struct Frozen {
    /// Which.
    pub(super) ranges: Vec<IndexRange>,
    /// Since when there are any.
    pub(super) since: Timestamp,
    /// Whose.
    pub(super) licensee: Option<LicenseeNumber>,
    /// Why.
    pub(super) reason: Option<Line>,
}

/// The batches that have frozen marks, those first that have them longest.
pub(super) async fn still(tx: &mut Tx) -> Result<Vec<(BatchNumber, Frozen)>, ServiceError> {
    let mut entries = Vec::new();
    for kind in [
        EventKind::Withdrawn(Withdrawal::Frozen),
        EventKind::Restored(Withdrawal::Frozen),
    ] {
        let filter = ledger::Filter {
            kind: Some(kind.slug().to_owned()),
            ..Default::default()
        };
        entries.extend(ledger::newest(tx, &filter, None, MOST_ENTRIES).await?);
    }
    entries.sort_unstable_by_key(|stored| stored.number);
    let mut still: HashMap<BatchNumber, Frozen> = HashMap::new();
    for stored in entries {
        let Some(Entry::Marks(marks)) = Entry::read(&stored.kind, &stored.body) else {
            continue;
        };
        let frozen = still.entry(marks.batch).or_insert_with(|| Frozen {
            ranges: Vec::new(),
            since: stored.at,
            licensee: stored.subjects.licensee,
            reason: None,
        });
        frozen.goes_on(marks.event, &marks.ranges, stored.at, marks.reason);
    }
    still.retain(|_, frozen| !frozen.ranges.is_empty());
    let mut still: Vec<_> = still.into_iter().collect();
    still.sort_unstable_by_key(|(batch, frozen)| (frozen.since, *batch));
    Ok(still)
}

impl Frozen {
    /// A further entry: more marks are frozen, or some are let go.
    fn goes_on(
        &mut self,
        event: EventKind,
        ranges: &[IndexRange],
        at: Timestamp,
        reason: Option<Line>,
    ) {
        if event == EventKind::Withdrawn(Withdrawal::Frozen) {
            if self.ranges.is_empty() {
                self.since = at;
                self.reason = reason;
            }
            self.ranges.extend_from_slice(ranges);
            self.ranges = joined(std::mem::take(&mut self.ranges));
            return;
        }
        for gone in ranges {
            let still = std::mem::take(&mut self.ranges);
            self.ranges = still
                .into_iter()
                .flat_map(|one| one.without(*gone))
                .collect();
        }
    }
}
