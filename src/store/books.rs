//! Where each thing of the books is kept.

use jiff::civil::Date;

use super::kept::{Kept, Value, number, optional_text, text};
use crate::domain::calendar::day_of;
use crate::domain::container::{Container, ContainerNumber};
use crate::domain::document::{AddedDocument, DocumentNumber};
use crate::domain::entitlement::coefficients::SetCoefficients;
use crate::domain::entitlement::{Account, Entitlement};
use crate::domain::licensee::{Licensee, LicenseeNumber};
use crate::domain::lot::{Lot, LotNumber};
use crate::domain::order::{Order, OrderNumber};
use crate::domain::plan::SetPlanFigures;
use crate::domain::printer::{Printer, PrinterNumber};
use crate::domain::transfer::{Transfer, TransferNumber};
use crate::domain::whereabouts::Whereabouts;

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

/// A day, or none, as a column's value: as text they are in order.
fn day(day: Option<Date>) -> Value {
    Value::Text(day.map(|day| day.to_string()))
}

/// A number of marks as a column's value.
fn marks(marks: u64) -> Value {
    i64::try_from(marks).unwrap_or(i64::MAX).into()
}

kept!(
    Licensee,
    LicenseeNumber,
    "licensees",
    ["number"],
    [
        "uscc",
        "name",
        "state",
        "attention_from",
        "state_since",
        "in_force_since",
        "ended_on",
        "pending_since",
        "contact"
    ],
    |key| [key.0.into()],
    |licensee| licensee.number,
    [
        text(&licensee.uscc),
        text(licensee.name()),
        text(licensee.state.slug()),
        day(licensee.attention_from()),
        text(licensee.state_since),
        day(licensee.in_force_since),
        day(licensee.ended.as_ref().map(|ended| day_of(ended.at))),
        day(licensee.pending.as_ref().map(|pending| day_of(pending.at))),
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
    SetPlanFigures,
    u32,
    "plan_figures",
    ["version"],
    ["season"],
    |key| [key.into()],
    |set| set.figures.version,
    [set.figures.season.year().into()]
);

kept!(
    Entitlement,
    Account,
    "entitlements",
    ["licensee", "season", "form"],
    ["entitled", "pack_grams"],
    |key| [
        key.licensee.0.into(),
        key.season.year().into(),
        text(key.form)
    ],
    |entitlement| entitlement.account,
    [marks(entitlement.entitled()), entitlement.pack_grams.into(),]
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
    [
        "licensee",
        "printer",
        "season",
        "form",
        "state",
        "quantity",
        "unreported",
        "at_printer",
        "in_transit",
        "on_hand",
        "used",
        "to_be_destroyed",
        "good",
        "delivered",
        "offer"
    ],
    |key| [key.0.into()],
    |order| order.number,
    [
        order.placed.licensee.0.into(),
        number(order.printer.map(|printer| printer.0)),
        order.placed.season.year().into(),
        text(order.placed.form),
        text(order.state.slug()),
        order.placed.quantity.get().into(),
        order.counts.at(Whereabouts::Unreported).into(),
        order.counts.at(Whereabouts::AtPrinter).into(),
        order.counts.at(Whereabouts::InTransit).into(),
        order.counts.at(Whereabouts::OnHand).into(),
        order.counts.at(Whereabouts::Used).into(),
        order.counts.to_be_destroyed().into(),
        order.counts.good().into(),
        order.counts.delivered().into(),
        optional_text(order.offer.as_ref().map(|offer| offer.state.slug())),
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
    [
        "licensee",
        "season",
        "is_recalled",
        "marks",
        "reports",
        "code"
    ],
    |key| [key.0.into()],
    |lot| lot.number,
    [
        lot.entered.licensee.0.into(),
        lot.entered.public.season.year().into(),
        i64::from(lot.recalled.is_some()).into(),
        marks(lot.marks),
        i64::try_from(lot.reports.len()).unwrap_or(i64::MAX).into(),
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
