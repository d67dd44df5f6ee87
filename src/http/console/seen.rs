//! Things by their number, as the visitor sees them.

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

/// Makes the function that looks one kind of thing up.
macro_rules! seen {
    ($( $name:ident: $module:ident, $key:ty => $thing:ty; )+) => {
        $(
            /// The thing of that number, if the visitor sees it.
            pub async fn $name(visit: &Visit, number: $key) -> Result<$thing, ServiceError> {
                $module::get(&visit.app.store, visit.scope(), number).await
            }
        )+
    };
}

seen! {
    licensee: licensees, LicenseeNumber => Licensee;
    order: orders, OrderNumber => Order;
    lot: lots, LotNumber => Lot;
    document: documents, DocumentNumber => AddedDocument;
    entitlement: entitlements, Account => Entitlement;
    transfer: transfers, TransferNumber => Transfer;
    printer: printers, PrinterNumber => Printer;
    entry: ledger, EntryNumber => StoredEntry;
}
