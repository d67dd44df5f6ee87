//! The form of an event.

use super::which;
use super::words::said;
use crate::domain::access::Scope;
use crate::domain::event::{EventKind, Withdrawal};
use crate::domain::lot::Lot;
use crate::domain::mark::BatchNumber;
use crate::domain::order::Batch;
use crate::domain::said::said;
use crate::http::App;
use crate::http::console::form::{Form, Kind};
use crate::http::console::guard::Visit;
use crate::http::console::page::thousands;
use crate::http::console::party::Names;
use crate::http::console::typed::Typed;
use crate::http::console::words::{listed, noted, two};
use crate::service::{ServiceError, issue, lots};

/// Lots that are offered by name; of more, the number is typed.
const MOST_LOTS: u32 = 200;

/// Lots of which is said why they are not offered.
const MOST_REASONS: usize = 5;

/// The form of an event, empty; what was typed or prefilled decides what it offers.
pub async fn form(
    visit: &Visit,
    app: &App,
    event: EventKind,
    typed: &Typed,
) -> Result<Form, ServiceError> {
    let words = said(event);
    let mut form = Form::new(visit, words.title, words.button);
    if event == EventKind::Activated {
        form = of_activation(visit, app, typed, form).await?;
    }
    form = which::fields(visit, app, form).await?;
    form = match event {
        EventKind::Printed => of_printing(form),
        EventKind::Delivered => {
            form.field("receiver", two("接收人", "Who receives them"), Kind::Line)
        }
        EventKind::Withdrawn(Withdrawal::Destroyed) => of_destruction(form),
        EventKind::Withdrawn(Withdrawal::Returned) => {
            form.optional("receiver", two("接收人", "Who takes them back"), Kind::Line)
        }
        _ => form,
    };
    if matches!(event, EventKind::Withdrawn(_) | EventKind::Restored(_)) {
        form = form
            .field("reason", two("原因", "Why"), Kind::Line)
            .hint(two(
                "会向查询的公众公布。",
                "Whoever checks such a mark reads it.",
            ));
    }
    form = form.optional(
        "document",
        two("文号", "Number of the document"),
        Kind::Line,
    );
    if super::is_final(event) {
        form = form.grave();
    }
    Ok(form)
}

/// What is spoiled in a run, and whether that is destroyed already.
fn of_printing(form: Form) -> Form {
    form.optional(
        "spoiled",
        two("其中印制作废", "Spoiled among them"),
        Kind::Marks,
    )
    .hint(two(
        "每行一个编号、序号或号段；其余登记为合格。",
        "One serial, index or range a line; the others are reported good.",
    ))
    .optional(
        "spoiled_reason",
        two("作废原因", "Why they are spoiled"),
        Kind::Line,
    )
    .folded(
        two("作废标志已销毁", "The spoiled ones are destroyed"),
        of_destruction,
    )
}

fn of_destruction(form: Form) -> Form {
    form.field("date", two("销毁日期", "Day of destruction"), Kind::Day)
        .field("witness1", two("见证人", "Witness"), Kind::Line)
        .field("witness2", two("另一见证人", "Second witness"), Kind::Line)
}

/// The lots that marks can be activated for: of the batch that is known, else all that the person sees.
async fn of_activation(
    visit: &Visit,
    app: &App,
    typed: &Typed,
    form: Form,
) -> Result<Form, ServiceError> {
    let batch = match typed.get("batch").parse().ok().and_then(BatchNumber::new) {
        Some(number) => issue::get(&app.store, visit.scope(), number).await.ok(),
        None => None,
    };
    let (licensee, season) = match &batch {
        Some(batch) => (Some(batch.licensee), Some(batch.season)),
        None => (None, None),
    };
    let most = MOST_LOTS + 1;
    let found = lots::list(&app.store, visit.scope(), licensee, season, None, most).await?;
    let label = two("生产批次", "Lot");
    if found.len() > MOST_LOTS as usize {
        let form = form.field("lot", label, Kind::Number);
        return Ok(form.hint(two(
            "生产批次的编号",
            "The number of the lot in the register",
        )));
    }
    let names = Names::of(visit, found.iter().map(|lot| lot.entered.licensee)).await?;
    let fits = |lot: &&Lot| is_for(lot, batch.as_ref());
    let choices: Vec<_> = found
        .iter()
        .filter(fits)
        .map(|lot| (lot.number.to_string(), name_of(visit, &names, lot)))
        .collect();
    let is_none = choices.is_empty();
    let form = why_not(visit, typed, batch.as_ref(), &found, form);
    let form = form.field("lot", label, Kind::Choice(choices));
    Ok(match is_none {
        true => form.hint(two(
            "目前没有检验合格的生产批次：请先登记批次和检验报告。",
            "There is no lot that has passed its test: enter the lot and its report first.",
        )),
        false => form.hint(two(
            "只列出检验合格的批次。",
            "Only lots that have passed their test.",
        )),
    })
}

/// Says of lots that are not offered why they are not: of the one that was asked for, else of the newest.
fn why_not(visit: &Visit, typed: &Typed, batch: Option<&Batch>, found: &[Lot], form: Form) -> Form {
    let asked = typed.get("lot");
    let is_asked = |lot: &&Lot| lot.number.to_string() == asked;
    let fits = |lot: &&Lot| batch.is_none_or(|batch| lot.entered.public.form == batch.form);
    let wanted: Vec<&Lot> = match found.iter().find(is_asked) {
        Some(lot) => vec![lot],
        None => found.iter().filter(fits).collect(),
    };
    let refused = wanted.into_iter().filter_map(|lot| {
        let refusal = lot.may_activate().err()?;
        let why = visit
            .language
            .choose(&refusal.what.zh, &refusal.what.en)
            .to_owned();
        let code = &lot.entered.public.code;
        let not = visit.say(two("不能选择", "cannot be chosen"));
        Some(format!("{code} {not}：{why}"))
    });
    refused.take(MOST_REASONS).fold(form, Form::text)
}

fn is_for(lot: &Lot, batch: Option<&Batch>) -> bool {
    lot.may_activate().is_ok() && batch.is_none_or(|batch| lot.entered.public.form == batch.form)
}

fn name_of(visit: &Visit, names: &Names, lot: &Lot) -> String {
    let label = &lot.entered.public;
    let left = thousands(u64::from(lot.entered.packs).saturating_sub(lot.marks));
    let mut notes = vec![label.season.to_string()];
    if visit.scope() == Scope::All {
        notes.push(names.licensee(lot.entered.licensee));
    }
    notes.push(visit.in_words(said!("{left} packs left", "余 {left} 包")));
    let name = format!("{} {}", label.code, label.product);
    noted(visit.language, &name, &listed(visit.language, &notes))
}
