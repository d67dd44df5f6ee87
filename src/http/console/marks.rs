//! A mark: what the public is told of it now, where its label is, and its whole life from its order to the last scan.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::batches::{address, form_in, key_in, place_in, state_in};
use super::file::{File, Happened, kind_in};
use super::guard::Visit;
use super::page::{self, minute, thousands};
use super::submit::refuse;
use super::tips;
use super::words::{Two, listed, named, noted, two};
use crate::domain::access::Permission as P;
use crate::domain::detection::{Known, Seen};
use crate::domain::event::{EventKind, RangeEvent, Withdrawal};
use crate::domain::lot::{Lot, LotNumber};
use crate::domain::queries::QueryChannel;
use crate::domain::serial::Serial;
use crate::domain::verdict::Verdict;
use crate::http::App;
use crate::http::language::Language;
use crate::service::life::{self, Life};
use crate::service::system;
use crate::service::verify::Answer;
use crate::store::scan::Scan;

/// Where a mark's page is.
pub fn address_of(serial: Serial) -> String {
    format!("/console/marks/{serial}")
}

/// `GET /console/marks/{serial}`
pub async fn file(visit: Visit, State(app): State<App>, Path(typed): Path<String>) -> Response {
    let Some(serial) = Serial::from_typed(&typed) else {
        let title = two("没有这项记录", "There is no such thing");
        let text = two(
            "网址里不是标志编号。编号有 16 位，形如 4BD9-QV4N-Q0NZ-57DB。",
            "The address holds no serial. A serial has 16 characters, like 4BD9-QV4N-Q0NZ-57DB.",
        );
        return page::message(&visit, StatusCode::NOT_FOUND, title, visit.say(text));
    };
    match life::of_mark(&app.store, &app.keys, visit.scope(), serial, system::now()).await {
        Ok(life) => page_of(&visit, &life).await,
        Err(error) => refuse(&visit, error),
    }
}

async fn page_of(visit: &Visit, life: &Life) -> Response {
    let serial = life.report.serial;
    let mut file = File::new(visit, serial.to_string()).state(state_in(visit, life.report.state));
    for event in life.steps() {
        let may = P::for_event(event).iter().any(|one| visit.may(*one));
        let address = format!("/console/marks/do/{}?lines={serial}", event.slug());
        file = file.step(may, label_of(event), address);
    }
    let file = file.over(life.told.verdict() == Verdict::Withdrawn).link(
        visit.may(P::AlertRead),
        two("同一标志批的预警", "Alerts of the batch"),
        format!("/console/alerts?batch={}", life.report.batch.number),
    );
    let file = told(visit, life, file);
    let file = facts(visit, life, file);
    file.happened(whole_life(visit, life))
        .render_with_names(visit)
        .await
}

/// What a step is called on its button.
const fn label_of(event: EventKind) -> Two {
    match event {
        EventKind::Printed => two("登记印制", "Report printed"),
        EventKind::Delivered => two("登记发放", "Report sent"),
        EventKind::Received => two("确认签收", "Confirm receipt"),
        EventKind::Activated => two("激活", "Activate"),
        EventKind::Used => two("登记使用", "Report used"),
        EventKind::Withdrawn(kind) => match kind {
            Withdrawal::Revoked => two("撤销", "Revoke"),
            Withdrawal::Destroyed => two("登记销毁", "Report destroyed"),
            Withdrawal::Lost => two("登记遗失", "Report lost"),
            Withdrawal::Returned => two("登记退回", "Report returned"),
            Withdrawal::Spoiled => two("登记作废", "Report spoiled"),
            Withdrawal::Recalled => two("召回", "Recall"),
            Withdrawal::Frozen => two("冻结", "Freeze"),
        },
        EventKind::Restored(Withdrawal::Recalled) => two("解除召回", "Take the recall back"),
        EventKind::Restored(_) => two("解除冻结", "Unfreeze"),
        EventKind::Undone(_) => two("更正", "Correct"),
    }
}

/// A verdict in few words.
pub const fn verdict_in(verdict: Verdict) -> Two {
    match verdict {
        Verdict::FirstCheck => two("编号有效，第一次查询", "Valid; first check"),
        Verdict::CheckedBefore => two("编号有效，曾被查询", "Valid; checked before"),
        Verdict::SuspectedCopy => two("编号有效，可能被复制", "Valid; may have been copied"),
        Verdict::NotActivated => two("尚未启用，请勿购买", "Not yet in use; do not buy"),
        Verdict::Withdrawn => two("已停用", "Withdrawn"),
        Verdict::PastSeason => two("已过季", "Past its season"),
        Verdict::NotOurs => two("不是本标志的编号", "Not a number of this mark"),
    }
}

/// What whoever scans it now is told.
fn told(visit: &Visit, life: &Life, file: File) -> File {
    let verdict = verdict_in(life.told.verdict());
    let mut facts = vec![(
        two("查询结果", "Verdict"),
        Some(visit.say(verdict).to_owned()),
    )];
    if let Answer::Ours(answer) = &life.told {
        if let Some((kind, since, reason)) = &answer.withdrawal {
            facts.push((two("类别", "Class"), Some(state_in(visit, kind))));
            facts.push((two("自", "Since"), Some(minute(*since))));
            facts.push((two("公开的原因", "Reason told"), reason.clone()));
        }
        facts.push((two("过季时间", "Past since"), answer.past_since.map(minute)));
    }
    file.facts(
        Some(two("现在扫码看到的", "What a scan is told now")),
        facts,
    )
}

fn facts(visit: &Visit, life: &Life, file: File) -> File {
    let (report, order) = (&life.report, &life.order);
    let queries = report.queries.as_ref();
    let mut file = file
        .facts(
            Some(two("这枚标志", "This mark")),
            vec![
                (
                    two("标志位置", "Where the label is"),
                    Some(place_in(visit, report.label.place)),
                ),
                (
                    two("产品", "Product"),
                    Some(order.placed.product.to_string()),
                ),
                (
                    two("产品形态", "Form"),
                    Some(form_in(visit, report.batch.form).to_owned()),
                ),
                (two("年度", "Season"), Some(report.batch.season.to_string())),
                (
                    two("签名密钥", "Signing key"),
                    Some(key_in(visit, report.batch.key, life.key.as_ref())),
                ),
                (
                    two("查询次数", "Queries"),
                    Some(thousands(queries.map_or(0, |queries| queries.count))),
                ),
                (two("暗码", "Hidden code"), hidden_code(visit, life)),
                (
                    two("批内序号", "Index in its batch"),
                    Some(report.mark.index.to_string()),
                ),
            ],
        )
        .linked(
            two("标志批", "Batch"),
            Some(report.batch.number.to_string()),
            visit.may(P::BatchRead),
            address(Some(report.batch.number)),
        )
        .linked(
            two("印制订单", "Order"),
            Some(order.number.to_string()),
            visit.may(P::OrderRead),
            format!("/console/orders/{}", order.number),
        )
        .linked(
            two("合法使用人", "Licensee"),
            Some(life.licensee.name().to_string()),
            visit.may(P::LicenseeRead),
            format!("/console/licensees/{}", life.licensee.number),
        );
    if let Some(printer) = &life.printer {
        file = file.linked(
            two("承印方", "Printer"),
            Some(printer.particulars.name.to_string()),
            visit.may(P::PrinterRead),
            format!("/console/printers/{}", printer.number),
        );
    }
    for container in &life.containers {
        let name = container_in(visit, container);
        let address = format!("/console/containers/{}", container.number);
        let may = visit.may(P::ContainerRead);
        file = file.linked(two("卷、箱", "Roll or box"), Some(name), may, address);
    }
    if let Some(number) = report.label.lot.filter(|_| visit.may(P::LotRead)) {
        let name = lot_in(visit, life, number);
        let address = format!("/console/lots/{number}");
        file = file.linked(two("生产批次", "Lot"), Some(name), true, address);
    }
    file
}

/// Whether its hidden code was claimed, of a label that has one.
fn hidden_code(visit: &Visit, life: &Life) -> Option<String> {
    if !life.report.batch.has_hidden_codes {
        return None;
    }
    let Some(claim) = &life.report.claim else {
        return Some(visit.say(two("尚未验证", "not claimed")).to_owned());
    };
    let place = claim.place.map(|place| place.prefecture.province());
    let place = place.map_or(
        visit.say(two("地点不详", "place not known")),
        |(zh, en)| visit.language.choose(zh, en),
    );
    let claimed = visit.say(two("已验证", "claimed"));
    let said = [claimed.to_owned(), minute(claim.at), place.to_owned()];
    Some(listed(visit.language, &said))
}

fn container_in(visit: &Visit, container: &crate::domain::container::Container) -> String {
    let kind = container.filled.kind;
    let kind = visit.language.choose(kind.chinese(), kind.english());
    let name = format!("{kind} {}", container.number);
    match &container.filled.label {
        Some(label) => noted(visit.language, &name, label.as_str()),
        None => name,
    }
}

fn lot_of(life: &Life, number: LotNumber) -> Option<&Lot> {
    life.lots.iter().find(|lot| lot.number == number)
}

fn lot_in(visit: &Visit, life: &Life, number: LotNumber) -> String {
    let name = number.to_string();
    match lot_of(life, number) {
        Some(lot) => noted(visit.language, &name, lot.entered.public.code.as_str()),
        None => name,
    }
}

/// Everything that happened, the oldest first: to its order, to its label, to its roll and box, and every scan.
fn whole_life(visit: &Visit, life: &Life) -> Vec<Happened> {
    let of_order = life.of_order.iter().map(|stored| Happened {
        at: stored.at,
        what: kind_in(visit.language, &stored.kind),
        by: Some(stored.actor.to_string()),
        entry: Some(stored.number),
        details: Vec::new(),
    });
    let filled = life.containers.iter().map(|container| Happened {
        at: container.at,
        what: visit.say(two("装入", "Filled into")).to_owned(),
        by: Some(container.by.to_string()),
        entry: life.entry_of_filling(container.number),
        details: vec![container_in(visit, container)],
    });
    let events = life
        .report
        .events
        .iter()
        .map(|event| happened(visit, life, event));
    let scans = life.scans.iter().map(|scan| scanned(visit, scan));
    let checked = life.checked.iter().map(|seen| checked(visit, seen));
    let all = of_order.chain(filled).chain(events).chain(scans);
    let mut all: Vec<Happened> = all.chain(checked).collect();
    // Of the same moment, the ledger's own order; what it does not number was noted beside it.
    all.sort_by_key(|one| (one.at, one.entry.is_none(), one.entry));
    let shown = life.scans.len() as u64;
    let total = life
        .report
        .queries
        .as_ref()
        .map_or(0, |queries| queries.count);
    if let Some(first) = life.scans.first().filter(|_| total > shown)
        && let Some(place) = all
            .iter()
            .position(|one| one.entry.is_none() && one.at >= first.at)
    {
        let at = all[place].at;
        all.insert(place, left_out(visit, at, total - shown));
    }
    all
}

/// What stands in place of older scans.
fn left_out(visit: &Visit, at: jiff::Timestamp, scans: u64) -> Happened {
    let scans = thousands(scans);
    let what = match visit.language {
        Language::Chinese => format!("此前还有 {scans} 次查询，未逐条列出"),
        Language::English => format!("{scans} earlier queries are not listed one by one"),
    };
    Happened {
        at,
        what,
        by: None,
        entry: None,
        details: Vec::new(),
    }
}

fn happened(visit: &Visit, life: &Life, event: &RangeEvent) -> Happened {
    let mut details = Vec::new();
    let mut tell = |name: Two, value: Option<String>| {
        details.extend(value.map(|value| named(visit.language, visit.say(name), &value)));
    };
    let text = |line: &crate::domain::text::Line| line.to_string();
    tell(two("原因", "Reason"), event.reason.as_ref().map(text));
    tell(two("文号", "Document"), event.document.as_ref().map(text));
    if let Some(marks) = life.entry_of(event) {
        tell(
            two("接收人", "Received by"),
            marks.receiver.as_ref().map(text),
        );
        let containers: Vec<String> = life
            .containers
            .iter()
            .filter(|container| marks.containers.contains(&container.number))
            .map(|container| container_in(visit, container))
            .collect();
        tell(
            two("随", "With"),
            (!containers.is_empty()).then(|| listed(visit.language, &containers)),
        );
        let destroyed = marks.destruction.as_ref();
        tell(
            two("销毁日期", "Destroyed on"),
            destroyed.map(|one| one.date.to_string()),
        );
        tell(
            two("见证人", "Witnesses"),
            destroyed.map(|one| {
                let (first, second) = &one.witnesses;
                listed(visit.language, &[first.to_string(), second.to_string()])
            }),
        );
        let corrects = marks.corrects.map(|entry| format!("#{entry}"));
        tell(two("更正", "Takes back"), corrects);
    }
    if let Some(number) = event.lot.filter(|_| visit.may(P::LotRead)) {
        tell(two("生产批次", "Lot"), Some(lot_in(visit, life, number)));
        for report in lot_of(life, number)
            .into_iter()
            .flat_map(|lot| &lot.reports)
        {
            let result = visit
                .language
                .choose(report.result.chinese(), report.result.english());
            let said = [
                result.to_owned(),
                report.laboratory.to_string(),
                report.number.to_string(),
                report.date.to_string(),
            ];
            tell(two("检验", "Test"), Some(listed(visit.language, &said)));
        }
    }
    Happened {
        at: event.at,
        what: kind_in(visit.language, event.kind.slug()),
        by: Some(event.actor.to_string()),
        entry: Some(event.number),
        details,
    }
}

/// How a query came, in words.
pub(super) fn channel_in<'a>(visit: &Visit, channel: &'a str) -> &'a str {
    match QueryChannel::from_slug(channel) {
        Some(known) => visit.one_of(known.chinese(), known.english()),
        None => channel,
    }
}

fn checked(visit: &Visit, seen: &Seen) -> Happened {
    let place = seen
        .place
        .map(|place| tips::place_in(visit, place.prefecture));
    Happened {
        at: seen.at,
        what: visit
            .one_of(Known::Inspected.chinese(), Known::Inspected.english())
            .to_owned(),
        by: None,
        entry: None,
        details: place.into_iter().collect(),
    }
}

fn scanned(visit: &Visit, scan: &Scan) -> Happened {
    let place = scan.place.map(|place| place.prefecture.province());
    let place = match place {
        Some((zh, en)) => visit.language.choose(zh, en),
        None => visit.say(two("地点不详", "place not known")),
    };
    let channel = channel_in(visit, &scan.channel);
    let state = state_in(visit, &scan.state);
    let (what, detail) = match visit.language {
        Language::Chinese => (
            format!("第 {} 次查询", scan.query),
            format!("当时状态：{state}；{place}；{channel}"),
        ),
        Language::English => (
            format!("Query {}", scan.query),
            format!("{state} at that time; {place}; {channel}"),
        ),
    };
    Happened {
        at: scan.at,
        what,
        by: None,
        entry: None,
        details: vec![detail],
    }
}
