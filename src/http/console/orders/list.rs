//! The list of orders.

use axum::response::Response;

use super::state_in;
use crate::domain::access::Permission as P;
use crate::domain::order::{OrderNumber, OrderState};
use crate::domain::printer::PrinterNumber;
use crate::domain::wanted::Wanted;
use crate::http::console::asked::Asked;
use crate::http::console::guard::Visit;
use crate::http::console::list::{Filter, Kind, List, ROWS, Row};
use crate::http::console::page::{minute, thousands};
use crate::http::console::party::{self, Names};
use crate::http::console::read::whole;
use crate::http::console::submit::or_refuse;
use crate::http::console::table as sheet;
use crate::http::console::typed::Typed;
use crate::http::console::words::two;
use crate::service::{ServiceError, export, lists};
use crate::store::lists::{ORDERS, Sort};
use crate::store::order;

/// What an address asks for.
async fn filter_of(asked: &mut Asked<'_>) -> Result<order::Filter, ServiceError> {
    Ok(order::Filter {
        licensee: asked.licensee().await?,
        printer: asked.value("printer", Wanted::Number, |text| {
            whole(text).map(PrinterNumber)
        }),
        season: asked.season(),
        state: asked.word("state", OrderState::from_slug),
    })
}

/// `GET /console/orders`
pub async fn list(visit: Visit) -> Response {
    let asked = Typed::of_query(&visit.uri);
    let after = asked.get("after").parse().ok().map(OrderNumber);
    let sort = Sort::of(asked.get("sort"), ORDERS).unwrap_or(Sort::down("number"));
    let found = async {
        let mut asks = Asked::new(&visit, &asked);
        let filter = filter_of(&mut asks).await?;
        let errors = asks.finish();
        let found = match errors.is_empty() {
            true => {
                lists::orders(
                    &visit.app.store,
                    visit.scope(),
                    &filter,
                    sort,
                    after,
                    ROWS + 1,
                )
                .await?
            }
            false => Vec::new(),
        };
        let names = Names::of(&visit, found.iter().map(|order| order.placed.licensee)).await?;
        Ok((found, names, party::filter(&visit).await?, errors))
    };
    let (found, names, licensees, errors) = or_refuse!(visit, found.await);
    let states = OrderState::ALL
        .iter()
        .map(|state| (state.slug(), state_in(&visit, *state)));
    let mut list = List::new(&visit, &asked, two("印制订单", "Orders"))
        .action(
            visit.may(P::OrderPlace),
            two("提交订单", "Place an order"),
            "/console/orders/new",
        )
        .action(
            visit.may(P::PackTake) || visit.may(P::PackAgain),
            two("数据包", "Packs"),
            "/console/packs",
        )
        .table(visit.may(P::Export), "/console/orders/table")
        .field(
            "state",
            two("状态", "State"),
            Filter::Choice(states.collect()),
        )
        .field("season", two("年度", "Season"), Filter::Text);
    if visit.scope().licensee().is_none() {
        list = list.field("licensee", two("使用人", "Licensee"), licensees);
    }
    list.wrong(errors)
        .columns([
            (two("订单", "Order"), Kind::Text),
            (two("状态", "State"), Kind::State),
            (two("使用人", "Licensee"), Kind::Text),
            (two("年度", "Season"), Kind::Text),
            (two("产品", "Product"), Kind::Text),
            (two("数量", "Marks"), Kind::Number),
            (two("提交时间", "Placed"), Kind::Text),
        ])
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
        .render()
}

/// `GET /console/orders/table`
pub async fn table(visit: Visit) -> Response {
    let make = async |asked: &Typed, format, now, file| {
        let mut asks = Asked::new(&visit, asked);
        let filter = filter_of(&mut asks).await?;
        asks.all_read()?;
        export::orders(&visit.app.store, visit.scope(), &filter, format, now, file).await
    };
    sheet::take(&visit, "orders", make).await
}
