//! What the events of a whole batch add up to, kept small enough to be held in memory for every batch that is asked
//! about: for each stretch of marks its standing, and of each event no more than the public is told.

use std::sync::Arc;

use jiff::Timestamp;

use super::event::{EventKind, RangeEvent};
use super::lot::LotNumber;
use super::mark::{IndexRange, MarkIndex};
use super::segments::folded;
use super::state::{Said, Standing};
use super::text::Line;

/// The standings of a batch's marks.
#[derive(Clone, Debug)]
pub struct Standings {
    range: IndexRange,
    facts: Vec<Fact>,
    /// Ascending; each reaches to the next one, the last to the end of the batch.
    pieces: Vec<Piece>,
}

/// An event, as far as the public is told of it.
#[derive(Clone, Debug)]
struct Fact {
    at: Timestamp,
    reason: Option<Arc<Line>>,
    lot: Option<LotNumber>,
}

/// Marks that stand alike.
#[derive(Clone, Copy, Debug)]
struct Piece {
    first: u32,
    /// Events by their place in the list of facts.
    standing: Standing<u32>,
}

impl<'a> From<&'a Fact> for Said<'a> {
    fn from(fact: &'a Fact) -> Self {
        Self {
            at: fact.at,
            reason: fact.reason.as_deref(),
        }
    }
}

/// A reference to one event among a batch's standings.
#[derive(Clone, Copy, Debug)]
pub struct Told<'a>(&'a Fact);

impl Told<'_> {
    /// Of an activation: the lot it was for.
    pub const fn lot(self) -> Option<LotNumber> {
        self.0.lot
    }
}

impl<'a> From<Told<'a>> for Said<'a> {
    fn from(told: Told<'a>) -> Self {
        told.0.into()
    }
}

impl Standings {
    /// Folds the events of a batch's marks, in ledger order.
    pub fn of(range: IndexRange, events: &[RangeEvent]) -> Self {
        let mut standings = Self {
            range,
            facts: Vec::with_capacity(events.len()),
            pieces: Vec::new(),
        };
        for event in events {
            standings.note(event);
        }
        let pieces = folded(range, events).into_iter();
        standings.pieces = pieces
            .map(|(piece, standing)| Piece {
                first: piece.first().get(),
                standing,
            })
            .collect();
        standings
    }

    /// Folds in one more event, later than all before.
    pub fn add(&mut self, event: &RangeEvent) {
        let Some(covered) = event.range.overlap(self.range) else {
            return;
        };
        let place = self.note(event);
        let from = self.cut(covered.first().get());
        let until = if covered.last() == self.range.last() {
            self.pieces.len()
        } else {
            self.cut(covered.last().get() + 1)
        };
        for piece in &mut self.pieces[from..until] {
            piece.standing.add(event.kind, place);
        }
    }

    /// How a mark of the batch stands.
    pub fn at(&self, index: MarkIndex) -> Standing<Told<'_>> {
        let after = self
            .pieces
            .partition_point(|piece| piece.first <= index.get());
        self.pieces[after.saturating_sub(1)]
            .standing
            .map(|place| Told(&self.facts[place as usize]))
    }

    /// What it takes of memory, in bytes; reasons that events share are not counted.
    pub fn bytes(&self) -> usize {
        size_of::<Self>()
            + self.facts.capacity() * size_of::<Fact>()
            + self.pieces.capacity() * size_of::<Piece>()
    }

    /// Keeps what the public may be told, and returns its place. Events in a row mostly give the same reason.
    fn note(&mut self, event: &RangeEvent) -> u32 {
        let before = self.facts.last().and_then(|fact| fact.reason.as_ref());
        let reason = event.reason.as_ref().map(|reason| {
            match before.filter(|before| ***before == *reason) {
                Some(before) => before.clone(),
                None => Arc::new(reason.clone()),
            }
        });
        self.facts.push(Fact {
            at: event.at,
            reason,
            lot: event.lot,
        });
        u32::try_from(self.facts.len() - 1).expect("a batch has fewer events than 2³²")
    }

    /// Makes a piece begin at this index, and returns its place.
    fn cut(&mut self, first: u32) -> usize {
        let after = self.pieces.partition_point(|piece| piece.first < first);
        if self
            .pieces
            .get(after)
            .is_none_or(|piece| piece.first != first)
        {
            let standing = self.pieces[after - 1].standing;
            self.pieces.insert(after, Piece { first, standing });
        }
        after
    }
}

impl EventKind {
    /// Whether it has a say in how a mark stands; the others only tell where labels are.
    pub const fn counts_for_standing(self) -> bool {
        matches!(
            self,
            Self::Activated | Self::Withdrawn(_) | Self::Restored(_)
        )
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::mark::BatchNumber;
    use crate::domain::state::MarkState;

    const MARKS: u32 = 40;

    fn index(index: u32) -> MarkIndex {
        MarkIndex::new(index).unwrap()
    }

    fn event(number: u64, (first, length, kind): (u32, u32, usize)) -> RangeEvent {
        let last = (first + length).min(MARKS - 1);
        RangeEvent {
            number,
            batch: BatchNumber::new(1).unwrap(),
            range: IndexRange::new(index(first), index(last)).unwrap(),
            kind: EventKind::ALL[kind % EventKind::ALL.len()],
            at: Timestamp::from_second(i64::try_from(number).unwrap()).unwrap(),
            actor: Line::new("actor", "test").unwrap(),
            reason: (!number.is_multiple_of(3))
                .then(|| Line::new("reason", &format!("{}", number % 3)).unwrap()),
            document: None,
            lot: number
                .is_multiple_of(2)
                .then(|| LotNumber(u32::try_from(number).unwrap())),
        }
    }

    proptest! {
        #[test]
        fn every_mark_stands_as_its_own_events_say(
            drawn in proptest::collection::vec((0..MARKS, 0..MARKS, 0..17usize), 0..30),
            known in 0..30usize,
        ) {
            let events: Vec<RangeEvent> = (0..).zip(drawn).map(|(number, drawn)| event(number, drawn)).collect();
            let (before, later) = events.split_at(known.min(events.len()));
            let whole = IndexRange::new(index(0), index(MARKS - 1)).unwrap();
            let mut standings = Standings::of(whole, before);
            for event in later {
                standings.add(event);
            }
            let far = Timestamp::MAX;
            for mark in (0..MARKS).map(index) {
                let own = Standing::of(events.iter().filter(|event| event.range.covers(mark)));
                let held = standings.at(mark);
                let expected: MarkState<'_> = own.state(None, far, Timestamp::UNIX_EPOCH);
                let kept: MarkState<'_> = held.state(None, far, Timestamp::UNIX_EPOCH);
                prop_assert_eq!(kept, expected);
                let lot = own.activation().and_then(|event| event.lot);
                prop_assert_eq!(held.activation().and_then(Told::lot), lot);
            }
        }
    }

    #[test]
    fn reasons_in_a_row_are_kept_once() {
        let mut standings = Standings::of(
            IndexRange::new(index(0), index(MARKS - 1)).unwrap(),
            &[event(1, (0, 1, 5)), event(4, (3, 1, 5))],
        );
        standings.add(&event(7, (5, 1, 5)));
        let reasons: Vec<_> = standings
            .facts
            .iter()
            .map(|fact| fact.reason.as_ref().unwrap())
            .collect();
        assert!(reasons.iter().all(|reason| Arc::ptr_eq(reason, reasons[0])));
    }
}
