//! The states of a whole batch as ranges: so that a million marks can be shown, counted and compared without
//! looking at each.

use std::collections::BTreeSet;

use super::event::RangeEvent;
use super::mark::{IndexRange, MarkIndex};
use super::state::Standing;

/// Cuts `range` where its events begin and end, and folds each piece. The pieces come in ascending order and cover
/// the range; neighbours may stand alike. `events` must be in ledger order.
///
/// Takes time in proportion to events × the number of events that lie over one another.
pub fn standings(
    range: IndexRange,
    events: &[RangeEvent],
) -> Vec<(IndexRange, Standing<&RangeEvent>)> {
    let pieces = folded(range, events).into_iter();
    pieces
        .map(|(piece, standing)| (piece, standing.map(|place| &events[place as usize])))
        .collect()
}

/// The same, with the place of each event in the list instead of the event.
pub(super) fn folded(range: IndexRange, events: &[RangeEvent]) -> Vec<(IndexRange, Standing<u32>)> {
    let mut starts: Vec<(u32, u32)> = Vec::new();
    let mut ends: Vec<(u32, u32)> = Vec::new();
    let mut cuts = BTreeSet::from([range.first().get()]);
    let after = range.last().get() + 1;
    for (place, event) in (0..).zip(events) {
        let Some(covered) = event.range.overlap(range) else {
            continue;
        };
        starts.push((covered.first().get(), place));
        ends.push((covered.last().get() + 1, place));
        cuts.insert(covered.first().get());
        cuts.insert(covered.last().get() + 1);
    }
    cuts.remove(&after);
    starts.sort_unstable();
    ends.sort_unstable();
    let (mut starts, mut ends) = (starts.into_iter().peekable(), ends.into_iter().peekable());

    let mut over = BTreeSet::new(); // places of the events over the current piece: ledger order
    let mut pieces = Vec::with_capacity(cuts.len());
    let mut cuts = cuts.into_iter().peekable();
    while let Some(first) = cuts.next() {
        while let Some((_, place)) = ends.next_if(|(end, _)| *end <= first) {
            over.remove(&place);
        }
        while let Some((_, place)) = starts.next_if(|(start, _)| *start <= first) {
            over.insert(place);
        }
        let next = cuts.peek().copied().unwrap_or(after);
        let piece = MarkIndex::new(first)
            .zip(MarkIndex::new(next - 1))
            .and_then(|(first, last)| IndexRange::new(first, last))
            .expect("cuts ascend and lie within the range");
        let mut standing = Standing::default();
        for &place in &over {
            standing.add(events[place as usize].kind, place);
        }
        pieces.push((piece, standing));
    }
    pieces
}

/// Sorts ranges and joins those that overlap or touch.
pub fn joined(mut ranges: Vec<IndexRange>) -> Vec<IndexRange> {
    ranges.sort_unstable();
    let mut joined: Vec<IndexRange> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match joined.last_mut() {
            Some(last) if range.first().get() <= last.last().get() + 1 => {
                *last =
                    IndexRange::new(last.first(), last.last().max(range.last())).unwrap_or(*last);
            }
            _ => joined.push(range),
        }
    }
    joined
}

/// How many marks ranges hold that are apart from one another.
pub fn marks_in(ranges: &[IndexRange]) -> u64 {
    ranges.iter().map(|range| u64::from(range.marks())).sum()
}

/// The marks of `some` that are not in `others`; both ascending and apart.
pub fn without(some: &[IndexRange], others: &[IndexRange]) -> Vec<IndexRange> {
    let mut left = Vec::new();
    let mut next = 0;
    for range in some {
        let mut first = Some(range.first());
        while others
            .get(next)
            .is_some_and(|other| other.last() < range.first())
        {
            next += 1;
        }
        for other in &others[next..] {
            let Some(begin) = first else { break };
            let Some(overlap) =
                IndexRange::new(begin, range.last()).and_then(|rest| rest.overlap(*other))
            else {
                if other.first() > range.last() {
                    break;
                }
                continue;
            };
            if let Some(before) = overlap.first().before().filter(|before| *before >= begin) {
                left.extend(IndexRange::new(begin, before));
            }
            first = overlap
                .last()
                .after()
                .filter(|after| *after <= range.last());
        }
        if let Some(begin) = first {
            left.extend(IndexRange::new(begin, range.last()));
        }
    }
    left
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::{EventKind, Slip, Withdrawal};
    use crate::domain::mark::BatchNumber;
    use crate::domain::state::MarkState;
    use crate::domain::text::Line;
    use jiff::Timestamp;
    use proptest::prelude::*;

    const MARKS: u32 = 24;

    /// What happens to labels and leaves the standing of their marks as it was.
    const MOVEMENTS: [EventKind; 7] = [
        EventKind::Printed,
        EventKind::Delivered,
        EventKind::Received,
        EventKind::Used,
        EventKind::Undone(Slip::Printed),
        EventKind::Undone(Slip::Delivered),
        EventKind::Undone(Slip::Used),
    ];

    fn kinds() -> impl Strategy<Value = EventKind> {
        prop_oneof![
            2 => Just(EventKind::Activated),
            4 => proptest::sample::select(Withdrawal::ALL.to_vec()).prop_map(EventKind::Withdrawn),
            1 => Just(EventKind::Restored(Withdrawal::Frozen)),
            1 => Just(EventKind::Restored(Withdrawal::Recalled)),
            2 => proptest::sample::select(MOVEMENTS.to_vec()),
        ]
    }

    fn event(number: u64, first: u32, last: u32, kind: EventKind) -> RangeEvent {
        let index = |i| MarkIndex::new(i).unwrap();
        RangeEvent {
            number,
            batch: BatchNumber::new(1).unwrap(),
            range: IndexRange::new(index(first.min(last)), index(first.max(last))).unwrap(),
            kind,
            at: Timestamp::from_second(i64::try_from(number).unwrap()).unwrap(),
            actor: Line::new("actor", "test").unwrap(),
            reason: None,
            document: None,
            lot: None,
        }
    }

    /// The naive model: one record for each mark, written to by each event in turn.
    #[derive(Clone, Default)]
    struct Naive {
        activated: bool,
        withdrawn: Vec<(&'static str, u64)>,
    }

    impl Naive {
        fn apply(&mut self, event: &RangeEvent) {
            match event.kind {
                EventKind::Activated => self.activated = true,
                EventKind::Withdrawn(kind) => {
                    if !self.withdrawn.iter().any(|(slug, _)| *slug == kind.slug()) {
                        self.withdrawn.push((kind.slug(), event.number));
                    }
                }
                EventKind::Restored(kind) => {
                    self.withdrawn.retain(|(slug, _)| *slug != kind.slug());
                }
                movement => assert!(MOVEMENTS.contains(&movement)),
            }
        }

        fn told(&self) -> String {
            let order = [
                "revoked",
                "destroyed",
                "lost",
                "returned",
                "spoiled",
                "recalled",
                "frozen",
            ];
            let first = order
                .iter()
                .find_map(|slug| self.withdrawn.iter().find(|(held, _)| held == slug));
            match first {
                Some((slug, number)) => format!("withdrawn {slug} since {number}"),
                None if self.activated => "active".into(),
                None => "not_activated".into(),
            }
        }
    }

    fn told(state: MarkState<'_>) -> String {
        match state {
            MarkState::Withdrawn(ground) => {
                format!(
                    "withdrawn {} since {}",
                    ground.slug(),
                    ground.since().as_second()
                )
            }
            other => other.slug().into(),
        }
    }

    proptest! {
        #[test]
        fn pieces_stand_as_the_naive_model_says(
            input in proptest::collection::vec((0..MARKS, 0..MARKS, kinds()), 0..40)
        ) {
            let events: Vec<RangeEvent> = (1..)
                .zip(&input)
                .map(|(number, &(a, b, kind))| event(number, a, b, kind))
                .collect();
            let mut naive = vec![Naive::default(); MARKS as usize];
            for event in &events {
                for index in event.range.indices() {
                    naive[index.get() as usize].apply(event);
                }
            }
            let whole = IndexRange::new(MarkIndex::new(0).unwrap(), MarkIndex::new(MARKS - 1).unwrap()).unwrap();
            let mut next = 0;
            for (piece, standing) in standings(whole, &events) {
                prop_assert_eq!(piece.first().get(), next, "pieces follow one another");
                next = piece.last().get() + 1;
                for index in piece.indices() {
                    let state = standing.state(None, Timestamp::MAX, Timestamp::UNIX_EPOCH);
                    prop_assert_eq!(told(state), naive[index.get() as usize].told());
                }
            }
            prop_assert_eq!(next, MARKS);
        }

        #[test]
        fn differences_are_those_of_sets(
            a in proptest::collection::vec((0..MARKS, 0..MARKS), 0..6),
            b in proptest::collection::vec((0..MARKS, 0..MARKS), 0..6),
        ) {
            let ranges = |input: &[(u32, u32)]| {
                let range = |&(a, b): &(u32, u32)| event(1, a, b, EventKind::Activated).range;
                joined(input.iter().map(range).collect())
            };
            let set = |ranges: &[IndexRange]| -> BTreeSet<u32> {
                ranges.iter().flat_map(|range| range.indices()).map(MarkIndex::get).collect()
            };
            let (a, b) = (ranges(&a), ranges(&b));
            prop_assert_eq!(set(&without(&a, &b)), &set(&a) - &set(&b));
        }

        #[test]
        fn joined_ranges_hold_the_same_marks(input in proptest::collection::vec((0..MARKS, 0..MARKS), 0..12)) {
            let ranges: Vec<IndexRange> = input.iter().map(|&(a, b)| event(1, a, b, EventKind::Activated).range).collect();
            let marks = |ranges: &[IndexRange]| -> BTreeSet<u32> {
                ranges.iter().flat_map(|range| range.indices()).map(MarkIndex::get).collect()
            };
            let result = joined(ranges.clone());
            prop_assert_eq!(marks(&ranges), marks(&result));
            prop_assert!(result.windows(2).all(|pair| pair[0].last().get() + 1 < pair[1].first().get()));
        }
    }
}
