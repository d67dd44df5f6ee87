//! Lists as people look through them: chosen, sorted by a column, page by page.

use super::ServiceError;
use crate::domain::document::{AddedDocument, DocumentNumber};
use crate::domain::entitlement::{Account, Entitlement};
use crate::domain::licensee::{Licensee, LicenseeNumber};
use crate::domain::lot::{Lot, LotNumber};
use crate::domain::order::{Order, OrderNumber};
use crate::domain::transfer::{Transfer, TransferNumber};
use crate::store::lists::{
    self, DocumentFilter, EntitlementFilter, LicenseeFilter, LotFilter, Sort, TransferFilter,
};
use crate::store::{Store, order};

/// Makes the function that reads a page of one kind of thing, beginning after the thing of that key.
macro_rules! pages {
    ($( $(#[$doc:meta])* $name:ident: $filter:ty, $key:ty => $thing:ty; )+) => {
        $(
            $(#[$doc])*
            ///
            /// # Errors
            /// If the database does not answer.
            pub async fn $name(
                store: &Store,
                filter: $filter,
                sort: Sort,
                after: Option<$key>,
                limit: u32,
            ) -> Result<Vec<$thing>, ServiceError> {
                Ok(lists::$name(&mut store.read().await?, filter, sort, after, limit).await?)
            }
        )+
    };
}

pages! {
    /// Licensees.
    licensees: &LicenseeFilter, LicenseeNumber => Licensee;
    /// Printing orders.
    orders: &order::Filter, OrderNumber => Order;
    /// Lots.
    lots: &LotFilter, LotNumber => Lot;
    /// Entitlements.
    entitlements: &EntitlementFilter, Account => Entitlement;
    /// Transfers.
    transfers: &TransferFilter, TransferNumber => Transfer;
    /// Documents of a licensee.
    documents: DocumentFilter, DocumentNumber => AddedDocument;
}
