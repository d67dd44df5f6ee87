//! What a limit remembers of those who ask: bounded, and forgotten when it makes no difference any more.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use governor::nanos::Nanos;
use governor::state::StateStore;
use governor::state::keyed::ShrinkableKeyedStateStore;

/// Those whom one limit remembers: at most some 2 MB. Beyond, the half that asked least is forgotten.
pub(super) const MOST_KEYS: usize = 65_536;

/// Until when each has used up what it is given, after the limiter's start.
#[derive(Clone, Debug, Default)]
pub(super) struct Kept(Arc<Mutex<HashMap<u64, Nanos>>>);

impl Kept {
    fn lock(&self) -> MutexGuard<'_, HashMap<u64, Nanos>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes back what was used last, if it is still remembered.
    pub(super) fn give_back(&self, key: u64, one: Nanos) {
        if let Some(until) = self.lock().get_mut(&key) {
            *until = until.saturating_sub(one);
        }
    }
}

impl StateStore for Kept {
    type Key = u64;

    fn measure_and_replace<T, F, E>(&self, key: &u64, measure: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let mut kept = self.lock();
        let (outcome, until) = measure(kept.get(key).copied())?;
        if kept.len() >= MOST_KEYS && !kept.contains_key(key) {
            forget_half(&mut kept);
        }
        kept.insert(*key, until);
        Ok(outcome)
    }
}

impl ShrinkableKeyedStateStore<u64> for Kept {
    fn retain_recent(&self, drop_below: Nanos) {
        let mut kept = self.lock();
        kept.retain(|_, until| *until > drop_below);
        kept.shrink_to_fit();
    }

    fn len(&self) -> usize {
        self.lock().len()
    }

    fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }
}

/// Forgets those that have used least of what they are given. A flood of networks that ask once drives out its own
/// kind: who guesses much stays remembered.
fn forget_half(kept: &mut HashMap<u64, Nanos>) {
    let mut all: Vec<u64> = kept.values().map(|until| until.as_u64()).collect();
    let half = all.len() / 2;
    let (_, median, above) = all.select_nth_unstable(half);
    let median = *median;
    let mut of_the_median =
        half.saturating_sub(above.iter().filter(|until| **until > median).count());
    kept.retain(|_, until| {
        let is_of_the_median = until.as_u64() == median && of_the_median > 0;
        of_the_median -= usize::from(is_of_the_median);
        until.as_u64() > median || is_of_the_median
    });
}
