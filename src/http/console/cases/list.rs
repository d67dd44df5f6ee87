//! The list of cases.

use axum::response::Response;

use crate::domain::access::Permission as P;
use crate::domain::case::{CaseNumber, CaseState};
use crate::http::console::asked::Asked;
use crate::http::console::guard::Visit;
use crate::http::console::list::{Filter, Kind, List, ROWS, Row};
use crate::http::console::page::minute;
use crate::http::console::submit::or_refuse;
use crate::http::console::table;
use crate::http::console::typed::Typed;
use crate::http::console::words::two;
use crate::service::{cases, export};

/// `GET /console/cases/table`
pub async fn table(visit: Visit) -> Response {
    let make = async |asked: &Typed, format, now, file| {
        let mut asks = Asked::new(&visit, asked);
        let state = asks.word("state", CaseState::from_slug);
        asks.all_read()?;
        export::cases(&visit.app.store, visit.scope(), state, format, now, file).await
    };
    table::take(&visit, "cases", make).await
}

/// `GET /console/cases`
pub async fn list(visit: Visit) -> Response {
    let asked = Typed::of_query(&visit.uri);
    let before = asked.get("after").parse().ok().map(CaseNumber);
    let mut asks = Asked::new(&visit, &asked);
    let state = asks.word("state", CaseState::from_slug);
    let errors = asks.finish();
    let found = match errors.is_empty() {
        true => {
            let listed = cases::list(&visit.app.store, visit.scope(), state, before, ROWS + 1);
            or_refuse!(visit, listed.await)
        }
        false => Vec::new(),
    };
    let states = CaseState::ALL.iter();
    let states = states.map(|one| (one.slug(), visit.one_of(one.chinese(), one.english())));
    let states = Filter::Choice(states.collect());
    List::new(&visit, &asked, two("案件", "Cases"))
        .field("state", two("状态", "State"), states)
        .wrong(errors)
        .table(visit.may(P::Export), "/console/cases/table")
        .action(
            visit.may(P::CaseHandle),
            two("立案", "Open a case"),
            "/console/cases/new",
        )
        .columns([
            (two("案件", "Case"), Kind::Text),
            (two("状态", "State"), Kind::State),
            (two("案由", "About"), Kind::Text),
            (two("立案", "Opened"), Kind::Text),
            (two("立案人", "Opened by"), Kind::Text),
            (two("结果", "Result"), Kind::Text),
        ])
        .rows(
            found,
            |case| case.number.to_string(),
            |case| Row {
                address: Some(format!("/console/cases/{}", case.number)),
                cells: vec![
                    case.number.to_string(),
                    visit
                        .one_of(case.state.chinese(), case.state.english())
                        .to_owned(),
                    case.title.to_string(),
                    minute(case.opened_at),
                    case.opened_by.to_string(),
                    case.result.map_or_else(String::new, |result| {
                        visit.one_of(result.chinese(), result.english()).to_owned()
                    }),
                ],
            },
        )
        .render()
}
