//! Cases (案件).

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::alerts::{AlertBody, OfficeNote};
use super::caller::Caller;
use super::exhibits::{CaseExhibit, of_case};
use super::marks::Lines;
use super::values::{
    At, By, Day, EntryNo, FileContent, IdempotencyKey, Limit, Said, Text, Words, prefecture,
};
use crate::domain::alert::AlertNumber;
use crate::domain::case::{
    Case, CaseNumber, CaseResult, CaseState, CaseStep, Happened, Inspection, MOST_ALERTS,
    MOST_DOCUMENTS,
};
use crate::domain::document::DocumentNumber;
use crate::domain::event::Withdrawal;
use crate::domain::licensee::LicenseeNumber;
use crate::domain::text::Line;
use crate::domain::tip::TipNumber;
use crate::http::App;
use crate::http::console::case_file;
use crate::http::extract::{ApiJson, ApiPath, ApiQuery};
use crate::http::problem::Problem;
use crate::service::cases::{self, Act, Notice, Whole, Withdraw, export as file};

/// A case.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Case)]
pub struct CaseBody {
    /// Its number.
    number: CaseNumber,
    /// What it is about.
    title: Line,
    /// Where it stands.
    state: CaseState,
    /// When it was opened.
    opened_at: At,
    /// By whom.
    opened_by: Line,
    /// With what it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<CaseResult>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    closed_at: Option<At>,
}

impl From<Case> for CaseBody {
    fn from(case: Case) -> Self {
        Self {
            number: case.number,
            title: case.title,
            state: case.state,
            opened_at: At(case.opened_at),
            opened_by: case.opened_by,
            result: case.result,
            closed_at: case.closed_at.map(At),
        }
    }
}

/// Something that happened to a case.
#[derive(Debug, Serialize, ToSchema)]
pub struct CaseHappened {
    /// When.
    at: At,
    /// What.
    step: CaseStep,
    /// Who did it.
    by: Line,
    /// The number of the alert, tip or licensee that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    about: Option<u32>,
    /// The day of an inspection.
    #[serde(skip_serializing_if = "Option::is_none")]
    day: Option<Day>,
    /// In which prefecture it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    prefecture: Option<u32>,
    /// At which market, shop or store.
    #[serde(skip_serializing_if = "Option::is_none")]
    spot: Option<Line>,
    /// Its documents.
    documents: Vec<DocumentNumber>,
    /// How many marks were withdrawn.
    #[serde(skip_serializing_if = "Option::is_none")]
    marks: Option<u64>,
    /// The entries of the ledger that say so.
    entries: Vec<EntryNo>,
    /// What was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    told: Option<Words>,
}

impl From<Happened> for CaseHappened {
    fn from(step: Happened) -> Self {
        let detail = step.detail;
        Self {
            at: At(step.at),
            step: step.step,
            by: step.by,
            about: step.other,
            day: detail.day.map(Day),
            prefecture: detail.prefecture,
            spot: detail.spot,
            documents: detail.documents,
            marks: detail.marks,
            entries: detail.entries.into_iter().map(EntryNo).collect(),
            told: step.told.as_ref().map(Words::from),
        }
    }
}

/// A case with all that belongs to it.
#[derive(Debug, Serialize, ToSchema)]
pub struct CaseFile {
    /// The case.
    case: CaseBody,
    /// Its alerts.
    alerts: Vec<AlertBody>,
    /// Its tips.
    tips: Vec<TipNumber>,
    /// Its exhibits.
    exhibits: Vec<CaseExhibit>,
    /// What happened to it, the first first.
    steps: Vec<CaseHappened>,
}

impl From<Whole> for CaseFile {
    fn from(whole: Whole) -> Self {
        Self {
            case: whole.case.into(),
            alerts: whole.alerts.into_iter().map(Into::into).collect(),
            tips: whole.tips.into_iter().map(|tip| tip.number).collect(),
            exhibits: of_case(&whole.steps),
            steps: whole.steps.into_iter().map(Into::into).collect(),
        }
    }
}

/// Which cases are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct WantedCases {
    /// In this state.
    #[param(value_type = CaseState, required = false)]
    state: Option<CaseState>,
    /// Only those before this number.
    #[param(value_type = CaseNumber, required = false)]
    before: Option<CaseNumber>,
    /// How many at most.
    #[serde(default)]
    #[param(required = false)]
    limit: Limit,
}

/// Cases, the newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct Cases {
    /// Those that were found.
    cases: Vec<CaseBody>,
    /// If there are more: what to name as `before` to get them.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<CaseNumber>,
}

/// Lists cases, the newest first.
#[utoipa::path(
    get,
    path = "/api/v1/cases",
    operation_id = "list_cases",
    tag = "cases",
    params(WantedCases),
    responses((status = 200, description = "A page of them", body = Cases))
)]
pub async fn list(
    caller: Caller,
    State(app): State<App>,
    ApiQuery(wanted): ApiQuery<WantedCases>,
) -> Result<Json<Cases>, Problem> {
    let (scope, limit) = (caller.scope(), wanted.limit);
    let found = cases::list(
        &app.store,
        scope,
        wanted.state,
        wanted.before,
        limit.and_one(),
    );
    let mut found = found.await?;
    let next = limit.cut(&mut found, |case| case.number);
    let cases = found.into_iter().map(Into::into).collect();
    Ok(Json(Cases { cases, next }))
}

/// A case to be opened.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCase {
    /// Who opens it.
    by: Option<By>,
    /// What it is about.
    title: Text,
    /// Alerts that belong to it.
    #[serde(default)]
    #[schema(max_items = 500)]
    alerts: Vec<AlertNumber>,
}

/// Opens a case.
#[utoipa::path(
    post,
    path = "/api/v1/cases",
    operation_id = "open_case",
    tag = "cases",
    params(IdempotencyKey),
    request_body = NewCase,
    responses((status = 200, description = "It is open", body = CaseFile))
)]
pub async fn open(
    caller: Caller,
    State(app): State<App>,
    key: IdempotencyKey,
    ApiJson(body): ApiJson<NewCase>,
) -> Result<Json<CaseFile>, Problem> {
    if body.alerts.len() > MOST_ALERTS as usize {
        return Err(Problem::BAD_REQUEST.because("alerts: a case has at most 500"));
    }
    let call = caller.call(key, body.by)?;
    let title = body.title.said("title")?;
    Ok(Json(
        cases::open(&app.store, &call, title, &body.alerts)
            .await?
            .into(),
    ))
}

/// One case.
#[utoipa::path(
    get,
    path = "/api/v1/cases/{case}",
    operation_id = "get_case",
    tag = "cases",
    params(("case" = CaseNumber, Path, description = "Its number")),
    responses((status = 200, description = "It", body = CaseFile))
)]
pub async fn get(
    caller: Caller,
    State(app): State<App>,
    ApiPath(number): ApiPath<CaseNumber>,
) -> Result<Json<CaseFile>, Problem> {
    Ok(Json(
        cases::get(&app.store, caller.scope(), number).await?.into(),
    ))
}

/// An alert that belongs to a case.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseAlert {
    /// Who does it.
    by: Option<By>,
    /// The alert.
    alert: AlertNumber,
}

/// Puts an alert into a case.
#[utoipa::path(
    post,
    path = "/api/v1/cases/{case}/alerts",
    operation_id = "add_alert_to_case",
    tag = "cases",
    params(("case" = CaseNumber, Path, description = "Its number"), IdempotencyKey),
    request_body = CaseAlert,
    responses((status = 200, description = "It belongs to it", body = CaseFile))
)]
pub async fn add_alert(
    caller: Caller,
    State(app): State<App>,
    ApiPath(number): ApiPath<CaseNumber>,
    key: IdempotencyKey,
    ApiJson(body): ApiJson<CaseAlert>,
) -> Result<Json<CaseFile>, Problem> {
    let call = caller.call(key, body.by)?;
    let act = Act::AddAlert(body.alert);
    Ok(Json(
        cases::act(&app.store, &call, number, act).await?.into(),
    ))
}

/// A tip that belongs to a case.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseTip {
    /// Who does it.
    by: Option<By>,
    /// The tip.
    tip: TipNumber,
}

/// Puts a tip into a case.
#[utoipa::path(
    post,
    path = "/api/v1/cases/{case}/tips",
    operation_id = "add_tip_to_case",
    tag = "cases",
    params(("case" = CaseNumber, Path, description = "Its number"), IdempotencyKey),
    request_body = CaseTip,
    responses((status = 200, description = "It belongs to it", body = CaseFile))
)]
pub async fn add_tip(
    caller: Caller,
    State(app): State<App>,
    ApiPath(number): ApiPath<CaseNumber>,
    key: IdempotencyKey,
    ApiJson(body): ApiJson<CaseTip>,
) -> Result<Json<CaseFile>, Problem> {
    let call = caller.call(key, body.by)?;
    let act = Act::AddTip(body.tip);
    Ok(Json(
        cases::act(&app.store, &call, number, act).await?.into(),
    ))
}

/// What somebody saw at a place.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseInspection {
    /// Who enters it.
    by: Option<By>,
    /// When it was.
    day: Day,
    /// In which prefecture: six digits of GB/T 2260.
    #[schema(pattern = "^[0-9]{6}$")]
    prefecture: Option<String>,
    /// At which market, shop or store.
    spot: Text,
    /// What was found.
    finding: Words,
    /// Documents that belong to it.
    #[serde(default)]
    #[schema(max_items = 20)]
    documents: Vec<DocumentNumber>,
}

/// Enters an inspection.
#[utoipa::path(
    post,
    path = "/api/v1/cases/{case}/inspections",
    operation_id = "inspect_in_case",
    tag = "cases",
    params(("case" = CaseNumber, Path, description = "Its number"), IdempotencyKey),
    request_body = CaseInspection,
    responses((status = 200, description = "It is entered", body = CaseFile))
)]
pub async fn inspect(
    caller: Caller,
    State(app): State<App>,
    ApiPath(number): ApiPath<CaseNumber>,
    key: IdempotencyKey,
    ApiJson(body): ApiJson<CaseInspection>,
) -> Result<Json<CaseFile>, Problem> {
    if body.documents.len() > MOST_DOCUMENTS {
        return Err(Problem::BAD_REQUEST.because("documents: an inspection names at most 20"));
    }
    let prefecture = body.prefecture.as_deref().map(prefecture);
    let call = caller.call(key, body.by)?;
    let act = Act::Inspect(Inspection {
        day: body.day.0,
        prefecture: prefecture.transpose()?,
        spot: body.spot.said("spot")?,
        finding: body.finding.said("finding")?,
        documents: body.documents,
        exhibits: Vec::new(),
    });
    Ok(Json(
        cases::act(&app.store, &call, number, act).await?.into(),
    ))
}

/// What a licensee is told.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseNotice {
    /// Who tells it.
    by: Option<By>,
    /// Whom.
    licensee: LicenseeNumber,
    /// What it reads.
    told: Words,
    /// Whether it is meant even if none of the case's marks are its own.
    #[serde(default)]
    beyond: bool,
}

/// Tells a licensee, who reads it among its own alerts.
#[utoipa::path(
    post,
    path = "/api/v1/cases/{case}/notices",
    operation_id = "inform_in_case",
    tag = "cases",
    params(("case" = CaseNumber, Path, description = "Its number"), IdempotencyKey),
    request_body = CaseNotice,
    responses((status = 200, description = "It is told", body = CaseFile))
)]
pub async fn inform(
    caller: Caller,
    State(app): State<App>,
    ApiPath(number): ApiPath<CaseNumber>,
    key: IdempotencyKey,
    ApiJson(body): ApiJson<CaseNotice>,
) -> Result<Json<CaseFile>, Problem> {
    let call = caller.call(key, body.by)?;
    let act = Act::Inform(Notice {
        licensee: body.licensee,
        told: body.told.said("told")?,
        is_beyond: body.beyond,
    });
    Ok(Json(
        cases::act(&app.store, &call, number, act).await?.into(),
    ))
}

/// Writes a note on a case.
#[utoipa::path(
    post,
    path = "/api/v1/cases/{case}/notes",
    operation_id = "note_case",
    tag = "cases",
    params(("case" = CaseNumber, Path, description = "Its number"), IdempotencyKey),
    request_body = OfficeNote,
    responses((status = 200, description = "It is written", body = CaseFile))
)]
pub async fn note(
    caller: Caller,
    State(app): State<App>,
    ApiPath(number): ApiPath<CaseNumber>,
    key: IdempotencyKey,
    ApiJson(body): ApiJson<OfficeNote>,
) -> Result<Json<CaseFile>, Problem> {
    let call = caller.call(key, body.by)?;
    let act = Act::Note(body.told.said("told")?);
    Ok(Json(
        cases::act(&app.store, &call, number, act).await?.into(),
    ))
}

/// With what a case ends.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseEnd {
    /// Who closes it.
    by: Option<By>,
    /// The result.
    result: CaseResult,
    /// What was done.
    told: Words,
}

/// Closes a case with its result.
#[utoipa::path(
    post,
    path = "/api/v1/cases/{case}/close",
    operation_id = "close_case",
    tag = "cases",
    params(("case" = CaseNumber, Path, description = "Its number"), IdempotencyKey),
    request_body = CaseEnd,
    responses((status = 200, description = "It is closed", body = CaseFile))
)]
pub async fn close(
    caller: Caller,
    State(app): State<App>,
    ApiPath(number): ApiPath<CaseNumber>,
    key: IdempotencyKey,
    ApiJson(body): ApiJson<CaseEnd>,
) -> Result<Json<CaseFile>, Problem> {
    let call = caller.call(key, body.by)?;
    let act = Act::Close(body.result, body.told.said("told")?);
    Ok(Json(
        cases::act(&app.store, &call, number, act).await?.into(),
    ))
}

/// Opens a closed case anew.
#[utoipa::path(
    post,
    path = "/api/v1/cases/{case}/reopen",
    operation_id = "reopen_case",
    tag = "cases",
    params(("case" = CaseNumber, Path, description = "Its number"), IdempotencyKey),
    request_body = OfficeNote,
    responses((status = 200, description = "It is open", body = CaseFile))
)]
pub async fn reopen(
    caller: Caller,
    State(app): State<App>,
    ApiPath(number): ApiPath<CaseNumber>,
    key: IdempotencyKey,
    ApiJson(body): ApiJson<OfficeNote>,
) -> Result<Json<CaseFile>, Problem> {
    let call = caller.call(key, body.by)?;
    let act = Act::Reopen(body.told.said("told")?);
    Ok(Json(
        cases::act(&app.store, &call, number, act).await?.into(),
    ))
}

/// Which marks of a case are withdrawn, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseMarks {
    /// Who decides it.
    by: Option<By>,
    /// The marks; all that the case is about, if not said.
    lines: Option<Lines>,
    /// Why; the public reads it.
    reason: Text,
    /// The number of the decision.
    document: Option<Text>,
    /// Whether marks that no alert and no tip of the case is about are meant all the same.
    #[serde(default)]
    beyond: bool,
}

async fn withdrawn(
    caller: &Caller,
    app: &App,
    number: CaseNumber,
    (key, kind): (IdempotencyKey, Withdrawal),
    body: CaseMarks,
) -> Result<Json<CaseFile>, Problem> {
    let call = caller.call(key, body.by)?;
    let lines = body.lines.map(Lines::text).transpose()?;
    let wanted = Withdraw {
        kind,
        lines: lines.as_deref(),
        reason: body.reason.said("reason")?,
        document: body.document.said("document")?,
        skip_bad: false,
        is_beyond: body.beyond,
    };
    let (whole, _) = cases::withdraw(&app.store, &app.keys, &call, number, &wanted).await?;
    Ok(Json(whole.into()))
}

/// Freezes marks of a case, as entries of the ledger.
#[utoipa::path(
    post,
    path = "/api/v1/cases/{case}/freeze",
    operation_id = "freeze_in_case",
    tag = "cases",
    params(("case" = CaseNumber, Path, description = "Its number"), IdempotencyKey),
    request_body = CaseMarks,
    responses((status = 200, description = "They are frozen", body = CaseFile))
)]
pub async fn freeze(
    caller: Caller,
    State(app): State<App>,
    ApiPath(number): ApiPath<CaseNumber>,
    key: IdempotencyKey,
    ApiJson(body): ApiJson<CaseMarks>,
) -> Result<Json<CaseFile>, Problem> {
    withdrawn(&caller, &app, number, (key, Withdrawal::Frozen), body).await
}

/// Revokes marks of a case for good, as entries of the ledger.
#[utoipa::path(
    post,
    path = "/api/v1/cases/{case}/revoke",
    operation_id = "revoke_in_case",
    tag = "cases",
    params(("case" = CaseNumber, Path, description = "Its number"), IdempotencyKey),
    request_body = CaseMarks,
    responses((status = 200, description = "They are revoked", body = CaseFile))
)]
pub async fn revoke(
    caller: Caller,
    State(app): State<App>,
    ApiPath(number): ApiPath<CaseNumber>,
    key: IdempotencyKey,
    ApiJson(body): ApiJson<CaseMarks>,
) -> Result<Json<CaseFile>, Problem> {
    withdrawn(&caller, &app, number, (key, Withdrawal::Revoked), body).await
}

/// All of a case as one ZIP, to hand over: `summary.pdf`, `scans.csv`, `ledger.json`, `words.json`,
/// `manifest.json`, and its files in `exhibits`, `documents`, `tips`.
#[utoipa::path(
    get,
    path = "/api/v1/cases/{case}/export",
    operation_id = "export_case",
    tag = "cases",
    params(("case" = CaseNumber, Path, description = "Its number")),
    responses(
        (status = 200, description = "The file", body = FileContent, content_type = "application/zip"),
        (status = 409, description = "The machine has no Chinese font, or the case is about too many marks", body = Problem)
    )
)]
pub async fn export(
    caller: Caller,
    State(app): State<App>,
    ApiPath(number): ApiPath<CaseNumber>,
) -> Result<Response, Problem> {
    let call = caller.reading();
    let zip = file::export(&app.store, &app.keys, &call, number).await?;
    Ok(case_file(number.0, zip))
}
