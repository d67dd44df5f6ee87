//! Files of the ledger (档案).

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::caller::Caller;
use super::values::{At, By, Count, FileContent, IdempotencyKey, Limit, Said, Text};
use crate::domain::document::{AddedDocument, DocumentNumber, MediaType, Purpose};
use crate::domain::licensee::LicenseeNumber;
use crate::domain::lot::LotNumber;
use crate::domain::text::Line;
use crate::http::App;
use crate::http::download::Download;
use crate::http::extract::{ApiBytes, ApiPath, ApiQuery};
use crate::http::problem::Problem;
use crate::service::documents::{self, NewDocument};

/// A document.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Document)]
pub struct DocumentBody {
    /// Its number.
    number: DocumentNumber,
    /// Whose file it is in.
    licensee: LicenseeNumber,
    /// The lot it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    lot: Option<LotNumber>,
    /// What it is for.
    purpose: Purpose,
    /// Its title.
    title: Line,
    /// Its version, from 1, among those of the same licensee, purpose and title.
    version: Count,
    /// What kind of file it is.
    media_type: MediaType,
    /// Bytes.
    size: u64,
    /// SHA-256 of its content in hexadecimal.
    #[schema(pattern = "^[0-9a-f]{64}$", value_type = String)]
    sha256: Line,
    /// When it was added.
    at: At,
    /// Who added it.
    by: Line,
}

impl From<AddedDocument> for DocumentBody {
    fn from(added: AddedDocument) -> Self {
        let document = added.document;
        Self {
            number: document.number,
            licensee: document.licensee,
            lot: document.lot,
            purpose: document.purpose,
            title: document.title,
            version: Count(document.version),
            media_type: document.media_type,
            size: document.size,
            sha256: document.sha256,
            at: At(added.at),
            by: added.by,
        }
    }
}

/// Which documents are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// Only those before this number.
    #[param(value_type = DocumentNumber, required = false)]
    before: Option<DocumentNumber>,
    /// How many at most.
    #[serde(default)]
    #[param(required = false)]
    limit: Limit,
}

/// Documents, the newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct Documents {
    /// Those that were found.
    documents: Vec<DocumentBody>,
    /// If there are more: what to name as `before` to get them.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<DocumentNumber>,
}

/// Lists the documents in a licensee's file, the newest first.
#[utoipa::path(
    get,
    path = "/api/v1/licensees/{licensee}/documents",
    operation_id = "list_documents",
    tag = "documents",
    params(("licensee" = LicenseeNumber, Path, description = "Whose"), Wanted),
    responses((status = 200, description = "A page of them", body = Documents))
)]
pub async fn list(
    caller: Caller,
    State(app): State<App>,
    ApiPath(licensee): ApiPath<LicenseeNumber>,
    ApiQuery(wanted): ApiQuery<Wanted>,
) -> Result<Json<Documents>, Problem> {
    let (before, limit) = (wanted.before, wanted.limit);
    let mut found = documents::list(
        &app.store,
        caller.scope(),
        licensee,
        before,
        limit.and_one(),
    )
    .await?;
    let next = limit.cut(&mut found, |added| added.document.number);
    let documents = found.into_iter().map(Into::into).collect();
    Ok(Json(Documents { documents, next }))
}

/// What is said of a file that is sent.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct About {
    /// Who adds it.
    #[param(value_type = By, required = false)]
    by: Option<By>,
    /// What it is for.
    purpose: Purpose,
    /// Its title; with the same purpose and title it is the next version.
    title: Text,
    /// The lot it is about.
    #[param(value_type = LotNumber, required = false)]
    lot: Option<LotNumber>,
}

/// Adds a file of at most 10 MiB: the body is the file itself.
///
/// PDF, PNG, JPEG, TIFF and SVG are taken; they are known by their first bytes, whatever the content type says.
#[utoipa::path(
    post,
    path = "/api/v1/licensees/{licensee}/documents",
    operation_id = "add_document",
    tag = "documents",
    params(("licensee" = LicenseeNumber, Path, description = "Whose"), About, IdempotencyKey),
    request_body(content = FileContent, content_type = "application/octet-stream", description = "The file"),
    responses(
        (status = 200, description = "It is added", body = DocumentBody),
        (status = 413, description = "More than 10 MiB", body = Problem)
    )
)]
pub async fn add(
    caller: Caller,
    State(app): State<App>,
    ApiPath(licensee): ApiPath<LicenseeNumber>,
    ApiQuery(about): ApiQuery<About>,
    key: IdempotencyKey,
    ApiBytes(content): ApiBytes,
) -> Result<Json<DocumentBody>, Problem> {
    let call = caller.call(key, about.by)?;
    let new = NewDocument {
        licensee,
        lot: about.lot,
        purpose: about.purpose,
        title: about.title.said("title")?,
        content: &content,
    };
    Ok(Json(documents::add(&app.store, &call, &new).await?.into()))
}

/// What is known of a document.
#[utoipa::path(
    get,
    path = "/api/v1/documents/{document}",
    operation_id = "get_document",
    tag = "documents",
    params(("document" = DocumentNumber, Path, description = "Its number")),
    responses((status = 200, description = "All but its content", body = DocumentBody))
)]
pub async fn get(
    caller: Caller,
    State(app): State<App>,
    ApiPath(number): ApiPath<DocumentNumber>,
) -> Result<Json<DocumentBody>, Problem> {
    Ok(Json(
        documents::get(&app.store, caller.scope(), number)
            .await?
            .into(),
    ))
}

/// The content of a document: to be saved, never to be shown inside a page.
#[utoipa::path(
    get,
    path = "/api/v1/documents/{document}/content",
    operation_id = "get_document_content",
    tag = "documents",
    params(("document" = DocumentNumber, Path, description = "Its number")),
    responses(
        (status = 200, description = "The file; its hash is the ETag", content(
            (FileContent = "application/pdf"),
            (FileContent = "image/png"),
            (FileContent = "image/jpeg"),
            (FileContent = "image/tiff"),
            (FileContent = "image/svg+xml"),
        )),
        (status = 304, description = "It is the one of If-None-Match")
    )
)]
pub async fn content(
    caller: Caller,
    State(app): State<App>,
    headers: HeaderMap,
    ApiPath(number): ApiPath<DocumentNumber>,
) -> Result<Response, Problem> {
    let (added, content) = documents::content(&app.store, caller.scope(), number).await?;
    Ok(Download::of_document(&added.document).answer(&headers, content))
}
