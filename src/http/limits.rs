//! Limits on asking by serial: for a network that guesses serials, and for a serial that is asked again and again.
//!
//! A serial cannot be found by guessing as it is (28 bits of tag, and the batch must be there): these limits keep guessing
//! from costing us anything, and from being tried. Signed codes are never limited, nor are forged ones: they prove
//! themselves or fall at once.
//!
//! A network pays for a question before it is answered and gets it back when the serial was ours, so that of many guesses
//! at once none is for nothing. Beyond the limit right and wrong serials are refused alike.

use std::collections::HashMap;
use std::fmt;
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use governor::clock::{Clock, MonotonicClock};
use governor::middleware::StateInformationMiddleware;
use governor::nanos::Nanos;
use governor::state::StateStore;
use governor::state::keyed::ShrinkableKeyedStateStore;
use governor::{Quota, RateLimiter};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, SemaphorePermit};

use super::network::Network;
use crate::domain::input::Input;
use crate::domain::serial::Serial;
use crate::domain::verdict::Verdict;
use crate::service::metrics::Limit as Refusing;

/// Serials that are not ours, an hour and network. A person mistypes a few; behind one address of a mobile network are
/// thousands of people, most of whom scan. A guesser has 2,400 tries a day, of which one in 2²⁸ would get past the tag.
pub const GUESSES_PER_HOUR: u32 = 100;
/// Questions by the same serial an hour, whoever asks. A person asks once or twice, a shop some times; a serial that
/// is shown in a film is asked by thousands, who are told to scan their own.
pub const ASKS_OF_A_SERIAL_PER_HOUR: u32 = 60;
/// Networks and serials that are remembered, each: at most some 5 MB. Beyond, the half that asked least is forgotten.
const MOST_KEYS: usize = 65_536;

/// The limits. [`MonotonicClock`] is the machine's; tests have another.
pub struct SerialLimits<C: Clock = MonotonicClock> {
    guesses: Option<Limit<Network, C>>,
    asks: Option<Limit<Serial, C>>,
    clock: C,
}

/// Photos that a network may have read in an hour. Most browsers read theirs themselves.
const PHOTOS_PER_HOUR: NonZeroU32 = NonZeroU32::new(60).expect("not 0");
/// Photos that are taken in at once: what they may hold of memory is this times [`crate::service::photo::MOST_BYTES`].
const PHOTOS_COMING_IN: usize = 16;
/// Photos that are read at once; the others that have come in wait.
const PHOTOS_READ_AT_ONCE: usize = 2;

/// How many photos are read for those whose browsers cannot.
pub struct PhotoLimits<C: Clock = MonotonicClock> {
    of_networks: Limit<Network, C>,
    coming_in: Arc<Semaphore>,
    read_at_once: Semaphore,
    clock: C,
}

impl Default for PhotoLimits {
    fn default() -> Self {
        Self::at(MonotonicClock)
    }
}

impl<C: Clock + Clone> PhotoLimits<C> {
    fn at(clock: C) -> Self {
        Self {
            of_networks: Limit::new(Quota::per_hour(PHOTOS_PER_HOUR), clock.clone()),
            coming_in: Arc::new(Semaphore::new(PHOTOS_COMING_IN)),
            read_at_once: Semaphore::new(PHOTOS_READ_AT_ONCE),
            clock,
        }
    }
}

impl<C: Clock> PhotoLimits<C> {
    /// Lets a photo come in, before anything of it is read, as long as what this gives is held.
    ///
    /// # Errors
    /// After how many seconds to ask again, at least 1.
    pub fn come_in(&self, address: Option<IpAddr>) -> Result<OwnedSemaphorePermit, u64> {
        let network = Network::of(address.unwrap_or(Ipv6Addr::UNSPECIFIED.into()));
        let place = self
            .coming_in
            .clone()
            .try_acquire_owned()
            .map_err(|_| 5_u64)?;
        self.of_networks.take(&network, &self.clock)?;
        Ok(place)
    }

    /// Waits until it is this photo's turn to be read, and holds the place.
    pub async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        self.read_at_once.acquire().await.ok()
    }

    /// Forgets networks that have been quiet for so long that it makes no difference.
    pub fn forget_the_quiet(&self) {
        self.of_networks.limiter.retain_recent();
    }
}

impl<C: Clock> fmt::Debug for PhotoLimits<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PhotoLimits").finish_non_exhaustive() // no network
    }
}

/// A question by serial that was let through; what comes of it is told by [`SerialLimits::told`].
#[derive(Clone, Copy, Debug)]
#[must_use = "tell what came of it"]
pub struct Asked(Option<Network>);

/// A question beyond a limit: nothing was looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Which limit.
    pub limit: Refusing,
    /// Whole seconds until the next question is let through, at least 1.
    pub seconds: u64,
}

impl Default for SerialLimits {
    fn default() -> Self {
        Self::new(GUESSES_PER_HOUR, ASKS_OF_A_SERIAL_PER_HOUR)
    }
}

impl SerialLimits {
    /// So many serials that are not ours an hour and network, and so many questions an hour by the same serial; 0 is no
    /// limit.
    pub fn new(guesses_per_hour: u32, asks_of_a_serial_per_hour: u32) -> Self {
        Self::at(guesses_per_hour, asks_of_a_serial_per_hour, MonotonicClock)
    }
}

impl<C: Clock + Clone> SerialLimits<C> {
    fn at(guesses: u32, asks: u32, clock: C) -> Self {
        let limit = |number| NonZeroU32::new(number).map(Quota::per_hour);
        Self {
            guesses: limit(guesses).map(|quota| Limit::new(quota, clock.clone())),
            asks: limit(asks).map(|quota| Limit::new(quota, clock.clone())),
            clock,
        }
    }
}

impl<C: Clock> SerialLimits<C> {
    /// Whether whoever is at this address may ask now. What is no serial may always be asked.
    ///
    /// # Errors
    /// [`Refused`] beyond a limit.
    pub fn ask(&self, input: Option<&Input>, address: Option<IpAddr>) -> Result<Asked, Refused> {
        let Some(Input::Serial(serial)) = input else {
            return Ok(Asked(None));
        };
        // Who comes from nowhere is one network.
        let network = Network::of(address.unwrap_or(Ipv6Addr::UNSPECIFIED.into()));
        if let Some(guesses) = &self.guesses {
            let taken = guesses.take(&network, &self.clock);
            taken.map_err(Refusing::Guesses.after())?;
        }
        if let Some(asks) = &self.asks {
            let taken = asks.take(serial, &self.clock);
            taken
                .inspect_err(|_| self.give_back(network))
                .map_err(Refusing::Asks.after())?;
        }
        Ok(Asked(Some(network)))
    }

    /// What came of a question; `None` if it could not be answered. Only a serial that is not ours was a guess.
    pub fn told(&self, asked: Asked, verdict: Option<Verdict>) {
        if let (Some(network), true) = (asked.0, verdict != Some(Verdict::NotOurs)) {
            self.give_back(network);
        }
    }

    fn give_back(&self, network: Network) {
        if let Some(guesses) = &self.guesses {
            guesses.give_back(&network);
        }
    }

    /// Forgets networks and serials that have been quiet for so long that it makes no difference.
    pub fn forget_the_quiet(&self) {
        if let Some(guesses) = &self.guesses {
            guesses.forget_the_quiet();
        }
        if let Some(asks) = &self.asks {
            asks.forget_the_quiet();
        }
    }
}

impl<C: Clock> fmt::Debug for SerialLimits<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SerialLimits").finish_non_exhaustive() // no network, no serial
    }
}

impl Refusing {
    pub(super) fn after(self) -> impl FnOnce(u64) -> Refused {
        move |seconds| Refused {
            limit: self,
            seconds,
        }
    }
}

/// One limit: GCRA, a bucket that holds an hour's number and fills up evenly.
pub(super) struct Limit<K: Hash + Eq + Clone, C: Clock> {
    limiter: RateLimiter<K, Kept<K>, C, StateInformationMiddleware>,
    kept: Kept<K>,
    /// What one question weighs.
    one: Nanos,
}

impl<K: Hash + Eq + Clone, C: Clock> Limit<K, C> {
    pub(super) fn new(quota: Quota, clock: C) -> Self {
        let kept = Kept::default();
        Self {
            limiter: RateLimiter::new(quota, kept.clone(), clock),
            kept,
            one: quota.replenish_interval().into(),
        }
    }

    /// How many more there are for now; otherwise the whole seconds until the next one is let through, at least 1.
    pub(super) fn take(&self, key: &K, clock: &C) -> Result<u32, u64> {
        let taken = self.limiter.check_key(key).map_err(|until| {
            let wait = until.wait_time_from(clock.now());
            let whole = wait.as_secs() + u64::from(wait > Duration::from_secs(wait.as_secs()));
            whole.max(1)
        });
        taken.map(|state| state.remaining_burst_capacity())
    }

    /// Forgets those that have been quiet for so long that it makes no difference.
    pub(super) fn forget_the_quiet(&self) {
        self.limiter.retain_recent();
    }

    pub(super) fn give_back(&self, key: &K) {
        if let Some(until) = self.kept.lock().get_mut(key) {
            *until = until.saturating_sub(self.one);
        }
    }
}

/// Until when each key has used up what it is given, after the limiter's start.
#[derive(Clone, Debug)]
struct Kept<K>(Arc<Mutex<HashMap<K, Nanos>>>);

impl<K> Default for Kept<K> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<K> Kept<K> {
    fn lock(&self) -> MutexGuard<'_, HashMap<K, Nanos>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Hash + Eq + Clone> StateStore for Kept<K> {
    type Key = K;

    fn measure_and_replace<T, F, E>(&self, key: &K, measure: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let mut kept = self.lock();
        let (outcome, until) = measure(kept.get(key).copied())?;
        if kept.len() >= MOST_KEYS && !kept.contains_key(key) {
            forget_half(&mut kept);
        }
        kept.insert(key.clone(), until);
        Ok(outcome)
    }
}

impl<K: Hash + Eq + Clone> ShrinkableKeyedStateStore<K> for Kept<K> {
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
fn forget_half<K: Hash + Eq>(kept: &mut HashMap<K, Nanos>) {
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

#[cfg(test)]
mod tests {
    use governor::clock::FakeRelativeClock;

    use super::*;

    const HOUR: Duration = Duration::from_hours(1);

    fn limits(guesses: u32, asks: u32) -> (SerialLimits<FakeRelativeClock>, FakeRelativeClock) {
        let clock = FakeRelativeClock::default();
        (SerialLimits::at(guesses, asks, clock.clone()), clock)
    }

    fn serial(number: u32) -> Input {
        let typed = format!("{number:016}");
        Input::Serial(Serial::from_typed(&typed).unwrap())
    }

    fn address(last: u8) -> IpAddr {
        [203, 0, 113, last].into()
    }

    fn guesses(seconds: u64) -> Refused {
        Refusing::Guesses.after()(seconds)
    }

    fn asks(seconds: u64) -> Refused {
        Refusing::Asks.after()(seconds)
    }

    fn guess(
        limits: &SerialLimits<FakeRelativeClock>,
        number: u32,
        from: u8,
    ) -> Result<(), Refused> {
        let asked = limits.ask(Some(&serial(number)), Some(address(from)))?;
        limits.told(asked, Some(Verdict::NotOurs));
        Ok(())
    }

    fn good(
        limits: &SerialLimits<FakeRelativeClock>,
        number: u32,
        from: u8,
    ) -> Result<(), Refused> {
        let asked = limits.ask(Some(&serial(number)), Some(address(from)))?;
        limits.told(asked, Some(Verdict::FirstCheck));
        Ok(())
    }

    #[test]
    fn a_network_that_guesses_is_refused_and_let_in_again_bit_by_bit() {
        let (limits, clock) = limits(10, 0);
        for number in 0..10 {
            guess(&limits, number, 1).unwrap();
        }
        let refused = guesses(360);
        assert_eq!(guess(&limits, 10, 1), Err(refused));
        assert_eq!(good(&limits, 11, 1), Err(refused), "right and wrong alike");
        assert_eq!(good(&limits, 11, 2), Ok(()), "nobody else");
        clock.advance(Duration::from_millis(359_500));
        assert_eq!(guess(&limits, 12, 1), Err(guesses(1)));
        clock.advance(Duration::from_millis(500));
        assert_eq!(guess(&limits, 12, 1), Ok(()));
        assert_eq!(guess(&limits, 13, 1), Err(refused));
    }

    #[test]
    fn serials_of_ours_cost_nothing_nor_does_what_could_not_be_answered() {
        let (limits, _clock) = limits(3, 0);
        for number in 0..1000 {
            good(&limits, number, 1).unwrap();
            let asked = limits.ask(Some(&serial(number)), Some(address(1))).unwrap();
            limits.told(asked, None);
        }
        for number in 0..3 {
            guess(&limits, number, 1).unwrap();
        }
        assert!(guess(&limits, 3, 1).is_err());
    }

    #[test]
    fn guesses_at_once_are_all_paid() {
        let (limits, _clock) = limits(3, 0);
        let asked: Vec<_> = (0..50)
            .map(|number| limits.ask(Some(&serial(number)), Some(address(1))))
            .collect();
        assert_eq!(asked.iter().filter(|asked| asked.is_ok()).count(), 3);
    }

    #[test]
    fn a_serial_that_is_asked_again_and_again_is_refused_whoever_asks() {
        let (limits, clock) = limits(2, 5);
        for from in 0..5 {
            good(&limits, 7, from).unwrap();
        }
        for from in 5..9 {
            assert_eq!(good(&limits, 7, from), Err(asks(720)));
        }
        assert_eq!(good(&limits, 8, 5), Ok(()));
        // Being refused was no guess.
        guess(&limits, 1, 5).unwrap();
        guess(&limits, 2, 5).unwrap();
        assert!(guess(&limits, 3, 5).is_err());
        clock.advance(HOUR);
        for from in 0..5 {
            good(&limits, 7, from).unwrap();
        }
    }

    #[test]
    fn codes_and_nonsense_are_never_limited_and_zero_is_no_limit() {
        let (few, _clock) = limits(1, 1);
        for _ in 0..100 {
            let asked = few.ask(None, Some(address(1))).unwrap();
            few.told(asked, Some(Verdict::NotOurs));
        }
        guess(&few, 1, 1).unwrap();
        let (none, _clock) = limits(0, 0);
        for _ in 0..1000 {
            guess(&none, 1, 1).unwrap();
        }
    }

    #[test]
    fn photos_are_limited_by_network_and_at_once() {
        let clock = FakeRelativeClock::default();
        let limits = PhotoLimits::at(clock.clone());
        for _ in 0..PHOTOS_PER_HOUR.get() {
            drop(limits.come_in(Some(address(1))).unwrap());
        }
        assert_eq!(limits.come_in(Some(address(1))).unwrap_err(), 60);
        let all: Vec<_> = (0..PHOTOS_COMING_IN)
            .map(|_| limits.come_in(Some(address(2))).unwrap())
            .collect();
        assert_eq!(limits.come_in(Some(address(3))).unwrap_err(), 5);
        drop(all);
        assert!(limits.come_in(Some(address(3))).is_ok());
        clock.advance(HOUR + HOUR);
        limits.forget_the_quiet();
        assert_eq!(limits.of_networks.limiter.len(), 0);
        assert!(limits.come_in(Some(address(1))).is_ok());
    }

    #[test]
    fn a_household_of_ipv6_is_one_network() {
        let (limits, _clock) = limits(1, 0);
        let ask = |address: &str| limits.ask(Some(&serial(1)), Some(address.parse().unwrap()));
        assert!(ask("2001:db8:1:2::1").is_ok());
        assert!(ask("2001:db8:1:2:ffff::2").is_err());
        assert!(ask("2001:db8:1:3::1").is_ok());
        assert!(ask("::ffff:203.0.113.1").is_ok());
        assert!(ask("203.0.113.1").is_err());
    }

    #[test]
    fn what_is_kept_is_bounded_and_the_quiet_are_forgotten() {
        let (limits, clock) = limits(10, 1);
        for number in 0..5 {
            guess(&limits, number, 1).unwrap(); // a guesser
        }
        let many = u32::try_from(MOST_KEYS).unwrap() * 2;
        for number in 0..many {
            let address = IpAddr::from(number.to_be_bytes());
            if address != IpAddr::from([203, 0, 113, 1]) {
                let asked = limits
                    .ask(Some(&serial(number + 5)), Some(address))
                    .unwrap();
                limits.told(asked, Some(Verdict::NotOurs));
            }
        }
        let kept = |limits: &SerialLimits<FakeRelativeClock>| {
            let guesses = limits.guesses.as_ref().unwrap();
            (
                guesses.limiter.len(),
                limits.asks.as_ref().unwrap().limiter.len(),
            )
        };
        let (networks, serials) = kept(&limits);
        assert!(
            (MOST_KEYS / 2..=MOST_KEYS).contains(&networks),
            "{networks}"
        );
        assert!(serials <= MOST_KEYS, "{serials}");
        // The guesser is remembered through all that.
        for number in 0..5 {
            guess(&limits, many + 10 + number, 1).unwrap();
        }
        assert!(guess(&limits, many + 20, 1).is_err());
        limits.forget_the_quiet();
        assert!(kept(&limits).0 > 0);
        clock.advance(HOUR + HOUR);
        limits.forget_the_quiet();
        assert_eq!(kept(&limits), (0, 0));
    }
}
