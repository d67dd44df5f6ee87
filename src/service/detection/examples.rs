//! Codes of which the truth is known: from inspectors' findings, hidden codes claimed once, or a simulated world.

use std::collections::HashMap;

use super::calibrate::Example;
use super::scans::{BadLines, Line, MarkKey, parse_mark, plain};
use crate::domain::detection::real::exp;
use crate::domain::detection::{MarkState, Parameters};

/// The truth of codes: `true` for copied ones.
#[derive(Clone, Debug, Default)]
pub struct Labels(HashMap<MarkKey, bool>);

impl Labels {
    /// Reads `mark,truth`.
    ///
    /// # Errors
    /// A title line without these columns.
    pub fn read(text: &str, bad: &mut BadLines) -> Result<Self, String> {
        let mut lines = text.trim_start_matches('\u{feff}').lines().enumerate();
        let titles: Vec<&str> = lines
            .next()
            .map_or("", |(_, titles)| titles)
            .split(',')
            .map(plain)
            .collect();
        let at = |title: &str| titles.iter().position(|known| *known == title);
        let (Some(mark), Some(truth)) = (at("mark"), at("truth")) else {
            return Err("the title line of the labels lacks `mark` or `truth`".into());
        };
        let mut labels = HashMap::new();
        for (number, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
            let fields: Vec<&str> = line.split(',').map(plain).collect();
            let field = |at: usize| fields.get(at).copied().unwrap_or("");
            let is_copied = match field(truth) {
                "copied" => Some(true),
                "honest" | "image" | "poisoned" => Some(false),
                _ => None,
            };
            match (parse_mark(field(mark)), is_copied) {
                (Some(mark), Some(is_copied)) => {
                    if *labels.entry(mark).or_insert(is_copied) != is_copied {
                        let what = "the mark has another truth above, which stays";
                        bad.add(number + 1, what.into());
                    }
                }
                _ => bad.add(
                    number + 1,
                    "no mark, or none of copied, honest, image, poisoned".into(),
                ),
            }
        }
        Ok(Self(labels))
    }
}

#[cfg(test)]
impl Labels {
    /// The truth of a mark as it is written.
    pub fn is_copied(&self, mark: &str) -> Option<bool> {
        self.0.get(&parse_mark(mark)?).copied()
    }
}

/// What scanned codes are that no label names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Others {
    /// Nobody knows: they are left out.
    Unknown,
    /// Honest, as nearly all are, unless they are over the level: of those nobody knows. Where labels are of suspected codes
    /// alone, as decisions of alerts are, honest codes among them are those that look like copies, and a level set by these
    /// would be far too high.
    Honest,
}

/// The scanned codes whose truth is known, weighed so that copied ones are as rare as the prior says; and how many were to be
/// presumed honest and are over the level. Lines are in the order of time.
pub fn of(
    parameters: &Parameters,
    lines: &[Line<'_>],
    labels: &Labels,
    others: Others,
) -> (Vec<Example>, usize) {
    let mut states: HashMap<MarkKey, MarkState> = HashMap::new();
    for line in lines
        .iter()
        .filter(|line| others == Others::Honest || labels.0.contains_key(&line.mark))
    {
        states
            .entry(line.mark)
            .or_default()
            .update(parameters, &line.scan);
    }
    let scanned = states.len();
    // What looks like a copy and was not decided may be one: taken as honest it would raise the level above all copies.
    let is_known = |mark: &MarkKey, state: &MarkState| {
        labels.0.contains_key(mark)
            || !weighed(parameters, state, false).is_over_the_level(parameters)
    };
    let known = states
        .into_iter()
        .filter(|(mark, state)| is_known(mark, state));
    let mut known: Vec<(MarkKey, MarkState)> = known.collect();
    known.sort_by_key(|(mark, _)| *mark);
    let is_copied = |mark: &MarkKey| labels.0.get(mark).copied().unwrap_or(false);
    let count = |wanted: bool| {
        known
            .iter()
            .filter(|(mark, _)| is_copied(mark) == wanted)
            .count()
    };
    let prior = exp(parameters.prior_copied);
    #[allow(clippy::cast_precision_loss)] // millions
    let (copied, honest) = (
        prior / count(true).max(1) as f64,
        (1.0 - prior) / count(false).max(1) as f64,
    );
    let example = |(mark, state): &(MarkKey, MarkState)| Example {
        weight: if is_copied(mark) { copied } else { honest },
        ..weighed(parameters, state, is_copied(mark))
    };
    (known.iter().map(example).collect(), scanned - known.len())
}

/// What the model says of a code; it counts once.
fn weighed(parameters: &Parameters, state: &MarkState, is_copied: bool) -> Example {
    Example {
        log_odds: parameters.prior_copied + state.gain(),
        is_copied,
        weight: 1.0,
        has_e_value: state.e_peak() >= parameters.alarm_e_value,
    }
}
