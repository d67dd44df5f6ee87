//! What a table is made of: columns with titles, cells with kinds.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::domain::calendar::BEIJING;

/// What is told about a table before its first row.
#[derive(Clone, Copy, Debug)]
pub struct Table<'a> {
    /// Name of the sheet in an Excel file, which shows at most 31 characters of it; characters that Excel does not take
    /// become `_`. A CSV file has no place for it.
    pub title: &'a str,
    /// The columns, from left to right.
    pub columns: &'a [Column],
    /// When the table was made; an Excel file says so in its properties. Taken as an argument so that the same table
    /// gives the same bytes.
    pub made_at: Timestamp,
}

/// A column of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its cell in the header row.
    pub title: &'static str,
    /// What its cells mostly are.
    pub kind: ColumnKind,
    /// Its width on the screen in Latin characters; a Chinese character takes two. At most 255 (Excel's limit).
    pub width: u8,
}

/// A column.
pub const fn column(title: &'static str, kind: ColumnKind, width: u8) -> Column {
    Column { title, kind, width }
}

/// What the cells of a column mostly are: where its title stands, and how Excel treats what people type into it. A cell is
/// written by its own kind, whatever its column's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnKind {
    /// Words, serials, numbers of documents. What is typed into such a column of an Excel file stays text.
    Text,
    /// Counts.
    Integer,
    /// Amounts with so many decimal places.
    Decimal(u8),
    /// Days.
    Date,
    /// Moments, in Beijing time.
    DateTime,
}

/// A cell of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell<'a> {
    /// Nothing.
    Empty,
    /// Text, which may hold anything; see [`super::inert`].
    Text(&'a str),
    /// A count.
    Integer(i64),
    /// An amount, exact: `value` / 10^`places`.
    Decimal {
        /// The amount in units of its last decimal place.
        value: i64,
        /// How many decimal places it has.
        places: u8,
    },
    /// A day.
    Date(Date),
    /// A moment, shown in Beijing time; fractions of a second are left out.
    DateTime(Timestamp),
}

impl Cell<'_> {
    /// Whether nothing would be written.
    pub fn is_empty(self) -> bool {
        matches!(self, Self::Empty | Self::Text(""))
    }
}

/// A decimal number with all its places, without thousands separators: `-0.05`.
pub(super) fn decimal_text(value: i64, places: u8) -> String {
    let places = usize::from(places);
    let mut text = format!("{:0>1$}", value.unsigned_abs(), places + 1);
    if places > 0 {
        text.insert(text.len() - places, '.');
    }
    if value < 0 {
        text.insert(0, '-');
    }
    text
}

/// A day as `2026-05-01`.
pub(super) fn date_text(date: Date) -> String {
    date.strftime("%Y-%m-%d").to_string()
}

/// A moment in Beijing as `2026-05-01 08:00:00`.
pub(super) fn datetime_text(at: Timestamp) -> String {
    BEIJING
        .to_datetime(at)
        .strftime("%Y-%m-%d %H:%M:%S")
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_have_all_their_places() {
        assert_eq!(decimal_text(12_345, 2), "123.45");
        assert_eq!(decimal_text(-5, 2), "-0.05");
        assert_eq!(decimal_text(0, 3), "0.000");
        assert_eq!(decimal_text(7, 0), "7");
        assert_eq!(decimal_text(i64::MIN, 1), "-922337203685477580.8");
    }

    #[test]
    fn moments_are_told_in_beijing() {
        let at: Timestamp = "2026-04-30T23:59:59.999Z".parse().unwrap();
        assert_eq!(datetime_text(at), "2026-05-01 07:59:59");
        assert_eq!(date_text(jiff::civil::date(2026, 5, 1)), "2026-05-01");
    }
}
