//! Batches of 5,000 marks, in seasons of twenty: many codes with few copies each.

use super::super::world::{Attack, Life, Maker, Spread, World};
use super::Extent;
use super::figures::{Share, level, table};
use crate::domain::detection::{BatchState, Context, MarkState, Parameters, Peers};

/// Marks of a batch, all of them activated.
pub(super) const MARKS: u32 = 5_000;
/// Batches of a season, which are held against one another.
pub(super) const SEASON: u32 = 20;
/// Copied codes, copies of each.
const ATTACKS: [(u32, u32); 4] = [(400, 5), (200, 5), (20, 20), (5, 50)];

/// A batch at the season's end, and the codes of it.
#[derive(Clone)]
struct Sold {
    batch: BatchState,
    codes: Vec<MarkState>,
}

/// What is known of a batch that was held against its peers.
struct Told {
    evidence: f64,
    /// Codes that are over the alarm level by what the batch adds, and only by that.
    raised: usize,
    codes: usize,
}

pub(super) fn evaluate(parameters: &Parameters, world: &World, extent: Extent) -> String {
    let pool = sold(parameters, world, extent, extent.batches * 4, None);
    let told = seasons(parameters, &pool, Some(MARKS));
    let mut honest: Vec<f64> = told.iter().map(|told| told.evidence).collect();
    honest.sort_by(|a, b| b.total_cmp(a));
    let at_level = level(&honest, 0.01);
    let found =
        |values: &[Told], level: f64| Share::of(values.iter().map(|told| told.evidence > level));
    // Where scan rates differ much from batch to batch, how many codes are scanned tells nothing.
    let apart = World {
        batches_differ: 0.3,
        ..world.clone()
    };
    let pool_apart = sold(parameters, &apart, extent, extent.batches, None);
    let mut rows = Vec::new();
    for attack in ATTACKS {
        let mut row = vec![format!("{} codes × {} copies", attack.0, attack.1)];
        let attacked = sold(parameters, world, extent, extent.batches, Some(attack));
        let among = among(parameters, &pool, &attacked);
        row.push(found(&among, at_level).text(1));
        row.push(found(&among, parameters.alarm_batch).percent());
        let attacked = sold(parameters, &apart, extent, extent.batches, Some(attack));
        let among = self::among(parameters, &pool_apart, &attacked);
        row.push(found(&among, at_level).text(1));
        rows.push(row);
    }
    let default = found(&told, parameters.alarm_batch);
    let head = [
        "attack, national",
        "found (95 %)",
        "at the default level",
        "found where scan rates differ by 30 %",
    ];
    let mut text = format!(
        "### Batches of 5,000 at 1 % false alarms a batch\n\n{}\n",
        table(&head, &rows)
    );
    text += &format!(
        "The level for 1 % is {at_level:.2}; honest batches over the default level of {:.2}: {}.\n\n",
        parameters.alarm_batch,
        default.text(2)
    );
    text + &wrong_worlds(parameters, world, extent, at_level) + "\n"
}

fn wrong_worlds(parameters: &Parameters, world: &World, extent: Extent, at_level: f64) -> String {
    let found = |values: &[Told], level: f64| {
        Share::of(values.iter().map(|told| told.evidence > level)).text(1)
    };
    let worlds = [world.clone()]
        .into_iter()
        .chain(World::wrong_ones())
        .chain(World::other_shapes());
    let rows: Vec<Vec<String>> = worlds
        .map(|world| {
            let pool = sold(parameters, &world, extent, extent.batches, None);
            let (told, alone) = (
                seasons(parameters, &pool, Some(MARKS)),
                seasons(parameters, &pool, None),
            );
            let raised = Share {
                hits: told.iter().map(|told| told.raised).sum(),
                of: told.iter().map(|told| told.codes).sum(),
            };
            vec![
                world.name.to_owned(),
                found(&told, at_level),
                found(&told, parameters.alarm_batch),
                found(&alone, at_level),
                raised.text(3),
            ]
        })
        .collect();
    table(
        &[
            "world without copies",
            "over the level for 1 %",
            "over the default level",
            "without peers",
            "honest codes suspected because of their batch",
        ],
        &rows,
    )
}

/// Whole batches at the season's end.
fn sold(
    parameters: &Parameters,
    world: &World,
    extent: Extent,
    count: u32,
    attack: Option<(u32, u32)>,
) -> Vec<Sold> {
    let mut all = Vec::new();
    for seed in extent.each_seed() {
        let mut maker = Maker::new(world, seed, 6 + u64::from(attack.is_some()));
        for _ in 0..count {
            let mut batch = BatchState::default();
            let mut states = Vec::new();
            let (codes, copies) = attack.unwrap_or_default();
            for _ in 0..codes {
                let life = maker.copied(Attack {
                    copies,
                    spread: Spread::National,
                });
                states.push(add(parameters, &mut batch, &life));
            }
            let factor = maker.batch_factor();
            for _ in 0..maker.scanned_of(MARKS - codes, factor) {
                let life = maker.honest();
                states.push(add(parameters, &mut batch, &life));
            }
            states.retain(|state| state.scans > 0);
            all.push(Sold {
                batch,
                codes: states,
            });
        }
    }
    all
}

fn add(parameters: &Parameters, batch: &mut BatchState, life: &Life) -> MarkState {
    let mut state = MarkState::default();
    for (scan, _) in &life.scans {
        let before = (state.scans > 0).then(|| state.for_batch(parameters));
        if state.update(parameters, scan).counted {
            batch.update(parameters, before, state.for_batch(parameters));
        }
    }
    state
}

/// Honest batches, each among those of its season; each alone if `activated` is `None`.
fn seasons(parameters: &Parameters, pool: &[Sold], activated: Option<u32>) -> Vec<Told> {
    let season = |season: &[Sold]| {
        let peers = peers(parameters, season.iter());
        let told = season.iter().map(|sold| {
            let mut batch = sold.batch.clone();
            if let Some(activated) = activated {
                batch.compare(&peers, activated);
            }
            told(parameters, &batch, &sold.codes)
        });
        told.collect::<Vec<Told>>()
    };
    pool.chunks(SEASON as usize).flat_map(season).collect()
}

/// Each batch with copies in a season of otherwise honest ones.
fn among(parameters: &Parameters, pool: &[Sold], attacked: &[Sold]) -> Vec<Told> {
    let seasons: Vec<&[Sold]> = pool.chunks(SEASON as usize).collect();
    let one = |(number, attacked): (usize, &Sold)| {
        let season = seasons[number % seasons.len()];
        let others = season.iter().take(SEASON as usize - 1);
        let peers = peers(parameters, others.chain([attacked]));
        let mut batch = attacked.batch.clone();
        batch.compare(&peers, MARKS);
        told(parameters, &batch, &attacked.codes)
    };
    attacked.iter().enumerate().map(one).collect()
}

fn peers<'a>(parameters: &Parameters, season: impl Iterator<Item = &'a Sold>) -> Peers {
    Peers::of(parameters, season.map(|sold| (&sold.batch, MARKS)))
}

fn told(parameters: &Parameters, batch: &BatchState, codes: &[MarkState]) -> Told {
    let context = batch.context(parameters);
    let alone = Context {
        raise: 0.0,
        ..context
    };
    let is_raised = |state: &&MarkState| {
        state.is_over_the_level(parameters, &context)
            && !state.is_over_the_level(parameters, &alone)
    };
    Told {
        evidence: batch.evidence(parameters),
        raised: codes.iter().filter(is_raised).count(),
        codes: codes.len(),
    }
}
