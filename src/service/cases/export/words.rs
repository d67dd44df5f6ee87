//! What people wrote, letter for letter, whatever a printed page can show of it.

use serde_json::{Value, json};

use super::Gathered;
use crate::domain::alert::{AlertNumber, Happened as OfAlert};
use crate::domain::case::Happened;
use crate::domain::tip::Told;
use crate::service::tips;

/// The case, its steps, its alerts and its tips as JSON; of a tip neither contact nor ticket.
pub(super) fn to_json(gathered: &Gathered) -> Vec<u8> {
    let case = &gathered.whole.case;
    let steps = gathered.whole.steps.iter().map(of_step);
    let all = json!({
        "case": case.number,
        "title": case.title,
        "steps": steps.collect::<Vec<Value>>(),
        "alerts": gathered.of_alerts.iter().map(of_alert).collect::<Vec<Value>>(),
        "tips": gathered.tips.iter().map(of_tip).collect::<Vec<Value>>(),
    });
    let mut bytes = serde_json::to_vec_pretty(&all).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}

fn of_step(step: &Happened) -> Value {
    json!({
        "at": step.at,
        "step": step.step,
        "by": step.by,
        "about": step.other,
        "told": step.told.as_ref().map(Told::as_str),
        "detail": step.detail,
    })
}

fn of_alert((alert, steps): (&AlertNumber, &Vec<OfAlert>)) -> Value {
    let steps = steps.iter().map(|step| {
        json!({
            "at": step.at,
            "step": step.step.slug(),
            "by": step.by,
            "decision": step.decision.as_ref().map(ToString::to_string),
            "told": step.told.as_ref().map(Told::as_str),
        })
    });
    json!({ "alert": alert, "steps": steps.collect::<Vec<Value>>() })
}

fn of_tip(whole: &tips::Whole) -> Value {
    let steps = whole.steps.iter().map(|step| {
        json!({
            "at": step.at,
            "step": step.step.slug(),
            "by": step.by,
            "told": step.told.as_ref().map(Told::as_str),
        })
    });
    json!({
        "tip": whole.tip.number,
        "told": whole.tip.new.told.as_str(),
        "steps": steps.collect::<Vec<Value>>(),
    })
}
