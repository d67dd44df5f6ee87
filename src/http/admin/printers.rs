//! Printers (承印方).

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::caller::Caller;
use super::values::{At, By, IdempotencyKey, Limit, Said, Text, UsccText};
use crate::domain::printer::{NewPrinter, Printer, PrinterNumber};
use crate::domain::recipient::Recipient;
use crate::domain::text::Line;
use crate::domain::uscc::Uscc;
use crate::http::App;
use crate::http::extract::{ApiJson, ApiPath, ApiQuery};
use crate::http::problem::Problem;
use crate::service::printers;

/// A printer.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Printer)]
pub struct PrinterBody {
    /// Its number.
    number: PrinterNumber,
    /// The registered name.
    name: Line,
    /// Its unified social credit code.
    uscc: Uscc,
    /// The number of its printing licence (印刷经营许可证).
    licence: Line,
    /// When it was entered.
    added_at: At,
    /// Why it prints no more, if so.
    #[serde(skip_serializing_if = "Option::is_none")]
    ended: Option<Line>,
    /// The public key that its packs are encrypted to.
    #[serde(skip_serializing_if = "Option::is_none")]
    age_recipient: Option<String>,
}

impl From<Printer> for PrinterBody {
    fn from(printer: Printer) -> Self {
        Self {
            number: printer.number,
            name: printer.particulars.name,
            uscc: printer.particulars.uscc,
            licence: printer.particulars.licence,
            added_at: At(printer.added_at),
            ended: printer.ended,
            age_recipient: printer.recipient.map(|recipient| recipient.to_string()),
        }
    }
}

/// Which printers are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// Only those before this number.
    #[param(value_type = PrinterNumber, required = false)]
    before: Option<PrinterNumber>,
    /// How many at most.
    #[serde(default)]
    #[param(required = false)]
    limit: Limit,
}

/// Printers, the newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct Printers {
    /// Those that were found.
    printers: Vec<PrinterBody>,
    /// If there are more: what to name as `before` to get them.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<PrinterNumber>,
}

/// Lists printers, the newest first.
#[utoipa::path(
    get,
    path = "/api/v1/printers",
    operation_id = "list_printers",
    tag = "printers",
    params(Wanted),
    responses((status = 200, description = "A page of them", body = Printers))
)]
pub async fn list(
    caller: Caller,
    State(app): State<App>,
    ApiQuery(wanted): ApiQuery<Wanted>,
) -> Result<Json<Printers>, Problem> {
    let mut found = printers::list(
        &app.store,
        caller.scope(),
        wanted.before,
        wanted.limit.and_one(),
    )
    .await?;
    let next = wanted.limit.cut(&mut found, |printer| printer.number);
    let printers = found.into_iter().map(Into::into).collect();
    Ok(Json(Printers { printers, next }))
}

/// A printer to be entered.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PrinterEntry {
    /// Who enters it.
    by: Option<By>,
    /// The registered name.
    name: Text,
    /// Its unified social credit code.
    uscc: UsccText,
    /// The number of its printing licence.
    licence: Text,
}

/// Enters a printer.
#[utoipa::path(
    post,
    path = "/api/v1/printers",
    operation_id = "enter_printer",
    tag = "printers",
    params(IdempotencyKey),
    request_body = PrinterEntry,
    responses((status = 200, description = "It is entered", body = PrinterBody))
)]
pub async fn enter(
    caller: Caller,
    State(app): State<App>,
    key: IdempotencyKey,
    ApiJson(body): ApiJson<PrinterEntry>,
) -> Result<Json<PrinterBody>, Problem> {
    let call = caller.call(key, body.by)?;
    let new = NewPrinter {
        name: body.name.said("name")?,
        uscc: body.uscc.said("uscc")?,
        licence: body.licence.said("licence")?,
    };
    Ok(Json(printers::enter(&app.store, &call, new).await?.into()))
}

/// One printer.
#[utoipa::path(
    get,
    path = "/api/v1/printers/{printer}",
    operation_id = "get_printer",
    tag = "printers",
    params(("printer" = PrinterNumber, Path, description = "Its number")),
    responses((status = 200, description = "It", body = PrinterBody))
)]
pub async fn get(
    caller: Caller,
    State(app): State<App>,
    ApiPath(number): ApiPath<PrinterNumber>,
) -> Result<Json<PrinterBody>, Problem> {
    Ok(Json(
        printers::get(&app.store, caller.scope(), number)
            .await?
            .into(),
    ))
}

/// Something that is done for a reason.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// Who does it.
    pub by: Option<By>,
    /// Why.
    pub reason: Text,
}

/// Writes down that a printer prints no more.
#[utoipa::path(
    post,
    path = "/api/v1/printers/{printer}/end",
    operation_id = "end_printer",
    tag = "printers",
    params(("printer" = PrinterNumber, Path, description = "Its number"), IdempotencyKey),
    request_body = Reason,
    responses((status = 200, description = "It prints no more", body = PrinterBody))
)]
pub async fn end(
    caller: Caller,
    State(app): State<App>,
    ApiPath(number): ApiPath<PrinterNumber>,
    key: IdempotencyKey,
    ApiJson(body): ApiJson<Reason>,
) -> Result<Json<PrinterBody>, Problem> {
    let call = caller.call(key, body.by)?;
    let reason = body.reason.said("reason")?;
    let ended = printers::end(&app.store, &call, number, reason).await?;
    Ok(Json(ended.into()))
}

/// The public key of a printer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PrinterKey {
    /// Who sets it.
    by: Option<By>,
    /// The recipient of the age format, as in `age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p`.
    age_recipient: Text,
}

/// Sets the public key that a printer's packs are encrypted to.
///
/// A private key is refused with 422 and kept nowhere: not in the ledger, not in the audit trail, not in the log.
#[utoipa::path(
    post,
    path = "/api/v1/printers/{printer}/key",
    operation_id = "set_printer_key",
    tag = "printers",
    params(("printer" = PrinterNumber, Path, description = "Its number"), IdempotencyKey),
    request_body = PrinterKey,
    responses((status = 200, description = "Its packs are encrypted to this key", body = PrinterBody))
)]
pub async fn set_key(
    caller: Caller,
    State(app): State<App>,
    ApiPath(number): ApiPath<PrinterNumber>,
    key: IdempotencyKey,
    ApiJson(body): ApiJson<PrinterKey>,
) -> Result<Json<PrinterBody>, Problem> {
    let call = caller.call(key, body.by)?;
    let text = body.age_recipient.said("age_recipient")?;
    let recipient = Recipient::new(text.as_str())
        .map_err(|error| Problem::INVALID.because(format!("age_recipient: {error}")))?;
    let printer = printers::set_key(&app.store, &call, number, recipient).await?;
    Ok(Json(printer.into()))
}
