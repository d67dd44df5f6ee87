//! Transfers of quantity between licensees (额度划转).

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::caller::Caller;
use super::licensees::Person;
use super::values::{At, By, IdempotencyKey, Limit, Quantity, Said, Text};
use crate::domain::entitlement::Account;
use crate::domain::form::Form;
use crate::domain::licensee::LicenseeNumber;
use crate::domain::season::Season;
use crate::domain::text::Line;
use crate::domain::transfer::{Transfer, TransferNumber, TransferState};
use crate::http::App;
use crate::http::extract::{ApiJson, ApiPath, ApiQuery};
use crate::http::problem::Problem;
use crate::service::transfers;

/// A transfer.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Transfer)]
pub struct TransferBody {
    /// Its number.
    number: TransferNumber,
    /// Who gives.
    from: LicenseeNumber,
    /// Who receives.
    to: LicenseeNumber,
    /// Of which season.
    season: Season,
    /// For which form.
    form: Form,
    /// How many marks.
    marks: u64,
    /// The number of the contract or decision.
    #[serde(skip_serializing_if = "Option::is_none")]
    document: Option<Line>,
    /// How far it has come.
    state: TransferState,
    /// The same in Chinese.
    state_chinese: &'static str,
    /// Who confirmed for the giver.
    #[serde(skip_serializing_if = "Option::is_none")]
    giver: Option<Line>,
    /// Who confirmed for the receiver.
    #[serde(skip_serializing_if = "Option::is_none")]
    receiver: Option<Line>,
    /// When it was proposed.
    at: At,
    /// Who proposed it.
    by: Line,
}

impl From<Transfer> for TransferBody {
    fn from(transfer: Transfer) -> Self {
        Self {
            number: transfer.number,
            from: transfer.from.licensee,
            to: transfer.to,
            season: transfer.from.season,
            form: transfer.from.form,
            marks: transfer.marks,
            document: transfer.document,
            state: transfer.state,
            state_chinese: transfer.state.chinese(),
            giver: transfer.giver,
            receiver: transfer.receiver,
            at: At(transfer.at),
            by: transfer.by,
        }
    }
}

/// Which transfers are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// Only those in which this licensee has a part.
    #[param(value_type = LicenseeNumber, required = false)]
    licensee: Option<LicenseeNumber>,
    /// Only those before this number.
    #[param(value_type = TransferNumber, required = false)]
    before: Option<TransferNumber>,
    /// How many at most.
    #[serde(default)]
    #[param(required = false)]
    limit: Limit,
}

/// Transfers, the newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct Transfers {
    /// Those that were found.
    transfers: Vec<TransferBody>,
    /// If there are more: what to name as `before` to get them.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<TransferNumber>,
}

/// Lists transfers, the newest first.
#[utoipa::path(
    get,
    path = "/api/v1/transfers",
    operation_id = "list_transfers",
    tag = "transfers",
    params(Wanted),
    responses((status = 200, description = "A page of them", body = Transfers))
)]
pub async fn list(
    caller: Caller,
    State(app): State<App>,
    ApiQuery(wanted): ApiQuery<Wanted>,
) -> Result<Json<Transfers>, Problem> {
    let (licensee, before, limit) = (wanted.licensee, wanted.before, wanted.limit);
    let mut found = transfers::list(
        &app.store,
        caller.scope(),
        licensee,
        before,
        limit.and_one(),
    )
    .await?;
    let next = limit.cut(&mut found, |transfer| transfer.number);
    let transfers = found.into_iter().map(Into::into).collect();
    Ok(Json(Transfers { transfers, next }))
}

/// A transfer to be proposed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TransferProposal {
    /// Who proposes it.
    by: Option<By>,
    /// Who gives.
    from: LicenseeNumber,
    /// Who receives.
    to: LicenseeNumber,
    /// Of which season.
    season: Season,
    /// For which form.
    form: Form,
    /// How many marks.
    marks: Quantity,
    /// The number of the contract or decision.
    document: Option<Text>,
}

/// Proposes a transfer. The quantity moves when both sides have confirmed it.
#[utoipa::path(
    post,
    path = "/api/v1/transfers",
    operation_id = "propose_transfer",
    tag = "transfers",
    params(IdempotencyKey),
    request_body = TransferProposal,
    responses((status = 200, description = "It is proposed", body = TransferBody))
)]
pub async fn propose(
    caller: Caller,
    State(app): State<App>,
    key: IdempotencyKey,
    ApiJson(body): ApiJson<TransferProposal>,
) -> Result<Json<TransferBody>, Problem> {
    let call = caller.call(key, body.by)?;
    let from = Account {
        licensee: body.from,
        season: body.season,
        form: body.form,
    };
    let document = body.document.said("document")?;
    let marks = body.marks.0;
    let proposed = transfers::propose(&app.store, &call, from, body.to, marks, document).await?;
    Ok(Json(proposed.into()))
}

/// One transfer.
#[utoipa::path(
    get,
    path = "/api/v1/transfers/{transfer}",
    operation_id = "get_transfer",
    tag = "transfers",
    params(("transfer" = TransferNumber, Path, description = "Its number")),
    responses((status = 200, description = "It", body = TransferBody))
)]
pub async fn get(
    caller: Caller,
    State(app): State<App>,
    ApiPath(number): ApiPath<TransferNumber>,
) -> Result<Json<TransferBody>, Problem> {
    Ok(Json(
        transfers::get(&app.store, caller.scope(), number)
            .await?
            .into(),
    ))
}

/// Who confirms for whom.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TransferConfirmation {
    /// Who confirms.
    by: Option<By>,
    /// For which side.
    licensee: LicenseeNumber,
}

/// Confirms a transfer for one side. With the second confirmation the quantity moves.
#[utoipa::path(
    post,
    path = "/api/v1/transfers/{transfer}/confirm",
    operation_id = "confirm_transfer",
    tag = "transfers",
    params(("transfer" = TransferNumber, Path, description = "Its number"), IdempotencyKey),
    request_body = TransferConfirmation,
    responses((status = 200, description = "It is confirmed for this side", body = TransferBody))
)]
pub async fn confirm(
    caller: Caller,
    State(app): State<App>,
    ApiPath(number): ApiPath<TransferNumber>,
    key: IdempotencyKey,
    ApiJson(body): ApiJson<TransferConfirmation>,
) -> Result<Json<TransferBody>, Problem> {
    let call = caller.call(key, body.by)?;
    let confirmed = transfers::confirm(&app.store, &call, number, body.licensee).await?;
    Ok(Json(confirmed.into()))
}

/// Drops a transfer that is not done.
#[utoipa::path(
    post,
    path = "/api/v1/transfers/{transfer}/drop",
    operation_id = "drop_transfer",
    tag = "transfers",
    params(("transfer" = TransferNumber, Path, description = "Its number"), IdempotencyKey),
    request_body = Person,
    responses((status = 200, description = "It is dropped", body = TransferBody))
)]
pub async fn withdraw(
    caller: Caller,
    State(app): State<App>,
    ApiPath(number): ApiPath<TransferNumber>,
    key: IdempotencyKey,
    ApiJson(body): ApiJson<Person>,
) -> Result<Json<TransferBody>, Problem> {
    let call = caller.call(key, body.by)?;
    let dropped = transfers::withdraw(&app.store, &call, number).await?;
    Ok(Json(dropped.into()))
}
