//! Batches: the list, and a file of what became of all marks of one, stretch by stretch.

use axum::extract::{Path, State};
use axum::response::Response;

use super::asked::Asked;
use super::file::File;
use super::guard::Visit;
use super::list::{Filter, Kind as ColumnKind, List, ROWS, Row};
use super::page::{minute, thousands};
use super::party::{self, Names};
use super::submit::{or_refuse, refuse};
use super::typed::Typed;
use super::words::{Two, noted, two};
use crate::domain::access::Permission as P;
use crate::domain::form::Form;
use crate::domain::keyring::{KeyEntry, KeyId, KeyStatus};
use crate::domain::mark::{BatchNumber, MarkId, MarkIndex};
use crate::domain::state;
use crate::domain::whereabouts::Whereabouts;
use crate::http::App;
use crate::service::issue::{self, BatchReport, Stretch};
use crate::service::{ServiceError, containers, orders, system};
use crate::store::batch;

/// Stretches and containers of a page.
const MOST: usize = 100;
const MOST_CONTAINERS: u32 = 20;

/// Where a batch's file is.
pub fn address(batch: Option<BatchNumber>) -> String {
    batch.map_or_else(String::new, |batch| format!("/console/batches/{batch}"))
}

/// The name of a mark's state.
pub fn state_in(visit: &Visit, word: &str) -> String {
    let english = word.replace('_', " ");
    let name = visit.language.choose(state::chinese(word), &english);
    name.to_owned()
}

/// The name of a place.
pub fn place_in(visit: &Visit, place: Whereabouts) -> String {
    visit.one_of(place.chinese(), place.english()).to_owned()
}

/// The name of a form.
pub fn form_in(visit: &Visit, form: Form) -> &'static str {
    visit.language.choose(form.chinese(), form.english())
}

/// A signing key and what became of it.
pub fn key_in(visit: &Visit, id: KeyId, key: Option<&KeyEntry>) -> String {
    let status = match key.map(|key| key.status) {
        Some(KeyStatus::Active) => visit.say(two("启用", "active")).to_owned(),
        Some(KeyStatus::Retired) => visit.say(two("停用", "retired")).to_owned(),
        Some(KeyStatus::Compromised { since }) => {
            let word = visit.say(two("泄露", "compromised"));
            format!("{word} {}", minute(since))
        }
        None => visit
            .say(two("不在密钥清单中", "not in the keyring"))
            .to_owned(),
    };
    let name = format!("{} {}", visit.say(two("密钥", "Key")), id.0);
    noted(visit.language, &name, &status)
}

/// `GET /console/batches`
pub async fn list(visit: Visit, State(app): State<App>) -> Response {
    let asked = Typed::of_query(&visit.uri);
    let before = asked.get("after").parse().ok().and_then(BatchNumber::new);
    let found = async {
        let mut asks = Asked::new(&visit, &asked);
        let filter = batch::Filter {
            licensee: asks.licensee().await?,
            printer: None,
            season: asks.season(),
        };
        let errors = asks.finish();
        let found = match errors.is_empty() {
            true => issue::list(&app.store, visit.scope(), &filter, before, ROWS + 1).await?,
            false => Vec::new(),
        };
        Ok((found, party::filter(&visit).await?, errors))
    };
    let (found, licensees, errors) = or_refuse!(visit, found.await);
    let parties = found.iter().map(|batch| batch.licensee);
    let names = or_refuse!(visit, Names::of(&visit, parties).await);
    let season = two("年度", "Season");
    let mut list =
        List::new(&visit, &asked, two("标志批", "Batches")).field("season", season, Filter::Text);
    if visit.scope().licensee().is_none() {
        list = list.field("licensee", two("使用人", "Licensee"), licensees);
    }
    list.wrong(errors)
        .columns([
            (two("标志批", "Batch"), ColumnKind::Text),
            (two("订单", "Order"), ColumnKind::Number),
            (two("使用人", "Licensee"), ColumnKind::Text),
            (season, ColumnKind::Text),
            (two("产品形态", "Form"), ColumnKind::Text),
            (two("数量", "Marks"), ColumnKind::Number),
            (two("制码时间", "Issued"), ColumnKind::Text),
        ])
        .rows(
            found,
            |batch| batch.number.to_string(),
            |batch| Row {
                address: Some(address(Some(batch.number))),
                cells: vec![
                    batch.number.to_string(),
                    batch.order.to_string(),
                    names.licensee(batch.licensee),
                    batch.season.to_string(),
                    form_in(&visit, batch.form).to_owned(),
                    thousands(batch.count.get()),
                    minute(batch.issued_at),
                ],
            },
        )
        .render()
}

/// `GET /console/batches/{batch}`
pub async fn file(visit: Visit, State(app): State<App>, Path(number): Path<u32>) -> Response {
    match file_of(&visit, &app, number).await {
        Ok(response) => response,
        Err(error) => refuse(&visit, error),
    }
}

async fn file_of(visit: &Visit, app: &App, number: u32) -> Result<Response, ServiceError> {
    let number = BatchNumber::new(number).ok_or_else(|| issue::unknown(number))?;
    let report = issue::report(&app.store, visit.scope(), number, system::now()).await?;
    let (batch, order) = (&report.batch, &report.order);
    let parties = orders::detail(&app.store, visit.scope(), order.number).await?;
    let ring = app.keys.ring();
    let title = match visit.language {
        crate::http::language::Language::Chinese => format!("标志第 {number} 批"),
        crate::http::language::Language::English => format!("Batch {number}"),
    };
    let hidden = if batch.has_hidden_codes {
        two("有", "yes")
    } else {
        two("无", "no")
    };
    let issued = format!("{} {}", minute(batch.issued_at), batch.actor);
    let file = File::new(visit, title)
        .facts(
            None,
            vec![
                (
                    two("产品", "Product"),
                    Some(order.placed.product.to_string()),
                ),
                (
                    two("产品形态", "Form"),
                    Some(form_in(visit, batch.form).to_owned()),
                ),
                (two("年度", "Season"), Some(batch.season.to_string())),
                (two("数量", "Marks"), Some(thousands(batch.count.get()))),
                (two("制码", "Issued"), Some(issued)),
                (
                    two("销售区域", "To be sold in"),
                    order
                        .placed
                        .market
                        .as_ref()
                        .map(|market| visit.in_words(market.names())),
                ),
                (
                    two("签名密钥", "Signing key"),
                    Some(key_in(visit, batch.key, ring.get(batch.key))),
                ),
                (
                    two("暗码", "Hidden codes"),
                    Some(visit.say(hidden).to_owned()),
                ),
                (two("查询次数", "Queries"), Some(thousands(report.queries))),
            ],
        )
        .linked(
            two("印制订单", "Order"),
            Some(order.number.to_string()),
            visit.may(P::OrderRead),
            format!("/console/orders/{}", order.number),
        )
        .linked(
            two("合法使用人", "Licensee"),
            Some(parties.licensee.to_string()),
            visit.may(P::LicenseeRead),
            format!("/console/licensees/{}", batch.licensee),
        )
        .linked(
            two("承印方", "Printer"),
            parties.printer.map(|name| name.to_string()),
            visit.may(P::PrinterRead),
            order.printer.map_or_else(String::new, |printer| {
                format!("/console/printers/{printer}")
            }),
        );
    let file = totals(visit, file, &report);
    let file = stretches(visit, app, file, &report);
    Ok(boxes(visit, app, file, number).await?.render(visit))
}

/// How many marks are in each state, and how many labels in each place.
fn totals(visit: &Visit, file: File, report: &BatchReport) -> File {
    let states = report.marks_by_state.iter();
    let states = states.map(|(word, marks)| (None, vec![state_in(visit, word), thousands(*marks)]));
    let places = Whereabouts::ALL
        .iter()
        .map(|place| (*place, report.order.counts.at(*place)))
        .filter(|(_, marks)| *marks > 0)
        .map(|(place, marks)| (None, vec![place_in(visit, place), thousands(marks)]));
    let marks = two("数量", "Marks");
    file.table(
        two("状态", "By state"),
        &[two("状态", "State"), marks],
        states.collect(),
    )
    .table(
        two("标志去向", "Where its labels are"),
        &[two("去向", "Place"), marks],
        places.collect(),
    )
}

/// The stretches from the one that the address names.
fn stretches(visit: &Visit, app: &App, file: File, report: &BatchReport) -> File {
    let asked = Typed::of_query(&visit.uri);
    let from: u32 = asked.get("from").parse().unwrap_or(0);
    let all = &report.stretches;
    let begin = all.partition_point(|stretch| stretch.range.last().get() < from);
    let end = all.len().min(begin + MOST);
    let serial = |index: MarkIndex| {
        let batch = report.batch.number;
        app.keys
            .secrets
            .serial
            .serial(MarkId { batch, index })
            .to_string()
    };
    let row = |stretch: &Stretch| {
        let (first, last) = (stretch.range.first(), stretch.range.last());
        let mut cells = vec![
            serial(first),
            serial(last),
            stretch.range.to_string(),
            thousands(stretch.range.marks()),
            state_in(visit, stretch.state),
            place_in(visit, stretch.label.place),
        ];
        if visit.may(P::LotRead) {
            let lot = stretch.label.lot;
            cells.push(lot.map_or_else(String::new, |lot| lot.to_string()));
        }
        (Some(format!("/console/marks/{}", serial(first))), cells)
    };
    let mut heads: Vec<Two> = vec![
        two("首枚编号", "First serial"),
        two("末枚编号", "Last serial"),
        two("序号", "Indices"),
        two("枚数", "Marks"),
        two("状态", "State"),
        two("去向", "Place"),
    ];
    if visit.may(P::LotRead) {
        heads.push(two("生产批次", "Lot"));
    }
    let rows = all[begin..end].iter().map(row).collect();
    let mut file = file.table(two("号段", "Stretches"), &heads, rows);
    if end < all.len() {
        let next = all[end].range.first();
        let label = visit.say(two("后面的号段", "Further stretches")).to_owned();
        file = file.linked(
            two("号段", "Stretches"),
            Some(label),
            true,
            format!("?from={next}"),
        );
    }
    file
}

/// The newest rolls and boxes its marks are in.
async fn boxes(
    visit: &Visit,
    app: &App,
    file: File,
    number: BatchNumber,
) -> Result<File, ServiceError> {
    if !visit.may(P::ContainerRead) {
        return Ok(file);
    }
    let found = containers::list(
        &app.store,
        visit.scope(),
        Some(number),
        None,
        MOST_CONTAINERS + 1,
    )
    .await?;
    let is_cut = found.len() > MOST_CONTAINERS as usize;
    let rows = found
        .iter()
        .take(MOST_CONTAINERS as usize)
        .map(|container| {
            let kind = container.filled.kind;
            let label = container.filled.label.as_ref();
            let cells = vec![
                container.number.to_string(),
                visit
                    .language
                    .choose(kind.chinese(), kind.english())
                    .to_owned(),
                label.map_or_else(String::new, ToString::to_string),
                thousands(container.marks()),
                minute(container.at),
            ];
            (
                Some(format!("/console/containers/{}", container.number)),
                cells,
            )
        });
    let heads = [
        two("编号", "Number"),
        two("种类", "Kind"),
        two("标签", "Label"),
        two("枚数", "Marks"),
        two("装入时间", "Filled"),
    ];
    let file = file.table(two("卷和箱", "Rolls and boxes"), &heads, rows.collect());
    if !is_cut {
        return Ok(file);
    }
    let label = visit
        .say(two("全部卷和箱", "All rolls and boxes"))
        .to_owned();
    let all = format!("/console/containers?batch={number}");
    Ok(file.linked(two("卷和箱", "Rolls and boxes"), Some(label), true, all))
}
