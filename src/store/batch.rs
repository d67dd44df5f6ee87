//! Batches: one row for all marks of an order.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::row::Row;
use super::{StoreError, Tx, counter};
use crate::domain::form::Form;
use crate::domain::keyring::KeyId;
use crate::domain::licensee::LicenseeNumber;
use crate::domain::mark::{BatchNumber, MarkCount};
use crate::domain::order::{Batch, Order, OrderNumber};
use crate::domain::season::Season;
use crate::domain::text::Line;

type BatchRow = (
    i64,
    i64,
    i64,
    i64,
    i64,
    String,
    i64,
    i64,
    i64,
    String,
    String,
);

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT number, order_number, key_id, licensee, season, form, count, has_hidden_codes, issued_at, actor, ",
            "idempotency_key FROM batches ",
            $rest
        )
    };
}

/// What a batch is issued with.
#[derive(Clone, Debug)]
pub struct NewBatch<'a> {
    /// The order; it says for whom, what, when and how many.
    pub order: &'a Order,
    /// The key that signs.
    pub key: KeyId,
    /// Whether the labels carry hidden codes.
    pub has_hidden_codes: bool,
    /// Who issues.
    pub actor: &'a Line,
    /// The caller's name for this one issue.
    pub idempotency_key: &'a Line,
}

/// Waits until nobody else is issuing, and takes the next batch number. Call it before asking whether the batch
/// exists: what is read afterwards cannot change until the transaction ends.
///
/// # Errors
/// [`StoreError::NumbersUsedUp`] after 2²⁸ − 1 batches.
pub async fn next_number(tx: &mut Tx) -> Result<BatchNumber, StoreError> {
    let number = counter::next(tx, "batch").await?;
    let number = u32::try_from(number).ok().and_then(BatchNumber::new);
    number.ok_or(StoreError::NumbersUsedUp("batch"))
}

/// Adds a batch under a number from [`next_number`].
///
/// # Errors
/// [`StoreError::Unavailable`], also if its order has a batch or its idempotency key is used.
pub async fn add(
    tx: &mut Tx,
    number: BatchNumber,
    new: &NewBatch<'_>,
    now: Timestamp,
) -> Result<Batch, StoreError> {
    let order = new.order;
    let sql = "INSERT INTO batches (number, order_number, key_id, licensee, season, form, count, has_hidden_codes, \
         issued_at, actor, idempotency_key) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    on!(tx, c => sqlx::query(sql)
        .bind(i64::from(number.get()))
        .bind(i64::from(order.number.0))
        .bind(i64::from(new.key.0))
        .bind(i64::from(order.licensee.0))
        .bind(i64::from(order.season.year()))
        .bind(order.form.slug())
        .bind(i64::from(order.quantity.get()))
        .bind(i64::from(new.has_hidden_codes))
        .bind(now.as_microsecond())
        .bind(new.actor.as_str())
        .bind(new.idempotency_key.as_str())
        .execute(c).await.map(drop))?;
    Ok(Batch {
        number,
        order: order.number,
        key: new.key,
        licensee: order.licensee,
        season: order.season,
        form: order.form,
        count: order.quantity,
        has_hidden_codes: new.has_hidden_codes,
        issued_at: now,
        actor: new.actor.clone(),
        idempotency_key: new.idempotency_key.clone(),
    })
}

/// The batch of that number.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn get(tx: &mut Tx, number: BatchNumber) -> Result<Option<Batch>, StoreError> {
    let sql = select!("WHERE number = $1");
    let row: Option<BatchRow> =
        on!(tx, c => sqlx::query_as(sql).bind(i64::from(number.get())).fetch_optional(c).await)?;
    row.map(read).transpose()
}

/// The batch of an order.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn of_order(tx: &mut Tx, order: OrderNumber) -> Result<Option<Batch>, StoreError> {
    let sql = select!("WHERE order_number = $1");
    let row: Option<BatchRow> =
        on!(tx, c => sqlx::query_as(sql).bind(i64::from(order.0)).fetch_optional(c).await)?;
    row.map(read).transpose()
}

/// The batch that was issued under this idempotency key.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn by_idempotency_key(tx: &mut Tx, key: &Line) -> Result<Option<Batch>, StoreError> {
    let sql = select!("WHERE idempotency_key = $1");
    let row: Option<BatchRow> =
        on!(tx, c => sqlx::query_as(sql).bind(key.as_str()).fetch_optional(c).await)?;
    row.map(read).transpose()
}

/// The newest batches first.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn list(tx: &mut Tx, limit: u32) -> Result<Vec<Batch>, StoreError> {
    let sql = select!("ORDER BY number DESC LIMIT $1");
    let rows: Vec<BatchRow> =
        on!(tx, c => sqlx::query_as(sql).bind(i64::from(limit)).fetch_all(c).await)?;
    rows.into_iter().map(read).collect()
}

/// The batches of these orders.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn by_order(
    tx: &mut Tx,
    first: OrderNumber,
    last: OrderNumber,
) -> Result<BTreeMap<OrderNumber, BatchNumber>, StoreError> {
    let sql = "SELECT order_number, number FROM batches WHERE order_number BETWEEN $1 AND $2";
    let rows: Vec<(i64, i64)> = on!(tx, c => sqlx::query_as(sql)
        .bind(i64::from(first.0))
        .bind(i64::from(last.0))
        .fetch_all(c).await)?;
    let read = |(order, number): (i64, i64)| {
        let row = Row {
            table: "batches",
            key: &number,
        };
        let batch = BatchNumber::new(row.number("number", number)?);
        let order = OrderNumber(row.number("order_number", order)?);
        Ok((order, row.value("number", batch)?))
    };
    rows.into_iter().map(read).collect()
}

/// How many batches were issued with this key at or after this time.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn count_issued_since(
    tx: &mut Tx,
    key: KeyId,
    since: Timestamp,
) -> Result<u64, StoreError> {
    let sql = "SELECT count(*) FROM batches WHERE key_id = $1 AND issued_at >= $2";
    let (count,): (i64,) = on!(tx, c => sqlx::query_as(sql)
        .bind(i64::from(key.0))
        .bind(since.as_microsecond())
        .fetch_one(c).await)?;
    Ok(count.cast_unsigned())
}

/// The keys that batches were issued with.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn keys_in_use(tx: &mut Tx) -> Result<Vec<KeyId>, StoreError> {
    let sql = "SELECT DISTINCT key_id FROM batches ORDER BY key_id";
    let rows: Vec<(i64,)> = on!(tx, c => sqlx::query_as(sql).fetch_all(c).await)?;
    rows.into_iter()
        .map(|(id,)| {
            Row {
                table: "batches",
                key: &id,
            }
            .number("key_id", id)
            .map(KeyId)
        })
        .collect()
}

fn read(row: BatchRow) -> Result<Batch, StoreError> {
    let (
        number,
        order,
        key,
        licensee,
        season,
        form,
        count,
        hidden,
        issued_at,
        actor,
        idempotency_key,
    ) = row;
    let row = Row {
        table: "batches",
        key: &number,
    };
    Ok(Batch {
        number: row.value("number", BatchNumber::new(row.number("number", number)?))?,
        order: OrderNumber(row.number("order_number", order)?),
        key: KeyId(row.number("key_id", key)?),
        licensee: LicenseeNumber(row.number("licensee", licensee)?),
        season: row.value("season", Season::new(row.number("season", season)?))?,
        form: row.value("form", Form::from_slug(&form))?,
        count: row.value("count", MarkCount::new(row.number("count", count)?))?,
        has_hidden_codes: hidden != 0,
        issued_at: row.time("issued_at", issued_at)?,
        actor: row.line("actor", &actor)?,
        idempotency_key: row.line("idempotency_key", &idempotency_key)?,
    })
}
