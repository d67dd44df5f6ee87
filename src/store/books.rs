//! Where each thing of the books is kept.

use super::kept::{Kept, Value, number, optional_text, text};
use crate::domain::container::{Container, ContainerNumber};
use crate::domain::document::{AddedDocument, DocumentNumber};
use crate::domain::entitlement::coefficients::SetCoefficients;
use crate::domain::entitlement::{Account, Entitlement};
use crate::domain::licensee::{Licensee, LicenseeNumber};
use crate::domain::lot::{Lot, LotNumber};
use crate::domain::order::{Order, OrderNumber};
use crate::domain::printer::{Printer, PrinterNumber};
use crate::domain::transfer::{Transfer, TransferNumber};

/// Says where a thing is kept: table, key, columns.
macro_rules! kept {
    ($thing:ty, $key:ty, $table:literal, [$($key_column:literal),+], [$($column:literal),*],
     |$k:ident| $key_values:expr, |$t:ident| $own_key:expr, $values:expr) => {
        impl Kept for $thing {
            type Key = $key;
            const TABLE: &'static str = $table;
            const KEY: &'static [&'static str] = &[$($key_column),+];
            const COLUMNS: &'static [&'static str] = &[$($column),*];

            fn key_values($k: $key) -> Vec<Value> {
                $key_values.into()
            }

            fn key(&self) -> $key {
                let $t = self;
                $own_key
            }

            fn values(&self) -> Vec<Value> {
                let $t = self;
                _ = $t;
                Vec::from($values)
            }
        }
    };
}

kept!(
    Licensee,
    LicenseeNumber,
    "licensees",
    ["number"],
    ["uscc", "name", "state", "attention_from", "contact"],
    |key| [key.0.into()],
    |licensee| licensee.number,
    [
        text(&licensee.uscc),
        text(licensee.name()),
        text(licensee.state.slug()),
        Value::Text(licensee.attention_from().map(|day| day.to_string())),
        optional_text(licensee.particulars.contact.person.as_ref()),
    ]
);

kept!(
    Printer,
    PrinterNumber,
    "printers",
    ["number"],
    ["uscc", "name"],
    |key| [key.0.into()],
    |printer| printer.number,
    [
        text(&printer.particulars.uscc),
        text(&printer.particulars.name),
    ]
);

kept!(
    SetCoefficients,
    u32,
    "coefficients",
    ["version"],
    [],
    |key| [key.into()],
    |set| set.coefficients.version,
    []
);

kept!(
    Entitlement,
    Account,
    "entitlements",
    ["licensee", "season", "form"],
    [],
    |key| [
        key.licensee.0.into(),
        key.season.year().into(),
        text(key.form)
    ],
    |entitlement| entitlement.account,
    []
);

kept!(
    Transfer,
    TransferNumber,
    "transfers",
    ["number"],
    ["giver", "receiver", "state"],
    |key| [key.0.into()],
    |transfer| transfer.number,
    [
        transfer.from.licensee.0.into(),
        transfer.to.0.into(),
        text(transfer.state.slug()),
    ]
);

kept!(
    Order,
    OrderNumber,
    "orders",
    ["number"],
    ["licensee", "printer", "season", "form", "state", "quantity"],
    |key| [key.0.into()],
    |order| order.number,
    [
        order.placed.licensee.0.into(),
        number(order.printer.map(|printer| printer.0)),
        order.placed.season.year().into(),
        text(order.placed.form),
        text(order.state.slug()),
        order.placed.quantity.get().into(),
    ]
);

kept!(
    Container,
    ContainerNumber,
    "containers",
    ["number"],
    ["batch", "kind", "label"],
    |key| [key.0.into()],
    |container| container.number,
    [
        container.filled.batch.get().into(),
        text(container.filled.kind.slug()),
        optional_text(container.filled.label.as_ref()),
    ]
);

kept!(
    Lot,
    LotNumber,
    "lots",
    ["number"],
    ["licensee", "season", "is_recalled", "code"],
    |key| [key.0.into()],
    |lot| lot.number,
    [
        lot.entered.licensee.0.into(),
        lot.entered.public.season.year().into(),
        i64::from(lot.recalled.is_some()).into(),
        text(&lot.entered.public.code),
    ]
);

kept!(
    AddedDocument,
    DocumentNumber,
    "documents",
    ["number"],
    ["licensee", "lot", "purpose", "title", "version", "sha256"],
    |key| [key.0.into()],
    |added| added.document.number,
    [
        added.document.licensee.0.into(),
        number(added.document.lot.map(|lot| lot.0)),
        text(added.document.purpose.slug()),
        text(&added.document.title),
        added.document.version.into(),
        text(&added.document.sha256),
    ]
);
