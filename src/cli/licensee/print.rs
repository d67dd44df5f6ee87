//! A licensee as text and as JSON.

use jiff::civil::Date;
use serde_json::{Value, json};

use crate::cli::document;
use crate::cli::entitlement;
use crate::cli::output::{beijing, card, number_of_marks, texts, thousands};
use crate::domain::document::AddedDocument;
use crate::domain::entitlement::Entitlement;
use crate::domain::licensee::{Licensee, RightEnded, Step, StepTaken};
use crate::domain::text::Line;

pub(super) fn row(licensee: &Licensee) -> Vec<String> {
    vec![
        licensee.number.to_string(),
        licensee.uscc.to_string(),
        licensee.legal_basis().slug().into(),
        licensee.state.slug().into(),
        licensee.state_since.to_string(),
        licensee.revision.to_string(),
        licensee.name().to_string(),
    ]
}

pub(super) fn attention_row(licensee: &Licensee, today: Date) -> Vec<Vec<String>> {
    let found = licensee.attention(today);
    let row = |what: String| {
        vec![
            licensee.number.to_string(),
            licensee.state.slug().into(),
            licensee.name().to_string(),
            what,
        ]
    };
    found.iter().map(|one| row(one.in_words())).collect()
}

pub(super) fn to_text(licensee: &Licensee) -> String {
    let said = &licensee.particulars;
    let mut fields = vec![
        ("name", licensee.name().to_string()),
        ("uscc", licensee.uscc.to_string()),
        (
            "basis",
            format!(
                "{} ({})",
                said.legal_basis.slug(),
                said.legal_basis.chinese()
            ),
        ),
        (
            "state",
            format!(
                "{} ({}) since {}",
                licensee.state.slug(),
                licensee.state.chinese(),
                licensee.state_since
            ),
        ),
    ];
    if let Some(since) = licensee.in_force_since {
        fields.push(("in force", format!("since {since}")));
    }
    if let Some(ended) = &licensee.ended {
        fields.push(("right ended", ended_text(ended)));
    }
    if let Some(due) = licensee.correction_due {
        fields.push(("correction", format!("due on {due}")));
    }
    if let Some(pending) = &licensee.pending {
        fields.push((
            "waits",
            format!(
                "{}, proposed by {} at {}; a second person confirms it",
                step_text(&pending.step),
                pending.by,
                beijing(pending.at)
            ),
        ));
    }
    if let Some(day) = licensee.last_use {
        fields.push(("last use", day.to_string()));
    }
    fields.push(("file", format!("version {}", licensee.revision)));
    let mut list = |name, lines: Vec<String>| {
        if !lines.is_empty() {
            fields.push((name, lines.join("; ")));
        }
    };
    let plain = |lines: &[Line]| lines.iter().map(ToString::to_string).collect();
    list("granted by", plain(&said.basis_documents));
    let forms = said.forms.iter();
    list(
        "forms",
        forms
            .map(|form| format!("{form} ({})", form.chinese()))
            .collect(),
    );
    list("products", plain(&said.products));
    let standards = said.standards.iter();
    list(
        "standards",
        standards
            .map(|standard| format!("{} {}", standard.number, standard.version))
            .collect(),
    );
    let areas = said.areas.iter();
    list(
        "base",
        areas
            .map(|(township, area)| format!("{township} {area} mu"))
            .collect(),
    );
    let contact = &said.contact;
    let contact = [
        &contact.person,
        &contact.phone,
        &contact.hotline,
        &contact.address,
    ];
    list(
        "contact",
        contact
            .into_iter()
            .flatten()
            .map(ToString::to_string)
            .collect(),
    );
    fields.push(("entered", beijing(licensee.added_at)));
    card(&format!("licensee {}", licensee.number), &fields)
}

fn ended_text(ended: &RightEnded) -> String {
    let document = ended.document.as_ref();
    format!(
        "{}{}, by {} at {}; marks good until {}",
        ended.reason,
        document.map_or_else(String::new, |number| format!(" ({number})")),
        ended.actor,
        beijing(ended.at),
        beijing(ended.marks_good_until),
    )
}

fn step_text(taken: &StepTaken) -> String {
    format!(
        "{} ({}) of {}: {}",
        taken.step.slug(),
        taken.step.chinese(),
        taken.date,
        taken.ground
    )
}

pub(super) fn show_text(
    licensee: &Licensee,
    today: Date,
    entitlements: &[Entitlement],
    documents: &[AddedDocument],
) -> String {
    let mut text = to_text(licensee);
    text.push_str("\nsteps that lead on");
    for step in licensee.state.steps() {
        let second = if step.needs_two() {
            "; two people: licensee propose"
        } else {
            ""
        };
        text.push_str(&format!("\n  {} ({}{second})", step.slug(), step.chinese()));
    }
    for one in licensee.attention(today) {
        text.push_str(&format!("\nATTENTION: {}", one.in_words()));
    }
    text.push_str("\nentitlements of this year");
    if entitlements.is_empty() {
        text.push_str("\n  (none)");
    }
    for one in entitlements {
        text.push_str(&format!(
            "\n  {} ({}): {} left of {}",
            one.account.form,
            one.account.form.chinese(),
            number_of_marks(one.balance()),
            thousands(entitled(one)),
        ));
    }
    text.push_str("\ndocuments");
    if documents.is_empty() {
        text.push_str("\n  (none)");
    }
    for one in documents {
        text.push_str(&format!("\n  {}", document::in_one_line(one)));
    }
    text
}

/// All that could ever be ordered of an entitlement.
fn entitled(one: &Entitlement) -> u64 {
    one.balance() + one.ordered
}

pub(super) fn attention_json(licensee: &Licensee, today: Date) -> Value {
    let found = licensee.attention(today);
    let one = |one: &crate::domain::licensee::attention::Attention| json!({"kind": one.slug(), "what": one.in_words()});
    found.iter().map(one).collect()
}

pub(super) fn show_json(
    licensee: &Licensee,
    today: Date,
    entitlements: &[Entitlement],
    documents: &[AddedDocument],
) -> Value {
    let mut value = to_json(licensee);
    let step = |step: Step| json!({"step": step, "needs_two": step.needs_two()});
    value["steps"] = licensee.state.steps().map(step).collect();
    value["attention"] = attention_json(licensee, today);
    value["entitlements"] = entitlements.iter().map(entitlement::to_json).collect();
    value["documents"] = documents.iter().map(document::to_json).collect();
    value
}

pub(super) fn to_json(licensee: &Licensee) -> Value {
    let said = &licensee.particulars;
    let areas = said.areas.iter().map(|(township, area)| {
        json!({"township": township.code(), "name": township.name(), "mu": area.to_string()})
    });
    json!({
        "number": licensee.number,
        "name": licensee.name(),
        "uscc": licensee.uscc.as_str(),
        "legal_basis": said.legal_basis,
        "basis_documents": texts(&said.basis_documents),
        "forms": said.forms,
        "products": texts(&said.products),
        "standards": said.standards,
        "areas": areas.collect::<Vec<Value>>(),
        "base_mu": said.base().to_string(),
        "contact": {
            "person": said.contact.person, "phone": said.contact.phone,
            "hotline": said.contact.hotline, "address": said.contact.address,
        },
        "revision": licensee.revision,
        "state": licensee.state,
        "state_since": licensee.state_since,
        "correction_due": licensee.correction_due,
        "in_force_since": licensee.in_force_since,
        "last_use": licensee.last_use,
        "pending": licensee.pending.as_ref().map(|pending| json!({
            "step": pending.step.step, "date": pending.step.date, "ground": pending.step.ground,
            "document": pending.step.document, "marks_good_until": pending.step.marks_good_until,
            "by": pending.by, "at": pending.at,
        })),
        "right_ended": licensee.ended.as_ref().map(|ended| json!({
            "at": ended.at, "marks_good_until": ended.marks_good_until, "reason": ended.reason,
            "document": ended.document, "by": ended.actor,
        })),
        "added_at": licensee.added_at,
    })
}
