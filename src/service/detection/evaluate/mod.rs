//! How good the detector is: on worlds from fixed seeds, beside what vendors ship and beside what could be reached.

mod batches;
mod detectors;
mod figures;
mod plots;
mod reliability;
mod seasons;
mod worlds;

use self::detectors::{Detector, NO_SCORE, ceiling};
use self::figures::{Share, level, table};
use self::seasons::Seasons;
use super::world::{Attack, Life, Maker, Spread, World};
use crate::domain::detection::Parameters;
use crate::domain::detection::real::exp;

/// How much is simulated.
#[derive(Clone, Copy, Debug)]
pub struct Extent {
    /// Worlds of each kind, each from a seed of its own.
    pub seeds: u64,
    /// The first of these seeds; those after it follow.
    pub first_seed: u64,
    /// Honest scanned codes of each.
    pub honest: u32,
    /// Copied codes of each kind in each.
    pub copied: u32,
    /// Batches of each kind in each.
    pub batches: u32,
}

impl Extent {
    fn each_seed(self) -> impl Iterator<Item = u64> {
        (self.first_seed..).zip(0..self.seeds).map(|(seed, _)| seed)
    }
}

/// What came out.
#[derive(Clone, Debug)]
pub struct Report {
    /// Tables in Markdown.
    pub tables: String,
    /// Detection against false alarms, as SVG.
    pub detection: String,
    /// How often what was said came true, as SVG.
    pub reliability: String,
}

/// False alarms per honest scanned code at which detection is told.
const LEVELS: [f64; 3] = [0.01, 0.001, 0.0001];

/// The worlds, of those that are not as believed, by which the level for 0.1 % is set too.
const WORLDS_FOR_THE_LEVEL: usize = 4;
/// The share of false alarms that it keeps there.
const IN_WRONG_WORLDS: f64 = 0.0016;

const ATTACKS: [(u32, Spread); 8] = [
    (100, Spread::National),
    (50, Spread::National),
    (20, Spread::National),
    (300, Spread::Regional),
    (100, Spread::Regional),
    (300, Spread::Local),
    (100, Spread::Local),
    (50, Spread::Local),
];

/// Evaluates the detector with these parameters.
pub fn evaluate(parameters: &Parameters, extent: Extent) -> Report {
    let world = World::reference();
    let model = |world: &World| {
        let seasons = Seasons::learn(parameters, world, extent);
        Detector::Model(Box::new(parameters.clone()), seasons)
    };
    let honest = descending(&world, extent, &model(&world));
    // Not more than 0.1 % in the world that is believed in, nor more than clearly less than 0.2 % where it is wrong in one way.
    let wrong = World::wrong_ones();
    let wrong = wrong
        .iter()
        .take(WORLDS_FOR_THE_LEVEL)
        .map(|world| level(&descending(world, extent, &model(world)), IN_WRONG_WORLDS));
    let at_level = wrong.fold(level(&honest, 0.001), f64::max);
    let mut tables = String::new();
    let curves = attacks(parameters, &world, extent, (&honest, at_level), &mut tables);
    rules(&world, extent, &mut tables);
    tables += &worlds::wrong(parameters, extent, at_level);
    tables += &worlds::shapes(parameters, extent);
    tables += &worlds::bounds(parameters, extent);
    tables += &worlds::poisoning(parameters, &world, extent, level(&honest, 0.001));
    tables += &batches::evaluate(parameters, &world, extent);
    tables += &seasons::alarms(parameters, extent);
    let (reliable, points) = reliability::evaluate(parameters, &world, extent);
    tables += &reliable;
    Report {
        tables,
        detection: plots::detection(&curves),
        reliability: plots::reliability(&points),
    }
}

/// Honest lives of all seeds, one after another.
fn each_honest(world: &World, extent: Extent, purpose: u64, mut take: impl FnMut(u64, &Life)) {
    for seed in extent.each_seed() {
        let mut maker = Maker::new(world, seed, purpose);
        for _ in 0..extent.honest {
            take(seed, &maker.honest());
        }
    }
}

fn each_copied(world: &World, extent: Extent, attack: Attack, mut take: impl FnMut(u64, &Life)) {
    for seed in extent.each_seed() {
        let mut maker = Maker::new(world, seed, 2);
        for _ in 0..extent.copied {
            take(seed, &maker.copied(attack));
        }
    }
}

fn descending(world: &World, extent: Extent, detector: &Detector) -> Vec<f64> {
    let mut scores = Vec::new();
    each_honest(world, extent, 1, |seed, life| {
        scores.push(detector.score(seed, life));
    });
    scores.sort_by(|a, b| b.total_cmp(a));
    scores
}

/// Whether so many scores can tell of so few false alarms: some of them must be over the level.
fn tells(scores: &[f64], share: f64) -> bool {
    const FEWEST: usize = 10;
    let level = level(scores, share);
    scores.iter().take_while(|score| **score > level).count() >= FEWEST
}

/// The share of copied codes found at each share of false alarms, by attack.
type Curve = (String, Vec<(f64, f64)>);

fn attacks(
    parameters: &Parameters,
    world: &World,
    extent: Extent,
    (honest, at_level): (&[f64], f64),
    tables: &mut String,
) -> Vec<Curve> {
    let seasons = Seasons::learn(parameters, world, extent);
    let model = Detector::Model(Box::new(parameters.clone()), seasons);
    let rules =
        [Detector::Count, Detector::Phones].map(|rule| (descending(world, extent, &rule), rule));
    let (mut rows, mut when, mut curves) = (Vec::new(), Vec::new(), Vec::new());
    for (copies, spread) in ATTACKS {
        let attack = Attack { copies, spread };
        let best = ceiling(world, attack);
        let best_honest = descending(world, extent, &best);
        let (mut ours, mut theirs, mut top) = (Vec::new(), [const { Vec::new() }; 2], Vec::new());
        let (mut found_at, mut buyers, mut warned) = (Vec::new(), 0, 0);
        each_copied(world, extent, attack, |seed, life| {
            let scores = model.scores(seed, life);
            ours.push(scores.last().copied().unwrap_or(NO_SCORE));
            top.push(best.score(seed, life));
            for (scores, (_, rule)) in theirs.iter_mut().zip(&rules) {
                scores.push(rule.score(seed, life));
            }
            if let Some(at) = scores.iter().position(|score| *score > at_level) {
                found_at.push(at + 1);
            }
            for ((_, of_a_copy), score) in life.scans.iter().zip(&scores) {
                buyers += usize::from(*of_a_copy);
                warned += usize::from(*of_a_copy && *score > at_level);
            }
        });
        let found =
            |scores: &[f64], level: f64| Share::of(scores.iter().map(|score| *score > level));
        let level_for = |share: f64| {
            let set = level(honest, share);
            if (share - 0.001).abs() < 1e-9 {
                set.max(at_level)
            } else {
                set
            }
        };
        for share in LEVELS.into_iter().filter(|share| tells(honest, *share)) {
            let (ours, top) = (
                found(&ours, level_for(share)),
                found(&top, level(&best_honest, share)),
            );
            let rule = |at: usize| found(&theirs[at], level(&rules[at].0, share));
            rows.push(vec![
                attack.name(),
                format!("{} %", share * 100.0),
                ours.text(1),
                rule(0).percent(),
                rule(1).percent(),
                top.percent(),
                format!("{:.0} %", 100.0 * ours.value() / top.value().max(1e-9)),
            ]);
        }
        found_at.sort_unstable();
        let median = found_at
            .get(found_at.len() / 2)
            .map_or_else(|| "–".into(), ToString::to_string);
        let alone = found(&ours, level(honest, 0.001)).text(1);
        when.push(vec![
            attack.name(),
            median,
            Share {
                hits: warned,
                of: buyers,
            }
            .percent(),
            alone,
        ]);
        if [100, 50].contains(&copies) && spread != Spread::Regional {
            let points = (4..=40).map(|step| exp(-f64::from(step) * 0.23));
            let points = points
                .map(|share| (share, found(&ours, level(honest, share)).value()))
                .collect();
            curves.push((attack.name(), points));
        }
    }
    let head = [
        "attack",
        "false alarms",
        "found (95 %)",
        "count",
        "phones",
        "ceiling",
        "of the ceiling",
    ];
    *tables += &format!("### Copies of one code\n\n{}\n", table(&head, &rows));
    let head = [
        "attack",
        "median scan at detection",
        "scans of copies that were warned",
        "found at 0.1 % in the reference world alone",
    ];
    *tables += &format!("At 0.1 % false alarms:\n\n{}\n", table(&head, &when));
    curves
}

/// What vendors ship: rules with nothing to set.
fn rules(world: &World, extent: Extent, tables: &mut String) {
    let rules = [
        ("3 in 24 h or 10 in 7 d", Detector::Window),
        ("800 km/h", Detector::Speed { guard_km: 0.0 }),
        (
            "800 km/h beyond 100 km",
            Detector::Speed { guard_km: 100.0 },
        ),
        ("every scan but the first", Detector::FirstOnly),
    ];
    let mut rows = Vec::new();
    for (name, rule) in rules {
        let mut honest = Vec::new();
        each_honest(world, extent, 1, |seed, life| {
            honest.push(rule.score(seed, life) > 0.0);
        });
        let mut row = vec![name.to_owned(), Share::of(honest).text(2)];
        for (copies, spread) in [ATTACKS[0], ATTACKS[1], ATTACKS[6]] {
            let mut found = Vec::new();
            each_copied(world, extent, Attack { copies, spread }, |seed, life| {
                found.push(rule.score(seed, life) > 0.0);
            });
            row.push(Share::of(found).percent());
        }
        rows.push(row);
    }
    let head = [
        "rule",
        "false alarms",
        "100 national",
        "50 national",
        "100 local",
    ];
    *tables += &format!("### Rules that vendors ship\n\n{}\n", table(&head, &rows));
}
