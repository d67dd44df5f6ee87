//! Whether what is said comes true: of codes that were told a posterior of one in a hundred, one in a hundred is copied.

use super::super::calibrate::{Example, calibrate};
use super::super::world::{Attack, Life, Maker, Spread, World};
use super::figures::table;
use super::{Extent, each_honest};
use crate::domain::detection::real::exp;
use crate::domain::detection::{Context, MarkState, Parameters};

/// Said, and what was: one point a decade.
pub(super) type Points = Vec<(f64, f64)>;

/// Tells of codes as rarely copied as the prior says, however many of each were simulated.
pub(super) fn evaluate(parameters: &Parameters, world: &World, extent: Extent) -> (String, Points) {
    let examples = examples(parameters, world, extent, 8);
    let found = calibrate(parameters, 0.0004, |parameters| {
        self::examples(parameters, world, extent, 9)
    });
    let (mut rows, mut points) = (Vec::new(), Vec::new());
    for decade in -6..0 {
        let (low, high) = (
            exp(f64::from(decade) * std::f64::consts::LN_10),
            exp(f64::from(decade + 1) * std::f64::consts::LN_10),
        );
        let within: Vec<&Example> = examples
            .iter()
            .filter(|example| (low..high).contains(&example.posterior(parameters)))
            .collect();
        let weight: f64 = within.iter().map(|example| example.weight).sum();
        let copied = within.iter().filter(|example| example.is_copied);
        let copied: f64 = copied.map(|example| example.weight).sum();
        let said: f64 = within
            .iter()
            .map(|example| example.weight * example.posterior(parameters))
            .sum();
        if within.len() < 20 || copied <= 0.0 {
            continue;
        }
        let (said, was) = (said / weight, copied / weight);
        points.push((said, was));
        rows.push(vec![
            format!("10^{decade} to 10^{}", decade + 1),
            within.len().to_string(),
            format!("{said:.2e}"),
            format!("{was:.2e}"),
            format!("{:.2}", was / said),
        ]);
    }
    let head = ["posterior", "codes", "said", "copied", "copied / said"];
    let level = found.level.map_or_else(
        || "no level: there are too few".to_owned(),
        |level| format!("the level {level:.3}"),
    );
    let text = format!(
        "### Reliability of the posterior\n\n{}\nCalibration on other seeds gives log-odds = {:.3} + {:.3} × the model's, and for 0.04 % of codes that stand alone {level}.\n",
        table(&head, &rows),
        found.offset,
        found.slope,
    );
    (text, points)
}

fn examples(parameters: &Parameters, world: &World, extent: Extent, purpose: u64) -> Vec<Example> {
    let mut examples = Vec::new();
    let prior = exp(parameters.prior_copied);
    let add = |life: &Life, is_copied: bool, weight: f64, examples: &mut Vec<Example>| {
        if !life.scans.is_empty() {
            let (mut state, mut highest) = (MarkState::default(), None::<f64>);
            for (scan, _) in &life.scans {
                let step = state.update(parameters, scan);
                if step.is_news && state.has_e_value(parameters) {
                    let log_odds = state.log_odds(parameters, &Context::ALONE);
                    highest = Some(highest.map_or(log_odds, |highest| highest.max(log_odds)));
                }
            }
            examples.push(Example {
                log_odds: state.model_log_odds(parameters, &Context::ALONE),
                raise: 0.0,
                highest,
                is_copied,
                weight,
            });
        }
    };
    let honest = f64::from(extent.honest) * f64::from(u32::try_from(extent.seeds).unwrap_or(1));
    each_honest(world, extent, purpose, |_, life| {
        add(life, false, (1.0 - prior) / honest, &mut examples);
    });
    let count = extent.copied * 4;
    let copied = f64::from(count) * f64::from(u32::try_from(extent.seeds).unwrap_or(1));
    for seed in extent.each_seed() {
        let mut maker = Maker::new(world, seed, purpose + 10);
        for _ in 0..count {
            let attack: Attack = maker.some_attack(
                [0.30, 0.25, 0.45],
                [Spread::Local, Spread::Regional, Spread::National],
            );
            add(&maker.copied(attack), true, prior / copied, &mut examples);
        }
    }
    examples
}
