//! What of an order was sent to the licensee, and what of that is still on its way.

use jiff::Timestamp;

use crate::domain::access::Scope;
use crate::domain::custody::Custody;
use crate::domain::event::EventKind;
use crate::domain::ledger::chain::{EntryNumber, StoredEntry};
use crate::domain::ledger::entry::{Entry, Marks};
use crate::domain::mark::IndexRange;
use crate::domain::order::OrderNumber;
use crate::domain::text::Line;
use crate::domain::whereabouts::Whereabouts;
use crate::service::{ServiceError, seen};
use crate::store::ledger::{self, Filter};
use crate::store::{Store, batch, event};

/// Deliveries of one order that are told, the newest of them: more lots of labels than any order has rolls.
const MOST: u32 = 200;

/// One sending.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// The entry that says so.
    pub entry: EntryNumber,
    /// When it was entered.
    pub at: Timestamp,
    /// Who receives.
    pub receiver: Option<Line>,
    /// Which marks.
    pub ranges: Vec<IndexRange>,
    /// How many.
    pub marks: u64,
    /// How many of them are on their way.
    pub in_transit: u64,
}

/// The deliveries of an order, the newest first; those that were entered in error and taken back are left out.
///
/// # Errors
/// If the database does not answer.
pub async fn of_order(
    store: &Store,
    scope: Scope,
    number: OrderNumber,
) -> Result<Vec<Delivery>, ServiceError> {
    let mut tx = store.read().await?;
    let order = seen::order(&mut tx, scope, number).await?;
    let Some(of) = order.and_then(|order| order.batch) else {
        return Ok(Vec::new());
    };
    let Some(batch) = batch::get(&mut tx, of).await? else {
        return Ok(Vec::new());
    };
    let custody = Custody::after(batch.count, &event::of_batch(&mut tx, of).await?);
    let filter = Filter {
        order: Some(number),
        kind: Some(EventKind::Delivered.slug().to_owned()),
        ..Filter::default()
    };
    let mut found = Vec::new();
    for stored in ledger::newest(&mut tx, &filter, None, MOST).await? {
        if ledger::is_corrected(&mut tx, stored.number).await? {
            continue;
        }
        if let Some(Entry::Marks(marks)) = Entry::read(&stored.kind, &stored.body) {
            found.push(delivery(&custody, &stored, marks));
        }
    }
    Ok(found)
}

fn delivery(custody: &Custody, stored: &StoredEntry, marks: Marks) -> Delivery {
    let in_transit = marks
        .ranges
        .iter()
        .flat_map(|range| custody.look(*range))
        .filter(|(_, piece)| piece.place == Whereabouts::InTransit)
        .map(|(part, _)| u64::from(part.marks()))
        .sum();
    Delivery {
        entry: stored.number,
        at: stored.at,
        marks: marks.marks(),
        receiver: marks.receiver,
        ranges: marks.ranges,
        in_transit,
    }
}
