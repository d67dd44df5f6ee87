//! Printing orders.

use jiff::Timestamp;

use super::row::Row;
use super::{StoreError, Tx, counter};
use crate::domain::form::Form;
use crate::domain::licensee::LicenseeNumber;
use crate::domain::mark::MarkCount;
use crate::domain::order::{Order, OrderNumber};
use crate::domain::season::Season;
use crate::domain::text::Line;

type OrderRow = (i64, i64, i64, String, String, i64, i64, String);

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT number, licensee, season, form, product, quantity, placed_at, actor FROM orders ",
            $rest
        )
    };
}

/// What an order is placed with.
#[derive(Clone, Debug)]
pub struct NewOrder {
    /// For whom; must exist.
    pub licensee: LicenseeNumber,
    /// For which season.
    pub season: Season,
    /// For which form.
    pub form: Form,
    /// The product as it stands on the pack.
    pub product: Line,
    /// How many marks.
    pub quantity: MarkCount,
    /// Who places it.
    pub actor: Line,
}

/// Adds an order.
///
/// # Errors
/// [`StoreError::NumbersUsedUp`] after 2³² orders; [`StoreError::Unavailable`], also if there is no such licensee.
pub async fn add(tx: &mut Tx, new: NewOrder, now: Timestamp) -> Result<Order, StoreError> {
    let number = counter::next(tx, "order").await?;
    let fitting = u32::try_from(number).map_err(|_| StoreError::NumbersUsedUp("order"))?;
    let sql = "INSERT INTO orders (number, licensee, season, form, product, quantity, placed_at, actor) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    on!(tx, c => sqlx::query(sql)
        .bind(number)
        .bind(i64::from(new.licensee.0))
        .bind(i64::from(new.season.year()))
        .bind(new.form.slug())
        .bind(new.product.as_str())
        .bind(i64::from(new.quantity.get()))
        .bind(now.as_microsecond())
        .bind(new.actor.as_str())
        .execute(c).await.map(drop))?;
    Ok(Order {
        number: OrderNumber(fitting),
        licensee: new.licensee,
        season: new.season,
        form: new.form,
        product: new.product,
        quantity: new.quantity,
        placed_at: now,
        actor: new.actor,
    })
}

/// The order of that number.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn get(tx: &mut Tx, number: OrderNumber) -> Result<Option<Order>, StoreError> {
    let sql = select!("WHERE number = $1");
    let row: Option<OrderRow> =
        on!(tx, c => sqlx::query_as(sql).bind(i64::from(number.0)).fetch_optional(c).await)?;
    row.map(read).transpose()
}

/// The newest orders first.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn list(tx: &mut Tx, limit: u32) -> Result<Vec<Order>, StoreError> {
    let sql = select!("ORDER BY number DESC LIMIT $1");
    let rows: Vec<OrderRow> =
        on!(tx, c => sqlx::query_as(sql).bind(i64::from(limit)).fetch_all(c).await)?;
    rows.into_iter().map(read).collect()
}

fn read(
    (number, licensee, season, form, product, quantity, placed_at, actor): OrderRow,
) -> Result<Order, StoreError> {
    let row = Row {
        table: "orders",
        key: &number,
    };
    Ok(Order {
        number: OrderNumber(row.number("number", number)?),
        licensee: LicenseeNumber(row.number("licensee", licensee)?),
        season: row.value("season", Season::new(row.number("season", season)?))?,
        form: row.value("form", Form::from_slug(&form))?,
        product: row.line("product", &product)?,
        quantity: row.value(
            "quantity",
            MarkCount::new(row.number("quantity", quantity)?),
        )?,
        placed_at: row.time("placed_at", placed_at)?,
        actor: row.line("actor", &actor)?,
    })
}
