//! The steps of an order, from approving to closing: each a form with what the step needs.

use axum::extract::Path;
use axum::response::Response;

use super::market_in;
use crate::domain::entitlement::Account;
use crate::domain::order::{Order, OrderNumber};
use crate::domain::printer::PrinterNumber;
use crate::domain::refusal::RefusalKind;
use crate::domain::said::said;
use crate::http::console::form::{Form, Kind};
use crate::http::console::guard::Visit;
use crate::http::console::page::thousands;
use crate::http::console::read::Reader;
use crate::http::console::submit::{answer, or_refuse};
use crate::http::console::typed::Typed;
use crate::http::console::words::{Two, named, two};
use crate::http::console::{party, seen};
use crate::service::desk::Call;
use crate::service::issue::{self, Issue};
use crate::service::{ServiceError, orders};
use crate::store::Store;

/// The form of a step of this order, if the visitor sees the order.
async fn of(
    visit: &Visit,
    number: u32,
    form: fn(&Visit, &Order) -> Form,
) -> Result<Form, ServiceError> {
    Ok(form(visit, &seen::order(visit, OrderNumber(number)).await?))
}

/// Reads what a step needs, and takes it.
async fn take<T, R>(
    visit: &Visit,
    number: u32,
    typed: &Typed,
    form: Form,
    read: impl FnOnce(&mut Reader<'_>) -> Option<T>,
    step: impl AsyncFnOnce(&Store, Call, OrderNumber, T) -> Result<R, ServiceError>,
) -> Response {
    let form = form.filled(typed);
    if typed.is_resumed() {
        return form.render(visit, Some(typed));
    }
    let mut reader = Reader::new(typed, visit.language);
    let needed = read(&mut reader);
    let errors = reader.finish();
    let (Some(needed), true) = (needed, errors.is_empty()) else {
        return form.wrong(errors).render(visit, Some(typed));
    };
    let call = visit.call(typed.get("request"));
    let done = step(&visit.app.store, call, OrderNumber(number), needed).await;
    answer(
        visit,
        typed,
        form,
        done.map(|_| format!("/console/orders/{number}")),
    )
}

/// The two pages of a step: its form, and what becomes of it.
macro_rules! step {
    ($path:literal, $page:ident, $take:ident, $form:expr, $read:expr, $step:expr) => {
        #[doc = concat!("`GET /console/orders/{order}/", $path, "`")]
        pub async fn $page(visit: Visit, Path(number): Path<u32>) -> Response {
            or_refuse!(visit, of(&visit, number, $form).await).render(&visit, None)
        }

        #[doc = concat!("`POST /console/orders/{order}/", $path, "`")]
        pub async fn $take(visit: Visit, Path(number): Path<u32>, typed: Typed) -> Response {
            let form = or_refuse!(visit, of(&visit, number, $form).await);
            take(&visit, number, &typed, form, $read, $step).await
        }
    };
}

/// `GET /console/orders/{order}/approve`
pub async fn approve_page(visit: Visit, Path(number): Path<u32>) -> Response {
    or_refuse!(visit, approve_form(&visit, number).await).render(&visit, None)
}

/// `POST /console/orders/{order}/approve`
pub async fn approve(visit: Visit, Path(number): Path<u32>, typed: Typed) -> Response {
    let form = or_refuse!(visit, approve_form(&visit, number).await);
    take(
        &visit,
        number,
        &typed,
        form,
        |reader| reader.optional_line("document"),
        async |store, call, order, document| orders::approve(store, &call, order, document).await,
    )
    .await
}

step!(
    "reject",
    reject_page,
    reject,
    reject_form,
    |reader| reader.line("reason"),
    async |store, call, order, reason| orders::reject(store, &call, order, reason).await
);
step!(
    "cancel",
    cancel_page,
    cancel,
    cancel_form,
    |reader| reader.line("reason"),
    async |store, call, order, reason| orders::cancel(store, &call, order, reason).await
);
step!(
    "release",
    release_page,
    release,
    release_form,
    |reader| reader.line("receiver"),
    async |store, call, order, receiver| orders::release(store, &call, order, receiver, None).await
);
step!(
    "close",
    close_page,
    close,
    close_form,
    |reader| reader.number("on_hand"),
    async |store, call, order, on_hand| orders::close(store, &call, order, on_hand).await
);

/// `GET /console/orders/{order}/assign`
pub async fn assign_page(visit: Visit, Path(number): Path<u32>) -> Response {
    or_refuse!(visit, assign_form(&visit, number).await).render(&visit, None)
}

/// `POST /console/orders/{order}/assign`
pub async fn assign(visit: Visit, Path(number): Path<u32>, typed: Typed) -> Response {
    let form = or_refuse!(visit, assign_form(&visit, number).await);
    let read = |reader: &mut Reader<'_>| reader.number("printer").map(PrinterNumber);
    take(
        &visit,
        number,
        &typed,
        form,
        read,
        async |store, call, order, printer| orders::assign(store, &call, order, printer).await,
    )
    .await
}

/// `GET /console/orders/{order}/issue`
pub async fn issue_page(visit: Visit, Path(number): Path<u32>) -> Response {
    or_refuse!(visit, of(&visit, number, issue_form).await).render(&visit, None)
}

/// `POST /console/orders/{order}/issue`
pub async fn issue(visit: Visit, Path(number): Path<u32>, typed: Typed) -> Response {
    let form = or_refuse!(visit, of(&visit, number, issue_form).await);
    let read = |_: &mut Reader<'_>| Some(typed.get("hidden") == "yes");
    let keys = visit.app.keys.clone();
    take(
        &visit,
        number,
        &typed,
        form,
        read,
        async move |store, mut call, order, has_hidden_codes| {
            // The batch keeps it, so the call need not.
            let idempotency_key = call.request.take().ok_or_else(|| {
                ServiceError::refused(
                    said!("the form has lost its number", "表单已失效"),
                    said!("open it anew", "请重新打开"),
                )
            })?;
            let actor = call.by.clone();
            let new = Issue {
                order,
                has_hidden_codes,
                idempotency_key,
                actor,
            };
            issue::issue_by(store, &keys, &new, &call).await
        },
    )
    .await
}

/// A step of an order: its words, and the fields it needs.
fn step_form(visit: &Visit, order: &Order, title: Two, button: Two) -> Form {
    let (number, product) = (order.number, &order.placed.product);
    let marks = thousands(order.placed.quantity.get());
    let text = visit.in_words(said!(
        "Order {number}: {product}, {marks} marks",
        "订单 {number}：{product}，{marks} 枚"
    ));
    Form::new(visit, title, button).text(text)
}

async fn approve_form(visit: &Visit, number: u32) -> Result<Form, ServiceError> {
    let order = seen::order(visit, OrderNumber(number)).await?;
    let placed = &order.placed;
    let names = party::Names::of(visit, [placed.licensee]).await?;
    let form = step_form(
        visit,
        &order,
        two("核准订单", "Approve the order"),
        two("核准", "Approve"),
    )
    .text(named(
        visit.language,
        visit.say(two("合法使用人", "Licensee")),
        &names.licensee(placed.licensee),
    ))
    .text(named(
        visit.language,
        visit.say(two("销售区域", "To be sold in")),
        &market_in(visit, placed.market.as_ref()),
    ))
    .text(left(visit, &order).await?);
    Ok(form.optional(
        "document",
        two("文号", "Number of the document"),
        Kind::Line,
    ))
}

/// What is left of the entitlement that an order draws on, and what would be left after it.
async fn left(visit: &Visit, order: &Order) -> Result<String, ServiceError> {
    let placed = &order.placed;
    let account = Account {
        licensee: placed.licensee,
        season: placed.season,
        form: placed.form,
    };
    let form = visit.one_of(placed.form.chinese(), placed.form.english());
    let season = placed.season;
    let left = match seen::entitlement(visit, account).await {
        Ok(one) => i128::from(one.balance()),
        Err(ServiceError::Refused(refusal)) if refusal.kind == RefusalKind::NoSuch => {
            return Ok(visit.in_words(said!(
                "No entitlement was granted for {form}, season {season}.",
                "{season} 年度{form}没有核定额度。"
            )));
        }
        Err(error) => return Err(error),
    };
    let after = thousands(left - i128::from(placed.quantity.get()));
    let left = thousands(left);
    Ok(visit.in_words(said!(
        "Left of the entitlement for {form}, season {season}: {left} marks; after this order {after}.",
        "{season} 年度{form}剩余额度 {left} 枚，核准后剩余 {after} 枚。"
    )))
}

fn reject_form(visit: &Visit, order: &Order) -> Form {
    step_form(
        visit,
        order,
        two("不予核准", "Reject the order"),
        two("不予核准", "Reject"),
    )
    .field("reason", two("理由", "Why"), Kind::Line)
}

fn cancel_form(visit: &Visit, order: &Order) -> Form {
    step_form(
        visit,
        order,
        two("取消订单", "Cancel the order"),
        two("取消订单", "Cancel the order"),
    )
    .field("reason", two("理由", "Why"), Kind::Line)
    .grave()
}

fn issue_form(visit: &Visit, order: &Order) -> Form {
    let hidden = vec![(
        "yes".to_owned(),
        visit
            .say(two("刮开式暗码", "Hidden codes under scratch film"))
            .to_owned(),
    )];
    step_form(
        visit,
        order,
        two("制码", "Issue the codes"),
        two("制码", "Issue"),
    )
    .optional("hidden", two("附加", "Besides"), Kind::Checks(hidden))
}

fn release_form(visit: &Visit, order: &Order) -> Form {
    step_form(
        visit,
        order,
        two("发包", "Release the pack"),
        two("发包", "Release"),
    )
    .field("receiver", two("接收人", "Who receives it"), Kind::Line)
}

fn close_form(visit: &Visit, order: &Order) -> Form {
    step_form(
        visit,
        order,
        two("结案", "Close the order"),
        two("结案", "Close"),
    )
    .field(
        "on_hand",
        two("盘点结存（枚）", "Marks counted on hand"),
        Kind::Number,
    )
    .hint(two(
        "仓库实际清点的数量；与台账不符不能结案。",
        "What was counted; it must be what the ledger says.",
    ))
}

async fn assign_form(visit: &Visit, number: u32) -> Result<Form, ServiceError> {
    let order = seen::order(visit, OrderNumber(number)).await?;
    let form = step_form(
        visit,
        &order,
        two("指定承印方", "Assign a printer"),
        two("指定", "Assign"),
    );
    let printers = party::printers(visit).await?;
    Ok(form.field("printer", two("承印方", "Printer"), printers))
}
