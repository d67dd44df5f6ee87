//! The numbers of licensees, orders, batches, entries and so on.

use super::{StoreError, Tx};

/// Takes the next number of a counter. Until the transaction ends nobody else can take one; if it fails, the number
/// is free again.
pub(super) async fn next(tx: &mut Tx, name: &'static str) -> Result<i64, StoreError> {
    next_block(tx, name, 1).await
}

/// Takes `size` consecutive numbers and returns the first.
pub(super) async fn next_block(
    tx: &mut Tx,
    name: &'static str,
    size: i64,
) -> Result<i64, StoreError> {
    let sql = "UPDATE counters SET next = next + $2 WHERE name = $1 RETURNING next";
    let (next,): (i64,) =
        on!(tx, c => sqlx::query_as(sql).bind(name).bind(size).fetch_one(c).await)?;
    Ok(next - size)
}

/// The next number in a smaller type.
///
/// # Errors
/// [`StoreError::NumbersUsedUp`] if it does not fit.
pub(super) async fn next_of<N: TryFrom<i64>>(
    tx: &mut Tx,
    name: &'static str,
) -> Result<N, StoreError> {
    let number = next(tx, name).await?;
    N::try_from(number).map_err(|_| StoreError::NumbersUsedUp(name))
}
