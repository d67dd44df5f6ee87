//! Printing orders: the list, a file with where its labels are, and its way from placing to closing.

mod file;
mod list;
mod place;
mod steps;

pub use file::file;
pub use list::{list, table};
pub use place::{place, place_page};
pub use steps::{
    approve, approve_page, assign, assign_page, cancel, cancel_page, close, close_page, issue,
    issue_page, reject, reject_page, release, release_page,
};

use super::guard::Visit;
use crate::domain::market::Market;
use crate::domain::order::OrderState;

/// Where the goods of an order are to be sold.
fn market_in(visit: &Visit, market: Option<&Market>) -> String {
    match market {
        Some(market) => visit.in_words(market.names()),
        None => visit.one_of("不限", "anywhere").to_owned(),
    }
}

fn state_in(visit: &Visit, state: OrderState) -> &'static str {
    visit.one_of(state.chinese(), state.english())
}
