//! What is held against one another: the detector, what vendors ship, and a detector that knows the world.

use std::collections::HashSet;

use super::super::world::{Attack, Life, Spread, World};
use super::seasons::Seasons;
use crate::domain::detection::parameters::{Copied, Honest};
use crate::domain::detection::{Channel, GEOGRAPHY, MarkState, Parameters, Scan};

/// Lower than any score.
pub(super) const NO_SCORE: f64 = -99.0;

/// A rule that gives every scan a score; the highest so far decides.
pub(super) enum Detector {
    /// The log-odds, in the light of the season.
    Model(Box<Parameters>, Seasons),
    /// Scans.
    Count,
    /// Distinct phones.
    Phones,
    /// Three scans within a day, or ten within a week.
    Window,
    /// Faster than 800 km/h between two scans that are so many kilometres apart.
    Speed { guard_km: f64 },
    /// Any scan after the first.
    FirstOnly,
}

impl Detector {
    /// The highest score up to each scan of a code.
    pub(super) fn scores(&self, seed: u64, life: &Life) -> Vec<f64> {
        let scans: Vec<&Scan> = life.scans.iter().map(|(scan, _)| scan).collect();
        let mut scores = match self {
            Self::Model(parameters, seasons) => model(parameters, (seasons, seed), &scans),
            Self::Count => (1..=scans.len()).map(whole).collect(),
            Self::Phones => phones(&scans),
            Self::Window => window(&scans),
            Self::Speed { guard_km } => speed(&scans, *guard_km),
            Self::FirstOnly => (0..scans.len())
                .map(|at| f64::from(u8::from(at > 0)))
                .collect(),
        };
        let mut highest = NO_SCORE;
        for score in &mut scores {
            highest = highest.max(*score);
            *score = highest;
        }
        scores
    }

    /// The highest score of all.
    pub(super) fn score(&self, seed: u64, life: &Life) -> f64 {
        self.scores(seed, life).last().copied().unwrap_or(NO_SCORE)
    }
}

fn whole(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

fn model(parameters: &Parameters, (seasons, seed): (&Seasons, u64), scans: &[&Scan]) -> Vec<f64> {
    let mut state = MarkState::default();
    let score = |scan: &&Scan| {
        state.update(parameters, scan);
        state.log_odds(parameters, &seasons.context(seed, scan.at_s))
    };
    scans.iter().map(score).collect()
}

fn phones(scans: &[&Scan]) -> Vec<f64> {
    let mut seen = HashSet::new();
    let count = |scan: &&Scan| {
        seen.insert(scan.phone);
        whole(seen.len())
    };
    scans.iter().map(count).collect()
}

fn window(scans: &[&Scan]) -> Vec<f64> {
    let is_within = |at: usize, count: usize, seconds: u32| {
        at + 1 >= count && scans[at].at_s - scans[at + 1 - count].at_s <= seconds
    };
    let score = |at| {
        f64::from(u8::from(
            is_within(at, 3, 86_400) || is_within(at, 10, 604_800),
        ))
    };
    (0..scans.len()).map(score).collect()
}

fn speed(scans: &[&Scan], guard_km: f64) -> Vec<f64> {
    let is_fast = |at: usize| {
        let (Some(from), Some(to)) = (scans[at - 1].sighting, scans[at].sighting) else {
            return false;
        };
        let distance = GEOGRAPHY.kilometres(from.spot, to.spot).unwrap_or(0.0);
        let hours = f64::from(scans[at].at_s - scans[at - 1].at_s) / 3600.0;
        distance > guard_km && distance > 800.0 * hours
    };
    let is_person = |at: usize| scans[at].channel != Channel::Preview;
    (0..scans.len())
        .map(|at| f64::from(u8::from(at > 0 && is_person(at) && is_fast(at))))
        .collect()
}

/// The detector that knows the world's true rates and how many copies are sold where.
pub(super) fn ceiling(world: &World, attack: Attack) -> Detector {
    let [first, more] = world.another;
    let usual = Honest {
        weight: 0.25,
        another: [first, more, more],
        gaps: [world.gaps[0].0, world.gaps[1].0, world.gaps[2].0, 0.0],
        moved: [world.moved[0], world.moved[1]],
        moved_days: world.moved[2],
        moved_first: [world.moved[0] + world.dealers * world.dealers_unsaid, 0.0],
    };
    let places = match attack.spread {
        Spread::National => [0.0, 0.0, 0.0, 0.85, 0.15],
        Spread::Regional => [0.0, 1.0, 0.0, 0.0, 0.0],
        Spread::Local => [0.65, 0.0, 0.35, 0.0, 0.0],
    };
    let mean = f64::from(attack.copies) * world.scan_rate / world.copies_sold;
    let copied = Copied {
        weight: 1.0 / 3.0,
        places,
        shape: 100.0,
        mean,
    };
    let parameters = Parameters {
        honest: [usual; 4],
        copied: [copied; 3],
        confusion: world
            .confusion
            .map(|[right, province]| [right, province, 1.0 - right - province]),
        destination: [0.0, world.moved_near, 1.0 - world.moved_near, 0.0],
        clip: [-50.0, 50.0],
        spoiled: [NO_SCORE; 2],
        season_days: world.season_days,
        ..Parameters::reference()
    };
    Detector::Model(Box::new(parameters), Seasons::default())
}
