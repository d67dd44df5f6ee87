//! Batches: the codes of an order.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::openapi::Required;
use utoipa::openapi::path::{Parameter, ParameterIn};
use utoipa::{IntoParams, ToSchema};

use super::caller::Caller;
use super::values::{At, By, IdempotencyKey, Limit, Range, StateWord};
use crate::domain::form::Form;
use crate::domain::key_id::KeyId;
use crate::domain::licensee::LicenseeNumber;
use crate::domain::mark::{BatchNumber, MarkCount};
use crate::domain::order::{Batch, OrderNumber};
use crate::domain::season::Season;
use crate::domain::text::Line;
use crate::http::App;
use crate::http::extract::{ApiJson, ApiPath, ApiQuery};
use crate::http::problem::Problem;
use crate::service::desk::Call;
use crate::service::issue::{self, Issue};
use crate::service::system;
use crate::store::batch;

/// A batch.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Batch)]
pub struct BatchBody {
    /// Its number in codes.
    number: BatchNumber,
    /// The order it fulfils.
    order: OrderNumber,
    /// The key that signs its codes.
    key: KeyId,
    /// For whom.
    licensee: LicenseeNumber,
    /// For which season.
    season: Season,
    /// For which form.
    form: Form,
    /// How many marks.
    count: MarkCount,
    /// Whether its labels carry hidden codes.
    has_hidden_codes: bool,
    /// When it was issued.
    issued_at: At,
    /// Who issued it.
    by: Line,
}

impl From<Batch> for BatchBody {
    fn from(batch: Batch) -> Self {
        Self {
            number: batch.number,
            order: batch.order,
            key: batch.key,
            licensee: batch.licensee,
            season: batch.season,
            form: batch.form,
            count: batch.count,
            has_hidden_codes: batch.has_hidden_codes,
            issued_at: At(batch.issued_at),
            by: batch.actor,
        }
    }
}

/// Which batches are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// Only those with a smaller number: `next` of the page before.
    #[param(value_type = BatchNumber, required = false)]
    before: Option<BatchNumber>,
    /// How many at most.
    #[serde(default)]
    #[param(required = false)]
    limit: Limit,
}

/// Batches, the newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct Batches {
    /// Those that were found.
    batches: Vec<BatchBody>,
    /// Given as `before`, shows the next page; missing on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<BatchNumber>,
}

/// Lists batches, the newest first.
#[utoipa::path(
    get,
    path = "/api/v1/batches",
    operation_id = "list_batches",
    tag = "batches",
    params(Wanted),
    responses((status = 200, description = "A page of them", body = Batches))
)]
pub async fn list(
    caller: Caller,
    State(app): State<App>,
    ApiQuery(wanted): ApiQuery<Wanted>,
) -> Result<Json<Batches>, Problem> {
    let (before, limit) = (wanted.before, wanted.limit);
    let all = batch::Filter::default();
    let mut found = issue::list(&app.store, caller.scope(), &all, before, limit.and_one()).await?;
    let next = limit.cut(&mut found, |batch| batch.number);
    let batches = found.into_iter().map(Into::into).collect();
    Ok(Json(Batches { batches, next }))
}

/// What is to be issued.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IssueRequest {
    /// Who issues.
    by: Option<By>,
    /// The order to fulfil.
    order: OrderNumber,
    /// Whether the labels carry hidden codes under scratch film.
    #[serde(default)]
    has_hidden_codes: bool,
}

/// The idempotency key, without which nothing is issued.
struct NeededKey;

impl IntoParams for NeededKey {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        vec![IdempotencyKey::parameter(Required::True)]
    }
}

/// Issues the batch of an order, with the newest active key. An order is issued once.
#[utoipa::path(
    post,
    path = "/api/v1/batches",
    operation_id = "issue_batch",
    tag = "batches",
    params(NeededKey),
    request_body = IssueRequest,
    responses((status = 200, description = "It is issued", body = BatchBody))
)]
pub async fn issue(
    caller: Caller,
    State(app): State<App>,
    key: IdempotencyKey,
    ApiJson(body): ApiJson<IssueRequest>,
) -> Result<Json<BatchBody>, Problem> {
    let idempotency_key = key.clone().needed()?;
    let call = Call {
        request: None, // the batch keeps it
        ..caller.call(key, body.by)?
    };
    let new = Issue {
        order: body.order,
        has_hidden_codes: body.has_hidden_codes,
        idempotency_key,
        actor: call.by.clone(),
    };
    let issued = issue::issue_by(&app.store, &app.keys, &new, &call).await?;
    Ok(Json(issued.batch.into()))
}

/// What became of a batch.
#[derive(Debug, Serialize, ToSchema)]
pub struct BatchReport {
    /// The batch.
    batch: BatchBody,
    /// The product as it stands on the pack.
    product: Line,
    /// How many marks are in each state.
    states: Vec<MarksInState>,
    /// The states range by range, neighbours of one state joined.
    ranges: Vec<RangeInState>,
    /// How often its marks were asked about.
    queries: u64,
}

/// Marks in one state.
#[derive(Debug, Serialize, ToSchema)]
pub struct MarksInState {
    /// The state.
    state: StateWord,
    /// How many.
    marks: u64,
}

/// A range in one state.
#[derive(Debug, Serialize, ToSchema)]
pub struct RangeInState {
    /// Which marks.
    range: Range,
    /// Their state.
    state: StateWord,
}

/// One batch, and the states of its marks.
#[utoipa::path(
    get,
    path = "/api/v1/batches/{batch}",
    operation_id = "get_batch",
    tag = "batches",
    params(("batch" = BatchNumber, Path, description = "Its number")),
    responses((status = 200, description = "It, with the states of its marks", body = BatchReport))
)]
pub async fn get(
    caller: Caller,
    State(app): State<App>,
    ApiPath(number): ApiPath<BatchNumber>,
) -> Result<Json<BatchReport>, Problem> {
    let report = issue::report(&app.store, caller.scope(), number, system::now()).await?;
    let state = |(state, marks): (&'static str, u64)| MarksInState {
        state: StateWord(state),
        marks,
    };
    let range = |(range, state): (_, &'static str)| RangeInState {
        range: Range::from(range),
        state: StateWord(state),
    };
    Ok(Json(BatchReport {
        batch: report.batch.into(),
        product: report.order.placed.product,
        states: report.marks_by_state.into_iter().map(state).collect(),
        ranges: report.ranges.into_iter().map(range).collect(),
        queries: report.queries,
    }))
}
