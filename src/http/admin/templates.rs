//! Label templates (标签模板).

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::caller::Caller;
use super::values::{At, By, FileContent, IdempotencyKey};
use crate::domain::order::OrderNumber;
use crate::domain::refusal::Refusal;
use crate::domain::said::said;
use crate::domain::text::Line;
use crate::http::App;
use crate::http::extract::{ApiBytes, ApiPath, ApiQuery};
use crate::http::problem::Problem;
use crate::render::dpi::Dpi;
use crate::render::template::SHIPPED;
use crate::service::pack::{self, Look, Picture};
use crate::service::{ServiceError, templates};
use crate::store::template::StoredTemplate;

/// A template.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Template)]
pub struct TemplateBody {
    /// How it is called.
    name: String,
    /// Whether it comes with the program.
    is_shipped: bool,
    /// SHA-256 of its SVG text in hexadecimal; of stored ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    sha256: Option<String>,
    /// When it was stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    added_at: Option<At>,
    /// By whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<Line>,
}

impl From<StoredTemplate> for TemplateBody {
    fn from(one: StoredTemplate) -> Self {
        Self {
            name: one.name,
            is_shipped: false,
            sha256: Some(one.sha256),
            added_at: Some(At(one.added_at)),
            by: Some(one.actor),
        }
    }
}

/// The templates there are.
#[derive(Debug, Serialize, ToSchema)]
pub struct Templates {
    /// Those that come with the program, and then the stored ones by name.
    templates: Vec<TemplateBody>,
}

/// Lists the label templates.
#[utoipa::path(
    get,
    path = "/api/v1/templates",
    operation_id = "list_templates",
    tag = "templates",
    responses((status = 200, description = "All of them", body = Templates))
)]
pub async fn list(_: Caller, State(app): State<App>) -> Result<Json<Templates>, Problem> {
    let shipped = SHIPPED.iter().map(|one| TemplateBody {
        name: one.name.to_owned(),
        is_shipped: true,
        sha256: None,
        added_at: None,
        by: None,
    });
    let stored = templates::list(&app.store).await?.into_iter();
    let templates = shipped.chain(stored.map(Into::into)).collect();
    Ok(Json(Templates { templates }))
}

/// Who does it.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Actor {
    /// Who stores it.
    #[param(value_type = By, required = false)]
    by: Option<By>,
}

/// Stores a template under a name, in the place of an earlier one: the body is the SVG file, at most 5 MB.
///
/// It is checked first: refused with everything that is wrong with it, element by element.
#[utoipa::path(
    put,
    path = "/api/v1/templates/{template}",
    operation_id = "put_template",
    tag = "templates",
    params(("template" = String, Path, description = "Its name: letters, digits, hyphens"), Actor, IdempotencyKey),
    request_body(content = FileContent, content_type = "application/octet-stream", description = "The SVG file"),
    responses(
        (status = 200, description = "It is stored", body = TemplateBody),
        (status = 413, description = "More than 10 MiB", body = Problem)
    )
)]
pub async fn put(
    caller: Caller,
    State(app): State<App>,
    ApiPath(name): ApiPath<String>,
    ApiQuery(actor): ApiQuery<Actor>,
    key: IdempotencyKey,
    ApiBytes(content): ApiBytes,
) -> Result<Json<TemplateBody>, Problem> {
    let call = caller.call(key, actor.by)?;
    let name = Line::new("template", &name).map_err(|_| ServiceError::from(no_name()))?;
    let kept = templates::add(&app.store, &call, &name, &content).await?;
    Ok(Json(kept.into()))
}

fn no_name() -> Refusal {
    Refusal::invalid(
        said!("that is no name for a template", "不能作为模板名称"),
        said!(
            "use letters, digits and hyphens",
            "请使用文字、数字和连字符"
        ),
    )
}

/// The SVG text of a template.
#[utoipa::path(
    get,
    path = "/api/v1/templates/{template}",
    operation_id = "get_template",
    tag = "templates",
    params(("template" = String, Path, description = "Its name")),
    responses((status = 200, description = "The file", body = FileContent, content_type = "image/svg+xml"))
)]
pub async fn get(
    _: Caller,
    State(app): State<App>,
    ApiPath(name): ApiPath<String>,
) -> Result<Response, Problem> {
    let text = templates::text(&app.store, &name).await?;
    Ok(file(text.into_bytes(), "image/svg+xml"))
}

/// Removes a stored template. Packs that were made or offered stay as they are.
#[utoipa::path(
    delete,
    path = "/api/v1/templates/{template}",
    operation_id = "remove_template",
    tag = "templates",
    params(("template" = String, Path, description = "Its name"), Actor, IdempotencyKey),
    responses(
        (status = 200, description = "It is removed", body = Templates),
        (status = 409, description = "It comes with the program", body = Problem),
        (status = 422, description = "Nobody is named", body = Problem)
    )
)]
pub async fn remove(
    caller: Caller,
    State(app): State<App>,
    ApiPath(name): ApiPath<String>,
    ApiQuery(actor): ApiQuery<Actor>,
    key: IdempotencyKey,
) -> Result<Json<Templates>, Problem> {
    let call = caller.call(key, actor.by)?;
    templates::remove(&app.store, &call, &name).await?;
    list(caller, State(app)).await
}

/// What a preview is drawn as.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Drawing {
    /// SVG.
    #[default]
    Svg,
    /// PNG of one bit a dot.
    Png,
    /// PDF.
    Pdf,
}

/// Which label is drawn.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Preview {
    /// With the texts of this order; with made-up ones if left out.
    #[param(value_type = OrderNumber, required = false)]
    order: Option<OrderNumber>,
    /// The press's dots an inch: 203, 300 or 600; 300 if left out.
    #[param(required = false)]
    dpi: Option<u32>,
    /// svg, png or pdf; svg if left out.
    #[serde(default, rename = "as")]
    #[param(value_type = Drawing, required = false)]
    drawing: Drawing,
}

/// Draws one label by a template. Its code is void.
#[utoipa::path(
    get,
    path = "/api/v1/templates/{template}/label",
    operation_id = "preview_template",
    tag = "templates",
    params(("template" = String, Path, description = "Its name"), Preview),
    responses(
        (status = 200, description = "The picture", content(
            (FileContent = "image/svg+xml"), (FileContent = "image/png"), (FileContent = "application/pdf")
        )),
        (status = 409, description = "It cannot be printed so", body = Problem),
        (status = 422, description = "There is no such resolution", body = Problem)
    )
)]
pub async fn preview(
    caller: Caller,
    State(app): State<App>,
    ApiPath(name): ApiPath<String>,
    ApiQuery(asked): ApiQuery<Preview>,
) -> Result<Response, Problem> {
    let look = Look {
        template: Some(templates::get(&app.store, &name).await?),
        fonts: Vec::new(),
    };
    let dpi = match asked.dpi.map(Dpi::try_from) {
        None => Dpi::D300,
        Some(Ok(dpi)) => dpi,
        Some(Err(error)) => {
            let what = said!("{error}", "分辨率应为 203、300 或 600");
            let advice = said!("choose one of them", "请选择其中之一");
            return Err(ServiceError::from(Refusal::invalid(what, advice)).into());
        }
    };
    let (picture, kind) = match asked.drawing {
        Drawing::Svg => (Picture::Svg, "image/svg+xml"),
        Drawing::Png => (Picture::Png, "image/png"),
        Drawing::Pdf => (Picture::Pdf, "application/pdf"),
    };
    let drawn = match asked.order {
        Some(order) => {
            let of = (caller.scope(), order);
            pack::sample_of(&app.store, &app.public_url, of, &look, dpi, picture).await?
        }
        None => pack::sample(&look, dpi, picture).await?,
    };
    Ok(file(drawn, kind))
}

fn file(bytes: Vec<u8>, kind: &'static str) -> Response {
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    let saved = HeaderValue::from_static("attachment");
    headers.insert(header::CONTENT_DISPOSITION, saved);
    response
}
