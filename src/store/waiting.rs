//! What waits for somebody: things in the state in which somebody must do the next step, the oldest first.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::civil::Date;

use super::kept::{self, Kept, Value, bind_all, number, text};
use super::row::Row;
use super::{StoreError, Tx};
use crate::domain::access::Scope;
use crate::domain::licensee::{Licensee, LicenseeNumber, LicenseeState};
use crate::domain::lot::Lot;
use crate::domain::order::{Order, OrderNumber};
use crate::domain::season::Season;
use crate::domain::transfer::Transfer;

/// Some of the things that wait, and how many there are in all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found<T> {
    /// The oldest of them.
    pub oldest: Vec<T>,
    /// How many there are.
    pub all: u64,
}

/// For what an order waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Orders {
    /// Approval.
    ToApprove,
    /// A printer.
    ToAssign,
    /// Its codes, with a printer named.
    ToIssue,
    /// The release of its data pack, with a printer named.
    ToRelease,
    /// Another person's approval of a second download of its pack.
    ToOpenAgain,
    /// The printer's report on labels.
    ToPrint,
    /// The sending of printed labels.
    ToDeliver,
    /// The confirmation of labels that were sent.
    ToReceive,
    /// The destruction of spoiled or returned labels.
    ToDestroy,
    /// Its closing: nothing waits any more, and nothing is on hand but of a season before this one.
    ToClose,
}

impl Orders {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::ToApprove,
        Self::ToAssign,
        Self::ToIssue,
        Self::ToRelease,
        Self::ToOpenAgain,
        Self::ToPrint,
        Self::ToDeliver,
        Self::ToReceive,
        Self::ToDestroy,
        Self::ToClose,
    ];

    /// `$1` is this season.
    const fn condition(self) -> &'static str {
        match self {
            Self::ToApprove => "state = 'placed'",
            Self::ToAssign => "state IN ('approved', 'issued') AND printer IS NULL",
            Self::ToIssue => "state = 'approved' AND printer IS NOT NULL",
            Self::ToRelease => "state = 'issued' AND printer IS NOT NULL",
            Self::ToOpenAgain => "state = 'released' AND offer = 'asked'",
            Self::ToPrint => "state = 'released' AND unreported > 0",
            Self::ToDeliver => "at_printer > 0",
            Self::ToReceive => "in_transit > 0",
            Self::ToDestroy => "to_be_destroyed > 0",
            Self::ToClose => {
                "state = 'released' AND unreported + at_printer + in_transit + to_be_destroyed = 0 \
                 AND (on_hand = 0 OR season < $1)"
            }
        }
    }

    /// The entries by which it began to wait; none if it waits from its first day.
    pub const fn begun_by(self) -> &'static [&'static str] {
        match self {
            Self::ToApprove => &[],
            Self::ToAssign => &["order_approved"],
            Self::ToIssue => &["order_approved", "printer_assigned"],
            Self::ToRelease => &["batch_issued", "printer_assigned"],
            Self::ToOpenAgain => &["pack_again_asked"],
            Self::ToPrint => &["pack_released"],
            Self::ToDeliver => &["printed"],
            Self::ToReceive => &["delivered"],
            Self::ToDestroy => &["spoiled", "returned"],
            Self::ToClose => &["pack_released", "received", "used", "lost", "destroyed"],
        }
    }
}

/// Orders that wait for this, those that were placed first.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn orders(
    tx: &mut Tx,
    which: Orders,
    scope: Scope,
    this_season: Season,
    limit: u32,
) -> Result<Found<Order>, StoreError> {
    // The comparison with the season is always there, so that there is always a first value.
    let mut condition = format!("{} AND $1 > 0", which.condition());
    let mut values: Vec<Value> = vec![this_season.year().into()];
    if let Some(licensee) = scope.licensee() {
        values.push(licensee.0.into());
        condition.push_str(" AND licensee = $2");
    }
    if let Some(printer) = scope.printer() {
        values.push(printer.0.into());
        condition.push_str(" AND printer = $2");
    }
    found(tx, &condition, values, "number", limit).await
}

/// The first that a condition chooses in this order, and how many it chooses.
async fn found<T: Kept>(
    tx: &mut Tx,
    condition: &str,
    values: Vec<Value>,
    order: &str,
    limit: u32,
) -> Result<Found<T>, StoreError> {
    let rest = format!("ORDER BY {order} LIMIT {limit}");
    let oldest: Vec<T> = kept::chosen(tx, condition, values.clone(), &rest).await?;
    let mut all = oldest.len() as u64;
    if all == u64::from(limit) {
        let sql = format!("SELECT count(*) FROM {} WHERE {condition}", T::TABLE);
        let (count,): (i64,) = on!(tx, c => {
            bind_all!(sqlx::query_as(sqlx::AssertSqlSafe(sql)), values).fetch_one(c).await
        })?;
        all = count.cast_unsigned();
    }
    Ok(Found { oldest, all })
}

/// `$from, $from + 1, …`
fn places(from: usize, count: usize) -> String {
    let places: Vec<String> = (from..from + count)
        .map(|place| format!("${place}"))
        .collect();
    places.join(", ")
}

/// When an entry of one of these kinds was last written about each of these orders.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn last_entries(
    tx: &mut Tx,
    orders: &[OrderNumber],
    kinds: &[&str],
) -> Result<HashMap<OrderNumber, Timestamp>, StoreError> {
    if orders.is_empty() || kinds.is_empty() {
        return Ok(HashMap::new());
    }
    // The kinds are chosen here and not there: their index would lead through the whole ledger.
    let sql = format!(
        "SELECT order_number, kind, max(at) FROM entries WHERE order_number IN ({}) GROUP BY order_number, kind",
        places(1, orders.len())
    );
    let values = orders.iter().map(|order| Value::from(order.0));
    let rows: Vec<(i64, String, i64)> = on!(tx, c => {
        bind_all!(sqlx::query_as(sqlx::AssertSqlSafe(sql)), values).fetch_all(c).await
    })?;
    let mut last: HashMap<OrderNumber, Timestamp> = HashMap::new();
    for (order, _, at) in rows
        .iter()
        .filter(|(_, kind, _)| kinds.contains(&kind.as_str()))
    {
        let row = Row {
            table: "entries",
            key: order,
        };
        let at = row.time("at", *at)?;
        let known = last.entry(OrderNumber(row.number("order_number", *order)?));
        let known = known.or_insert(at);
        *known = at.max(*known);
    }
    Ok(last)
}

/// Licensees in a state, those first that are longest in it.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn licensees(
    tx: &mut Tx,
    state: LicenseeState,
    limit: u32,
) -> Result<Found<Licensee>, StoreError> {
    let values = vec![text(state.slug())];
    found(tx, "state = $1", values, "state_since, number", limit).await
}

/// Licensees of whom a step waits for its second person.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn pending(tx: &mut Tx, limit: u32) -> Result<Found<Licensee>, StoreError> {
    let condition = "pending_since IS NOT NULL";
    found(tx, condition, Vec::new(), "pending_since, number", limit).await
}

/// Licensees that need attention on this day for another reason than a step that waits: in one state, or in all.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn needing_attention(
    tx: &mut Tx,
    day: Date,
    state: Option<LicenseeState>,
    limit: u32,
) -> Result<Found<Licensee>, StoreError> {
    let mut condition = "attention_from <= $1 AND pending_since IS NULL".to_owned();
    let mut values = vec![text(day)];
    if let Some(state) = state {
        condition.push_str(" AND state = $2");
        values.push(text(state.slug()));
    }
    found(tx, &condition, values, "attention_from, number", limit).await
}

/// Lots without any report.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn lots_without_report(tx: &mut Tx, limit: u32) -> Result<Found<Lot>, StoreError> {
    found::<Lot>(tx, "reports = 0", Vec::new(), "number", limit).await
}

/// Transfers that wait for this licensee to confirm them.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn transfers(
    tx: &mut Tx,
    licensee: LicenseeNumber,
    limit: u32,
) -> Result<Vec<Transfer>, StoreError> {
    let condition = "(giver = $1 OR receiver = $1) AND state = 'proposed'";
    let rest = format!("ORDER BY number LIMIT {limit}");
    let values = vec![licensee.0.into()];
    let mut open: Vec<Transfer> = kept::chosen(tx, condition, values, &rest).await?;
    open.retain(|transfer| {
        let gives = transfer.from.licensee == licensee;
        let own = if gives {
            &transfer.giver
        } else {
            &transfer.receiver
        };
        own.is_none()
    });
    Ok(open)
}

/// Orders of which a licensee has labels on hand, those that were placed first.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn on_hand(
    tx: &mut Tx,
    licensee: LicenseeNumber,
    limit: u32,
) -> Result<Vec<Order>, StoreError> {
    let rest = format!("ORDER BY number LIMIT {limit}");
    let values = vec![licensee.0.into()];
    kept::chosen(tx, "licensee = $1 AND on_hand > 0", values, &rest).await
}

/// Lots of a licensee that are recalled and have marks that were neither returned, spoiled nor lost.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn recalled_lots(
    tx: &mut Tx,
    licensee: LicenseeNumber,
    limit: u32,
) -> Result<Found<Lot>, StoreError> {
    let condition = "licensee = $1 AND is_recalled = 1 AND marks > 0";
    found(tx, condition, vec![licensee.0.into()], "number", limit).await
}

/// The names of these licensees.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn names(
    tx: &mut Tx,
    licensees: &[LicenseeNumber],
) -> Result<HashMap<LicenseeNumber, String>, StoreError> {
    if licensees.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = format!(
        "SELECT number, name FROM licensees WHERE number IN ({})",
        places(1, licensees.len())
    );
    let values = licensees.iter().map(|one| number(Some(one.0)));
    let rows: Vec<(i64, String)> = on!(tx, c => {
        bind_all!(sqlx::query_as(sqlx::AssertSqlSafe(sql)), values).fetch_all(c).await
    })?;
    let read = |(number, name): (i64, String)| {
        let row = Row {
            table: "licensees",
            key: &number,
        };
        Ok((LicenseeNumber(row.number("number", number)?), name))
    };
    rows.into_iter().map(read).collect()
}
