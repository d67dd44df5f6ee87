//! The ledger itself: its entries, where it ends, and what is corrected in it.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::caller::Caller;
use super::lots::Decision;
use super::values::{At, By, EntryKind, EntryNo, IdempotencyKey, Limit, Said, Text};
use crate::domain::ledger::chain::StoredEntry;
use crate::domain::ledger::entry;
use crate::domain::licensee::LicenseeNumber;
use crate::domain::lot::LotNumber;
use crate::domain::order::OrderNumber;
use crate::domain::printer::PrinterNumber;
use crate::domain::season::Season;
use crate::domain::text::Line;
use crate::http::App;
use crate::http::extract::{ApiJson, ApiPath, ApiQuery};
use crate::http::problem::Problem;
use crate::service::{corrections, ledger};
use crate::store::ledger::Filter;

/// An entry of the ledger.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LedgerEntry)]
pub struct EntryBody {
    /// Its number, from 1, without gaps.
    number: EntryNo,
    /// When it was written.
    at: At,
    /// Who wrote it.
    by: Line,
    /// What kind of entry it is.
    kind: EntryKind,
    /// The same in Chinese.
    kind_chinese: &'static str,
    /// The caller's name for the request it was written for.
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<Line>,
    /// The licensee it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    licensee: Option<LicenseeNumber>,
    /// The printer it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    printer: Option<PrinterNumber>,
    /// The order it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    order: Option<OrderNumber>,
    /// The season it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    season: Option<Season>,
    /// The lot it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    lot: Option<LotNumber>,
    /// What it says; its members depend on the kind.
    #[schema(value_type = Object)]
    body: serde_json::Value,
    /// SHA-256 over all this and the hash of the entry before, in hexadecimal.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    hash: String,
}

impl From<StoredEntry> for EntryBody {
    fn from(stored: StoredEntry) -> Self {
        Self {
            number: EntryNo(stored.number),
            at: At(stored.at),
            by: stored.actor,
            kind_chinese: entry::chinese(&stored.kind),
            kind: EntryKind(stored.kind),
            request: stored.request,
            licensee: stored.subjects.licensee,
            printer: stored.subjects.printer,
            order: stored.subjects.order,
            season: stored.subjects.season,
            lot: stored.subjects.lot,
            body: serde_json::from_str(&stored.body).unwrap_or_default(),
            hash: stored.hash.to_string(),
        }
    }
}

/// Which entries are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// Only those about this licensee.
    #[param(value_type = LicenseeNumber, required = false)]
    licensee: Option<LicenseeNumber>,
    /// Only those about this printer.
    #[param(value_type = PrinterNumber, required = false)]
    printer: Option<PrinterNumber>,
    /// Only those about this order.
    #[param(value_type = OrderNumber, required = false)]
    order: Option<OrderNumber>,
    /// Only those about this season.
    #[param(value_type = Season, required = false)]
    season: Option<Season>,
    /// Only those about this lot.
    #[param(value_type = LotNumber, required = false)]
    lot: Option<LotNumber>,
    /// Only those of this kind.
    #[param(value_type = EntryKind, required = false)]
    kind: Option<EntryKind>,
    /// Only those before this number.
    #[param(value_type = EntryNo, required = false)]
    before: Option<EntryNo>,
    /// How many at most.
    #[serde(default)]
    #[param(required = false)]
    limit: Limit,
}

/// Entries, the newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct Entries {
    /// Those that were found.
    entries: Vec<EntryBody>,
    /// If there are more: what to name as `before` to get them.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<EntryNo>,
}

/// Lists entries of the ledger, the newest first.
#[utoipa::path(
    get,
    path = "/api/v1/ledger/entries",
    operation_id = "list_entries",
    tag = "ledger",
    params(Wanted),
    responses((status = 200, description = "A page of them", body = Entries))
)]
pub async fn list(
    caller: Caller,
    State(app): State<App>,
    ApiQuery(wanted): ApiQuery<Wanted>,
) -> Result<Json<Entries>, Problem> {
    let filter = Filter {
        licensee: wanted.licensee,
        printer: wanted.printer,
        order: wanted.order,
        season: wanted.season,
        lot: wanted.lot,
        kind: wanted.kind.map(|kind| kind.0),
    };
    let before = wanted.before.map(|number| number.0);
    let mut found = ledger::list(
        &app.store,
        caller.scope(),
        &filter,
        before,
        wanted.limit.and_one(),
    )
    .await?;
    let next = wanted.limit.cut(&mut found, |entry| EntryNo(entry.number));
    let entries = found.into_iter().map(Into::into).collect();
    Ok(Json(Entries { entries, next }))
}

/// One entry of the ledger.
#[utoipa::path(
    get,
    path = "/api/v1/ledger/entries/{entry}",
    operation_id = "get_entry",
    tag = "ledger",
    params(("entry" = EntryNo, Path, description = "Its number")),
    responses((status = 200, description = "It", body = EntryBody))
)]
pub async fn get(
    caller: Caller,
    State(app): State<App>,
    ApiPath(EntryNo(number)): ApiPath<EntryNo>,
) -> Result<Json<EntryBody>, Problem> {
    Ok(Json(
        ledger::get(&app.store, caller.scope(), number)
            .await?
            .into(),
    ))
}

/// Where the ledger ends.
#[derive(Debug, Serialize, ToSchema)]
pub struct LedgerHead {
    /// The number of its last entry; 0 if it is empty.
    number: EntryNo,
    /// The hash of its last entry; zeros if it is empty.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    hash: String,
}

/// Where the ledger ends. Noted down elsewhere, it proves later that nothing before it was changed.
#[utoipa::path(
    get,
    path = "/api/v1/ledger/head",
    operation_id = "get_head",
    tag = "ledger",
    responses((status = 200, description = "Number and hash of the last entry", body = LedgerHead))
)]
pub async fn head(_: Caller, State(app): State<App>) -> Result<Json<LedgerHead>, Problem> {
    let head = ledger::head(&app.store).await?;
    Ok(Json(LedgerHead {
        number: EntryNo(head.number),
        hash: head.hash.to_string(),
    }))
}

/// The entry that was written.
#[derive(Debug, Serialize, ToSchema)]
pub struct Written {
    /// Its number.
    entry: EntryNo,
}

/// Takes an entry back: an adjustment of an entitlement, or that marks were printed, delivered or used.
#[utoipa::path(
    post,
    path = "/api/v1/ledger/entries/{entry}/correct",
    operation_id = "correct_entry",
    tag = "ledger",
    params(("entry" = EntryNo, Path, description = "The entry that was made in error"), IdempotencyKey),
    request_body = Decision,
    responses((status = 200, description = "It is taken back, by an entry of its own", body = Written))
)]
pub async fn correct(
    caller: Caller,
    State(app): State<App>,
    ApiPath(EntryNo(number)): ApiPath<EntryNo>,
    key: IdempotencyKey,
    ApiJson(body): ApiJson<Decision>,
) -> Result<Json<Written>, Problem> {
    let call = caller.call(key, body.by)?;
    let (reason, document) = (body.reason.said("reason")?, body.document.said("document")?);
    let entry = corrections::take_back(&app.store, &call, number, reason, document).await?;
    let entry = EntryNo(entry);
    Ok(Json(Written { entry }))
}

/// A remark.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Remark {
    /// Who writes it.
    by: Option<By>,
    /// What is to be said.
    text: Text,
}

/// Writes a remark on an entry, such as that a document's number is wrong. Nothing else changes by it.
#[utoipa::path(
    post,
    path = "/api/v1/ledger/entries/{entry}/note",
    operation_id = "note_entry",
    tag = "ledger",
    params(("entry" = EntryNo, Path, description = "The entry it is about"), IdempotencyKey),
    request_body = Remark,
    responses((status = 200, description = "It is written", body = Written))
)]
pub async fn note(
    caller: Caller,
    State(app): State<App>,
    ApiPath(EntryNo(number)): ApiPath<EntryNo>,
    key: IdempotencyKey,
    ApiJson(body): ApiJson<Remark>,
) -> Result<Json<Written>, Problem> {
    let call = caller.call(key, body.by)?;
    let text = body.text.said("text")?;
    let entry = corrections::note(&app.store, &call, number, text).await?;
    let entry = EntryNo(entry);
    Ok(Json(Written { entry }))
}
