//! What one mark is: a batch number and an index in that batch.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The number of a batch (批): the marks of one order. Below 2²⁸, so that it fits the serial.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct BatchNumber(u32);

impl BatchNumber {
    /// The first number that does not fit the 28 bits of the code format.
    pub const LIMIT: u32 = 1 << 28;

    /// `None` if the number does not fit 28 bits.
    pub const fn new(number: u32) -> Option<Self> {
        if number < Self::LIMIT {
            Some(Self(number))
        } else {
            None
        }
    }

    /// The number, below 2²⁸.
    pub const fn get(self) -> u32 {
        self.0
    }
}

impl From<BatchNumber> for u32 {
    fn from(number: BatchNumber) -> Self {
        number.0
    }
}

impl TryFrom<u32> for BatchNumber {
    type Error = &'static str;

    fn try_from(number: u32) -> Result<Self, Self::Error> {
        Self::new(number).ok_or("is no batch number")
    }
}

impl fmt::Display for BatchNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The place of a mark in its batch, from 0. Below 2²⁴.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct MarkIndex(u32);

impl MarkIndex {
    /// The first index that does not fit the 24 bits of the code format.
    pub const LIMIT: u32 = 1 << 24;

    /// `None` if the index does not fit 24 bits.
    pub const fn new(index: u32) -> Option<Self> {
        if index < Self::LIMIT {
            Some(Self(index))
        } else {
            None
        }
    }

    /// The index, below 2²⁴.
    pub const fn get(self) -> u32 {
        self.0
    }

    /// The index before it; `None` before the first.
    pub fn before(self) -> Option<Self> {
        self.0.checked_sub(1).map(Self)
    }

    /// The index after it; `None` after the last that fits.
    pub const fn after(self) -> Option<Self> {
        Self::new(self.0 + 1)
    }
}

impl From<MarkIndex> for u32 {
    fn from(number: MarkIndex) -> Self {
        number.0
    }
}

impl TryFrom<u32> for MarkIndex {
    type Error = &'static str;

    fn try_from(number: u32) -> Result<Self, Self::Error> {
        Self::new(number).ok_or("is no index")
    }
}

impl fmt::Display for MarkIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// How many marks a batch holds: 1 to 2²⁴ (16,777,216).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct MarkCount(u32);

impl MarkCount {
    /// The most marks one batch can hold.
    pub const MAX: u32 = MarkIndex::LIMIT;

    /// `None` outside 1 to 16,777,216.
    pub const fn new(count: u32) -> Option<Self> {
        if count >= 1 && count <= Self::MAX {
            Some(Self(count))
        } else {
            None
        }
    }

    /// The count, at least 1.
    pub const fn get(self) -> u32 {
        self.0
    }

    /// All indices of such a batch.
    pub const fn all(self) -> IndexRange {
        IndexRange {
            first: MarkIndex(0),
            last: MarkIndex(self.0 - 1),
        }
    }

    /// Whether a batch of this many marks has this index.
    pub const fn has(self, index: MarkIndex) -> bool {
        index.0 < self.0
    }
}

impl From<MarkCount> for u32 {
    fn from(number: MarkCount) -> Self {
        number.0
    }
}

impl TryFrom<u32> for MarkCount {
    type Error = &'static str;

    fn try_from(number: u32) -> Result<Self, Self::Error> {
        Self::new(number).ok_or("is no number of marks: 1 to 16,777,216")
    }
}

impl fmt::Display for MarkCount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// One mark (专用标志): one printed label. Written `batch-index`, as in `1-4031`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MarkId {
    /// The batch it was issued in.
    pub batch: BatchNumber,
    /// Its place in that batch.
    pub index: MarkIndex,
}

impl fmt::Display for MarkId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.batch, self.index)
    }
}

/// Consecutive marks of one batch, both ends included; never empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "(MarkIndex, MarkIndex)", into = "(MarkIndex, MarkIndex)")]
pub struct IndexRange {
    first: MarkIndex,
    last: MarkIndex,
}

impl IndexRange {
    /// `None` if the ends are the wrong way round.
    pub const fn new(first: MarkIndex, last: MarkIndex) -> Option<Self> {
        if first.0 <= last.0 {
            Some(Self { first, last })
        } else {
            None
        }
    }

    /// The range of one mark.
    pub const fn one(index: MarkIndex) -> Self {
        Self {
            first: index,
            last: index,
        }
    }

    /// The lowest index.
    pub const fn first(self) -> MarkIndex {
        self.first
    }

    /// The highest index.
    pub const fn last(self) -> MarkIndex {
        self.last
    }

    /// How many marks the range holds, at least 1.
    pub const fn marks(self) -> u32 {
        self.last.0 - self.first.0 + 1
    }

    /// Whether the range covers the index.
    pub const fn covers(self, index: MarkIndex) -> bool {
        self.first.0 <= index.0 && index.0 <= self.last.0
    }

    /// The marks both ranges cover, if any.
    pub fn overlap(self, other: Self) -> Option<Self> {
        Self::new(self.first.max(other.first), self.last.min(other.last))
    }

    /// What is left of the range without the marks of another: nothing, or one or two ranges.
    pub fn without(self, other: Self) -> impl Iterator<Item = Self> {
        let before = (self.first < other.first)
            .then(|| Self::new(self.first, self.last.min(MarkIndex(other.first.0 - 1))));
        let after = (self.last > other.last)
            .then(|| Self::new(self.first.max(MarkIndex(other.last.0 + 1)), self.last));
        before.into_iter().chain(after).flatten()
    }

    /// Every index of the range, ascending.
    pub fn indices(self) -> impl Iterator<Item = MarkIndex> {
        (self.first.0..=self.last.0).map(MarkIndex)
    }
}

impl From<IndexRange> for (MarkIndex, MarkIndex) {
    fn from(range: IndexRange) -> Self {
        (range.first, range.last)
    }
}

impl TryFrom<(MarkIndex, MarkIndex)> for IndexRange {
    type Error = &'static str;

    fn try_from((first, last): (MarkIndex, MarkIndex)) -> Result<Self, Self::Error> {
        Self::new(first, last).ok_or("runs backwards")
    }
}

impl fmt::Display for IndexRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.first == self.last {
            write!(f, "{}", self.first)
        } else {
            write!(f, "{}-{}", self.first, self.last)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stop_at_the_format_s_limits() {
        assert!(BatchNumber::new((1 << 28) - 1).is_some());
        assert!(BatchNumber::new(1 << 28).is_none());
        assert!(MarkIndex::new(1 << 24).is_none());
        assert!(MarkCount::new(0).is_none());
        assert!(MarkCount::new(1 << 24).is_some());
        assert!(MarkCount::new((1 << 24) + 1).is_none());
    }

    #[test]
    fn ranges_include_both_ends() {
        let index = |i| MarkIndex::new(i).unwrap();
        let range = IndexRange::new(index(3), index(5)).unwrap();
        assert_eq!(range.marks(), 3);
        assert!(range.covers(index(5)) && !range.covers(index(6)));
        assert!(IndexRange::new(index(5), index(3)).is_none());
        let other = IndexRange::new(index(5), index(9)).unwrap();
        assert_eq!(range.overlap(other), Some(IndexRange::one(index(5))));
    }
}
