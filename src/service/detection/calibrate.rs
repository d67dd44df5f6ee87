//! Calibration: what the model says held against codes of which the truth is known, and the alarm level for a wanted
//! rate of false alarms.

use crate::domain::detection::Parameters;
use crate::domain::detection::real::{ln, probability};

/// A code of which the truth is known.
#[derive(Clone, Copy, Debug)]
pub struct Example {
    /// What the model says, uncorrected.
    pub log_odds: f64,
    /// Whether it was copied.
    pub is_copied: bool,
    /// What it counts: copied codes are rare, and examples of them are not.
    pub weight: f64,
    /// Whether its e-value sufficed for an alarm.
    pub has_e_value: bool,
}

impl Example {
    /// Its posterior as these parameters correct it.
    pub fn posterior(&self, parameters: &Parameters) -> f64 {
        probability(parameters.corrected(self.log_odds))
    }
}

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Calibration {
    /// Corrected log-odds = offset + slope × the model's.
    pub offset: f64,
    /// See above; never negative, so that more evidence never counts for less.
    pub slope: f64,
    /// Corrected log-odds above which so many honest codes lie as were wanted.
    pub level: f64,
    /// Honest codes that set the level.
    pub honest: usize,
    /// Copied ones.
    pub copied: usize,
}

/// Codes of a kind without which nothing is fitted: a line through fewer would say more of them than of the model.
pub const FEWEST: usize = 20;

/// Fits offset and slope by logistic regression (Platt), in at most fifty of Newton's steps; with fewer than [`FEWEST`]
/// examples of a kind they stay 0 and 1. `rate` is the wanted share of false alarms per honest scanned code.
pub fn calibrate(examples: &[Example], rate: f64) -> Calibration {
    let copied = examples.iter().filter(|example| example.is_copied).count();
    let honest = examples.len() - copied;
    let [offset, slope] = if copied.min(honest) >= FEWEST {
        fit(examples)
    } else {
        [0.0, 1.0]
    };
    let over = examples.iter().filter(|example| !example.is_copied);
    let mut scores: Vec<f64> = over
        .map(|example| {
            if example.has_e_value {
                offset + slope * example.log_odds
            } else {
                f64::MIN
            }
        })
        .collect();
    scores.sort_by(|a, b| b.total_cmp(a));
    #[allow(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss
    )] // millions
    let level = scores
        .get((scores.len() as f64 * rate) as usize)
        .copied()
        .unwrap_or(f64::MAX);
    Calibration {
        offset,
        slope,
        level,
        honest,
        copied,
    }
}

fn fit(examples: &[Example]) -> [f64; 2] {
    let total: f64 = examples.iter().map(|example| example.weight).sum();
    let copied = examples.iter().filter(|example| example.is_copied);
    let share = copied.map(|example| example.weight).sum::<f64>() / total;
    let (mut offset, mut slope) = (0.0, 1.0);
    for _ in 0..50 {
        let (mut gradient, mut curve) = ([0.0; 2], [1e-9 * share; 3]);
        for example in examples {
            // Beyond this nothing is learned, and one wild example would tilt the whole line.
            let x = example.log_odds.clamp(-20.0, 12.0);
            let said = probability(offset + slope * x);
            let error = example.weight / total * (f64::from(u8::from(example.is_copied)) - said);
            let weight = example.weight / total * said * (1.0 - said);
            gradient = [gradient[0] + error, gradient[1] + error * x];
            curve = [
                curve[0] + weight,
                curve[1] + weight * x,
                curve[2] + weight * x * x,
            ];
        }
        let determinant = curve[0] * curve[2] - curve[1] * curve[1];
        if determinant.abs() < f64::MIN_POSITIVE {
            break;
        }
        let step = [
            (curve[2] * gradient[0] - curve[1] * gradient[1]) / determinant,
            (curve[0] * gradient[1] - curve[1] * gradient[0]) / determinant,
        ];
        offset += step[0].clamp(-1.0, 1.0);
        slope = (slope + step[1].clamp(-0.2, 0.2)).max(0.05);
        if step[0].abs() + step[1].abs() < 1e-9 {
            break;
        }
    }
    debug_assert!(ln(slope).is_finite());
    [offset, slope]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_bent_is_straightened() {
        // The truth is 0.5 × what is said, less 1.
        let mut examples = Vec::new();
        for step in -100..=100 {
            let log_odds = f64::from(step) / 10.0;
            let share = probability(0.5 * log_odds - 1.0);
            for (is_copied, weight) in [(true, share), (false, 1.0 - share)] {
                examples.push(Example {
                    log_odds,
                    is_copied,
                    weight,
                    has_e_value: true,
                });
            }
        }
        let found = calibrate(&examples, 0.01);
        assert!(
            (found.offset + 1.0).abs() < 0.05 && (found.slope - 0.5).abs() < 0.02,
            "{found:?}"
        );
        let honest = examples.iter().filter(|example| !example.is_copied);
        let over =
            honest.filter(|example| found.offset + found.slope * example.log_odds > found.level);
        assert_eq!(over.count(), 2, "one in a hundred of 201");
    }

    #[test]
    fn one_kind_alone_or_a_few_codes_correct_nothing() {
        let honest = Example {
            log_odds: -3.0,
            is_copied: false,
            weight: 1.0,
            has_e_value: true,
        };
        let copied = Example {
            log_odds: 3.0,
            is_copied: true,
            ..honest
        };
        let fitted = |copies: usize| {
            let mut examples = vec![honest; 1000];
            examples.extend(vec![copied; copies]);
            let found = calibrate(&examples, 0.1);
            found.offset.to_bits() != 0.0_f64.to_bits()
                && found.slope.to_bits() != 1.0_f64.to_bits()
        };
        assert!(!fitted(0) && !fitted(FEWEST - 1) && fitted(FEWEST));
    }
}
