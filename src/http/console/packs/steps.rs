//! What needs no more than a reason, or nothing: stopping an offer, asking for a second download, refusing it, and the
//! download itself.

use axum::extract::Path;
use axum::response::Response;

use crate::domain::order::{Order, OrderNumber};
use crate::domain::said::said;
use crate::domain::text::Line;
use crate::http::console::form::{Form, Kind};
use crate::http::console::guard::Visit;
use crate::http::console::page::thousands;
use crate::http::console::read::Reader;
use crate::http::console::seen;
use crate::http::console::submit::{answer, or_refuse, refuse as refuse_page_of};
use crate::http::console::typed::Typed;
use crate::http::console::words::{Two, two};
use crate::http::handover::body;
use crate::service::ServiceError;
use crate::service::desk::Call;
use crate::service::pack::handover::{self, Door};
use crate::store::Store;

fn form(visit: &Visit, order: &Order, title: Two, button: Two) -> Form {
    let (number, product) = (order.number, &order.placed.product);
    let marks = thousands(order.placed.quantity.get());
    Form::new(visit, title, button).text(visit.in_words(said!(
        "Order {number}: {product}, {marks} marks",
        "订单 {number}：{product}，{marks} 枚"
    )))
}

fn reasoned(visit: &Visit, order: &Order, title: Two, button: Two) -> Form {
    form(visit, order, title, button).field("reason", two("原因", "Reason"), Kind::Line)
}

/// Reads the reason, and takes the step.
async fn step(
    visit: &Visit,
    order: &Order,
    typed: &Typed,
    form: Form,
    step: impl AsyncFnOnce(&Store, &Call, OrderNumber, Line) -> Result<Order, ServiceError>,
) -> Response {
    let form = form.filled(typed);
    if typed.is_resumed() {
        return form.render(visit, Some(typed));
    }
    let mut reader = Reader::new(typed, visit.language);
    let Some(reason) = reader.line("reason") else {
        return form.wrong(reader.finish()).render(visit, Some(typed));
    };
    let call = visit.call(typed.get("request"));
    let done = step(&visit.app.store, &call, order.number, reason).await;
    let to = done.map(|order| format!("/console/orders/{}", order.number));
    answer(visit, typed, form, to)
}

/// The two pages of a step: its form, and what becomes of it.
macro_rules! step {
    ($path:literal, $page:ident, $take:ident, $title:expr, $button:expr, $step:path) => {
        #[doc = concat!("`GET /console/orders/{order}/pack/", $path, "`")]
        pub async fn $page(visit: Visit, Path(number): Path<u32>) -> Response {
            let order = or_refuse!(visit, seen::order(&visit, OrderNumber(number)).await);
            reasoned(&visit, &order, $title, $button).render(&visit, None)
        }

        #[doc = concat!("`POST /console/orders/{order}/pack/", $path, "`")]
        pub async fn $take(visit: Visit, Path(number): Path<u32>, typed: Typed) -> Response {
            let order = or_refuse!(visit, seen::order(&visit, OrderNumber(number)).await);
            let form = reasoned(&visit, &order, $title, $button);
            step(&visit, &order, &typed, form, $step).await
        }
    };
}

step!(
    "withdraw",
    withdraw_page,
    withdraw,
    two("停止领取", "Stop the download"),
    two("停止", "Stop it"),
    handover::withdraw
);
step!(
    "again",
    again_page,
    again,
    two("申请再次领取", "Ask for a second download"),
    two("提出申请", "Ask"),
    handover::ask
);
step!(
    "refuse",
    refuse_page,
    refuse,
    two("不予再次领取", "Refuse the second download"),
    two("不予批准", "Refuse"),
    handover::refuse
);

fn take_form(visit: &Visit, order: &Order) -> Form {
    let title = two("下载加密数据包", "Download the encrypted pack");
    form(visit, order, title, two("下载", "Download"))
        .text(visit.say(two(
            "按下之后即开始下载，只有这一次。请在稳定的网络中下载，并保留好文件；再次领取须经另一人批准。",
            "The download begins at once, and there is this one. Use a stable network and keep the file: a second download \
             needs the approval of another person.",
        )))
        .downloads()
}

/// `GET /console/orders/{order}/pack/take`
pub async fn take_page(visit: Visit, Path(number): Path<u32>) -> Response {
    let order = or_refuse!(visit, seen::order(&visit, OrderNumber(number)).await);
    take_form(&visit, &order).render(&visit, None)
}

/// `POST /console/orders/{order}/pack/take`
pub async fn take(visit: Visit, Path(number): Path<u32>, typed: Typed) -> Response {
    let number = OrderNumber(number);
    if typed.is_resumed() {
        let order = or_refuse!(visit, seen::order(&visit, number).await);
        return take_form(&visit, &order).render(&visit, None);
    }
    let app = &visit.app;
    let with = (&*app.keys, &app.public_url);
    // Without the form's name: a download is done once, whoever asks again.
    let call = visit.call("");
    match handover::take(&app.store, with, &call, &Door::Order(number)).await {
        Ok(sending) => body(app, sending),
        Err(error) => refuse_page_of(&visit, error),
    }
}
