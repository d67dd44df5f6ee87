//! The list of alerts.

use axum::response::Response;

use super::about;
use crate::domain::access::Permission as P;
use crate::domain::alert::{AlertKind, AlertNumber, AlertState, Decision};
use crate::domain::mark::BatchNumber;
use crate::domain::place::Prefecture;
use crate::domain::text::Line;
use crate::domain::wanted::Wanted;
use crate::http::console::asked::Asked;
use crate::http::console::guard::Visit;
use crate::http::console::list::{Filter as Field, Kind, List, ROWS, Row};
use crate::http::console::page::minute;
use crate::http::console::party::{self, Names};
use crate::http::console::read::whole;
use crate::http::console::submit::or_refuse;
use crate::http::console::table;
use crate::http::console::typed::Typed;
use crate::http::console::words::two;
use crate::service::{ServiceError, alerts, export, system};
use crate::store::alert::Filter;

/// Reads what the list is chosen by.
async fn filter_of(asks: &mut Asked<'_>) -> Result<Filter, ServiceError> {
    Ok(Filter {
        state: asks.word("state", AlertState::from_slug),
        kind: asks.word("kind", AlertKind::from_slug),
        licensee: asks.licensee().await?,
        batch: asks.value("batch", Wanted::Number, |text| {
            BatchNumber::new(whole(text)?)
        }),
        province: asks.value("province", Wanted::Choice, |text| text.parse().ok()),
        assignee: asks.value("assignee", Wanted::Anything, |text| {
            Line::new("assignee", text).ok()
        }),
        index: None,
        without: None,
    })
}

/// `GET /console/alerts/table`
pub async fn table(visit: Visit) -> Response {
    let make = async |asked: &Typed, format, now, file| {
        let mut asks = Asked::new(&visit, asked);
        let filter = filter_of(&mut asks).await?;
        asks.all_read()?;
        let (store, key) = (&visit.app.store, &visit.app.keys.secrets.serial);
        export::alerts(store, visit.scope(), (&filter, key), format, now, file).await
    };
    table::take(&visit, "alerts", make).await
}

/// `GET /console/alerts`
pub async fn list(visit: Visit) -> Response {
    let asked = Typed::of_query(&visit.uri);
    let after = asked.get("after").parse().ok().map(AlertNumber);
    let mut asks = Asked::new(&visit, &asked);
    let filter = or_refuse!(visit, filter_of(&mut asks).await);
    let errors = asks.finish();
    let found = match errors.is_empty() {
        true => {
            let (store, now) = (&visit.app.store, system::now());
            let listed = alerts::list(store, visit.scope(), &filter, after, ROWS + 1, now);
            or_refuse!(visit, listed.await)
        }
        false => Vec::new(),
    };
    let licensees = found.iter().filter_map(|alert| alert.licensee);
    let names = or_refuse!(visit, Names::of(&visit, licensees).await);
    let offered = or_refuse!(visit, party::offered(&visit).await);
    let list = List::new(&visit, &asked, two("预警", "Alerts"));
    fields(&visit, list, offered)
        .wrong(errors)
        .table(visit.may(P::Export), "/console/alerts/table")
        .columns([
            (two("预警", "Alert"), Kind::Text),
            (two("状态", "State"), Kind::State),
            (two("类别", "Kind"), Kind::Text),
            (two("标志", "Mark"), Kind::Code),
            (two("强度", "Strength"), Kind::Text),
            (two("合法使用人", "Licensee"), Kind::Text),
            (two("产生", "Raised"), Kind::Text),
            (two("办理人", "Handled by"), Kind::Text),
            (two("判定", "Decision"), Kind::Text),
        ])
        .rows(
            found,
            |alert| alert.number.to_string(),
            |alert| {
                let strength = alert.strength();
                let decision = alert.decision.as_ref().map(Decision::verdict);
                Row {
                    address: Some(format!("/console/alerts/{}", alert.number)),
                    cells: vec![
                        alert.number.to_string(),
                        visit
                            .one_of(alert.state.chinese(), alert.state.english())
                            .to_owned(),
                        visit
                            .one_of(alert.kind.chinese(), alert.kind.english())
                            .to_owned(),
                        about(&visit, alert),
                        visit.language.choose(&strength.zh, &strength.en).to_owned(),
                        alert
                            .licensee
                            .map_or_else(String::new, |licensee| names.licensee(licensee)),
                        minute(alert.raised_at),
                        alert
                            .assignee
                            .as_ref()
                            .map_or_else(String::new, ToString::to_string),
                        decision.map_or_else(String::new, |verdict| {
                            visit
                                .one_of(verdict.chinese(), verdict.english())
                                .to_owned()
                        }),
                    ],
                }
            },
        )
        .render()
}

fn fields<'a>(visit: &'a Visit, list: List<'a>, licensees: Vec<String>) -> List<'a> {
    let states = AlertState::ALL.iter();
    let states = states.map(|one| (one.slug(), visit.one_of(one.chinese(), one.english())));
    let kinds = AlertKind::ALL.iter();
    let kinds = kinds.map(|one| (one.slug(), visit.one_of(one.chinese(), one.english())));
    let provinces = Prefecture::by_province().filter_map(|((zh, en), prefectures)| {
        let (digits, _) = prefectures.first()?;
        Some((digits.get(..2)?, visit.one_of(zh, en)))
    });
    let own = visit.signed_in().principal.user.login.to_string();
    list.field(
        "state",
        two("状态", "State"),
        Field::Choice(states.collect()),
    )
    .field("kind", two("类别", "Kind"), Field::Choice(kinds.collect()))
    .field(
        "licensee",
        two("合法使用人", "Licensee"),
        Field::Offered(licensees),
    )
    .field("batch", two("标志批", "Batch"), Field::Text)
    .field(
        "province",
        two("查询地", "Asked from"),
        Field::Choice(provinces.collect()),
    )
    .field(
        "assignee",
        two("办理人", "Handled by"),
        Field::Offered(vec![own]),
    )
}
