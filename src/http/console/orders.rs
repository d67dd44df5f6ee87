//! Printing orders: the list, a file with where its labels are, and its way from placing to closing.

use axum::extract::{Path, State};
use axum::response::Response;

use super::file::File;
use super::form::{Form, Kind};
use super::guard::Visit;
use super::labels;
use super::list::{Filter, Kind as ColumnKind, List, ROWS, Row};
use super::page::{minute, thousands};
use super::party::{self, Names};
use super::read::{Reader, whole};
use super::submit::{answer, or_refuse, refuse};
use super::table;
use super::typed::Typed;
use super::words::{Two, two};
use crate::domain::access::Permission as P;
use crate::domain::calendar::day_of;
use crate::domain::form::Form as ProductForm;
use crate::domain::mark::MarkCount;
use crate::domain::order::{NewOrder, Order, OrderNumber, OrderState};
use crate::domain::printer::PrinterNumber;
use crate::domain::said::said;
use crate::domain::season::Season;
use crate::domain::text::Line;
use crate::domain::wanted::Wanted;
use crate::domain::whereabouts::Whereabouts;
use crate::http::App;
use crate::service::desk::Call;
use crate::service::issue::{self, Issue};
use crate::service::marks::deliveries;
use crate::service::{ServiceError, export, ledger, lists, orders, system};
use crate::store::lists::{ORDERS, Sort};
use crate::store::{ledger as entries, order};

fn state_in(visit: &Visit, state: OrderState) -> &'static str {
    visit.language.choose(state.chinese(), state.slug())
}

/// What an address asks for.
async fn filter_of(visit: &Visit, asked: &Typed) -> Result<order::Filter, ServiceError> {
    Ok(order::Filter {
        licensee: party::asked(visit, asked).await?,
        printer: asked.get("printer").parse().ok().map(PrinterNumber),
        season: asked.get("season").parse().ok().and_then(Season::new),
        state: OrderState::from_slug(asked.get("state")),
    })
}

/// `GET /console/orders`
pub async fn list(visit: Visit) -> Response {
    let asked = Typed::of_query(&visit.uri);
    let after = asked.get("after").parse().ok().map(OrderNumber);
    let sort = Sort::of(asked.get("sort"), ORDERS).unwrap_or(Sort::down("number"));
    let found = async {
        let filter = filter_of(&visit, &asked).await?;
        let found = lists::orders(
            &visit.app.store,
            visit.scope(),
            &filter,
            sort,
            after,
            ROWS + 1,
        )
        .await?;
        let names = Names::of(&visit, found.iter().map(|order| order.placed.licensee)).await?;
        Ok((found, names, party::filter(&visit).await?))
    };
    let (found, names, licensees) = or_refuse!(visit, found.await);
    let states = OrderState::ALL
        .iter()
        .map(|state| (state.slug(), state_in(&visit, *state)));
    let mut list = List::new(two("印制订单", "Orders"))
        .action(
            visit.may(P::OrderPlace),
            visit.say(two("提交订单", "Place an order")),
            "/console/orders/new",
        )
        .table(visit.may(P::Export), "/console/orders/table")
        .field(
            &visit,
            &asked,
            "state",
            two("状态", "State"),
            Filter::Choice(states.collect()),
        )
        .field(
            &visit,
            &asked,
            "season",
            two("年度", "Season"),
            Filter::Text,
        );
    if visit.scope().licensee().is_none() {
        list = list.field(
            &visit,
            &asked,
            "licensee",
            two("使用人", "Licensee"),
            licensees,
        );
    }
    list.columns(
        &visit,
        [
            (two("订单", "Order"), ColumnKind::Text),
            (two("状态", "State"), ColumnKind::State),
            (two("使用人", "Licensee"), ColumnKind::Text),
            (two("年度", "Season"), ColumnKind::Text),
            (two("产品", "Product"), ColumnKind::Text),
            (two("数量", "Marks"), ColumnKind::Number),
            (two("提交时间", "Placed"), ColumnKind::Text),
        ],
    )
    .sorted(
        sort,
        &[(0, "number"), (1, "state"), (2, "licensee"), (3, "season")],
    )
    .rows(
        found,
        |order| order.number.to_string(),
        |order| Row {
            address: Some(format!("/console/orders/{}", order.number)),
            cells: vec![
                order.number.to_string(),
                state_in(&visit, order.state).to_owned(),
                names.licensee(order.placed.licensee),
                order.placed.season.to_string(),
                order.placed.product.to_string(),
                thousands(order.placed.quantity.get()),
                minute(order.placed_at),
            ],
        },
    )
    .render(&visit, &asked)
}

/// `GET /console/orders/table`
pub async fn table(visit: Visit) -> Response {
    let make = async |asked: &Typed, format, now, file| {
        let filter = filter_of(&visit, asked).await?;
        export::orders(&visit.app.store, visit.scope(), &filter, format, now, file).await
    };
    table::take(&visit, "orders", make).await
}

/// The order, if it is the person's to see.
async fn seen(visit: &Visit, _: &App, number: u32) -> Result<Order, ServiceError> {
    super::seen::order(visit, OrderNumber(number)).await
}

/// `GET /console/orders/{order}`
#[allow(clippy::too_many_lines)] // the steps and facts of one file, one after the other
pub async fn file(visit: Visit, State(app): State<App>, Path(number): Path<u32>) -> Response {
    let found = async {
        let detail = orders::detail(&app.store, visit.scope(), OrderNumber(number)).await?;
        let about = entries::Filter {
            order: Some(detail.order.number),
            ..Default::default()
        };
        let history = ledger::list(&app.store, visit.scope(), &about, None, 50).await?;
        let sent = deliveries::of_order(&app.store, visit.scope(), detail.order.number).await?;
        Ok::<_, ServiceError>((detail, history, sent))
    };
    let (detail, history, sent) = match found.await {
        Ok(found) => found,
        Err(error) => return refuse(&visit, error),
    };
    let order = detail.order;
    let here = format!("/console/orders/{number}");
    let is = |state: OrderState| order.state == state;
    let places = Whereabouts::ALL
        .iter()
        .filter(|place| order.counts.at(**place) > 0);
    let places = places.map(|place| {
        let name = visit.language.choose(place.chinese(), place.slug());
        (
            None,
            vec![name.to_owned(), thousands(order.counts.at(*place))],
        )
    });
    let title = format!("{} {number}", visit.say(two("印制订单", "Order")));
    let mut file = File::new(title)
        .state(state_in(&visit, order.state))
        .step(
            &visit,
            is(OrderState::Placed) && visit.may(P::OrderApprove),
            two("核准", "Approve"),
            format!("{here}/approve"),
        )
        .step(
            &visit,
            is(OrderState::Placed) && visit.may(P::OrderApprove),
            two("不予核准", "Reject"),
            format!("{here}/reject"),
        )
        .step(
            &visit,
            (is(OrderState::Placed) || is(OrderState::Approved) || is(OrderState::Issued))
                && visit.may(P::OrderAssign),
            two("指定承印方", "Assign a printer"),
            format!("{here}/assign"),
        )
        .step(
            &visit,
            is(OrderState::Approved) && visit.may(P::OrderRelease),
            two("制码", "Issue the codes"),
            format!("{here}/issue"),
        )
        .step(
            &visit,
            is(OrderState::Issued) && visit.may(P::OrderRelease),
            two("发包", "Release the pack"),
            format!("{here}/release"),
        )
        .step(
            &visit,
            is(OrderState::Released) && visit.may(P::OrderClose),
            two("结案", "Close"),
            format!("{here}/close"),
        )
        .step(
            &visit,
            (is(OrderState::Placed) || is(OrderState::Approved) || is(OrderState::Issued))
                && visit.may(P::OrderCancel),
            two("取消", "Cancel"),
            format!("{here}/cancel"),
        );
    file = labels::of_order::steps(&visit, &order, &history, file);
    if order.is_scrap_over() {
        file = file.text(
            None,
            vec![
                visit
                    .say(two(
                        "印制作废超过允许损耗。",
                        "More was spoiled in printing than is tolerated.",
                    ))
                    .to_owned(),
            ],
        );
    }
    let form = order.placed.form;
    file = file
        .facts(
            &visit,
            None,
            vec![
                (
                    two("合法使用人", "Licensee"),
                    Some(format!("{}（{}）", detail.licensee, order.placed.licensee)),
                ),
                (two("年度", "Season"), Some(order.placed.season.to_string())),
                (
                    two("产品形态", "Form"),
                    Some(
                        visit
                            .language
                            .choose(form.chinese(), form.slug())
                            .to_owned(),
                    ),
                ),
                (
                    two("产品", "Product"),
                    Some(order.placed.product.to_string()),
                ),
                (
                    two("订购数量", "Marks ordered"),
                    Some(thousands(order.placed.quantity.get())),
                ),
                (
                    two("承印方", "Printer"),
                    detail.printer.map(|name| name.to_string()),
                ),
                (
                    two("事由", "Reason"),
                    order.reason.as_ref().map(ToString::to_string),
                ),
                (
                    two("提交", "Placed"),
                    Some(format!("{} {}", minute(order.placed_at), order.actor)),
                ),
            ],
        )
        .linked(
            &visit,
            two("标志批", "Batch"),
            order.batch.map(|batch| batch.to_string()),
            visit.may(P::BatchRead),
            super::batches::address(order.batch),
        )
        .table(
            &visit,
            two("标志去向", "Where its labels are"),
            &[two("去向", "Place"), two("数量", "Marks")],
            places.collect(),
        );
    labels::of_order::sendings(&visit, order.number, &sent, file)
        .history(&visit, &history)
        .render(&visit)
}

async fn place_form(visit: &Visit) -> Result<Form, ServiceError> {
    let say = |two: Two| visit.say(two);
    let forms = ProductForm::ALL.iter().map(|form| {
        (
            form.slug().to_owned(),
            visit
                .language
                .choose(form.chinese(), form.slug())
                .to_owned(),
        )
    });
    let form = Form::new(
        say(two("提交订单", "Place an order")),
        say(two("提交", "Place it")),
    );
    let form =
        party::licensee_field(visit, form, "licensee", two("合法使用人", "Licensee")).await?;
    Ok(form
        .field(visit, "season", two("年度", "Season"), Kind::Number)
        .field(
            visit,
            "form",
            two("产品形态", "Form"),
            Kind::Choice(forms.collect()),
        )
        .field(
            visit,
            "product",
            two("产品名称和规格", "Product and pack"),
            Kind::Line,
        )
        .hint(
            visit,
            two("如 清水芦笋罐头 425 g", "As it stands on the pack"),
        )
        .field(
            visit,
            "quantity",
            two("数量（枚）", "How many marks"),
            Kind::Number,
        ))
}

/// `GET /console/orders/new`
pub async fn place_page(visit: Visit) -> Response {
    let year = day_of(system::now()).year().to_string();
    let form = or_refuse!(visit, place_form(&visit).await);
    form.value("season", year).render(&visit, None)
}

/// `POST /console/orders/new`
pub async fn place(visit: Visit, State(app): State<App>, typed: Typed) -> Response {
    let form = or_refuse!(visit, place_form(&visit).await).filled(&typed);
    if typed.is_resumed() {
        return form.render(&visit, Some(&typed));
    }
    let mut reader = Reader::new(&typed, visit.language);
    let licensee = party::read_licensee(&visit, &typed, &mut reader, "licensee").await;
    let licensee = or_refuse!(visit, licensee);
    let season = reader.wanted("season", Wanted::Season, |text| Season::new(whole(text)?));
    let product_form = reader.wanted("form", Wanted::Form, ProductForm::from_slug);
    let product = reader.line("product");
    let quantity = reader.wanted("quantity", Wanted::Quantity, |text| {
        MarkCount::new(whole(text)?)
    });
    let errors = reader.finish();
    let (Some(licensee), Some(season), Some(product_form), Some(product), Some(quantity), true) = (
        licensee,
        season,
        product_form,
        product,
        quantity,
        errors.is_empty(),
    ) else {
        return form.wrong(errors).render(&visit, Some(&typed));
    };
    let new = NewOrder {
        licensee,
        season,
        form: product_form,
        product,
        quantity,
    };
    let done = orders::place(&app.store, &visit.call(typed.get("request")), new).await;
    answer(
        &visit,
        &typed,
        form,
        done.map(|order| format!("/console/orders/{}", order.number)),
    )
}

/// A step of an order: its words, and the fields it needs.
fn step_form(visit: &Visit, order: &Order, title: Two, button: Two) -> Form {
    let text = format!(
        "{} {}：{}，{} {}",
        visit.say(two("订单", "Order")),
        order.number,
        order.placed.product,
        thousands(order.placed.quantity.get()),
        visit.say(two("枚", "marks"))
    );
    Form::new(visit.say(title), visit.say(button)).text(text)
}

fn approve_form(visit: &Visit, order: &Order) -> Form {
    step_form(
        visit,
        order,
        two("核准订单", "Approve the order"),
        two("核准", "Approve"),
    )
    .optional(
        visit,
        "document",
        two("文号", "Number of the document"),
        Kind::Line,
    )
}

fn reject_form(visit: &Visit, order: &Order) -> Form {
    step_form(
        visit,
        order,
        two("不予核准", "Reject the order"),
        two("不予核准", "Reject"),
    )
    .field(visit, "reason", two("理由", "Why"), Kind::Line)
}

fn cancel_form(visit: &Visit, order: &Order) -> Form {
    step_form(
        visit,
        order,
        two("取消订单", "Cancel the order"),
        two("取消订单", "Cancel the order"),
    )
    .field(visit, "reason", two("理由", "Why"), Kind::Line)
    .grave()
}

async fn assign_form(visit: &Visit, app: &App, number: u32) -> Result<Form, ServiceError> {
    let order = seen(visit, app, number).await?;
    let form = step_form(
        visit,
        &order,
        two("指定承印方", "Assign a printer"),
        two("指定", "Assign"),
    );
    let printers = party::printers(visit).await?;
    Ok(form.field(visit, "printer", two("承印方", "Printer"), printers))
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
    .optional(
        visit,
        "hidden",
        two("附加", "Besides"),
        Kind::Checks(hidden),
    )
}

fn release_form(visit: &Visit, order: &Order) -> Form {
    step_form(
        visit,
        order,
        two("发包", "Release the pack"),
        two("发包", "Release"),
    )
    .field(
        visit,
        "receiver",
        two("接收人", "Who receives it"),
        Kind::Line,
    )
}

fn close_form(visit: &Visit, order: &Order) -> Form {
    step_form(
        visit,
        order,
        two("结案", "Close the order"),
        two("结案", "Close"),
    )
    .field(
        visit,
        "on_hand",
        two("盘点结存（枚）", "Marks counted on hand"),
        Kind::Number,
    )
    .hint(
        visit,
        two(
            "仓库实际清点的数量；与台账不符不能结案。",
            "What was counted; it must be what the ledger says.",
        ),
    )
}

/// Shows the form of a step.
async fn show(visit: Visit, app: App, number: u32, form: fn(&Visit, &Order) -> Form) -> Response {
    match seen(&visit, &app, number).await {
        Ok(order) => form(&visit, &order).render(&visit, None),
        Err(error) => refuse(&visit, error),
    }
}

/// Reads the one line that a step needs, if it needs one, and takes the step.
async fn take<F>(
    visit: Visit,
    app: App,
    number: u32,
    typed: Typed,
    form: Form,
    field: Option<(&'static str, bool)>,
    step: F,
) -> Response
where
    F: AsyncFnOnce(&Visit, &App, Option<Line>) -> Result<Order, ServiceError>,
{
    let form = form.filled(&typed);
    if typed.is_resumed() {
        return form.render(&visit, Some(&typed));
    }
    let mut reader = Reader::new(&typed, visit.language);
    let line = match field {
        Some((name, true)) => reader.line(name).map(Some),
        Some((name, false)) => reader.optional_line(name),
        None => Some(None),
    };
    let errors = reader.finish();
    let (Some(line), true) = (line, errors.is_empty()) else {
        return form.wrong(errors).render(&visit, Some(&typed));
    };
    let done = step(&visit, &app, line).await;
    answer(
        &visit,
        &typed,
        form,
        done.map(|_| format!("/console/orders/{number}")),
    )
}

/// Finds the order and makes its form, or answers.
macro_rules! with_order {
    ($visit:ident, $app:ident, $number:ident, $form:ident) => {
        match seen(&$visit, &$app, $number).await {
            Ok(order) => $form(&$visit, &order),
            Err(error) => return refuse(&$visit, error),
        }
    };
}

/// Pages of a step: shown, and sent.
macro_rules! step {
    ($path:literal, $show:ident, $take:ident, $form:ident, $field:expr, |$call:ident, $a:ident, $number:ident, $line:ident| $do:expr) => {
        #[doc = concat!("`GET /console/orders/{order}/", $path, "`")]
        pub async fn $show(
            visit: Visit,
            State(app): State<App>,
            Path(number): Path<u32>,
        ) -> Response {
            show(visit, app, number, $form).await
        }

        #[doc = concat!("`POST /console/orders/{order}/", $path, "`")]
        pub async fn $take(
            visit: Visit,
            State(app): State<App>,
            Path(number): Path<u32>,
            typed: Typed,
        ) -> Response {
            let form = with_order!(visit, app, number, $form);
            let $call = visit.call(typed.get("request"));
            take(
                visit,
                app,
                number,
                typed,
                form,
                $field,
                async |_, $a, $line| {
                    let $number = OrderNumber(number);
                    $do
                },
            )
            .await
        }
    };
}

step!(
    "approve",
    approve_page,
    approve,
    approve_form,
    Some(("document", false)),
    |call, app, order, line| orders::approve(&app.store, &call, order, line).await
);
step!(
    "reject",
    reject_page,
    reject,
    reject_form,
    Some(("reason", true)),
    |call, app, order, line| orders::reject(&app.store, &call, order, needed(line)?).await
);
step!(
    "cancel",
    cancel_page,
    cancel,
    cancel_form,
    Some(("reason", true)),
    |call, app, order, line| orders::cancel(&app.store, &call, order, needed(line)?).await
);
step!(
    "release",
    release_page,
    release,
    release_form,
    Some(("receiver", true)),
    |call, app, order, line| {
        orders::release(&app.store, &call, order, needed(line)?, None).await
    }
);

/// A line that was read as needed.
fn needed(line: Option<Line>) -> Result<Line, ServiceError> {
    line.ok_or_else(|| {
        ServiceError::refused(
            said!("a line is missing", "缺少一项内容"),
            said!("fill it in", "请填写"),
        )
    })
}

/// `GET /console/orders/{order}/assign`
pub async fn assign_page(
    visit: Visit,
    State(app): State<App>,
    Path(number): Path<u32>,
) -> Response {
    let form = or_refuse!(visit, assign_form(&visit, &app, number).await);
    form.render(&visit, None)
}

/// `POST /console/orders/{order}/assign`
pub async fn assign(
    visit: Visit,
    State(app): State<App>,
    Path(number): Path<u32>,
    typed: Typed,
) -> Response {
    let form = or_refuse!(visit, assign_form(&visit, &app, number).await);
    with_number(
        visit,
        app,
        number,
        typed,
        form,
        "printer",
        async |app, call, order, printer| {
            orders::assign(&app.store, &call, order, PrinterNumber(printer)).await
        },
    )
    .await
}

/// `GET /console/orders/{order}/close`
pub async fn close_page(visit: Visit, State(app): State<App>, Path(number): Path<u32>) -> Response {
    show(visit, app, number, close_form).await
}

/// `POST /console/orders/{order}/close`
pub async fn close(
    visit: Visit,
    State(app): State<App>,
    Path(number): Path<u32>,
    typed: Typed,
) -> Response {
    let form = with_order!(visit, app, number, close_form);
    with_number(
        visit,
        app,
        number,
        typed,
        form,
        "on_hand",
        async |app, call, order, on_hand| orders::close(&app.store, &call, order, on_hand).await,
    )
    .await
}

/// Reads the one number that a step needs, and takes the step.
async fn with_number<F>(
    visit: Visit,
    app: App,
    number: u32,
    typed: Typed,
    form: Form,
    field: &'static str,
    step: F,
) -> Response
where
    F: AsyncFnOnce(&App, Call, OrderNumber, u32) -> Result<Order, ServiceError>,
{
    let form = form.filled(&typed);
    if typed.is_resumed() {
        return form.render(&visit, Some(&typed));
    }
    let mut reader = Reader::new(&typed, visit.language);
    let value = reader.number::<u32>(field);
    let errors = reader.finish();
    let (Some(value), true) = (value, errors.is_empty()) else {
        return form.wrong(errors).render(&visit, Some(&typed));
    };
    let call = visit.call(typed.get("request"));
    let done = step(&app, call, OrderNumber(number), value).await;
    answer(
        &visit,
        &typed,
        form,
        done.map(|_| format!("/console/orders/{number}")),
    )
}

/// `GET /console/orders/{order}/issue`
pub async fn issue_page(visit: Visit, State(app): State<App>, Path(number): Path<u32>) -> Response {
    show(visit, app, number, issue_form).await
}

/// `POST /console/orders/{order}/issue`
pub async fn issue(
    visit: Visit,
    State(app): State<App>,
    Path(number): Path<u32>,
    typed: Typed,
) -> Response {
    let form = with_order!(visit, app, number, issue_form);
    if typed.is_resumed() {
        return form.filled(&typed).render(&visit, Some(&typed));
    }
    let call = visit.call(typed.get("request"));
    let Some(key) = call.request.clone() else {
        return form.filled(&typed).render(&visit, None);
    };
    let new = Issue {
        order: OrderNumber(number),
        has_hidden_codes: typed.get("hidden") == "yes",
        idempotency_key: key,
        actor: call.by.clone(),
    };
    let call = Call {
        request: None, // the batch keeps it
        ..call
    };
    let done = issue::issue_by(&app.store, &app.keys, &new, &call).await;
    answer(
        &visit,
        &typed,
        form,
        done.map(|_| format!("/console/orders/{number}")),
    )
}
