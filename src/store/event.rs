//! The ledger's range events. Only ever added.

use super::kept::among;
use super::row::Row;
use super::{StoreError, Tx};
use crate::domain::event::{EventKind, RangeEvent};
use crate::domain::lot::LotNumber;
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
    Option<i64>,
);

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT number, batch, first_index, last_index, kind, at, actor, reason, document, lot FROM range_events ",
            $rest
        )
    };
}

/// Adds what an entry says of its ranges, in one statement a few hundred ranges.
///
/// # Errors
/// [`StoreError::Unavailable`], also if the batch does not exist.
pub async fn add(tx: &mut Tx, events: &[RangeEvent]) -> Result<(), StoreError> {
    /// Columns × rows stay below the 32,766 parameters of SQLite and the 65,535 of PostgreSQL.
    const RANGES_A_STATEMENT: usize = 500;
    for some in events.chunks(RANGES_A_STATEMENT) {
        on!(tx, c => {
            let mut sql = sqlx::QueryBuilder::new(
                "INSERT INTO range_events (batch, number, first_index, last_index, kind, at, actor, reason, document, lot) ",
            );
            sql.push_values(some, |mut row, event| {
                row.push_bind(i64::from(event.batch.get()))
                    .push_bind(event.number.cast_signed())
                    .push_bind(i64::from(event.range.first().get()))
                    .push_bind(i64::from(event.range.last().get()))
                    .push_bind(event.kind.slug())
                    .push_bind(event.at.as_microsecond())
                    .push_bind(event.actor.as_str())
                    .push_bind(event.reason.as_ref().map(Line::as_str))
                    .push_bind(event.document.as_ref().map(Line::as_str))
                    .push_bind(event.lot.map(|lot| i64::from(lot.0)));
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
    let sql = select!(
        "WHERE batch = $1 AND first_index <= $2 AND last_index >= $2 ORDER BY number, first_index"
    );
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
    let sql = select!("WHERE batch = $1 ORDER BY number, first_index");
    let rows: Vec<EventRow> =
        on!(tx, c => sqlx::query_as(sql).bind(i64::from(batch.get())).fetch_all(c).await)?;
    rows.into_iter().map(read).collect()
}

/// The events of these batches from this number on that count for how marks stand, batch by batch in ledger order.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn for_standings(
    tx: &mut Tx,
    batches: &[BatchNumber],
    from: u64,
) -> Result<Vec<RangeEvent>, StoreError> {
    let kinds = EventKind::ALL
        .iter()
        .filter(|kind| kind.counts_for_standing())
        .map(|kind| format!("'{}'", kind.slug()))
        .collect::<Vec<_>>()
        .join(", ");
    let batches = among("batch", batches.iter().map(|batch| batch.get()));
    let sql = format!(
        select!("WHERE {} AND number >= $1 AND kind IN ({}) ORDER BY batch, number, first_index"),
        batches, kinds
    );
    let rows: Vec<EventRow> = on!(tx, c => sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(from.cast_signed())
        .fetch_all(c).await)?;
    rows.into_iter().map(read).collect()
}

/// The ranges that were activated for a lot, in ledger order.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn of_lot(tx: &mut Tx, lot: LotNumber) -> Result<Vec<RangeEvent>, StoreError> {
    let sql = select!("WHERE lot = $1 ORDER BY number, first_index");
    let rows: Vec<EventRow> =
        on!(tx, c => sqlx::query_as(sql).bind(i64::from(lot.0)).fetch_all(c).await)?;
    rows.into_iter().map(read).collect()
}

/// All ranges that were activated, batch by batch.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn activated(tx: &mut Tx) -> Result<Vec<RangeEvent>, StoreError> {
    let sql = select!("WHERE kind = 'activated' ORDER BY batch, number, first_index");
    let rows: Vec<EventRow> = on!(tx, c => sqlx::query_as(sql).fetch_all(c).await)?;
    rows.into_iter().map(read).collect()
}

fn read(row: EventRow) -> Result<RangeEvent, StoreError> {
    let (number, batch, first, last, kind, at, actor, reason, document, lot) = row;
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
        lot: lot
            .map(|lot| row.number("lot", lot))
            .transpose()?
            .map(LotNumber),
    })
}
