//! Random changes against a naive model that keeps one record for each mark.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use yuanmark::domain::event::{EventKind, Withdrawal};
use yuanmark::domain::order::Batch;
use yuanmark::domain::serial::Serial;
use yuanmark::service::marks::Changed;

use super::{assert_healthy, mark, report, state};
use crate::support::installation::{Installation, morning};

const MARKS: u32 = 16;
const CASES: u32 = 24;

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
type Step = (EventKind, Vec<Line>);

fn kinds() -> impl Strategy<Value = EventKind> {
    prop_oneof![
        3 => Just(EventKind::Activated),
        5 => proptest::sample::select(Withdrawal::ALL.to_vec()).prop_map(EventKind::Withdrawn),
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

fn stories() -> impl Strategy<Value = Vec<Step>> {
    let step = (kinds(), proptest::collection::vec(lines(), 1..5));
    proptest::collection::vec(step, 1..14)
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

/// One mark of the model.
#[derive(Clone, Default)]
struct Naive {
    is_activated: bool,
    withdrawn: BTreeSet<&'static str>,
}

impl Naive {
    /// Whether the event changed anything.
    fn apply(&mut self, kind: EventKind) -> bool {
        match kind {
            EventKind::Activated => !std::mem::replace(&mut self.is_activated, true),
            EventKind::Withdrawn(kind) => self.withdrawn.insert(kind.slug()),
            EventKind::Restored(kind) => self.withdrawn.remove(kind.slug()),
        }
    }

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
        let first = order.into_iter().find(|word| self.withdrawn.contains(word));
        first.unwrap_or(if self.is_activated {
            "active"
        } else {
            "not_activated"
        })
    }
}

/// The same step on the model: marks changed, unchanged, and changed though told as withdrawn for another reason.
fn apply(model: &mut [Naive], (kind, lines): &Step) -> (u64, u64, u64) {
    let chosen: BTreeSet<u32> = lines
        .iter()
        .flat_map(|(first, last, _)| *first..=*last)
        .collect();
    let (mut changed, mut unchanged, mut still_withdrawn) = (0, 0, 0);
    for index in chosen {
        let mark = &mut model[index as usize];
        if !mark.apply(*kind) {
            unchanged += 1;
            continue;
        }
        changed += 1;
        let is_told = match kind {
            EventKind::Withdrawn(kind) => mark.told() == kind.slug(),
            EventKind::Activated | EventKind::Restored(_) => mark.withdrawn.is_empty(),
        };
        if !is_told {
            still_withdrawn += 1;
        }
    }
    (changed, unchanged, still_withdrawn)
}

async fn take(place: &Installation, batch: &Batch, (kind, lines): &Step) -> Changed {
    let lines: Vec<String> = lines
        .iter()
        .map(|line| spell(*line, |index| place.serial(batch, index)))
        .collect();
    place
        .change(batch, *kind, &lines.join("\n"), morning())
        .await
        .unwrap()
}

/// Tells one story to a new batch and to the model, and compares them after each step and at the end.
async fn tell(place: &Installation, batch: &Batch, story: &[Step]) -> Result<(), TestCaseError> {
    let mut model = vec![Naive::default(); MARKS as usize];
    for step in story {
        let done = take(place, batch, step).await;
        let expected = apply(&mut model, step);
        let counts = (done.marks, done.unchanged, done.still_withdrawn);
        prop_assert_eq!(counts, expected, "{:?}", step);
    }
    for (index, naive) in (0..).zip(&model) {
        let found = state(place, mark(batch, index), morning()).await;
        prop_assert_eq!(found, naive.told(), "mark {}", index);
    }
    let report = report(place, batch, morning()).await;
    let mut counts = BTreeMap::new();
    for naive in &model {
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
                let order = place.order(&licensee, MARKS).await;
                let key = format!("order {}", order.number);
                let batch = place.issue(&order, &key).await.unwrap().batch;
                tell(&place, &batch, &story).await
            })
        });
        told.unwrap();
        runtime.block_on(assert_healthy(&place));
    }
}
