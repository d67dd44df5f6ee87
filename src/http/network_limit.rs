//! A limit on what one network may have done in an hour, whoever asks from there: histories that are deleted. Each is a row
//! until it is worked off, and names of phones cost nothing.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;

use governor::Quota;
use governor::clock::{Clock, MonotonicClock};

use super::limits::{Limit, Refused};
use super::network::Network;
use crate::service::metrics::Limit as Refusing;

/// Histories that are deleted from one network in an hour. A person does it once; behind one address are many people, few of
/// whom do.
const FORGOTTEN_PER_HOUR: NonZeroU32 = NonZeroU32::new(60).unwrap();

/// The limit on deleting histories.
pub struct ForgettingLimit<C: Clock = MonotonicClock> {
    networks: Limit<Network, C>,
    clock: C,
}

impl Default for ForgettingLimit {
    fn default() -> Self {
        Self::at(MonotonicClock)
    }
}

impl<C: Clock + Clone> ForgettingLimit<C> {
    fn at(clock: C) -> Self {
        Self {
            networks: Limit::new(Quota::per_hour(FORGOTTEN_PER_HOUR), clock.clone()),
            clock,
        }
    }
}

impl<C: Clock> ForgettingLimit<C> {
    /// Whether one more history may be deleted from this address now.
    ///
    /// # Errors
    /// [`Refused`] beyond the limit.
    pub fn ask(&self, address: Option<IpAddr>) -> Result<(), Refused> {
        let network = Network::of(address.unwrap_or(Ipv6Addr::UNSPECIFIED.into()));
        let taken = self.networks.take(&network, &self.clock);
        taken.map(drop).map_err(Refusing::Forgetting.after())
    }

    /// Forgets networks that have been quiet for so long that it makes no difference.
    pub fn forget_the_quiet(&self) {
        self.networks.forget_the_quiet();
    }
}

impl<C: Clock> fmt::Debug for ForgettingLimit<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ForgettingLimit").finish_non_exhaustive() // no network
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use governor::clock::FakeRelativeClock;

    use super::*;

    #[test]
    fn a_network_has_sixty_an_hour() {
        let clock = FakeRelativeClock::default();
        let limit = ForgettingLimit::at(clock.clone());
        let (here, there) = (Some([203, 0, 113, 1].into()), Some([203, 0, 113, 2].into()));
        for _ in 0..60 {
            limit.ask(here).unwrap();
        }
        assert_eq!(limit.ask(here), Err(Refusing::Forgetting.after()(60)));
        limit.ask(there).unwrap();
        limit.ask(None).unwrap();
        clock.advance(Duration::from_mins(1));
        limit.forget_the_quiet();
        limit.ask(here).unwrap();
        assert!(limit.ask(here).is_err());
    }
}
