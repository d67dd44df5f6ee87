//! A world from a seed, through files, to verdicts.

use std::collections::BTreeSet;
use std::fs;

use super::calibrate::{Over, calibrate};
use super::examples::{Known, Labels, Others};
use super::replay::{Replayed, replay};
use super::scans::{Activations, BadLines, read};
use super::simulate::{Wanted, simulate};
use super::world::{Attack, Life, Maker, Proxies, Spread, World};
use crate::domain::detection::{Context, MarkState, Parameters};

fn replayed(text: &str) -> (Replayed, String, String) {
    replayed_by(&Parameters::reference(), text)
}

fn replayed_by(parameters: &Parameters, text: &str) -> (Replayed, String, String) {
    let lines = read(text, &Activations::default(), &mut BadLines::default()).unwrap();
    let (mut verdicts, mut batches) = (Vec::new(), Vec::new());
    let done = replay(
        parameters,
        &lines,
        &Activations::default(),
        &mut verdicts,
        Some(&mut batches),
    )
    .unwrap();
    (
        done,
        String::from_utf8(verdicts).unwrap(),
        String::from_utf8(batches).unwrap(),
    )
}

#[test]
fn a_world_is_made_and_its_copies_are_found() {
    let folder = tempfile::tempdir().unwrap();
    let wanted = Wanted {
        seed: 3,
        batches: 20,
    };
    let made = simulate(&World::reference(), wanted, folder.path()).unwrap();
    let file = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    let scans = file("scans.csv");
    let (done, verdicts, batches) = replayed(&scans);
    assert_eq!(
        (verdicts.lines().count() - 1) as u64,
        made.scans,
        "one line a scan"
    );
    assert_eq!(done.marks, made.marks);
    assert_eq!(done.scans + done.not_counted, made.scans);
    assert!(
        batches.lines().count() > 20 * 20,
        "one line a batch and week"
    );
    let labels = Labels::read(&file("labels.csv"), &mut BadLines::default()).unwrap();
    let (mut right, mut wrong) = (Vec::new(), Vec::new());
    for line in verdicts
        .lines()
        .filter(|line| line.contains(",suspected_copy,"))
    {
        let mark = line.split(',').nth(1).unwrap().to_owned();
        let list = if labels.is_copied(&mark) == Some(true) {
            &mut right
        } else {
            &mut wrong
        };
        list.push(mark);
    }
    right.dedup();
    wrong.dedup();
    assert!(
        right.len() > 5 && right.len() > wrong.len(),
        "{right:?} {wrong:?}"
    );
    // The same again, and the same whatever the order of the lines.
    let mut lines: Vec<&str> = scans.lines().skip(1).collect();
    lines.reverse();
    lines.sort_by_key(|line| (line.split(',').nth(1).map(str::len), *line));
    let turned = format!("{}\n{}\n", scans.lines().next().unwrap(), lines.join("\n"));
    assert_eq!(replayed(&turned).0.marks, done.marks);
    assert_eq!(replayed(&scans).1, verdicts);
}

#[test]
fn calibration_learns_from_labels() {
    let folder = tempfile::tempdir().unwrap();
    simulate(
        &World::reference(),
        Wanted {
            seed: 4,
            batches: 20,
        },
        folder.path(),
    )
    .unwrap();
    let file = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    let scans = file("scans.csv");
    let lines = read(&scans, &Activations::default(), &mut BadLines::default()).unwrap();
    let mut bad = BadLines::default();
    let labels = Labels::read(&(file("labels.csv") + "1-1,perhaps\n"), &mut bad).unwrap();
    assert_eq!(bad.count, 1);
    let own = Parameters::reference();
    let none = Activations::default();
    let fitted = |labels: &Labels, others| {
        let known = Known::new(&own, &lines, &none, labels, others);
        let fit = calibrate(&own, 0.001, |parameters| known.weigh(parameters));
        (fit, known.undecided)
    };
    let (found, _) = fitted(&labels, Others::Unknown);
    assert!(found.honest > 4_000 && found.copied > 20, "{found:?}");
    let level = found.level.unwrap();
    assert!(found.slope > 0.5 && level < 5.0, "{found:?}");
    // What the office decides is of suspected codes alone: by those the level would be that of codes that look like copies.
    let truth = |mark: &String| {
        let truth = match labels.is_copied(mark)? {
            true => "copied",
            false => "honest",
        };
        Some(format!("{mark},{truth}\n"))
    };
    let decided: String = suspected_by(&own, &scans)
        .iter()
        .filter_map(truth)
        .collect();
    let decided = Labels::read(&format!("mark,truth\n{decided}"), &mut bad).unwrap();
    let (few, _) = fitted(&decided, Others::Unknown);
    assert!(few.honest < 100 && few.level.is_none(), "{few:?}");
    let (presumed, undecided) = fitted(&decided, Others::Honest);
    assert_eq!(undecided, 0, "all that is over the level was decided");
    // Where nothing is decided, what looks like a copy is not taken as honest, and the level stays where copies are found.
    let nothing = Labels::read("mark,truth\n", &mut bad).unwrap();
    let (undecided, left_out) = fitted(&nothing, Others::Honest);
    assert!(
        left_out * 2 > few.copied && undecided.level.unwrap() < 0.0,
        "{undecided:?}"
    );
    assert!(presumed.honest > found.honest, "{presumed:?}");
    // What replay says by it is what was promised, batches and dealers counted.
    let corrected = Parameters {
        calibration: [found.offset, found.slope],
        alarm_log_odds: level,
        ..own.clone()
    };
    let (by_found, by_shipped) = (suspected_by(&corrected, &scans), suspected_by(&own, &scans));
    let of = |marks: &BTreeSet<String>, wanted: bool| {
        let is = |mark: &&String| labels.is_copied(mark) == Some(wanted);
        marks.iter().filter(is).count()
    };
    let over = found.over.unwrap();
    let told = |over: Over| (over.honest, over.copied);
    assert_eq!(told(over), (of(&by_found, false), of(&by_found, true)));
    let before = found.over_before;
    assert_eq!(
        told(before),
        (of(&by_shipped, false), of(&by_shipped, true))
    );
    assert!(over.honest * 1000 <= found.honest, "{found:?}");
    assert!(
        over.copied >= before.copied && before.copied > 5,
        "{found:?}"
    );
}

fn suspected_by(parameters: &Parameters, text: &str) -> BTreeSet<String> {
    let (_, verdicts, _) = replayed_by(parameters, text);
    let suspected = verdicts
        .lines()
        .filter(|line| line.contains(",suspected_copy,"));
    let marks = suspected.filter_map(|line| line.split(',').nth(1));
    marks.map(str::to_owned).collect()
}

#[test]
fn a_scan_before_activation_is_no_activated_mark() {
    let scans = "time,mark,phone\n2026-04-01T00:00:00Z,1-1,a\n2026-04-03T00:00:00Z,1-1,a\n";
    let activated = "mark_from,mark_to,time\n1-0,1-9,2026-04-02T00:00:00Z\n";
    let activations = Activations::read(activated, &mut BadLines::default()).unwrap();
    let lines = read(scans, &activations, &mut BadLines::default()).unwrap();
    let mut verdicts = Vec::new();
    replay(
        &Parameters::reference(),
        &lines,
        &activations,
        &mut verdicts,
        None,
    )
    .unwrap();
    let verdicts = String::from_utf8(verdicts).unwrap();
    let lines: Vec<&str> = verdicts.lines().collect();
    assert!(
        lines[1]
            .contains(",not_activated,leaked_before_activation,\"scanned before it was activated"),
        "{}",
        lines[1]
    );
    assert!(
        lines[2].contains(",leaked_before_activation,"),
        "{}",
        lines[2]
    );
}

#[test]
fn the_evaluation_is_the_same_every_time() {
    let extent = super::evaluate::Extent {
        first_seed: 1,
        seeds: 1,
        honest: 300,
        copied: 12,
        batches: 5,
    };
    let parameters = Parameters::reference();
    let (one, two) = (
        super::evaluate::evaluate(&parameters, extent),
        super::evaluate::evaluate(&parameters, extent),
    );
    assert_eq!(
        (&one.tables, &one.detection, &one.reliability),
        (&two.tables, &two.detection, &two.reliability)
    );
    assert!(one.detection.starts_with("<svg") && one.reliability.ends_with("</svg>\n"));
    for title in [
        "Copies of one code",
        "Rules that vendors ship",
        "not as believed",
        "another shape",
        "e-value",
        "proxies",
        "Batches",
        "whole seasons",
        "Reliability",
    ] {
        assert!(one.tables.contains(title), "{title}");
    }
}

#[test]
fn a_mark_has_one_truth() {
    let mut bad = BadLines::default();
    let text = "mark,truth\n1-1,copied\n1-2,honest\n1-1,honest\n1-1,copied\n";
    let labels = Labels::read(text, &mut bad).unwrap();
    assert_eq!(bad.count, 1);
    assert_eq!(labels.is_copied("1-1"), Some(true));
    assert_eq!(labels.is_copied("1-2"), Some(false));
}

#[test]
fn copies_by_the_thousand_are_found_and_rented_proxies_raise_nothing() {
    let (parameters, world) = (Parameters::reference(), World::reference());
    let mut maker = Maker::new(&world, 4, 20);
    let is_suspected = |life: &Life| {
        let mut mark = MarkState::default();
        for (scan, _) in &life.scans {
            let step = mark.update(&parameters, scan);
            step.decide(&mut mark, &parameters, &Context::ALONE);
        }
        mark.is_suspected()
    };
    for copies in [1_000, 10_000] {
        let spread = Spread::National;
        let all = (0..10).all(|_| is_suspected(&maker.copied(Attack { copies, spread })));
        assert!(all, "{copies}");
    }
    let rented = Proxies {
        count: 500,
        days: 30.0,
        classes: Proxies::RENTED,
    };
    let found = (0..40).filter(|_| is_suspected(&maker.poisoned(rented)));
    assert!(found.count() <= 1);
}

#[test]
fn previews_and_deliveries_that_come_twice_are_told_apart_from_scans() {
    let scans = "time,mark,phone,channel\n2026-04-01T00:00:00Z,1-1,a,\n2026-04-01T00:00:00Z,1-1,a,\n\
                 2026-04-02T00:00:00Z,1-1,b,preview\n2026-04-03T00:00:00Z,1-1,b,\n";
    let (done, verdicts, _) = replayed(scans);
    assert_eq!((done.scans, done.not_counted, done.marks), (2, 2, 1));
    assert_eq!(verdicts.lines().count(), 1 + 4, "each line is answered");
}

#[test]
fn a_batch_that_was_over_its_level_is_counted_though_it_no_longer_is() {
    let folder = tempfile::tempdir().unwrap();
    let wanted = Wanted {
        seed: 6,
        batches: 20,
    };
    simulate(&World::reference(), wanted, folder.path()).unwrap();
    let scans = fs::read_to_string(folder.path().join("scans.csv")).unwrap();
    let (done, _, weeks) = replayed(&scans);
    let last = weeks
        .lines()
        .next_back()
        .unwrap()
        .split(',')
        .next()
        .unwrap();
    let over = |in_week: &str| -> BTreeSet<&str> {
        let over = weeks.lines().filter(|line| line.ends_with(",true"));
        let over = over.filter(|line| line.starts_with(in_week));
        over.filter_map(|line| line.split(',').nth(1)).collect()
    };
    assert_eq!(done.batches, over("").len() as u64);
    assert!(over(last).len() < over("").len(), "{:?}", over(""));
}
