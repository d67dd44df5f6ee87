//! A licensee's own alerts. Provinces alone, and nothing of others.

use axum::response::Response;

use super::alerts::{about, province_in, serial_of};
use super::guard::Visit;
use super::list::{Kind, List, ROWS, Row};
use super::page::minute;
use super::submit::or_refuse;
use super::typed::Typed;
use super::words::two;
use crate::domain::alert::{AlertNumber, Decision};
use crate::service::{alerts, system};

/// `GET /console/exposure`
pub async fn page(visit: Visit) -> Response {
    let asked = Typed::of_query(&visit.uri);
    let after = asked.get("after").parse().ok().map(AlertNumber);
    let (store, now) = (&visit.app.store, system::now());
    let found = alerts::exposure(store, visit.scope(), after, ROWS + 1, now);
    let found = or_refuse!(visit, found.await);
    let title = two("本单位预警", "Alerts on own marks");
    let mut list = List::new(&visit, &asked, title).text(visit.say(two(
        "以下是本单位标志的查询中出现的异常。预警不等于认定违法，由监管部门查明后判定；如了解原因（如流出的标签、宣传图片），\
         请告知监管部门；收到监管告知的，请在“监管告知”中答复。",
        "This is what was unusual in the queries of your marks. An alert proves nothing: the office looks into it and decides. If \
         you know a cause, such as labels that were lost or a picture that was posted, tell the office, or answer its notice.",
    )));
    list = list.action(
        true,
        two("监管告知", "Notices of the office"),
        "/console/notices",
    );
    list.columns([
        (two("预警", "Alert"), Kind::Text),
        (two("状态", "State"), Kind::State),
        (two("类别", "Kind"), Kind::Text),
        (two("标志", "Mark"), Kind::Code),
        (two("自", "Since"), Kind::Text),
        (two("查询地（省）", "Asked from (province)"), Kind::Text),
        (two("判定", "Decision"), Kind::Text),
    ])
    .rows(
        found,
        |one| one.alert.number.to_string(),
        |one| {
            let alert = &one.alert;
            let provinces = one.provinces.iter();
            let provinces: Vec<String> = provinces
                .map(|province| province_in(&visit, Some(*province)))
                .collect();
            let verdict = alert.decision.as_ref().map(Decision::verdict);
            Row {
                address: alert
                    .mark()
                    .map(|mark| format!("/console/marks/{}", serial_of(&visit, mark))),
                cells: vec![
                    alert.number.to_string(),
                    visit
                        .one_of(alert.state.chinese(), alert.state.english())
                        .to_owned(),
                    visit
                        .one_of(alert.kind.chinese(), alert.kind.english())
                        .to_owned(),
                    about(&visit, alert),
                    minute(alert.raised_at),
                    provinces.join(visit.one_of("、", ", ")),
                    verdict.map_or_else(String::new, |verdict| {
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
