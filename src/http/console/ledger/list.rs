//! The list of entries.

use axum::response::Response;

use crate::domain::access::Permission as P;
use crate::domain::event::EventKind;
use crate::domain::ledger::entry;
use crate::domain::lot::LotNumber;
use crate::domain::order::OrderNumber;
use crate::http::console::asked::Asked;
use crate::http::console::file::kind_in;
use crate::http::console::guard::Visit;
use crate::http::console::list::{Filter, Kind, List, ROWS, Row};
use crate::http::console::page::minute;
use crate::http::console::party::{self, Names};
use crate::http::console::submit::or_refuse;
use crate::http::console::table;
use crate::http::console::typed::Typed;
use crate::http::console::words::two;
use crate::service::{ServiceError, export, ledger};
use crate::store::ledger as entries;
use crate::store::lists::Sort;

/// What an address asks for, within what the person sees.
async fn filter_of(asked: &mut Asked<'_>) -> Result<entries::Filter, ServiceError> {
    Ok(entries::Filter {
        licensee: asked.licensee().await?,
        printer: asked.visit().scope().printer(),
        order: asked.number("order", OrderNumber),
        season: asked.season(),
        lot: asked.number("lot", LotNumber),
        kind: asked.word("kind", |kind| Some(kind.to_owned())),
    })
}

/// `GET /console/ledger`
pub async fn list(visit: Visit) -> Response {
    let asked = Typed::of_query(&visit.uri);
    let after = asked.get("after").parse().ok();
    let sort = Sort::of(asked.get("sort"), &["number"]).unwrap_or(Sort::down("number"));
    let found = async {
        let mut asks = Asked::new(&visit, &asked);
        let filter = filter_of(&mut asks).await?;
        let errors = asks.finish();
        let store = &visit.app.store;
        let found = if !errors.is_empty() {
            Vec::new()
        } else if sort.is_descending() {
            ledger::list(store, visit.scope(), &filter, after, ROWS + 1).await?
        } else {
            let after = after.unwrap_or(0);
            ledger::list_up(store, visit.scope(), &filter, after, ROWS + 1).await?
        };
        let parties = found.iter().filter_map(|stored| stored.subjects.licensee);
        let names = Names::of(&visit, parties).await?;
        Ok((found, names, party::filter(&visit).await?, errors))
    };
    let (found, names, licensees, errors) = or_refuse!(visit, found.await);
    let events = EventKind::ALL
        .iter()
        .map(|kind| (kind.slug(), visit.one_of(kind.chinese(), kind.english())));
    let kinds = entry::KINDS
        .iter()
        .map(|(kind, chinese, english)| (*kind, visit.one_of(chinese, english)))
        .chain(events);
    let mut list = List::new(&visit, &asked, two("台账", "Ledger"))
        .action(
            visit.may(P::LedgerProve),
            two("校验台账", "Prove the ledger"),
            "/console/ledger/prove",
        )
        .table(visit.may(P::Export), "/console/ledger/table")
        .field("kind", two("事项", "Kind"), Filter::Choice(kinds.collect()))
        .field("order", two("订单", "Order"), Filter::Text)
        .field("season", two("年度", "Season"), Filter::Text)
        .field("lot", two("批次", "Lot"), Filter::Text);
    if visit.scope().licensee().is_none() {
        let label = two("使用人", "Licensee");
        list = list.field("licensee", label, licensees);
    }
    list.wrong(errors)
        .columns([
            (two("序号", "Entry"), Kind::Number),
            (two("时间", "Time"), Kind::Text),
            (two("事项", "Kind"), Kind::Text),
            (two("经办人", "By"), Kind::Text),
            (two("使用人", "Licensee"), Kind::Text),
            (two("订单", "Order"), Kind::Number),
        ])
        .sorted(sort, &[(0, "number")])
        .rows(
            found,
            |stored| stored.number.to_string(),
            |stored| {
                let about = &stored.subjects;
                let licensee = about.licensee.map(|number| names.licensee(number));
                let order = about.order.map(|order| order.to_string());
                Row {
                    address: Some(format!("/console/ledger/{}", stored.number)),
                    cells: vec![
                        stored.number.to_string(),
                        minute(stored.at),
                        kind_in(visit.language, &stored.kind),
                        stored.actor.to_string(),
                        licensee.unwrap_or_default(),
                        order.unwrap_or_default(),
                    ],
                }
            },
        )
        .render()
}

/// `GET /console/ledger/table`
pub async fn table(visit: Visit) -> Response {
    let make = async |asked: &Typed, format, now, file| {
        let mut asks = Asked::new(&visit, asked);
        let filter = filter_of(&mut asks).await?;
        asks.all_read()?;
        export::entries(&visit.app.store, visit.scope(), &filter, format, now, file).await
    };
    table::take(&visit, "ledger", make).await
}
