//! On the page of an order: what can happen to its labels now, what of them was sent, and their table for the press.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

use super::words::said;
use super::{may, page_of, possible};
use crate::domain::access::Permission as P;
use crate::domain::event::{EventKind, Withdrawal};
use crate::domain::ledger::chain::StoredEntry;
use crate::domain::order::{Order, OrderNumber};
use crate::http::App;
use crate::http::console::file::{Button, File};
use crate::http::console::guard::Visit;
use crate::http::console::page::{minute, thousands};
use crate::http::console::submit::refuse;
use crate::http::console::words::two;
use crate::http::made::Made;
use crate::service::marks::deliveries::Delivery;
use crate::service::pack::taken;
use crate::service::system;

/// Adds what the visitor can do with the labels of the order now.
pub fn steps(visit: &Visit, order: &Order, history: &[StoredEntry], mut file: File) -> File {
    let (number, Some(batch)) = (order.number, order.batch) else {
        return file;
    };
    file = file.download(
        visit.may(P::PackTake) && taken::may_take(visit.scope(), order),
        two("下载印制数据", "Download the labels' data"),
        format!("/console/orders/{number}/pack"),
    );
    let may_move = order.may_move_labels().is_ok();
    let was_frozen = was_frozen(history);
    for event in possible(visit, &order.counts, was_frozen) {
        let can = may_move || !event.moves_labels();
        let address = format!("{}?order={number}", page_of(event));
        file = file.step(can, said(event).title, address);
    }
    file.step(
        may_move && visit.may(P::ContainerFill),
        two("装卷装箱", "Fill rolls and boxes"),
        format!("/console/containers/new?batch={batch}"),
    )
    .step(
        visit.may(P::ContainerRead),
        two("卷和箱", "Rolls and boxes"),
        format!("/console/containers?batch={batch}"),
    )
}

/// Adds what was sent, with a button that confirms its receipt.
pub fn sendings(visit: &Visit, order: OrderNumber, deliveries: &[Delivery], file: File) -> File {
    let may_receive = may(visit, EventKind::Received);
    let rows = deliveries.iter().map(|one| {
        let address = format!("/console/ledger/{}", one.entry);
        let address = visit.may(P::LedgerRead).then_some(address);
        let cells = vec![
            minute(one.at),
            one.receiver
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
            thousands(one.marks),
            thousands(one.in_transit),
        ];
        let button = (may_receive && one.in_transit > 0).then(|| Button {
            address: page_of(EventKind::Received),
            fields: vec![
                ("request", system::unique_id()),
                ("delivery", one.entry.to_string()),
                ("order", order.to_string()),
            ],
            label: visit.say(two("确认签收", "Confirm receipt")),
        });
        (address, cells, button)
    });
    file.table_with_buttons(
        two("发放", "Deliveries"),
        &[
            two("时间", "Sent"),
            two("接收人", "Receiver"),
            two("数量", "Marks"),
            two("在途", "On their way"),
            two("办理", "Do"),
        ],
        rows.collect(),
    )
}

/// `GET /console/orders/{order}/pack`
pub async fn pack(visit: Visit, State(app): State<App>, Path(number): Path<u32>) -> Response {
    let by = (visit.scope(), &visit.origin);
    let order = OrderNumber(number);
    let now = system::now();
    let table = match taken::take(&app.store, &app.keys, &app.public_url, by, order, now).await {
        Ok(table) => table,
        Err(error) => return refuse(&visit, error),
    };
    let name = format!("attachment; filename=\"labels-order-{number}.csv\"");
    let made = Made::by(move |out| table.write(|piece| out.send(piece)));
    let mut response = Body::from_stream(made).into_response();
    let headers = response.headers_mut();
    let csv = HeaderValue::from_static("text/csv; charset=utf-8");
    headers.insert(header::CONTENT_TYPE, csv);
    if let Ok(name) = HeaderValue::from_str(&name) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    response
}

/// Whether marks of the order can be let go again: only where some were frozen.
fn was_frozen(history: &[StoredEntry]) -> bool {
    let frozen = EventKind::Withdrawn(Withdrawal::Frozen).slug();
    history.iter().any(|entry| entry.kind == frozen)
}
