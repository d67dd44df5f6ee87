//! The list of tips.

use axum::response::Response;

use super::{place_in, waits_for_an_answer};
use crate::domain::access::Permission as P;
use crate::domain::calendar::day_of;
use crate::domain::deadline::Left;
use crate::domain::place::Prefecture;
use crate::domain::text::Line;
use crate::domain::tip::{Ticket, Tip, TipKind, TipNumber, TipState};
use crate::domain::wanted::Wanted as Words;
use crate::http::console::asked::Asked;
use crate::http::console::guard::Visit;
use crate::http::console::list::{Filter, Kind, List, ROWS, Row};
use crate::http::console::page::minute;
use crate::http::console::party::People;
use crate::http::console::submit::or_refuse;
use crate::http::console::table;
use crate::http::console::typed::Typed;
use crate::http::console::words::two;
use crate::service::tips::{self, Wanted};
use crate::service::{export, system};

/// Characters of what was told that a list shows.
const MOST_TOLD: usize = 40;

/// Reads what the list is chosen by.
fn wanted_of(asks: &mut Asked<'_>, asked: &Typed) -> Wanted {
    let ticket = Ticket::read(asked.get("tip"));
    let number = match ticket {
        Some(_) => None,
        None => asks.number("tip", TipNumber),
    };
    Wanted {
        number,
        ticket,
        is_unanswered: asks
            .word("added", |word| (word == "yes").then_some(()))
            .is_some(),
        state: asks.word("state", TipState::from_slug),
        kind: asks.word("kind", TipKind::from_slug),
        place: asks.value("place", Words::Choice, |code| {
            Prefecture::new(code.parse().ok()?)
        }),
        is_overdue: asks
            .word("due", |word| (word == "over").then_some(()))
            .is_some(),
    }
}

/// `GET /console/tips/table`
pub async fn table(visit: Visit) -> Response {
    let make = async |asked: &Typed, format, now, file| {
        let mut asks = Asked::new(&visit, asked);
        let wanted = wanted_of(&mut asks, asked);
        asks.all_read()?;
        export::tips(&visit.app.store, visit.scope(), wanted, format, now, file).await
    };
    table::take(&visit, "tips", make).await
}

/// `GET /console/tips`
pub async fn list(visit: Visit) -> Response {
    let asked = Typed::of_query(&visit.uri);
    let before = asked.get("after").parse().ok().map(TipNumber);
    let now = system::now();
    let mut asks = Asked::new(&visit, &asked);
    let wanted = wanted_of(&mut asks, &asked);
    let errors = asks.finish();
    let found = match errors.is_empty() {
        true => {
            let store = &visit.app.store;
            let listed = tips::list(store, visit.scope(), wanted, before, ROWS + 1, now);
            or_refuse!(visit, listed.await)
        }
        false => Vec::new(),
    };
    let today = day_of(now);
    let handlers = found.iter().filter_map(|tip| tip.handler.as_ref());
    let people = People::of(&visit, handlers.map(Line::as_str));
    let people = or_refuse!(visit, people.await);
    filters(&visit, List::new(&visit, &asked, two("举报线索", "Tips")))
        .wrong(errors)
        .table(visit.may(P::Export), "/console/tips/table")
        .columns([
            (two("线索", "Tip"), Kind::Text),
            (two("状态", "State"), Kind::State),
            (two("类别", "Kind"), Kind::Text),
            (two("购买地", "Bought in"), Kind::Text),
            (two("内容", "Told"), Kind::Text),
            (two("收到", "Came in"), Kind::Text),
            (two("期限", "Due"), Kind::Text),
            (two("办理人", "Handled by"), Kind::Text),
        ])
        .rows(
            found,
            |tip| tip.number.to_string(),
            |tip| Row {
                address: Some(format!("/console/tips/{}", tip.number)),
                cells: vec![
                    tip.number.to_string(),
                    state_of(&visit, tip),
                    visit
                        .one_of(tip.new.kind.chinese(), tip.new.kind.english())
                        .to_owned(),
                    tip.new
                        .prefecture
                        .map_or_else(String::new, |place| place_in(&visit, place)),
                    beginning(tip),
                    minute(tip.sent_at),
                    due_in(&visit, tip, today),
                    tip.handler
                        .as_ref()
                        .map_or_else(String::new, |by| people.name(&visit, by.as_str())),
                ],
            },
        )
        .render()
}

/// Where it stands, and whether something was added that nobody has answered.
fn state_of(visit: &Visit, tip: &Tip) -> String {
    let state = visit.one_of(tip.state.chinese(), tip.state.english());
    match waits_for_an_answer(visit, tip) {
        Some(said) => format!("{state} · {said}"),
        None => state.to_owned(),
    }
}

fn filters<'a>(visit: &'a Visit, list: List<'a>) -> List<'a> {
    let states = TipState::ALL.iter();
    let states = states.map(|one| (one.slug(), visit.one_of(one.chinese(), one.english())));
    let kinds = TipKind::ALL.iter();
    let kinds = kinds.map(|one| (one.slug(), visit.one_of(one.chinese(), one.english())));
    let over = [("over", visit.say(two("已逾期", "overdue")))];
    let added = [("yes", visit.say(two("有新补充", "added to")))];
    list.field(
        "tip",
        two("线索号或举报人的编号", "Number, or the sender’s ticket"),
        Filter::Text,
    )
    .field(
        "added",
        two("新补充", "Added to"),
        Filter::Choice(added.to_vec()),
    )
    .field(
        "state",
        two("状态", "State"),
        Filter::Choice(states.collect()),
    )
    .field("kind", two("类别", "Kind"), Filter::Choice(kinds.collect()))
    .field("place", two("购买地", "Bought in"), places(visit))
    .field("due", two("期限", "Due"), Filter::Choice(over.to_vec()))
}

/// All prefectures, by province.
fn places(visit: &Visit) -> Filter {
    let name = |(zh, en)| visit.one_of(zh, en);
    let all = Prefecture::by_province().map(|(province, all)| {
        let all = all.into_iter().map(|(code, names)| (code, name(names)));
        (name(province), all.collect())
    });
    Filter::Groups(all.collect())
}

fn beginning(tip: &Tip) -> String {
    let told = tip.new.told.as_str().replace('\n', " ");
    let mut short: String = told.chars().take(MOST_TOLD).collect();
    if short.len() < told.len() {
        short.push('…');
    }
    short
}

/// By when the next step is due.
pub(super) fn due_in(visit: &Visit, tip: &Tip, today: jiff::civil::Date) -> String {
    let Some(deadline) = tip.deadline() else {
        return String::new();
    };
    match deadline.left(today) {
        Left::Days(_) => deadline.due.to_string(),
        Left::Over(_) => format!("{} {}", deadline.due, visit.say(two("已逾期", "overdue"))),
    }
}
