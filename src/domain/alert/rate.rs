//! Batches that are asked about far more than their peers of the season: many codes with few copies each, where no single code
//! stands out.
//!
//! Held against one another is how many marks of a batch were asked about for the first time, for each mark and week in which
//! it was active. Honest batches differ among themselves (goods sell at their own pace, some buyers scan more), so the count
//! of one is taken as negative binomial: its mean from the peers, its over-dispersion from how much they differ. The tenth
//! of the peers that is asked about most is left out, so that other copied batches hide none.

use crate::domain::detection::Version;
use crate::domain::detection::real::{exp, ln};

/// Version of this rule, which alerts name.
pub const VERSION: Version = Version {
    model: 1,
    calibration: None,
};
/// Days that are looked at.
pub const DAYS: u32 = 28;
/// Peers without which nothing is said.
const LEAST_PEERS: usize = 8;
/// Marks that were asked about without which nothing is said.
const LEAST_ASKED: u32 = 20;
/// Mark-weeks without which a batch is no peer and has no rate: its labels are hardly out.
const LEAST_WEEKS: f64 = 100.0;
/// The least over-dispersion: few peers that happen to be alike prove nothing.
const LEAST_DISPERSION: f64 = 0.1;
/// How many times its peers' rate a batch must have at least: what is certain and small needs nobody's time.
const LEAST_RATIO: f64 = 2.0;
/// How improbable its count must be.
const MOST_PROBABILITY: f64 = 1e-5;

/// What is known of a batch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Batch {
    /// Marks that were asked about for the first time.
    pub asked: u32,
    /// Weeks in which marks were active, all marks together.
    pub mark_weeks: f64,
}

/// A batch that stands out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Departure {
    /// How many times the rate of its peers.
    pub ratio: f64,
    /// The probability that an honest batch is asked about so much.
    pub probability: f64,
}

/// Whether a batch departs from its peers.
pub fn departs(batch: Batch, peers: &[Batch]) -> Option<Departure> {
    if batch.asked < LEAST_ASKED || batch.mark_weeks < LEAST_WEEKS {
        return None;
    }
    let rate = |one: &Batch| f64::from(one.asked) / one.mark_weeks;
    let mut peers: Vec<&Batch> = peers
        .iter()
        .filter(|peer| peer.mark_weeks >= LEAST_WEEKS)
        .collect();
    if peers.len() < LEAST_PEERS {
        return None;
    }
    peers.sort_by(|a, b| rate(a).total_cmp(&rate(b)));
    peers.truncate(peers.len() - peers.len() / 10);
    let asked: f64 = peers.iter().map(|peer| f64::from(peer.asked)).sum();
    let weeks: f64 = peers.iter().map(|peer| peer.mark_weeks).sum();
    // Half a mark more than was seen, so that peers that nobody asked about have a rate too.
    let usual = (asked + 0.5) / weeks;
    let dispersion = dispersion(&peers, usual).max(LEAST_DISPERSION);
    let ratio = rate(&batch) / usual;
    if ratio < LEAST_RATIO {
        return None;
    }
    let probability = tail(batch.asked, usual * batch.mark_weeks, dispersion);
    (probability <= MOST_PROBABILITY).then_some(Departure { ratio, probability })
}

/// The over-dispersion by the method of moments: the variance is mean + dispersion × mean².
fn dispersion(peers: &[&Batch], usual: f64) -> f64 {
    let (mut over, mut squares) = (0.0, 0.0);
    for peer in peers {
        let mean = usual * peer.mark_weeks;
        let off = f64::from(peer.asked) - mean;
        over += off * off - mean;
        squares += mean * mean;
    }
    over / squares
}

/// The probability of so many or more.
fn tail(asked: u32, mean: f64, dispersion: f64) -> f64 {
    let shape = 1.0 / dispersion;
    let share = dispersion * mean / (1.0 + dispersion * mean);
    let mut probability = exp(-shape * ln(1.0 + dispersion * mean));
    let mut below = 0.0;
    for count in 0..asked {
        below += probability;
        let count = f64::from(count);
        probability *= (count + shape) / (count + 1.0) * share;
    }
    (1.0 - below).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(asked: u32) -> Batch {
        Batch {
            asked,
            mark_weeks: 10_000.0,
        }
    }

    /// Peers that differ by half among themselves.
    fn peers() -> Vec<Batch> {
        (0..20).map(|place| batch(60 + 4 * place)).collect()
    }

    #[test]
    fn a_batch_that_is_asked_about_far_more_stands_out_and_its_peers_do_not() {
        let found = departs(batch(600), &peers()).unwrap();
        assert!((5.5..8.0).contains(&found.ratio), "{found:?}");
        assert!(found.probability <= MOST_PROBABILITY);
        for peer in peers() {
            assert_eq!(departs(peer, &peers()), None, "{peer:?}");
        }
        assert_eq!(
            departs(batch(160), &peers()),
            None,
            "within what peers may be"
        );
    }

    #[test]
    fn peers_that_differ_much_let_a_batch_differ_too() {
        let wild: Vec<Batch> = (0..20)
            .map(|place| batch(if place % 4 == 0 { 300 } else { 20 }))
            .collect();
        assert_eq!(departs(batch(400), &wild), None);
        assert!(departs(batch(400), &peers()).is_some());
    }

    #[test]
    fn other_copied_batches_hide_none() {
        let mut mixed = peers();
        mixed.extend([batch(5000), batch(7000)]);
        assert!(departs(batch(900), &mixed).is_some());
    }

    #[test]
    fn too_little_says_nothing() {
        assert_eq!(departs(batch(600), &peers()[..7]), None, "too few peers");
        assert_eq!(departs(batch(19), &[batch(0); 20]), None, "too few marks");
        let hardly_out = Batch {
            mark_weeks: 99.0,
            ..batch(99)
        };
        assert_eq!(departs(hardly_out, &peers()), None);
        assert!(
            departs(batch(40), &[batch(0); 20]).is_some(),
            "peers that nobody asks about"
        );
    }

    #[test]
    fn the_tail_is_a_probability_and_falls() {
        assert!((tail(0, 10.0, 0.5) - 1.0).abs() < 1e-12);
        let mut last = 1.0;
        for asked in 1..200 {
            let now = tail(asked, 10.0, 0.5);
            assert!(now <= last && now >= 0.0);
            last = now;
        }
        // By hand: P(X = 0) = (1 + 0.5 × 10)^(−2) = 1/36.
        assert!((tail(1, 10.0, 0.5) - 35.0 / 36.0).abs() < 1e-12);
    }
}
