//! The detector's accounts of batches: parts that are added up, so that instances that answer scans of one batch do not
//! wait for one another.

use std::collections::BTreeMap;

use super::row::{Row, of_millionths, to_millionths};
use super::{StoreError, Tx};
use crate::domain::detection::BatchState;
use crate::domain::mark::BatchNumber;

/// Into how many parts the account of a batch is divided at most: instances that share one only wait a little longer.
pub const PARTS: u8 = 16;
/// Columns × rows stay below the 32,766 parameters of SQLite.
const ROWS_A_STATEMENT: usize = 2000;

type AccountRow = (i64, i64, i64, i64, i64, i64, i64);

/// The accounts of these batches, as far as they have any.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn of(
    tx: &mut Tx,
    batches: &[BatchNumber],
) -> Result<BTreeMap<BatchNumber, BatchState>, StoreError> {
    let mut accounts = BTreeMap::new();
    for some in batches.chunks(ROWS_A_STATEMENT) {
        let rows: Vec<AccountRow> = on!(&mut *tx, c => {
            let mut sql = sqlx::QueryBuilder::new(
                "SELECT batch, CAST(sum(codes) AS BIGINT), CAST(sum(scans) AS BIGINT), \
                 CAST(sum(share_1) AS BIGINT), CAST(sum(share_2) AS BIGINT), CAST(sum(share_3) AS BIGINT), \
                 CAST(sum(share_4) AS BIGINT) FROM batch_accounts WHERE batch IN (",
            );
            let mut list = sql.separated(", ");
            for batch in some {
                list.push_bind(i64::from(batch.get()));
            }
            sql.push(") GROUP BY batch");
            sql.build_query_as().fetch_all(c).await
        })?;
        for (batch, codes, scans, a, b, c, d) in rows {
            let row = Row {
                table: "batch_accounts",
                key: &batch,
            };
            let number = row.value("batch", BatchNumber::new(row.number("batch", batch)?))?;
            let (codes, scans) = (row.number("codes", codes)?, row.number("scans", scans)?);
            let sums = [a, b, c, d].map(of_millionths);
            accounts.insert(number, BatchState::of(codes, scans, sums));
        }
    }
    Ok(accounts)
}

/// The accounts of the latest batches, at most so many: those that a batch is held against.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn latest(
    tx: &mut Tx,
    most: u32,
) -> Result<BTreeMap<BatchNumber, BatchState>, StoreError> {
    let sql = "SELECT DISTINCT batch FROM batch_accounts ORDER BY batch DESC LIMIT $1";
    let numbers: Vec<(i64,)> = on!(&mut *tx, c => sqlx::query_as(sql)
        .bind(i64::from(most))
        .fetch_all(c).await)?;
    let mut batches = Vec::with_capacity(numbers.len());
    for (batch,) in numbers {
        let row = Row {
            table: "batch_accounts",
            key: &batch,
        };
        batches.push(row.value("batch", BatchNumber::new(row.number("batch", batch)?))?);
    }
    of(tx, &batches).await
}

/// Adds to the accounts of these batches, in this part of them.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn add(
    tx: &mut Tx,
    part: u8,
    more: &BTreeMap<BatchNumber, BatchState>,
) -> Result<(), StoreError> {
    let more: Vec<_> = more.iter().collect();
    for some in more.chunks(ROWS_A_STATEMENT) {
        on!(&mut *tx, c => {
            let mut sql = sqlx::QueryBuilder::new(
                "INSERT INTO batch_accounts (batch, part, codes, scans, share_1, share_2, share_3, share_4) ",
            );
            sql.push_values(some, |mut row, (batch, more)| {
                row.push_bind(i64::from(batch.get()))
                    .push_bind(i64::from(part))
                    .push_bind(i64::from(more.codes))
                    .push_bind(i64::from(more.scans));
                for sum in more.sums() {
                    row.push_bind(to_millionths(sum));
                }
            });
            sql.push(
                " ON CONFLICT (batch, part) DO UPDATE SET codes = batch_accounts.codes + excluded.codes, \
                 scans = batch_accounts.scans + excluded.scans, share_1 = batch_accounts.share_1 + excluded.share_1, \
                 share_2 = batch_accounts.share_2 + excluded.share_2, share_3 = batch_accounts.share_3 + excluded.share_3, \
                 share_4 = batch_accounts.share_4 + excluded.share_4",
            );
            sql.build().execute(c).await.map(drop)
        })?;
    }
    Ok(())
}
