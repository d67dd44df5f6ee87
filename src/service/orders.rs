//! Printing orders (印制订单).

use jiff::Timestamp;

use super::{ServiceError, licensees};
use crate::domain::mark::BatchNumber;
use crate::domain::order::Order;
use crate::store::order::{self, NewOrder};
use crate::store::{Store, batch, licensee};

/// Places an order.
///
/// # Errors
/// If there is no such licensee, or its right has ended.
pub async fn place(store: &Store, new: NewOrder, now: Timestamp) -> Result<Order, ServiceError> {
    let mut tx = store.write().await?;
    let number = new.licensee;
    let licensee = licensee::get(&mut tx, number).await?;
    if licensee
        .ok_or_else(|| licensees::unknown(number))?
        .ended
        .is_some()
    {
        return Err(ServiceError::refused(
            format!("the right of licensee {number} to use the mark has ended"),
            "marks are ordered only for licensees whose right is in force",
        ));
    }
    let order = order::add(&mut tx, new, now).await?;
    tx.commit().await?;
    Ok(order)
}

/// The newest orders first, at most `limit`, each with its batch if it was issued.
///
/// # Errors
/// If the database does not answer.
pub async fn list(
    store: &Store,
    limit: u32,
) -> Result<Vec<(Order, Option<BatchNumber>)>, ServiceError> {
    let mut tx = store.read().await?;
    let orders = order::list(&mut tx, limit).await?;
    let (Some(newest), Some(oldest)) = (orders.first(), orders.last()) else {
        return Ok(Vec::new());
    };
    let batches = batch::by_order(&mut tx, oldest.number, newest.number).await?;
    let with_batch = |order: Order| {
        let batch = batches.get(&order.number).copied();
        (order, batch)
    };
    Ok(orders.into_iter().map(with_batch).collect())
}
