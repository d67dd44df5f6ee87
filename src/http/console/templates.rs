//! Label templates: looked at, added, removed.

use axum::extract::Path;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

use super::file::File;
use super::form::{Form, Kind};
use super::guard::Visit;
use super::list::{Kind as ColumnKind, List, Row};
use super::page::minute;
use super::read::{Errors, Reader};
use super::submit::{answer, or_refuse, refuse};
use super::typed::Typed;
use super::words::{Two, two};
use crate::domain::order::OrderNumber;
use crate::domain::refusal::RefusalKind;
use crate::render::dpi::Dpi;
use crate::render::notice;
use crate::render::template::{SHIPPED, Template};
use crate::service::pack::{self, Look, Picture};
use crate::service::trail::{self, Note};
use crate::service::{ServiceError, system, templates};
use crate::store::trail::Outcome;

const OURS: Two = two("系统自带", "comes with the program");
const STORED: Two = two("本单位上传", "stored here");

fn address(name: &str) -> String {
    format!("/console/templates/{name}")
}

/// `GET /console/templates`
pub async fn list(visit: Visit) -> Response {
    let asked = Typed::of_query(&visit.uri);
    let stored = or_refuse!(visit, templates::list(&visit.app.store).await);
    let ours = SHIPPED.iter().map(|one| {
        let about = visit.one_of(one.about.1, one.about.0).to_owned();
        (one.name.to_owned(), visit.say(OURS), about)
    });
    let stored = stored.into_iter().map(|one| {
        let about = format!("{} · {}", minute(one.added_at), one.actor);
        (one.name, visit.say(STORED), about)
    });
    List::new(&visit, &asked, two("标签模板", "Label templates"))
        .action(
            true,
            two("上传模板", "Add a template"),
            "/console/templates/new",
        )
        .columns([
            (two("名称", "Name"), ColumnKind::Code),
            (two("来源", "From"), ColumnKind::Text),
            (two("说明", "About"), ColumnKind::Text),
        ])
        .rows(
            ours.chain(stored).collect(),
            |(name, ..)| name.clone(),
            |(name, from, about)| Row {
                address: Some(address(name)),
                cells: vec![name.clone(), (*from).to_owned(), about.clone()],
            },
        )
        .render()
}

/// `GET /console/templates/{template}`
pub async fn file(visit: Visit, Path(name): Path<String>) -> Response {
    let text = or_refuse!(visit, templates::text(&visit.app.store, &name).await);
    let look = or_refuse!(visit, templates::read(text.as_bytes()).map(look));
    let is_ours = templates::shipped(&name).is_some();
    let checked = templates::check(&look).await;
    let good = visit.say(two("可印制", "good"));
    let rows = checked.into_iter().map(|(dpi, found)| {
        let said = match found {
            Ok(()) => good.to_owned(),
            Err(ServiceError::Refused(refusal)) => visit.in_words(refusal.what),
            Err(error) => error.to_string(),
        };
        (None, vec![format!("{dpi} dpi"), said])
    });
    File::new(&visit, name.clone())
        .state(visit.say(if is_ours { OURS } else { STORED }))
        .download(
            true,
            two("下载 SVG 源文件", "Take its SVG"),
            format!("{}/source.svg", address(&name)),
        )
        .step(
            !is_ours,
            two("删除", "Remove it"),
            format!("{}/remove", address(&name)),
        )
        .picture(
            format!("{}/label.svg", address(&name)),
            two(
                "一枚示例标签，其码无效",
                "A label with made-up texts and a void code",
            ),
        )
        .table(
            two("印刷分辨率", "Dots of the press"),
            &[two("分辨率", "Resolution"), two("检查结果", "Found")],
            rows.collect(),
        )
        .render(&visit)
}

fn look(template: Template) -> Look {
    Look {
        template: Some(template),
        fonts: Vec::new(),
    }
}

/// A drawing: shown, or to be saved. Pages of the console run nothing that is not ours, and neither does it.
fn svg(bytes: Vec<u8>, is_saved: bool) -> Response {
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    let kind = HeaderValue::from_static("image/svg+xml");
    headers.insert(header::CONTENT_TYPE, kind);
    if is_saved {
        let name = HeaderValue::from_static("attachment; filename=\"template.svg\"");
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    response
}

/// A label; or in its place what is in the way of it.
fn shown(visit: &Visit, drawn: Result<Vec<u8>, ServiceError>) -> Response {
    match drawn {
        Ok(label) => svg(label, false),
        Err(ServiceError::Refused(refusal)) if refusal.kind == RefusalKind::Conflict => {
            svg(notice::picture(&visit.in_words(refusal.what)), false)
        }
        Err(error) => refuse(visit, error),
    }
}

/// `GET /console/templates/{template}/label.svg`
pub async fn label(visit: Visit, Path(name): Path<String>) -> Response {
    let template = or_refuse!(visit, templates::get(&visit.app.store, &name).await);
    let drawn = pack::sample(&look(template), Dpi::D300, Picture::Svg).await;
    shown(&visit, drawn)
}

/// `GET /console/orders/{order}/label.svg?template=NAME&dpi=300`
pub async fn label_of_order(visit: Visit, Path(order): Path<u32>) -> Response {
    let asked = Typed::of_query(&visit.uri);
    let found = async {
        let look = match asked.get("template") {
            "" => Look::default(),
            name => look(templates::get(&visit.app.store, name).await?),
        };
        let dpi = asked.get("dpi").parse().unwrap_or(Dpi::D300);
        let (store, url) = (&visit.app.store, &visit.app.public_url);
        let order = (visit.scope(), OrderNumber(order));
        pack::sample_of(store, url, order, &look, dpi, Picture::Svg).await
    };
    shown(&visit, found.await)
}

/// `GET /console/templates/{template}/source.svg`
pub async fn source(visit: Visit, Path(name): Path<String>) -> Response {
    let found = async {
        let store = &visit.app.store;
        let text = templates::text(store, &name).await?;
        let note = Note::new("template-take").about(format!("template {name}"));
        trail::write_alone(store, &visit.origin, system::now(), Outcome::Done, note).await?;
        Ok(text)
    };
    svg(or_refuse!(visit, found.await).into_bytes(), true)
}

fn add_form(visit: &Visit) -> Form {
    Form::new(
        visit,
        two("上传标签模板", "Add a label template"),
        two("检查并保存", "Check and store it"),
    )
    .field("name", two("名称", "Name"), Kind::Line)
    .hint(two(
        "文字、数字、连字符；同名的被替换",
        "Letters, digits, hyphens; an earlier one of the name is replaced",
    ))
    .field("file", two("SVG 文件", "SVG file"), Kind::File)
    .hint(two(
        "以毫米为单位；id 为 qr、serial 的矩形是二维码和编号的位置，文字中的 {product}、{licensee}、{uscc}、{season}、{domain} 会被填入。可下载自带模板作样本",
        "In millimetres; rectangles with the ids qr and serial are the places of symbol and serial, {product}, {licensee}, {uscc}, {season}, {domain} within texts are filled in. Take one of ours to begin with",
    ))
}

/// `GET /console/templates/new`
pub async fn add_page(visit: Visit) -> Response {
    add_form(&visit).render(&visit, None)
}

/// `POST /console/templates/new`
pub async fn add(visit: Visit, typed: Typed) -> Response {
    let form = add_form(&visit).filled(&typed);
    if typed.is_resumed() {
        return form.render(&visit, Some(&typed));
    }
    let mut reader = Reader::new(&typed, visit.language);
    let (name, file) = (reader.line("name"), reader.file("file"));
    let errors = reader.finish();
    let (Some(name), Some(file), true) = (name, file, errors.is_empty()) else {
        return form.wrong(errors).render(&visit, Some(&typed));
    };
    if let Err(error) = templates::check_name(name.as_str()) {
        return match Errors::of_service(error, visit.language) {
            Ok(errors) => form.wrong(errors.at("name")).render(&visit, Some(&typed)),
            Err(error) => refuse(&visit, error),
        };
    }
    let call = visit.call(typed.get("request"));
    let done = templates::add(&visit.app.store, &call, &name, &file.content).await;
    match done {
        Ok(kept) => answer(&visit, &typed, form, Ok(address(&kept.name))),
        Err(error) => match Errors::of_service(error, visit.language) {
            Ok(errors) => form.wrong(errors.at("file")).render(&visit, Some(&typed)),
            Err(error) => refuse(&visit, error),
        },
    }
}

fn remove_form(visit: &Visit, name: &str) -> Form {
    Form::new(
        visit,
        two("删除标签模板", "Remove a label template"),
        two("删除", "Remove it"),
    )
    .grave()
    .text(name.to_owned())
    .text(visit.say(two(
        "已经制作和开放的数据包不受影响。",
        "Packs that were made or offered stay as they are.",
    )))
}

/// `GET /console/templates/{template}/remove`
pub async fn remove_page(visit: Visit, Path(name): Path<String>) -> Response {
    or_refuse!(visit, templates::text(&visit.app.store, &name).await);
    remove_form(&visit, &name).render(&visit, None)
}

/// `POST /console/templates/{template}/remove`
pub async fn remove(visit: Visit, Path(name): Path<String>, typed: Typed) -> Response {
    or_refuse!(visit, templates::text(&visit.app.store, &name).await);
    let form = remove_form(&visit, &name).filled(&typed);
    if typed.is_resumed() {
        return form.render(&visit, Some(&typed));
    }
    let call = visit.call(typed.get("request"));
    let done = templates::remove(&visit.app.store, &call, &name).await;
    let to = done.map(|()| "/console/templates".to_owned());
    answer(&visit, &typed, form, to)
}
