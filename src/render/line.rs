//! A row or column of a symbol as bits, so that one operation looks at all its
//! modules at once.

use std::ops::{BitAnd, BitOr, BitXor};

/// Up to 192 modules; bit 0 of the first word is module 0, set for dark. What
/// lies beyond the last module is zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Line([u64; 3]);

impl Line {
    /// The first `count` modules dark.
    pub(super) fn dark(count: usize) -> Self {
        let mut line = Self::default();
        (0..count).for_each(|module| line.flip(module));
        line
    }

    /// Turns one module dark or light. There is nothing to turn beyond 191.
    pub(super) fn flip(&mut self, module: usize) {
        if let Some(word) = self.0.get_mut(module / 64) {
            *word ^= 1 << (module % 64);
        }
    }

    pub(super) fn is_dark(self, module: usize) -> bool {
        self.0
            .get(module / 64)
            .is_some_and(|word| word >> (module % 64) & 1 == 1)
    }

    /// Module `n` of the answer is module `n + by`; `by` from 1 to 63.
    pub(super) fn later(self, by: u32) -> Self {
        let [a, b, c] = self.0;
        Self([a >> by | b << (64 - by), b >> by | c << (64 - by), c >> by])
    }

    /// Module `n` of the answer is module `n - by`; `by` from 1 to 63.
    pub(super) fn earlier(self, by: u32) -> Self {
        let [a, b, c] = self.0;
        Self([a << by, b << by | a >> (64 - by), c << by | b >> (64 - by)])
    }

    /// The modules dark here and light in `other`.
    pub(super) fn without(self, other: Self) -> Self {
        self.with(other, |mine, theirs| mine & !theirs)
    }

    fn with(self, other: Self, mix: impl Fn(u64, u64) -> u64) -> Self {
        Self(std::array::from_fn(|word| mix(self.0[word], other.0[word])))
    }

    /// How many modules are dark.
    pub(super) fn count(self) -> u32 {
        self.0.iter().map(|word| word.count_ones()).sum()
    }
}

impl BitAnd for Line {
    type Output = Self;
    fn bitand(self, other: Self) -> Self {
        self.with(other, u64::bitand)
    }
}

impl BitOr for Line {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        self.with(other, u64::bitor)
    }
}

impl BitXor for Line {
    type Output = Self;
    fn bitxor(self, other: Self) -> Self {
        self.with(other, u64::bitxor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shifts_carry_from_word_to_word() {
        for place in [0, 5, 63, 64, 100, 127, 128, 170] {
            let mut line = Line::default();
            line.flip(place);
            assert!(line.is_dark(place) && line.count() == 1);
            assert!(line.earlier(11).is_dark(place + 11));
            let moved = line.later(11);
            assert_eq!(moved.count(), u32::from(place >= 11));
            assert!(place < 11 || moved.is_dark(place - 11));
        }
        assert_eq!(Line::dark(177).count(), 177);
        assert_eq!(Line::dark(70).without(Line::dark(3)).count(), 67);
    }
}
