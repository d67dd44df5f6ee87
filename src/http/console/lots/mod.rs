//! Lots: goods packed together, their reports, and their recall.

mod enter;
mod file;
mod list;
mod recall;
mod report;

pub use enter::{enter, enter_page};
pub use file::file;
pub use list::{list, table};
pub use recall::{recall, recall_page, restore, restore_page};
pub use report::{report, report_page};

use super::guard::Visit;
use super::page::thousands;
use super::words::{Two, noted, two};
use crate::domain::lot::{Lot, TestResult};

/// How it stands with the test of a lot, in a word.
fn test_in(visit: &Visit, lot: &Lot) -> &'static str {
    match lot.reports.last().map(|report| report.result) {
        None => visit.say(two("未检", "not tested")),
        Some(TestResult::Passed) => visit.say(two("合格", "passed")),
        Some(TestResult::Failed) => visit.say(two("不合格", "failed")),
    }
}

/// The state of a lot, in a word.
fn state_in(visit: &Visit, lot: &Lot) -> &'static str {
    match lot.recalled {
        Some(_) => visit.say(two("已召回", "recalled")),
        None => test_in(visit, lot),
    }
}

/// The name of a lot: its number, and the firm's own.
fn title_of(visit: &Visit, lot: &Lot) -> String {
    let what = visit.say(two("生产批次", "Lot"));
    let name = format!("{what} {}", lot.number);
    noted(visit.language, &name, lot.entered.public.code.as_str())
}

/// Heads of a table of lots in somebody's file.
pub const HEADS: [Two; 6] = [
    two("批次", "Lot"),
    two("企业批号", "Code"),
    two("状态", "State"),
    two("产品", "Product"),
    two("采收日期", "Harvested"),
    two("已激活标志", "Marks in use"),
];

/// A row of such a table.
pub fn row(visit: &Visit, lot: &Lot) -> (Option<String>, Vec<String>) {
    let public = &lot.entered.public;
    (
        Some(format!("/console/lots/{}", lot.number)),
        vec![
            lot.number.to_string(),
            public.code.to_string(),
            state_in(visit, lot).to_owned(),
            public.product.to_string(),
            public.harvested.to_string(),
            thousands(lot.marks),
        ],
    )
}
