//! Labels that a licensee has on hand and that may go on goods: of each order, how many are to be activated and how many
//! to be used.

use crate::domain::custody::Custody;
use crate::domain::event::{RangeEvent, Withdrawal};
use crate::domain::licensee::LicenseeNumber;
use crate::domain::mark::MarkCount;
use crate::domain::order::Order;
use crate::domain::segments::standings;
use crate::domain::whereabouts::Whereabouts;
use crate::service::ServiceError;
use crate::store::{Tx, event, waiting};

/// Orders that are looked through, the oldest: more than any firm has stock of.
const MOST_ORDERS: u32 = 200;

/// Labels of one order that are on hand and not withdrawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct OnHand {
    /// Not activated yet.
    pub(super) inactive: u64,
    /// Activated.
    pub(super) active: u64,
}

/// What a licensee has on hand, by order, the oldest first.
pub(super) async fn of(
    tx: &mut Tx,
    licensee: LicenseeNumber,
) -> Result<Vec<(Order, OnHand)>, ServiceError> {
    let mut all = Vec::new();
    for order in waiting::on_hand(tx, licensee, MOST_ORDERS).await? {
        if let Some(batch) = order.batch {
            let events = event::of_batch(tx, batch).await?;
            let on_hand = count(order.placed.quantity, &events);
            all.push((order, on_hand));
        }
    }
    Ok(all)
}

fn count(labels: MarkCount, events: &[RangeEvent]) -> OnHand {
    let custody = Custody::after(labels, events);
    let mut on_hand = OnHand::default();
    for (stretch, standing) in standings(labels.all(), events) {
        if Withdrawal::ALL
            .iter()
            .any(|kind| standing.is_withdrawn(*kind))
        {
            continue;
        }
        let pieces = custody.look(stretch);
        for (part, piece) in pieces.filter(|(_, piece)| piece.place == Whereabouts::OnHand) {
            let marks = u64::from(part.marks());
            match piece.lot {
                Some(_) => on_hand.active += marks,
                None => on_hand.inactive += marks,
            }
        }
    }
    on_hand
}
