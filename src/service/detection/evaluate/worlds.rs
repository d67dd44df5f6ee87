//! Worlds that are not as believed, worlds of another shape, the bound of the e-value, false scans.

use super::super::world::{Attack, Maker, Proxies, Spread, World};
use super::detectors::{Detector, ceiling};
use super::figures::{Share, level, table};
use super::seasons::Seasons;
use super::{Extent, descending, each_copied, each_honest};
use crate::domain::detection::real::exp;
use crate::domain::detection::{Context, MarkState, Parameters};

/// All worlds, the reference first.
fn all() -> impl Iterator<Item = World> {
    let others = World::wrong_ones().into_iter().chain(World::other_shapes());
    [World::reference()].into_iter().chain(others)
}

/// False alarms where the world is not as believed.
pub(super) fn wrong(parameters: &Parameters, extent: Extent, at_level: f64) -> String {
    let mut rows = Vec::new();
    for world in all() {
        let seasons = Seasons::learn(parameters, &world, extent);
        let (mut over, mut default) = (Vec::new(), Vec::new());
        // Other codes than those that the level was set by.
        each_honest(&world, extent, 3, |seed, life| {
            let mut state = MarkState::default();
            let (mut is_over, mut is_suspected) = (false, false);
            for (scan, _) in &life.scans {
                state.update(parameters, scan);
                let context = seasons.context(seed, scan.at_s);
                is_over |= state.log_odds(parameters, &context) > at_level;
                is_suspected |= state.is_over_the_level(parameters, &context);
            }
            over.push(is_over);
            default.push(is_suspected);
        });
        rows.push(vec![
            world.name.to_owned(),
            Share::of(over).text(3),
            Share::of(default).text(3),
        ]);
    }
    let head = [
        "world",
        "false alarms at the level for 0.1 %",
        "at the default level",
    ];
    format!(
        "### Worlds that are not as believed\n\n{}\n",
        table(&head, &rows)
    )
}

/// Detection in worlds of another shape, at the level for 0.1 % there, of the detector as of the one that knows the world.
pub(super) fn shapes(parameters: &Parameters, extent: Extent) -> String {
    let mut rows = Vec::new();
    for world in World::other_shapes() {
        let seasons = Seasons::learn(parameters, &world, extent);
        let model = Detector::Model(Box::new(parameters.clone()), seasons);
        let at_level = level(&descending(&world, extent, &model), 0.001);
        // As many scans of copies as 100 copies give where one in twenty scans.
        let copies = match world.scan_rate {
            rate if rate > 0.1 => 25,
            rate if rate < 0.02 => 500,
            _ => 100,
        };
        for spread in [Spread::National, Spread::Regional, Spread::Local] {
            let attack = Attack { copies, spread };
            let best = ceiling(&world, attack);
            let best_level = level(&descending(&world, extent, &best), 0.001);
            let (mut ours, mut default, mut top) = (Vec::new(), Vec::new(), Vec::new());
            each_copied(&world, extent, attack, |seed, life| {
                let score = model.score(seed, life);
                ours.push(score > at_level);
                default.push(score >= parameters.alarm_log_odds);
                top.push(best.score(seed, life) > best_level);
            });
            let (ours, top) = (Share::of(ours), Share::of(top));
            rows.push(vec![
                world.name.to_owned(),
                attack.name(),
                ours.text(1),
                Share::of(default).percent(),
                top.percent(),
                format!("{:.0} %", 100.0 * ours.value() / top.value().max(1e-9)),
            ]);
        }
    }
    let head = [
        "world",
        "attack",
        "found at 0.1 % false alarms (95 %)",
        "at the default level",
        "ceiling",
        "of the ceiling",
    ];
    format!(
        "### Copies in worlds of another shape\n\n{}\n",
        table(&head, &rows)
    )
}

/// Whether the e-value keeps its word where every code is one item.
pub(super) fn bounds(parameters: &Parameters, extent: Extent) -> String {
    const ALPHAS: [f64; 4] = [0.1, 0.01, 0.001, 0.0001];
    let mut rows = Vec::new();
    for world in all() {
        let mut reached = [const { Vec::new() }; 4];
        each_honest(&world.of_one_item(), extent, 4, |_, life| {
            let mut state = MarkState::default();
            for (scan, _) in &life.scans {
                state.update(parameters, scan);
            }
            for (reached, alpha) in reached.iter_mut().zip(ALPHAS) {
                reached.push(exp(state.e_peak()) >= 1.0 / alpha);
            }
        });
        let shares = reached.map(|reached| format!("{:.4} %", 100.0 * Share::of(reached).value()));
        rows.push([vec![world.name.to_owned()], shares.to_vec()].concat());
    }
    let head = [
        "world",
        "e ≥ 10 (bound 10 %)",
        "≥ 100 (1 %)",
        "≥ 1,000 (0.1 %)",
        "≥ 10,000 (0.01 %)",
    ];
    format!(
        "### How often the e-value of one item ever reaches 1/α\n\n{}\n",
        table(&head, &rows)
    )
}

/// What false scans reach, by what the proxies pass for.
pub(super) fn poisoning(
    parameters: &Parameters,
    world: &World,
    extent: Extent,
    at_level: f64,
) -> String {
    let kinds = [
        ("rented: half fixed lines, half unknown", Proxies::RENTED),
        ("homes: all fixed lines", Proxies::HOMES),
        ("fixed lines and mobile networks", Proxies::PHONES),
        ("like buyers, positions too", Proxies::LIKE_BUYERS),
    ];
    let attempts = [
        (500, 1.0),
        (500, 30.0),
        (500, 150.0),
        (50, 30.0),
        (50, 150.0),
        (10, 60.0),
    ];
    let mut rows = Vec::new();
    for (name, classes) in kinds {
        for (count, days) in attempts {
            let proxies = Proxies {
                count,
                days,
                classes,
            };
            let shares = spoiled(parameters, world, extent, at_level, proxies);
            let attempt = format!("{count} proxies in {days} days");
            let shares = shares.map(Share::percent).to_vec();
            rows.push([vec![name.to_owned(), attempt], shares].concat());
        }
    }
    let head = [
        "proxies",
        "attempt",
        "ever over the level for 0.1 %",
        "ever suspected (default level)",
        "still over it at the end",
    ];
    format!(
        "### False scans through proxies\n\n{}\n",
        table(&head, &rows)
    )
}

fn spoiled(
    parameters: &Parameters,
    world: &World,
    extent: Extent,
    at_level: f64,
    proxies: Proxies,
) -> [Share; 3] {
    let mut shares = [Share::default(); 3];
    for seed in extent.each_seed() {
        let mut maker = Maker::new(world, seed, 5);
        for _ in 0..(extent.copied / 4).max(1) {
            let life = maker.poisoned(proxies);
            let mut state = MarkState::default();
            let (mut is_over, mut is_suspected) = (false, false);
            for (scan, _) in &life.scans {
                state.update(parameters, scan);
                is_over |= state.log_odds(parameters, &Context::ALONE) > at_level;
                is_suspected |= state.is_over_the_level(parameters, &Context::ALONE);
            }
            let at_end = state.log_odds(parameters, &Context::ALONE) > at_level;
            for (share, is_hit) in shares.iter_mut().zip([is_over, is_suspected, at_end]) {
                share.hits += usize::from(is_hit);
                share.of += 1;
            }
        }
    }
    shares
}
