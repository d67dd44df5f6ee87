//! Checking packs on the spot (现场查验), one after another: the answer of the last stands above the form for the next.

use axum::response::{IntoResponse, Redirect, Response};

use super::batches::state_in;
use super::form::{Form, Kind};
use super::guard::Visit;
use super::list::ROWS;
use super::marks::{address_of, verdict_in};
use super::page::{minute, thousands};
use super::read::{Errors, Reader};
use super::submit::{or_refuse, refuse};
use super::tips::prefectures;
use super::typed::Typed;
use super::words::{listed, named, two};
use crate::domain::access::Permission as P;
use crate::domain::mark::MarkId;
use crate::domain::place::Prefecture;
use crate::domain::serial::Serial;
use crate::domain::wanted::Wanted;
use crate::service::life::{self, Life};
use crate::service::verify::Answer;
use crate::service::{ServiceError, alerts, inspecting, system};
use crate::store::alert::Filter;

fn form(visit: &Visit, place: &str) -> Form {
    Form::new(visit, two("现场查验", "Check a pack"), two("查验", "Check"))
        .field("code", two("二维码或编号", "Code or serial"), Kind::Scan)
        .hint(two(
            "不计入消费者查询次数；所在地区作为证据记入这枚标志",
            "Counts as no query of the public; where the pack is goes into the mark's evidence",
        ))
        .field(
            "place",
            two("所在地区", "Where the pack is"),
            prefectures(visit),
        )
        .value("place", place)
}

/// What there is to hold against the pack.
fn told(visit: &Visit, life: &Life, form: Form) -> Form {
    let (report, say) = (&life.report, |two| visit.say(two));
    let fact = |name, value: &str| named(visit.language, say(name), value);
    let verdict = say(verdict_in(life.told.verdict()));
    let mut form = form.text(format!("{} · {verdict}", report.serial));
    if let Answer::Ours(answer) = &life.told
        && let Some((kind, since, reason)) = &answer.withdrawal
    {
        let (kind, since) = (state_in(visit, kind), minute(*since));
        let reason = reason.as_deref().unwrap_or_default();
        form = form.text(format!("{kind} {since} {reason}"));
    }
    let season = report.batch.season.to_string();
    let product = listed(
        visit.language,
        &[life.order.placed.product.to_string(), season],
    );
    let queries = report.queries.as_ref().map_or(0, |queries| queries.count);
    let lots = life
        .lots
        .iter()
        .map(|lot| lot.entered.public.code.to_string());
    let lots: Vec<String> = lots.collect();
    let queries = thousands(queries);
    let mut facts = vec![
        fact(two("产品、年度", "Product, season"), &product),
        fact(two("合法使用人", "Licensee"), life.licensee.name().as_str()),
        fact(two("公众查询次数", "Queries of the public"), &queries),
    ];
    if !lots.is_empty() {
        facts.push(fact(two("生产批次", "Lot"), &listed(visit.language, &lots)));
    }
    for fact in facts {
        form = form.text(fact);
    }
    form.link(
        visit.may(P::MarkRead),
        two("这枚标志的全部记录", "All that is known of this mark"),
        address_of(report.serial),
    )
}

/// The alerts of the mark that nobody has decided.
async fn with_alerts(visit: &Visit, mark: MarkId, mut form: Form) -> Result<Form, ServiceError> {
    let filter = Filter {
        batch: Some(mark.batch),
        index: Some(mark.index),
        ..Filter::default()
    };
    let (store, now) = (&visit.app.store, system::now());
    let all = alerts::list(store, visit.scope(), &filter, None, ROWS, now).await?;
    for alert in all.iter().filter(|alert| alert.state.is_open()) {
        let address = format!("/console/alerts/{}", alert.number);
        let open = two("这枚标志的预警待判定", "An alert of this mark is open");
        form = form.link(visit.may(P::AlertRead), open, address);
    }
    Ok(form)
}

/// `GET /console/check`
pub async fn page(visit: Visit) -> Response {
    let asked = Typed::of_query(&visit.uri);
    let form = form(&visit, asked.get("place"));
    let Some(serial) = Serial::from_typed(asked.get("serial")) else {
        return form.render(&visit, None);
    };
    let (store, keys) = (&visit.app.store, &visit.app.keys);
    let life = life::of_mark(store, keys, visit.scope(), serial, system::now()).await;
    let life = or_refuse!(visit, life);
    let form = told(&visit, &life, form);
    let mark = life.report.mark;
    or_refuse!(visit, with_alerts(&visit, mark, form).await).render(&visit, None)
}

/// `POST /console/check`
pub async fn check(visit: Visit, typed: Typed) -> Response {
    let form = form(&visit, "").filled(&typed);
    if typed.is_resumed() {
        return form.render(&visit, Some(&typed));
    }
    let mut reader = Reader::new(&typed, visit.language);
    let code = reader.value("code", |text| Ok(text.to_owned()));
    let place = |code: &str| Prefecture::new(code.parse().ok()?);
    let place = reader.wanted("place", Wanted::Choice, place);
    let errors = reader.finish();
    let (Some(code), Some(place)) = (code, place) else {
        return form.wrong(errors).render(&visit, Some(&typed));
    };
    let call = visit.call(typed.get("request"));
    let (store, keys) = (&visit.app.store, &visit.app.keys);
    match inspecting::check(store, keys, &call, &code, place).await {
        Ok(serial) => {
            let to = format!("/console/check?place={:06}&serial={serial}", place.code());
            Redirect::to(&to).into_response()
        }
        Err(error) => match Errors::of_service(error, visit.language) {
            Ok(errors) => form.wrong(errors.at("code")).render(&visit, Some(&typed)),
            Err(error) => refuse(&visit, error),
        },
    }
}
