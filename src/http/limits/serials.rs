//! Asking by serial: for a network that guesses serials, and for a serial that is asked again and again.
//!
//! A serial cannot be found by guessing as it is (28 bits of tag, and the batch must be there): these limits keep guessing
//! from costing us anything, and from being tried. Signed codes are never limited, nor are forged ones: they prove
//! themselves or fall at once.

use std::net::IpAddr;

use governor::clock::{Clock, MonotonicClock};

use super::{Bill, Limit, RateLimits, Refused};
use crate::domain::input::Input;
use crate::domain::verdict::Verdict;
use crate::http::network::Network;

/// A question that was let through.
#[must_use = "tell what came of it"]
pub struct Asked<'a, C: Clock = MonotonicClock>(Option<Bill<'a, C>>);

impl<C: Clock> RateLimits<C> {
    /// Whether whoever is at this address may ask now. What is no serial may always be asked.
    ///
    /// # Errors
    /// [`Refused`] beyond a limit: nothing was looked up.
    pub fn ask(
        &self,
        input: Option<&Input>,
        address: Option<IpAddr>,
    ) -> Result<Asked<'_, C>, Refused> {
        let Some(Input::Serial(serial)) = input else {
            return Ok(Asked(None));
        };
        let mut guess = self.bill();
        guess.pay(Limit::Guesses, &Network::of_client(address))?;
        let asked = self.take(Limit::Asks, serial);
        asked.inspect_err(|_| guess.give_back())?;
        Ok(Asked(Some(guess)))
    }
}

impl<C: Clock> Asked<'_, C> {
    /// What came of it; `None` if it could not be answered. Only a serial that is not ours was a guess.
    pub fn told(&mut self, verdict: Option<Verdict>) {
        if let (Some(guess), true) = (&mut self.0, verdict != Some(Verdict::NotOurs)) {
            guess.give_back();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use governor::clock::FakeRelativeClock;

    use super::*;
    use crate::domain::serial::Serial;
    use crate::http::limits::kept::MOST_KEYS;

    const HOUR: Duration = Duration::from_hours(1);

    fn limits(guesses: u32, asks: u32) -> (RateLimits<FakeRelativeClock>, FakeRelativeClock) {
        let clock = FakeRelativeClock::default();
        let limits = RateLimits::at(clock.clone())
            .with(Limit::Guesses, guesses)
            .with(Limit::Asks, asks);
        (limits, clock)
    }

    fn serial(number: u32) -> Input {
        let typed = format!("{number:016}");
        Input::Serial(Serial::from_typed(&typed).unwrap())
    }

    fn address(last: u8) -> IpAddr {
        [203, 0, 113, last].into()
    }

    fn guesses(seconds: u64) -> Refused {
        Refused {
            limit: Limit::Guesses,
            seconds,
        }
    }

    fn asks(seconds: u64) -> Refused {
        Refused {
            limit: Limit::Asks,
            seconds,
        }
    }

    fn guess(limits: &RateLimits<FakeRelativeClock>, number: u32, from: u8) -> Result<(), Refused> {
        let mut asked = limits.ask(Some(&serial(number)), Some(address(from)))?;
        asked.told(Some(Verdict::NotOurs));
        Ok(())
    }

    fn good(limits: &RateLimits<FakeRelativeClock>, number: u32, from: u8) -> Result<(), Refused> {
        let mut asked = limits.ask(Some(&serial(number)), Some(address(from)))?;
        asked.told(Some(Verdict::FirstCheck));
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
            let mut asked = limits.ask(Some(&serial(number)), Some(address(1))).unwrap();
            asked.told(None);
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
            let mut asked = few.ask(None, Some(address(1))).unwrap();
            asked.told(Some(Verdict::NotOurs));
        }
        guess(&few, 1, 1).unwrap();
        let (none, _clock) = limits(0, 0);
        for _ in 0..1000 {
            guess(&none, 1, 1).unwrap();
        }
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
                let mut asked = limits
                    .ask(Some(&serial(number + 5)), Some(address))
                    .unwrap();
                asked.told(Some(Verdict::NotOurs));
            }
        }
        let kept = |limits: &RateLimits<FakeRelativeClock>| {
            (limits.kept(Limit::Guesses), limits.kept(Limit::Asks))
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
