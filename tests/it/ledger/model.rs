//! Random changes against a naive model that keeps one record for each mark.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use yuanmark::domain::access::Scope;
use yuanmark::domain::calendar::day_of;
use yuanmark::domain::event::{EventKind, Withdrawal};
use yuanmark::domain::ledger::entry::Destruction;
use yuanmark::domain::licensee::Licensee;
use yuanmark::domain::order::Batch;
use yuanmark::domain::serial::Serial;
use yuanmark::domain::whereabouts::Whereabouts;
use yuanmark::service::marks::{self, Change, Changed, Which};
use yuanmark::service::{ServiceError, orders};

use super::{assert_healthy, mark, report};
use crate::support::installation::{Installation, call, line, morning};

const MARKS: u32 = 16;
const CASES: u32 = 64;

/// How a line names its marks.
#[derive(Clone, Copy, Debug)]
enum Spelling {
    Index,
    Serial,
    Range,
    Dotted,
    Serials,
}

type Line = (u32, u32, Spelling);

#[derive(Clone, Debug)]
struct Step {
    kind: EventKind,
    lines: Vec<Line>,
    skips_bad: bool,
}

#[derive(Clone, Debug)]
struct Story {
    /// How far all labels have come when it begins: printed, delivered, received.
    way: usize,
    steps: Vec<Step>,
}

const WAY: [EventKind; 3] = [
    EventKind::Printed,
    EventKind::Delivered,
    EventKind::Received,
];

fn kinds() -> impl Strategy<Value = EventKind> {
    prop_oneof![
        4 => proptest::sample::select(WAY.to_vec()),
        3 => Just(EventKind::Activated),
        3 => Just(EventKind::Used),
        6 => proptest::sample::select(Withdrawal::ALL.to_vec()).prop_map(EventKind::Withdrawn),
        2 => Just(EventKind::Withdrawn(Withdrawal::Destroyed)),
        2 => Just(EventKind::Restored(Withdrawal::Frozen)),
        2 => Just(EventKind::Restored(Withdrawal::Recalled)),
    ]
}

fn lines() -> impl Strategy<Value = Line> {
    let spelling = prop_oneof![
        Just(Spelling::Index),
        Just(Spelling::Serial),
        Just(Spelling::Range),
        Just(Spelling::Dotted),
        Just(Spelling::Serials),
    ];
    (0..MARKS, 0..MARKS, spelling).prop_map(|(one, other, spelling)| match spelling {
        Spelling::Index | Spelling::Serial => (one, one, spelling),
        _ => (one.min(other), one.max(other), spelling),
    })
}

fn stories() -> impl Strategy<Value = Story> {
    let lines = proptest::collection::vec(lines(), 1..5);
    let step = (kinds(), lines, any::<bool>()).prop_map(|(kind, lines, skips_bad)| Step {
        kind,
        lines,
        skips_bad,
    });
    (0..=WAY.len(), proptest::collection::vec(step, 1..20))
        .prop_map(|(way, steps)| Story { way, steps })
}

fn spell(line: Line, serial: impl Fn(u32) -> Serial) -> String {
    let (first, last, spelling) = line;
    match spelling {
        Spelling::Index => first.to_string(),
        Spelling::Serial => serial(first).to_string().to_lowercase(),
        Spelling::Range => format!("{first}-{last}"),
        Spelling::Dotted => format!("{first}..{last}"),
        Spelling::Serials => format!("{}..{}", serial(first), serial(last)),
    }
}

/// Where a label of the model is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Place {
    #[default]
    Press,
    Store,
    Road,
    Shelf,
    Pack,
    Gone,
}

/// What a step would do to one mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Changed,
    Already,
    Impossible,
}

/// One mark of the model.
#[derive(Clone, Debug, Default)]
struct Naive {
    place: Place,
    was_sent: bool,
    is_activated: bool,
    withdrawn: BTreeSet<&'static str>,
}

impl Naive {
    fn is(&self, word: &str) -> bool {
        self.withdrawn.contains(word)
    }

    /// Lets it happen if it can.
    fn apply(&mut self, kind: EventKind) -> Outcome {
        let is_so = match kind {
            EventKind::Printed => self.place == Place::Store,
            EventKind::Delivered => self.place == Place::Road,
            EventKind::Received => self.place == Place::Shelf,
            EventKind::Activated => self.is_activated,
            EventKind::Used => self.place == Place::Pack,
            EventKind::Withdrawn(Withdrawal::Spoiled | Withdrawal::Returned) => {
                self.is(kind.slug()) && !self.is("destroyed")
            }
            EventKind::Withdrawn(kind) => self.is(kind.slug()),
            EventKind::Restored(kind) => !self.is(kind.slug()),
            EventKind::Undone(_) => unreachable!("no story undoes"),
        };
        if is_so {
            return Outcome::Already;
        }
        let is_at = |places: &[Place]| places.contains(&self.place);
        let can_be = match kind {
            EventKind::Printed => is_at(&[Place::Press]),
            EventKind::Delivered => is_at(&[Place::Store]),
            EventKind::Received => is_at(&[Place::Road]),
            EventKind::Activated => is_at(&[Place::Shelf, Place::Pack]),
            EventKind::Used => is_at(&[Place::Shelf]),
            EventKind::Withdrawn(Withdrawal::Spoiled | Withdrawal::Lost) => {
                !is_at(&[Place::Pack, Place::Gone])
            }
            EventKind::Withdrawn(Withdrawal::Returned) => is_at(&[Place::Road, Place::Shelf]),
            EventKind::Withdrawn(Withdrawal::Destroyed) => {
                self.is("spoiled") || self.is("returned")
            }
            _ => true, // the authority's word
        };
        if !can_be {
            return Outcome::Impossible;
        }
        match kind {
            EventKind::Printed => self.place = Place::Store,
            EventKind::Delivered => (self.place, self.was_sent) = (Place::Road, true),
            EventKind::Received => self.place = Place::Shelf,
            EventKind::Activated => self.is_activated = true,
            EventKind::Used => self.place = Place::Pack,
            EventKind::Withdrawn(kind) => {
                self.withdrawn.insert(kind.slug());
                if ["destroyed", "lost", "returned", "spoiled"].contains(&kind.slug()) {
                    self.place = Place::Gone;
                }
            }
            EventKind::Restored(kind) => _ = self.withdrawn.remove(kind.slug()),
            EventKind::Undone(_) => {}
        }
        Outcome::Changed
    }

    /// What the public is told.
    fn told(&self) -> &'static str {
        let order = [
            "revoked",
            "destroyed",
            "lost",
            "returned",
            "spoiled",
            "recalled",
            "frozen",
        ];
        let first = order.into_iter().find(|word| self.is(word));
        first.unwrap_or(if self.is_activated {
            "active"
        } else {
            "not_activated"
        })
    }

    /// What the office is told.
    fn whereabouts(&self) -> &'static str {
        let either = |after, before| if self.was_sent { after } else { before };
        match self.place {
            Place::Press => "unreported",
            Place::Store => "at_printer",
            Place::Road => "in_transit",
            Place::Shelf => "on_hand",
            Place::Pack => "used",
            Place::Gone if self.is("lost") => either("lost_after_delivery", "lost_at_printer"),
            Place::Gone if self.is("destroyed") && self.is("returned") => "destroyed_returned",
            Place::Gone if self.is("destroyed") => either("destroyed_in_use", "destroyed_in_print"),
            Place::Gone if self.is("returned") => "returned",
            Place::Gone => either("spoiled_in_use", "spoiled_in_print"),
        }
    }
}

/// The same step on the model: marks changed, unchanged, and changed though told as withdrawn for another reason; or how
/// many lines are bad, and then nothing has changed.
fn apply(model: &mut [Naive], step: &Step) -> Result<(u64, u64, u64), usize> {
    let is_good = |line: &&Line| {
        let mut marks = line.0..=line.1;
        marks.all(|index| model[index as usize].clone().apply(step.kind) != Outcome::Impossible)
    };
    let good: Vec<&Line> = step.lines.iter().filter(is_good).collect();
    let bad = step.lines.len() - good.len();
    if bad > 0 && (!step.skips_bad || good.is_empty()) {
        return Err(bad);
    }
    let chosen: BTreeSet<u32> = good.iter().flat_map(|line| line.0..=line.1).collect();
    let (mut changed, mut unchanged, mut still_withdrawn) = (0, 0, 0);
    for index in chosen {
        let mark = &mut model[index as usize];
        if mark.apply(step.kind) == Outcome::Already {
            unchanged += 1;
            continue;
        }
        changed += 1;
        let is_told = match step.kind {
            EventKind::Withdrawn(kind) => mark.told() == kind.slug(),
            EventKind::Activated | EventKind::Restored(_) => mark.withdrawn.is_empty(),
            _ => true,
        };
        if !is_told {
            still_withdrawn += 1;
        }
    }
    Ok((changed, unchanged, still_withdrawn))
}

async fn take(place: &Installation, batch: &Batch, step: &Step) -> Result<Changed, ServiceError> {
    let lines: Vec<String> = step
        .lines
        .iter()
        .map(|line| spell(*line, |index| place.serial(batch, index)))
        .collect();
    let lines = lines.join("\n");
    // The lot and the witnesses are those of every story.
    let mut change = Change::new(step.kind, Which::Lines(&lines), Some(batch.number));
    change.skip_bad = step.skips_bad;
    change.reason = Some(line("for the story"));
    if step.kind == EventKind::Activated {
        change.lot = Some(place.lot(batch, morning()).await);
    }
    if step.kind == EventKind::Withdrawn(Withdrawal::Destroyed) {
        change.destruction = Some(Destruction {
            date: day_of(morning()),
            witnesses: (line("证人甲"), line("证人乙")),
        });
    }
    let clerk = call("clerk", morning());
    marks::change(&place.store, &place.keys, &clerk, &change).await
}

/// A batch whose data pack the printer has just got.
async fn released(place: &Installation, licensee: &Licensee) -> Batch {
    let order = place.order(licensee, MARKS).await;
    let key = format!("order {}", order.number);
    let batch = place.issue(&order, &key).await.unwrap().batch;
    let (by, printer) = (call("test", morning()), place.printer().await.number);
    let assigned = orders::assign(&place.store, &by, order.number, printer).await;
    assigned.unwrap();
    let released = orders::release(&place.store, &by, order.number, line("收件人"), None).await;
    released.unwrap();
    batch
}

/// Tells one story to a new batch and to the model, and compares them after each step and at the end.
async fn tell(place: &Installation, batch: &Batch, story: &Story) -> Result<(), TestCaseError> {
    let mut model = vec![Naive::default(); MARKS as usize];
    for kind in &WAY[..story.way] {
        place.change(batch, *kind, "", morning()).await.unwrap();
        for mark in &mut model {
            prop_assert_eq!(mark.apply(*kind), Outcome::Changed);
        }
    }
    for step in &story.steps {
        let counts = match take(place, batch, step).await {
            Ok(done) => Ok((done.marks, done.unchanged, done.still_withdrawn)),
            Err(ServiceError::BadLines { bad, .. }) => Err(bad),
            Err(other) => panic!("{step:?}: {other:?}"),
        };
        prop_assert_eq!(counts, apply(&mut model, step), "{:?}", step);
    }
    compare_marks(place, batch, &model).await?;
    compare_batch(place, batch, &model).await
}

async fn compare_marks(
    place: &Installation,
    batch: &Batch,
    model: &[Naive],
) -> Result<(), TestCaseError> {
    for (index, naive) in (0..).zip(model) {
        let (key, mark) = (&place.keys.secrets.serial, mark(batch, index));
        let report = marks::report(&place.store, Scope::All, key, mark, morning()).await;
        let report = report.unwrap();
        prop_assert_eq!(report.state, naive.told(), "mark {}", index);
        let found = (report.label.place.slug(), report.label.lot.is_some());
        let expected = (naive.whereabouts(), naive.is_activated);
        prop_assert_eq!(found, expected, "label {}", index);
    }
    Ok(())
}

async fn compare_batch(
    place: &Installation,
    batch: &Batch,
    model: &[Naive],
) -> Result<(), TestCaseError> {
    let report = report(place, batch, morning()).await;
    let mut counts = BTreeMap::new();
    for naive in model {
        *counts.entry(naive.told()).or_default() += 1;
    }
    prop_assert_eq!(report.marks_by_state, counts);
    let mut told = Vec::new();
    for (range, word) in &report.ranges {
        told.extend(range.indices().map(|_| *word));
    }
    let expected: Vec<_> = model.iter().map(Naive::told).collect();
    prop_assert_eq!(told, expected);
    let joined = report.ranges.windows(2).all(|pair| pair[0].1 != pair[1].1);
    prop_assert!(joined, "neighbours of one state are joined");
    for place in Whereabouts::ALL {
        let labels = model
            .iter()
            .filter(|naive| naive.whereabouts() == place.slug());
        let counted = report.order.counts.at(*place);
        prop_assert_eq!(counted as usize, labels.count(), "{}", place.slug());
    }
    Ok(())
}

#[test]
fn marks_stand_as_the_naive_model_says_after_any_story() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    for place in runtime.block_on(Installation::both()) {
        let licensee = runtime.block_on(place.licensee(0));
        let config = Config {
            cases: CASES,
            failure_persistence: None,
            ..Config::default()
        };
        let told = TestRunner::new(config).run(&stories(), |story| {
            runtime.block_on(async {
                let batch = released(&place, &licensee).await;
                tell(&place, &batch, &story).await
            })
        });
        told.unwrap();
        runtime.block_on(assert_healthy(&place));
    }
}
