//! How long a sign-in is held off after failures (OWASP Authentication Cheat Sheet, "Login Throttling" and "Device
//! Cookies"): what slows a guesser must not lock everybody else out.
//!
//! Failures are counted in two places: by name *and* network together, and by network alone. A stranger who guesses at
//! a name is slowed where the stranger is; the person signs in from elsewhere undisturbed. A guesser who has many
//! networks is slowed by a third count, of the name alone. Only the first count holds for a network from which this
//! person has signed in before: a guesser, be it one behind the same address, closes the door to nobody but on the one
//! name, and only there.

use jiff::{SignedDuration, Timestamp};

/// What was counted of failures within [`Patience::WINDOW`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Failures {
    /// Of this name from this network.
    pub of_both: u32,
    /// Of any name from this network.
    pub of_network: u32,
    /// Of this name from anywhere.
    pub of_name: u32,
    /// When the last of each was: of both, of the network, of the name.
    pub last: [Option<Timestamp>; 3],
    /// Whether this person has signed in from this network before.
    pub is_known_here: bool,
}

/// The rule.
#[derive(Clone, Copy, Debug)]
pub struct Patience;

impl Patience {
    /// Failures before this are forgotten.
    pub const WINDOW: SignedDuration = SignedDuration::from_hours(1);
    /// Failures that everybody is allowed: of name and network, of the network (an office behind one address), of the
    /// name.
    const ALLOWED: [u32; 3] = [5, 50, 20];
    /// The first wait in seconds; each further failure doubles it.
    const FIRST_SECONDS: i64 = 15;
    /// The longest wait in seconds.
    const MOST_SECONDS: i64 = 15 * 60;

    /// Until when no attempt is looked at, if that is after `now`.
    pub fn holds_until(failures: &Failures, now: Timestamp) -> Option<Timestamp> {
        let counts = [failures.of_both, failures.of_network, failures.of_name];
        let until = (0..3)
            .filter(|place| *place == 0 || !failures.is_known_here)
            .filter_map(|place| {
                let over = counts[place].checked_sub(Self::ALLOWED[place])?;
                let wait = Self::FIRST_SECONDS << over.min(10);
                let wait = SignedDuration::from_secs(wait.min(Self::MOST_SECONDS));
                failures.last[place]?.checked_add(wait).ok()
            })
            .max();
        until.filter(|until| *until > now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    fn failures(of_both: u32, of_network: u32, of_name: u32) -> Failures {
        Failures {
            of_both,
            of_network,
            of_name,
            last: [Some(at(0)); 3],
            is_known_here: false,
        }
    }

    #[test]
    fn a_guesser_waits_longer_and_longer() {
        for (count, seconds) in [(4, 0), (5, 15), (6, 30), (8, 120), (11, 900), (4000, 900)] {
            let until = Patience::holds_until(&failures(count, count, count), at(0));
            let expected = (seconds > 0).then(|| at(seconds));
            assert_eq!(until, expected, "{count}");
        }
        assert_eq!(Patience::holds_until(&failures(5, 5, 5), at(15)), None);
    }

    #[test]
    fn guessing_from_many_networks_does_not_lock_the_person_out_at_home() {
        let attacked = failures(0, 0, 100_000);
        assert!(Patience::holds_until(&attacked, at(1)).is_some());
        let at_home = Failures {
            is_known_here: true,
            ..attacked
        };
        assert_eq!(Patience::holds_until(&at_home, at(1)), None);
    }

    #[test]
    fn a_guesser_in_the_office_does_not_lock_the_office_out() {
        let beside = failures(0, 100_000, 0);
        assert!(Patience::holds_until(&beside, at(1)).is_some());
        let colleague = Failures {
            is_known_here: true,
            ..beside
        };
        assert_eq!(Patience::holds_until(&colleague, at(1)), None);
        let guessed_at = Failures {
            of_both: 5,
            ..colleague
        };
        assert_eq!(Patience::holds_until(&guessed_at, at(1)), Some(at(15)));
    }
}
