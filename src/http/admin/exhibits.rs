//! Exhibits (证据材料) of cases.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::caller::Caller;
use super::cases::CaseFile;
use super::values::{At, By, FileContent, IdempotencyKey, Said, Text, Words};
use crate::domain::case::exhibit::exhibits as of_steps;
use crate::domain::case::{CaseNumber, Exhibit, Happened, NewExhibit};
use crate::domain::document::MediaType;
use crate::domain::text::Line;
use crate::http::App;
use crate::http::download::Download;
use crate::http::extract::{ApiBytes, ApiPath, ApiQuery};
use crate::http::problem::Problem;
use crate::service::ServiceError;
use crate::service::cases::{self, Act, exhibits};

/// An exhibit of a case.
#[derive(Debug, Serialize, ToSchema)]
pub struct CaseExhibit {
    /// Its number in the case, from 1.
    exhibit: u32,
    /// The name of the file.
    name: Line,
    /// What kind of file it is.
    media_type: MediaType,
    /// Bytes.
    size: u64,
    /// SHA-256 of its content in hexadecimal.
    #[schema(pattern = "^[0-9a-f]{64}$", value_type = String)]
    sha256: Line,
    /// When it was put in.
    at: At,
    /// By whom.
    by: Line,
}

/// The exhibits of a case.
pub(super) fn of_case(steps: &[Happened]) -> Vec<CaseExhibit> {
    let body = |(exhibit, step, one): (u32, &Happened, &Exhibit)| {
        let one = one.clone();
        CaseExhibit {
            exhibit,
            name: one.name,
            media_type: one.media_type,
            size: one.size,
            sha256: one.sha256,
            at: At(step.at),
            by: step.by.clone(),
        }
    };
    of_steps(steps).map(body).collect()
}

/// What is said of a file that is sent.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct About {
    /// Who puts it in.
    #[param(value_type = By, required = false)]
    by: Option<By>,
    /// The name of the file; its ending is not that of another kind.
    name: Text,
    /// What it shows.
    #[param(value_type = Words, required = false)]
    told: Option<Words>,
}

/// Puts an exhibit of at most 10 MiB into a case: the body is the file itself.
///
/// PDF, PNG, JPEG and TIFF are taken; they are known by their first bytes, whatever the content type says.
#[utoipa::path(
    post,
    path = "/api/v1/cases/{case}/exhibits",
    operation_id = "add_exhibit_to_case",
    tag = "cases",
    params(("case" = CaseNumber, Path, description = "Its number"), About, IdempotencyKey),
    request_body(content = FileContent, content_type = "application/octet-stream", description = "The file"),
    responses(
        (status = 200, description = "It belongs to it", body = CaseFile),
        (status = 413, description = "More than 10 MiB", body = Problem)
    )
)]
pub async fn add(
    caller: Caller,
    State(app): State<App>,
    ApiPath(number): ApiPath<CaseNumber>,
    ApiQuery(about): ApiQuery<About>,
    key: IdempotencyKey,
    ApiBytes(content): ApiBytes,
) -> Result<Json<CaseFile>, Problem> {
    let call = caller.call(key, about.by)?;
    let told = about.told.map(|told| told.said("told")).transpose()?;
    let new = NewExhibit::new(about.name.said("name")?, content.into());
    let new = new.map_err(ServiceError::from)?;
    let act = Act::AddExhibits(vec![new], told);
    Ok(Json(
        cases::act(&app.store, &call, number, act).await?.into(),
    ))
}

/// The content of an exhibit: to be saved, never to be shown inside a page. The audit trail says who took it.
#[utoipa::path(
    get,
    path = "/api/v1/cases/{case}/exhibits/{exhibit}",
    operation_id = "get_exhibit_of_case",
    tag = "cases",
    params(
        ("case" = CaseNumber, Path, description = "The case"),
        ("exhibit" = u32, Path, description = "Its number in the case, from 1")
    ),
    responses(
        (status = 200, description = "The file; its hash is the ETag", content(
            (FileContent = "application/pdf"),
            (FileContent = "image/png"),
            (FileContent = "image/jpeg"),
            (FileContent = "image/tiff"),
        )),
        (status = 304, description = "It is the one of If-None-Match")
    )
)]
pub async fn content(
    caller: Caller,
    State(app): State<App>,
    headers: HeaderMap,
    ApiPath((number, place)): ApiPath<(CaseNumber, u32)>,
) -> Result<Response, Problem> {
    let call = caller.reading();
    let (exhibit, content) = exhibits::take(&app.store, &call, number, place).await?;
    Ok(Download::of_exhibit(place, &exhibit).answer(&headers, content))
}
