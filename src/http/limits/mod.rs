//! Limits on what one network, phone, serial or mark may have in an hour: what can be guessed or flooded.
//!
//! All of them are [`RateLimits`]: named by [`Limit`], bounded in memory, counted when they refuse. What is asked for is paid
//! before it is done, by everybody who has a limit in it, and given back where it was no guess: so of many at once none is
//! for nothing, and beyond a limit right and wrong are refused alike. Each instance counts for itself.
//!
//! Here is also what each kind of request pays (`serials`, `claims`, `tips`). What a request may weigh and how long it may
//! take stands in the table of routes; the patience with passwords is kept in the database.

mod claims;
mod kept;
mod names;
mod serials;
mod tips;

use std::fmt;
use std::hash::{BuildHasher, Hash, RandomState};
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock, MonotonicClock};
use governor::middleware::StateInformationMiddleware;
use governor::nanos::Nanos;
use governor::{Quota, RateLimiter};

use self::kept::Kept;
pub use self::names::Limit;
use crate::service::metrics::Refusals;

/// All limits. [`MonotonicClock`] is the machine's; tests have another.
pub struct RateLimits<C: Clock = MonotonicClock> {
    /// In the order of [`Limit::ALL`]; `None` is no limit.
    each: [Option<Hourly<C>>; Limit::ALL.len()],
    refusals: Refusals,
    /// Those who pay are remembered by a number of 64 bits with a key that the program draws at its start. That two of
    /// 65,536 share theirs has a chance of 2⁻³³: they would share what they may.
    names: RandomState,
    clock: C,
}

/// A request beyond a limit: nothing was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Which limit.
    pub limit: Limit,
    /// Whole seconds until the next request is let through, at least 1.
    pub seconds: u64,
}

/// What one request has paid. It stays paid unless it is given back.
#[must_use = "what was no guess is given back"]
pub struct Bill<'a, C: Clock = MonotonicClock> {
    limits: &'a RateLimits<C>,
    paid: Vec<(Limit, u64)>,
}

impl Default for RateLimits {
    fn default() -> Self {
        Self::at(MonotonicClock)
    }
}

impl<C: Clock + Clone> RateLimits<C> {
    fn at(clock: C) -> Self {
        Self {
            each: Limit::ALL.map(|limit| Hourly::new(limit.per_hour(), &clock)),
            refusals: Refusals::of(Limit::ALL.map(Limit::word)),
            names: RandomState::new(),
            clock,
        }
    }

    /// The same with another number of this limit; 0 is no limit.
    #[must_use]
    pub fn with(mut self, limit: Limit, per_hour: u32) -> Self {
        self.each[limit as usize] = Hourly::new(per_hour, &self.clock);
        self
    }
}

impl<C: Clock> RateLimits<C> {
    /// What is refused is counted here.
    pub fn refusals(&self) -> &Refusals {
        &self.refusals
    }

    /// One request of this one, who has nothing but this limit.
    ///
    /// # Errors
    /// [`Refused`] beyond it.
    pub fn take(&self, limit: Limit, who: &impl Hash) -> Result<(), Refused> {
        self.bill().pay(limit, who).map(drop)
    }

    /// A refusal, counted.
    pub fn refuse(&self, limit: Limit, seconds: u64) -> Refused {
        self.refusals.count(limit.word());
        Refused { limit, seconds }
    }

    /// Forgets those who have been quiet for so long that it makes no difference.
    pub fn forget_the_quiet(&self) {
        for hourly in self.each.iter().flatten() {
            hourly.limiter.retain_recent();
        }
    }

    fn bill(&self) -> Bill<'_, C> {
        Bill {
            limits: self,
            paid: Vec::new(),
        }
    }

    /// How many are remembered under this limit.
    #[cfg(test)]
    fn kept(&self, limit: Limit) -> usize {
        let hourly = self.each[limit as usize].as_ref();
        hourly.map_or(0, |hourly| hourly.limiter.len())
    }
}

impl<C: Clock> Bill<'_, C> {
    /// Has this one pay; says how many more there are for now. Beyond the limit everything on the bill is given back.
    ///
    /// # Errors
    /// [`Refused`] beyond the limit.
    fn pay(&mut self, limit: Limit, who: &impl Hash) -> Result<u32, Refused> {
        let Some(hourly) = &self.limits.each[limit as usize] else {
            return Ok(u32::MAX);
        };
        let who = self.limits.names.hash_one(who);
        match hourly.take(who, &self.limits.clock) {
            Ok(left) => {
                self.paid.push((limit, who));
                Ok(left)
            }
            Err(seconds) => {
                self.give_back();
                Err(self.limits.refuse(limit, seconds))
            }
        }
    }

    /// It was no guess.
    pub fn give_back(&mut self) {
        for (limit, who) in self.paid.drain(..) {
            if let Some(hourly) = &self.limits.each[limit as usize] {
                hourly.kept.give_back(who, hourly.one);
            }
        }
    }
}

impl<C: Clock> fmt::Debug for RateLimits<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RateLimits").finish_non_exhaustive() // nobody who asks
    }
}

/// One limit: GCRA, a bucket that holds an hour's number and fills up evenly.
struct Hourly<C: Clock> {
    limiter: RateLimiter<u64, Kept, C, StateInformationMiddleware>,
    kept: Kept,
    /// What one request weighs.
    one: Nanos,
}

impl<C: Clock + Clone> Hourly<C> {
    fn new(per_hour: u32, clock: &C) -> Option<Self> {
        let quota = Quota::per_hour(NonZeroU32::new(per_hour)?);
        let kept = Kept::default();
        Some(Self {
            limiter: RateLimiter::new(quota, kept.clone(), clock.clone()),
            kept,
            one: quota.replenish_interval().into(),
        })
    }
}

impl<C: Clock> Hourly<C> {
    /// How many more there are for now; otherwise the whole seconds until the next one is let through, at least 1.
    fn take(&self, who: u64, clock: &C) -> Result<u32, u64> {
        let taken = self.limiter.check_key(&who).map_err(|until| {
            let wait = until.wait_time_from(clock.now());
            let whole = wait.as_secs() + u64::from(wait > Duration::from_secs(wait.as_secs()));
            whole.max(1)
        });
        taken.map(|state| state.remaining_burst_capacity())
    }
}

#[cfg(test)]
mod tests {
    use governor::clock::FakeRelativeClock;

    use super::*;

    #[test]
    fn each_stands_in_its_own_place() {
        for (place, limit) in Limit::ALL.into_iter().enumerate() {
            assert_eq!(limit as usize, place, "{limit:?}");
        }
    }

    #[test]
    fn every_limit_has_its_number_counts_its_refusals_and_forgets() {
        let clock = FakeRelativeClock::default();
        let limits = RateLimits::at(clock.clone());
        for limit in Limit::ALL {
            let before = limits.refusals().counted(limit.word());
            for _ in 0..limit.per_hour() {
                limits.take(limit, &"one").unwrap();
            }
            let seconds = u64::from(3600 / limit.per_hour());
            assert_eq!(limits.take(limit, &"one"), Err(Refused { limit, seconds }));
            assert_eq!(limits.take(limit, &"another"), Ok(()));
            assert_eq!(limits.refusals().counted(limit.word()), before + 1);
            assert_eq!(limits.kept(limit), 2);
        }
        clock.advance(Duration::from_hours(2));
        limits.forget_the_quiet();
        assert!(Limit::ALL.iter().all(|limit| limits.kept(*limit) == 0));
    }

    #[test]
    fn zero_is_no_limit() {
        let limits = RateLimits::at(FakeRelativeClock::default()).with(Limit::Photos, 0);
        for _ in 0..1000 {
            limits.take(Limit::Photos, &"one").unwrap();
        }
    }

    #[test]
    fn a_bill_that_cannot_be_paid_whole_costs_nothing() {
        let limits = RateLimits::at(FakeRelativeClock::default())
            .with(Limit::Guesses, 2)
            .with(Limit::Asks, 1);
        let pay = |who: &str| {
            let mut bill = limits.bill();
            bill.pay(Limit::Guesses, &who)?;
            bill.pay(Limit::Asks, &"the one")
        };
        pay("a").unwrap();
        for _ in 0..5 {
            assert_eq!(pay("a").unwrap_err().limit, Limit::Asks);
        }
        limits.take(Limit::Guesses, &"a").unwrap();
        assert_eq!(pay("a").unwrap_err().limit, Limit::Guesses);
    }
}
