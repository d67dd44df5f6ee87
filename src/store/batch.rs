//! Batches: one row for all marks of an order.

use jiff::Timestamp;

use super::kept::{Value, among, bind_all};
use super::row::Row;
use super::{StoreError, Tx, counter, order};
use crate::domain::form::Form;
use crate::domain::keyring::KeyId;
use crate::domain::licensee::LicenseeNumber;
use crate::domain::mark::{BatchNumber, MarkCount};
use crate::domain::market::Market;
use crate::domain::order::{Batch, OrderNumber};
use crate::domain::printer::PrinterNumber;
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

/// Takes the next batch number.
///
/// # Errors
/// [`StoreError::NumbersUsedUp`] after 2²⁸ − 1 batches.
pub async fn next_number(tx: &mut Tx) -> Result<BatchNumber, StoreError> {
    let number: u32 = counter::next_of(tx, "batch").await?;
    BatchNumber::new(number).ok_or(StoreError::NumbersUsedUp("batch"))
}

/// Adds a batch under a number from [`next_number`].
///
/// # Errors
/// [`StoreError::Unavailable`], also if its order has a batch or its idempotency key is used.
pub async fn add(tx: &mut Tx, batch: &Batch) -> Result<(), StoreError> {
    let sql = "INSERT INTO batches (number, order_number, key_id, licensee, season, form, count, has_hidden_codes, \
         issued_at, actor, idempotency_key) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    on!(tx, c => sqlx::query(sql)
        .bind(i64::from(batch.number.get()))
        .bind(i64::from(batch.order.0))
        .bind(i64::from(batch.key.0))
        .bind(i64::from(batch.licensee.0))
        .bind(i64::from(batch.season.year()))
        .bind(batch.form.slug())
        .bind(i64::from(batch.count.get()))
        .bind(i64::from(batch.has_hidden_codes))
        .bind(batch.issued_at.as_microsecond())
        .bind(batch.actor.as_str())
        .bind(batch.idempotency_key.as_str())
        .execute(c).await.map(drop))?;
    Ok(())
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

/// Where the goods of a batch are to be sold, if its order says so.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn market(tx: &mut Tx, number: BatchNumber) -> Result<Option<Market>, StoreError> {
    let Some(batch) = get(tx, number).await? else {
        return Ok(None);
    };
    let order = order::get(tx, batch.order).await?;
    Ok(order.and_then(|order| order.placed.market))
}

/// These batches, of those there are.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn those(tx: &mut Tx, numbers: &[BatchNumber]) -> Result<Vec<Batch>, StoreError> {
    let numbers = among("number", numbers.iter().map(|number| number.get()));
    let sql = format!(select!("WHERE {}"), numbers);
    let rows: Vec<BatchRow> =
        on!(tx, c => sqlx::query_as(sqlx::AssertSqlSafe(sql)).fetch_all(c).await)?;
    rows.into_iter().map(read).collect()
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

/// All batches, by number.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn all(tx: &mut Tx) -> Result<Vec<Batch>, StoreError> {
    let sql = select!("ORDER BY number");
    let rows: Vec<BatchRow> = on!(tx, c => sqlx::query_as(sql).fetch_all(c).await)?;
    rows.into_iter().map(read).collect()
}

/// Which batches are wanted.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Of this licensee.
    pub licensee: Option<LicenseeNumber>,
    /// Of orders that this printer has.
    pub printer: Option<PrinterNumber>,
    /// Of this season.
    pub season: Option<Season>,
}

/// The newest wanted batches before `before`, the newest first; with `None` the newest of all.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn list(
    tx: &mut Tx,
    filter: &Filter,
    before: Option<BatchNumber>,
    limit: u32,
) -> Result<Vec<Batch>, StoreError> {
    let before = before.map_or(BatchNumber::LIMIT, BatchNumber::get);
    let mut values: Vec<Value> = vec![before.into(), limit.into()];
    let mut sql = select!("WHERE number < $1").to_owned();
    let mut add = |part: &str, value: Value| {
        values.push(value);
        sql.push_str(&part.replace('?', &format!("${}", values.len())));
    };
    if let Some(licensee) = filter.licensee {
        add(" AND licensee = ?", licensee.0.into());
    }
    if let Some(printer) = filter.printer {
        let part =
            " AND order_number IN (SELECT orders.number FROM orders WHERE orders.printer = ?)";
        add(part, printer.0.into());
    }
    if let Some(season) = filter.season {
        add(" AND season = ?", season.year().into());
    }
    sql.push_str(" ORDER BY number DESC LIMIT $2");
    let rows: Vec<BatchRow> = on!(tx, c => {
        bind_all!(sqlx::query_as(sqlx::AssertSqlSafe(sql)), values).fetch_all(c).await
    })?;
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
