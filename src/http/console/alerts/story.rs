//! What is known of an alert's mark or batch, as its page shows it: why, since when, from where, query by query.

use jiff::Timestamp;

use super::{province_in, serial_of};
use crate::domain::access::Permission as P;
use crate::domain::alert::{Alert, percent};
use crate::domain::calendar::day_of;
use crate::domain::detection::Known;
use crate::domain::mark::{MarkId, MarkIndex};
use crate::domain::place::PlaceClass;
use crate::domain::said::{Said, said};
use crate::http::console::batches::state_in;
use crate::http::console::figure::Figure;
use crate::http::console::file::File;
use crate::http::console::guard::Visit;
use crate::http::console::marks::channel_in;
use crate::http::console::page::{minute, thousands};
use crate::http::console::tips::place_in;
use crate::http::console::words::{Two, noted, two};
use crate::service::alerts::{MOST_SEEN, Seen, Story};
use crate::service::report::chart::{self, Bar, Column};

/// Sentences of evidence that are told.
const MOST_EVIDENCE: usize = 12;
/// Sentences that speak against copies.
const MOST_AGAINST: usize = 6;
/// Columns of the time line.
const MOST_COLUMNS: usize = 26;

/// Adds all of it to the page of the alert.
pub(super) fn add(visit: &Visit, alert: &Alert, story: &Story, now: Timestamp, file: File) -> File {
    let file = evidence(visit, alert, story, file);
    let file = time_line(visit, story, now, file);
    let file = bars(visit, story, file);
    let file = batch(visit, alert, story, file);
    queries(visit, story, file)
}

/// Why, strongest first.
fn evidence(visit: &Visit, alert: &Alert, story: &Story, file: File) -> File {
    let say = |said: &Said| visit.language.choose(&said.zh, &said.en).to_owned();
    let all = story.evidence(alert);
    let mut sentences: Vec<String> = all.iter().take(MOST_EVIDENCE).map(say).collect();
    match story.cleared_at() {
        Some(at) => sentences.push(visit.in_words(said!(
            "The office took the suspicion back on {}: what was seen before counts no more.", minute(at);
            "监管部门已于 {} 解除嫌疑，此前的查询不再作为证据。", minute(at)
        ))),
        None if sentences.is_empty() => sentences.push(say(&alert.kind.why())),
        None => {}
    }
    let against = story.against(alert);
    let mut against: Vec<String> = against.iter().take(MOST_AGAINST).map(say).collect();
    if against.is_empty() && alert.mark().is_some() {
        let nothing = two("没有表明并非复制的迹象。", "Nothing speaks against copies.");
        against.push(visit.say(nothing).to_owned());
    }
    file.text(
        Some(visit.say(two("证据（由强到弱）", "Evidence, strongest first"))),
        sentences,
    )
    .text(
        Some(visit.say(two(
            "反证（由强到弱）",
            "What speaks against copies, strongest first",
        ))),
        against,
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
fn bars(visit: &Visit, story: &Story, file: File) -> File {
    let provinces = story.provinces();
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

/// A mark of a batch by its serial, and where that leads.
fn mark_of(visit: &Visit, alert: &Alert, index: MarkIndex) -> (Option<String>, String) {
    let batch = alert.batch;
    let serial = serial_of(visit, MarkId { batch, index });
    let address = format!("/console/marks/{serial}");
    (Some(address).filter(|_| visit.may(P::MarkRead)), serial)
}

/// Of a batch: how much it was asked about, which of its marks raised the alert, and which were asked about most.
fn batch(visit: &Visit, alert: &Alert, story: &Story, file: File) -> File {
    let Story::Batch {
        most, asked, met, ..
    } = story
    else {
        return file;
    };
    let facts = vec![
        (
            two("被查询的标志", "Marks asked about"),
            Some(thousands(asked.marks)),
        ),
        (two("查询次数", "Queries"), Some(thousands(asked.queries))),
    ];
    let file = file.facts(Some(two("整批", "The batch")), facts);
    let met = met.iter().map(|one| {
        let (address, serial) = mark_of(visit, alert, one.index);
        let cells = vec![
            serial,
            state_in(visit, &one.state),
            thousands(one.queries),
            minute(one.first_at),
            minute(one.latest_at),
        ];
        (address, cells)
    });
    let most = most.iter().map(|(index, queries)| {
        let (address, serial) = mark_of(visit, alert, *index);
        (address, vec![serial, thousands(*queries)])
    });
    file.table(
        two("引发预警的标志", "Marks that raised it"),
        &[
            two("标志", "Mark"),
            two("当时状态", "State then"),
            two("查询次数", "Queries"),
            two("最早", "First"),
            two("最近", "Latest"),
        ],
        met.collect(),
    )
    .table(
        two("查询最多的标志", "Marks asked about most"),
        &[two("标志", "Mark"), two("查询次数", "Queries")],
        most.collect(),
    )
}

/// Of a mark: its queries one by one, the newest first.
fn queries(visit: &Visit, story: &Story, file: File) -> File {
    let Story::Mark(all) = story else {
        return file;
    };
    let rows = all.iter().rev().map(|one| {
        let is_checked = one.known == Some(Known::Inspected);
        let place = one.place.map(|place| {
            if is_checked {
                return place_in(visit, place.prefecture);
            }
            let class = visit.say(class_in(place.class));
            let name = place_in(visit, place.prefecture);
            noted(visit.language, &name, class)
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
