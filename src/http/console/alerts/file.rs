//! The page of an alert: what is the matter, why, since when and from where, and what else may have to do with it; all that
//! somebody needs to decide it.

use axum::extract::Path;
use axum::response::Response;
use jiff::Timestamp;

use super::{HEADS, find, province_in, row, serial_of, title_of};
use crate::domain::access::Permission as P;
use crate::domain::alert::{Alert, AlertKind, AlertStep, Happened as Step, percent};
use crate::domain::calendar::day_of;
use crate::domain::place::PlaceClass;
use crate::http::console::batches::state_in;
use crate::http::console::figure::Figure;
use crate::http::console::file::{File, Happened};
use crate::http::console::guard::Visit;
use crate::http::console::marks::channel_in;
use crate::http::console::page::{minute, thousands};
use crate::http::console::party::Names;
use crate::http::console::submit::or_refuse;
use crate::http::console::tips::place_in;
use crate::http::console::words::{Two, two};
use crate::service::alerts::{self, MOST_SEEN, Related, Seen, Story, Whole};
use crate::service::report::chart::{self, Bar, Column};
use crate::service::system;

/// Sentences of evidence that are told.
const MOST_EVIDENCE: usize = 12;
/// Columns of the time line.
const MOST_COLUMNS: usize = 26;
/// The province in which the product is at home.
const HOME: u32 = 43;

/// `GET /console/alerts/{alert}`
pub async fn file(visit: Visit, Path(number): Path<u32>) -> Response {
    let whole = or_refuse!(visit, find(&visit, number).await);
    let (alert, now) = (&whole.alert, system::now());
    let store = &visit.app.store;
    let story = or_refuse!(visit, alerts::story(store, alert, now).await);
    let provinces = story.provinces();
    let away = provinces.iter().find_map(|(province, _)| *province);
    let away = provinces
        .iter()
        .find_map(|(province, _)| province.filter(|province| *province != HOME))
        .or(away.filter(|province| *province != HOME));
    let related = or_refuse!(visit, alerts::related(store, alert, away).await);
    let all = [
        &related.container,
        &related.batch,
        &related.licensee,
        &related.place,
    ];
    let numbers = all
        .into_iter()
        .flatten()
        .chain(&whole.merged)
        .chain([alert]);
    let names = or_refuse!(
        visit,
        Names::of(&visit, numbers.filter_map(|one| one.licensee)).await
    );
    let mut file = steps(&visit, &whole);
    file = facts(&visit, &names, alert, file);
    file = evidence(&visit, alert, &story, file);
    file = time_line(&visit, &story, now, file);
    file = bars(&visit, &story, &provinces, file);
    file = seen(&visit, &story, file);
    let merged: Vec<_> = whole
        .merged
        .iter()
        .map(|one| row(&visit, &names, one))
        .collect();
    file = file.table(two("一并判定的预警", "Decided with it"), &HEADS, merged);
    file = others(&visit, &names, &related, file);
    let history = whole.steps.iter().rev();
    file.happened(history.map(|step| happened(&visit, step)).collect())
        .render_with_names(&visit)
        .await
}

/// The head of the page, with what can be done.
fn steps(visit: &Visit, whole: &Whole) -> File {
    let alert = &whole.alert;
    let here = format!("/console/alerts/{}", alert.number);
    let may = |step: AlertStep| visit.may(P::AlertHandle) && alert.state.after(step).is_ok();
    let mut file = File::new(visit, title_of(visit, alert))
        .state(visit.one_of(alert.state.chinese(), alert.state.english()))
        .over(!alert.state.is_open());
    for (step, label, word) in [
        (AlertStep::Decided, two("判定", "Decide"), "decide"),
        (AlertStep::Assigned, two("指派", "Assign"), "assign"),
        (AlertStep::Merged, two("并入其他预警", "Merge"), "merge"),
        (AlertStep::Reopened, two("重新处理", "Reopen"), "reopen"),
        (AlertStep::Noted, two("备注", "Note"), "note"),
    ] {
        file = file.step(may(step), label, format!("{here}/{word}"));
    }
    file.step(
        alert.case.is_none() && visit.may(P::CaseHandle),
        two("立案", "Open a case"),
        format!("/console/cases/new?alert={}", alert.number),
    )
    .link(
        true,
        two("同一标志批的预警", "Alerts of the batch"),
        format!("/console/alerts?batch={}", alert.batch),
    )
}

fn facts(visit: &Visit, names: &Names, alert: &Alert, file: File) -> File {
    let in_words =
        |said: &crate::domain::said::Said| visit.language.choose(&said.zh, &said.en).to_owned();
    let decision = alert.decision.as_ref().map(|decision| {
        let verdict = decision.verdict();
        let verdict = visit.one_of(verdict.chinese(), verdict.english());
        format!("{verdict}（{}）", in_words(&decision.said()))
    });
    let mut file = file.facts(
        None,
        vec![
            (two("判定", "Decision"), decision),
            (
                two("可能的情况", "What may be the matter"),
                Some(in_words(&alert.matter())),
            ),
            (two("强度", "Strength"), Some(in_words(&alert.strength()))),
            (two("产生", "Raised"), Some(minute(alert.raised_at))),
            (
                two("引发的查询（次）", "Raised by query"),
                alert.query.map(thousands),
            ),
            (
                two("参数版本", "Version of the parameters"),
                Some(alert.parameters.to_string()),
            ),
            (
                two("办理人", "Handled by"),
                alert.assignee.as_ref().map(ToString::to_string),
            ),
        ],
    );
    if let Some(mark) = alert.mark() {
        let serial = serial_of(visit, mark);
        let address = format!("/console/marks/{serial}");
        file = file.linked(
            two("标志", "Mark"),
            Some(serial),
            visit.may(P::MarkRead),
            address,
        );
    }
    file = file.linked(
        two("标志批", "Batch"),
        Some(alert.batch.to_string()),
        visit.may(P::BatchRead),
        format!("/console/batches/{}", alert.batch),
    );
    if let Some(licensee) = alert.licensee {
        file = file.linked(
            two("合法使用人", "Licensee"),
            Some(names.licensee(licensee)),
            visit.may(P::LicenseeRead),
            format!("/console/licensees/{licensee}"),
        );
    }
    if let Some(into) = alert.merged_into {
        let address = format!("/console/alerts/{into}");
        let name = two("已并入预警", "Merged into alert");
        file = file.linked(name, Some(into.to_string()), true, address);
    }
    if let Some(case) = alert.case {
        let address = format!("/console/cases/{case}");
        let name = two("案件", "Case");
        file = file.linked(
            name,
            Some(case.to_string()),
            visit.may(P::CaseRead),
            address,
        );
    }
    file
}

/// Why, strongest first.
fn evidence(visit: &Visit, alert: &Alert, story: &Story, file: File) -> File {
    let all = story.evidence();
    let mut sentences: Vec<String> = all
        .iter()
        .filter(|(_, weight)| *weight > 0.0)
        .take(MOST_EVIDENCE)
        .map(|(said, _)| visit.language.choose(&said.zh, &said.en).to_owned())
        .collect();
    if sentences.is_empty() {
        let (zh, en) = match alert.kind {
            AlertKind::BeforeActivation => (
                "这一批中有标志在激活登记之前已被查询：可能是标签流出，也可能是激活登记延误。",
                "Marks of this batch were asked about before their activation was entered: labels may have leaked, or the entry \
                 came late.",
            ),
            AlertKind::WhileWithdrawn => (
                "这一批中有已停用的标志仍被查询：可能仍在市场上使用。",
                "Marks of this batch were asked about though they are withdrawn: they may still be on the market.",
            ),
            AlertKind::BatchEvidence => (
                "单枚标志都不突出，但这一批各枚标志的查询合起来显示有复制迹象。",
                "No single mark stands out, but the queries of all marks of this batch together show copies.",
            ),
            AlertKind::BatchRate => (
                "这一批最近四周首次被查询的标志，按激活数量和时间折算，明显多于同年度其他批次。",
                "In the last four weeks far more marks of this batch were asked about for the first time than of its peers of the \
                 season, for each active mark and week.",
            ),
            AlertKind::SuspectedCopy => (
                "查询记录已超过保存期限或尚未计算，证据以预警产生时的强度为准。",
                "The queries are no longer kept: what counts is the strength with which it was raised.",
            ),
        };
        sentences.push(visit.one_of(zh, en).to_owned());
    }
    file.text(
        Some(visit.say(two("证据（由强到弱）", "Evidence, strongest first"))),
        sentences,
    )
}

/// The queries on a time line: by day, or by week where they are many days.
fn time_line(visit: &Visit, story: &Story, now: Timestamp, file: File) -> File {
    let title = match story {
        Story::Mark(_) => two("查询时间", "Queries by time"),
        Story::Batch { .. } => two(
            "每周首次被查询的标志",
            "Marks asked about for the first time, by week",
        ),
    };
    let columns = match story {
        Story::Mark(seen) => {
            let queries = seen.iter().filter(|one| one.query.is_some());
            of_days(&queries.cloned().collect::<Vec<Seen>>(), now)
        }
        Story::Batch { weeks, .. } => of_weeks(weeks, now),
    };
    let most = columns.iter().map(|column| column.parts[0]).max();
    let svg = chart::columns(visit.say(title), &columns, &thousands(most.unwrap_or(0)));
    let heads = [two("自", "From"), two("数量", "How many")];
    let mut figure = Figure::new(visit, visit.say(title), svg).heads(visit, &heads);
    for column in columns.iter().filter(|column| column.parts[0] > 0) {
        figure = figure.row(None, vec![column.label.clone(), thousands(column.parts[0])]);
    }
    file.figure(figure)
}

/// Columns of equal spans from the first query to the last.
fn of_days(seen: &[Seen], now: Timestamp) -> Vec<Column> {
    let (Some(first), Some(last)) = (seen.first(), seen.last()) else {
        return Vec::new();
    };
    let begin = first.at.as_second();
    let end = last.at.max(first.at).min(now.max(last.at)).as_second();
    let days = usize::try_from((end - begin) / 86_400 + 1).unwrap_or(1);
    let each = i64::try_from(days.div_ceil(MOST_COLUMNS)).unwrap_or(1) * 86_400;
    let count = usize::try_from((end - begin) / each + 1).unwrap_or(1);
    let mut columns: Vec<Column> = (0..i64::try_from(count).unwrap_or(1))
        .map(|place| {
            let from = Timestamp::from_second(begin + place * each).unwrap_or(first.at);
            Column {
                label: day_of(from).to_string(),
                parts: vec![0],
            }
        })
        .collect();
    for one in seen {
        let place = usize::try_from((one.at.as_second() - begin) / each).unwrap_or(0);
        if let Some(column) = columns.get_mut(place.min(count - 1)) {
            column.parts[0] += 1;
        }
    }
    columns
}

/// The last weeks, the oldest first.
fn of_weeks(weeks: &[(u32, u64)], now: Timestamp) -> Vec<Column> {
    let oldest = weeks.iter().map(|(week, _)| *week).max();
    let Some(oldest) = oldest.map(|oldest| oldest.min(25)) else {
        return Vec::new();
    };
    let column = |week: u32| {
        let hours = jiff::SignedDuration::from_hours((i64::from(week) + 1) * 7 * 24);
        let found = weeks.iter().find(|(known, _)| *known == week);
        Column {
            label: day_of(now - hours).to_string(),
            parts: vec![found.map_or(0, |(_, marks)| *marks)],
        }
    };
    (0..=oldest).rev().map(column).collect()
}

/// By province: bars, no map.
fn bars(visit: &Visit, story: &Story, provinces: &[(Option<u32>, u64)], file: File) -> File {
    let title = match story {
        Story::Mark(_) => two("查询地（省）", "Queries by province"),
        Story::Batch { .. } => two(
            "首次查询地（省），标志数",
            "Marks by the province of their first query",
        ),
    };
    let bar = |(province, count): &(Option<u32>, u64)| Bar {
        label: province_in(visit, *province),
        parts: vec![*count],
        text: thousands(*count),
    };
    let all: Vec<Bar> = provinces.iter().map(bar).collect();
    let svg = chart::bars(visit.say(title), &all);
    let heads = [two("省", "Province"), two("数量", "How many")];
    let mut figure = Figure::new(visit, visit.say(title), svg).heads(visit, &heads);
    for bar in &all {
        figure = figure.row(None, vec![bar.label.clone(), bar.text.clone()]);
    }
    file.figure(figure)
}

const fn class_in(class: PlaceClass) -> Two {
    match class {
        PlaceClass::Gps => two("手机定位", "by its own position"),
        PlaceClass::Fixed => two("固定网络", "a fixed line"),
        PlaceClass::Mobile => two("移动网络", "a mobile network"),
        PlaceClass::Unknown => two("网络类型不明", "a network of unknown kind"),
    }
}

/// The queries one by one, the newest first; of a batch the marks that were asked about most.
fn seen(visit: &Visit, story: &Story, file: File) -> File {
    let all = match story {
        Story::Mark(all) => all,
        Story::Batch { most, asked, .. } => {
            let facts = vec![
                (
                    two("被查询的标志", "Marks asked about"),
                    Some(thousands(asked.marks)),
                ),
                (two("查询次数", "Queries"), Some(thousands(asked.queries))),
            ];
            let rows = most
                .iter()
                .map(|(index, queries)| (None, vec![index.to_string(), thousands(*queries)]));
            return file.facts(Some(two("整批", "The batch")), facts).table(
                two("查询最多的标志", "Marks asked about most"),
                &[
                    two("批内序号", "Index in its batch"),
                    two("查询次数", "Queries"),
                ],
                rows.collect(),
            );
        }
    };
    let rows = all.iter().rev().map(|one| {
        let place = one.place.map(|place| {
            let class = visit.say(class_in(place.class));
            let name = place_in(visit, place.prefecture);
            match visit.one_of("zh", "en") {
                "zh" => format!("{name}（{class}）"),
                _ => format!("{name} ({class})"),
            }
        });
        let said = one.evidence.iter();
        let said: Vec<&str> = said
            .map(|(said, _)| visit.language.choose(said.zh.as_str(), said.en.as_str()))
            .collect();
        let cells = vec![
            one.query.map_or_else(String::new, thousands),
            minute(one.at),
            match (place, one.query) {
                (None, Some(_)) => province_in(visit, None),
                (place, _) => place.unwrap_or_default(),
            },
            match one.known {
                Some(known) => visit.one_of(known.chinese(), known.english()).to_owned(),
                None => channel_in(visit, &one.channel).to_owned(),
            },
            match one.known {
                Some(_) => String::new(),
                None => state_in(visit, &one.state),
            },
            said.join(visit.one_of("；", "; ")),
            percent(one.posterior),
        ];
        (None, cells)
    });
    let rows: Vec<_> = rows.collect();
    let file = match rows.len() >= MOST_SEEN {
        true => file.text(
            None,
            vec![
                visit
                    .say(two(
                        "只列出最近的查询。",
                        "Only the newest queries are told.",
                    ))
                    .to_owned(),
            ],
        ),
        false => file,
    };
    file.table(
        two("逐次查询", "Query by query"),
        &[
            two("次", "No."),
            two("时间", "Time"),
            two("地点", "Place"),
            two("方式", "How"),
            two("当时状态", "State then"),
            two("说明", "What it says"),
            two("其后概率", "Probability then"),
        ],
        rows,
    )
}

/// What else may have to do with it.
fn others(visit: &Visit, names: &Names, related: &Related, mut file: File) -> File {
    for container in &related.containers {
        let number = container.number;
        let label = container.filled.label.as_ref();
        let name = label.map_or_else(|| number.to_string(), ToString::to_string);
        let address = format!("/console/containers/{number}");
        let may = visit.may(P::ContainerRead);
        file = file.linked(
            two("所在卷、箱", "Its roll or box"),
            Some(name),
            may,
            address,
        );
    }
    for (heading, alerts) in [
        (
            two("同一卷、箱的预警", "Of the same roll or box"),
            &related.container,
        ),
        (two("同一批的其他预警", "Of the same batch"), &related.batch),
        (
            two("同一使用人其他批的预警", "Of the licensee's other batches"),
            &related.licensee,
        ),
        (
            two("同一省份的其他预警", "Asked about from the same province"),
            &related.place,
        ),
    ] {
        let rows = alerts.iter().map(|one| row(visit, names, one));
        file = file.table(heading, &HEADS, rows.collect());
    }
    file
}

fn happened(visit: &Visit, step: &Step) -> Happened {
    let mut details: Vec<String> = Vec::new();
    if let Some(assignee) = &step.assignee {
        details.push(format!("{} {assignee}", visit.one_of("办理人", "to")));
    }
    if let Some(decision) = &step.decision {
        let (verdict, said) = (decision.verdict(), decision.said());
        details.push(
            visit
                .one_of(verdict.chinese(), verdict.english())
                .to_owned(),
        );
        details.push(visit.language.choose(&said.zh, &said.en).to_owned());
    }
    if let Some(other) = step.other {
        let what = match step.step {
            AlertStep::Gathered => visit.one_of("案件", "case"),
            _ => visit.one_of("预警", "alert"),
        };
        details.push(format!("{what} {other}"));
    }
    if let Some(told) = &step.told {
        details.extend(told.as_str().lines().map(str::to_owned));
    }
    Happened {
        at: step.at,
        what: visit
            .one_of(step.step.chinese(), step.step.english())
            .to_owned(),
        by: Some(step.by.to_string()),
        entry: None,
        details,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen_at(day: i64) -> Seen {
        Seen {
            query: Some(1),
            known: None,
            at: Timestamp::from_second(day * 86_400).unwrap(),
            place: None,
            state: "active".to_owned(),
            channel: "consumer".to_owned(),
            evidence: Vec::new(),
            posterior: 0.0,
            e_value: 1.0,
        }
    }

    #[test]
    fn the_time_line_has_every_query_and_few_columns() {
        let now = Timestamp::from_second(86_400 * 4000).unwrap();
        for days in [
            vec![0],
            vec![0, 0, 1],
            vec![0, 25],
            vec![0, 26, 400],
            vec![3, 2],
        ] {
            let all: Vec<Seen> = days.iter().map(|day| seen_at(*day)).collect();
            let columns = of_days(&all, now);
            let counted: u64 = columns.iter().map(|column| column.parts[0]).sum();
            assert_eq!(counted, days.len() as u64, "{days:?}");
            assert!(columns.len() <= MOST_COLUMNS, "{days:?}");
        }
        assert!(of_days(&[], now).is_empty());
    }

    #[test]
    fn weeks_without_a_query_have_their_column() {
        let now = Timestamp::from_second(86_400 * 4000).unwrap();
        let columns = of_weeks(&[(0, 5), (3, 7)], now);
        let parts: Vec<u64> = columns.iter().map(|column| column.parts[0]).collect();
        assert_eq!(parts, [7, 0, 0, 5]);
    }
}
