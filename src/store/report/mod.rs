//! Sums for reports: what was entitled, ordered, printed, used; where labels are; who asked about marks, when and where.

mod scans;
mod season;
mod stock;

pub use scans::{Scans, count_scans, keep_scans, kept_scans};
pub use season::{Funnel, OfLicensee, Output, Users, by_licensee, funnel, output, seasons, users};
pub use stock::{Stock, StockOf, StockOrder, stock};

use super::StoreError;
use super::row::Row;

fn count(row: &Row<'_>, column: &'static str, number: i64) -> Result<u64, StoreError> {
    row.number(column, number)
}
