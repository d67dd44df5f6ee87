//! The figures that the plan's targets are measured against: an approver enters them with the document they come from.

use axum::response::Response;

use super::asked_season;
use crate::domain::access::Permission;
use crate::domain::calendar::day_of;
use crate::domain::plan::PlanFigures;
use crate::domain::season::Season;
use crate::http::console::form::{Form, Kind};
use crate::http::console::guard::Visit;
use crate::http::console::list::{self, Filter, List, Row};
use crate::http::console::page::{minute, thousands};
use crate::http::console::read::Reader;
use crate::http::console::submit::{answer, refuse};
use crate::http::console::typed::Typed;
use crate::http::console::words::two;
use crate::service::{plan, system};

fn form(visit: &Visit) -> Form {
    Form::new(visit,
        two("填报规划数据", "Enter the plan's figures"),
        two("填报", "Enter"),
    )
    .text(visit.say(two(
        "台账不掌握产区生产者总数和全行业产量，须依据统计或主管部门的文件填报。每次填报成为新的一版，旧版保留。",
        "The ledger knows neither how many producers the area has nor what the whole trade puts out: enter them from a \
         document. Each entry is a new version, earlier ones stay.",
    )))
    .optional("upon", two("", ""), Kind::Hidden)
    .field("season", two("年度", "Season"), Kind::Number)
    .field("producers",
        two("产区生产者（家）", "Producers in the area"),
        Kind::Number,
    )
    .hint(two("包括未用标的生产者", "With the mark or without"),
    )
    .field("output",
        two("全行业产量（吨）", "Output of the trade in tonnes"),
        Kind::Number,
    )
    .hint(two("包装产品的净含量合计", "Goods in packs, by net weight"),
    )
    .field("document",
        two("依据文件及文号", "The document they come from"),
        Kind::Line,
    )
}

/// `GET /console/reports/figures`
pub async fn figures_page(visit: Visit) -> Response {
    let version = match plan::newest_version(&visit.app.store).await {
        Ok(version) => version,
        Err(error) => return refuse(&visit, error),
    };
    let asked = asked_season(&Typed::of_query(&visit.uri));
    let year = asked.map_or_else(
        || day_of(system::now()).year().to_string(),
        |season| season.to_string(),
    );
    form(&visit)
        .value("upon", version.to_string())
        .value("season", year)
        .render(&visit, None)
}

/// `POST /console/reports/figures`
pub async fn figures(visit: Visit, typed: Typed) -> Response {
    let form = form(&visit).filled(&typed);
    if typed.is_resumed() {
        return form.render(&visit, Some(&typed));
    }
    let mut reader = Reader::new(&typed, visit.language);
    let season = reader.number::<u16>("season").map(Season::new);
    if season == Some(None) {
        reader.wrong("season", "请填年份，如 2026", "Write a year, as in 2026");
    }
    let producers = reader.number::<u32>("producers");
    let output = reader.number::<u32>("output");
    let document = reader.line("document");
    let errors = reader.finish();
    let (Some(Some(season)), Some(producers), Some(output_tonnes), Some(document), true) =
        (season, producers, output, document, errors.is_empty())
    else {
        return form.wrong(errors).render(&visit, Some(&typed));
    };
    let upon: u32 = typed.get("upon").parse().unwrap_or(0);
    let new = PlanFigures {
        version: upon.saturating_add(1),
        season,
        producers,
        output_tonnes,
        document,
    };
    let done = plan::set(&visit.app.store, &visit.call(typed.get("request")), new).await;
    answer(
        &visit,
        &typed,
        form,
        done.map(|_| format!("/console/reports/figures/all?season={season}")),
    )
}

/// `GET /console/reports/figures/all`
pub async fn versions(visit: Visit) -> Response {
    let asked = Typed::of_query(&visit.uri);
    let (season, before) = (asked_season(&asked), asked.get("after").parse().ok());
    let found = match plan::list(&visit.app.store, season, before, list::ROWS + 1).await {
        Ok(found) => found,
        Err(error) => return refuse(&visit, error),
    };
    List::new(&visit, &asked, two("规划数据", "The plan's figures"))
        .action(
            visit.may(Permission::PlanSet),
            two("填报", "Enter"),
            "/console/reports/figures",
        )
        .field("season", two("年度", "Season"), Filter::Text)
        .columns([
            (two("版本", "Version"), list::Kind::Text),
            (two("年度", "Season"), list::Kind::Text),
            (two("产区生产者", "Producers"), list::Kind::Number),
            (
                two("全行业产量（吨）", "Output, tonnes"),
                list::Kind::Number,
            ),
            (two("依据", "From"), list::Kind::Text),
            (two("填报人", "By"), list::Kind::Text),
            (two("时间", "Time"), list::Kind::Text),
        ])
        .rows(
            found,
            |set| set.figures.version.to_string(),
            |set| Row {
                address: None,
                cells: vec![
                    set.figures.version.to_string(),
                    set.figures.season.to_string(),
                    thousands(set.figures.producers),
                    thousands(set.figures.output_tonnes),
                    set.figures.document.to_string(),
                    set.by.to_string(),
                    minute(set.at),
                ],
            },
        )
        .render()
}
