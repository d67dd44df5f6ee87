//! A season as it goes on: scans in the order of time, each weighed as the live path weighs it, and the batches held against
//! one another at each week's end.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasherDefault, Hasher};

use super::scans::{Activations, MarkKey};
use crate::domain::detection::{BatchState, Context, MarkState, Parameters, Peers, Scan, Step};

pub(super) const WEEK_US: i64 = 7 * 86_400_000_000;

/// Marks hash well as they are: one multiplication.
#[derive(Default)]
struct MarkHasher(u64);

impl Hasher for MarkHasher {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u32(u32::from(*byte));
        }
    }
    fn write_u32(&mut self, number: u32) {
        self.0 = (self.0.rotate_left(26) ^ u64::from(number)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

type Marks = HashMap<MarkKey, MarkState, BuildHasherDefault<MarkHasher>>;

/// Marks and batches at a moment of a season.
pub(super) struct Season<'a> {
    parameters: &'a Parameters,
    activations: &'a Activations,
    marks: Marks,
    batches: BTreeMap<u32, BatchState>,
    /// What the batches showed when the last week ended.
    peers: Option<Peers>,
    /// In weeks since 1970.
    week: Option<i64>,
}

/// What became of a scan.
pub(super) struct Scanned<'a> {
    pub mark: &'a MarkState,
    /// In which light the mark was seen.
    pub context: Context,
    pub step: Step,
    /// Whether the mark was not scanned before.
    pub is_first: bool,
    /// Whether it is suspected since this scan.
    pub is_new_suspicion: bool,
}

impl<'a> Season<'a> {
    /// Before its first scan.
    pub(super) fn new(parameters: &'a Parameters, activations: &'a Activations) -> Self {
        Self {
            parameters,
            activations,
            marks: Marks::default(),
            batches: BTreeMap::new(),
            peers: None,
            week: None,
        }
    }

    /// Goes on to a time, in microseconds since 1970. If a week with scans has ended, holds the batches against one
    /// another, and says which week that was.
    pub(super) fn go_on(&mut self, at_us: i64) -> Option<i64> {
        let week = at_us.div_euclid(WEEK_US);
        if self.week == Some(week) {
            return None;
        }
        let ended = self.end();
        self.week = Some(week);
        ended
    }

    /// Ends the week.
    pub(super) fn end(&mut self) -> Option<i64> {
        let week = self.week.take()?;
        let activated: Vec<u32> = self
            .batches
            .keys()
            .map(|batch| self.activations.activated(*batch, (week + 1) * WEEK_US))
            .collect();
        let batches = self.batches.values().zip(activated.iter().copied());
        let peers = Peers::of(self.parameters, batches);
        for (batch, activated) in self.batches.values_mut().zip(activated) {
            batch.compare(&peers, activated);
        }
        self.peers = Some(peers);
        Some(week)
    }

    /// Takes in a scan, and decides.
    pub(super) fn scan(&mut self, mark: MarkKey, scan: &Scan) -> Scanned<'_> {
        let parameters = self.parameters;
        let batch = self.batches.entry(mark.batch);
        let batch = batch.or_insert_with(|| {
            let mut new = BatchState::default();
            if let Some(peers) = &self.peers {
                new.compare(peers, 0);
            }
            new
        });
        let mark = self.marks.entry(mark).or_default();
        let is_first = mark.scans == 0;
        let (was_suspected, before) = (mark.is_suspected(), mark.for_batch(parameters));
        let step = mark.update(parameters, scan);
        if step.counted {
            let before = (!is_first).then_some(before);
            batch.update(parameters, before, mark.for_batch(parameters));
        }
        let context = batch.context(parameters);
        let is_suspected = step.decide(mark, parameters, &context);
        Scanned {
            mark,
            context,
            step,
            is_first,
            is_new_suspicion: is_suspected && !was_suspected,
        }
    }

    /// Its batches, by number.
    pub(super) fn batches(&self) -> impl Iterator<Item = (u32, &BatchState)> {
        self.batches.iter().map(|(number, batch)| (*number, batch))
    }

    /// Its marks that were scanned, with what is known of the batches of each; in no order.
    pub(super) fn marks(&self) -> impl Iterator<Item = (MarkKey, &MarkState, Context)> {
        self.marks.iter().map(|(key, mark)| {
            let batch = self.batches.get(&key.batch);
            let context = batch.map_or(Context::ALONE, |batch| batch.context(self.parameters));
            (*key, mark, context)
        })
    }

    /// How many times as many packs as believed dealers look at, as the last week showed.
    pub(super) fn dealers(&self) -> f64 {
        let peers = self.peers.as_ref();
        peers.map_or(Context::ALONE.dealers, Peers::dealers)
    }
}
