//! Stock: where labels are that are not used, lost or destroyed, licensee by licensee.

use axum::response::Response;

use super::pictures::{PLACES, parts};
use super::{Asks, Report, asked_season, choices, take};
use crate::domain::access::Permission as P;
use crate::domain::licensee::LicenseeNumber;
use crate::http::console::figure::Figure;
use crate::http::console::guard::Visit;
use crate::http::console::list::{Filter, Kind, List, ROWS, Row};
use crate::http::console::page::thousands;
use crate::http::console::submit::refuse;
use crate::http::console::typed::Typed;
use crate::http::console::words::two;
use crate::service::report::chart::{self, Bar};
use crate::service::report::{self, StockOf};
use crate::service::{ServiceError, system};

/// Licensees in the picture.
const DRAWN: u32 = 20;

/// `GET /console/reports/stock`
pub async fn page(visit: Visit) -> Response {
    let asked = Typed::of_query(&visit.uri);
    match page_of(&visit, &asked).await {
        Ok(response) => response,
        Err(error) => refuse(&visit, error),
    }
}

async fn page_of(visit: &Visit, asked: &Typed) -> Result<Response, ServiceError> {
    let store = &visit.app.store;
    let season = asked_season(asked);
    let all = visit.say(two("全部年度", "All seasons")).to_owned();
    let mut seasons = vec![(String::new(), all)];
    seasons.extend(choices(&report::seasons(store, system::now()).await?));
    let most = report::most_stock(store, season, DRAWN).await?;
    let value = season.map(|season| season.to_string()).unwrap_or_default();
    let query = format!("season={value}");
    let mut page = Report::new(visit, two("标志结存", "Labels in stock")).field(
        "season",
        two("年度", "Season"),
        Asks::One(seasons),
        value,
    );
    if most.is_empty() {
        let none = two("没有结存的标志。", "No label is in stock.");
        page = page.text(visit.say(none).to_owned());
    } else {
        page = page.figure(of_most(visit, &most));
    }
    Ok(page
        .link(
            true,
            two("全部使用人", "All licensees"),
            format!("/console/reports/stock/all?{query}"),
        )
        .table("/console/reports/stock/table", &query)
        .render())
}

fn of_most(visit: &Visit, most: &[StockOf]) -> Figure {
    let bars: Vec<Bar> = most
        .iter()
        .map(|one| Bar {
            label: one.name.clone(),
            parts: parts(&one.stock).into(),
            text: thousands(one.stock.all()),
        })
        .collect();
    let title = visit.say(two(
        "结存最多的使用人",
        "The licensees with the most labels in stock",
    ));
    let mut figure = Figure::new(visit, title, chart::bars(title, &bars))
        .keys(visit, &PLACES)
        .heads(
            visit,
            &[
                two("使用人", "Licensee"),
                PLACES[0],
                PLACES[1],
                PLACES[2],
                PLACES[3],
                two("合计", "In all"),
            ],
        );
    for one in most {
        let address = Some(format!("/console/licensees/{}", one.number));
        figure = figure.row(address, cells(one));
    }
    figure.note(visit.say(two(
        "结存：使用人已签收、未登记使用的。待销毁：作废或退回、尚未在两名见证人在场时销毁的。",
        "On hand: received and not reported used. To be destroyed: spoiled or returned, and not yet destroyed before two \
         witnesses.",
    )))
}

fn cells(one: &StockOf) -> Vec<String> {
    let mut cells = vec![format!("{}（{}）", one.name, one.number)];
    cells.extend(parts(&one.stock).map(thousands));
    cells.push(thousands(one.stock.all()));
    cells
}

/// `GET /console/reports/stock/all`
pub async fn all(visit: Visit) -> Response {
    let asked = Typed::of_query(&visit.uri);
    let after = LicenseeNumber(asked.get("after").parse().unwrap_or(0));
    let season = asked_season(&asked);
    let found = match report::stock(&visit.app.store, season, after, ROWS + 1).await {
        Ok(found) => found,
        Err(error) => return refuse(&visit, error),
    };
    List::new(&visit, &asked, two("标志结存", "Labels in stock"))
        .table(visit.may(P::Export), "/console/reports/stock/table")
        .field("season", two("年度", "Season"), Filter::Text)
        .columns([
            (two("使用人", "Licensee"), Kind::Text),
            (PLACES[0], Kind::Number),
            (PLACES[1], Kind::Number),
            (PLACES[2], Kind::Number),
            (PLACES[3], Kind::Number),
            (two("合计", "In all"), Kind::Number),
        ])
        .rows(
            found,
            |one| one.number.to_string(),
            |one| Row {
                address: Some(format!("/console/licensees/{}", one.number)),
                cells: cells(one),
            },
        )
        .render()
}

/// `GET /console/reports/stock/table`
pub async fn table(visit: Visit) -> Response {
    let asked = Typed::of_query(&visit.uri);
    take(&visit, &asked, "stock", async |format, file| {
        let season = asked_season(&asked);
        report::export_stock(&visit.app.store, season, format, system::now(), file).await
    })
    .await
}
