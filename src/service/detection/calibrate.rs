//! Calibration: what the model says held against codes of which the truth is known, and the alarm level for a wanted
//! rate of false alarms.

use crate::domain::detection::Parameters;
use crate::domain::detection::real::probability;

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
    /// Whether it is over the alarm level of these parameters. What its batch would add is left out.
    pub fn is_over_the_level(&self, parameters: &Parameters) -> bool {
        self.has_e_value && parameters.corrected(self.log_odds) >= parameters.alarm_log_odds
    }

    /// Its posterior as these parameters correct it.
    pub fn posterior(&self, parameters: &Parameters) -> f64 {
        probability(parameters.corrected(self.log_odds))
    }
}

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fit {
    /// Corrected log-odds = offset + slope × the model's.
    pub offset: f64,
    /// See above; never negative, so that more evidence never counts for less.
    pub slope: f64,
    /// Corrected log-odds above which so many honest codes lie as were wanted; `None` if too few are known to say so.
    pub level: Option<f64>,
    /// Honest codes that set the level.
    pub honest: usize,
    /// Copied ones.
    pub copied: usize,
    /// Whether there were [`FEWEST`] of each kind, so that offset and slope are new.
    pub is_fitted: bool,
}

/// Codes of a kind without which nothing is fitted: a line through fewer would say more of them than of the model.
pub const FEWEST: usize = 20;

/// Numbers are rounded to so many parts of one: what is printed is what was found.
const PARTS: f64 = 1e4;

/// Fits offset and slope by logistic regression (Platt), in at most fifty of Newton's steps; with fewer than [`FEWEST`]
/// examples of a kind they stay as in the parameters. `rate` is the wanted share of false alarms per honest scanned code; the
/// level takes one honest code at least that stands for it, and one with evidence.
pub fn calibrate(parameters: &Parameters, examples: &[Example], rate: f64) -> Fit {
    let copied = examples.iter().filter(|example| example.is_copied).count();
    let honest = examples.len() - copied;
    let is_fitted = copied.min(honest) >= FEWEST;
    let [offset, slope] = if is_fitted {
        fit(examples).map(|number| (number * PARTS).round() / PARTS)
    } else {
        parameters.calibration
    };
    let corrected = Parameters {
        calibration: [offset, slope],
        ..parameters.clone()
    };
    let over = examples
        .iter()
        .filter(|example| !example.is_copied && example.has_e_value);
    let mut scores: Vec<f64> = over
        .map(|example| corrected.corrected(example.log_odds))
        .collect();
    scores.sort_by(|a, b| b.total_cmp(a));
    #[allow(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss
    )] // millions
    let allowed = (honest as f64 * rate) as usize;
    // The next one below the level is the first that may not be over it.
    let level = scores.get(allowed).filter(|_| allowed > 0);
    Fit {
        offset,
        slope,
        level: level.map(|level| ((level * PARTS).ceil() + 1.0) / PARTS),
        honest,
        copied,
        is_fitted,
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
        let found = calibrate(&Parameters::reference(), &examples, 0.01);
        assert!(
            (found.offset + 1.0).abs() < 0.05 && (found.slope - 0.5).abs() < 0.02,
            "{found:?}"
        );
        let honest = examples.iter().filter(|example| !example.is_copied);
        let level = found.level.unwrap();
        let over = honest.filter(|example| found.offset + found.slope * example.log_odds >= level);
        assert_eq!(over.count(), 2, "one in a hundred of 201");
        let too_few = calibrate(&Parameters::reference(), &examples, 0.001);
        assert_eq!(too_few.level, None, "one in a thousand of 201");
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
            let own = Parameters::reference();
            let found = calibrate(&own, &examples, 0.1);
            let [offset, slope] = own.calibration.map(f64::to_bits);
            let is_other = (found.offset.to_bits(), found.slope.to_bits()) != (offset, slope);
            assert_eq!(found.is_fitted, is_other);
            is_other
        };
        assert!(!fitted(0) && !fitted(FEWEST - 1) && fitted(FEWEST));
    }
}
