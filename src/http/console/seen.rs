//! Things by their number, if they are the person's to see. What is somebody else's is refused like a number that was
//! never given.

use super::guard::Visit;
use crate::domain::document::{AddedDocument, DocumentNumber};
use crate::domain::entitlement::{Account, Entitlement};
use crate::domain::ledger::chain::{EntryNumber, StoredEntry};
use crate::domain::licensee::{Licensee, LicenseeNumber};
use crate::domain::lot::{Lot, LotNumber};
use crate::domain::order::{Order, OrderNumber};
use crate::domain::printer::{Printer, PrinterNumber};
use crate::domain::transfer::{Transfer, TransferNumber};
use crate::service::{
    ServiceError, documents, entitlements, ledger, licensees, lots, orders, printers, transfers,
};

/// The licensee.
pub async fn licensee(visit: &Visit, number: LicenseeNumber) -> Result<Licensee, ServiceError> {
    if !visit.scope().sees_licensee(number) {
        return Err(licensees::unknown(number));
    }
    licensees::get(&visit.app.store, number).await
}

/// The order: its licensee's and its printer's.
pub async fn order(visit: &Visit, number: OrderNumber) -> Result<Order, ServiceError> {
    let order = orders::get(&visit.app.store, number).await?;
    if visit.scope().sees_order(&order) {
        return Ok(order);
    }
    Err(orders::unknown(number))
}

/// The lot.
pub async fn lot(visit: &Visit, number: LotNumber) -> Result<Lot, ServiceError> {
    let lot = lots::get(&visit.app.store, number).await?;
    if visit.scope().sees_licensee(lot.entered.licensee) {
        return Ok(lot);
    }
    Err(lots::unknown(number))
}

/// What is known of a document.
pub async fn document(
    visit: &Visit,
    number: DocumentNumber,
) -> Result<AddedDocument, ServiceError> {
    let added = documents::get(&visit.app.store, number).await?;
    if visit.scope().sees_licensee(added.document.licensee) {
        return Ok(added);
    }
    Err(documents::unknown(number))
}

/// The entitlement.
pub async fn entitlement(visit: &Visit, account: Account) -> Result<Entitlement, ServiceError> {
    if !visit.scope().sees_licensee(account.licensee) {
        return Err(entitlements::unknown(account));
    }
    entitlements::get(&visit.app.store, account).await
}

/// The transfer: its giver's and its receiver's.
pub async fn transfer(visit: &Visit, number: TransferNumber) -> Result<Transfer, ServiceError> {
    let transfer = transfers::get(&visit.app.store, number).await?;
    let scope = visit.scope();
    if scope.sees_licensee(transfer.from.licensee) || scope.sees_licensee(transfer.to) {
        return Ok(transfer);
    }
    Err(transfers::unknown(number))
}

/// The printer; a printer's person sees its own alone.
pub async fn printer(visit: &Visit, number: PrinterNumber) -> Result<Printer, ServiceError> {
    let own = visit.scope().printer();
    if own.is_some_and(|own| own != number) || visit.scope().licensee().is_some() {
        return Err(printers::unknown(number));
    }
    printers::get(&visit.app.store, number).await
}

/// The entry of the ledger.
pub async fn entry(visit: &Visit, number: EntryNumber) -> Result<StoredEntry, ServiceError> {
    let stored = ledger::get(&visit.app.store, number).await?;
    if visit.scope().sees_entry(&stored.subjects) {
        return Ok(stored);
    }
    Err(ledger::unknown(number))
}
