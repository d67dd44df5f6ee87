//! The audit trail: who did what from where.

use axum::extract::{Path, State};
use axum::response::Response;
use jiff::Timestamp;
use jiff::civil::Date;

use super::file::{File, pretty};
use super::guard::Visit;
use super::list::{Filter as Choose, Kind, List, ROWS, Row, encode};
use super::members;
use super::page::minute;
use super::submit::refuse;
use super::table;
use super::typed::Typed;
use super::words::two;
use crate::domain::access::Permission as P;
use crate::domain::calendar::BEIJING;
use crate::http::App;
use crate::http::language::Language;
use crate::service::trail;
use crate::service::trail::words::{self, Names, Subject};
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
    let outcomes = Outcome::ALL.iter().map(|one| {
        (
            one.slug(),
            visit.language.choose(one.chinese(), one.english()),
        )
    });
    let say = |(zh, en): Names| visit.language.choose(zh, en);
    let groups = words::actions().into_iter().map(|group| {
        let named = group.actions.into_iter();
        let named = named.map(|(code, names)| (code, say(names)));
        (say(group.names), named.collect())
    });
    let actions = groups.collect();
    List::new(&visit, &asked, two("操作日志", "Audit trail"))
        .table(true, "/console/trail/table")
        .field("login", two("登录名", "Who"), Choose::Text)
        .field("action", two("操作", "Action"), Choose::Groups(actions))
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
                    action_in(&visit, &step.action),
                    subject_in(&visit, step.subject.as_deref()),
                    visit
                        .language
                        .choose(step.outcome.chinese(), step.outcome.english())
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
    let (old, new) = (
        step.old.as_deref().unwrap_or_default(),
        step.new.as_deref().unwrap_or_default(),
    );
    let differ = members::differences(visit.language, &step.action, old, new);
    let differ = differ.into_iter();
    let differ = differ.map(|(name, before, after)| (None, vec![name, before, after]));
    let subject = step.subject.as_deref();
    let address = subject.and_then(address_of);
    let action = action_in(&visit, &step.action);
    File::new(&visit, format!("{action} #{number}"))
        .state(
            visit
                .language
                .choose(step.outcome.chinese(), step.outcome.english()),
        )
        .facts(
            None,
            vec![
                (two("时间", "Time"), Some(minute(step.at))),
                (two("登录名", "Who"), Some(step.login)),
                (two("网络地址", "From"), Some(step.network)),
                (two("浏览器", "Browser"), Some(step.agent)),
            ],
        )
        .linked(
            two("对象", "Subject"),
            subject.map(|subject| subject_in(&visit, Some(subject))),
            address.is_some(),
            address.unwrap_or_default(),
        )
        .linked(
            two("台账序号", "Entry"),
            step.entry.map(|entry| entry.to_string()),
            visit.may(P::LedgerRead),
            step.entry
                .map_or_else(String::new, |entry| format!("/console/ledger/{entry}")),
        )
        .table(
            two("变更内容", "What changed"),
            &[
                two("字段", "Member"),
                two("变更前", "Before"),
                two("变更后", "After"),
            ],
            differ.collect(),
        )
        .folded(two("变更前（原文）", "Before, as it is kept"), pretty(old))
        .folded(two("变更后（原文）", "After, as it is kept"), pretty(new))
        .render(&visit)
}

/// What an action is called.
fn action_in(visit: &Visit, code: &str) -> String {
    let names = words::action(code);
    let name = names.map_or(code, |(zh, en)| visit.language.choose(zh, en));
    name.to_owned()
}

/// What a step is about, in words.
fn subject_in(visit: &Visit, kept: Option<&str>) -> String {
    let kept = kept.unwrap_or_default();
    let subject = Subject::read(kept);
    let words = subject.map(|one| match visit.language {
        Language::Chinese => one.chinese(),
        Language::English => one.english(),
    });
    words.unwrap_or_else(|| kept.to_owned())
}

/// The page of what a step is about, if it has one.
fn address_of(kept: &str) -> Option<String> {
    let subject = Subject::read(kept)?;
    let place = format!("/console/{}", subject.place);
    let has_files = matches!(
        subject.place,
        "licensees"
            | "orders"
            | "lots"
            | "printers"
            | "transfers"
            | "batches"
            | "containers"
            | "documents"
            | "ledger"
            | "trail"
    );
    match (subject.place, subject.which) {
        ("tokens" | "register" | "marks", _) => None,
        ("people", Some(which)) if which.parse::<u32>().is_err() => {
            Some(format!("{place}?q={}", encode(which)))
        }
        ("people", Some(which)) => Some(format!("{place}/{which}")),
        ("entitlements", Some(which)) if which.parse::<u16>().is_ok() => {
            Some(format!("{place}?season={which}"))
        }
        (_, Some(which)) if has_files => Some(format!("{place}/{which}")),
        _ => Some(place),
    }
}
