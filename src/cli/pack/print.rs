//! An order's pack as text and as JSON.

use serde_json::{Value, json};

use crate::cli::output::{beijing, card, counted, or_dash};
use crate::domain::mark::BatchNumber;
use crate::domain::order::Order;
use crate::domain::public_url::PublicUrl;
use crate::service::pack::handover::{Handover, Opened};
use crate::store::pack_link::Opening;

pub(super) fn row(order: &Order) -> Vec<String> {
    let offer = order.offer.as_ref();
    vec![
        order.number.to_string(),
        or_dash(offer.map(|offer| offer.state.slug())),
        or_dash(order.printer),
        or_dash(order.batch),
        or_dash(offer.map(|offer| beijing(offer.until))),
        or_dash(offer.map(|offer| offer.taken)),
        order.placed.product.to_string(),
    ]
}

pub(super) fn to_json(order: &Order) -> Value {
    json!({
        "order": order.number,
        "printer": order.printer,
        "batch": order.batch.map(BatchNumber::get),
        "pack": order.offer,
    })
}

/// What was opened just now: the only time that its link is shown.
pub(super) fn opened(opened: &Opened, url: &PublicUrl) -> (Value, String) {
    let link = opened.address(url);
    let mut value = to_json(&opened.order);
    value["link"] = json!(link);
    let mut fields = facts(&opened.order);
    fields.push(("link", link));
    let mut text = card(&title(&opened.order), &fields);
    text.push_str("\nthe link is shown this once, and opens the pack once: give it to the printer");
    (value, text)
}

pub(super) fn show(handover: &Handover) -> (Value, String) {
    let order = &handover.order;
    let mut value = to_json(order);
    let openings: Vec<Value> = handover.openings.iter().map(opening_json).collect();
    value["openings"] = json!(openings);
    let mut text = card(&title(order), &facts(order));
    for opening in &handover.openings {
        text.push_str(&format!("\n{}", opening_text(opening)));
    }
    (value, text)
}

fn title(order: &Order) -> String {
    let state = order.offer.as_ref().map_or_else(
        || "not offered".to_owned(),
        |offer| format!("{} ({})", offer.state.slug(), offer.state.chinese()),
    );
    format!("pack of order {}: {state}", order.number)
}

fn facts(order: &Order) -> Vec<(&'static str, String)> {
    let mut fields = vec![
        ("printer", or_dash(order.printer)),
        ("batch", or_dash(order.batch)),
    ];
    if let Some(offer) = &order.offer {
        fields.push(("key", offer.recipient.to_string()));
        fields.push(("until", beijing(offer.until)));
        if let Some(asked) = &offer.asked {
            let (at, by) = (beijing(asked.at), &asked.by);
            fields.push(("asked", format!("{at} by {by}: {}", asked.reason)));
        }
    }
    fields
}

fn opening_json(opening: &Opening) -> Value {
    json!({
        "opening": opening.opening,
        "made_at": opening.made_at,
        "taken_at": opening.taken_at,
        "bytes": opening.sent.as_ref().map(|sent| sent.bytes),
        "sha256": opening.sent.as_ref().map(|sent| &sent.sha256),
        "is_whole": opening.sent.as_ref().map(|sent| sent.is_whole),
    })
}

fn opening_text(opening: &Opening) -> String {
    let number = opening.opening;
    let Some(at) = opening.taken_at else {
        return format!("  link {number}: not used");
    };
    let at = beijing(at);
    match &opening.sent {
        None => format!("  link {number}: used {at}, not known to have come to its end"),
        Some(sent) => format!(
            "  link {number}: used {at}, {}{}, SHA-256 {}",
            counted(sent.bytes, "byte", "bytes"),
            if sent.is_whole { "" } else { ", broken off" },
            sent.sha256
        ),
    }
}
