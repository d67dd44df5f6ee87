//! Lists as people look through them: chosen, sorted by a column, page by page, and of that what the person sees.

use super::ServiceError;
use crate::domain::access::Scope;
use crate::domain::document::{AddedDocument, DocumentNumber};
use crate::domain::entitlement::{Account, Entitlement};
use crate::domain::licensee::{Licensee, LicenseeNumber};
use crate::domain::lot::{Lot, LotNumber};
use crate::domain::order::{Order, OrderNumber};
use crate::domain::transfer::{Transfer, TransferNumber};
use crate::store::lists::{
    self, DocumentFilter, EntitlementFilter, LicenseeFilter, LotFilter, Sort, TransferFilter,
};
use crate::store::{Store, batch, ledger, order};

/// What is wanted of a list, narrowed to what a person sees.
pub(super) trait Within: Clone {
    /// What of it is seen; `None` if nothing is.
    fn within(&self, scope: Scope) -> Option<Self>;
}

/// Lists of things that belong to a licensee, whose number stands in this field.
macro_rules! of_licensees {
    ($( $filter:ty, $field:ident; )+) => {
        $(
            impl Within for $filter {
                fn within(&self, scope: Scope) -> Option<Self> {
                    let $field = scope.of_licensees(self.$field)?;
                    Some(Self { $field, ..self.clone() })
                }
            }
        )+
    };
}

of_licensees! {
    LicenseeFilter, number;
    LotFilter, licensee;
    EntitlementFilter, licensee;
    TransferFilter, licensee;
}

/// Lists of things that belong to a licensee and are given to a printer.
macro_rules! of_orders {
    ($( $filter:ty; )+) => {
        $(
            impl Within for $filter {
                fn within(&self, scope: Scope) -> Option<Self> {
                    let mut own = self.clone();
                    scope.narrows(&mut own.licensee, &mut own.printer).then_some(own)
                }
            }
        )+
    };
}

of_orders! {
    order::Filter;
    batch::Filter;
    ledger::Filter;
}

impl Within for DocumentFilter {
    fn within(&self, scope: Scope) -> Option<Self> {
        scope.sees_licensee(self.licensee).then_some(*self)
    }
}

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
                scope: Scope,
                filter: &$filter,
                sort: Sort,
                after: Option<$key>,
                limit: u32,
            ) -> Result<Vec<$thing>, ServiceError> {
                let Some(filter) = filter.within(scope) else {
                    return Ok(Vec::new());
                };
                Ok(lists::$name(&mut store.read().await?, &filter, sort, after, limit).await?)
            }
        )+
    };
}

pages! {
    /// Licensees.
    licensees: LicenseeFilter, LicenseeNumber => Licensee;
    /// Printing orders.
    orders: order::Filter, OrderNumber => Order;
    /// Lots.
    lots: LotFilter, LotNumber => Lot;
    /// Entitlements.
    entitlements: EntitlementFilter, Account => Entitlement;
    /// Transfers.
    transfers: TransferFilter, TransferNumber => Transfer;
    /// Documents of a licensee.
    documents: DocumentFilter, DocumentNumber => AddedDocument;
}
