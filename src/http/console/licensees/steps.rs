//! Steps on a licensee's path: taken by one, or proposed by one and confirmed by another.

use axum::extract::Path;
use axum::response::Response;
use jiff::Timestamp;
use jiff::civil::Date;

use crate::domain::access::Permission::{self, LicenseeConfirm, LicenseeDrop};
use crate::domain::calendar::{BEIJING, day_of};
use crate::domain::licensee::{Licensee, LicenseeNumber, Step, StepTaken};
use crate::domain::order::OrderState;
use crate::domain::said::said;
use crate::http::console::form::{Form, Kind};
use crate::http::console::guard::{Visit, forbidden};
use crate::http::console::page::{minute, thousands};
use crate::http::console::read::{Errors, Reader};
use crate::http::console::seen;
use crate::http::console::submit::{answer, or_refuse, refuse};
use crate::http::console::typed::Typed;
use crate::http::console::words::{Two, named, noted, two};
use crate::service::{ServiceError, licensees, lists, report, system};
use crate::store::lists::Sort;
use crate::store::order;

fn step_in(visit: &Visit, step: Step) -> &'static str {
    visit.language.choose(step.chinese(), step.english())
}

fn step_form(visit: &Visit, step: Step) -> Form {
    let button = if step.needs_two() {
        two("提出", "Propose")
    } else {
        two("办理", "Do it")
    };
    let document = two("文号", "Number of the document");
    let mut form = Form::new(visit, step_in(visit, step), button)
        .field("date", two("决定日期", "Day of the decision"), Kind::Day)
        .field("ground", two("事由", "Ground"), Kind::Line);
    form = if step.needs_document() {
        form.field("document", document, Kind::Line)
    } else {
        form.optional("document", document, Kind::Line)
    };
    if step == Step::OrderCorrection {
        form = form.field("due", two("整改期限", "Correction due by"), Kind::Day);
    }
    if step.ends_the_right() {
        form = form
            .optional(
                "good_until",
                two("在市标志有效至", "Marks in the market stay good until"),
                Kind::Day,
            )
            .hint(two(
                "含当日；不填则自登记时起停用",
                "That day included; blank means until this is entered",
            ));
    }
    if step.needs_two() {
        form = form.text(visit.say(two(
            "此事须由另一人复核后才生效。",
            "This is in force only after a second person has confirmed it.",
        )));
    }
    if is_grave(step) { form.grave() } else { form }
}

/// The licensee and the step of an address, if the person may see the one and take the other; else the answer.
async fn step_of(
    visit: &Visit,
    number: LicenseeNumber,
    word: &str,
) -> Result<(Licensee, Step), Response> {
    let Some(step) = Step::from_slug(word) else {
        return Err(refuse(visit, licensees::unknown(number)));
    };
    let needed = Permission::for_step(step);
    if !visit.may(needed) {
        return Err(forbidden(visit, needed).await);
    }
    let one = seen::licensee(visit, number).await;
    Ok((one.map_err(|error| refuse(visit, error))?, step))
}

/// `GET /console/licensees/{licensee}/steps/{step}`
pub async fn step_page(visit: Visit, Path((number, word)): Path<(u16, String)>) -> Response {
    let (one, step) = match step_of(&visit, LicenseeNumber(number), &word).await {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let today = day_of(system::now()).to_string();
    step_form(&visit, step)
        .text(one.name().to_string())
        .value("date", today)
        .render(&visit, None)
}

/// The first moment after a day in China.
fn end_of(day: Date) -> Option<Timestamp> {
    let next = day.tomorrow().ok()?;
    BEIJING.to_timestamp(next.at(0, 0, 0, 0)).ok()
}

fn read(visit: &Visit, typed: &Typed, step: Step) -> Result<StepTaken, Errors> {
    let mut reader = Reader::new(typed, visit.language);
    let (date, ground) = (reader.day("date"), reader.line("ground"));
    let document = if step.needs_document() {
        reader.line("document").map(Some)
    } else {
        reader.optional_line("document")
    };
    let due = match step {
        Step::OrderCorrection => reader.day("due").map(Some),
        _ => Some(None),
    };
    let good_until = if step.ends_the_right() {
        reader.optional("good_until", crate::http::console::read::day)
    } else {
        Some(None)
    };
    let errors = reader.finish();
    let taken = || {
        Some(StepTaken {
            step,
            date: date?,
            ground: ground?,
            document: document?,
            due: due?,
            marks_good_until: good_until?.and_then(end_of),
        })
    };
    taken().filter(|_| errors.is_empty()).ok_or(errors)
}

/// `POST /console/licensees/{licensee}/steps/{step}`
pub async fn step(
    visit: Visit,
    Path((number, word)): Path<(u16, String)>,
    typed: Typed,
) -> Response {
    let number = LicenseeNumber(number);
    let (one, step) = match step_of(&visit, number, &word).await {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let form = step_form(&visit, step).filled(&typed);
    if typed.is_resumed() {
        return form.render(&visit, Some(&typed));
    }
    let taken = match read(&visit, &typed, step) {
        Ok(taken) => taken,
        Err(errors) => return form.wrong(errors).render(&visit, Some(&typed)),
    };
    if is_grave(step) && !typed.is_confirmed() {
        return form.confirm(&visit, &typed, summary(&visit, &one, &taken));
    }
    let (store, call) = (&visit.app.store, visit.call(typed.get("request")));
    let done = if step.needs_two() {
        licensees::propose_step(store, &call, number, taken).await
    } else {
        licensees::take_step(store, &call, number, taken).await
    };
    let to = done.map(|one| format!("/console/licensees/{}", one.number));
    answer(&visit, &typed, form, to)
}

/// What becomes of the marks in the market.
fn policy(visit: &Visit, taken: &StepTaken) -> String {
    match taken.marks_good_until {
        Some(until) => {
            let until = minute(until);
            visit.in_words(said!(
                "Marks in the market stay good until {until}.",
                "在市标志有效至 {until}。"
            ))
        }
        None => visit
            .say(two(
                "在市标志自登记时起停用。",
                "Marks in the market are withdrawn as soon as this is entered.",
            ))
            .to_owned(),
    }
}

/// Whether a summary comes first: the right ends, or everybody is told of a firm.
fn is_grave(step: Step) -> bool {
    step.ends_the_right() || step == Step::Blacklist
}

fn summary(visit: &Visit, one: &Licensee, taken: &StepTaken) -> Vec<String> {
    let what = step_in(visit, taken.step);
    let ground = &taken.ground;
    let mut said = vec![
        named(
            visit.language,
            what,
            &noted(visit.language, one.name().as_str(), one.uscc.as_str()),
        ),
        named(
            visit.language,
            visit.say(two("事由", "Ground")),
            ground.as_str(),
        ),
    ];
    if taken.step.ends_the_right() {
        let ends = two(
            "该使用人的标志使用权将终止，并公开日期和事由。",
            "The right to the mark ends; date and ground become public.",
        );
        said.extend([visit.say(ends).to_owned(), policy(visit, taken)]);
    } else {
        let listed = two(
            "将列入公开的黑名单，公布日期和事由。",
            "The public blacklist names the firm, with date and ground.",
        );
        said.push(visit.say(listed).to_owned());
    }
    said
}

/// What waits for a second person, in words.
fn pending(visit: &Visit, one: &Licensee) -> Vec<String> {
    let Some(pending) = &one.pending else {
        return Vec::new();
    };
    let taken = &pending.step;
    let (step, ground, date) = (step_in(visit, taken.step), &taken.ground, taken.date);
    let (by, at) = (&pending.by, minute(pending.at));
    let mut said = vec![
        one.name().to_string(),
        visit.in_words(said!(
            "{step}, decided on {date}: {ground}. Proposed by {by} at {at}.",
            "{step}，决定日期 {date}，事由：{ground}。由 {by} 于 {at} 提出。"
        )),
    ];
    if let Some(document) = &taken.document {
        said.push(format!("{} {document}", visit.say(two("文号", "Document"))));
    }
    if taken.step.ends_the_right() {
        said.push(policy(visit, taken));
    }
    said
}

fn with_texts(form: Form, texts: Vec<String>) -> Form {
    texts.into_iter().fold(form, Form::text)
}

/// Orders that are looked through for open ones.
const MOST_ORDERS: u32 = 1_000;

/// What the second person needs to know of the firm: who it is, what labels it has, what is under way.
async fn situation(visit: &Visit, one: &Licensee) -> Result<Vec<String>, ServiceError> {
    let store = &visit.app.store;
    let stock = report::stock_of(store, one.number).await?;
    let filter = order::Filter {
        licensee: Some(one.number),
        ..Default::default()
    };
    let newest = Sort::down("number");
    let orders = lists::orders(store, visit.scope(), &filter, newest, None, MOST_ORDERS).await?;
    let open = orders.iter().filter(|order| {
        use OrderState as S;
        matches!(
            order.state,
            S::Placed | S::Approved | S::Issued | S::Released
        )
    });
    let (on_hand, all, open) = (
        thousands(stock.on_hand),
        thousands(stock.all()),
        open.count(),
    );
    let uscc = &one.uscc;
    Ok(vec![
        visit.in_words(said!("Credit code: {uscc}", "统一社会信用代码：{uscc}")),
        visit.in_words(said!(
            "Labels: {on_hand} on hand, {all} in all that are neither used nor destroyed",
            "标志结存：在手 {on_hand} 枚，未使用也未销毁的共 {all} 枚"
        )),
        visit.in_words(said!("Open orders: {open}", "未结订单：{open} 个")),
    ])
}

async fn confirm_form(visit: &Visit, one: &Licensee) -> Result<Form, ServiceError> {
    let form = Form::new(
        visit,
        two("复核", "Confirm as the second person"),
        two("复核通过", "Confirm"),
    );
    let form = with_texts(form.grave(), pending(visit, one));
    let form = with_texts(form, situation(visit, one).await?);
    let here = format!("/console/licensees/{}", one.number);
    Ok(form
        .link(
            visit.may(LicenseeDrop),
            drop_in(visit),
            format!("{here}/drop"),
        )
        .link(true, two("查看使用人档案", "The licensee's file"), here))
}

/// What dropping a proposal is to this person: the second one sends it back, who may propose withdraws it.
pub(super) fn drop_in(visit: &Visit) -> Two {
    match visit.may(LicenseeConfirm) {
        true => two("不同意，退回", "Send it back"),
        false => two("撤回提请", "Withdraw the proposal"),
    }
}

fn drop_form(visit: &Visit, one: &Licensee) -> Form {
    let form = Form::new(visit, drop_in(visit), drop_in(visit));
    let form = with_texts(form, pending(visit, one)).text(visit.say(two(
        "状态不变，可以重新提出。",
        "Nothing changes then; it can be proposed again.",
    )));
    let reason = two("理由", "Why");
    match visit.may(LicenseeConfirm) {
        true => form.field("reason", reason, Kind::Line),
        false => form.optional("reason", reason, Kind::Line),
    }
}

/// `GET /console/licensees/{licensee}/confirm`
pub async fn confirm_page(visit: Visit, Path(number): Path<u16>) -> Response {
    let one = or_refuse!(visit, seen::licensee(&visit, LicenseeNumber(number)).await);
    let form = or_refuse!(visit, confirm_form(&visit, &one).await);
    form.render(&visit, None)
}

/// `POST /console/licensees/{licensee}/confirm`
pub async fn confirm(visit: Visit, Path(number): Path<u16>, typed: Typed) -> Response {
    let one = or_refuse!(visit, seen::licensee(&visit, LicenseeNumber(number)).await);
    let form = or_refuse!(visit, confirm_form(&visit, &one).await);
    if typed.is_resumed() {
        return form.render(&visit, Some(&typed));
    }
    let call = visit.call(typed.get("request"));
    let done = licensees::confirm_step(&visit.app.store, &call, one.number).await;
    let to = done.map(|one| format!("/console/licensees/{}", one.number));
    answer(&visit, &typed, form, to)
}

/// `GET /console/licensees/{licensee}/drop`
pub async fn drop_page(visit: Visit, Path(number): Path<u16>) -> Response {
    let one = or_refuse!(visit, seen::licensee(&visit, LicenseeNumber(number)).await);
    drop_form(&visit, &one).render(&visit, None)
}

/// `POST /console/licensees/{licensee}/drop`
pub async fn drop(visit: Visit, Path(number): Path<u16>, typed: Typed) -> Response {
    let one = or_refuse!(visit, seen::licensee(&visit, LicenseeNumber(number)).await);
    let form = drop_form(&visit, &one).filled(&typed);
    if typed.is_resumed() {
        return form.render(&visit, Some(&typed));
    }
    let mut reader = Reader::new(&typed, visit.language);
    let reason = match visit.may(LicenseeConfirm) {
        true => reader.line("reason").map(Some),
        false => reader.optional_line("reason"),
    };
    let errors = reader.finish();
    let Some(reason) = reason else {
        return form.wrong(errors).render(&visit, Some(&typed));
    };
    let call = visit.call(typed.get("request"));
    let done = licensees::drop_step(&visit.app.store, &call, one.number, reason).await;
    let to = done.map(|one| format!("/console/licensees/{}", one.number));
    answer(&visit, &typed, form, to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_stay_good_to_the_end_of_the_day_in_china() {
        let until = end_of("2026-12-31".parse().unwrap()).unwrap();
        assert_eq!(until.to_string(), "2026-12-31T16:00:00Z");
        assert_eq!(end_of(Date::MAX), None);
    }
}
