//! Printing orders (印制订单).

use jiff::Timestamp;

use super::{ServiceError, licensees};
use crate::domain::order::Order;
use crate::store::order::{self, NewOrder};
use crate::store::{Store, licensee};

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

/// The newest orders first, at most `limit`.
///
/// # Errors
/// If the database does not answer.
pub async fn list(store: &Store, limit: u32) -> Result<Vec<Order>, ServiceError> {
    Ok(order::list(&mut store.read().await?, limit).await?)
}
