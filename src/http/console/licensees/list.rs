//! The register as a list.

use axum::response::Response;

use super::{attention_in, state_in};
use crate::domain::access::Permission as P;
use crate::domain::calendar::day_of;
use crate::domain::licensee::{LicenseeNumber, LicenseeState};
use crate::http::console::guard::Visit;
use crate::http::console::list::{Filter, Kind, List, ROWS, Row};
use crate::http::console::submit::or_refuse;
use crate::http::console::table;
use crate::http::console::typed::Typed;
use crate::http::console::words::two;
use crate::service::{lists, register, system};
use crate::store::lists::{LICENSEES, LicenseeFilter, Sort};

/// What an address asks for, within what the person sees.
fn filter_of(visit: &Visit, asked: &Typed) -> LicenseeFilter {
    LicenseeFilter {
        number: visit.scope().licensee(),
        state: LicenseeState::from_slug(asked.get("state")),
        search: Some(asked.get("q").to_owned()).filter(|text| !text.is_empty()),
        attention_on: (asked.get("attention") == "yes").then(|| day_of(system::now())),
    }
}

/// `GET /console/licensees`
pub async fn list(visit: Visit) -> Response {
    let asked = Typed::of_query(&visit.uri);
    let after = asked.get("after").parse().ok().map(LicenseeNumber);
    let sort = Sort::of(asked.get("sort"), LICENSEES).unwrap_or(Sort::up("number"));
    let filter = filter_of(&visit, &asked);
    let found = lists::licensees(
        &visit.app.store,
        visit.scope(),
        &filter,
        sort,
        after,
        ROWS + 1,
    )
    .await;
    let found = or_refuse!(visit, found);
    let today = day_of(system::now());
    let states = LicenseeState::ALL
        .iter()
        .map(|state| (state.slug(), state_in(&visit, *state)));
    let attention = [("yes", visit.say(two("需要关注", "needs attention")))];
    List::new(&visit, &asked, two("合法使用人", "Licensees"))
        .action(
            visit.may(P::LicenseeEnter),
            two("登记申请", "Enter an application"),
            "/console/licensees/new",
        )
        .action(
            visit.may(P::LicenseeImport),
            two("导入名册", "Import a register"),
            "/console/licensees/import",
        )
        .table(visit.may(P::Export), "/console/licensees/table")
        .field("q", two("名称或代码", "Name or code"), Filter::Text)
        .field(
            "state",
            two("状态", "State"),
            Filter::Choice(states.collect()),
        )
        .field(
            "attention",
            two("关注", "Attention"),
            Filter::Choice(attention.to_vec()),
        )
        .columns([
            (two("名称", "Name"), Kind::Text),
            (two("编号", "Number"), Kind::Number),
            (two("统一社会信用代码", "Credit code"), Kind::Code),
            (two("状态", "State"), Kind::State),
            (two("自", "Since"), Kind::Text),
            (two("关注事项", "Attention"), Kind::Text),
        ])
        .sorted(
            sort,
            &[(0, "name"), (1, "number"), (2, "uscc"), (3, "state")],
        )
        .rows(
            found,
            |one| one.number.to_string(),
            |one| {
                let attention = one.attention(today);
                let attention: Vec<String> = attention.iter().map(attention_in(&visit)).collect();
                Row {
                    address: Some(format!("/console/licensees/{}", one.number)),
                    cells: vec![
                        one.name().to_string(),
                        one.number.to_string(),
                        one.uscc.to_string(),
                        state_in(&visit, one.state).to_owned(),
                        one.state_since.to_string(),
                        attention.join(visit.one_of("；", "; ")),
                    ],
                }
            },
        )
        .render()
}

/// `GET /console/licensees/table`
pub async fn table(visit: Visit) -> Response {
    let make = async |asked: &Typed, format, now, file| {
        let filter = filter_of(&visit, asked);
        register::export(&visit.app.store, visit.scope(), &filter, format, now, file).await
    };
    table::take(&visit, "register", make).await
}
