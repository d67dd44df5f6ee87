//! Alerts.

mod handling;
mod list;
mod of_batch;
mod provinces;
mod steps;
mod strength;

pub use handling::{
    decided_marks, get, lock, merged_into, of_case, set_case, set_decision, set_merged_into,
    set_state,
};
pub use list::{Filter, count_open, list, waiting};
pub use of_batch::{Lately, OfBatch, asked_about, lately, most_asked, weeks};
pub use provinces::{locate, provinces, to_be_located};
pub use steps::{add_step, of_request, steps};
pub use strength::{ToBeWeighed, set_strength, to_be_weighed};

use super::row::{Row, of_millionths, to_millionths};
use super::{StoreError, Tx, counter};
use crate::domain::alert::{Earlier, NewAlert};
use crate::domain::mark::{BatchNumber, MarkId, MarkIndex};

/// Raises these alerts, as far as they are news.
///
/// # Errors
/// [`StoreError::NumbersUsedUp`], [`StoreError::Unavailable`].
pub async fn raise(tx: &mut Tx, alerts: &[NewAlert]) -> Result<(), StoreError> {
    for alert in alerts {
        let index = alert.index.map(|index| i64::from(index.get()));
        let sql = "SELECT closed_at, log_odds FROM alerts WHERE batch = $1 \
             AND coalesce(mark_index, -1) = coalesce($2, -1) AND kind = $3 ORDER BY number DESC LIMIT 1";
        let earlier: Option<(Option<i64>, i64)> = on!(&mut *tx, c => sqlx::query_as(sql)
            .bind(i64::from(alert.batch.get()))
            .bind(index)
            .bind(alert.kind.slug())
            .fetch_optional(c).await)?;
        if let Some((closed_at, log_odds)) = earlier {
            let row = Row {
                table: "alerts",
                key: &alert.batch.get(),
            };
            let closed_at = closed_at.map(|at| row.time("closed_at", at)).transpose()?;
            let earlier = Earlier {
                closed_at,
                log_odds: of_millionths(log_odds),
            };
            if !alert.is_news_after(&earlier) {
                continue;
            }
        }
        let number: u32 = counter::next_of(tx, "alert").await?;
        // Another instance may have been faster.
        let sql = "INSERT INTO alerts (number, kind, batch, mark_index, raised_at, query, parameters, calibration, log_odds, \
             e_value_ln, hypothesis, by_batch, by_season) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT DO NOTHING";
        on!(&mut *tx, c => sqlx::query(sql)
            .bind(i64::from(number))
            .bind(alert.kind.slug())
            .bind(i64::from(alert.batch.get()))
            .bind(index)
            .bind(alert.at.as_microsecond())
            .bind(alert.query.map(u64::cast_signed))
            .bind(i64::from(alert.parameters.model))
            .bind(alert.parameters.calibration.map(i64::from))
            .bind(to_millionths(alert.log_odds))
            .bind(to_millionths(alert.e_value_ln))
            .bind(alert.hypothesis.slug())
            .bind(to_millionths(alert.light.batch))
            .bind(to_millionths(alert.light.season))
            .execute(c).await.map(drop))?;
    }
    Ok(())
}

/// The marks of a batch that were ever suspected, at most so many.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn suspected_of(
    tx: &mut Tx,
    batch: BatchNumber,
    limit: u32,
) -> Result<Vec<MarkId>, StoreError> {
    let sql = "SELECT DISTINCT mark_index FROM alerts WHERE batch = $1 AND kind = 'suspected_copy' \
         AND mark_index IS NOT NULL ORDER BY mark_index LIMIT $2";
    let rows: Vec<(i64,)> = on!(tx, c => sqlx::query_as(sql)
        .bind(i64::from(batch.get()))
        .bind(i64::from(limit))
        .fetch_all(c).await)?;
    let row = Row {
        table: "alerts",
        key: &batch.get(),
    };
    let read = |(index,): (i64,)| {
        let index = MarkIndex::new(row.number("mark_index", index)?);
        let index = row.value("mark_index", index)?;
        Ok(MarkId { batch, index })
    };
    rows.into_iter().map(read).collect()
}
