//! Limits on trying hidden codes. A hidden code has 40 bits; these limits keep anybody from ever finding one by trying, and
//! nobody from being locked out for long by somebody else's tries (`docs/decisions/0031-hidden-codes-and-forgetting.md` has
//! the arithmetic).
//!
//! A try is paid before it is judged and given back unless it was a guess: right and wrong codes are refused alike beyond a
//! limit, and of many at once none is for nothing. Who tries for the first time pays little that others could have used up:
//! the mark's own budget for repeated tries is spent by those alone who have failed with it before.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;

use governor::Quota;
use governor::clock::{Clock, MonotonicClock};

use super::limits::{Limit, Refused};
use super::network::Network;
use crate::domain::mark::MarkId;
use crate::domain::phone::PhoneHash;
use crate::service::metrics::Limit as Refusing;

/// Wrong tries of one phone with one mark, an hour: a person mistypes once or twice.
pub const OF_A_PHONE: NonZeroU32 = NonZeroU32::new(5).unwrap();
/// Wrong tries of one network with one mark, an hour. Cookies can be thrown away, addresses less easily; behind one are
/// several people at most who hold the same pack.
const OF_A_NETWORK: NonZeroU32 = NonZeroU32::new(20).unwrap();
/// Wrong tries of one network with whatever marks, an hour: as many as serials may be guessed.
const OF_A_NETWORK_IN_ALL: NonZeroU32 = NonZeroU32::new(100).unwrap();
/// Wrong tries with one mark, an hour, from networks that have failed with it within about the hour.
const AGAIN_WITH_A_MARK: NonZeroU32 = NonZeroU32::new(60).unwrap();
/// Wrong tries with one mark, an hour, by whomever: one comes back every six seconds.
const WITH_A_MARK: NonZeroU32 = NonZeroU32::new(600).unwrap();

/// The limits. [`MonotonicClock`] is the machine's; tests have another.
pub struct ClaimLimits<C: Clock = MonotonicClock> {
    phones: Limit<(MarkId, PhoneHash), C>,
    networks: Limit<(MarkId, Network), C>,
    networks_in_all: Limit<Network, C>,
    again: Limit<MarkId, C>,
    marks: Limit<MarkId, C>,
    clock: C,
}

/// A try that was let through and paid; what comes of it is told by [`ClaimLimits::told`].
#[derive(Clone, Copy, Debug)]
#[must_use = "tell what came of it"]
pub struct Try {
    network: Network,
    /// Of which mark, if the code or serial is one of ours.
    mark: Option<(MarkId, PhoneHash)>,
    is_again: bool,
    /// How many more this phone has, if this one is wrong.
    pub left: u32,
}

impl Default for ClaimLimits {
    fn default() -> Self {
        Self::at(MonotonicClock)
    }
}

impl<C: Clock + Clone> ClaimLimits<C> {
    fn at(clock: C) -> Self {
        let quota = Quota::per_hour;
        Self {
            phones: Limit::new(quota(OF_A_PHONE), clock.clone()),
            networks: Limit::new(quota(OF_A_NETWORK), clock.clone()),
            networks_in_all: Limit::new(quota(OF_A_NETWORK_IN_ALL), clock.clone()),
            again: Limit::new(quota(AGAIN_WITH_A_MARK), clock.clone()),
            marks: Limit::new(quota(WITH_A_MARK), clock.clone()),
            clock,
        }
    }
}

impl<C: Clock> ClaimLimits<C> {
    /// Whether this phone, at this address, may try a hidden code of this mark now; `None` is what is no mark of ours.
    ///
    /// # Errors
    /// [`Refused`] beyond a limit: nothing was judged.
    pub fn take(
        &self,
        mark: Option<MarkId>,
        phone: PhoneHash,
        address: Option<IpAddr>,
    ) -> Result<Try, Refused> {
        // Who comes from nowhere is one network.
        let network = Network::of(address.unwrap_or(Ipv6Addr::UNSPECIFIED.into()));
        let mut paid = Try {
            network,
            mark: None,
            is_again: false,
            left: self.pay(&self.networks_in_all, &network)?,
        };
        let Some(mark) = mark else {
            return Ok(paid);
        };
        let left = match self.pay(&self.networks, &(mark, network)) {
            Ok(left) => left,
            Err(refused) => {
                self.networks_in_all.give_back(&network);
                return Err(refused);
            }
        };
        paid.is_again = left + 1 < OF_A_NETWORK.get();
        paid.left = paid.left.min(left);
        let rest = self
            .pay(&self.phones, &(mark, phone))
            .and_then(|of_phone| self.of_mark(mark, phone, paid.is_again).map(|()| of_phone));
        match rest {
            Ok(of_phone) => {
                paid.mark = Some((mark, phone));
                paid.left = paid.left.min(of_phone);
                Ok(paid)
            }
            Err(refused) => {
                self.networks.give_back(&(mark, network));
                self.networks_in_all.give_back(&network);
                Err(refused)
            }
        }
    }

    /// What all who try this mark have together; the phone has paid before, and gets it back if that is used up.
    fn of_mark(&self, mark: MarkId, phone: PhoneHash, is_again: bool) -> Result<(), Refused> {
        let give_back = |refused| {
            self.phones.give_back(&(mark, phone));
            refused
        };
        if is_again {
            self.pay(&self.again, &mark).map_err(give_back)?;
        }
        self.pay(&self.marks, &mark).map(drop).map_err(|refused| {
            if is_again {
                self.again.give_back(&mark);
            }
            give_back(refused)
        })
    }

    fn pay<K: std::hash::Hash + Eq + Clone>(
        &self,
        limit: &Limit<K, C>,
        key: &K,
    ) -> Result<u32, Refused> {
        let taken = limit.take(key, &self.clock);
        taken.map_err(Refusing::Tries.after())
    }

    /// What came of a try: only a guess is kept.
    pub fn told(&self, paid: Try, is_a_guess: bool) {
        if is_a_guess {
            return;
        }
        self.networks_in_all.give_back(&paid.network);
        if let Some((mark, phone)) = paid.mark {
            self.networks.give_back(&(mark, paid.network));
            self.phones.give_back(&(mark, phone));
            self.marks.give_back(&mark);
            if paid.is_again {
                self.again.give_back(&mark);
            }
        }
    }

    /// Forgets whoever has been quiet for so long that it makes no difference.
    pub fn forget_the_quiet(&self) {
        self.phones.forget_the_quiet();
        self.networks.forget_the_quiet();
        self.networks_in_all.forget_the_quiet();
        self.again.forget_the_quiet();
        self.marks.forget_the_quiet();
    }
}

impl<C: Clock> fmt::Debug for ClaimLimits<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClaimLimits").finish_non_exhaustive() // no network, no phone
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use governor::clock::FakeRelativeClock;

    use super::*;
    use crate::domain::mark::{BatchNumber, MarkIndex};

    struct Place {
        limits: ClaimLimits<FakeRelativeClock>,
        clock: FakeRelativeClock,
    }

    fn place() -> Place {
        let clock = FakeRelativeClock::default();
        let limits = ClaimLimits::at(clock.clone());
        Place { limits, clock }
    }

    fn mark(index: u32) -> MarkId {
        MarkId {
            batch: BatchNumber::new(1).unwrap(),
            index: MarkIndex::new(index).unwrap(),
        }
    }

    fn phone(number: u32) -> PhoneHash {
        let mut hash = [0; 16];
        hash[..4].copy_from_slice(&number.to_be_bytes());
        PhoneHash(hash)
    }

    impl Place {
        /// Tries a code from the network of this number with this phone; how many are left.
        fn try_it(&self, of: u32, who: u32, network: u32, is_wrong: bool) -> Result<u32, Refused> {
            let address = Some(IpAddr::from(network.to_be_bytes()));
            let paid = self.limits.take(Some(mark(of)), phone(who), address)?;
            self.limits.told(paid, is_wrong);
            Ok(paid.left)
        }

        fn wrong(&self, of: u32, who: u32, network: u32) -> Result<u32, Refused> {
            self.try_it(of, who, network, true)
        }

        fn right(&self, of: u32, who: u32, network: u32) -> Result<u32, Refused> {
            self.try_it(of, who, network, false)
        }
    }

    fn after(seconds: u64) -> Refused {
        Refusing::Tries.after()(seconds)
    }

    #[test]
    fn a_phone_has_five_and_is_told_how_many_are_left() {
        let place = place();
        for left in (0..5).rev() {
            assert_eq!(place.wrong(1, 1, 1), Ok(left));
        }
        // Right and wrong alike, for as long as a fifth of an hour.
        assert_eq!(place.wrong(1, 1, 1), Err(after(720)));
        assert_eq!(place.right(1, 1, 1), Err(after(720)));
        // Another mark, and another phone in the same network.
        assert_eq!(place.right(2, 1, 1), Ok(4));
        assert_eq!(place.right(1, 2, 1), Ok(4));
        place.clock.advance(Duration::from_mins(12));
        assert_eq!(place.right(1, 1, 1), Ok(0));
        assert_eq!(place.wrong(1, 1, 1), Ok(0), "a right one cost nothing");
        assert!(place.wrong(1, 1, 1).is_err());
    }

    #[test]
    fn throwing_the_cookie_away_helps_as_far_as_the_network_has_tries() {
        let place = place();
        for who in 0..20 {
            place.wrong(1, who, 1).unwrap();
        }
        assert_eq!(place.wrong(1, 99, 1), Err(after(180)));
        assert_eq!(place.right(1, 99, 2), Ok(4), "nobody else is held up");
        // Being refused cost nothing: with other marks there are 80 left.
        for number in 0..80 {
            place.wrong(2 + number / 20, 100 + number, 1).unwrap();
        }
        assert_eq!(place.wrong(9, 999, 1), Err(after(36)));
        let nothing = place.limits.take(None, phone(1), Some([0, 0, 0, 1].into()));
        assert!(nothing.is_err(), "what is no mark of ours costs the same");
    }

    #[test]
    fn who_has_not_failed_is_judged_whatever_others_do() {
        let place = place();
        // Four networks use up what those have who try again.
        let mut refused = 0;
        for network in 1..=4 {
            for who in 0..20 {
                refused += u32::from(place.wrong(1, network * 100 + who, network).is_err());
            }
        }
        // The first of each network is not among them: 4 × 20 − 4 − 60.
        assert_eq!(refused, 16);
        assert_eq!(place.right(1, 9000, 9), Ok(4));
        assert_eq!(place.wrong(1, 9000, 9), Ok(4));
        // Having failed, the buyer waits for a minute at most, not for the hour of those who used it up.
        assert_eq!(place.right(1, 9000, 9), Err(after(60)));
        place.clock.advance(Duration::from_mins(1));
        assert_eq!(place.right(1, 9000, 9), Ok(3));
    }

    #[test]
    fn a_mark_has_six_hundred_an_hour_and_gets_one_back_every_six_seconds() {
        let place = place();
        for network in 0..600 {
            place.wrong(1, network, network).unwrap();
        }
        assert_eq!(place.wrong(1, 700, 700), Err(after(6)));
        assert_eq!(place.right(2, 700, 700), Ok(4), "another mark");
        place.clock.advance(Duration::from_secs(6));
        assert_eq!(place.right(1, 700, 700), Ok(4));
        assert_eq!(place.wrong(1, 701, 701), Ok(4));
        assert!(place.wrong(1, 702, 702).is_err());
    }

    #[test]
    fn tries_at_once_are_all_paid() {
        let place = place();
        let address = Some(IpAddr::from([203, 0, 113, 1]));
        let tries: Vec<_> = (0..50)
            .map(|_| place.limits.take(Some(mark(1)), phone(1), address))
            .collect();
        assert_eq!(tries.iter().filter(|paid| paid.is_ok()).count(), 5);
    }

    #[test]
    fn right_codes_and_what_could_not_be_judged_cost_nothing() {
        let place = place();
        for _ in 0..1000 {
            assert_eq!(place.right(1, 1, 1), Ok(4));
        }
        place.wrong(1, 1, 1).unwrap();
        for _ in 0..1000 {
            assert_eq!(place.right(1, 1, 1), Ok(3));
        }
        place.clock.advance(Duration::from_hours(2));
        place.limits.forget_the_quiet();
        assert_eq!(place.wrong(1, 1, 1), Ok(4));
    }
}
