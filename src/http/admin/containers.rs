//! Rolls and boxes (卷、箱).

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::caller::Caller;
use super::marks::Lines;
use super::values::{At, By, IdempotencyKey, Limit, Range, Said, Text};
use crate::domain::container::{Container, ContainerKind, ContainerNumber};
use crate::domain::mark::{BatchNumber, IndexRange};
use crate::domain::text::Line;
use crate::http::App;
use crate::http::extract::{ApiJson, ApiPath, ApiQuery};
use crate::http::problem::{Problem, ProblemLine, bad_lines};
use crate::service::containers::{self, Fill};

/// A roll or a box.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Container)]
pub struct ContainerBody {
    /// Its number.
    number: ContainerNumber,
    /// Roll or box.
    kind: ContainerKind,
    /// The batch its marks are of.
    batch: BatchNumber,
    /// How many marks it holds.
    marks: u64,
    /// Which.
    ranges: Vec<Range>,
    /// What stands on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<Line>,
    /// When it was filled.
    at: At,
    /// Who filled it.
    by: Line,
}

impl From<Container> for ContainerBody {
    fn from(container: Container) -> Self {
        Self {
            number: container.number,
            kind: container.filled.kind,
            batch: container.filled.batch,
            marks: container.marks(),
            ranges: container
                .filled
                .ranges
                .into_iter()
                .map(Into::into)
                .collect(),
            label: container.filled.label,
            at: At(container.at),
            by: container.by,
        }
    }
}

/// Which rolls and boxes are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// Only those of this batch.
    #[param(value_type = BatchNumber, required = false)]
    batch: Option<BatchNumber>,
    /// Only those before this number.
    #[param(value_type = ContainerNumber, required = false)]
    before: Option<ContainerNumber>,
    /// How many at most.
    #[serde(default)]
    #[param(required = false)]
    limit: Limit,
}

/// Rolls and boxes, the newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct Containers {
    /// Those that were found.
    containers: Vec<ContainerBody>,
    /// If there are more: what to name as `before` to get them.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<ContainerNumber>,
}

/// Lists rolls and boxes, the newest first.
#[utoipa::path(
    get,
    path = "/api/v1/containers",
    operation_id = "list_containers",
    tag = "containers",
    params(Wanted),
    responses((status = 200, description = "A page of them", body = Containers))
)]
pub async fn list(
    caller: Caller,
    State(app): State<App>,
    ApiQuery(wanted): ApiQuery<Wanted>,
) -> Result<Json<Containers>, Problem> {
    let (batch, before, limit) = (wanted.batch, wanted.before, wanted.limit);
    let mut found =
        containers::list(&app.store, caller.scope(), batch, before, limit.and_one()).await?;
    let next = limit.cut(&mut found, |container| container.number);
    let containers = found.into_iter().map(Into::into).collect();
    Ok(Json(Containers { containers, next }))
}

/// What a roll or box is filled with.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Filling {
    /// Who fills it.
    by: Option<By>,
    /// Roll or box.
    kind: ContainerKind,
    /// The batch in which indices count.
    batch: Option<BatchNumber>,
    /// The lines that choose its marks, all of one batch.
    lines: Lines,
    /// What stands on it.
    label: Option<Text>,
}

/// Fills a roll or a box.
#[utoipa::path(
    post,
    path = "/api/v1/containers",
    operation_id = "fill_container",
    tag = "containers",
    params(IdempotencyKey),
    request_body = Filling,
    responses((status = 200, description = "It is filled", body = ContainerBody))
)]
pub async fn fill(
    caller: Caller,
    State(app): State<App>,
    key: IdempotencyKey,
    ApiJson(body): ApiJson<Filling>,
) -> Result<Json<ContainerBody>, Problem> {
    let call = caller.call(key, body.by)?;
    let lines = body.lines.text()?;
    let fill = Fill {
        kind: body.kind,
        batch: body.batch,
        lines: &lines,
        label: body.label.said("label")?,
    };
    let filled = containers::fill(&app.store, &app.keys, &call, &fill).await?;
    Ok(Json(filled.into()))
}

/// One roll or box.
#[utoipa::path(
    get,
    path = "/api/v1/containers/{container}",
    operation_id = "get_container",
    tag = "containers",
    params(("container" = ContainerNumber, Path, description = "Its number")),
    responses((status = 200, description = "It", body = ContainerBody))
)]
pub async fn get(
    caller: Caller,
    State(app): State<App>,
    ApiPath(number): ApiPath<ContainerNumber>,
) -> Result<Json<ContainerBody>, Problem> {
    Ok(Json(
        containers::get(&app.store, caller.scope(), number)
            .await?
            .into(),
    ))
}

/// What was found in a roll or box.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FoundMarks {
    /// The lines that name the marks; indices count in the batch of the container.
    lines: Lines,
}

/// A roll or box held against what was found in it (箱物一致).
#[derive(Debug, Serialize, ToSchema)]
pub struct ComparisonBody {
    /// The roll or box.
    container: ContainerBody,
    /// Whether exactly its marks were found.
    agrees: bool,
    /// Marks that are in it, as they should be.
    agree: u64,
    /// Marks that should be in it and were not found.
    missing: Vec<Range>,
    /// Marks of the same batch that were found and belong elsewhere.
    foreign: Vec<Range>,
    /// Marks of other batches that were found.
    other_batches: Vec<OtherBatch>,
    /// Lines that name no mark of ours, at most the first 1,000.
    lines: Vec<ProblemLine>,
}

/// Marks of another batch.
#[derive(Debug, Serialize, ToSchema)]
pub struct OtherBatch {
    /// The batch.
    batch: BatchNumber,
    /// The marks of it, ascending and apart from one another.
    ranges: Vec<Range>,
}

/// Holds a roll or box against the marks that were found in it. Nothing is written down.
#[utoipa::path(
    post,
    path = "/api/v1/containers/{container}/compare",
    operation_id = "compare_container",
    tag = "containers",
    params(("container" = ContainerNumber, Path, description = "Its number")),
    request_body = FoundMarks,
    responses((status = 200, description = "What agrees and what does not", body = ComparisonBody))
)]
pub async fn compare(
    caller: Caller,
    State(app): State<App>,
    ApiPath(number): ApiPath<ContainerNumber>,
    ApiJson(body): ApiJson<FoundMarks>,
) -> Result<Json<ComparisonBody>, Problem> {
    let lines = body.lines.text()?;
    let (container, comparison, lines) =
        containers::compare(&app.store, caller.scope(), &app.keys, number, &lines).await?;
    let lines = bad_lines(&lines);
    let is_same = comparison.agrees();
    let ranges = |ranges: Vec<IndexRange>| ranges.into_iter().map(Into::into).collect();
    let others = comparison.other_batches.into_iter();
    Ok(Json(ComparisonBody {
        container: container.into(),
        agrees: is_same && lines.is_empty(),
        agree: comparison.agree,
        other_batches: others
            .map(|(batch, marks)| OtherBatch {
                batch,
                ranges: ranges(marks),
            })
            .collect(),
        missing: ranges(comparison.missing),
        foreign: ranges(comparison.foreign),
        lines,
    }))
}
