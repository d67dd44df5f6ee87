//! What the office told a licensee in its cases, and the licensee's answers.

use axum::extract::Path;
use axum::response::Response;

use super::file::{File, Happened};
use super::form::{Form, Kind as Field};
use super::guard::Visit;
use super::list::{Kind, List, Row};
use super::page::minute;
use super::read::Reader;
use super::submit::{answer as answered, or_refuse};
use super::typed::Typed;
use super::words::two;
use crate::domain::access::Permission as P;
use crate::domain::case::{CaseNumber, CaseState, CaseStep};
use crate::domain::tip::Told;
use crate::service::ServiceError;
use crate::service::cases::notices::{self, Correspondence, Passed};

/// Characters of what was told that the list shows.
const MOST_TOLD: usize = 40;

async fn find(visit: &Visit, number: u32) -> Result<Correspondence, ServiceError> {
    notices::get(&visit.app.store, visit.scope(), CaseNumber(number)).await
}

/// Where it stands, in words.
fn state_of(visit: &Visit, one: &Correspondence) -> &'static str {
    visit.say(match (one.is_open, one.waits_for_an_answer()) {
        (false, _) => two("已结案", "closed"),
        (true, true) => two("待答复", "waits for an answer"),
        (true, false) => two("已答复", "answered"),
    })
}

fn title_of(visit: &Visit, one: &Correspondence) -> String {
    let (zh, en) = ("监管告知 · 案件", "Notice of the office · case");
    format!("{} {}", visit.one_of(zh, en), one.case)
}

/// `GET /console/notices`
pub async fn list(visit: Visit) -> Response {
    let asked = Typed::of_query(&visit.uri);
    let mut found = or_refuse!(visit, notices::list(&visit.app.store, visit.scope()).await);
    let after = asked.get("after").parse().ok().map(CaseNumber);
    if let Some(place) = found.iter().position(|one| Some(one.case) == after) {
        found.drain(..=place);
    }
    let title = two("监管告知", "Notices of the office");
    List::new(&visit, &asked, title)
        .columns([
            (two("案件", "Case"), Kind::Text),
            (two("状态", "State"), Kind::State),
            (two("最近一次", "Last"), Kind::Text),
            (two("内容", "Told"), Kind::Text),
        ])
        .rows(
            found,
            |one| one.case.to_string(),
            |one| {
                let last = one.passed.last();
                let told = last.map_or("", |last| last.told.as_str());
                Row {
                    address: Some(format!("/console/notices/{}", one.case)),
                    cells: vec![
                        one.case.to_string(),
                        state_of(&visit, one).to_owned(),
                        last.map_or_else(String::new, |last| minute(last.at)),
                        told.chars().take(MOST_TOLD).collect(),
                    ],
                }
            },
        )
        .render()
}

/// `GET /console/notices/{case}`
pub async fn file(visit: Visit, Path(number): Path<u32>) -> Response {
    let one = or_refuse!(visit, find(&visit, number).await);
    let history = one.passed.iter().rev();
    let history = history.map(|passed| happened(&visit, passed)).collect();
    File::new(&visit, title_of(&visit, &one))
        .state(state_of(&visit, &one))
        .over(!one.waits_for_an_answer())
        .step(
            one.is_open && visit.may(P::NoticeAnswer),
            two("答复", "Answer"),
            format!("/console/notices/{number}/answer"),
        )
        .link(
            true,
            two("本单位预警", "Own alerts"),
            "/console/exposure".to_owned(),
        )
        .happened(history)
        .render_with_names(&visit)
        .await
}

fn happened(visit: &Visit, passed: &Passed) -> Happened {
    let what = match passed.answered_by {
        Some(_) => two("答复", "answered"),
        None => two("监管部门告知", "the office told"),
    };
    Happened {
        at: passed.at,
        what: visit.say(what).to_owned(),
        by: passed.answered_by.as_ref().map(ToString::to_string),
        entry: None,
        details: passed.told.as_str().lines().map(str::to_owned).collect(),
    }
}

fn form(visit: &Visit, one: &Correspondence) -> Form {
    let form = Form::new(
        visit,
        two("答复监管告知", "Answer a notice"),
        two("答复", "Answer"),
    );
    let mut notices = one.passed.iter().rev();
    let last = notices.find(|passed| passed.answered_by.is_none());
    let form = form.text(title_of(visit, one));
    let form = match last {
        Some(last) => form.text(last.told.as_str().to_owned()),
        None => form,
    };
    form.field("told", two("答复内容", "Your answer"), Field::Lines)
        .hint(two(
            "监管部门在案卷中看到；提交后不能修改，可以再次答复",
            "The office reads it in the file of the case; it cannot be changed, but added to",
        ))
}

/// `GET /console/notices/{case}/answer`
pub async fn answer_page(visit: Visit, Path(number): Path<u32>) -> Response {
    let one = or_refuse!(visit, find(&visit, number).await);
    if !one.is_open {
        let closed = CaseState::Closed.after(CaseStep::Answered);
        or_refuse!(visit, closed.map_err(ServiceError::from));
    }
    form(&visit, &one).render(&visit, None)
}

/// `POST /console/notices/{case}/answer`
pub async fn answer(visit: Visit, Path(number): Path<u32>, typed: Typed) -> Response {
    let one = or_refuse!(visit, find(&visit, number).await);
    let form = form(&visit, &one).filled(&typed);
    if typed.is_resumed() {
        return form.render(&visit, Some(&typed));
    }
    let mut reader = Reader::new(&typed, visit.language);
    let told = reader.read("told", Told::new);
    let errors = reader.finish();
    let Some(told) = told else {
        return form.wrong(errors).render(&visit, Some(&typed));
    };
    let call = visit.call(typed.get("request"));
    let done = notices::answer(&visit.app.store, &call, CaseNumber(number), told).await;
    let to = done.map(|_| format!("/console/notices/{number}"));
    answered(&visit, &typed, form, to)
}
