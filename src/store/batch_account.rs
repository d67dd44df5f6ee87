//! The detector's accounts of batches: parts that are added up, so that instances that answer scans of one batch do not
//! wait for one another.

use std::collections::BTreeMap;

use super::row::{Row, of_millionths, to_millionths};
use super::{StoreError, Tx};
use crate::domain::detection::BatchState;
use crate::domain::mark::BatchNumber;

/// Into how many parts the account of a batch is divided at most: instances that share one only wait a little longer.
pub const PARTS: u8 = 16;
/// The sums of the batches of a condition.
macro_rules! sums {
    ($condition:literal) => {
        concat!(
            "SELECT batch, CAST(sum(codes) AS BIGINT), CAST(sum(scans) AS BIGINT), CAST(sum(share_1) AS BIGINT), \
             CAST(sum(share_2) AS BIGINT), CAST(sum(share_3) AS BIGINT), CAST(sum(share_4) AS BIGINT), \
             CAST(sum(seen_again) AS BIGINT), CAST(sum(dealt) AS BIGINT) \
             FROM batch_accounts WHERE ",
            $condition,
            " GROUP BY batch"
        )
    };
}

/// Adds rows to the parts that are there.
macro_rules! add_to {
    ($rows:literal) => {
        concat!(
            "INSERT INTO batch_accounts (batch, part, codes, scans, share_1, share_2, share_3, share_4, seen_again, dealt) ",
            $rows,
            " ON CONFLICT (batch, part) DO UPDATE SET codes = batch_accounts.codes + excluded.codes, \
             scans = batch_accounts.scans + excluded.scans, share_1 = batch_accounts.share_1 + excluded.share_1, \
             share_2 = batch_accounts.share_2 + excluded.share_2, share_3 = batch_accounts.share_3 + excluded.share_3, \
             share_4 = batch_accounts.share_4 + excluded.share_4, \
             seen_again = batch_accounts.seen_again + excluded.seen_again, dealt = batch_accounts.dealt + excluded.dealt"
        )
    };
}

type AccountRow = (i64, i64, i64, i64, i64, i64, i64, i64, i64);

/// The accounts of these batches, as far as they have any.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn of(
    tx: &mut Tx,
    batches: &[BatchNumber],
) -> Result<BTreeMap<BatchNumber, BatchState>, StoreError> {
    let numbers: Vec<i64> = batches.iter().map(|batch| i64::from(batch.get())).collect();
    let rows: Vec<AccountRow> = match tx {
        Tx::Sqlite(tx) => {
            let sql = sums!("batch IN (SELECT value FROM json_each($1))");
            let query = sqlx::query_as(sql).bind(json(&numbers));
            query.fetch_all(&mut **tx).await?
        }
        Tx::Postgres(tx) => {
            let query = sqlx::query_as(sums!("batch = ANY($1)")).bind(numbers);
            query.fetch_all(&mut **tx).await?
        }
    };
    let mut accounts = BTreeMap::new();
    for (batch, codes, scans, a, b, c, d, seen_again, dealt) in rows {
        let row = Row {
            table: "batch_accounts",
            key: &batch,
        };
        let number = row.value("batch", BatchNumber::new(row.number("batch", batch)?))?;
        let (codes, scans) = (row.number("codes", codes)?, row.number("scans", scans)?);
        let sums = [a, b, c, d].map(of_millionths);
        // Below 0 are accounts from before both were counted: they tell nothing of dealers.
        let seen_again = row.number("seen_again", seen_again.max(0))?;
        let dealt = (seen_again, of_millionths(dealt));
        accounts.insert(number, BatchState::of(codes, scans, sums, dealt));
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
    let part = i64::from(part);
    let rows = more.iter().map(|(batch, more)| {
        let [a, b, c, d] = more.sums().map(to_millionths);
        let (codes, scans) = (i64::from(more.codes), i64::from(more.scans));
        let (seen_again, dealt) = more.dealt();
        let (batch, seen_again) = (i64::from(batch.get()), i64::from(seen_again));
        let dealt = to_millionths(dealt);
        [batch, part, codes, scans, a, b, c, d, seen_again, dealt]
    });
    let rows: Vec<[i64; 10]> = rows.collect();
    match tx {
        Tx::Sqlite(tx) => {
            let sql = add_to!(
                "SELECT value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, value->>6, value->>7, \
                 value->>8, value->>9 \
                 FROM json_each($1) WHERE true"
            );
            let query = sqlx::query(sql).bind(json(&rows));
            query.execute(&mut **tx).await?;
        }
        Tx::Postgres(tx) => {
            let sql = add_to!(
                "SELECT * FROM UNNEST($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], \
                 $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[])"
            );
            let column = |at: usize| rows.iter().map(|row| row[at]).collect::<Vec<i64>>();
            let query = (0..10).fold(sqlx::query(sql), |query, at| query.bind(column(at)));
            query.execute(&mut **tx).await?;
        }
    }
    Ok(())
}

/// A list as SQLite reads it: one text for any number of rows, so that the statement is prepared once.
fn json(rows: &impl serde::Serialize) -> String {
    serde_json::to_string(rows).unwrap_or_default()
}
