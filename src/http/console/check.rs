//! Checking packs on the spot (现场查验), one after another: the answer of the last stands above the form for the next.

use axum::response::{IntoResponse, Redirect, Response};

use super::batches::{place_in, state_in};
use super::form::{Form, Kind};
use super::guard::Visit;
use super::list::ROWS;
use super::marks::{address_of, verdict_in};
use super::page::{minute, thousands};
use super::read::Reader;
use super::submit::{or_refuse, refuse};
use super::tips::{place_in as in_words, prefectures};
use super::typed::Typed;
use super::words::{listed, named, two};
use crate::domain::access::Permission as P;
use crate::domain::mark::MarkId;
use crate::domain::place::Prefecture;
use crate::domain::refusal::{Refusal, RefusalKind};
use crate::domain::serial::Serial;
use crate::domain::verdict::Verdict;
use crate::domain::wanted::Wanted;
use crate::service::life::{self, Life};
use crate::service::verify::Answer;
use crate::service::{ServiceError, alerts, inspecting, system};
use crate::store::alert::Filter;

/// Earlier checks of a mark that are told.
const MOST_EARLIER: usize = 3;

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
    let verdict = life.told.verdict();
    let tone = match verdict {
        Verdict::FirstCheck | Verdict::CheckedBefore => "good",
        Verdict::SuspectedCopy | Verdict::PastSeason => "waits",
        Verdict::NotActivated | Verdict::Withdrawn | Verdict::NotOurs => "over",
    };
    let words = format!("{} · {}", report.serial, say(verdict_in(verdict)));
    let mut form = form.outcome(tone, words);
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
    if let Some(market) = &life.order.placed.market {
        let here = life.checked.last().and_then(|seen| seen.place);
        let outside = visit.say(two("本次查验地点不在其中", "this is none of them"));
        let mut named = vec![visit.in_words(market.names())];
        named.extend(market.excludes(here).then(|| outside.to_owned()));
        let named = named.join(visit.one_of("；", "; "));
        facts.push(fact(two("销售区域", "To be sold in"), &named));
    }
    if !lots.is_empty() {
        facts.push(fact(two("生产批次", "Lot"), &listed(visit.language, &lots)));
    }
    facts.push(fact(
        two("标志位置", "Where the label is"),
        &place_in(visit, report.label.place),
    ));
    // The last of them is the one that was just made.
    let earlier = life.checked.iter().rev().skip(1).take(MOST_EARLIER);
    for seen in earlier {
        let place = seen.place.map(|place| in_words(visit, place.prefecture));
        let (at, place) = (minute(seen.at), place.unwrap_or_default());
        facts.push(fact(
            two("此前查验", "Checked before"),
            &format!("{at} {place}"),
        ));
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

/// An answer too, and the one that an inspector is there for.
fn not_ours(visit: &Visit, refusal: &Refusal, form: Form) -> Form {
    let (what, advice) = (&refusal.what, &refusal.advice);
    form.outcome("over", visit.language.choose(&what.zh, &what.en))
        .text(visit.language.choose(&advice.zh, &advice.en))
        .link(
            visit.may(P::CaseHandle),
            two("立案", "Open a case"),
            "/console/cases/new".to_owned(),
        )
}

/// The alerts of the mark.
async fn with_alerts(visit: &Visit, mark: MarkId, mut form: Form) -> Result<Form, ServiceError> {
    let filter = Filter {
        batch: Some(mark.batch),
        index: Some(mark.index),
        ..Filter::default()
    };
    let (store, now) = (&visit.app.store, system::now());
    let all = alerts::list(store, visit.scope(), &filter, None, ROWS, now).await?;
    for alert in &all {
        let address = format!("/console/alerts/{}", alert.number);
        let label = match alert.state.is_open() {
            true => two("这枚标志的预警待判定", "An alert of this mark is open"),
            false => two("这枚标志的预警已判定", "An alert of this mark was decided"),
        };
        form = form.link(visit.may(P::AlertRead), label, address);
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
        Err(ServiceError::Refused(refusal)) if refusal.kind == RefusalKind::Invalid => {
            let form = self::form(&visit, &format!("{:06}", place.code()));
            not_ours(&visit, &refusal, form).render(&visit, None)
        }
        Err(error) => refuse(&visit, error),
    }
}
