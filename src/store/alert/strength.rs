//! How strong alerts of marks are by now.

use jiff::Timestamp;

use crate::domain::alert::AlertNumber;
use crate::domain::mark::{BatchNumber, MarkId, MarkIndex};
use crate::store::row::{Row, to_millionths};
use crate::store::{StoreError, Tx};

/// An alert whose mark was asked about, or of whose mark something became known, since it was weighed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ToBeWeighed {
    /// The alert.
    pub alert: AlertNumber,
    /// Its mark.
    pub mark: MarkId,
    /// When that was.
    pub at: Timestamp,
}

/// Alerts of suspected marks that nobody has decided, of which there is news.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn to_be_weighed(tx: &mut Tx, limit: u32) -> Result<Vec<ToBeWeighed>, StoreError> {
    let sql = "SELECT number, batch, mark_index, at FROM (SELECT a.number, a.batch, a.mark_index, a.weighed_at, \
         CASE WHEN m.account_changed_at > m.latest_at THEN m.account_changed_at ELSE m.latest_at END AS at \
         FROM alerts a JOIN mark_queries m ON m.batch = a.batch AND m.mark_index = a.mark_index \
         WHERE a.closed_at IS NULL AND a.kind = 'suspected_copy') news \
         WHERE weighed_at IS NULL OR at > weighed_at ORDER BY number LIMIT $1";
    let rows: Vec<(i64, i64, i64, i64)> =
        on!(tx, c => sqlx::query_as(sql).bind(i64::from(limit)).fetch_all(c).await)?;
    let read = |(number, batch, index, at): (i64, i64, i64, i64)| {
        let row = Row {
            table: "alerts",
            key: &number,
        };
        let batch = BatchNumber::new(row.number("batch", batch)?);
        let index = MarkIndex::new(row.number("mark_index", index)?);
        Ok(ToBeWeighed {
            alert: AlertNumber(row.number("number", number)?),
            mark: MarkId {
                batch: row.value("batch", batch)?,
                index: row.value("mark_index", index)?,
            },
            at: row.time("latest_at", at)?,
        })
    };
    rows.into_iter().map(read).collect()
}

/// Says how strong an alert is, if that is known, up to this moment.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn set_strength(
    tx: &mut Tx,
    one: &ToBeWeighed,
    strength: Option<(f64, f64)>,
) -> Result<(), StoreError> {
    let sql = "UPDATE alerts SET weighed_at = $2, log_odds = coalesce($3, log_odds), \
         e_value_ln = coalesce($4, e_value_ln) WHERE number = $1";
    on!(tx, c => sqlx::query(sql)
        .bind(i64::from(one.alert.0))
        .bind(one.at.as_microsecond())
        .bind(strength.map(|(log_odds, _)| to_millionths(log_odds)))
        .bind(strength.map(|(_, e_value_ln)| to_millionths(e_value_ln)))
        .execute(c).await.map(drop))?;
    Ok(())
}
