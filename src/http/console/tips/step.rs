//! The steps that the office takes with a tip; each is a form with what the person is told.

use axum::extract::Path;
use axum::response::Response;

use super::{find, title_of};
use crate::domain::tip::{Tip, TipNumber, TipStep, Told};
use crate::http::console::form::{Form, Kind};
use crate::http::console::guard::Visit;
use crate::http::console::read::Reader;
use crate::http::console::submit::{answer, or_refuse};
use crate::http::console::typed::Typed;
use crate::http::console::words::{Two, two};
use crate::service::tips;

/// The address of each step.
pub const STEPS: [(&str, TipStep); 5] = [
    ("/console/tips/{tip}/accept", TipStep::Accepted),
    ("/console/tips/{tip}/message", TipStep::Message),
    ("/console/tips/{tip}/hand-on", TipStep::HandedOn),
    ("/console/tips/{tip}/decide", TipStep::Decided),
    ("/console/tips/{tip}/reject", TipStep::Rejected),
];

/// Title and button of a step, and whether something must be written.
const fn words(step: TipStep) -> (Two, Two, bool) {
    match step {
        TipStep::Accepted => (
            two("受理线索", "Accept a tip"),
            two("受理", "Accept"),
            false,
        ),
        TipStep::HandedOn => (
            two("移交办案", "Hand a tip on to the case team"),
            two("移交", "Hand on"),
            false,
        ),
        TipStep::Decided => (
            two("登记处理结果", "Decide a tip"),
            two("办结", "Decide"),
            true,
        ),
        TipStep::Rejected => (
            two("不予受理", "Reject a tip"),
            two("不予受理", "Reject"),
            true,
        ),
        _ => (
            two("回复举报人", "Write to whoever sent it"),
            two("发送", "Send"),
            true,
        ),
    }
}

fn form(visit: &Visit, tip: &Tip, step: TipStep) -> Form {
    let (title, button, needs_text) = words(step);
    let form = Form::new(visit, title, button).text(title_of(visit, tip));
    let label = match step {
        TipStep::Decided => two("处理结果", "What came of it"),
        TipStep::Rejected => two("理由", "Why"),
        TipStep::Message => two("内容", "Message"),
        _ => two("附言", "A word to the sender"),
    };
    let form = match needs_text {
        true => form.field("told", label, Kind::Lines),
        false => form.optional("told", label, Kind::Lines),
    };
    let form = form.hint(two(
        "举报人凭编号可以看到；请勿写他人的个人信息",
        "Its sender reads this; write nothing personal of others",
    ));
    match step {
        TipStep::Decided | TipStep::Rejected => form.grave(),
        _ => form,
    }
}

/// `GET /console/tips/{tip}/accept`, and so on
pub async fn step_page(visit: Visit, Path(number): Path<u32>, step: TipStep) -> Response {
    let whole = or_refuse!(visit, find(&visit, number).await);
    form(&visit, &whole.tip, step).render(&visit, None)
}

/// `POST /console/tips/{tip}/accept`, and so on
pub async fn step(visit: Visit, Path(number): Path<u32>, typed: Typed, step: TipStep) -> Response {
    let whole = or_refuse!(visit, find(&visit, number).await);
    let form = form(&visit, &whole.tip, step).filled(&typed);
    if typed.is_resumed() {
        return form.render(&visit, Some(&typed));
    }
    let (.., needs_text) = words(step);
    let mut reader = Reader::new(&typed, visit.language);
    let told = match typed.get("told") {
        "" if !needs_text => None,
        _ => reader.read("told", Told::new),
    };
    let errors = reader.finish();
    if !errors.is_empty() {
        return form.wrong(errors).render(&visit, Some(&typed));
    }
    let call = visit.call(typed.get("request"));
    let done = tips::act(&visit.app.store, &call, TipNumber(number), step, told).await;
    let to = done.map(|_| format!("/console/tips/{number}"));
    answer(&visit, &typed, form, to)
}
