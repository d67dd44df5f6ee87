//! From a row's integers and texts to domain types: what does not fit is named with table, key and column.

use jiff::Timestamp;

use super::StoreError;
use crate::domain::text::Line;

/// The row being read.
pub(super) struct Row<'a> {
    pub table: &'static str,
    pub key: &'a dyn std::fmt::Display,
}

/// A real number as it is stored: in millionths.
#[allow(clippy::cast_possible_truncation)] // logarithms of evidence: far from the ends
pub(in crate::store) fn to_millionths(real: f64) -> i64 {
    (real * 1e6).round() as i64
}

/// A stored real number.
#[allow(clippy::cast_precision_loss)]
pub(in crate::store) fn of_millionths(number: i64) -> f64 {
    number as f64 / 1e6
}

impl Row<'_> {
    pub(super) fn broken(&self, column: &'static str) -> StoreError {
        StoreError::BrokenRow {
            table: self.table,
            key: self.key.to_string(),
            column,
        }
    }

    /// A domain value out of a column, or the row is broken.
    pub(super) fn value<T>(&self, column: &'static str, value: Option<T>) -> Result<T, StoreError> {
        value.ok_or_else(|| self.broken(column))
    }

    /// A number of a smaller type out of a column.
    pub(super) fn number<T: TryFrom<i64>>(
        &self,
        column: &'static str,
        value: i64,
    ) -> Result<T, StoreError> {
        self.value(column, T::try_from(value).ok())
    }

    pub(super) fn time(&self, column: &'static str, micros: i64) -> Result<Timestamp, StoreError> {
        self.value(column, Timestamp::from_microsecond(micros).ok())
    }

    pub(super) fn line(&self, column: &'static str, text: &str) -> Result<Line, StoreError> {
        self.value(column, Line::new(column, text).ok())
    }

    pub(super) fn optional_line(
        &self,
        column: &'static str,
        text: Option<&str>,
    ) -> Result<Option<Line>, StoreError> {
        text.map(|text| self.line(column, text)).transpose()
    }
}
