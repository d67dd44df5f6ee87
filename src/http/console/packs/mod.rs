//! Packs that are handed over once: the list of those that were offered, how one stands on the page of its order, and the
//! steps from offering to a second download.

mod list;
pub mod of_order;
mod offer;
mod steps;

pub use list::list;
pub use offer::{approve, approve_page, offer, offer_page};
pub use steps::{again, again_page, refuse, refuse_page, take, take_page, withdraw, withdraw_page};

use super::guard::Visit;
use crate::domain::offer::{Offer, OfferState};
use crate::service::system;

/// How an offer stands, the clock considered.
fn state_in(visit: &Visit, offer: &Offer) -> &'static str {
    if offer.state == OfferState::Open && !offer.is_open(system::now()) {
        return visit.one_of("已过期", "expired");
    }
    visit.one_of(offer.state.chinese(), offer.state.english())
}
