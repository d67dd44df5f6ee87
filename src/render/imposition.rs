//! Imposition (拼版): which label lies where on which sheet of paper.

use std::str::FromStr;

use thiserror::Error;

use crate::domain::said::{Said, said};
use crate::domain::words::words;

use super::rolls::{Direction, Place, Rolls, Web};

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
    pub const LARGEST: Mm = 5080.0;
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

words! {
    /// In which order the labels lie on the sheets.
    pub enum Order {
        /// Row by row, sheet by sheet.
        Rows = "rows" "逐行" "row by row",
        /// Cut and stack: the stack that is cut from one place of all sheets holds labels that follow one another, and the
        /// stacks laid on one another hold all.
        Stacks = "stacks" "裁切后按叠" "in cut stacks",
    }
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
    /// A page of the web would not hold one row.
    #[error(
        "a row of labels takes {row:.1} mm along the web with the gap, and a page only {repeat} mm"
    )]
    TooShort {
        /// A label and a gap.
        row: Mm,
        /// The most that a page may measure.
        repeat: Mm,
    },
    /// A web wider than a page of a PDF file.
    #[error(
        "{lanes} lanes make a web of {width:.1} mm; a page of a PDF file measures {} mm at most",
        Size::LARGEST
    )]
    TooWide {
        /// Rolls side by side.
        lanes: u32,
        /// Of the web.
        width: Mm,
    },
}

impl ImpositionError {
    /// The same in both languages.
    pub fn said(&self) -> Said {
        match self {
            Self::TooSmall {
                paper,
                label,
                margin,
            } => said!(
                "{self}";
                "{:.1} × {:.1} 毫米的标签加 {margin} 毫米留白，放不进 {} × {} 毫米的纸张",
                label.width, label.height, paper.width, paper.height
            ),
            Self::Bleed { gap, bleed } => said!(
                "{self}";
                "间距 {gap} 毫米不够：图稿每侧出血 {bleed} 毫米，间距至少为 {} 毫米", 2.0 * bleed
            ),
            Self::TooShort { row, repeat } => said!(
                "{self}";
                "一行标签连间距长 {row:.1} 毫米，而一页只有 {repeat} 毫米"
            ),
            Self::TooWide { lanes, width } => said!(
                "{self}";
                "{lanes} 卷并排宽 {width:.1} 毫米；PDF 页面最宽 {} 毫米", Size::LARGEST
            ),
        }
    }
}

/// Crop marks: from the cut, and their length.
const CROP: (Mm, Mm) = (1.0, 3.0);

/// A hairline: two points, from the left and the top.
pub type Hairline = [(Mm, Mm); 2];

/// A grid of labels on sheets of one size, or on the pages of a web.
#[derive(Debug, Clone, PartialEq)]
pub struct Imposition {
    paper: Size,
    label: Size,
    gap: Mm,
    columns: u32,
    rows: u32,
    fill: Fill,
}

/// How the grid is filled.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fill {
    Sheets(Order),
    Single,
    Web(Rolls, Direction),
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
            fill: Fill::Sheets(order),
        })
    }

    /// Lanes side by side, and as many rows as go on a page; half a gap on each side, so that pages butt together.
    ///
    /// # Errors
    /// If not even one row does, the web is wider than a page can be, or the gap is less than twice the `bleed`.
    pub fn web((label, bleed): (Size, Mm), gap: Mm, web: Web) -> Result<Self, ImpositionError> {
        if gap < 2.0 * bleed {
            return Err(ImpositionError::Bleed { gap, bleed });
        }
        let (across, along) = match web.direction.is_sideways() {
            false => (label.width + gap, label.height + gap),
            true => (label.height + gap, label.width + gap),
        };
        let lanes = web.lanes.get();
        let width = f64::from(lanes) * across;
        if width > Size::LARGEST {
            return Err(ImpositionError::TooWide { lanes, width });
        }
        let rows = (web.repeat.min(Size::LARGEST) / along + 1e-6).floor();
        if rows < 1.0 {
            let (row, repeat) = (along, web.repeat);
            return Err(ImpositionError::TooShort { row, repeat });
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "whole and within 1 to some thousand: a label and a gap are not smaller than a millimetre"
        )]
        let rows = rows as u32;
        let (columns, down) = match web.direction.is_sideways() {
            false => (lanes, rows),
            true => (rows, lanes),
        };
        Ok(Self {
            paper: Size {
                width: f64::from(columns) * (label.width + gap),
                height: f64::from(down) * (label.height + gap),
            },
            label,
            gap,
            columns,
            rows: down,
            fill: Fill::Web(Rolls::new(web.labels, lanes, rows), web.direction),
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
            fill: Fill::Single,
        }
    }

    /// The sheet, or a page of a web turned so that its labels stand upright.
    pub const fn paper(&self) -> Size {
        self.paper
    }

    /// The page as it lies in the press.
    pub const fn page(&self) -> Size {
        let Size { width, height } = self.paper;
        match self.fill {
            Fill::Web(_, Direction::Right | Direction::Left) => Size {
                width: height,
                height: width,
            },
            _ => self.paper,
        }
    }

    /// Which edge of the labels is at the upper edge of the page.
    pub const fn direction(&self) -> Direction {
        match self.fill {
            Fill::Web(_, direction) => direction,
            _ => Direction::Top,
        }
    }

    /// Whether a page is one label, and not a sheet to be cut.
    pub const fn is_single(&self) -> bool {
        matches!(self.fill, Fill::Single)
    }

    /// Labels on a full sheet.
    pub const fn cells(&self) -> u32 {
        self.columns * self.rows
    }

    /// Sheets or pages for so many labels.
    pub fn sheets(&self, labels: u32) -> u32 {
        match self.fill {
            Fill::Web(rolls, _) => u32::try_from(rolls.pages(labels)).unwrap_or(u32::MAX),
            _ => labels.div_ceil(self.cells()),
        }
    }

    /// What lies in a cell of a sheet when there are `labels` in all; both from 0, cells row by row, on a web along it;
    /// `None` if the cell stays empty.
    pub fn place_in(&self, sheet: u32, cell: u32, labels: u32) -> Option<Place> {
        let label = match self.fill {
            Fill::Web(rolls, _) => return rolls.place(sheet, cell, labels),
            // The label at place p of sheet s is p × sheets + s.
            Fill::Sheets(Order::Stacks) => cell * self.sheets(labels) + sheet,
            Fill::Sheets(Order::Rows) | Fill::Single => sheet * self.cells() + cell,
        };
        (label < labels).then_some(Place::Label(label))
    }

    /// The left and the top edge of a cell, from the left and the top of [`Self::paper`].
    pub fn corner(&self, cell: u32) -> (Mm, Mm) {
        let edge = |place: u32, count: u32, label: Mm, paper: Mm| {
            let all = f64::from(count) * (label + self.gap) - self.gap;
            (paper - all) / 2.0 + f64::from(place) * (label + self.gap)
        };
        let (column, row) = self.column_and_row(cell);
        (
            edge(column, self.columns, self.label.width, self.paper.width),
            edge(row, self.rows, self.label.height, self.paper.height),
        )
    }

    /// Where a cell is while the labels stand upright.
    fn column_and_row(&self, cell: u32) -> (u32, u32) {
        let Fill::Web(rolls, direction) = self.fill else {
            return (cell % self.columns, cell / self.columns);
        };
        let (right, bottom) = (self.columns - 1, self.rows - 1);
        let (lane, row) = (cell % rolls.lanes(), cell / rolls.lanes());
        match direction {
            Direction::Top => (lane, row),
            Direction::Bottom => (right - lane, bottom - row),
            // Turned, the right edge becomes the upper one, and the upper one the left.
            Direction::Right => (right - row, lane),
            Direction::Left => (row, bottom - lane),
        }
    }

    /// Where the knife goes: the left and right edges of the columns, the top and bottom edges of the rows, ascending,
    /// those that coincide once.
    fn cuts(&self) -> (Vec<Mm>, Vec<Mm>) {
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

    /// Hairlines in the margin where the knife goes; none on a web, which a die cuts.
    pub fn crop_marks(&self) -> Vec<Hairline> {
        let Fill::Sheets(_) = self.fill else {
            return Vec::new();
        };
        let (columns, rows) = self.cuts();
        let ends = |cuts: &[Mm], side: Mm| {
            let (first, last) = (cuts.first().copied()?, cuts.last().copied()?);
            let (distance, length) = CROP;
            let before = (first - distance).max(0.0);
            let after = (last + distance).min(side);
            Some([
                ((before - length).max(0.0), before),
                (after, (after + length).min(side)),
            ])
        };
        let mut marks = Vec::new();
        for (begin, end) in ends(&rows, self.paper.height).into_iter().flatten() {
            marks.extend(columns.iter().map(|x| [(*x, begin), (*x, end)]));
        }
        for (begin, end) in ends(&columns, self.paper.width).into_iter().flatten() {
            marks.extend(rows.iter().map(|y| [(begin, *y), (end, *y)]));
        }
        marks
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
                        if let Some(Place::Label(label)) = grid.place_in(sheet, cell, labels) {
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
                .filter_map(|sheet| grid.place_in(sheet, cell, labels))
                .collect();
            let first = cell * 10;
            let expected = (first..first + 10).map(Place::Label);
            assert_eq!(stack, expected.collect::<Vec<_>>());
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

    fn web(direction: Direction) -> Web {
        let few = |number| std::num::NonZero::new(number).unwrap();
        Web {
            labels: few(100),
            lanes: few(3),
            direction,
            repeat: 300.0,
        }
    }

    #[test]
    fn lanes_and_rows_lie_on_a_page_as_the_labels_are_turned() {
        let on_web = |direction| Imposition::web((LABEL, 0.0), 2.0, web(direction)).unwrap();
        // Where a corner of the upright page is once it is turned, from the left and the top.
        let turned = |grid: &Imposition, (x, y): (Mm, Mm)| {
            let Size { width, height } = grid.paper();
            match grid.direction() {
                Direction::Top => (x, y),
                Direction::Bottom => (width - x, height - y),
                Direction::Right => (y, width - x),
                Direction::Left => (height - y, x),
            }
        };
        for (direction, page, rows) in [
            (Direction::Top, (96.0, 294.0), 7),
            (Direction::Bottom, (96.0, 294.0), 7),
            (Direction::Right, (126.0, 288.0), 9),
            (Direction::Left, (126.0, 288.0), 9),
        ] {
            let grid = on_web(direction);
            assert_eq!((grid.page().width, grid.page().height), page);
            assert_eq!(grid.cells(), 3 * rows);
            assert!(grid.crop_marks().is_empty());
            let middle = |cell| {
                let (x, y) = grid.corner(cell);
                turned(&grid, (x + LABEL.width / 2.0, y + LABEL.height / 2.0))
            };
            let (across, along) = (page.0 / 3.0, page.1 / f64::from(rows));
            for cell in 0..grid.cells() {
                let (x, y) = middle(cell);
                let lane = f64::from(cell % 3) + 0.5;
                let row = f64::from(cell / 3) + 0.5;
                assert!((x - lane * across).abs() < 1e-9, "{direction:?} {cell}");
                assert!((y - row * along).abs() < 1e-9, "{direction:?} {cell}");
            }
        }
    }

    #[test]
    fn every_label_of_a_web_lies_in_one_cell() {
        let grid = Imposition::web((LABEL, 0.0), 2.0, web(Direction::Left)).unwrap();
        for labels in [1, 99, 100, 101, 299, 300, 301, 1000] {
            let mut seen = vec![0; labels as usize];
            let (mut heads, mut tails) = (0, 0);
            for sheet in 0..grid.sheets(labels) {
                for cell in 0..grid.cells() {
                    match grid.place_in(sheet, cell, labels) {
                        Some(Place::Label(label)) => seen[label as usize] += 1,
                        Some(Place::Head(_)) => heads += 1,
                        Some(Place::Tail(_)) => tails += 1,
                        None => {}
                    }
                }
            }
            assert!(seen.iter().all(|times| *times == 1), "{labels}");
            let rolls = labels.div_ceil(100);
            assert_eq!((heads, tails), (rolls, rolls));
        }
    }

    #[test]
    fn webs_that_cannot_be_are_refused() {
        let with = |change: fn(&mut Web)| {
            let mut web = web(Direction::Top);
            change(&mut web);
            Imposition::web((LABEL, 0.5), 2.0, web)
        };
        assert!(with(|_| ()).is_ok());
        let short = with(|web| web.repeat = 41.9);
        assert!(matches!(short, Err(ImpositionError::TooShort { .. })));
        let exact = with(|web| web.repeat = 42.0).unwrap();
        assert_eq!(exact.cells(), 3);
        let wide = with(|web| web.lanes = std::num::NonZero::new(159).unwrap());
        assert!(matches!(wide, Err(ImpositionError::TooWide { .. })));
        let tight = Imposition::web((LABEL, 1.5), 2.0, web(Direction::Top));
        assert!(matches!(tight, Err(ImpositionError::Bleed { .. })));
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
