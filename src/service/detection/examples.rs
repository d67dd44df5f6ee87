//! Codes of which the truth is known: from inspectors' findings, hidden codes claimed once, or a simulated world.

use std::collections::{BTreeMap, HashMap};

use super::calibrate::Example;
use super::scans::{Activations, BadLines, Line, MarkKey, parse_mark, plain};
use super::season::Season;
use crate::domain::detection::Parameters;
use crate::domain::detection::real::exp;

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

/// Scanned codes of which the truth is known.
pub struct Known<'a> {
    lines: &'a [Line<'a>],
    activations: &'a Activations,
    /// `true` for copied ones.
    truth: BTreeMap<MarkKey, bool>,
    /// How many were to be presumed honest and were suspected.
    pub undecided: usize,
}

impl<'a> Known<'a> {
    /// Finds them in lines that are in the order of time.
    pub fn new(
        parameters: &Parameters,
        lines: &'a [Line<'a>],
        activations: &'a Activations,
        labels: &Labels,
        others: Others,
    ) -> Self {
        let mut truth = BTreeMap::new();
        let mut undecided = 0;
        for (mark, example) in weigh(parameters, lines, activations) {
            // What looks like a copy and was not decided may be one: taken as honest it would raise the level above all copies.
            let is_copied = match (labels.0.get(&mark), others) {
                (Some(is_copied), _) => Some(*is_copied),
                (None, Others::Unknown) => None,
                (None, Others::Honest) => {
                    let is_suspected = example.is_over_the_level(parameters);
                    undecided += usize::from(is_suspected);
                    (!is_suspected).then_some(false)
                }
            };
            truth.extend(is_copied.map(|is_copied| (mark, is_copied)));
        }
        Self {
            lines,
            activations,
            truth,
            undecided,
        }
    }

    /// What these parameters say of them while all scans are replayed, batches and season counted. Copied codes weigh as much as they are
    /// rare.
    pub fn weigh(&self, parameters: &Parameters) -> Vec<Example> {
        let prior = exp(parameters.prior_copied);
        let count = |wanted: bool| {
            self.truth
                .values()
                .filter(|is| **is == wanted)
                .count()
                .max(1)
        };
        #[allow(clippy::cast_precision_loss)] // millions
        let (copied, honest) = (
            prior / count(true) as f64,
            (1.0 - prior) / count(false) as f64,
        );
        let known = weigh(parameters, self.lines, self.activations).into_iter();
        let known = known.filter_map(|(mark, example)| {
            let is_copied = *self.truth.get(&mark)?;
            Some(Example {
                is_copied,
                weight: if is_copied { copied } else { honest },
                ..example
            })
        });
        known.collect()
    }
}

/// All scanned codes, each as if it were honest and counted once.
fn weigh(
    parameters: &Parameters,
    lines: &[Line<'_>],
    activations: &Activations,
) -> BTreeMap<MarkKey, Example> {
    let mut season = Season::new(parameters, activations);
    let mut highest: HashMap<MarkKey, f64> = HashMap::new();
    for line in lines {
        season.go_on(line.at_us);
        let scanned = season.scan(line.mark, &line.scan);
        if scanned.step.is_news && scanned.mark.has_e_value(parameters) {
            let log_odds = scanned.mark.log_odds(parameters, &scanned.context);
            let highest = highest.entry(line.mark).or_insert(log_odds);
            *highest = highest.max(log_odds);
        }
    }
    season.end();
    let weighed = season.marks().map(|(key, mark, context)| {
        let example = Example {
            log_odds: mark.model_log_odds(parameters, &context),
            raise: context.raise,
            highest: highest.get(&key).copied(),
            is_copied: false,
            weight: 1.0,
        };
        (key, example)
    });
    weighed.collect()
}
