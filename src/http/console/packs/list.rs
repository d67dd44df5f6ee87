//! The list of packs that were offered.

use axum::response::Response;

use super::state_in;
use crate::domain::access::Permission as P;
use crate::domain::offer::OfferState;
use crate::domain::order::OrderNumber;
use crate::http::console::asked::Asked;
use crate::http::console::guard::Visit;
use crate::http::console::list::{Filter, Kind, List, ROWS, Row};
use crate::http::console::page::{minute, thousands};
use crate::http::console::party::Names;
use crate::http::console::submit::or_refuse;
use crate::http::console::typed::Typed;
use crate::http::console::words::two;
use crate::service::pack::handover;

/// `GET /console/packs`
pub async fn list(visit: Visit) -> Response {
    let asked = Typed::of_query(&visit.uri);
    let after = asked.get("after").parse().ok().map(OrderNumber);
    let found = async {
        let mut asks = Asked::new(&visit, &asked);
        let state = asks.word("state", OfferState::from_slug);
        let errors = asks.finish();
        let (store, scope) = (&visit.app.store, visit.scope());
        let found = match errors.is_empty() {
            true => handover::list(store, scope, state, after, ROWS + 1).await?,
            false => Vec::new(),
        };
        let names = Names::of(&visit, found.iter().map(|order| order.placed.licensee)).await?;
        let names = match visit.may(P::PrinterRead) {
            true => names.and_printers(&visit).await?,
            false => names,
        };
        Ok((found, names, errors))
    };
    let (found, names, errors) = or_refuse!(visit, found.await);
    let states = OfferState::ALL.iter().map(|state| {
        let name = visit.one_of(state.chinese(), state.english());
        (state.slug(), name)
    });
    List::new(&visit, &asked, two("数据包", "Packs"))
        .field(
            "state",
            two("状态", "State"),
            Filter::Choice(states.collect()),
        )
        .wrong(errors)
        .columns([
            (two("订单", "Order"), Kind::Text),
            (two("状态", "State"), Kind::State),
            (two("承印方", "Printer"), Kind::Text),
            (two("产品", "Product"), Kind::Text),
            (two("数量", "Marks"), Kind::Number),
            (two("领取截止", "Until"), Kind::Text),
            (two("已领取次数", "Downloads"), Kind::Number),
        ])
        .rows(
            found,
            |order| order.number.to_string(),
            |order| {
                let offer = order.offer.as_ref();
                let printer = order.printer.map(|printer| names.printer(printer));
                Row {
                    address: Some(format!("/console/orders/{}", order.number)),
                    cells: vec![
                        order.number.to_string(),
                        offer.map_or("", |offer| state_in(&visit, offer)).to_owned(),
                        printer.unwrap_or_default(),
                        order.placed.product.to_string(),
                        thousands(order.placed.quantity.get()),
                        offer.map_or_else(String::new, |offer| minute(offer.until)),
                        offer.map_or_else(String::new, |offer| thousands(offer.taken)),
                    ],
                }
            },
        )
        .render()
}
