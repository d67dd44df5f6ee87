//! What the public asked, by day and by province. Counts alone: no scan is shown by itself.

use axum::response::{IntoResponse, Response};
use jiff::ToSpan;
use jiff::civil::Date;

use super::{Asks, Report, take};
use crate::domain::calendar::day_of;
use crate::domain::wanted::Wanted;
use crate::http::console::asked::Asked;
use crate::http::console::figure::Figure;
use crate::http::console::guard::Visit;
use crate::http::console::page::thousands;
use crate::http::console::submit::refuse;
use crate::http::console::typed::Typed;
use crate::http::console::words::{Two, two};
use crate::http::language::Language;
use crate::http::problem::Problem;
use crate::service::report::chart::{self, Bar, Column};
use crate::service::report::{self, Counted, MOST_DAYS, ScanReport};
use crate::service::system;

/// Days that are shown unless others are asked for.
const USUAL_DAYS: i32 = 30;

const SERIES: [Two; 2] = [
    two("标志有效", "of marks in use"),
    two(
        "其他状态（未激活、已作废等）",
        "of marks in any other state",
    ),
];

/// The days that an address asks for: the last ones, unless it names some.
fn asked_days(asked: &mut Asked<'_>) -> (Date, Date) {
    let mut day = |name| asked.value(name, Wanted::Date, |text| text.parse::<Date>().ok());
    let (from, until) = (day("from"), day("until"));
    let until = until.unwrap_or_else(|| day_of(system::now()));
    let usual = until.saturating_sub((USUAL_DAYS - 1).days());
    let from = from.unwrap_or(usual);
    if from > until {
        asked.wrong(
            "from",
            "起始日期晚于截止日期，请改正",
            "the first day lies after the last one: mend one of them",
        );
    }
    report::days_between(from, until)
}

/// `GET /console/reports/scans`
pub async fn page(visit: Visit) -> Response {
    let asked = Typed::of_query(&visit.uri);
    let mut asks = Asked::new(&visit, &asked);
    let (from, until) = asked_days(&mut asks);
    let errors = asks.finish();
    if !errors.is_empty() {
        return Report::new(&visit, two("公众查询", "Scans by the public"))
            .field(
                "from",
                two("起", "From"),
                Asks::Day,
                asked.get("from").to_owned(),
            )
            .field(
                "until",
                two("止", "To"),
                Asks::Day,
                asked.get("until").to_owned(),
            )
            .wrong(errors)
            .render();
    }
    let found = match report::scans(&visit.app.store, from, until, system::now()).await {
        Ok(found) => found,
        Err(error) => return refuse(&visit, error),
    };
    let all = thousands(found.all());
    let text = match visit.language {
        Language::Chinese => {
            format!("{from} 至 {until}，公众查询共 {all} 次。一次最多统计 {MOST_DAYS} 天。")
        }
        Language::English => format!(
            "From {from} to {until} the public asked {all} times. At most {MOST_DAYS} days are counted at once."
        ),
    };
    Report::new(&visit, two("公众查询", "Scans by the public"))
        .field("from", two("起", "From"), Asks::Day, from.to_string())
        .field("until", two("止", "To"), Asks::Day, until.to_string())
        .text(text)
        .figure(by_day(&visit, &found))
        .figure(by_province(&visit, &found))
        .link(
            true,
            two("最近 30 天", "The last 30 days"),
            "/console/reports/scans".to_owned(),
        )
        .table(
            "/console/reports/scans/table",
            &format!("from={from}&until={until}"),
        )
        .render()
}

fn heads(first: Two) -> [Two; 4] {
    [first, SERIES[0], SERIES[1], two("合计", "In all")]
}

fn by_day(visit: &Visit, found: &ScanReport) -> Figure {
    let columns: Vec<Column> = found
        .days
        .iter()
        .map(|day| Column {
            label: day.key.to_string(),
            parts: vec![day.active, day.other],
        })
        .collect();
    let most = found.days.iter().map(Counted::all).max();
    let title = visit.say(two("每日查询次数", "Scans a day"));
    let svg = chart::columns(title, &columns, &thousands(most.unwrap_or(0)));
    let mut figure = Figure::new(visit, title, svg)
        .keys(visit, &SERIES)
        .nothing(visit.say(two("没有查询。", "No scans.")))
        .heads(visit, &heads(two("日期", "Day")));
    for day in found.days.iter().rev() {
        figure = figure.row(
            None,
            vec![
                day.key.to_string(),
                thousands(day.active),
                thousands(day.other),
                thousands(day.all()),
            ],
        );
    }
    figure
}

fn by_province(visit: &Visit, found: &ScanReport) -> Figure {
    let title = visit.say(two("各省份查询次数", "Scans by province"));
    let name = |key: Option<(&'static str, &'static str)>| match key {
        Some((chinese, english)) => visit.language.choose(chinese, english),
        None => visit.say(two("地点未知", "Place not known")),
    };
    let bars: Vec<Bar> = found
        .provinces
        .iter()
        .map(|province| Bar {
            label: name(province.key).to_owned(),
            parts: vec![province.active, province.other],
            text: thousands(province.all()),
        })
        .collect();
    let mut figure = Figure::new(visit, title, chart::bars(title, &bars))
        .keys(visit, &SERIES)
        .nothing(visit.say(two("没有查询。", "No scans.")))
        .heads(visit, &heads(two("省份", "Province")));
    for province in &found.provinces {
        figure = figure.row(
            None,
            vec![
                name(province.key).to_owned(),
                thousands(province.active),
                thousands(province.other),
                thousands(province.all()),
            ],
        );
    }
    figure.note(visit.say(two(
        "省份来自查询人提供的地级市，没有提供的按网络地址推断；都没有的计入“地点未知”。查询多少说明不了真伪。",
        "The province is that of the prefecture which the asker gave, else what the network address says; without either it \
         is not known. How often is asked says nothing about what is genuine.",
    )))
}

/// `GET /console/reports/scans/table`
pub async fn table(visit: Visit) -> Response {
    let asked = Typed::of_query(&visit.uri);
    let mut asks = Asked::new(&visit, &asked);
    let (from, until) = asked_days(&mut asks);
    if let Err(error) = asks.all_read() {
        return Problem::from(error).into_response();
    }
    take(&visit, &asked, "scans", async |format, file| {
        report::export_scans(&visit.app.store, from, until, format, system::now(), file).await
    })
    .await
}
