//! What phones asked about a batch as a whole.

use jiff::Timestamp;

use crate::domain::mark::{BatchNumber, MarkIndex};
use crate::domain::season::Season;
use crate::store::row::Row;
use crate::store::{StoreError, Tx};

/// Microseconds of a week.
const WEEK_MICROS: i64 = 7 * 86_400_000_000;

/// How much a batch was asked about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OfBatch {
    /// Marks that were asked about.
    pub marks: u64,
    /// Queries of them.
    pub queries: u64,
    /// By province (the first two digits of its code, if it is known) how many marks were first asked about from there.
    pub provinces: Vec<(Option<u32>, u64)>,
}

/// How much a batch was asked about.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn asked_about(tx: &mut Tx, batch: BatchNumber) -> Result<OfBatch, StoreError> {
    let sql = "SELECT first_prefecture / 10000, count(*), CAST(sum(queries) AS BIGINT) FROM mark_queries WHERE batch = $1 \
         GROUP BY first_prefecture / 10000 ORDER BY 2 DESC, 1";
    let rows: Vec<(Option<i64>, i64, i64)> = on!(tx, c => sqlx::query_as(sql)
        .bind(i64::from(batch.get()))
        .fetch_all(c).await)?;
    let mut all = OfBatch::default();
    for (province, marks, queries) in rows {
        let row = Row {
            table: "mark_queries",
            key: &batch,
        };
        let province = province.map(|code| row.number("first_prefecture", code));
        let marks = marks.cast_unsigned();
        all.marks += marks;
        all.queries += queries.cast_unsigned();
        all.provinces.push((province.transpose()?, marks));
    }
    Ok(all)
}

/// The marks of a batch that were asked about most, with how often.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn most_asked(
    tx: &mut Tx,
    batch: BatchNumber,
    limit: u32,
) -> Result<Vec<(MarkIndex, u64)>, StoreError> {
    let sql = "SELECT mark_index, queries FROM mark_queries WHERE batch = $1 ORDER BY queries DESC, mark_index LIMIT $2";
    let rows: Vec<(i64, i64)> = on!(tx, c => sqlx::query_as(sql)
        .bind(i64::from(batch.get()))
        .bind(i64::from(limit))
        .fetch_all(c).await)?;
    let read = |(index, queries): (i64, i64)| {
        let row = Row {
            table: "mark_queries",
            key: &batch,
        };
        let index = MarkIndex::new(row.number("mark_index", index)?);
        Ok((row.value("mark_index", index)?, queries.cast_unsigned()))
    };
    rows.into_iter().map(read).collect()
}

/// By week before this moment, the last first: how many marks of the batch were asked about for the first time.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn weeks(
    tx: &mut Tx,
    batch: BatchNumber,
    now: Timestamp,
) -> Result<Vec<(u32, u64)>, StoreError> {
    let sql = "SELECT ($2 - first_at) / $3, count(*) FROM mark_queries WHERE batch = $1 AND first_at <= $2 GROUP BY 1 ORDER BY 1";
    let rows: Vec<(i64, i64)> = on!(tx, c => sqlx::query_as(sql)
        .bind(i64::from(batch.get()))
        .bind(now.as_microsecond())
        .bind(WEEK_MICROS)
        .fetch_all(c).await)?;
    let weeks = rows.into_iter();
    Ok(weeks
        .map(|(week, marks)| {
            (
                u32::try_from(week).unwrap_or(u32::MAX),
                marks.cast_unsigned(),
            )
        })
        .collect())
}

/// How much a batch was asked about since some time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lately {
    /// The batch.
    pub batch: BatchNumber,
    /// Its season.
    pub season: Season,
    /// Marks of it that were first asked about since then.
    pub asked: u64,
    /// For how long marks of it were active since then: seconds, all its marks together.
    pub active_s: u64,
}

/// Of every batch since a season: how much it was asked about since then.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn lately(
    tx: &mut Tx,
    from: Season,
    since: Timestamp,
    now: Timestamp,
) -> Result<Vec<Lately>, StoreError> {
    // In whole seconds, so that sixteen million marks for years stay within 64 bits.
    let sql = "SELECT b.number, b.season, \
         (SELECT count(*) FROM mark_queries m WHERE m.batch = b.number AND m.first_at >= $2), \
         (SELECT CAST(coalesce(sum((e.last_index - e.first_index + 1) \
             * (($3 - CASE WHEN e.at < $2 THEN $2 ELSE e.at END) / 1000000)), 0) AS BIGINT) \
             FROM range_events e WHERE e.batch = b.number AND e.kind = 'activated' AND e.at <= $3) \
         FROM batches b WHERE b.season >= $1 ORDER BY b.number";
    let rows: Vec<(i64, i64, i64, i64)> = on!(tx, c => sqlx::query_as(sql)
        .bind(i64::from(from.year()))
        .bind(since.as_microsecond())
        .bind(now.as_microsecond())
        .fetch_all(c).await)?;
    let read = |(batch, season, asked, active_s): (i64, i64, i64, i64)| {
        let row = Row {
            table: "batches",
            key: &batch,
        };
        let number = BatchNumber::new(row.number("number", batch)?);
        Ok(Lately {
            batch: row.value("number", number)?,
            season: row.value("season", Season::new(row.number("season", season)?))?,
            asked: asked.cast_unsigned(),
            active_s: active_s.cast_unsigned(),
        })
    };
    rows.into_iter().map(read).collect()
}
