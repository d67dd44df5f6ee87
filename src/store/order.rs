//! Printing orders.

use super::kept::{self, Value, number, text};
use super::{StoreError, Tx, counter};
use crate::domain::licensee::LicenseeNumber;
use crate::domain::offer::OfferState;
use crate::domain::order::{Order, OrderNumber, OrderState};
use crate::domain::printer::PrinterNumber;
use crate::domain::season::Season;

/// Takes the next number.
///
/// # Errors
/// [`StoreError::NumbersUsedUp`] after 2³² orders.
pub async fn next_number(tx: &mut Tx) -> Result<OrderNumber, StoreError> {
    counter::next_of(tx, "order").await.map(OrderNumber)
}

/// The order of that number.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn get(tx: &mut Tx, number: OrderNumber) -> Result<Option<Order>, StoreError> {
    kept::get(tx, number).await
}

/// Which orders are wanted.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Of this licensee.
    pub licensee: Option<LicenseeNumber>,
    /// Of this printer.
    pub printer: Option<PrinterNumber>,
    /// Of this season.
    pub season: Option<Season>,
    /// In this state.
    pub state: Option<OrderState>,
}

/// The newest wanted orders before `before`, the newest first; with `None` the newest of all.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn list(
    tx: &mut Tx,
    filter: &Filter,
    before: Option<OrderNumber>,
    limit: u32,
) -> Result<Vec<Order>, StoreError> {
    let wanted = [
        ("licensee =", number(filter.licensee.map(|number| number.0))),
        ("printer =", number(filter.printer.map(|number| number.0))),
        ("season =", number(filter.season.map(Season::year))),
        (
            "state =",
            filter
                .state
                .map_or(Value::Text(None), |state| text(state.slug())),
        ),
        ("number <", number(before.map(|number| number.0))),
    ];
    kept::newest(tx, &wanted, limit).await
}

/// The newest orders before `before` whose packs were offered to their printers, the newest first.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn offered(
    tx: &mut Tx,
    (licensee, printer): (Option<LicenseeNumber>, Option<PrinterNumber>),
    state: Option<OfferState>,
    before: Option<OrderNumber>,
    limit: u32,
) -> Result<Vec<Order>, StoreError> {
    let wanted = [
        ("offer >", text("")),
        (
            "offer =",
            state.map_or(Value::Text(None), |state| text(state.slug())),
        ),
        ("licensee =", number(licensee.map(|number| number.0))),
        ("printer =", number(printer.map(|number| number.0))),
        ("number <", number(before.map(|number| number.0))),
    ];
    kept::newest(tx, &wanted, limit).await
}
