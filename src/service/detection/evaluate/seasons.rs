//! What is known of a season while it goes on: how dealers behave, learned week by week from twenty batches, as replay does.

use std::collections::BTreeMap;

use super::super::world::{Maker, SEASON_BEGINS_S, World};
use super::Extent;
use super::batches::{MARKS, SEASON};
use crate::domain::detection::{BatchState, Context, MarkState, Parameters, Peers, Scan};

const WEEK_S: u32 = 7 * 86_400;

/// What each week begins with, of the worlds of some seeds.
#[derive(Clone, Default)]
pub(super) struct Seasons(BTreeMap<u64, Vec<Context>>);

impl Seasons {
    /// Learns the seasons of a world, one for each seed, from packs of their own.
    pub(super) fn learn(parameters: &Parameters, world: &World, extent: Extent) -> Self {
        let learned = |seed| (seed, season(parameters, world, seed));
        Self(extent.each_seed().map(learned).collect())
    }

    /// What was known of a seed's season when a scan came.
    pub(super) fn context(&self, seed: u64, at_s: u32) -> Context {
        let weeks = self.0.get(&seed);
        let known = weeks.and_then(|weeks| weeks.get(week(at_s)).or_else(|| weeks.last()));
        known.copied().unwrap_or(Context::ALONE)
    }
}

/// From 60 days before the season's first sale on: dealers look before that.
fn week(at_s: u32) -> usize {
    (at_s.saturating_sub(SEASON_BEGINS_S - 60 * 86_400) / WEEK_S) as usize
}

fn season(parameters: &Parameters, world: &World, seed: u64) -> Vec<Context> {
    let mut maker = Maker::new(world, seed, 10);
    let mut scans: Vec<(Scan, usize, usize)> = Vec::new();
    let mut marks = 0;
    for batch in 0..SEASON {
        let factor = maker.batch_factor();
        for _ in 0..maker.scanned_of(MARKS, factor) {
            let life = maker.honest();
            scans.extend(life.scans.into_iter().map(|(scan, _)| (scan, batch, marks)));
            marks += 1;
        }
    }
    scans.sort_by_key(|(scan, _, mark)| (scan.at_s, *mark));
    let mut states = vec![MarkState::default(); marks];
    let mut batches = vec![BatchState::default(); SEASON];
    let mut weeks = vec![Context::ALONE];
    for (scan, batch, mark) in &scans {
        while weeks.len() <= week(scan.at_s) {
            let peers = Peers::of(parameters, batches.iter().map(|batch| (batch, 0)));
            weeks.push(Context {
                dealers: peers.dealers(),
                ..Context::ALONE
            });
        }
        let state = &mut states[*mark];
        let before = (state.scans > 0).then(|| state.for_batch(parameters));
        if state.update(parameters, scan).counted {
            batches[*batch].update(parameters, before, state.for_batch(parameters));
        }
    }
    weeks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_season_with_many_dealers_is_told_from_a_usual_one() {
        let parameters = Parameters::reference();
        let extent = Extent {
            seeds: 1,
            first_seed: 1,
            honest: 0,
            copied: 0,
            batches: 0,
        };
        let at_end = |world: &World| {
            let seasons = Seasons::learn(&parameters, world, extent);
            seasons.context(1, SEASON_BEGINS_S + 200 * 86_400).dealers
        };
        let many = &World::wrong_ones()[1];
        assert_eq!(many.name, "dealers fivefold");
        let (usual, many) = (at_end(&World::reference()), at_end(many));
        assert!(usual < 1.25, "{usual}");
        assert!(many > 1.5, "{many}");
        let before = Seasons::learn(&parameters, &World::reference(), extent);
        let first = before.context(1, SEASON_BEGINS_S - 59 * 86_400);
        assert_eq!(first, Context::ALONE);
    }
}
