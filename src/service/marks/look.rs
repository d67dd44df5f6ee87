//! What changes would come to, told before they are made.

use super::work::Work;
use super::{Change, Changed, choose};
use crate::domain::mark::BatchNumber;
use crate::domain::order::OrderNumber;
use crate::domain::text::Line;
use crate::service::ServiceError;
use crate::service::desk::{Call, Desk};
use crate::service::keys::LiveKeys;
use crate::store::Store;

/// Marks of one batch that a change would be about.
#[derive(Clone, Debug)]
pub struct Share {
    /// The batch.
    pub batch: BatchNumber,
    /// Its order.
    pub order: OrderNumber,
    /// Whose marks they are.
    pub licensee: Line,
    /// How many would change.
    pub marks: u64,
}

/// What a change would come to.
#[derive(Clone, Debug, Default)]
pub struct Outlook {
    /// As it would be answered; its entries are not there.
    pub changed: Changed,
    /// The same by batch.
    pub shares: Vec<Share>,
}

/// Works changes out as [`super::change_all`] does, by all rules, and writes nothing down.
///
/// # Errors
/// As [`super::change_all`].
pub async fn look(
    store: &Store,
    keys: &LiveKeys,
    call: &Call,
    changes: &[Change<'_>],
) -> Result<Vec<Outlook>, ServiceError> {
    let lines = choose::read_all(keys, changes)?;
    let mut work = Work::at(Desk::look(store, call).await?);
    let all = work.all(changes, lines).await?;
    Ok(all
        .into_iter()
        .map(|changed| outlook(&work.desk, changed))
        .collect())
}

fn outlook(desk: &Desk, changed: Changed) -> Outlook {
    let mut shares: Vec<Share> = Vec::new();
    for (number, range) in &changed.ranges {
        let marks = u64::from(range.marks());
        if let Some(share) = shares.last_mut().filter(|last| last.batch == *number) {
            share.marks += marks;
            continue;
        }
        let batch = desk.books.batches.get(*number);
        let licensee = batch.and_then(|batch| desk.books.licensees.get(batch.licensee));
        if let Some((batch, licensee)) = batch.zip(licensee) {
            shares.push(Share {
                batch: *number,
                order: batch.order,
                licensee: licensee.name().clone(),
                marks,
            });
        }
    }
    let changed = Changed {
        entries: Vec::new(),
        ..changed
    };
    Outlook { changed, shares }
}
