//! Batches of 5,000 marks: many codes with few copies each.

use super::super::world::{Attack, Life, Maker, Spread, World};
use super::Extent;
use super::figures::{Share, level, table};
use crate::domain::detection::{BatchState, MarkState, Parameters};

/// Marks of a batch.
const MARKS: u32 = 5_000;
/// Copied codes, copies of each.
const ATTACKS: [(u32, u32); 4] = [(400, 5), (200, 5), (20, 20), (5, 50)];

pub(super) fn evaluate(parameters: &Parameters, world: &World, extent: Extent) -> String {
    let honest_count = extent.batches * 4;
    let mut honest = evidence(parameters, world, extent.seeds, honest_count, None);
    honest.sort_by(|a, b| b.total_cmp(a));
    let at_level = level(&honest, 0.01);
    let found = |values: &[f64], level: f64| Share::of(values.iter().map(|value| *value > level));
    let mut rows = Vec::new();
    for attack in ATTACKS {
        let values = evidence(
            parameters,
            world,
            extent.seeds,
            extent.batches,
            Some(attack),
        );
        rows.push(vec![
            format!("{} codes × {} copies", attack.0, attack.1),
            found(&values, at_level).text(1),
            found(&values, parameters.alarm_batch).percent(),
        ]);
    }
    let default = found(&honest, parameters.alarm_batch);
    let mut text = format!(
        "### Batches of 5,000 at 1 % false alarms a batch\n\n{}\n",
        table(
            &["attack, national", "found (95 %)", "at the default level"],
            &rows
        )
    );
    text += &format!(
        "The level for 1 % is {at_level:.2}; honest batches over the default level of {:.2}: {}.\n\n",
        parameters.alarm_batch,
        default.text(2)
    );
    let rows: Vec<Vec<String>> = World::wrong_ones()
        .iter()
        .map(|world| {
            let values = evidence(parameters, world, extent.seeds, extent.batches, None);
            vec![
                world.name.to_owned(),
                found(&values, at_level).text(1),
                found(&values, parameters.alarm_batch).text(1),
            ]
        })
        .collect();
    text += &table(
        &[
            "world without copies",
            "over the level for 1 %",
            "over the default level",
        ],
        &rows,
    );
    text + "\n"
}

/// The evidence of whole batches at the season's end.
fn evidence(
    parameters: &Parameters,
    world: &World,
    seeds: u64,
    count: u32,
    attack: Option<(u32, u32)>,
) -> Vec<f64> {
    let mut all = Vec::new();
    for seed in 1..=seeds {
        let mut maker = Maker::new(world, seed, 6 + u64::from(attack.is_some()));
        for _ in 0..count {
            let mut batch = BatchState::default();
            let (codes, copies) = attack.unwrap_or_default();
            for _ in 0..codes {
                let life = maker.copied(Attack {
                    copies,
                    spread: Spread::National,
                });
                add(parameters, &mut batch, &life);
            }
            for _ in 0..maker.scanned_of(MARKS - codes) {
                let life = maker.honest();
                add(parameters, &mut batch, &life);
            }
            all.push(batch.evidence());
        }
    }
    all
}

fn add(parameters: &Parameters, batch: &mut BatchState, life: &Life) {
    let mut state = MarkState::default();
    for (scan, _) in &life.scans {
        let before = (state.scans > 0).then(|| state.for_batch(parameters));
        if state.update(parameters, scan).counted {
            batch.update(parameters, before, state.for_batch(parameters));
        }
    }
}
