//! Imposition (拼版): which label lies where on which sheet of paper.

use std::str::FromStr;

use thiserror::Error;

/// Millimetres.
pub type Mm = f64;

/// A width and a height.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Size {
    /// From left to right.
    pub width: Mm,
    /// From top to bottom.
    pub height: Mm,
}

impl Size {
    /// A4 upright (ISO 216).
    pub const A4: Self = Self {
        width: 210.0,
        height: 297.0,
    };
    /// SRA3 upright, the raw sheet of digital presses (ISO 217).
    pub const SRA3: Self = Self {
        width: 320.0,
        height: 450.0,
    };
    /// The largest that a page of a PDF file may be, on either side: 14,400 points (ISO 32000-1, annex C).
    const LARGEST: Mm = 5080.0;
}

/// A paper that is not one.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0:?} is no paper: a4, sra3, or its width and height in millimetres, such as 330x480")]
pub struct SizeError(String);

impl FromStr for Size {
    type Err = SizeError;

    fn from_str(text: &str) -> Result<Self, SizeError> {
        let error = || SizeError(text.to_owned());
        match text.to_ascii_lowercase().as_str() {
            "a4" => Ok(Self::A4),
            "sra3" => Ok(Self::SRA3),
            other => {
                let (width, height) = other.split_once('x').ok_or_else(error)?;
                let side = |text: &str| {
                    let side: Mm = text.trim().parse().ok()?;
                    (1.0..=Self::LARGEST).contains(&side).then_some(side)
                };
                let (width, height) = side(width).zip(side(height)).ok_or_else(error)?;
                Ok(Self { width, height })
            }
        }
    }
}

/// In which order the labels lie on the sheets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// Row by row, sheet by sheet.
    #[default]
    Rows,
    /// Cut and stack: the stack that is cut from one place of all sheets holds labels that follow one another, and the
    /// stacks laid on one another hold all.
    Stacks,
}

/// Labels that do not go on the paper.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum ImpositionError {
    /// Not even one.
    #[error(
        "a label of {:.1} × {:.1} mm with margins of {margin} mm does not go on a sheet of {} × {} mm",
        label.width, label.height, paper.width, paper.height
    )]
    TooSmall {
        /// The sheet.
        paper: Size,
        /// The label.
        label: Size,
        /// White on each side of the sheet.
        margin: Mm,
    },
    /// Labels so near that each would be printed into the other's edge.
    #[error(
        "labels {gap} mm apart print into one another: their drawing goes {bleed} mm beyond the cut on each side, so they \
         lie at least {} mm apart",
        2.0 * bleed
    )]
    Bleed {
        /// Between labels.
        gap: Mm,
        /// Beyond the cut of each.
        bleed: Mm,
    },
}

/// A grid of labels on sheets of one size.
#[derive(Debug, Clone, PartialEq)]
pub struct Imposition {
    paper: Size,
    label: Size,
    gap: Mm,
    columns: u32,
    rows: u32,
    order: Order,
    is_single: bool,
}

impl Imposition {
    /// As many labels as go on the paper, `gap` millimetres apart, and at least `margin` from its edges; in the middle.
    ///
    /// # Errors
    /// If not even one does, or the gap is less than twice the `bleed`.
    pub fn filling(
        paper: Size,
        (label, bleed): (Size, Mm),
        gap: Mm,
        margin: Mm,
        order: Order,
    ) -> Result<Self, ImpositionError> {
        if gap < 2.0 * bleed {
            return Err(ImpositionError::Bleed { gap, bleed });
        }
        // A hair of rounding must not cost a column.
        let count = |side: Mm, label: Mm| {
            let room = side - 2.0 * margin + gap + 1e-6;
            (room / (label + gap)).floor().clamp(0.0, 1000.0)
        };
        let (columns, rows) = (
            count(paper.width, label.width),
            count(paper.height, label.height),
        );
        if columns < 1.0 || rows < 1.0 {
            return Err(ImpositionError::TooSmall {
                paper,
                label,
                margin,
            });
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "whole and within 1 to 1000"
        )]
        let (columns, rows) = (columns as u32, rows as u32);
        Ok(Self {
            paper,
            label,
            gap,
            columns,
            rows,
            order,
            is_single: false,
        })
    }

    /// One label a page, the page as large as the label with its bleed.
    pub fn single(label: Size, bleed: Mm) -> Self {
        Self {
            paper: Size {
                width: label.width + 2.0 * bleed,
                height: label.height + 2.0 * bleed,
            },
            label,
            gap: 0.0,
            columns: 1,
            rows: 1,
            order: Order::Rows,
            is_single: true,
        }
    }

    /// The sheet.
    pub const fn paper(&self) -> Size {
        self.paper
    }

    /// Whether a page is one label, and not a sheet to be cut.
    pub const fn is_single(&self) -> bool {
        self.is_single
    }

    /// Labels on a full sheet.
    pub const fn cells(&self) -> u32 {
        self.columns * self.rows
    }

    /// Sheets for so many labels.
    pub const fn sheets(&self, labels: u32) -> u32 {
        labels.div_ceil(self.cells())
    }

    /// Which of `labels` labels lies in a cell of a sheet, both from 0, cells row by row; `None` if the cell stays empty.
    pub fn label_in(&self, sheet: u32, cell: u32, labels: u32) -> Option<u32> {
        let label = match self.order {
            Order::Rows => sheet * self.cells() + cell,
            // The label at place p of sheet s is p × sheets + s.
            Order::Stacks => cell * self.sheets(labels) + sheet,
        };
        (label < labels).then_some(label)
    }

    /// The left and the top edge of a cell, from the left and the top of the sheet.
    pub fn corner(&self, cell: u32) -> (Mm, Mm) {
        let edge = |place: u32, count: u32, label: Mm, paper: Mm| {
            let all = f64::from(count) * (label + self.gap) - self.gap;
            (paper - all) / 2.0 + f64::from(place) * (label + self.gap)
        };
        (
            edge(
                cell % self.columns,
                self.columns,
                self.label.width,
                self.paper.width,
            ),
            edge(
                cell / self.columns,
                self.rows,
                self.label.height,
                self.paper.height,
            ),
        )
    }

    /// Where the knife goes: the left and right edges of the columns, the top and bottom edges of the rows, ascending,
    /// those that coincide once.
    pub fn cuts(&self) -> (Vec<Mm>, Vec<Mm>) {
        let edges = |count: u32, step: u32, label: Mm, side: fn((Mm, Mm)) -> Mm| {
            let mut all = Vec::new();
            for place in 0..count {
                let begin = side(self.corner(place * step));
                if all.last().is_none_or(|last: &Mm| begin - last > 1e-6) {
                    all.push(begin);
                }
                all.push(begin + label);
            }
            all
        };
        (
            edges(self.columns, 1, self.label.width, |(x, _)| x),
            edges(self.rows, self.columns, self.label.height, |(_, y)| y),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LABEL: Size = Size {
        width: 30.0,
        height: 40.0,
    };

    fn on_a4(gap: Mm, order: Order) -> Imposition {
        Imposition::filling(Size::A4, (LABEL, 0.0), gap, 8.0, order).unwrap()
    }

    #[test]
    fn as_many_as_fit_lie_in_the_middle() {
        let four = on_a4(2.0, Order::Rows);
        assert_eq!((four.columns, four.rows), (6, 6));
        // 6 × 30 + 5 × 2 = 190, so 10 on each side; 6 × 40 + 5 × 2 = 250, so 23.5.
        assert_eq!(four.corner(0), (10.0, 23.5));
        assert_eq!(four.corner(7), (42.0, 65.5));
        let exact = Size {
            width: 60.0,
            height: 40.0,
        };
        let two = Imposition::filling(exact, (LABEL, 0.0), 0.0, 0.0, Order::Rows).unwrap();
        assert_eq!(two.cells(), 2);
        assert!(Imposition::filling(exact, (LABEL, 0.0), 0.0, 1.0, Order::Rows).is_err());
    }

    #[test]
    fn every_label_lies_in_one_cell() {
        for order in [Order::Rows, Order::Stacks] {
            for labels in [1, 35, 36, 37, 100, 720, 1001] {
                let grid = on_a4(2.0, order);
                let sheets = grid.sheets(labels);
                let mut seen = vec![0; labels as usize];
                for sheet in 0..sheets {
                    for cell in 0..grid.cells() {
                        if let Some(label) = grid.label_in(sheet, cell, labels) {
                            seen[label as usize] += 1;
                        }
                    }
                }
                assert!(seen.iter().all(|times| *times == 1), "{order:?} {labels}");
            }
        }
    }

    #[test]
    fn a_stack_holds_labels_that_follow_one_another() {
        let grid = on_a4(2.0, Order::Stacks);
        let labels = 36 * 10;
        for cell in 0..grid.cells() {
            let stack: Vec<_> = (0..10)
                .filter_map(|sheet| grid.label_in(sheet, cell, labels))
                .collect();
            let first = cell * 10;
            assert_eq!(stack, (first..first + 10).collect::<Vec<_>>());
        }
    }

    #[test]
    fn the_knife_goes_once_where_labels_touch() {
        let (x, y) = on_a4(0.0, Order::Rows).cuts();
        assert_eq!((x.len(), y.len()), (7, 8));
        let (x, y) = on_a4(2.0, Order::Rows).cuts();
        assert_eq!((x.len(), y.len()), (12, 12));
        assert!(x.windows(2).all(|two| two[0] < two[1]));
    }

    #[test]
    fn papers_are_read() {
        assert_eq!("A4".parse(), Ok(Size::A4));
        let own = Size {
            width: 330.0,
            height: 480.5,
        };
        assert_eq!("330x480.5".parse(), Ok(own));
        for wrong in [
            "", "a5", "x", "1x", "0x10", "-1x5", "nanx5", "6000x10", "infx1",
        ] {
            assert!(wrong.parse::<Size>().is_err(), "{wrong}");
        }
    }
}
