//! A batch as text and as JSON.

use serde_json::{Value, json};

use crate::cli::order::{labels_json, labels_text};
use crate::cli::output::{beijing, card, number_of_marks, thousands};
use crate::domain::order::Batch;
use crate::service::issue::BatchReport;

pub(super) fn row(batch: &Batch) -> Vec<String> {
    vec![
        batch.number.to_string(),
        batch.order.to_string(),
        batch.licensee.to_string(),
        batch.season.to_string(),
        batch.form.to_string(),
        thousands(u64::from(batch.count.get())),
        batch.key.to_string(),
        if batch.has_hidden_codes { "yes" } else { "no" }.into(),
        beijing(batch.issued_at),
    ]
}

pub(super) fn to_json(batch: &Batch) -> Value {
    json!({
        "number": batch.number.get(),
        "order": batch.order.0,
        "licensee": batch.licensee.0,
        "season": batch.season.year(),
        "form": batch.form.slug(),
        "count": batch.count.get(),
        "key": batch.key,
        "has_hidden_codes": batch.has_hidden_codes,
        "issued_at": batch.issued_at,
        "by": batch.actor.as_str(),
        "idempotency_key": batch.idempotency_key.as_str(),
    })
}

pub(super) fn report_json(report: &BatchReport) -> Value {
    let mut value = to_json(&report.batch);
    value["product"] = json!(report.order.placed.product.as_str());
    value["marks_by_state"] = json!(report.marks_by_state);
    value["queries"] = json!(report.queries);
    let ranges = report.ranges.iter().map(|(range, state)| {
        json!({"first": range.first().get(), "last": range.last().get(), "state": state})
    });
    value["ranges"] = ranges.collect();
    value["labels"] = labels_json(&report.order);
    value
}

pub(super) fn report_text(report: &BatchReport) -> String {
    /// More would scroll the summary away; --json has them all.
    const MOST_RANGES: usize = 20;
    let batch = &report.batch;
    let title = format!(
        "batch {}: {} of order {}",
        batch.number,
        number_of_marks(u64::from(batch.count.get())),
        batch.order,
    );
    let mut text = card(
        &title,
        &[
            (
                "product",
                format!(
                    "{}, {} ({}), season {}",
                    report.order.placed.product,
                    batch.form,
                    batch.form.chinese(),
                    batch.season
                ),
            ),
            ("licensee", batch.licensee.to_string()),
            ("key", batch.key.to_string()),
            (
                "issued",
                format!("{} by {}", beijing(batch.issued_at), batch.actor),
            ),
            ("queries", thousands(report.queries)),
        ],
    );
    text.push_str("\nmarks");
    for (state, marks) in &report.marks_by_state {
        text.push_str(&format!("\n  {state:<20} {:>12}", thousands(*marks)));
    }
    for (range, state) in report.ranges.iter().take(MOST_RANGES) {
        text.push_str(&format!("\n    {:<17} {state}", range.to_string()));
    }
    if report.ranges.len() > MOST_RANGES {
        text.push_str(&format!(
            "\n    … and {} more ranges",
            report.ranges.len() - MOST_RANGES
        ));
    }
    text.push_str(&labels_text(&report.order));
    text
}
