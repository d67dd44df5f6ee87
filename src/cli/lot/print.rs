//! A lot as text and as JSON.

use serde_json::{Value, json};

use crate::cli::output::{beijing, card, number_of_marks, or_dash, texts, thousands};
use crate::domain::lot::{Lot, TestReport};

pub(super) fn row(lot: &Lot) -> Vec<String> {
    let label = &lot.entered.public;
    vec![
        lot.number.to_string(),
        lot.entered.licensee.to_string(),
        label.season.to_string(),
        label.form.to_string(),
        thousands(u64::from(lot.entered.packs)),
        thousands(lot.marks),
        or_dash(lot.reports.last().map(|report| report.result.slug())),
        if lot.recalled.is_some() { "yes" } else { "no" }.into(),
        beijing(lot.at),
        label.code.to_string(),
    ]
}

fn report_text(report: &TestReport) -> String {
    format!(
        "{} ({}): {} of {}, {}",
        report.result.slug(),
        report.result.chinese(),
        report.number,
        report.date,
        report.laboratory,
    )
}

pub(super) fn to_text(lot: &Lot) -> String {
    let label = &lot.entered.public;
    let mut public = vec![
        ("code", label.code.to_string()),
        (
            "product",
            format!(
                "{}, {} ({}), season {}",
                label.product,
                label.form,
                label.form.chinese(),
                label.season
            ),
        ),
        (
            "harvested",
            format!("{} in {}", label.harvested, label.township),
        ),
        ("standard", label.standard.to_string()),
        ("certificate", or_dash(label.certificate.as_ref())),
    ];
    public.extend(
        lot.reports
            .iter()
            .map(|report| ("test", report_text(report))),
    );
    if let Some(reason) = &lot.recalled {
        public.push(("RECALLED", reason.to_string()));
    }
    let title = format!("lot {} (生产批次), what the public sees:", lot.number);
    let mut text = card(&title, &public);
    let steps = texts(&lot.entered.steps).join(", ");
    let inner = [
        ("licensee", lot.entered.licensee.to_string()),
        (
            "packs",
            format!(
                "{}, {} activated",
                thousands(u64::from(lot.entered.packs)),
                number_of_marks(lot.marks)
            ),
        ),
        (
            "steps",
            or_dash(Some(steps).filter(|text| !text.is_empty())),
        ),
        ("entered", format!("{} by {}", beijing(lot.at), lot.by)),
    ];
    text.push('\n');
    text.push_str(&card("not public:", &inner));
    for report in &lot.reports {
        if let Some(hash) = &report.file {
            text.push_str(&format!("\n  file of {}: SHA-256 {hash}", report.number));
        }
    }
    text
}

pub(super) fn to_json(lot: &Lot) -> Value {
    let label = &lot.entered.public;
    let report = |report: &TestReport| {
        json!({
            "laboratory": report.laboratory, "number": report.number, "date": report.date,
            "result": report.result, "file_sha256": report.file,
        })
    };
    json!({
        "number": lot.number,
        "licensee": lot.entered.licensee,
        "public": {
            "code": label.code,
            "product": label.product,
            "form": label.form,
            "season": label.season,
            "harvested": label.harvested,
            "township": {"code": label.township.code(), "name": label.township.name()},
            "standard": label.standard,
            "certificate": label.certificate,
        },
        "packs": lot.entered.packs,
        "steps": lot.entered.steps,
        "reports": lot.reports.iter().map(report).collect::<Vec<Value>>(),
        "has_passed": lot.has_passed(),
        "recalled": lot.recalled,
        "marks": lot.marks,
        "entered_at": lot.at,
        "by": lot.by,
    })
}
