//! How much may be told of suspect packs, and how many tickets tried.
//!
//! A ticket has 80 bits and cannot be found by trying; the limit keeps trying from costing us anything. A form is paid for
//! before its body is read, by the network and by the phone, for what follows may be some megabytes of photos.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;

use governor::Quota;
use governor::clock::{Clock, MonotonicClock};

use crate::domain::phone::PhoneHash;
use crate::http::limits::Limit;
use crate::http::network::Network;

/// Forms an hour and network. Behind one address of a mobile network are thousands of people, of whom few report.
pub const FORMS_OF_A_NETWORK_PER_HOUR: u32 = 60;
/// Forms an hour and phone: one report, its mistakes, and some additions.
pub const FORMS_OF_A_PHONE_PER_HOUR: u32 = 20;
/// Tickets that open nothing, an hour and network.
pub const WRONG_TICKETS_PER_HOUR: u32 = 60;

/// The limits. [`MonotonicClock`] is the machine's.
pub struct TipLimits<C: Clock = MonotonicClock> {
    networks: Limit<Network, C>,
    phones: Limit<[u8; 16], C>,
    tickets: Limit<Network, C>,
    clock: C,
}

/// Beyond a limit; whole seconds until the next one is let through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooOften(pub u64);

impl Default for TipLimits {
    fn default() -> Self {
        Self::new(
            FORMS_OF_A_NETWORK_PER_HOUR,
            FORMS_OF_A_PHONE_PER_HOUR,
            WRONG_TICKETS_PER_HOUR,
        )
    }
}

impl TipLimits {
    /// So many forms an hour and network, forms an hour and phone, and wrong tickets an hour and network; at least one.
    pub fn new(of_a_network: u32, of_a_phone: u32, wrong_tickets: u32) -> Self {
        Self::at(of_a_network, of_a_phone, wrong_tickets, MonotonicClock)
    }
}

impl<C: Clock + Clone> TipLimits<C> {
    fn at(of_a_network: u32, of_a_phone: u32, wrong_tickets: u32, clock: C) -> Self {
        let quota = |number| Quota::per_hour(NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN));
        Self {
            networks: Limit::new(quota(of_a_network), clock.clone()),
            phones: Limit::new(quota(of_a_phone), clock.clone()),
            tickets: Limit::new(quota(wrong_tickets), clock.clone()),
            clock,
        }
    }
}

impl<C: Clock> TipLimits<C> {
    /// Whether a form may be sent now.
    ///
    /// # Errors
    /// [`TooOften`] beyond a limit.
    pub fn send(&self, address: Option<IpAddr>, phone: PhoneHash) -> Result<(), TooOften> {
        let network = network(address);
        self.networks
            .take(&network, &self.clock)
            .map_err(TooOften)?;
        let taken = self.phones.take(&phone.0, &self.clock);
        taken.map(drop).map_err(|seconds| {
            self.networks.give_back(&network);
            TooOften(seconds)
        })
    }

    /// Whether a ticket may be looked up now. It is given back when the ticket opens something.
    ///
    /// # Errors
    /// [`TooOften`] beyond the limit.
    pub fn look_up(&self, address: Option<IpAddr>) -> Result<(), TooOften> {
        let taken = self.tickets.take(&network(address), &self.clock);
        taken.map(drop).map_err(TooOften)
    }

    /// The ticket was no guess.
    pub fn found(&self, address: Option<IpAddr>) {
        self.tickets.give_back(&network(address));
    }

    /// Forgets those who have been quiet for so long that it makes no difference.
    pub fn forget_the_quiet(&self) {
        self.networks.forget_the_quiet();
        self.phones.forget_the_quiet();
        self.tickets.forget_the_quiet();
    }
}

/// Who comes from nowhere is one network.
fn network(address: Option<IpAddr>) -> Network {
    Network::of(address.unwrap_or(Ipv6Addr::UNSPECIFIED.into()))
}

impl<C: Clock> fmt::Debug for TipLimits<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TipLimits").finish_non_exhaustive() // no network, no phone
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use governor::clock::FakeRelativeClock;

    use super::*;

    #[test]
    fn a_phone_and_a_network_are_refused_and_let_in_again() {
        let clock = FakeRelativeClock::default();
        let limits = TipLimits::at(4, 2, 1, clock.clone());
        let (home, other) = (Some([203, 0, 113, 1].into()), Some([203, 0, 113, 2].into()));
        let phone = |number| PhoneHash([number; 16]);
        assert_eq!(limits.send(home, phone(1)), Ok(()));
        assert_eq!(limits.send(home, phone(1)), Ok(()));
        assert_eq!(limits.send(home, phone(1)), Err(TooOften(1800)));
        assert_eq!(limits.send(other, phone(1)), Err(TooOften(1800)));
        assert_eq!(
            limits.send(home, phone(2)),
            Ok(()),
            "refusals were not paid"
        );
        assert_eq!(limits.send(home, phone(3)), Ok(()));
        assert_eq!(limits.send(home, phone(4)), Err(TooOften(900)));
        assert_eq!(limits.send(other, phone(4)), Ok(()));
        clock.advance(Duration::from_mins(30));
        assert_eq!(limits.send(home, phone(1)), Ok(()));
        limits.forget_the_quiet();
    }

    #[test]
    fn who_tries_tickets_is_refused_and_who_has_one_is_not() {
        let limits = TipLimits::at(1, 1, 2, FakeRelativeClock::default());
        let home = Some([203, 0, 113, 1].into());
        for _ in 0..100 {
            assert_eq!(limits.look_up(home), Ok(()));
            limits.found(home);
        }
        assert_eq!(limits.look_up(home), Ok(()));
        assert_eq!(limits.look_up(home), Ok(()));
        assert_eq!(limits.look_up(home), Err(TooOften(1800)));
        assert_eq!(limits.look_up(None), Ok(()));
    }
}
