//! A calibration: the correction and the alarm level that an installation found by codes of which it knows the truth.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::parameters::Parameters;
use crate::domain::said::{Said, said};

/// Which parameters weighed something: those of the program, and the calibration of them, if there was one. Written `3`, or
/// `3.2` with the second calibration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Version {
    /// The program's parameters. A change of any number in them is a new version.
    pub model: u32,
    /// The installation's calibration, from 1.
    pub calibration: Option<u32>,
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.model)?;
        match self.calibration {
            Some(calibration) => write!(f, ".{calibration}"),
            None => Ok(()),
        }
    }
}

/// Correction and alarm level, and what set them. Marks' accounts do not hang on it: it only says what they mean.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    /// The version of the program's parameters that it corrects. It says nothing of others.
    pub model: u32,
    /// Posterior log-odds = offset + slope × the model's.
    pub offset: f64,
    /// See above.
    pub slope: f64,
    /// Posterior log-odds from which a mark is suspected.
    pub alarm_log_odds: f64,
    /// The share of honest scanned codes that was to be over the level, above 0 and at most 0.5.
    pub false_alarms: f64,
    /// Honest codes that set it.
    pub honest: u64,
    /// Copied ones.
    pub copied: u64,
    /// SHA-256 of the file of scans, in hexadecimal.
    pub scans_sha256: String,
    /// SHA-256 of the file of labels.
    pub labels_sha256: String,
}

/// Slopes below it would make all marks alike, and those above tell nothing between never and surely.
const SLOPES: std::ops::RangeInclusive<f64> = 0.05..=20.0;
/// Offsets beyond it no fit has.
const MOST_OFFSET: f64 = 50.0;
/// Log-odds of a posterior of 99 %: a level above it would suspect no mark in time.
const MOST_LEVEL: f64 = 4.6;

impl Version {
    /// The version as it is written.
    pub fn from_text(text: &str) -> Option<Self> {
        let (model, calibration) = match text.split_once('.') {
            Some((model, calibration)) => (model, Some(calibration.parse().ok()?)),
            None => (text, None),
        };
        let model = model.parse().ok()?;
        Some(Self { model, calibration })
    }
}

impl Calibration {
    /// Whether these parameters can be corrected by it without harm.
    ///
    /// # Errors
    /// What is wrong with it: a number out of its range, another model, or a level that marks without evidence are over.
    pub fn check(&self, parameters: &Parameters) -> Result<(), Said> {
        if self.model != parameters.version.model {
            let (own, other) = (parameters.version.model, self.model);
            return Err(said!(
                "it corrects parameters {other}, and this program has parameters {own}",
                "该校准针对参数版本 {other}，本程序的参数版本为 {own}"
            ));
        }
        let is_offset = self.offset.is_finite() && self.offset.abs() <= MOST_OFFSET;
        if !is_offset || !SLOPES.contains(&self.slope) {
            return Err(said!(
                "the offset lies within ±50, the slope within 0.05 to 20",
                "截距应在 ±50 以内，斜率应在 0.05 至 20 之间"
            ));
        }
        if !self.alarm_log_odds.is_finite() || self.alarm_log_odds > MOST_LEVEL {
            return Err(said!(
                "by its level a mark would be suspected only from a posterior of 99 % on, far too late",
                "按此阈值，后验概率超过 99% 才列为疑似，为时已晚"
            ));
        }
        let is_sum = |sum: &str| {
            let is_digit = |digit: u8| digit.is_ascii_digit() || (b'a'..=b'f').contains(&digit);
            sum.len() == 64 && sum.bytes().all(is_digit)
        };
        if ![&self.scans_sha256, &self.labels_sha256]
            .into_iter()
            .all(|sum| is_sum(sum))
        {
            return Err(said!(
                "it does not name the scans and labels that set it by their SHA-256",
                "未以 SHA-256 注明所依据的查询记录和判定记录"
            ));
        }
        let corrected = parameters.corrected_by(self);
        if corrected.corrected(corrected.prior_copied) >= self.alarm_log_odds {
            return Err(said!(
                "a mark of which nothing is known would be over its level",
                "按此阈值，没有任何证据的标志也会被列为疑似"
            ));
        }
        Ok(())
    }
}

impl Parameters {
    /// The same with this correction and level.
    #[must_use]
    pub fn corrected_by(&self, calibration: &Calibration) -> Self {
        Self {
            calibration: [calibration.offset, calibration.slope],
            alarm_log_odds: calibration.alarm_log_odds,
            ..self.clone()
        }
    }

    /// The same as the calibration of this number makes it.
    #[must_use]
    pub fn calibrated(&self, number: u32, calibration: &Calibration) -> Self {
        let version = Version {
            calibration: Some(number),
            ..self.version
        };
        Self {
            version,
            ..self.corrected_by(calibration)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calibration() -> Calibration {
        let own = Parameters::reference();
        Calibration {
            model: own.version.model,
            offset: own.calibration[0],
            slope: own.calibration[1],
            alarm_log_odds: own.alarm_log_odds,
            false_alarms: 0.0004,
            honest: 60_000,
            copied: 600,
            scans_sha256: "0a".repeat(32),
            labels_sha256: "f9".repeat(32),
        }
    }

    #[test]
    fn what_could_do_harm_is_refused() {
        let own = Parameters::reference();
        let told = |change: &dyn Fn(&mut Calibration)| {
            let mut changed = calibration();
            change(&mut changed);
            changed.check(&own).err().map(|said| said.en)
        };
        assert_eq!(told(&|_| ()), None);
        let prior = own.corrected(own.prior_copied);
        assert_eq!(told(&|it| it.alarm_log_odds = prior + 0.01), None);
        let over = told(&|it| it.alarm_log_odds = prior);
        assert!(over.unwrap().contains("nothing is known"));
        for change in [
            &(|it: &mut Calibration| it.slope = -1.0) as &dyn Fn(&mut Calibration),
            &|it| it.slope = f64::NAN,
            &|it| it.offset = f64::INFINITY,
        ] {
            assert!(told(change).unwrap().contains("within"));
        }
        let late = told(&|it| it.alarm_log_odds = 4.7).unwrap();
        assert!(late.contains("far too late"), "{late}");
        assert!(told(&|it| it.alarm_log_odds = f64::NAN).is_some());
        let unnamed = told(&|it| it.scans_sha256 = "z".repeat(64)).unwrap();
        assert!(unnamed.contains("SHA-256"), "{unnamed}");
        assert!(told(&|it| it.model += 1).unwrap().contains("parameters 5"));
    }

    #[test]
    fn alarms_name_both_versions() {
        let own = Parameters::reference();
        assert_eq!(own.version.to_string(), "5");
        let calibrated = own.calibrated(2, &calibration());
        assert_eq!(calibrated.version.to_string(), "5.2");
        assert_eq!(Version::from_text("5.2"), Some(calibrated.version));
        assert_eq!(Version::from_text("5"), Some(own.version));
        assert!(Version::from_text("5.").is_none() && Version::from_text("a.1").is_none());
        assert_eq!(
            Parameters {
                version: own.version,
                ..calibrated
            },
            own
        );
    }
}
