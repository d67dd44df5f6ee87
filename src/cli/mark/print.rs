//! Marks and what was done to them, as text and as JSON.

use serde_json::{Value, json};

use crate::cli::failure::{bad_line, visible};
use crate::cli::output::{beijing, card, number_of_marks, or_dash, table, thousands};
use crate::domain::claim::Claim;
use crate::domain::event::{EventKind, RangeEvent};
use crate::domain::selection::{LineOutcome, LineReport};
use crate::domain::text::Line;
use crate::service::marks::{Changed, MarkReport};

pub(super) fn changed_text(kind: EventKind, changed: &Changed) -> String {
    let (word, before) = match kind {
        EventKind::Restored(kind) => (
            format!("no longer {}", kind.slug()),
            format!(
                "{} not {}",
                if changed.unchanged == 1 {
                    "was"
                } else {
                    "were"
                },
                kind.slug()
            ),
        ),
        _ => (kind.slug().to_owned(), "unchanged".to_owned()),
    };
    let mut text = String::new();
    for line in &changed.lines {
        match &line.outcome {
            LineOutcome::Taken { .. } => {}
            LineOutcome::Repeated { marks, repeated } => text.push_str(&format!(
                "line {}: {}: {} in earlier lines, {marks} new\n",
                line.line,
                visible(&line.text),
                number_of_marks((*repeated).into())
            )),
            LineOutcome::Bad(_) => {
                text.extend(bad_line(line).map(|line| format!("{line}; passed over\n")));
            }
        }
    }
    text.push_str(&format!("{word}: {}", number_of_marks(changed.marks)));
    if changed.unchanged > 0 {
        text.push_str(&format!("; {} {before}", thousands(changed.unchanged)));
    }
    if changed.still_withdrawn > 0 {
        text.push_str(&format!(
            "; {} of them {} withdrawn for another reason, which has precedence",
            thousands(changed.still_withdrawn),
            if changed.still_withdrawn == 1 {
                "stays"
            } else {
                "stay"
            }
        ));
    }
    if changed.used_without_right() > 0 {
        text.push_str(&format!(
            "; ATTENTION: of them withdrawn or never activated: {}",
            thousands(changed.used_without_right())
        ));
    }
    for entry in &changed.entries {
        text.push_str(&format!("; entry {entry}"));
    }
    for (batch, range) in changed.ranges.iter().take(20) {
        text.push_str(&format!("\n  batch {batch}: {range}"));
    }
    if changed.ranges.len() > 20 {
        text.push_str(&format!(
            "\n  … and {} more ranges",
            changed.ranges.len() - 20
        ));
    }
    text
}

pub(super) fn changed_json(kind: EventKind, changed: &Changed) -> Value {
    let ranges = changed.ranges.iter().map(|(batch, range)| {
        json!({"batch": batch.get(), "first": range.first().get(), "last": range.last().get()})
    });
    json!({
        "kind": kind.slug(),
        "entries": changed.entries,
        "marks": changed.marks,
        "unchanged": changed.unchanged,
        "still_withdrawn": changed.still_withdrawn,
        "used_without_right": changed.used_without_right(),
        "ranges": ranges.collect::<Vec<Value>>(),
        "lines": changed.lines.iter().map(line_json).collect::<Vec<Value>>(),
    })
}

pub(in crate::cli) fn line_json(line: &LineReport) -> Value {
    let (outcome, marks, repeated, error) = match &line.outcome {
        LineOutcome::Taken { marks } => ("taken", *marks, 0, None),
        LineOutcome::Repeated { marks, repeated } => ("repeated", *marks, *repeated, None),
        LineOutcome::Bad(error) => ("bad", 0, 0, Some(error.to_string())),
    };
    json!({
        "line": line.line, "text": line.text, "outcome": outcome,
        "marks": marks, "repeated": repeated, "error": error,
    })
}

pub(super) fn report_text(report: &MarkReport) -> String {
    let batch = &report.batch;
    let queries = match &report.queries {
        None => "none".into(),
        Some(queries) => format!(
            "{}, the first at {}",
            thousands(queries.count),
            beijing(queries.first_at)
        ),
    };
    let place = report.label.place;
    let mut facts = vec![
        ("state", report.state.into()),
        ("label", format!("{} ({})", place.slug(), place.chinese())),
        ("lot", or_dash(report.label.lot)),
        (
            "licensee",
            format!(
                "{}, season {}, {} ({})",
                batch.licensee,
                batch.season,
                batch.form,
                batch.form.chinese()
            ),
        ),
        ("queries", queries),
    ];
    if batch.has_hidden_codes {
        let claimed = report.claim.as_ref().map(claimed);
        facts.push((
            "hidden code",
            claimed.unwrap_or_else(|| "not claimed".into()),
        ));
    }
    let mut text = card(&format!("mark {}  {}", report.mark, report.serial), &facts);
    text.push('\n');
    let rows: Vec<Vec<String>> = report.events.iter().map(event_row).collect();
    text.push_str(&table(
        &["entry", "what", "at", "marks", "by", "reason"],
        &rows,
    ));
    text
}

fn claimed(claim: &Claim) -> String {
    let place = claim.place.map(|place| place.prefecture.province());
    let place = place.map_or("place not known", |(chinese, _)| chinese);
    format!("claimed at {}, {place}", beijing(claim.at))
}

fn event_row(event: &RangeEvent) -> Vec<String> {
    let reason = [event.reason.as_ref(), event.document.as_ref()];
    let reason: Vec<&str> = reason.into_iter().flatten().map(Line::as_str).collect();
    vec![
        event.number.to_string(),
        event.kind.slug().into(),
        beijing(event.at),
        event.range.to_string(),
        event.actor.to_string(),
        reason.join(" · "),
    ]
}

pub(super) fn report_json(report: &MarkReport) -> Value {
    let events = report.events.iter().map(|event| {
        json!({
            "number": event.number,
            "kind": event.kind.slug(),
            "first": event.range.first().get(),
            "last": event.range.last().get(),
            "at": event.at,
            "by": event.actor.as_str(),
            "reason": event.reason.as_ref().map(Line::as_str),
            "document": event.document.as_ref().map(Line::as_str),
            "lot": event.lot,
        })
    });
    json!({
        "batch": report.mark.batch.get(),
        "index": report.mark.index.get(),
        "serial": report.serial.to_string(),
        "state": report.state,
        "label": report.label.place,
        "lot": report.label.lot,
        "licensee": report.batch.licensee.0,
        "season": report.batch.season.year(),
        "form": report.batch.form.slug(),
        "queries": report.queries.as_ref().map_or(0, |queries| queries.count),
        "first_query_at": report.queries.as_ref().map(|queries| queries.first_at),
        "has_hidden_code": report.batch.has_hidden_codes,
        "claimed_at": report.claim.as_ref().map(|claim| claim.at),
        "events": events.collect::<Vec<Value>>(),
    })
}
