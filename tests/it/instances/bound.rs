//! What a command of its own process has done binds the next question at every instance.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::{Arc, RwLock};
use std::time::Instant;

use yuanmark::domain::lot::LotNumber;
use yuanmark::domain::order::Batch;

use super::{ask_at_once, three};
use crate::support::installation::{Installation, morning};
use crate::support::killed::{program, stderr};
use crate::support::scanning::{Load, Mark, Told, Watch, open};
use crate::support::written::Written;

/// The batch whose marks are not in use yet.
const NOT_YET: u32 = 2;

/// Runs a command as a process of its own; returns when it has returned.
fn run(place: &Installation, line: &str) -> Instant {
    let output = program(place).args(line.split(' ')).output().unwrap();
    assert!(output.status.success(), "{line}: {}", stderr(&output));
    Instant::now()
}

/// Asserts what was told of a mark to questions that were sent between two moments, at every instance.
fn assert_told(told: &[Told], mark: Mark, (from, to): (Instant, Instant), verdicts: &[&str]) {
    let then = |told: &&Told| told.mark == mark && told.sent > from && told.sent < to;
    let told: Vec<&Told> = told.iter().filter(then).collect();
    for told in &told {
        assert!(verdicts.contains(&told.verdict.as_str()), "{told:?}");
    }
    for by in 0..3 {
        assert!(told.iter().any(|told| told.by == by), "{mark:?} at {by}");
    }
}

/// Another licensee's marks, delivered and not in use, and the lot that they are for.
async fn with_later_batch(place: Installation) -> (Installation, Batch, LotNumber) {
    let place = Installation {
        store: open(&place).await,
        ..place
    };
    let licensee = place.licensee(1).await;
    let order = place.order(&licensee, 1000).await;
    let batch = place.issue(&order, "later").await.unwrap().batch;
    assert_eq!(batch.number.get(), NOT_YET);
    place.deliver(&batch).await;
    let lot = place.lot(&batch, morning()).await;
    (place, batch, lot)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_office_has_done_binds_the_next_question_at_every_instance() {
    let (place, marks, processes) = three().await;
    let (place, later, lot) = with_later_batch(place).await;
    let not_yet = marks.of_another(&later);
    let addresses: Vec<SocketAddr> = processes.iter().map(|process| process.address).collect();
    let shared = Arc::new(RwLock::new(addresses.clone()));
    let load = Load::start(&marks, &shared, (3, 7));
    // These are asked about all the time, at each of the three in turn.
    let watched = [marks.code(200), marks.code(201), not_yet.code(5)];
    let [revoked, frozen, activated] = watched.each_ref().map(|(mark, _)| *mark);
    let watch = Watch::start(&marks, &addresses, &watched);
    watch.rounds(3);

    let mut moments = vec![Instant::now()];
    for command in [
        "mark withdraw --kind revoked --batch 1 --range 200-200 --reason test",
        "mark withdraw --kind frozen --batch 1 --range 201-201 --reason test",
        "mark restore --kind frozen --batch 1 --range 201-201 --reason test",
        &format!("mark activate --batch 2 --range 0-9 --lot {}", lot.0),
    ] {
        watch.rounds(3);
        let before = Instant::now();
        moments.extend([before, run(&place, command)]);
        watch.rounds(3);
    }
    // The very first questions about marks that have just come into use: one is the first, wherever it is asked.
    let first = [6, 7];
    let answers = ask_at_once(&not_yet, &processes, 30, &first);
    for place in first {
        let of_mark = answers.iter().filter(|told| told.mark == (NOT_YET, place));
        let firsts = of_mark.filter(|told| told.verdict == "first_check");
        assert_eq!(firsts.count(), 1, "{answers:?}");
    }
    let end = Instant::now();
    let mut told = watch.stop();
    let [
        start,
        revoke,
        is_revoked,
        freeze,
        is_frozen,
        thaw,
        is_thawed,
        activate,
        is_active,
    ] = moments[..]
    else {
        panic!("two moments a command");
    };
    let in_use = ["first_check", "checked_before"];
    assert_told(&told, revoked, (start, revoke), &in_use);
    assert_told(&told, revoked, (is_revoked, end), &["withdrawn"]);
    assert_told(&told, frozen, (start, freeze), &in_use);
    assert_told(&told, frozen, (is_frozen, thaw), &["withdrawn"]);
    assert_told(&told, frozen, (is_thawed, end), &in_use);
    assert_told(&told, activated, (start, activate), &["not_activated"]);
    // Those who asked before it was in use were counted.
    assert_told(&told, activated, (is_active, end), &["checked_before"]);

    let (more, outcomes) = load.stop();
    assert_eq!((outcomes.unavailable, outcomes.broken), (0, 0));
    told.extend(more);
    told.extend(answers);
    let store = open(&place).await;
    let mut written = Written::default();
    written.read(&store).await;
    written.assert_holds(&told);
    let answered: BTreeSet<_> = told.iter().filter_map(Told::key).collect();
    assert_eq!(written.len(), answered.len());
    store.close().await;
}
