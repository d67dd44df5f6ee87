//! When a check without a network was made, by the word of a phone.

use jiff::{SignedDuration, Timestamp};

/// Longer than anybody keeps a check on a phone before it is sent.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_hours(366 * 24);
/// By so much phones that are right run ahead.
const AHEAD: SignedDuration = SignedDuration::from_mins(5);

/// The time that a phone claims, if its clock may be right: not in the future, and not more than a year ago. It decides
/// nothing: a check counts when it is received.
pub fn believable(claimed: Timestamp, received: Timestamp) -> Option<Timestamp> {
    let ago = received.duration_since(claimed);
    (-AHEAD <= ago && ago <= LONGEST_WAIT).then_some(claimed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_wrong_by_a_year_is_not_believed() {
        let received = Timestamp::from_second(1_790_000_000).unwrap();
        for (hours, is_believed) in [
            (0, true),
            (24, true),
            (366 * 24, true),
            (366 * 24 + 1, false),
            (-1, false),
            (-366 * 24, false),
        ] {
            let claimed = received - SignedDuration::from_hours(hours);
            let expected = is_believed.then_some(claimed);
            assert_eq!(believable(claimed, received), expected, "{hours}");
        }
    }
}
