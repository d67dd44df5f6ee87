//! A season: its funnel, over all and for one licensee, the plan's two targets, and the list behind both.

use axum::response::Response;

use super::pictures::{of_season, percent};
use super::{Asks, Report, asked_season, choices, take};
use crate::domain::access::Permission as P;
use crate::domain::calendar::day_of;
use crate::domain::licensee::LicenseeNumber;
use crate::domain::plan::{OUTPUT_PERCENT, PLAN_YEAR, Target, USERS_PERCENT};
use crate::domain::season::Season;
use crate::http::console::asked::Asked;
use crate::http::console::figure::Figure;
use crate::http::console::guard::Visit;
use crate::http::console::list::{Filter, Kind, List, ROWS, Row};
use crate::http::console::page::thousands;
use crate::http::console::party;
use crate::http::console::submit::refuse;
use crate::http::console::typed::Typed;
use crate::http::console::words::{Two, named, noted, two};
use crate::http::language::Language;
use crate::service::report::chart::{self, Gauge};
use crate::service::report::{self, GRAMS_A_TONNE, Targets};
use crate::service::{ServiceError, licensees as register, system};

/// `GET /console/reports`
pub async fn page(visit: Visit) -> Response {
    let asked = Typed::of_query(&visit.uri);
    match page_of(&visit, &asked).await {
        Ok(response) => response,
        Err(error) => refuse(&visit, error),
    }
}

/// The season that is asked for, or the usual one, and those there are.
async fn season_of(visit: &Visit, asked: &Typed) -> Result<(Season, Vec<Season>), ServiceError> {
    let now = system::now();
    let mut seasons = report::seasons(&visit.app.store, now).await?;
    let usual = report::usual_season(&seasons, now);
    let season = asked_season(asked)
        .or(usual)
        .unwrap_or(Season::from_offset(0));
    if !seasons.contains(&season) {
        seasons.push(season);
        seasons.sort_unstable();
        seasons.reverse();
    }
    Ok((season, seasons))
}

async fn page_of(visit: &Visit, asked: &Typed) -> Result<Response, ServiceError> {
    let store = &visit.app.store;
    let (season, seasons) = season_of(visit, asked).await?;
    let mut asks = Asked::new(visit, asked);
    let number = asks.licensee().await?;
    let errors = asks.finish();
    let is_wrong = !errors.is_empty();
    let one = match number {
        Some(number) => Some(register::get(store, visit.scope(), number).await?),
        None => None,
    };
    let funnel = report::funnel(store, season, number).await?;
    let mut page = Report::new(visit, two("统计", "Reports"))
        .field(
            "season",
            two("年度", "Season"),
            Asks::One(choices(&seasons)),
            season.to_string(),
        )
        .field(
            "licensee",
            two("合法使用人（选填）", "Licensee (optional)"),
            Asks::Offered(party::offered(visit).await?),
            asked.get("licensee").to_owned(),
        )
        .wrong(errors);
    if is_wrong {
        // Figures of all would be taken for those of the one that was meant.
        return Ok(page.render());
    }
    page = page.figure(of_season(
        visit,
        season,
        &funnel,
        two("年度：从额度到使用", "season: from entitlement to use"),
    ));
    if let Some(one) = one {
        let name = noted(visit.language, one.name().as_str(), &one.number.to_string());
        let only = visit.say(two("仅统计", "Only of"));
        page = page.text(named(visit.language, only, &name));
    } else {
        let targets = report::targets(store, season, system::now()).await?;
        page = page.figure(of_users(visit, season, &targets));
        page = page.figure(of_output(visit, season, &targets));
    }
    Ok(page
        .link(
            true,
            two("按使用人列出", "Licensee by licensee"),
            format!("/console/reports/licensees?season={season}"),
        )
        .link(
            true,
            two("规划数据各版本", "Versions of the plan's figures"),
            format!("/console/reports/figures/all?season={season}"),
        )
        .link(
            visit.may(P::PlanSet),
            two("填报规划数据", "Enter the plan's figures"),
            format!("/console/reports/figures?season={season}"),
        )
        .table(
            "/console/reports/licensees/table",
            &format!("season={season}"),
        )
        .render())
}

/// A picture of a target, or that there is nothing to measure it against.
fn gauge_of(visit: &Visit, title: &str, target: Option<Target>, wanted_percent: u64) -> Figure {
    let wanted = format!("{} {wanted_percent} %", visit.say(two("目标", "Target")));
    let (text, per_mille) = match target {
        Some(target) => {
            let met = if target.is_met() {
                two("已达目标", "the target is met")
            } else {
                two("未达目标", "the target is missed")
            };
            let share = percent(target.part, target.whole);
            let stop = visit.language.choose("，", ", ");
            (
                format!("{share}{stop}{}", visit.say(met)),
                target.per_mille(),
            )
        }
        None => {
            let text = two("尚未填报规划数据", "the plan's figures are not entered yet");
            (visit.say(text).to_owned(), 0)
        }
    };
    let gauge = Gauge {
        text,
        per_mille,
        wanted,
        wanted_percent,
    };
    Figure::new(visit, title, chart::gauge(title, &gauge))
        .heads(visit, &[two("项目", "What"), two("数值", "Number")])
}

/// Rows that both targets have: the share, the target, what is lacking; and where the whole comes from.
fn against_plan(
    visit: &Visit,
    figure: Figure,
    targets: &Targets,
    target: Option<Target>,
    lacking: impl FnOnce(u64) -> String,
) -> Figure {
    let Some((target, set)) = target.zip(targets.figures.as_ref()) else {
        return figure;
    };
    let row = |label: Two, cell: String| (visit.say(label).to_owned(), cell);
    let rows = [
        row(two("占比", "Share"), percent(target.part, target.whole)),
        row(
            two("目标", "Target"),
            format!("{} %", target.wanted_percent),
        ),
        row(two("尚缺", "Lacking"), lacking(target.lacks())),
    ];
    let figure = rows.into_iter().fold(figure, |figure, (label, cell)| {
        figure.row(None, vec![label, cell])
    });
    let day = day_of(set.at);
    figure.note(match visit.language {
        Language::Chinese => format!(
            "分母由 {} 于 {day} 依据“{}”填报（第 {} 版）。",
            set.by, set.figures.document, set.figures.version
        ),
        Language::English => format!(
            "The whole was entered by {} on {day} from “{}” (version {}).",
            set.by, set.figures.document, set.figures.version
        ),
    })
}

fn of_users(visit: &Visit, season: Season, targets: &Targets) -> Figure {
    let title = match visit.language {
        Language::Chinese => {
            format!(
                "规划目标（{PLAN_YEAR} 年）：用标主体占产区生产者 {USERS_PERCENT} % 以上，{season} 年度"
            )
        }
        Language::English => {
            format!(
                "Target for {PLAN_YEAR}: {USERS_PERCENT} % of the area's producers use the mark; season {season}"
            )
        }
    };
    let target = targets.of_users();
    let mut figure = gauge_of(visit, &title, target, USERS_PERCENT)
        .row(
            Some(format!("/console/reports/licensees?season={season}")),
            vec![
                visit
                    .say(two("使用权有效的使用人", "Licensees in force"))
                    .to_owned(),
                thousands(targets.users.in_force),
            ],
        )
        .row(
            None,
            vec![
                visit
                    .say(two("其中现为暂停", "of them suspended now"))
                    .to_owned(),
                thousands(targets.users.suspended),
            ],
        );
    if let Some(set) = &targets.figures {
        let label = visit.say(two("产区生产者", "Producers in the area"));
        let cells = vec![label.to_owned(), thousands(set.figures.producers)];
        figure = figure.row(None, cells);
    }
    let day = targets.day;
    against_plan(visit, figure, targets, target, thousands).note(match visit.language {
        Language::Chinese => {
            format!("分子：{day} 当日使用权已经生效、尚未终止的合法使用人，整改和暂停的也计入。")
        }
        Language::English => format!(
            "The part: licensees whose right had come into force and had not ended on {day}, those correcting or suspended \
             among them."
        ),
    })
}

/// Grams as tonnes with one decimal.
fn tonnes(grams: u64) -> String {
    let tenths = grams / (GRAMS_A_TONNE / 10);
    format!("{}.{} t", thousands(tenths / 10), tenths % 10)
}

fn of_output(visit: &Visit, season: Season, targets: &Targets) -> Figure {
    let title = match visit.language {
        Language::Chinese => {
            format!(
                "规划目标（{PLAN_YEAR} 年）：用标产量占全行业 {OUTPUT_PERCENT} % 以上，{season} 年度"
            )
        }
        Language::English => {
            format!(
                "Target for {PLAN_YEAR}: {OUTPUT_PERCENT} % of the trade's output carries the mark; season {season}"
            )
        }
    };
    let target = targets.of_output();
    let output = targets.output;
    let mut figure = gauge_of(visit, &title, target, OUTPUT_PERCENT).row(
        Some(format!("/console/reports/licensees?season={season}")),
        vec![
            visit
                .say(two("用标产量", "Output with the mark"))
                .to_owned(),
            tonnes(output.grams),
        ],
    );
    if output.marks_without_weight > 0 {
        let label = visit.say(two(
            "未知净含量而未计入（枚）",
            "Marks of packs of unknown weight, not counted",
        ));
        let cells = vec![label.to_owned(), thousands(output.marks_without_weight)];
        figure = figure.row(None, cells);
    }
    if let Some(set) = &targets.figures {
        let label = visit.say(two("全行业产量", "Output of the trade"));
        let whole = u64::from(set.figures.output_tonnes) * GRAMS_A_TONNE;
        figure = figure.row(None, vec![label.to_owned(), tonnes(whole)]);
    }
    against_plan(visit, figure, targets, target, tonnes).note(visit.say(two(
        "分子：登记为已使用的标志数 × 核定额度时的每包净含量。没有核定净含量的（仅靠划入额度的）不计入。",
        "The part: marks reported used × grams of a pack as the entitlement was granted. Those whose entitlement was only \
         received from others have no known weight and are not counted.",
    )))
}

/// `GET /console/reports/licensees`
pub async fn licensees(visit: Visit) -> Response {
    let mut asked = Typed::of_query(&visit.uri);
    let after = LicenseeNumber(asked.get("after").parse().unwrap_or(0));
    let found = async {
        let (season, _) = season_of(&visit, &asked).await?;
        let now = system::now();
        let found = report::by_licensee(&visit.app.store, season, now, after, ROWS + 1).await?;
        Ok::<_, ServiceError>((season, found))
    };
    let (season, found) = match found.await {
        Ok(found) => found,
        Err(error) => return refuse(&visit, error),
    };
    // The field and all links say which season is shown, also when none was asked for.
    if asked_season(&asked).is_none() {
        asked = Typed::of(vec![("season".to_owned(), season.to_string())]);
    }
    List::new(
        &visit,
        &asked,
        two("年度用标统计", "A season, licensee by licensee"),
    )
    .table(visit.may(P::Export), "/console/reports/licensees/table")
    .field("season", two("年度", "Season"), Filter::Text)
    .columns([
        (two("使用人", "Licensee"), Kind::Text),
        (two("状态", "State"), Kind::State),
        (two("计入使用人", "Counts as a user"), Kind::Text),
        (two("额度", "Entitled"), Kind::Number),
        (two("核准印制", "Ordered"), Kind::Number),
        (two("印制合格", "Printed"), Kind::Number),
        (two("发放", "Delivered"), Kind::Number),
        (two("激活", "Activated"), Kind::Number),
        (two("使用", "Used"), Kind::Number),
        (two("用标产量", "Output"), Kind::Number),
    ])
    .rows(
        found,
        |one| one.number.to_string(),
        |one| Row {
            address: Some(format!("/console/licensees/{}", one.number)),
            cells: vec![
                format!("{}（{}）", one.name, one.number),
                visit
                    .language
                    .choose(one.state.chinese(), one.state.english())
                    .to_owned(),
                visit
                    .say(if one.is_user {
                        two("是", "yes")
                    } else {
                        two("否", "no")
                    })
                    .to_owned(),
                thousands(one.funnel.entitled),
                thousands(one.funnel.ordered),
                thousands(one.funnel.printed),
                thousands(one.funnel.delivered),
                thousands(one.funnel.activated),
                thousands(one.funnel.used),
                tonnes(one.output.grams),
            ],
        },
    )
    .render()
}

/// `GET /console/reports/licensees/table`
pub async fn licensees_table(visit: Visit) -> Response {
    let asked = Typed::of_query(&visit.uri);
    take(&visit, &asked, "season", async |format, file| {
        let (season, _) = season_of(&visit, &asked).await?;
        report::export_licensees(&visit.app.store, season, format, system::now(), file).await
    })
    .await
}
