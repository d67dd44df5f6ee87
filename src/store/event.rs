//! The ledger's range events. Only ever added.

use jiff::Timestamp;

use super::row::Row;
use super::{StoreError, Tx, counter};
use crate::domain::event::{EventKind, RangeEvent};
use crate::domain::mark::{BatchNumber, IndexRange, MarkId, MarkIndex};
use crate::domain::text::Line;

type EventRow = (
    i64,
    i64,
    i64,
    i64,
    String,
    i64,
    String,
    Option<String>,
    Option<String>,
);

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT number, batch, first_index, last_index, kind, at, actor, reason, document FROM range_events ",
            $rest
        )
    };
}

/// What all ranges of one entry share.
#[derive(Clone, Debug)]
pub struct NewEvents<'a> {
    /// What happened.
    pub kind: EventKind,
    /// Who says so.
    pub actor: &'a Line,
    /// Why.
    pub reason: Option<&'a Line>,
    /// The number of the decision or report.
    pub document: Option<&'a Line>,
}

/// Waits until nobody else adds to the ledger: what is read afterwards holds until the transaction ends.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn lock(tx: &mut Tx) -> Result<(), StoreError> {
    counter::next_block(tx, "range_event", 0).await.map(drop)
}

/// Adds one event for each range, in one statement a few hundred ranges.
///
/// # Errors
/// [`StoreError::Unavailable`], also if a batch does not exist.
pub async fn add(
    tx: &mut Tx,
    ranges: &[(BatchNumber, IndexRange)],
    new: &NewEvents<'_>,
    now: Timestamp,
) -> Result<(), StoreError> {
    /// Columns × rows stay below the 32,766 parameters of SQLite and the 65,535 of PostgreSQL.
    const RANGES_A_STATEMENT: usize = 500;
    let size = i64::try_from(ranges.len()).unwrap_or(i64::MAX);
    let mut number = counter::next_block(tx, "range_event", size).await?;
    for some in ranges.chunks(RANGES_A_STATEMENT) {
        on!(tx, c => {
            let mut sql = sqlx::QueryBuilder::new(
                "INSERT INTO range_events (batch, number, first_index, last_index, kind, at, actor, reason, document) ",
            );
            sql.push_values(some, |mut row, (batch, range)| {
                row.push_bind(i64::from(batch.get()))
                    .push_bind(number)
                    .push_bind(i64::from(range.first().get()))
                    .push_bind(i64::from(range.last().get()))
                    .push_bind(new.kind.slug())
                    .push_bind(now.as_microsecond())
                    .push_bind(new.actor.as_str())
                    .push_bind(new.reason.map(Line::as_str))
                    .push_bind(new.document.map(Line::as_str));
                number += 1;
            });
            sql.build().execute(c).await.map(drop)
        })?;
    }
    Ok(())
}

/// The events that cover a mark, in ledger order.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn of_mark(tx: &mut Tx, mark: MarkId) -> Result<Vec<RangeEvent>, StoreError> {
    let sql =
        select!("WHERE batch = $1 AND first_index <= $2 AND last_index >= $2 ORDER BY number");
    let rows: Vec<EventRow> = on!(tx, c => sqlx::query_as(sql)
        .bind(i64::from(mark.batch.get()))
        .bind(i64::from(mark.index.get()))
        .fetch_all(c).await)?;
    rows.into_iter().map(read).collect()
}

/// All events of a batch, in ledger order.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn of_batch(tx: &mut Tx, batch: BatchNumber) -> Result<Vec<RangeEvent>, StoreError> {
    let sql = select!("WHERE batch = $1 ORDER BY number");
    let rows: Vec<EventRow> =
        on!(tx, c => sqlx::query_as(sql).bind(i64::from(batch.get())).fetch_all(c).await)?;
    rows.into_iter().map(read).collect()
}

fn read(row: EventRow) -> Result<RangeEvent, StoreError> {
    let (number, batch, first, last, kind, at, actor, reason, document) = row;
    let row = Row {
        table: "range_events",
        key: &number,
    };
    let index = |column, value| row.value(column, MarkIndex::new(row.number(column, value)?));
    let (first, last) = (index("first_index", first)?, index("last_index", last)?);
    Ok(RangeEvent {
        number: row.number("number", number)?,
        batch: row.value("batch", BatchNumber::new(row.number("batch", batch)?))?,
        range: row.value("last_index", IndexRange::new(first, last))?,
        kind: row.value("kind", EventKind::from_slug(&kind))?,
        at: row.time("at", at)?,
        actor: row.line("actor", &actor)?,
        reason: row.optional_line("reason", reason.as_deref())?,
        document: row.optional_line("document", document.as_deref())?,
    })
}
