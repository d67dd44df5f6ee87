//! Rolls and boxes (卷、箱): what holds a range or a list of marks, so that marks are delivered, activated and returned
//! by container, and a box can be held against what is in it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::mark::{BatchNumber, IndexRange};
use super::segments::{joined, marks_in};
use super::text::Line;
use super::words::{numbered, words};

numbered! {
    /// The number of a container, from 1.
    pub struct ContainerNumber(u32);
}

words! {
    /// What holds the marks. A mark is in one roll and one box at most.
    pub enum ContainerKind {
        /// A roll of labels.
        Roll = "roll" "卷",
        /// A box, of rolls or of packs.
        Box = "box" "箱",
    }
}

/// What a container is filled with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewContainer {
    /// Roll or box.
    pub kind: ContainerKind,
    /// The batch its marks are of.
    pub batch: BatchNumber,
    /// Which marks, ascending and apart from one another.
    pub ranges: Vec<IndexRange>,
    /// What stands on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<Line>,
}

/// A roll or a box.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Container {
    /// Its number.
    pub number: ContainerNumber,
    /// What is in it.
    pub filled: NewContainer,
    /// When it was filled.
    pub at: Timestamp,
    /// Who filled it.
    pub by: Line,
}

/// A box held against what was found in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// Marks that are in it, as they should be.
    pub agree: u64,
    /// Marks that should be in it and were not found.
    pub missing: Vec<IndexRange>,
    /// Marks of the same batch that were found and belong elsewhere.
    pub foreign: Vec<IndexRange>,
    /// Marks of other batches that were found.
    pub other_batches: BTreeMap<BatchNumber, Vec<IndexRange>>,
}

impl Container {
    /// How many marks it holds.
    pub fn marks(&self) -> u64 {
        marks_in(&self.filled.ranges)
    }

    /// Holds it against the marks found in it.
    pub fn compare(&self, found: &[(BatchNumber, IndexRange)]) -> Comparison {
        let mut batches: BTreeMap<BatchNumber, Vec<IndexRange>> = BTreeMap::new();
        for (batch, range) in found {
            batches.entry(*batch).or_default().push(*range);
        }
        for ranges in batches.values_mut() {
            *ranges = joined(std::mem::take(ranges));
        }
        let own = batches.remove(&self.filled.batch).unwrap_or_default();
        let should = &self.filled.ranges;
        let missing = without(should, &own);
        Comparison {
            agree: self.marks() - marks_in(&missing),
            missing,
            foreign: without(&own, should),
            other_batches: batches,
        }
    }
}

impl Comparison {
    /// Whether exactly its marks were found.
    pub fn agrees(&self) -> bool {
        self.missing.is_empty() && self.foreign.is_empty() && self.other_batches.is_empty()
    }
}

/// The marks of `some` that are not in `others`; both ascending and apart.
fn without(some: &[IndexRange], others: &[IndexRange]) -> Vec<IndexRange> {
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
    use crate::domain::mark::MarkIndex;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn ranges(input: &[(u32, u32)]) -> Vec<IndexRange> {
        let index = |i| MarkIndex::new(i).unwrap();
        joined(
            input
                .iter()
                .map(|&(a, b)| IndexRange::new(index(a.min(b)), index(a.max(b))).unwrap())
                .collect(),
        )
    }

    proptest! {
        #[test]
        fn differences_are_those_of_sets(
            a in proptest::collection::vec((0..40u32, 0..40u32), 0..6),
            b in proptest::collection::vec((0..40u32, 0..40u32), 0..6),
        ) {
            let (a, b) = (ranges(&a), ranges(&b));
            let set = |ranges: &[IndexRange]| -> BTreeSet<u32> {
                ranges.iter().flat_map(|range| range.indices()).map(MarkIndex::get).collect()
            };
            prop_assert_eq!(set(&without(&a, &b)), &set(&a) - &set(&b));
        }
    }
}
