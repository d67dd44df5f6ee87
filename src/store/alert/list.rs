//! Lists of alerts: what is open first, and of that the strongest.

use sqlx::QueryBuilder;

use super::handling::{ALERTS, AlertRow, read};
use crate::domain::alert::{Alert, AlertKind, AlertNumber, AlertState};
use crate::domain::licensee::LicenseeNumber;
use crate::domain::mark::{BatchNumber, MarkIndex};
use crate::domain::text::Line;
use crate::store::waiting::Found;
use crate::store::{StoreError, Tx};

/// Which alerts are wanted; all that is said must hold.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Of this kind.
    pub kind: Option<AlertKind>,
    /// In this state.
    pub state: Option<AlertState>,
    /// Of this licensee's marks.
    pub licensee: Option<LicenseeNumber>,
    /// Of this batch.
    pub batch: Option<BatchNumber>,
    /// Of this mark of it.
    pub index: Option<MarkIndex>,
    /// Asked about from this province: the first two digits of its code.
    pub province: Option<u32>,
    /// Looked into by this person.
    pub assignee: Option<Line>,
    /// But not this one.
    pub without: Option<AlertNumber>,
}

/// How an alert is ordered: what is open first, of that the strongest, of those the newest.
macro_rules! order {
    ($alert:literal) => {
        concat!(
            "CASE WHEN ",
            $alert,
            ".state IN ('open', 'assigned') THEN 0 ELSE 1 END, -",
            $alert,
            ".log_odds, -",
            $alert,
            ".number"
        )
    };
}

/// The wanted alerts in that order, those after one of them.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn list(
    tx: &mut Tx,
    filter: &Filter,
    after: Option<AlertNumber>,
    limit: u32,
) -> Result<Vec<Alert>, StoreError> {
    let rows: Vec<AlertRow> = on!(tx, c => {
        let mut sql = QueryBuilder::new(format!("{ALERTS} WHERE 1 = 1"));
        if let Some(kind) = filter.kind {
            sql.push(" AND a.kind = ").push_bind(kind.slug());
        }
        if let Some(state) = filter.state {
            sql.push(" AND a.state = ").push_bind(state.slug());
        }
        if let Some(licensee) = filter.licensee {
            sql.push(" AND b.licensee = ").push_bind(i64::from(licensee.0));
        }
        if let Some(batch) = filter.batch {
            sql.push(" AND a.batch = ").push_bind(i64::from(batch.get()));
        }
        if let Some(index) = filter.index {
            sql.push(" AND a.mark_index = ").push_bind(i64::from(index.get()));
        }
        if let Some(province) = filter.province {
            sql.push(" AND a.number IN (SELECT alert FROM alert_provinces WHERE province = ");
            sql.push_bind(i64::from(province)).push(")");
        }
        if let Some(assignee) = &filter.assignee {
            sql.push(" AND a.assignee = ").push_bind(assignee.as_str());
        }
        if let Some(without) = filter.without {
            sql.push(" AND a.number <> ").push_bind(i64::from(without.0));
        }
        if let Some(after) = after {
            sql.push(concat!(" AND (", order!("a"), ") > (SELECT ", order!("l"), " FROM alerts l WHERE l.number = "));
            sql.push_bind(i64::from(after.0)).push(")");
        }
        sql.push(concat!(" ORDER BY ", order!("a"), " LIMIT ")).push_bind(i64::from(limit));
        sql.build_query_as().fetch_all(c).await
    })?;
    rows.into_iter().map(read).collect()
}

/// Alerts that nobody has decided, the oldest first.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn waiting(tx: &mut Tx, limit: u32) -> Result<Found<Alert>, StoreError> {
    let sql = format!(
        "{ALERTS} WHERE a.state IN ('open', 'assigned') ORDER BY a.raised_at, a.number LIMIT $1"
    );
    let rows: Vec<AlertRow> = on!(&mut *tx, c => sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(i64::from(limit))
        .fetch_all(c).await)?;
    let oldest: Result<Vec<Alert>, StoreError> = rows.into_iter().map(read).collect();
    let all = count_open(tx).await?;
    Ok(Found {
        oldest: oldest?,
        all,
    })
}

/// How many alerts nobody has decided.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn count_open(tx: &mut Tx) -> Result<u64, StoreError> {
    let sql = "SELECT count(*) FROM alerts WHERE state IN ('open', 'assigned')";
    let (count,): (i64,) = on!(tx, c => sqlx::query_as(sql).fetch_one(c).await)?;
    Ok(count.cast_unsigned())
}
