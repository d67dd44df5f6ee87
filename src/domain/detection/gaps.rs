//! When things happen: gaps between scans of one item, and streams of copies and of a picture's viewers.

use super::parameters::{Parameters, SCALES_DAYS};
use super::real::{exp, ln};

/// A gap, worked out once for all kinds of packs.
pub(super) struct Gap {
    /// In days.
    pub days: f64,
    decayed: [f64; 4],
}

impl Gap {
    pub(super) fn new(days: f64) -> Self {
        Self {
            days,
            decayed: SCALES_DAYS.map(|scale| exp(-days / scale)),
        }
    }

    /// Density, per day.
    pub(super) fn density(&self, shares: &[f64; 4]) -> f64 {
        (0..4)
            .map(|at| shares[at] / SCALES_DAYS[at] * self.decayed[at])
            .sum()
    }

    /// Probability that a gap is longer.
    pub(super) fn survival(&self, shares: &[f64; 4]) -> f64 {
        (0..4).map(|at| shares[at] * self.decayed[at]).sum()
    }
}

/// A Poisson stream whose size is not known but gamma distributed: what came so far tells how much is to come. Exact:
/// density and survival of the next arrival given `arrived` ones until the share `from` of the stream's time.
pub(super) struct Stream {
    /// Probability of no arrival in the gap.
    pub silent: f64,
    /// Density of the next arrival at its end, per unit of share.
    pub density: f64,
}

impl Stream {
    pub(super) fn new(shape: f64, mean: f64, arrived: f64, from: f64, to: f64) -> Self {
        let rate = shape / mean;
        let after = rate + to;
        let silent = exp((arrived + shape) * ln((rate + from) / after));
        Self {
            silent,
            density: (arrived + shape) / after * silent,
        }
    }
}

/// The share of a picture's viewers who have come by `days` after the first, and its growth per day.
pub(super) fn forgotten(parameters: &Parameters, days: f64) -> (f64, f64) {
    let [fast, slow] = parameters
        .image_days
        .map(|scale| (scale, exp(-days / scale)));
    (
        1.0 - 0.5 * fast.1 - 0.5 * slow.1,
        0.5 * fast.1 / fast.0 + 0.5 * slow.1 / slow.0,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn densities_are_what_survival_loses() {
        let shares = [0.4, 0.3, 0.2, 0.1];
        for days in [0.001, 0.1, 1.0, 20.0] {
            let step = days * 1e-4;
            let lost = Gap::new(days).survival(&shares) - Gap::new(days + step).survival(&shares);
            assert!((lost / step / Gap::new(days).density(&shares) - 1.0).abs() < 0.02);
        }
        assert!((Gap::new(0.0).survival(&shares) - 1.0).abs() < 1e-12);
        let parameters = Parameters::reference();
        let (before, growth) = forgotten(&parameters, 1.0);
        let (after, _) = forgotten(&parameters, 1.0001);
        assert!(((after - before) / 1e-4 / growth - 1.0).abs() < 1e-3);
    }

    #[test]
    fn a_stream_learns_its_size() {
        let few = Stream::new(0.9, 5.0, 1.0, 0.1, 0.101);
        let many = Stream::new(0.9, 5.0, 9.0, 0.1, 0.101);
        assert!(many.silent < few.silent && many.density > few.density);
        assert!((Stream::new(0.9, 5.0, 3.0, 0.2, 0.2).silent - 1.0).abs() < 1e-12);
    }
}
