//! Where all labels of a batch are, as ranges: one entry a stretch, however many marks.

use std::collections::BTreeMap;

use super::event::{EventKind, RangeEvent};
use super::lot::LotNumber;
use super::mark::{IndexRange, MarkCount, MarkIndex};
use super::whereabouts::{Whereabouts, is_so_already, passage};

/// What is known of each label of a stretch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Where it is.
    pub place: Whereabouts,
    /// The lot it was activated for, if it was.
    pub lot: Option<LotNumber>,
}

/// How many labels, what they were, and what they are now.
pub type Moved = (u32, Piece, Piece);

/// What an event would do to a stretch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passage {
    /// It becomes this.
    To(Piece),
    /// Nothing: it is so already.
    Already,
    /// It cannot happen to labels that are there.
    Impossible,
}

impl Piece {
    /// Of a label that was just issued.
    pub const ISSUED: Self = Self {
        place: Whereabouts::Unreported,
        lot: None,
    };

    /// What the events of one label, in ledger order, lead to.
    pub fn of<'a>(events: impl IntoIterator<Item = &'a RangeEvent>) -> Self {
        events.into_iter().fold(Self::ISSUED, |piece, event| {
            match piece.after(event.kind, event.lot) {
                Passage::To(next) => next,
                Passage::Already | Passage::Impossible => piece,
            }
        })
    }

    /// What an event of this kind would do. `lot` is what marks are activated for.
    pub fn after(self, kind: EventKind, lot: Option<LotNumber>) -> Passage {
        if kind == EventKind::Activated && self.lot.is_some() {
            return Passage::Already;
        }
        if !kind.moves_labels() {
            return Passage::To(self);
        }
        match passage(self.place, kind) {
            Some(place) => Passage::To(Self {
                place,
                lot: if kind == EventKind::Activated {
                    lot
                } else {
                    self.lot
                },
            }),
            None if is_so_already(self.place, kind) => Passage::Already,
            None => Passage::Impossible,
        }
    }
}

/// Where all labels of a batch are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Custody {
    /// From the first index of each stretch to the next one's.
    stretches: BTreeMap<u32, Piece>,
    end: u32,
}

impl Custody {
    /// Of a batch that was just issued.
    pub fn new(count: MarkCount) -> Self {
        Self {
            stretches: BTreeMap::from([(0, Piece::ISSUED)]),
            end: count.get(),
        }
    }

    /// Of a batch to which this has happened, in ledger order.
    pub fn after(count: MarkCount, events: &[RangeEvent]) -> Self {
        let mut custody = Self::new(count);
        for event in events {
            custody.replay(event.range, event.kind, event.lot);
        }
        custody
    }

    /// The stretches that a range covers, cut at its ends.
    pub fn look(&self, range: IndexRange) -> impl Iterator<Item = (IndexRange, Piece)> {
        let (first, last) = (range.first().get(), range.last().get());
        let begin = self.stretches.range(..=first).next_back();
        let begin = begin.map_or(first, |(begin, _)| *begin);
        let mut stretches = self.stretches.range(begin..=last).peekable();
        std::iter::from_fn(move || {
            let (&begin, &piece) = stretches.next()?;
            let next = stretches.peek().map_or(self.end, |(next, _)| **next);
            let first = MarkIndex::new(begin.max(first))?;
            let last = MarkIndex::new((next - 1).min(last))?;
            Some((IndexRange::new(first, last)?, piece))
        })
    }

    /// Puts a piece over a range.
    pub fn put(&mut self, range: IndexRange, piece: Piece) {
        let (first, after) = (range.first().get(), range.last().get() + 1);
        if after < self.end && !self.stretches.contains_key(&after) {
            let there = self.stretches.range(..after).next_back();
            if let Some((_, &there)) = there {
                self.stretches.insert(after, there);
            }
        }
        let before = self.stretches.range(..first).next_back();
        let joins = before.is_some_and(|(_, before)| *before == piece);
        let covered: Vec<u32> = self
            .stretches
            .range(first..after)
            .map(|(begin, _)| *begin)
            .collect();
        for begin in covered {
            self.stretches.remove(&begin);
        }
        if !joins {
            self.stretches.insert(first, piece);
        }
        if self.stretches.get(&after) == Some(&piece) {
            self.stretches.remove(&after);
        }
    }

    /// Lets an event happen to a range, and says what moved from where to where.
    ///
    /// # Errors
    /// The first stretch that the event cannot happen to, or that is so already; nothing has moved then.
    pub fn apply(
        &mut self,
        range: IndexRange,
        kind: EventKind,
        lot: Option<LotNumber>,
    ) -> Result<Vec<Moved>, (IndexRange, Piece)> {
        let mut moved = Vec::new();
        let mut puts = Vec::new();
        for (part, piece) in self.look(range) {
            let Passage::To(next) = piece.after(kind, lot) else {
                return Err((part, piece));
            };
            moved.push((part.marks(), piece, next));
            puts.push((part, next));
        }
        for (part, piece) in puts {
            self.put(part, piece);
        }
        Ok(moved)
    }

    /// Replays an event that the ledger holds.
    pub fn replay(&mut self, range: IndexRange, kind: EventKind, lot: Option<LotNumber>) {
        let puts: Vec<_> = self
            .look(range)
            .filter_map(|(part, piece)| match piece.after(kind, lot) {
                Passage::To(next) => Some((part, next)),
                Passage::Already | Passage::Impossible => None,
            })
            .collect();
        for (part, piece) in puts {
            self.put(part, piece);
        }
    }

    /// How many stretches there are.
    pub fn stretches(&self) -> usize {
        self.stretches.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::Withdrawal;
    use proptest::prelude::*;

    const MARKS: u32 = 30;

    fn range(a: u32, b: u32) -> IndexRange {
        let index = |i| MarkIndex::new(i).unwrap();
        IndexRange::new(index(a.min(b)), index(a.max(b))).unwrap()
    }

    proptest! {
        #[test]
        fn stretches_say_of_every_label_what_a_list_of_labels_says(
            events in proptest::collection::vec(
                (0..MARKS, 0..MARKS, proptest::sample::select(EventKind::ALL.to_vec()), 1..3u32), 0..60)
        ) {
            let mut custody = Custody::new(MarkCount::new(MARKS).unwrap());
            let unreported = Piece { place: Whereabouts::Unreported, lot: None };
            let mut list = vec![unreported; MARKS as usize];
            for (a, b, kind, lot) in events {
                let (range, lot) = (range(a, b), Some(LotNumber(lot)));
                let afters: Vec<Passage> = range.indices().map(|i| list[i.get() as usize].after(kind, lot)).collect();
                let is_possible = afters.iter().all(|after| matches!(after, Passage::To(_)));
                prop_assert_eq!(custody.clone().apply(range, kind, lot).is_ok(), is_possible);
                custody.replay(range, kind, lot);
                for (index, after) in range.indices().zip(afters) {
                    if let Passage::To(piece) = after {
                        list[index.get() as usize] = piece;
                    }
                }
                let mut next = 0;
                for (part, piece) in custody.look(range_all()) {
                    prop_assert_eq!(part.first().get(), next);
                    next = part.last().get() + 1;
                    for index in part.indices() {
                        prop_assert_eq!(list[index.get() as usize], piece);
                    }
                }
                prop_assert_eq!(next, MARKS);
            }
            let changes = list.windows(2).filter(|pair| pair[0] != pair[1]).count();
            prop_assert_eq!(custody.stretches(), changes + 1, "neighbours that are alike are one stretch");
        }
    }

    fn range_all() -> IndexRange {
        range(0, MARKS - 1)
    }

    #[test]
    fn a_label_goes_from_printing_to_destruction() {
        let mut custody = Custody::new(MarkCount::new(MARKS).unwrap());
        for kind in [
            EventKind::Printed,
            EventKind::Delivered,
            EventKind::Received,
        ] {
            custody.apply(range_all(), kind, None).unwrap();
        }
        let lost = EventKind::Withdrawn(Withdrawal::Lost);
        custody.apply(range(3, 5), lost, None).unwrap();
        let error = custody
            .apply(range(0, 9), EventKind::Used, None)
            .unwrap_err();
        assert_eq!(error.0, range(3, 5));
        assert_eq!(custody.stretches(), 3, "nothing has moved");
    }
}
