//! What a person sees: things by their number, within the person's scope. What is outside is not found, the same as what
//! was never there; so every use case that looks things up here refuses both alike.

use std::collections::BTreeSet;

use super::{ServiceError, no_batch};
use crate::domain::access::Scope;
use crate::domain::container::{Container, ContainerNumber};
use crate::domain::document::{AddedDocument, DocumentNumber};
use crate::domain::licensee::{Licensee, LicenseeNumber};
use crate::domain::lot::{Lot, LotNumber};
use crate::domain::mark::BatchNumber;
use crate::domain::order::{Batch, Order, OrderNumber};
use crate::domain::printer::{Printer, PrinterNumber};
use crate::domain::selection::{self, LineError, ReadLine};
use crate::domain::transfer::{Transfer, TransferNumber};
use crate::store::{StoreError, Tx, batch, kept, licensee, order};

/// A licensee's file: its own, and everybody's for who is of no party.
pub(super) async fn licensee(
    tx: &mut Tx,
    scope: Scope,
    number: LicenseeNumber,
) -> Result<Option<Licensee>, StoreError> {
    if scope.sees_licensee(number) {
        return licensee::get(tx, number).await;
    }
    Ok(None)
}

/// A printer: its own file.
pub(super) async fn printer(
    tx: &mut Tx,
    scope: Scope,
    number: PrinterNumber,
) -> Result<Option<Printer>, StoreError> {
    if scope.sees_printer(number) {
        return kept::get(tx, number).await;
    }
    Ok(None)
}

/// An order: its licensee's and its printer's.
pub(super) async fn order(
    tx: &mut Tx,
    scope: Scope,
    number: OrderNumber,
) -> Result<Option<Order>, StoreError> {
    let found = order::get(tx, number).await?;
    Ok(found.filter(|order| scope.sees_order(order)))
}

/// A batch with its order: as the order.
pub(super) async fn batch_of_order(
    tx: &mut Tx,
    scope: Scope,
    number: BatchNumber,
) -> Result<Option<(Batch, Order)>, StoreError> {
    let Some(found) = batch::get(tx, number).await? else {
        return Ok(None);
    };
    let order = order(tx, scope, found.order).await?;
    Ok(order.map(|order| (found, order)))
}

/// A batch: as its order.
pub(super) async fn batch(
    tx: &mut Tx,
    scope: Scope,
    number: BatchNumber,
) -> Result<Option<Batch>, StoreError> {
    let found = batch_of_order(tx, scope, number).await?;
    Ok(found.map(|(batch, _)| batch))
}

/// A lot: its licensee's.
pub(super) async fn lot(
    tx: &mut Tx,
    scope: Scope,
    number: LotNumber,
) -> Result<Option<Lot>, StoreError> {
    let found: Option<Lot> = kept::get(tx, number).await?;
    Ok(found.filter(|lot| scope.sees_licensee(lot.entered.licensee)))
}

/// A roll or box: as its batch.
pub(super) async fn container(
    tx: &mut Tx,
    scope: Scope,
    number: ContainerNumber,
) -> Result<Option<Container>, StoreError> {
    let found: Option<Container> = kept::get(tx, number).await?;
    match found {
        Some(found) if batch(tx, scope, found.filled.batch).await?.is_some() => Ok(Some(found)),
        _ => Ok(None),
    }
}

/// A document: its licensee's.
pub(super) async fn document(
    tx: &mut Tx,
    scope: Scope,
    number: DocumentNumber,
) -> Result<Option<AddedDocument>, StoreError> {
    let found: Option<AddedDocument> = kept::get(tx, number).await?;
    Ok(found.filter(|added| scope.sees_licensee(added.document.licensee)))
}

/// A transfer: giver's and receiver's.
pub(super) async fn transfer(
    tx: &mut Tx,
    scope: Scope,
    number: TransferNumber,
) -> Result<Option<Transfer>, StoreError> {
    let found: Option<Transfer> = kept::get(tx, number).await?;
    Ok(found.filter(|one| scope.sees_licensee(one.from.licensee) || scope.sees_licensee(one.to)))
}

/// The batch, or the refusal of its number.
pub(super) async fn batch_or_refusal(
    tx: &mut Tx,
    scope: Scope,
    number: BatchNumber,
) -> Result<Batch, ServiceError> {
    let found = batch(tx, scope, number).await?;
    found.ok_or_else(|| no_batch(number))
}

/// Takes the lines of batches that the person does not see for what they are to that person: serials of nobody. A serial
/// tells whoever has it in hand nothing about the batches of others.
pub(super) async fn hide_lines_of_others(
    tx: &mut Tx,
    scope: Scope,
    lines: &mut [ReadLine<'_>],
) -> Result<(), StoreError> {
    if scope == Scope::All {
        return Ok(());
    }
    let mut named = selection::batches(lines);
    for (.., read) in lines.iter() {
        match read {
            Err(LineError::Foreign { found, .. }) => named.extend([*found]),
            Err(LineError::TwoBatches { first, last }) => named.extend([*first, *last]),
            _ => {}
        }
    }
    let mut hidden = BTreeSet::new();
    for number in named {
        if batch(tx, scope, number).await?.is_none() {
            hidden.insert(number);
        }
    }
    let is_hidden = |number: &BatchNumber| hidden.contains(number);
    for (.., read) in lines {
        let hide = match read {
            Ok(chosen) => is_hidden(&chosen.batch),
            Err(LineError::Foreign { found, .. }) => is_hidden(found),
            Err(LineError::TwoBatches { first, last }) => is_hidden(first) || is_hidden(last),
            Err(_) => false,
        };
        if hide {
            *read = Err(LineError::NotOurs);
        }
    }
    Ok(())
}
