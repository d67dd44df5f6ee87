//! The file of an order: what it is, where its labels are, what can be done next.

use axum::extract::Path;
use axum::response::Response;

use super::{market_in, state_in};
use crate::domain::access::Permission as P;
use crate::domain::order::{Order, OrderNumber, OrderState};
use crate::domain::whereabouts::Whereabouts;
use crate::http::console::file::File;
use crate::http::console::guard::Visit;
use crate::http::console::page::{minute, thousands};
use crate::http::console::submit::or_refuse;
use crate::http::console::words::{Two, noted, two};
use crate::http::console::{batches, labels, packs};
use crate::service::marks::deliveries;
use crate::service::orders::Detail;
use crate::service::pack::handover;
use crate::service::{ServiceError, ledger, orders};
use crate::store::ledger as entries;

/// `GET /console/orders/{order}`
pub async fn file(visit: Visit, Path(number): Path<u32>) -> Response {
    let store = &visit.app.store;
    let found = async {
        let detail = orders::detail(store, visit.scope(), OrderNumber(number)).await?;
        let about = entries::Filter {
            order: Some(detail.order.number),
            ..Default::default()
        };
        let history = ledger::list(store, visit.scope(), &about, None, 50).await?;
        let sent = deliveries::of_order(store, visit.scope(), detail.order.number).await?;
        let handed = handover::of_order(store, visit.scope(), detail.order.number).await?;
        Ok::<_, ServiceError>((detail, history, sent, handed.openings))
    };
    let (detail, history, sent, openings) = or_refuse!(visit, found.await);
    let order = detail.order.clone();
    let places = Whereabouts::ALL
        .iter()
        .filter(|place| order.counts.at(**place) > 0);
    let places = places.map(|place| {
        let name = visit.language.choose(place.chinese(), place.english());
        (
            None,
            vec![name.to_owned(), thousands(order.counts.at(*place))],
        )
    });
    let title = format!("{} {number}", visit.say(two("印制订单", "Order")));
    let file = File::new(&visit, title).state(state_in(&visit, order.state));
    let may_close = order.state == OrderState::Released && visit.may(P::OrderClose);
    let is_due = order.counts.are_accounted_for();
    let close = |file: File, can: bool| {
        let address = format!("/console/orders/{number}/close");
        file.step(can && may_close, two("结案", "Close"), address)
    };
    // Closing comes first where it is what is due, else after all else.
    let file = close(steps(&visit, &order, file), is_due);
    let file = packs::of_order::steps(&visit, &order, file);
    let file = labels::of_order::steps(&visit, &order, &history, file);
    let mut file = close(file, !is_due);
    if order.is_scrap_over() {
        let over = two(
            "印制作废超过允许损耗。",
            "More was spoiled in printing than is tolerated.",
        );
        file = file.text(None, vec![visit.say(over).to_owned()]);
    }
    file = file
        .facts(None, facts(&visit, &detail))
        .linked(
            two("标志批", "Batch"),
            order.batch.map(|batch| batch.to_string()),
            visit.may(P::BatchRead),
            batches::address(order.batch),
        )
        .table(
            two("标志去向", "Where its labels are"),
            &[two("去向", "Place"), two("数量", "Marks")],
            places.collect(),
        );
    let file = packs::of_order::openings(&visit, order.offer.as_ref(), &openings, file);
    labels::of_order::sendings(&visit, order.number, &sent, file)
        .history(&history)
        .render_with_names(&visit)
        .await
}

/// The steps that the office can take now.
fn steps(visit: &Visit, order: &Order, file: File) -> File {
    use OrderState::{Approved, Issued, Placed};
    let is = |states: &[OrderState]| states.contains(&order.state);
    let may_assign = is(&[Placed, Approved, Issued]) && visit.may(P::OrderAssign);
    let at = |step: &str| format!("/console/orders/{}/{step}", order.number);
    file.step(
        is(&[Placed]) && visit.may(P::OrderApprove),
        two("核准", "Approve"),
        at("approve"),
    )
    .step(
        is(&[Placed]) && visit.may(P::OrderApprove),
        two("不予核准", "Reject"),
        at("reject"),
    )
    .step(
        may_assign && order.printer.is_none() && !is(&[Placed]),
        two("指定承印方", "Assign a printer"),
        at("assign"),
    )
    .step(
        is(&[Approved]) && visit.may(P::OrderRelease),
        two("制码", "Issue the codes"),
        at("issue"),
    )
    .step(
        is(&[Issued]) && visit.may(P::OrderRelease),
        two("发包", "Release the pack"),
        at("release"),
    )
    .step(
        may_assign && (order.printer.is_some() || is(&[Placed])),
        two("指定承印方", "Assign a printer"),
        at("assign"),
    )
    .step(
        is(&[Placed, Approved, Issued]) && visit.may(P::OrderCancel),
        two("取消", "Cancel"),
        at("cancel"),
    )
}

/// What an order is.
fn facts(visit: &Visit, detail: &Detail) -> Vec<(Two, Option<String>)> {
    let order = &detail.order;
    let form = order.placed.form;
    vec![
        (
            two("合法使用人", "Licensee"),
            Some(noted(
                visit.language,
                detail.licensee.as_str(),
                &order.placed.licensee.to_string(),
            )),
        ),
        (two("年度", "Season"), Some(order.placed.season.to_string())),
        (
            two("产品形态", "Form"),
            Some(visit.one_of(form.chinese(), form.english()).to_owned()),
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
            two("销售区域", "To be sold in"),
            Some(market_in(visit, order.placed.market.as_ref())),
        ),
        (
            two("承印方", "Printer"),
            detail.printer.as_ref().map(ToString::to_string),
        ),
        (
            two("事由", "Reason"),
            order.reason.as_ref().map(ToString::to_string),
        ),
        (
            two("提交", "Placed"),
            Some(format!("{} {}", minute(order.placed_at), order.actor)),
        ),
    ]
}
