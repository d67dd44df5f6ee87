//! A picture of numbers with the table behind it, for whoever looks and whoever reads.

use super::guard::Visit;
use super::words::Two;

/// A head of the table, and whether numbers stand under it.
pub struct Head {
    pub(super) label: &'static str,
    pub(super) is_number: bool,
}

/// A row of the table; its first cell may lead somewhere.
pub struct Row {
    pub(super) address: Option<String>,
    pub(super) cells: Vec<String>,
}

/// A picture, what its colours mean, and its table.
pub struct Figure {
    pub(super) title: String,
    pub(super) svg: String,
    /// The class of a colour, and what it means.
    pub(super) keys: Vec<(&'static str, &'static str)>,
    pub(super) heads: Vec<Head>,
    pub(super) rows: Vec<Row>,
    /// How the numbers are made.
    pub(super) notes: Vec<String>,
    /// The name of what folds the table away.
    pub(super) table: &'static str,
    /// What stands there if there is nothing to draw.
    pub(super) nothing: &'static str,
}

/// Colours of the series, in their order.
const SERIES: [&str; 4] = ["s1", "s2", "s3", "s4"];

impl Figure {
    /// A picture that the service drew, under this title.
    pub fn new(visit: &Visit, title: impl Into<String>, svg: String) -> Self {
        Self {
            title: title.into(),
            svg,
            keys: Vec::new(),
            heads: Vec::new(),
            rows: Vec::new(),
            notes: Vec::new(),
            table: visit.say(super::words::two("数据表", "The numbers")),
            nothing: visit.say(super::words::two("没有记录。", "Nothing to show.")),
        }
    }

    /// What its colours mean, in the order of the series.
    #[must_use]
    pub fn keys(mut self, visit: &Visit, series: &[Two]) -> Self {
        let labels = series.iter().map(|label| visit.say(*label));
        self.keys = SERIES.into_iter().zip(labels).collect();
        self
    }

    /// The heads of its table: the first of words, the others of numbers.
    #[must_use]
    pub fn heads(mut self, visit: &Visit, heads: &[Two]) -> Self {
        let heads = heads.iter().enumerate().map(|(place, label)| Head {
            label: visit.say(*label),
            is_number: place > 0,
        });
        self.heads = heads.collect();
        self
    }

    /// A row of its table.
    #[must_use]
    pub fn row(mut self, address: Option<String>, cells: Vec<String>) -> Self {
        self.rows.push(Row { address, cells });
        self
    }

    /// What stands there if there is nothing to draw.
    #[must_use]
    pub const fn nothing(mut self, nothing: &'static str) -> Self {
        self.nothing = nothing;
        self
    }

    /// A sentence on how the numbers are made.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// The cells of a row, each with its head.
    pub(super) fn cells<'a>(
        &'a self,
        row: &'a Row,
    ) -> impl Iterator<Item = (&'a Head, &'a String)> {
        self.heads.iter().zip(&row.cells)
    }
}
