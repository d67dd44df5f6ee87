//! The audit trail: who did what from where.

use axum::extract::{Path, State};
use axum::response::Response;
use jiff::Timestamp;
use jiff::civil::Date;

use super::file::File;
use super::guard::Visit;
use super::list::{Filter as Choose, Kind, List, ROWS, Row};
use super::page::minute;
use super::submit::refuse;
use super::table;
use super::typed::Typed;
use super::words::two;
use crate::domain::calendar::BEIJING;
use crate::http::App;
use crate::service::trail;
use crate::store::trail::{Filter, Outcome};

fn filter_of(asked: &Typed) -> Filter {
    let text = |name: &str| Some(asked.get(name).to_owned()).filter(|text| !text.is_empty());
    let day = |name: &str| asked.get(name).parse::<Date>().ok();
    let begin = |day: Date| -> Option<Timestamp> { BEIJING.to_timestamp(day.at(0, 0, 0, 0)).ok() };
    Filter {
        login: text("login"),
        action: text("action"),
        subject: text("subject"),
        outcome: Outcome::from_slug(asked.get("outcome")),
        from: day("from").and_then(begin),
        until: day("until")
            .and_then(|day| day.tomorrow().ok())
            .and_then(begin),
    }
}

/// `GET /console/trail`
pub async fn list(visit: Visit, State(app): State<App>) -> Response {
    let asked = Typed::of_query(&visit.uri);
    let before = asked.get("after").parse().ok();
    let found = match trail::list(&app.store, &filter_of(&asked), before, ROWS + 1).await {
        Ok(found) => found,
        Err(error) => return refuse(&visit, error),
    };
    let outcomes = Outcome::ALL
        .iter()
        .map(|one| (one.slug(), visit.language.choose(one.chinese(), one.slug())));
    List::new(&visit, &asked, two("操作日志", "Audit trail"))
        .table(true, "/console/trail/table")
        .field("login", two("登录名", "Who"), Choose::Text)
        .field("action", two("操作", "Action"), Choose::Text)
        .field("subject", two("对象", "Subject"), Choose::Text)
        .field(
            "outcome",
            two("结果", "Outcome"),
            Choose::Choice(outcomes.collect()),
        )
        .field("from", two("自", "From"), Choose::Day)
        .field("until", two("至", "Until"), Choose::Day)
        .columns([
            (two("序号", "Number"), Kind::Number),
            (two("时间", "Time"), Kind::Text),
            (two("登录名", "Who"), Kind::Text),
            (two("操作", "Action"), Kind::Text),
            (two("对象", "Subject"), Kind::Text),
            (two("结果", "Outcome"), Kind::State),
            (two("网络地址", "From"), Kind::Code),
        ])
        .rows(
            found,
            |step| step.number.to_string(),
            |step| Row {
                address: Some(format!("/console/trail/{}", step.number)),
                cells: vec![
                    step.number.to_string(),
                    minute(step.at),
                    step.login.clone(),
                    step.action.clone(),
                    step.subject.clone().unwrap_or_default(),
                    visit
                        .language
                        .choose(step.outcome.chinese(), step.outcome.slug())
                        .to_owned(),
                    step.network.clone(),
                ],
            },
        )
        .render()
}

/// `GET /console/trail/table`
pub async fn table(visit: Visit) -> Response {
    let make = async |asked: &Typed, format, now, file| {
        trail::export(&visit.app.store, &filter_of(asked), format, now, file).await
    };
    table::take(&visit, "trail", make).await
}

/// `GET /console/trail/{step}`
pub async fn file(visit: Visit, State(app): State<App>, Path(number): Path<u64>) -> Response {
    let step = match trail::get(&app.store, number).await {
        Ok(step) => step,
        Err(error) => return refuse(&visit, error),
    };
    let pretty = |text: Option<String>| {
        let value: serde_json::Value =
            serde_json::from_str(&text.unwrap_or_default()).unwrap_or_default();
        if value.is_null() {
            String::new()
        } else {
            serde_json::to_string_pretty(&value).unwrap_or_default()
        }
    };
    File::new(&visit, format!("{} #{number}", step.action))
        .state(
            visit
                .language
                .choose(step.outcome.chinese(), step.outcome.slug()),
        )
        .facts(
            None,
            vec![
                (two("时间", "Time"), Some(minute(step.at))),
                (two("登录名", "Who"), Some(step.login)),
                (two("对象", "Subject"), step.subject),
                (two("网络地址", "From"), Some(step.network)),
                (two("浏览器", "Browser"), Some(step.agent)),
                (
                    two("台账序号", "Entry"),
                    step.entry.map(|entry| entry.to_string()),
                ),
            ],
        )
        .raw(two("变更前", "Before"), pretty(step.old))
        .raw(two("变更后", "After"), pretty(step.new))
        .render(&visit)
}
