//! Rolls and boxes: filled, found, and held against what is in them.

use axum::extract::{Path, State};
use axum::response::Response;

use super::file::File;
use super::form::{Form, Kind};
use super::guard::Visit;
use super::labels;
use super::list::{Filter, Kind as ColumnKind, List, ROWS, Row};
use super::page::{minute, thousands};
use super::read::Reader;
use super::submit::{answer, refuse};
use super::typed::Typed;
use super::words::two;
use crate::domain::access::Permission as P;
use crate::domain::container::{Comparison, Container, ContainerKind, ContainerNumber};
use crate::domain::mark::{BatchNumber, IndexRange, MarkId};
use crate::domain::order::OrderNumber;
use crate::domain::segments::marks_in;
use crate::domain::selection::{LineOutcome, LineReport};
use crate::domain::whereabouts::Whereabouts;
use crate::http::App;
use crate::service::containers::{self, Detail, Fill};
use crate::service::{ServiceError, orders};

/// Ranges of one roll or box that a page spells out.
const MOST_RANGES: usize = 50;
/// Lines of a comparison that name nothing of ours and are told.
const MOST_LINES: usize = 200;

fn kind_in(visit: &Visit, kind: ContainerKind) -> &'static str {
    visit.language.choose(kind.chinese(), kind.english())
}

/// The batch that an address asks for, by its own number or its order's; `Err` if it asks for one that is not seen.
async fn wanted(
    visit: &Visit,
    app: &App,
    asked: &Typed,
) -> Result<Option<BatchNumber>, ServiceError> {
    if let Ok(order) = asked.get("order").parse().map(OrderNumber) {
        return Ok(orders::get(&app.store, visit.scope(), order).await?.batch);
    }
    Ok(asked.get("batch").parse().ok().and_then(BatchNumber::new))
}

/// `GET /console/containers`
pub async fn list(visit: Visit, State(app): State<App>) -> Response {
    let asked = Typed::of_query(&visit.uri);
    let before = asked.get("after").parse().ok().map(ContainerNumber);
    let found = async {
        let batch = wanted(&visit, &app, &asked).await;
        let batch = match batch {
            // Nothing is in the rolls of an order that is not there, or that has no labels yet.
            Err(ServiceError::Refused(_)) => return Ok(Vec::new()),
            Ok(None) if !asked.get("order").is_empty() => return Ok(Vec::new()),
            batch => batch?,
        };
        containers::list(&app.store, visit.scope(), batch, before, ROWS + 1).await
    };
    let found = match found.await {
        Ok(found) => found,
        Err(error) => return refuse(&visit, error),
    };
    List::new(&visit, &asked, two("卷和箱", "Rolls and boxes"))
        .action(
            visit.may(P::ContainerFill),
            two("装卷装箱", "Fill one"),
            "/console/containers/new",
        )
        .field("batch", two("标志批", "Batch"), Filter::Text)
        .field("order", two("订单", "Order"), Filter::Text)
        .columns([
            (two("编号", "Number"), ColumnKind::Text),
            (two("种类", "Kind"), ColumnKind::Text),
            (two("标签", "Label"), ColumnKind::Code),
            (two("标志批", "Batch"), ColumnKind::Number),
            (two("枚数", "Marks"), ColumnKind::Number),
            (two("装入时间", "Filled"), ColumnKind::Text),
            (two("经办人", "By"), ColumnKind::Text),
        ])
        .rows(
            found,
            |one| one.number.to_string(),
            |one| Row {
                address: Some(format!("/console/containers/{}", one.number)),
                cells: vec![
                    one.number.to_string(),
                    kind_in(&visit, one.filled.kind).to_owned(),
                    label_of(one),
                    one.filled.batch.to_string(),
                    thousands(one.marks()),
                    minute(one.at),
                    one.by.to_string(),
                ],
            },
        )
        .render()
}

fn label_of(one: &Container) -> String {
    let label = one.filled.label.as_ref();
    label.map(ToString::to_string).unwrap_or_default()
}

/// `GET /console/containers/{container}`
pub async fn file(visit: Visit, State(app): State<App>, Path(number): Path<u32>) -> Response {
    let number = ContainerNumber(number);
    match containers::detail(&app.store, visit.scope(), number).await {
        Ok(detail) => file_of(&visit, &app, &detail).render(&visit),
        Err(error) => refuse(&visit, error),
    }
}

fn file_of(visit: &Visit, app: &App, detail: &Detail) -> File {
    let one = &detail.container;
    let kind = kind_in(visit, one.filled.kind);
    let mut file = File::new(visit, format!("{kind} {}", one.number));
    for event in labels::possible(visit, &detail.counts, detail.is_frozen) {
        let address = format!("{}?container={}", labels::page_of(event), one.number);
        file = file.step(true, labels::said(event).title, address);
    }
    file = file.step(
        visit.may(P::ContainerCheck),
        two("核对箱物", "Check what is in it"),
        format!("/console/containers/{}/check", one.number),
    );
    let order = format!("/console/orders/{}", detail.order);
    file.facts(
        None,
        vec![
            (
                two("标签", "Label"),
                Some(label_of(one)).filter(|label| !label.is_empty()),
            ),
            (two("枚数", "Marks"), Some(thousands(one.marks()))),
            (
                two("合法使用人", "Licensee"),
                Some(detail.licensee.to_string()),
            ),
            (two("标志批", "Batch"), Some(one.filled.batch.to_string())),
            (
                two("装入", "Filled"),
                Some(format!("{} {}", minute(one.at), one.by)),
            ),
        ],
    )
    .table(
        two("印制订单", "Order"),
        &[two("订单", "Order")],
        vec![(Some(order), vec![detail.order.to_string()])],
    )
    .table(
        two("标志去向", "Where its labels are"),
        &[two("去向", "Place"), two("数量", "Marks")],
        places(visit, detail),
    )
    .table(
        two("号段", "Ranges"),
        &[
            two("序号", "Indices"),
            two("枚数", "Marks"),
            two("起始编号", "First serial"),
            two("终止编号", "Last serial"),
        ],
        ranges(app, one.filled.batch, &one.filled.ranges),
    )
}

type Rows = Vec<(Option<String>, Vec<String>)>;

fn places(visit: &Visit, detail: &Detail) -> Rows {
    let there = Whereabouts::ALL
        .iter()
        .filter(|place| detail.counts.at(**place) > 0);
    there
        .map(|place| {
            let name = visit.language.choose(place.chinese(), place.english());
            (
                None,
                vec![name.to_owned(), thousands(detail.counts.at(*place))],
            )
        })
        .collect()
}

/// Ranges with the serials at their ends, as one finds them on the labels.
fn ranges(app: &App, batch: BatchNumber, ranges: &[IndexRange]) -> Rows {
    let serials = &app.keys.secrets.serial;
    let serial = |index| serials.serial(MarkId { batch, index }).to_string();
    ranges
        .iter()
        .take(MOST_RANGES)
        .map(|range| {
            let cells = vec![
                range.to_string(),
                thousands(range.marks()),
                serial(range.first()),
                serial(range.last()),
            ];
            (None, cells)
        })
        .collect()
}

async fn fill_form(visit: &Visit, app: &App) -> Result<Form, ServiceError> {
    let kinds = ContainerKind::ALL
        .iter()
        .map(|kind| (kind.slug().to_owned(), kind_in(visit, *kind).to_owned()));
    let form = Form::new(
        visit,
        two("装卷装箱", "Fill a roll or box"),
        two("装入", "Fill it"),
    )
    .field("kind", two("种类", "Kind"), Kind::Choice(kinds.collect()))
    .optional(
        "label",
        two("标签上的字样", "What stands on it"),
        Kind::Line,
    );
    labels::lines_fields(visit, app, form).await
}

/// `GET /console/containers/new`
pub async fn fill_page(visit: Visit, State(app): State<App>) -> Response {
    let asked = Typed::of_query(&visit.uri);
    let kind = match asked.get("kind") {
        "" => ContainerKind::Roll.slug().to_owned(),
        kind => kind.to_owned(),
    };
    match fill_form(&visit, &app).await {
        Ok(form) => form.filled(&asked.with("kind", kind)).render(&visit, None),
        Err(error) => refuse(&visit, error),
    }
}

/// `POST /console/containers/new`
pub async fn fill(visit: Visit, State(app): State<App>, typed: Typed) -> Response {
    let form = match fill_form(&visit, &app).await {
        Ok(form) => form,
        Err(error) => return refuse(&visit, error),
    };
    let (typed, file) = match labels::with_file(&visit, typed) {
        Ok(read) => read,
        Err((typed, errors)) => {
            return form
                .filled(&typed)
                .wrong(errors)
                .render(&visit, Some(&typed));
        }
    };
    let form = form.filled(&typed);
    if typed.is_resumed() {
        return form.render(&visit, Some(&typed));
    }
    let mut reader = Reader::new(&typed, visit.language);
    let kind = reader.word("kind", ContainerKind::from_slug);
    let label = reader.optional_line("label");
    let meant = match labels::read_lines(&visit, &app, &typed, file, &mut reader).await {
        Ok(meant) => meant,
        Err(error) => return refuse(&visit, error),
    };
    let errors = reader.finish();
    let (Some(kind), Some(label), Some((lines, batch, field)), true) =
        (kind, label, meant, errors.is_empty())
    else {
        return form.wrong(errors).render(&visit, Some(&typed));
    };
    let fill = Fill {
        kind,
        batch,
        lines: &lines,
        label,
    };
    let call = visit.call(typed.get("request"));
    match containers::fill(&app.store, &app.keys, &call, &fill).await {
        Ok(filled) => {
            let to = format!("/console/containers/{}", filled.number);
            answer(&visit, &typed, form, Ok(to))
        }
        Err(error) => match labels::told::errors(&visit, error, field) {
            Ok(errors) => form.wrong(errors).render(&visit, Some(&typed)),
            Err(error) => refuse(&visit, error),
        },
    }
}

fn check_form(visit: &Visit, one: &Container) -> Form {
    let kind = kind_in(visit, one.filled.kind);
    let title = format!("{} {kind} {}", visit.say(two("核对", "Check")), one.number);
    let text = format!(
        "{} {} {}",
        visit.say(two("应有", "There should be")),
        thousands(one.marks()),
        visit.say(two("枚", "marks in it")),
    );
    Form::new(visit, title, two("核对", "Compare"))
        .text(text)
        .field(
            "lines",
            two("实际扫到的标志", "Marks that were found"),
            Kind::Marks,
        )
        .hint(two(
            "逐枚扫码，或每行一个编号、号段。",
            "Scan one after another, or one serial or range a line.",
        ))
        .field(
            "file",
            two("或：清单文件", "Or: a file of them"),
            Kind::File,
        )
}

/// `GET /console/containers/{container}/check`
pub async fn check_page(visit: Visit, State(app): State<App>, Path(number): Path<u32>) -> Response {
    match containers::get(&app.store, visit.scope(), ContainerNumber(number)).await {
        Ok(one) => check_form(&visit, &one).render(&visit, None),
        Err(error) => refuse(&visit, error),
    }
}

/// `POST /console/containers/{container}/check`
pub async fn check(
    visit: Visit,
    State(app): State<App>,
    Path(number): Path<u32>,
    typed: Typed,
) -> Response {
    let number = ContainerNumber(number);
    let one = match containers::get(&app.store, visit.scope(), number).await {
        Ok(one) => one,
        Err(error) => return refuse(&visit, error),
    };
    let form = check_form(&visit, &one);
    let (typed, _) = match labels::with_file(&visit, typed) {
        Ok(read) => read,
        Err((typed, errors)) => {
            return form
                .filled(&typed)
                .wrong(errors)
                .render(&visit, Some(&typed));
        }
    };
    let form = form.filled(&typed);
    if typed.is_resumed() {
        return form.render(&visit, Some(&typed));
    }
    let mut reader = Reader::new(&typed, visit.language);
    let lines = reader.value("lines", |text| Ok(text.to_owned()));
    let Some(lines) = lines else {
        return form.wrong(reader.finish()).render(&visit, Some(&typed));
    };
    let compared = containers::compare(&app.store, visit.scope(), &app.keys, number, &lines);
    match compared.await {
        Ok((one, comparison, lines)) => compared_file(&visit, &app, &one, &comparison, &lines),
        Err(error) => refuse(&visit, error),
    }
}

fn compared_file(
    visit: &Visit,
    app: &App,
    one: &Container,
    comparison: &Comparison,
    lines: &[LineReport],
) -> Response {
    let bad = lines.iter().filter_map(|line| match &line.outcome {
        LineOutcome::Bad(why) => {
            let why = visit
                .language
                .choose(&why.chinese(), &why.to_string())
                .to_owned();
            Some((
                None,
                vec![line.line.to_string(), labels::told::short(&line.text), why],
            ))
        }
        _ => None,
    });
    let bad: Rows = bad.take(MOST_LINES).collect();
    let agrees = comparison.agrees() && bad.is_empty();
    let state = visit.say(match agrees {
        true => two("箱物一致", "It agrees"),
        false => two("箱物不符", "It does not agree"),
    });
    let kind = kind_in(visit, one.filled.kind);
    let here = format!("/console/containers/{}", one.number);
    let heads = [
        two("序号", "Indices"),
        two("枚数", "Marks"),
        two("起始编号", "First serial"),
        two("终止编号", "Last serial"),
    ];
    let of_own = |found: &[IndexRange]| ranges(app, one.filled.batch, found);
    let others: Rows = comparison
        .other_batches
        .iter()
        .flat_map(|(batch, found)| ranges(app, *batch, found))
        .collect();
    let missing = thousands(marks_in(&comparison.missing));
    File::new(visit, format!("{kind} {}", one.number))
        .state(state)
        .step(
            true,
            two("再核对一次", "Once more"),
            format!("{here}/check"),
        )
        .step(true, two("回到卷（箱）", "Back to it"), here)
        .facts(
            None,
            vec![
                (two("相符", "Agree"), Some(thousands(comparison.agree))),
                (two("缺少", "Missing"), Some(missing)),
            ],
        )
        .table(two("缺少", "Missing"), &heads, of_own(&comparison.missing))
        .table(
            two("不属于此卷（箱）", "Not of this one"),
            &heads,
            of_own(&comparison.foreign),
        )
        .table(two("其他批的标志", "Of other batches"), &heads, others)
        .table(
            two("认不出的行", "Lines that name no mark of ours"),
            &[
                two("行", "Line"),
                two("内容", "What stands there"),
                two("原因", "Why not"),
            ],
            bad,
        )
        .render(visit)
}
