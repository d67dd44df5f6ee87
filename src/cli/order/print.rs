//! An order as text and as JSON, and where its labels are.

use serde_json::{Value, json};

use crate::cli::output::{beijing, card, counted, number_of_marks, or_dash, thousands};
use crate::domain::mark::BatchNumber;
use crate::domain::order::Order;
use crate::domain::whereabouts::{Counts, Whereabouts};

pub(super) fn row(order: &Order) -> Vec<String> {
    vec![
        order.number.to_string(),
        order.state.slug().into(),
        order.placed.licensee.to_string(),
        order.placed.season.to_string(),
        order.placed.form.to_string(),
        thousands(u64::from(order.placed.quantity.get())),
        or_dash(order.printer),
        or_dash(order.batch),
        beijing(order.placed_at),
        order.placed.product.to_string(),
    ]
}

pub(super) fn to_text(order: &Order) -> String {
    let placed = &order.placed;
    let mut fields = vec![
        ("licensee", placed.licensee.to_string()),
        (
            "product",
            format!(
                "{}, {} ({}), season {}",
                placed.product,
                placed.form,
                placed.form.chinese(),
                placed.season
            ),
        ),
        (
            "quantity",
            number_of_marks(u64::from(placed.quantity.get())),
        ),
        (
            "market",
            placed.market.as_ref().map_or_else(
                || "anywhere".to_owned(),
                |market| format!("{} ({market})", market.names().en),
            ),
        ),
        ("printer", or_dash(order.printer)),
        ("batch", or_dash(order.batch)),
        (
            "placed",
            format!("{} by {}", beijing(order.placed_at), order.actor),
        ),
    ];
    if let Some(reason) = &order.reason {
        fields.push(("reason", reason.to_string()));
    }
    let title = format!(
        "order {}: {} ({})",
        order.number,
        order.state.slug(),
        order.state.chinese()
    );
    card(&title, &fields)
}

pub(super) fn show_text(order: &Order) -> String {
    let mut text = to_text(order);
    if order.batch.is_some() {
        text.push_str(&labels_text(order));
    }
    text
}

/// Where labels are, in so many lines, and the two sums that must come out.
pub(in crate::cli) fn labels_text(order: &Order) -> String {
    let counts = &order.counts;
    let number = |labels: u32| thousands(u64::from(labels));
    let mut text = "\nlabels".to_owned();
    for place in Whereabouts::ALL {
        let here = counts.at(*place);
        if here > 0 {
            text.push_str(&format!(
                "\n  {:<20} {:>12}  {}",
                place.slug(),
                number(here),
                place.chinese()
            ));
        }
    }
    text.push_str(&format!(
        "\n  ordered {} = good {} + spoiled {} + not reported {}",
        number(counts.all()),
        number(counts.good()),
        number(counts.spoiled()),
        number(not_reported(counts)),
    ));
    text.push_str(&format!(
        "\n  delivered {} = used {} + spoiled {} + lost {} + returned {} + on hand {} + on the way {}",
        number(counts.delivered()),
        number(counts.at(Whereabouts::Used)),
        number(counts.spoiled_in_use()),
        number(counts.at(Whereabouts::LostAfterDelivery)),
        number(counts.returned()),
        number(counts.at(Whereabouts::OnHand)),
        number(counts.at(Whereabouts::InTransit)),
    ));
    let tolerated = order.scrap_tolerance.get();
    let tolerated = format!("{}.{} %", tolerated / 10, tolerated % 10);
    if order.is_scrap_over() {
        text.push_str(&format!(
            "\n  ATTENTION: {} spoiled in printing, more than the {tolerated} tolerated",
            counted(counts.spoiled().into(), "label was", "labels were")
        ));
    }
    if counts.to_be_destroyed() > 0 {
        text.push_str(&format!(
            "\n  {} to be destroyed before two witnesses",
            counted(
                counts.to_be_destroyed().into(),
                "label waits",
                "labels wait"
            )
        ));
    }
    text
}

const fn not_reported(counts: &Counts) -> u32 {
    counts.at(Whereabouts::Unreported)
}

/// The same as JSON: each place, then the sums.
pub(in crate::cli) fn labels_json(order: &Order) -> Value {
    let counts = &order.counts;
    let places = Whereabouts::ALL
        .iter()
        .map(|place| (place.slug().to_owned(), json!(counts.at(*place))));
    json!({
        "at": places.collect::<serde_json::Map<String, Value>>(),
        "all": counts.all(),
        "good": counts.good(),
        "spoiled": counts.spoiled(),
        "delivered": counts.delivered(),
        "spoiled_in_use": counts.spoiled_in_use(),
        "returned": counts.returned(),
        "lost": counts.lost(),
        "to_be_destroyed": counts.to_be_destroyed(),
        "scrap_tolerance": order.scrap_tolerance,
        "is_scrap_over": order.is_scrap_over(),
    })
}

pub(super) fn to_json(order: &Order) -> Value {
    let placed = &order.placed;
    json!({
        "number": order.number,
        "state": order.state,
        "licensee": placed.licensee,
        "season": placed.season,
        "form": placed.form,
        "product": placed.product,
        "quantity": placed.quantity,
        "market": placed.market,
        "printer": order.printer,
        "batch": order.batch.map(BatchNumber::get),
        "reason": order.reason,
        "placed_at": order.placed_at,
        "by": order.actor,
        "labels": labels_json(order),
    })
}
