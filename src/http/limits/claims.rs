//! Trying hidden codes. A hidden code has 40 bits; these limits keep anybody from ever finding one by trying, and
//! nobody from being locked out for long by somebody else's tries (`docs/decisions/0031-hidden-codes-and-forgetting.md` has
//! the arithmetic).
//!
//! Who tries for the first time pays little that others could have used up: the mark's own budget for repeated tries is spent
//! by those alone who have failed with it before.

use std::net::IpAddr;

use governor::clock::{Clock, MonotonicClock};

use super::{Bill, Limit, RateLimits, Refused};
use crate::domain::mark::MarkId;
use crate::domain::phone::PhoneHash;
use crate::http::network::Network;

/// A try that was let through and paid.
#[must_use = "tell what came of it"]
pub struct Try<'a, C: Clock = MonotonicClock> {
    bill: Bill<'a, C>,
    /// How many more this phone has, if this one is wrong.
    pub left: u32,
}

impl<C: Clock> RateLimits<C> {
    /// Whether this phone, at this address, may try a hidden code of this mark now; `None` is what is no mark of ours.
    ///
    /// # Errors
    /// [`Refused`] beyond a limit: nothing was judged.
    pub fn claim(
        &self,
        mark: Option<MarkId>,
        phone: PhoneHash,
        address: Option<IpAddr>,
    ) -> Result<Try<'_, C>, Refused> {
        let network = Network::of_client(address);
        let mut bill = self.bill();
        let Some(mark) = mark else {
            let left = bill.pay(Limit::TriesOfANetworkInAll, &network)?;
            return Ok(Try { bill, left });
        };
        let of_network = bill.pay(Limit::TriesOfANetwork, &(mark, network))?;
        let of_phone = bill.pay(Limit::TriesOfAPhone, &(mark, phone))?;
        let mut left = of_network.min(of_phone);
        let is_again = of_network.saturating_add(1) < Limit::TriesOfANetwork.per_hour();
        if is_again {
            left = left.min(bill.pay(Limit::TriesOfANetworkInAll, &network)?);
            bill.pay(Limit::TriesAgain, &mark)?;
        } else {
            bill.pay(Limit::FirstTriesOfANetwork, &network)?;
        }
        bill.pay(Limit::TriesWithAMark, &mark)?;
        Ok(Try { bill, left })
    }
}

impl<C: Clock> Try<'_, C> {
    /// What came of it: only a guess is kept.
    pub fn told(&mut self, is_a_guess: bool) {
        if !is_a_guess {
            self.bill.give_back();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use governor::clock::FakeRelativeClock;

    use super::*;
    use crate::domain::mark::{BatchNumber, MarkIndex};

    struct Place {
        limits: RateLimits<FakeRelativeClock>,
        clock: FakeRelativeClock,
    }

    fn place() -> Place {
        let clock = FakeRelativeClock::default();
        let limits = RateLimits::at(clock.clone());
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
            let mut paid = self.limits.claim(Some(mark(of)), phone(who), address)?;
            paid.told(is_wrong);
            Ok(paid.left)
        }

        fn wrong(&self, of: u32, who: u32, network: u32) -> Result<u32, Refused> {
            self.try_it(of, who, network, true)
        }

        fn right(&self, of: u32, who: u32, network: u32) -> Result<u32, Refused> {
            self.try_it(of, who, network, false)
        }
    }

    fn after(limit: Limit, seconds: u64) -> Refused {
        Refused { limit, seconds }
    }

    #[test]
    fn a_phone_has_five_and_is_told_how_many_are_left() {
        let place = place();
        for left in (0..5).rev() {
            assert_eq!(place.wrong(1, 1, 1), Ok(left));
        }
        // Right and wrong alike, for as long as a fifth of an hour.
        assert_eq!(place.wrong(1, 1, 1), Err(after(Limit::TriesOfAPhone, 720)));
        assert_eq!(place.right(1, 1, 1), Err(after(Limit::TriesOfAPhone, 720)));
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
        assert_eq!(
            place.wrong(1, 99, 1),
            Err(after(Limit::TriesOfANetwork, 180))
        );
        assert_eq!(place.right(1, 99, 2), Ok(4), "nobody else is held up");
        // Being refused cost nothing: with other marks there are 81 left, besides the first try with each.
        for number in 0..80 {
            place.wrong(2 + number / 20, 100 + number, 1).unwrap();
        }
        for number in 0..6 {
            place.wrong(6, 300 + number, 1).unwrap();
        }
        assert_eq!(
            place.wrong(6, 999, 1),
            Err(after(Limit::TriesOfANetworkInAll, 36))
        );
        let nothing = place
            .limits
            .claim(None, phone(1), Some([0, 0, 0, 1].into()));
        assert!(nothing.is_err(), "what is no mark of ours costs the same");
    }

    #[test]
    fn a_guesser_behind_a_shared_address_holds_nobody_up_there() {
        let place = place();
        for who in 0..1000 {
            let _ = place.wrong(who % 10, who, 1);
        }
        let nothing = place
            .limits
            .claim(None, phone(1), Some([0, 0, 0, 1].into()));
        assert!(nothing.is_err());
        // The buyer of another pack, behind the same address.
        assert_eq!(place.right(50, 5000, 1), Ok(4));
        assert_eq!(place.wrong(50, 5000, 1), Ok(4));
        // But who guesses with hundreds of marks does, for six seconds a try.
        for number in 0..600 {
            let _ = place.wrong(100 + number, 9000, 1);
        }
        let held_up = after(Limit::FirstTriesOfANetwork, 6);
        assert_eq!(place.right(51, 5001, 1), Err(held_up));
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
        assert_eq!(place.right(1, 9000, 9), Err(after(Limit::TriesAgain, 60)));
        place.clock.advance(Duration::from_mins(1));
        assert_eq!(place.right(1, 9000, 9), Ok(3));
    }

    #[test]
    fn a_mark_has_six_hundred_an_hour_and_gets_one_back_every_six_seconds() {
        let place = place();
        for network in 0..600 {
            place.wrong(1, network, network).unwrap();
        }
        assert_eq!(
            place.wrong(1, 700, 700),
            Err(after(Limit::TriesWithAMark, 6))
        );
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
            .map(|_| place.limits.claim(Some(mark(1)), phone(1), address))
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
