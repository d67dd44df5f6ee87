//! The slow-changing facts that scans are answered from, held in memory: batches with how their marks stand, and licensees.
//!
//! Everything here follows from the ledger, and the ledger's next number says whether it is still so. Every group of scans
//! reads that number in its own transaction; if it has moved, by whichever instance, what the new entries touched is
//! brought up to date before anything is answered (design §6; `docs/decisions/0025-grouped-answers.md`). What is held has
//! a limit in bytes; what was not asked for in a while goes first.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;

use crate::domain::document::Purpose;
use crate::domain::licensee::{Licensee, LicenseeNumber};
use crate::domain::lot::{Lot, LotNumber};
use crate::domain::mark::{BatchNumber, MarkId, MarkIndex};
use crate::domain::market::Market;
use crate::domain::order::{Batch, Order};
use crate::domain::standings::{Standings, Told};
use crate::domain::text::Line;
use crate::service::ServiceError;
use crate::store::{Tx, batch, event, kept, ledger, register};

/// Entries that are looked at one by one; after more it is cheaper to begin anew.
const MOST_ENTRIES: u32 = 2000;
/// Lots that are held; each takes about 1 KiB.
const MOST_LOTS: usize = 10_000;

/// What is held of a batch.
#[derive(Clone, Debug)]
pub struct BatchFacts {
    /// The batch.
    pub batch: Batch,
    /// The product as it stands on the pack.
    pub product: Line,
    /// Where the goods are to be sold, if its order says so.
    pub market: Option<Market>,
    /// From when on its goods are past their season.
    pub past_since: Timestamp,
    /// How its marks stand.
    pub standings: Standings,
    /// The ledger's next entry when it was read.
    next_entry: u64,
}

impl BatchFacts {
    /// The lot that a mark was activated for.
    pub fn lot_of(&self, index: MarkIndex) -> Option<LotNumber> {
        let activation = self.standings.at(index).activation();
        activation.and_then(Told::lot)
    }

    /// Bytes of memory, about: the batch's own texts are short.
    fn bytes(&self) -> usize {
        size_of::<Self>() + 500 + self.standings.bytes()
    }
}

/// What is held of a licensee.
#[derive(Clone, Debug)]
pub struct Holder {
    /// Its file.
    pub licensee: Licensee,
    /// SHA-256 of the newest artwork of the mark in its file, in hexadecimal, if there is one
    /// that can be drawn.
    pub artwork: Option<Line>,
}

/// The facts that a group of checks is answered from.
pub(super) struct Facts {
    pub batches: HashMap<BatchNumber, (Arc<BatchFacts>, Arc<Holder>)>,
    pub lots: HashMap<LotNumber, Arc<Lot>>,
}

/// The facts.
#[derive(Debug)]
pub(super) struct Catalog {
    /// The ledger's next entry, as of which all of this holds.
    next_entry: Option<u64>,
    batches: Generations,
    /// Batches held that entries since have touched.
    stale: HashSet<BatchNumber>,
    holders: HashMap<LicenseeNumber, Arc<Holder>>,
    lots: HashMap<LotNumber, Arc<Lot>>,
    reads: u64,
}

impl Catalog {
    /// Holds at most about so many bytes.
    pub(super) fn new(limit: usize) -> Self {
        Self {
            next_entry: None,
            batches: Generations::new(limit),
            stale: HashSet::new(),
            holders: HashMap::new(),
            lots: HashMap::new(),
            reads: 0,
        }
    }

    /// The ledger's last entry, as of which all of this holds.
    pub(super) fn last_entry(&self) -> u64 {
        self.next_entry.map_or(0, |next| next.saturating_sub(1))
    }

    /// How many batches were read since this was asked last.
    pub(super) const fn take_reads(&mut self) -> u64 {
        std::mem::replace(&mut self.reads, 0)
    }

    /// What it holds of memory, in bytes: batches alone; licensees are few, and lots have a limit of their own.
    pub(super) const fn bytes(&self) -> usize {
        self.batches.bytes()
    }

    /// Forgets what the ledger's entries before `next_entry`, as this transaction reads it, have changed.
    pub(super) async fn follow(
        &mut self,
        tx: &mut Tx,
        next_entry: u64,
    ) -> Result<(), ServiceError> {
        let touched = match self.next_entry {
            Some(known) if known == next_entry => return Ok(()),
            Some(known) if known < next_entry => {
                ledger::touched(tx, known, next_entry, MOST_ENTRIES + 1).await?
            }
            // The first time; or the database was put back to an earlier day.
            _ => {
                self.forget();
                self.next_entry = Some(next_entry);
                return Ok(());
            }
        };
        if touched.len() > MOST_ENTRIES as usize {
            self.forget();
        }
        for (licensee, batch) in touched {
            match (batch, licensee) {
                (Some(batch), _) => _ = self.stale.insert(batch),
                (None, Some(licensee)) => {
                    self.holders.remove(&licensee);
                    self.lots.retain(|_, lot| lot.entered.licensee != licensee);
                }
                (None, None) => {}
            }
        }
        self.next_entry = Some(next_entry);
        Ok(())
    }

    /// Forgets everything.
    pub(super) fn forget(&mut self) {
        self.batches.clear();
        self.stale.clear();
        self.holders.clear();
        self.lots.clear();
    }

    /// The facts of these marks, as far as they are of batches there are: what is held, and the rest read in a few statements.
    pub(super) async fn of(
        &mut self,
        tx: &mut Tx,
        marks: impl Iterator<Item = MarkId> + Clone,
    ) -> Result<Facts, ServiceError> {
        let wanted: BTreeSet<BatchNumber> = marks.clone().map(|mark| mark.batch).collect();
        let mut batches: HashMap<BatchNumber, Arc<BatchFacts>> = HashMap::new();
        let mut missing = Vec::new();
        for number in wanted {
            match self.batches.get(number) {
                Some(held) => _ = batches.insert(number, held),
                None => missing.push(number),
            }
        }
        let stale: Vec<BatchNumber> = batches
            .keys()
            .filter(|number| self.stale.contains(number))
            .copied()
            .collect();
        if !stale.is_empty() {
            self.catch_up(tx, &stale, &mut batches).await?;
        }
        if !missing.is_empty() {
            self.read(tx, &missing, &mut batches).await?;
        }
        self.holders_of(tx, batches.values()).await?;
        let lots = marks.filter_map(|mark| {
            let facts = batches.get(&mark.batch)?;
            facts.lot_of(mark.index)
        });
        let lots = self.lots(tx, lots.collect()).await?;
        let both = batches.into_iter().filter_map(|(number, facts)| {
            let holder = self.holders.get(&facts.batch.licensee)?.clone();
            Some((number, (facts, holder)))
        });
        let batches = both.collect();
        Ok(Facts { batches, lots })
    }

    /// These lots.
    async fn lots(
        &mut self,
        tx: &mut Tx,
        wanted: BTreeSet<LotNumber>,
    ) -> Result<HashMap<LotNumber, Arc<Lot>>, ServiceError> {
        let missing: Vec<u32> = wanted
            .iter()
            .filter(|number| !self.lots.contains_key(number))
            .map(|number| number.0)
            .collect();
        if !missing.is_empty() {
            if self.lots.len() + missing.len() > MOST_LOTS {
                self.lots.clear();
            }
            let read: Vec<Lot> = kept::those(tx, wanted.iter().map(|number| number.0)).await?;
            for lot in read {
                self.lots.insert(lot.number, Arc::new(lot));
            }
        }
        let held = wanted.into_iter().filter_map(|number| {
            let lot = self.lots.get(&number)?.clone();
            Some((number, lot))
        });
        Ok(held.collect())
    }

    /// Folds into batches that are held what has happened since.
    async fn catch_up(
        &mut self,
        tx: &mut Tx,
        stale: &[BatchNumber],
        batches: &mut HashMap<BatchNumber, Arc<BatchFacts>>,
    ) -> Result<(), ServiceError> {
        let next_entry = self.next_entry.unwrap_or_default();
        let since = stale.iter().filter_map(|number| batches.get(number));
        let since = since.map(|facts| facts.next_entry).min().unwrap_or(0);
        let events = event::for_standings(tx, stale, since).await?;
        for number in stale {
            let Some(held) = batches.get_mut(number) else {
                continue;
            };
            let facts = Arc::make_mut(held);
            for event in &events {
                if event.batch == *number && event.number >= facts.next_entry {
                    facts.standings.add(event);
                }
            }
            facts.next_entry = next_entry;
            self.batches.put(*number, held.clone());
            self.stale.remove(number);
        }
        Ok(())
    }

    /// Reads batches that are not held.
    async fn read(
        &mut self,
        tx: &mut Tx,
        missing: &[BatchNumber],
        batches: &mut HashMap<BatchNumber, Arc<BatchFacts>>,
    ) -> Result<(), ServiceError> {
        let found = batch::those(tx, missing).await?;
        self.reads += found.len() as u64;
        if found.is_empty() {
            return Ok(());
        }
        let orders: Vec<Order> = kept::those(tx, found.iter().map(|batch| batch.order.0)).await?;
        let mut placed: HashMap<_, _> = orders
            .into_iter()
            .map(|order| (order.number, order.placed))
            .collect();
        let numbers: Vec<BatchNumber> = found.iter().map(|batch| batch.number).collect();
        let events = event::for_standings(tx, &numbers, 0).await?;
        for batch in found {
            let Some(placed) = placed.remove(&batch.order) else {
                continue; // foreign keys make this impossible
            };
            let from = events.partition_point(|event| event.batch < batch.number);
            let until = events.partition_point(|event| event.batch <= batch.number);
            let number = batch.number;
            let facts = Arc::new(BatchFacts {
                past_since: batch.form.past_since(batch.season),
                standings: Standings::of(batch.count.all(), &events[from..until]),
                next_entry: self.next_entry.unwrap_or_default(),
                product: placed.product,
                market: placed.market,
                batch,
            });
            self.batches.put(number, facts.clone());
            self.stale.remove(&number);
            batches.insert(number, facts);
        }
        Ok(())
    }

    async fn holders_of(
        &mut self,
        tx: &mut Tx,
        batches: impl Iterator<Item = &Arc<BatchFacts>>,
    ) -> Result<(), ServiceError> {
        let missing: BTreeSet<LicenseeNumber> = batches
            .map(|facts| facts.batch.licensee)
            .filter(|number| !self.holders.contains_key(number))
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        let read: Vec<Licensee> =
            kept::those(tx, missing.iter().map(|number| number.0.into())).await?;
        let artworks = register::all_for(tx, missing.into_iter(), Purpose::Artwork).await?;
        let mut artworks: HashMap<_, _> = artworks
            .into_iter()
            .filter(|added| added.document.media_type.can_be_drawn())
            .map(|added| (added.document.licensee, added.document.sha256))
            .collect();
        for licensee in read {
            let number = licensee.number;
            let artwork = artworks.remove(&number);
            self.holders
                .insert(number, Arc::new(Holder { licensee, artwork }));
        }
        Ok(())
    }
}

/// Batches in two generations: what is asked for moves to the young one; when that has grown to half the limit it becomes
/// the old one, and what was the old one goes.
#[derive(Debug)]
struct Generations {
    half: usize,
    young: HashMap<BatchNumber, Arc<BatchFacts>>,
    young_bytes: usize,
    old: HashMap<BatchNumber, Arc<BatchFacts>>,
    old_bytes: usize,
}

impl Generations {
    fn new(limit: usize) -> Self {
        Self {
            half: limit / 2,
            young: HashMap::new(),
            young_bytes: 0,
            old: HashMap::new(),
            old_bytes: 0,
        }
    }

    fn get(&mut self, number: BatchNumber) -> Option<Arc<BatchFacts>> {
        if let Some(held) = self.young.get(&number) {
            return Some(held.clone());
        }
        let held = self.old.get(&number)?.clone();
        self.put(number, held.clone());
        Some(held)
    }

    fn put(&mut self, number: BatchNumber, facts: Arc<BatchFacts>) {
        self.young_bytes += facts.bytes();
        if let Some(before) = self.young.insert(number, facts) {
            self.young_bytes = self.young_bytes.saturating_sub(before.bytes());
        } else if let Some(before) = self.old.remove(&number) {
            self.old_bytes = self.old_bytes.saturating_sub(before.bytes());
        }
        if self.young_bytes > self.half {
            self.old = std::mem::take(&mut self.young);
            self.old_bytes = std::mem::take(&mut self.young_bytes);
        }
    }

    fn clear(&mut self) {
        *self = Self::new(2 * self.half);
    }

    const fn bytes(&self) -> usize {
        self.young_bytes + self.old_bytes
    }
}
