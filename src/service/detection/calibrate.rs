//! Calibration: what the model says held against codes of which the truth is known, and the alarm level for a wanted
//! rate of false alarms.

use crate::domain::detection::Parameters;
use crate::domain::detection::real::probability;

/// A code of which the truth is known.
#[derive(Clone, Copy, Debug)]
pub struct Example {
    /// What the model says at last, uncorrected, in the light of the season.
    pub log_odds: f64,
    /// What its batch adds to that at last.
    pub raise: f64,
    /// The highest log-odds it had when a suspicion might have begun, corrected, in the light of batch and season; `None` if its
    /// e-value never sufficed.
    pub highest: Option<f64>,
    /// Whether it was copied.
    pub is_copied: bool,
    /// What it counts: copied codes are rare, and examples of them are not.
    pub weight: f64,
}

impl Example {
    /// Whether it was ever over the alarm level of the parameters that it was weighed by.
    pub fn is_over_the_level(&self, parameters: &Parameters) -> bool {
        let level = parameters.alarm_log_odds;
        self.highest.is_some_and(|highest| highest >= level)
    }

    /// Its posterior at last as these parameters correct it.
    pub fn posterior(&self, parameters: &Parameters) -> f64 {
        probability(parameters.corrected(self.log_odds) + self.raise)
    }
}

/// How many codes were ever over a level.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Over {
    /// Honest ones.
    pub honest: usize,
    /// Copied ones.
    pub copied: usize,
}

impl Over {
    fn of(parameters: &Parameters, examples: &[Example]) -> Self {
        let mut found = Self::default();
        for example in examples
            .iter()
            .filter(|example| example.is_over_the_level(parameters))
        {
            match example.is_copied {
                true => found.copied += 1,
                false => found.honest += 1,
            }
        }
        found
    }
}

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fit {
    /// Corrected log-odds = offset + slope × the model's.
    pub offset: f64,
    /// See above; never negative, so that more evidence never counts for less.
    pub slope: f64,
    /// Corrected log-odds above which so many honest codes ever were as were wanted; `None` if too few are known to say so.
    pub level: Option<f64>,
    /// Honest codes that set the level.
    pub honest: usize,
    /// Copied ones.
    pub copied: usize,
    /// Whether there were [`FEWEST`] of each kind, so that offset and slope are new.
    pub is_fitted: bool,
    /// Codes over this level, if there is one.
    pub over: Option<Over>,
    /// Codes over the level of the parameters it began with.
    pub over_before: Over,
}

/// Codes of a kind without which nothing is fitted: a line through fewer would say more of them than of the model.
pub const FEWEST: usize = 20;

/// Numbers are rounded to so many parts of one: what is printed is what was found.
const PARTS: f64 = 1e4;

/// Fits offset and slope by logistic regression (Platt), in at most fifty of Newton's steps; with fewer than [`FEWEST`]
/// examples of a kind they stay as in the parameters. Then the codes are weighed again, as corrected. `rate` is the wanted
/// share of false alarms per honest scanned code; the level takes one honest code at least that stands for it, and one with evidence.
pub fn calibrate(
    parameters: &Parameters,
    rate: f64,
    weigh: impl Fn(&Parameters) -> Vec<Example>,
) -> Fit {
    let before = weigh(parameters);
    let over_before = Over::of(parameters, &before);
    let copied = before.iter().filter(|example| example.is_copied).count();
    let honest = before.len() - copied;
    let is_fitted = copied.min(honest) >= FEWEST;
    let mut corrected = parameters.clone();
    let mut examples = before;
    if is_fitted {
        corrected.calibration = fit(&examples).map(|number| (number * PARTS).round() / PARTS);
        examples = weigh(&corrected);
    }
    let its = examples.iter().filter(|example| !example.is_copied);
    let mut highest: Vec<f64> = its.filter_map(|example| example.highest).collect();
    highest.sort_by(|a, b| b.total_cmp(a));
    #[allow(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss
    )] // millions
    let allowed = (honest as f64 * rate) as usize;
    // The next one below the level is the first that may not be over it.
    let level = highest.get(allowed).filter(|_| allowed > 0);
    let level = level.map(|level| ((level * PARTS).ceil() + 1.0) / PARTS);
    let over = level.map(|alarm_log_odds| {
        corrected.alarm_log_odds = alarm_log_odds;
        Over::of(&corrected, &examples)
    });
    let [offset, slope] = corrected.calibration;
    Fit {
        offset,
        slope,
        level,
        honest,
        copied,
        is_fitted,
        over,
        over_before,
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
            let said = probability(offset + slope * x + example.raise);
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

    /// Codes that were looked at once.
    fn weighed(examples: &[Example]) -> impl Fn(&Parameters) -> Vec<Example> {
        let once = |parameters: &Parameters, example: &Example| Example {
            highest: Some(parameters.corrected(example.log_odds) + example.raise),
            ..*example
        };
        move |parameters| {
            let weighed = examples.iter().map(|example| once(parameters, example));
            weighed.collect()
        }
    }

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
                    raise: 0.0,
                    highest: None,
                    is_copied,
                    weight,
                });
            }
        }
        let weigh = weighed(&examples);
        let found = calibrate(&Parameters::reference(), 0.01, &weigh);
        assert!(
            (found.offset + 1.0).abs() < 0.05 && (found.slope - 0.5).abs() < 0.02,
            "{found:?}"
        );
        let honest = examples.iter().filter(|example| !example.is_copied);
        let level = found.level.unwrap();
        let over = honest.filter(|example| found.offset + found.slope * example.log_odds >= level);
        assert_eq!(over.count(), 2, "one in a hundred of 201");
        assert_eq!(found.over.unwrap().honest, 2);
        let too_few = calibrate(&Parameters::reference(), 0.001, weigh);
        assert_eq!(too_few.level, None, "one in a thousand of 201");
    }

    #[test]
    fn one_kind_alone_or_a_few_codes_correct_nothing() {
        let honest = Example {
            log_odds: -3.0,
            raise: 0.0,
            highest: None,
            is_copied: false,
            weight: 1.0,
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
            let found = calibrate(&own, 0.1, weighed(&examples));
            let [offset, slope] = own.calibration.map(f64::to_bits);
            let is_other = (found.offset.to_bits(), found.slope.to_bits()) != (offset, slope);
            assert_eq!(found.is_fitted, is_other);
            is_other
        };
        assert!(!fitted(0) && !fitted(FEWEST - 1) && fitted(FEWEST));
    }
}
