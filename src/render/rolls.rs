//! Rolls (卷): a press prints a web of several lanes side by side, and a slitter makes a roll of each lane.
//!
//! A roll holds labels that follow one another, between a label that opens it (领头标) and one that closes it (尾标). With L
//! labels a roll, lane l of web w holds labels (w × lanes + l) × L and the L - 1 after it. Every web begins on a page of
//! its own, so that what is left of the page before is where the web is cut across.

use crate::domain::words::words;
use std::num::NonZero;

use super::imposition::Mm;

/// How labels lie on a web.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Web {
    /// Labels on a roll.
    pub labels: NonZero<u32>,
    /// Rolls side by side.
    pub lanes: NonZero<u32>,
    /// How labels are turned.
    pub direction: Direction,
    /// The most that a page may measure along the web, in millimetres: whole rows, so that pages butt together.
    pub repeat: Mm,
}

impl Web {
    /// The length of a page along the web where nobody says otherwise.
    pub const REPEAT: Mm = 300.0;
}

words! {
    /// Which edge of the labels comes off the roll first. The numbers that charts give to these differ from house to house.
    pub enum Direction {
        /// The upper edge.
        Top = "top" "上边" "top",
        /// The right edge.
        Right = "right" "右边" "right",
        /// The lower edge.
        Bottom = "bottom" "下边" "bottom",
        /// The left edge.
        Left = "left" "左边" "left",
    }
}

impl Direction {
    /// Whether rows run across the labels.
    pub(super) const fn is_sideways(self) -> bool {
        matches!(self, Self::Right | Self::Left)
    }
}

/// What lies in a cell of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A label, from 0.
    Label(u32),
    /// What opens a roll; rolls from 0.
    Head(u32),
    /// What closes a roll.
    Tail(u32),
}

/// Rolls on the pages of a web.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rolls {
    labels: u64,
    lanes: u32,
    /// Of a page.
    rows: u64,
}

impl Rolls {
    pub(super) fn new(labels: NonZero<u32>, lanes: u32, rows: u32) -> Self {
        Self {
            labels: labels.get().into(),
            lanes,
            rows: rows.into(),
        }
    }

    pub(super) const fn lanes(self) -> u32 {
        self.lanes
    }

    /// Pages of a web whose longest roll has so many labels.
    const fn pages_of_web(self, labels: u64) -> u64 {
        (labels + 2).div_ceil(self.rows)
    }

    /// Pages for so many labels.
    pub(super) fn pages(self, labels: u32) -> u64 {
        let on_web = self.labels * u64::from(self.lanes);
        let full = (u64::from(labels).saturating_sub(1)) / on_web;
        let rest = u64::from(labels) - full * on_web;
        full * self.pages_of_web(self.labels) + self.pages_of_web(rest.min(self.labels))
    }

    /// What lies in a cell of a page when there are so many labels in all; cells row by row along the web.
    pub(super) fn place(self, page: u32, cell: u32, labels: u32) -> Option<Place> {
        let (page, cell, labels) = (u64::from(page), u64::from(cell), u64::from(labels));
        let (of_web, lanes) = (self.pages_of_web(self.labels), u64::from(self.lanes));
        let roll = page / of_web * lanes + cell % lanes;
        let row = page % of_web * self.rows + cell / lanes;
        let first = roll * self.labels;
        let on_roll = labels.checked_sub(first)?.min(self.labels);
        let roll = u32::try_from(roll).ok()?;
        match row {
            _ if on_roll == 0 => None,
            0 => Some(Place::Head(roll)),
            row if row <= on_roll => u32::try_from(first + row - 1).ok().map(Place::Label),
            row if row == on_roll + 1 => Some(Place::Tail(roll)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What lies in each lane of each web, page after page.
    fn lanes(rolls: Rolls, labels: u32) -> Vec<Vec<Place>> {
        let mut lanes = Vec::new();
        let of_web = rolls.pages_of_web(rolls.labels);
        let of_web = u32::try_from(of_web).unwrap();
        for page in 0..u32::try_from(rolls.pages(labels)).unwrap() {
            for cell in 0..rolls.lanes * u32::try_from(rolls.rows).unwrap() {
                let lane = (page / of_web * rolls.lanes + cell % rolls.lanes) as usize;
                lanes.resize(lanes.len().max(lane + 1), Vec::new());
                lanes[lane].extend(rolls.place(page, cell, labels));
            }
        }
        lanes
    }

    #[test]
    fn a_lane_holds_its_range_in_order_between_head_and_tail() {
        for (on_roll, across, rows) in [(1, 1, 1), (7, 3, 4), (10, 2, 12), (10, 4, 5), (50, 3, 7)] {
            for labels in [1, 2, 9, 10, 11, 41, 60, 61, 200] {
                let on_roll_ = NonZero::new(on_roll).unwrap();
                let rolls = Rolls::new(on_roll_, across, rows);
                for (roll, lane) in (0..).zip(lanes(rolls, labels)) {
                    let first = roll * on_roll;
                    if first >= labels {
                        assert_eq!(lane, []);
                        continue;
                    }
                    let last = labels.min(first + on_roll);
                    let mut expected = vec![Place::Head(roll)];
                    expected.extend((first..last).map(Place::Label));
                    expected.push(Place::Tail(roll));
                    assert_eq!(lane, expected, "{on_roll} {across} {rows} {labels}");
                }
                let all: usize = lanes(rolls, labels).iter().map(Vec::len).sum();
                let count = labels.div_ceil(on_roll);
                assert_eq!(all, (labels + 2 * count) as usize);
            }
        }
    }

    #[test]
    fn no_page_is_empty() {
        let rolls = Rolls::new(NonZero::new(10).unwrap(), 3, 4);
        for labels in 1..100 {
            for page in 0..u32::try_from(rolls.pages(labels)).unwrap() {
                assert!((0..12).any(|cell| rolls.place(page, cell, labels).is_some()));
            }
        }
    }
}
