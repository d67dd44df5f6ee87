//! Whole seasons, as replay sees them: what is known while one goes on, and how many honest codes are suspected in it.

use std::collections::{BTreeMap, HashSet};

use super::super::scans::{Activations, EPOCH_S, MarkKey};
use super::super::season::{Season, WEEK_US};
use super::super::world::{Attack, Life, Maker, Spread, Truth, World};
use super::Extent;
use super::batches::{MARKS, SEASON};
use super::figures::{Share, table};
use crate::domain::detection::{Context, Parameters, Scan};

/// What each week begins with, of the worlds of some seeds.
#[derive(Clone, Default)]
pub(super) struct Seasons(BTreeMap<u64, BTreeMap<i64, Context>>);

impl Seasons {
    /// Learns the seasons of a world, one for each seed, from packs of their own.
    pub(super) fn learn(parameters: &Parameters, world: &World, extent: Extent) -> Self {
        let learned = |seed| (seed, weeks(parameters, world, seed));
        Self(extent.each_seed().map(learned).collect())
    }

    /// What was known of a seed's season when a scan came.
    pub(super) fn context(&self, seed: u64, at_s: u32) -> Context {
        let earlier = |weeks: &BTreeMap<i64, Context>| {
            let known = weeks.range(..at_us(at_s).div_euclid(WEEK_US)).next_back();
            known.map(|(_, context)| *context)
        };
        self.0
            .get(&seed)
            .and_then(earlier)
            .unwrap_or(Context::ALONE)
    }
}

fn at_us(at_s: u32) -> i64 {
    (EPOCH_S + i64::from(at_s)) * 1_000_000
}

/// What each week of a season showed at its end.
fn weeks(parameters: &Parameters, world: &World, seed: u64) -> BTreeMap<i64, Context> {
    let mut sold = Sold::default();
    let mut maker = Maker::new(world, seed, 10);
    for batch in 0..SEASON {
        sold.honest(&mut maker, batch, MARKS);
    }
    let activations = Activations::default();
    let mut season = Season::new(parameters, &activations);
    let mut weeks = BTreeMap::new();
    for (scan, mark) in sold.in_order() {
        if let Some(week) = season.go_on(at_us(scan.at_s)) {
            let dealers = season.dealers();
            weeks.insert(
                week,
                Context {
                    dealers,
                    ..Context::ALONE
                },
            );
        }
        season.scan(*mark, scan);
    }
    weeks
}

/// The scans of a season, and which marks are copied.
#[derive(Default)]
struct Sold {
    scans: Vec<(Scan, MarkKey)>,
    copied: HashSet<MarkKey>,
    marks: u32,
}

impl Sold {
    fn add(&mut self, batch: u32, life: &Life) {
        let index = self.marks;
        self.marks += 1;
        let mark = MarkKey { batch, index };
        self.scans
            .extend(life.scans.iter().map(|(scan, _)| (*scan, mark)));
        if life.truth == Truth::Copied {
            self.copied.insert(mark);
        }
    }

    /// So many honest packs of a batch.
    fn honest(&mut self, maker: &mut Maker<'_>, batch: u32, packs: u32) {
        let factor = maker.batch_factor();
        for _ in 0..maker.scanned_of(packs, factor) {
            let life = maker.honest();
            self.add(batch, &life);
        }
    }

    /// Packs of a batch with these codes that somebody copies.
    fn copied(&mut self, maker: &mut Maker<'_>, batch: u32, codes: u32, attack: Attack) {
        for _ in 0..codes {
            let life = maker.copied(attack);
            self.add(batch, &life);
        }
    }

    fn in_order(&mut self) -> &[(Scan, MarkKey)] {
        self.scans
            .sort_by_key(|(scan, mark)| (scan.at_s, mark.index));
        &self.scans
    }
}

/// Batches of a season by whose honest codes alarms are counted, for each batch of [`Extent`].
const MORE_BATCHES: u32 = 4;
/// In a season with copies one batch of so many has [`FEW`] copies of many codes, and every batch a code with many.
const BATCHES_WITH_MANY: u32 = 20;
const MANY_CODES: u32 = 200;
const FEW: Attack = Attack {
    copies: 5,
    spread: Spread::National,
};

/// How many honest codes are suspected while whole seasons go by, batches and dealers counted.
pub(super) fn alarms(parameters: &Parameters, extent: Extent) -> String {
    let mut rows = Vec::new();
    let wrong = World::wrong_ones();
    for world in [World::reference()].iter().chain(&wrong) {
        let mut row = vec![world.name.to_owned()];
        for has_copies in [false, true] {
            let (mut all, mut by_batch) = (Share::default(), 0);
            for seed in extent.each_seed() {
                let counted = season(parameters, world, (seed, extent), has_copies);
                all.hits += counted.suspected;
                all.of += counted.honest;
                by_batch += counted.by_batch;
            }
            let (low, high) = all.interval();
            let million = |share: f64| format!("{:.0}", 1e6 * share);
            row.push(format!(
                "{} ({}–{})",
                million(all.value()),
                million(low),
                million(high)
            ));
            let by_batch = Share {
                hits: by_batch,
                ..all
            };
            row.push(million(by_batch.value()));
        }
        rows.push(row);
    }
    let head = [
        "world",
        "no batch has copies (95 %)",
        "by their batch",
        "with copies (95 %)",
        "by their batch",
    ];
    format!(
        "### Alarms of honest codes in whole seasons, per million scanned, at the default level\n\n{}\n",
        table(&head, &rows)
    )
}

#[derive(Default)]
struct Counted {
    honest: usize,
    suspected: usize,
    /// Of these, those that would not be but for what their batch adds.
    by_batch: usize,
}

fn season(
    parameters: &Parameters,
    world: &World,
    (seed, extent): (u64, Extent),
    has_copies: bool,
) -> Counted {
    let mut sold = Sold::default();
    let mut maker = Maker::new(world, seed, 12 + u64::from(has_copies));
    for batch in 0..extent.batches * MORE_BATCHES {
        let mut packs = MARKS;
        if has_copies {
            let spreads = [Spread::Local, Spread::Regional, Spread::National];
            let much = maker.some_attack([1.0; 3], spreads);
            sold.copied(&mut maker, batch, 1, much);
            packs -= 1;
            if batch % BATCHES_WITH_MANY == 0 {
                sold.copied(&mut maker, batch, MANY_CODES, FEW);
                packs -= MANY_CODES;
            }
        }
        sold.honest(&mut maker, batch, packs);
    }
    sold.in_order();
    let activations = Activations::of_batches(extent.batches * MORE_BATCHES, MARKS);
    let mut season = Season::new(parameters, &activations);
    let mut counted = Counted::default();
    for (scan, mark) in &sold.scans {
        season.go_on(at_us(scan.at_s));
        let scanned = season.scan(*mark, scan);
        if sold.copied.contains(mark) {
            continue;
        }
        counted.honest += usize::from(scanned.is_first);
        if scanned.is_new_suspicion {
            counted.suspected += 1;
            let alone = Context {
                raise: 0.0,
                ..scanned.context
            };
            let is_by_batch = !scanned.mark.is_over_the_level(parameters, &alone);
            counted.by_batch += usize::from(is_by_batch);
        }
    }
    counted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::detection::world::SEASON_BEGINS_S;

    const EXTENT: Extent = Extent {
        seeds: 1,
        first_seed: 1,
        honest: 0,
        copied: 0,
        batches: 10,
    };

    #[test]
    fn a_season_with_many_dealers_is_told_from_a_usual_one() {
        let parameters = Parameters::reference();
        let at_end = |world: &World| {
            let seasons = Seasons::learn(&parameters, world, EXTENT);
            seasons.context(1, SEASON_BEGINS_S + 200 * 86_400).dealers
        };
        let many = &World::wrong_ones()[1];
        assert_eq!(many.name, "dealers fivefold");
        let (usual, many) = (at_end(&World::reference()), at_end(many));
        assert!(usual < 1.25, "{usual}");
        assert!(many > 1.5, "{many}");
        let before = Seasons::learn(&parameters, &World::reference(), EXTENT);
        let first = before.context(1, SEASON_BEGINS_S - 59 * 86_400);
        assert_eq!(first, Context::ALONE);
    }

    #[test]
    fn a_batch_that_is_new_is_seen_in_the_light_of_its_season() {
        let (parameters, activations) = (Parameters::reference(), Activations::default());
        let many = &World::wrong_ones()[1];
        let mut sold = Sold::default();
        let mut maker = Maker::new(many, 1, 10);
        (0..SEASON).for_each(|batch| sold.honest(&mut maker, batch, MARKS));
        let mut season = Season::new(&parameters, &activations);
        for (scan, mark) in sold.in_order() {
            season.go_on(at_us(scan.at_s));
            season.scan(*mark, scan);
        }
        season.end();
        let known = season.dealers();
        let mark = MarkKey {
            batch: SEASON,
            index: 0,
        };
        let scanned = season.scan(mark, &Scan::default());
        assert!(scanned.is_first && (scanned.context.dealers - known).abs() < 1e-3);
        assert!(known > 1.5, "{known}");
    }
}
