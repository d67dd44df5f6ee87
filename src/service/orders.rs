//! Printing orders (印制订单) from their placing to their closing. What happens to their labels in between is in
//! [`super::marks`], the making of their codes in [`super::issue`].

use super::desk::{Call, Desk, subject};
use super::lists::Within as _;
use super::{ServiceError, seen};
use crate::domain::access::Scope;
use crate::domain::event::{EventKind, Withdrawal};
use crate::domain::ledger::entry::{
    Entry, Marks, OrderApproved, OrderCancelled, OrderClosed, OrderPlaced, OrderRejected,
    PackReleased, PrinterAssigned,
};
use crate::domain::order::{NewOrder, Order, OrderNumber};
use crate::domain::printer::PrinterNumber;
use crate::domain::refusal::Refusal;
use crate::domain::said::said;
use crate::domain::text::Line;
use crate::store::Store;
use crate::store::order::{self, Filter};

/// Places an order.
///
/// # Errors
/// If there is no such licensee, its right is not in force, or it does not make this form.
pub async fn place(store: &Store, call: &Call, new: NewOrder) -> Result<Order, ServiceError> {
    let mut desk = Desk::open(store, call).await?;
    let is_same = |entry: &Entry| matches!(entry, Entry::OrderPlaced(body) if body.new == new);
    if let Some(earlier) = desk.repeated(is_same)? {
        let number = subject(&earlier, |subjects| subjects.order)?;
        desk.load_order(number).await?;
        return Ok(desk.books.order(number)?.clone());
    }
    desk.load_licensee(new.licensee).await?;
    let order = order::next_number(&mut desk.tx).await?;
    desk.enter(OrderPlaced { order, new })?;
    finish(desk, order).await
}

/// Approves an order: its quantity is taken from the entitlement, which must have it, however many ask at once.
///
/// # Errors
/// If the balance is too small, or the order is not waiting for approval.
pub async fn approve(
    store: &Store,
    call: &Call,
    order: OrderNumber,
    document: Option<Line>,
) -> Result<Order, ServiceError> {
    change(store, call, order, OrderApproved { order, document }).await
}

/// Rejects an order.
///
/// # Errors
/// If it is not waiting for approval.
pub async fn reject(
    store: &Store,
    call: &Call,
    order: OrderNumber,
    reason: Line,
) -> Result<Order, ServiceError> {
    change(store, call, order, OrderRejected { order, reason }).await
}

/// Cancels an order before the printer has its data pack. What was taken from the entitlement comes back; codes that
/// were made are revoked.
///
/// # Errors
/// If the printer has the data pack.
pub async fn cancel(
    store: &Store,
    call: &Call,
    number: OrderNumber,
    reason: Line,
) -> Result<Order, ServiceError> {
    let mut desk = Desk::open(store, call).await?;
    desk.load_order(number).await?;
    let order = number;
    let entry = Entry::from(OrderCancelled {
        order,
        reason: reason.clone(),
    });
    if desk.repeated(|earlier| *earlier == entry)?.is_some() {
        return Ok(desk.books.order(number)?.clone());
    }
    desk.enter(entry)?;
    if let Some(batch) = desk.books.order(number)?.batch {
        let all = vec![desk.books.batch(batch)?.count.all()];
        let mut marks = Marks::new(batch, EventKind::Withdrawn(Withdrawal::Revoked), all);
        marks.reason = Some(reason);
        desk.enter(Entry::Marks(marks))?;
    }
    finish(desk, number).await
}

/// Gives an order to a printer.
///
/// # Errors
/// If there is no such printer, or the order is not approved or released already.
pub async fn assign(
    store: &Store,
    call: &Call,
    order: OrderNumber,
    printer: PrinterNumber,
) -> Result<Order, ServiceError> {
    let mut desk = Desk::open(store, call).await?;
    desk.load_printer(printer).await?;
    change_at(desk, order, PrinterAssigned { order, printer }.into()).await
}

/// Writes down that the printer got the data pack: from now on labels may exist.
///
/// # Errors
/// If the order is not issued or has no printer.
pub async fn release(
    store: &Store,
    call: &Call,
    order: OrderNumber,
    receiver: Line,
    sha256: Option<Line>,
) -> Result<Order, ServiceError> {
    let entry = PackReleased {
        order,
        receiver,
        sha256,
    };
    change(store, call, order, entry).await
}

/// Closes an order. `on_hand` is what the licensee has counted.
///
/// # Errors
/// Unless every label is accounted for.
pub async fn close(
    store: &Store,
    call: &Call,
    order: OrderNumber,
    on_hand: u32,
) -> Result<Order, ServiceError> {
    change(store, call, order, OrderClosed { order, on_hand }).await
}

/// Enters one entry about an order, once for each name of a request.
pub(super) async fn change(
    store: &Store,
    call: &Call,
    number: OrderNumber,
    entry: impl Into<Entry>,
) -> Result<Order, ServiceError> {
    let desk = Desk::open(store, call).await?;
    change_at(desk, number, entry.into()).await
}

async fn change_at(
    mut desk: Desk,
    number: OrderNumber,
    entry: Entry,
) -> Result<Order, ServiceError> {
    desk.load_order(number).await?;
    if desk.repeated(|earlier| *earlier == entry)?.is_some() {
        return Ok(desk.books.order(number)?.clone());
    }
    desk.enter(entry)?;
    finish(desk, number).await
}

async fn finish(desk: Desk, number: OrderNumber) -> Result<Order, ServiceError> {
    let order = desk.books.order(number)?.clone();
    desk.close().await?;
    Ok(order)
}

/// The order of that number.
///
/// # Errors
/// If there is none in the scope; so with all that is asked for by its number.
pub async fn get(store: &Store, scope: Scope, number: OrderNumber) -> Result<Order, ServiceError> {
    let found = seen::order(&mut store.read().await?, scope, number).await?;
    found.ok_or_else(|| unknown(number))
}

/// An order with the names of its parties, which are no secret to whoever sees it.
#[derive(Clone, Debug)]
pub struct Detail {
    /// The order.
    pub order: Order,
    /// For whom it is.
    pub licensee: Line,
    /// Who prints it.
    pub printer: Option<Line>,
}

/// The order of that number with the names of its parties.
///
/// # Errors
/// As [`get`].
pub async fn detail(
    store: &Store,
    scope: Scope,
    number: OrderNumber,
) -> Result<Detail, ServiceError> {
    let mut tx = store.read().await?;
    let order = seen::order(&mut tx, scope, number).await?;
    let order = order.ok_or_else(|| unknown(number))?;
    let licensee = seen::licensee(&mut tx, Scope::All, order.placed.licensee).await?;
    let licensee = licensee.ok_or_else(|| unknown(number))?;
    let printer = match order.printer {
        Some(printer) => seen::printer(&mut tx, Scope::All, printer).await?,
        None => None,
    };
    Ok(Detail {
        licensee: licensee.name().clone(),
        printer: printer.map(|printer| printer.particulars.name),
        order,
    })
}

/// The refusal of a number that no order has, or none that the person may see.
pub(super) fn unknown(number: OrderNumber) -> ServiceError {
    Refusal::no_such(
        said!("there is no order {number}", "没有印制订单 {number}"),
        said!(
            "`yuanmark order list` shows the orders there are",
            "请在印制订单列表中选择"
        ),
    )
    .into()
}

/// The newest wanted orders before `before`, the newest first.
///
/// # Errors
/// If the database does not answer.
pub async fn list(
    store: &Store,
    scope: Scope,
    filter: &Filter,
    before: Option<OrderNumber>,
    limit: u32,
) -> Result<Vec<Order>, ServiceError> {
    let Some(filter) = filter.within(scope) else {
        return Ok(Vec::new());
    };
    Ok(order::list(&mut store.read().await?, &filter, before, limit).await?)
}
