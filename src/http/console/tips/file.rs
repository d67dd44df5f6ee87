//! The page of a tip.

use axum::extract::Path;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

use super::list::due_in;
use super::mark::Told;
use super::{find, place_in, title_of, waits_for_an_answer};
use crate::domain::access::Permission as P;
use crate::domain::calendar::day_of;
use crate::domain::text::Line;
use crate::domain::tip::{Happened as Step, TipNumber, TipStep};
use crate::http::console::file::{File, Happened};
use crate::http::console::guard::Visit;
use crate::http::console::page::minute;
use crate::http::console::party::People;
use crate::http::console::submit::or_refuse;
use crate::http::console::words::{Two, two};
use crate::service::system;
use crate::service::tips::{self, Whole};

/// `GET /console/tips/{tip}`
pub async fn file(visit: Visit, Path(number): Path<u32>) -> Response {
    let whole = or_refuse!(visit, find(&visit, number).await);
    let tip = &whole.tip;
    let told = or_refuse!(visit, Told::of(&visit, tip).await);
    let handler = tip.handler.as_ref().map(Line::as_str);
    let people = or_refuse!(visit, People::of(&visit, handler).await);
    let handler = handler.map(|by| people.name(&visit, by));
    let here = format!("/console/tips/{number}");
    let may = |step: TipStep| visit.may(P::TipHandle) && tip.state.after(step).is_ok();
    let mut file = File::new(&visit, title_of(&visit, tip))
        .state(visit.one_of(tip.state.chinese(), tip.state.english()))
        .over(!tip.state.is_open());
    for (step, label, word) in [
        (TipStep::Accepted, two("受理", "Accept"), "accept"),
        (TipStep::Decided, two("登记处理结果", "Decide"), "decide"),
        (
            TipStep::Message,
            two("回复", "Write to the sender"),
            "message",
        ),
        (TipStep::HandedOn, two("移交办案", "Hand on"), "hand-on"),
        (TipStep::Rejected, two("不予受理", "Reject"), "reject"),
    ] {
        file = file.step(may(step), label, format!("{here}/{word}"));
    }
    file = file
        .step(
            tip.has_contact && visit.may(P::TipHandle),
            two("查看联系方式", "See the contact"),
            format!("{here}/contact"),
        )
        .facts(None, facts(&visit, &whole, handler));
    file = told.add_to(file, &visit, tip).text(
        Some(visit.say(two("反映内容", "What was told"))),
        lines(tip.new.told.as_str()),
    );
    for photo in &whole.photos {
        let shows = two("举报人发来的照片", "A photo that was sent");
        file = file.picture(format!("{here}/photos/{}", photo.place), shows);
    }
    let history = whole.steps.iter().rev().map(|step| {
        let is_new = whole.is_unanswered(step);
        happened(&visit, &whole, step, is_new)
    });
    file.happened(history.collect())
        .render_with_names(&visit)
        .await
}

fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}

fn facts(visit: &Visit, whole: &Whole, handler: Option<String>) -> Vec<(Two, Option<String>)> {
    let tip = &whole.tip;
    let due = due_in(visit, tip, day_of(system::now()));
    let contact = match tip.has_contact {
        true => two(
            "已加密保存，查看会留下记录",
            "kept encrypted; each look is written down",
        ),
        false => two("没有", "none"),
    };
    vec![
        (two("收到", "Came in"), Some(minute(tip.sent_at))),
        (two("期限", "Due"), Some(due).filter(|due| !due.is_empty())),
        (
            two("举报人补充", "From the sender"),
            waits_for_an_answer(visit, tip),
        ),
        (two("办理人", "Handled by"), handler),
        (
            two("购买地", "Bought in"),
            tip.new.prefecture.map(|place| place_in(visit, place)),
        ),
        (
            two("店铺、市场或平台", "Shop, market or platform"),
            tip.new.seller.as_ref().map(ToString::to_string),
        ),
        (
            two("购买日期", "Bought on"),
            tip.new.bought.map(|day| day.to_string()),
        ),
        (
            two("联系方式", "Contact"),
            Some(visit.say(contact).to_owned()),
        ),
    ]
}

fn happened(visit: &Visit, whole: &Whole, step: &Step, is_new: bool) -> Happened {
    let photos = whole.photos.iter().filter(|photo| photo.step == step.place);
    let mut details = step
        .told
        .as_ref()
        .map_or_else(Vec::new, |told| lines(told.as_str()));
    match photos.count() {
        0 => {}
        count => details.push(match visit.one_of("zh", "en") {
            "zh" => format!("附照片 {count} 张"),
            _ => format!("with {count} photos"),
        }),
    }
    Happened {
        at: step.at,
        what: match is_new {
            true => visit.say(two("补充（新）", "added to (new)")).to_owned(),
            false => visit
                .one_of(step.step.chinese(), step.step.english())
                .to_owned(),
        },
        by: step.by.as_ref().map(ToString::to_string),
        entry: None,
        details,
    }
}

/// `GET /console/tips/{tip}/photos/{photo}`
pub async fn photo(visit: Visit, Path((number, place)): Path<(u32, u32)>) -> Response {
    let number = TipNumber(number);
    let found = tips::photo(&visit.app.store, visit.scope(), number, place);
    let jpeg = or_refuse!(visit, found.await);
    let mut response = jpeg.into_response();
    let kind = HeaderValue::from_static("image/jpeg");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}
