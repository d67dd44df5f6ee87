//! Random numbers from a seed: the same world on every machine, whatever version of whatever crate.
//!
//! `SplitMix64` (Steele, Lea, Flood 2014); what is drawn uses no mathematics library.

use crate::domain::detection::real::{exp, ln};

/// A stream of random numbers.
#[derive(Clone, Debug)]
pub(in crate::service::detection) struct Prng(u64);

impl Prng {
    /// The stream of a seed and a purpose: streams of different purposes have nothing to do with one another.
    pub fn new(seed: u64, purpose: u64) -> Self {
        let mut mixed = Self(seed ^ purpose.wrapping_mul(0xd134_2543_de82_ef95));
        Self(mixed.next() ^ purpose)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Between 0 and 1, neither of them.
    #[allow(clippy::cast_precision_loss)] // 52 bits
    pub fn unit(&mut self) -> f64 {
        ((self.next() >> 12) as f64 + 0.5) / (1_u64 << 52) as f64
    }

    pub fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    pub fn exponential(&mut self, mean: f64) -> f64 {
        -mean * ln(self.unit())
    }

    /// Which of several, by weights.
    pub fn choice(&mut self, weights: &[f64]) -> usize {
        let mut at = self.unit() * weights.iter().sum::<f64>();
        for (number, weight) in weights.iter().enumerate() {
            at -= weight;
            if at < 0.0 {
                return number;
            }
        }
        weights.len() - 1
    }

    /// By a table of sums.
    pub fn pick(&mut self, sums: &[f64]) -> usize {
        let at = self.unit() * sums.last().copied().unwrap_or(1.0);
        sums.partition_point(|sum| *sum <= at)
            .min(sums.len().saturating_sub(1))
    }

    pub fn poisson(&mut self, mean: f64) -> u32 {
        let (mut left, mut count) = (mean, 0);
        loop {
            left -= self.exponential(1.0);
            if left < 0.0 {
                return count;
            }
            count += 1;
        }
    }

    /// With this median; a third of all within a factor of e^spread to either side.
    pub fn lognormal(&mut self, median: f64, spread: f64) -> f64 {
        // Irwin and Hall: twelve uniform ones add up to a normal one, well enough.
        let normal: f64 = (0..12).map(|_| self.unit()).sum::<f64>() - 6.0;
        median * exp(spread * normal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_is_a_world() {
        let drawn: Vec<u64> = (0..3)
            .map({
                let mut prng = Prng::new(7, 1);
                move |_| prng.next()
            })
            .collect();
        let mut again = Prng::new(7, 1);
        assert!(drawn.iter().all(|number| *number == again.next()));
        assert_ne!(Prng::new(7, 2).next(), drawn[0]);
        let mut prng = Prng::new(1, 1);
        let mean = (0..100_000).map(|_| prng.exponential(3.0)).sum::<f64>() / 1e5;
        assert!((mean - 3.0).abs() < 0.05, "{mean}");
        let mean = f64::from((0..50_000).map(|_| prng.poisson(2.5)).sum::<u32>()) / 5e4;
        assert!((mean - 2.5).abs() < 0.05, "{mean}");
    }
}
