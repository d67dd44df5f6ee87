//! An entry of the ledger as text and as JSON.

use serde_json::{Value, json};

use crate::cli::output::{beijing, card, or_dash};
use crate::domain::ledger::chain::StoredEntry;
use crate::domain::ledger::entry::chinese;
use crate::service::ledger::Afterwards;

pub(super) fn row(entry: &StoredEntry) -> Vec<String> {
    let about = &entry.subjects;
    vec![
        entry.number.to_string(),
        beijing(entry.at),
        or_dash(about.licensee),
        or_dash(about.printer),
        or_dash(about.order),
        or_dash(about.season),
        or_dash(about.lot),
        entry.kind.clone(),
        entry.actor.to_string(),
    ]
}

fn body(entry: &StoredEntry) -> Value {
    serde_json::from_str(&entry.body).unwrap_or_default()
}

pub(super) fn to_text(entry: &StoredEntry) -> String {
    let about = &entry.subjects;
    let title = format!(
        "entry {}: {} ({})",
        entry.number,
        entry.kind,
        chinese(&entry.kind)
    );
    let mut fields = vec![
        ("at", beijing(entry.at)),
        ("by", entry.actor.to_string()),
        ("licensee", or_dash(about.licensee)),
        ("printer", or_dash(about.printer)),
        ("order", or_dash(about.order)),
        ("season", or_dash(about.season)),
        ("lot", or_dash(about.lot)),
        ("request", or_dash(entry.request.as_ref())),
        ("hash", entry.hash.to_string()),
    ];
    fields.retain(|(_, value)| value != "-");
    let says = serde_json::to_string_pretty(&body(entry)).unwrap_or_default();
    format!("{}\n{says}", card(&title, &fields))
}

/// An entry, the one that takes it back, and the notes on it.
pub(super) fn show_text(entry: &StoredEntry, after: &Afterwards) -> String {
    let mut text = to_text(entry);
    if let Some(number) = after.corrected_by {
        text.push_str(&format!("\ntaken back by entry {number}"));
    }
    for note in &after.notes {
        text.push_str(&format!(
            "\nnote, entry {}, {} by {}: {}",
            note.number,
            beijing(note.at),
            note.actor,
            said(note)
        ));
    }
    text
}

pub(super) fn show_json(entry: &StoredEntry, after: &Afterwards) -> Value {
    let note = |note: &StoredEntry| json!({"entry": note.number, "at": note.at, "by": note.actor, "text": said(note)});
    let mut value = to_json(entry);
    value["corrected_by"] = json!(after.corrected_by);
    value["notes"] = after.notes.iter().map(note).collect();
    value
}

/// What a note says.
fn said(note: &StoredEntry) -> String {
    let body = body(note);
    body["text"].as_str().unwrap_or_default().to_owned()
}

pub(super) fn to_json(entry: &StoredEntry) -> Value {
    let about = &entry.subjects;
    json!({
        "number": entry.number,
        "at": entry.at,
        "by": entry.actor,
        "kind": entry.kind,
        "chinese": chinese(&entry.kind),
        "request": entry.request,
        "licensee": about.licensee,
        "printer": about.printer,
        "order": about.order,
        "season": about.season,
        "lot": about.lot,
        "body": body(entry),
        "hash": entry.hash.to_string(),
    })
}
