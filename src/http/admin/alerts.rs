//! Alerts (预警), and a licensee's own ones.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::caller::Caller;
use super::values::{At, By, Count, IdempotencyKey, Limit, Said, Text, Words};
use crate::domain::alert::{
    Alert, AlertKind, AlertNumber, AlertState, AlertStep, Cause, Decision, Happened, Verdict,
};
use crate::domain::case::CaseNumber;
use crate::domain::detection::Known;
use crate::domain::licensee::LicenseeNumber;
use crate::domain::mark::{BatchNumber, MarkIndex};
use crate::domain::text::Line;
use crate::http::App;
use crate::http::extract::{ApiJson, ApiPath, ApiQuery};
use crate::http::problem::Problem;
use crate::service::alerts::{self, Act, Exposed, Seen, Story, Whole};
use crate::service::{ServiceError, system};
use crate::store::alert::Filter;

/// An alert.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Alert)]
pub struct AlertBody {
    /// Its number.
    number: AlertNumber,
    /// What it is about.
    kind: AlertKind,
    /// The same in Chinese.
    kind_chinese: &'static str,
    /// Where it stands.
    state: AlertState,
    /// The batch.
    batch: BatchNumber,
    /// The mark; without, the batch as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    index: Option<MarkIndex>,
    /// Whose batch.
    #[serde(skip_serializing_if = "Option::is_none")]
    licensee: Option<LicenseeNumber>,
    /// When it was raised.
    raised_at: At,
    /// The mark's query that raised it.
    #[serde(skip_serializing_if = "Option::is_none")]
    query: Option<u64>,
    /// The detector's parameters that raised it: the program's version, and the calibration of it, if there was one.
    #[schema(pattern = r"^\d{1,10}(\.\d{1,10})?$", example = "3.2")]
    parameters: String,
    /// The highest posterior log-odds so far, as of the last time that the list was asked for; of a batch the logarithm of its
    /// evidence.
    log_odds: f64,
    /// Natural logarithm of the e-value.
    e_value_ln: f64,
    /// What may be the matter, in Chinese.
    matter_chinese: String,
    /// The same as a word.
    hypothesis: &'static str,
    /// Who looks into it.
    #[serde(skip_serializing_if = "Option::is_none")]
    assignee: Option<Line>,
    /// What was decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<Verdict>,
    /// Why.
    causes: Vec<Cause>,
    /// The alert that it is decided with.
    #[serde(skip_serializing_if = "Option::is_none")]
    merged_into: Option<AlertNumber>,
    /// The case that it is part of.
    #[serde(skip_serializing_if = "Option::is_none")]
    case: Option<CaseNumber>,
}

impl From<Alert> for AlertBody {
    fn from(alert: Alert) -> Self {
        let decision = alert.decision.as_ref();
        Self {
            number: alert.number,
            kind: alert.kind,
            kind_chinese: alert.kind.chinese(),
            state: alert.state,
            batch: alert.batch,
            index: alert.index,
            licensee: alert.licensee,
            raised_at: At(alert.raised_at),
            query: alert.query,
            parameters: alert.parameters.to_string(),
            log_odds: alert.log_odds,
            e_value_ln: alert.e_value_ln,
            matter_chinese: alert.matter().zh,
            hypothesis: alert.hypothesis.slug(),
            verdict: decision.map(Decision::verdict),
            causes: decision.map_or_else(Vec::new, |decision| decision.causes().to_vec()),
            assignee: alert.assignee,
            merged_into: alert.merged_into,
            case: alert.case,
        }
    }
}

/// Something that happened to an alert.
#[derive(Debug, Serialize, ToSchema)]
pub struct AlertHappened {
    /// When.
    at: At,
    /// What.
    step: AlertStep,
    /// Who did it.
    by: Line,
    /// To whom it was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    assignee: Option<Line>,
    /// What was decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<Verdict>,
    /// The alert or case that it became part of.
    #[serde(skip_serializing_if = "Option::is_none")]
    other: Option<u32>,
    /// What was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    told: Option<Words>,
}

impl From<&Happened> for AlertHappened {
    fn from(step: &Happened) -> Self {
        Self {
            at: At(step.at),
            step: step.step,
            by: step.by.clone(),
            assignee: step.assignee.clone(),
            verdict: step.decision.as_ref().map(Decision::verdict),
            other: step.other,
            told: step.told.as_ref().map(Words::from),
        }
    }
}

/// A query of an alert's mark, without whose it was.
#[derive(Debug, Serialize, ToSchema)]
pub struct AlertQuery {
    /// The mark's Nth query, from 1; without, something else became known.
    #[serde(skip_serializing_if = "Option::is_none")]
    query: Option<u64>,
    /// What became known.
    #[serde(skip_serializing_if = "Option::is_none")]
    known: Option<&'static str>,
    /// When.
    at: At,
    /// From where: code of GB/T 2260.
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<u32>,
    /// How that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    class: Option<&'static str>,
    /// The state that it met.
    state: String,
    /// How it came.
    channel: String,
    /// What it says, in Chinese.
    evidence_chinese: Vec<String>,
    /// The probability afterwards that the mark was copied.
    posterior: f64,
}

impl From<Seen> for AlertQuery {
    fn from(seen: Seen) -> Self {
        let evidence = seen.evidence.into_iter();
        Self {
            query: seen.query,
            known: seen.known.map(Known::slug),
            at: At(seen.at),
            place: seen.place.map(|place| place.prefecture.code()),
            class: seen.place.map(|place| place.class.slug()),
            state: seen.state,
            channel: seen.channel,
            evidence_chinese: evidence.map(|(said, _)| said.zh).collect(),
            posterior: seen.posterior,
        }
    }
}

/// An alert with all that belongs to it.
#[derive(Debug, Serialize, ToSchema)]
pub struct AlertFile {
    /// The alert.
    alert: AlertBody,
    /// What happened to it, the first first.
    steps: Vec<AlertHappened>,
    /// The alerts that are decided with it.
    merged: Vec<AlertBody>,
}

impl From<Whole> for AlertFile {
    fn from(whole: Whole) -> Self {
        Self {
            steps: whole.steps.iter().map(Into::into).collect(),
            merged: whole.merged.into_iter().map(Into::into).collect(),
            alert: whole.alert.into(),
        }
    }
}

/// An alert with what is known of its mark.
#[derive(Debug, Serialize, ToSchema)]
pub struct AlertStory {
    /// The alert.
    file: AlertFile,
    /// The queries of its mark, the first first; none of an alert about a batch.
    queries: Vec<AlertQuery>,
}

/// Which alerts are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct WantedAlerts {
    /// In this state.
    #[param(value_type = AlertState, required = false)]
    state: Option<AlertState>,
    /// Of this kind.
    #[param(value_type = AlertKind, required = false)]
    kind: Option<AlertKind>,
    /// Of this licensee's marks.
    #[param(value_type = LicenseeNumber, required = false)]
    licensee: Option<LicenseeNumber>,
    /// Of this batch.
    #[param(value_type = BatchNumber, required = false)]
    batch: Option<BatchNumber>,
    /// Asked about from this province: the first two digits of its code.
    #[param(value_type = Count, required = false)]
    province: Option<Count>,
    /// Only those after this one in the list.
    #[param(value_type = AlertNumber, required = false)]
    after: Option<AlertNumber>,
    /// How many at most.
    #[serde(default)]
    #[param(required = false)]
    limit: Limit,
}

/// Alerts.
#[derive(Debug, Serialize, ToSchema)]
pub struct Alerts {
    /// Those that were found: what is open first, of that the strongest.
    alerts: Vec<AlertBody>,
    /// If there are more: what to name as `after` to get them.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<AlertNumber>,
}

/// Lists alerts: what is open first, of that the strongest.
#[utoipa::path(
    get,
    path = "/api/v1/alerts",
    operation_id = "list_alerts",
    tag = "alerts",
    params(WantedAlerts),
    responses((status = 200, description = "A page of them", body = Alerts))
)]
pub async fn list(
    caller: Caller,
    State(app): State<App>,
    ApiQuery(wanted): ApiQuery<WantedAlerts>,
) -> Result<Json<Alerts>, Problem> {
    let filter = Filter {
        kind: wanted.kind,
        state: wanted.state,
        licensee: wanted.licensee,
        batch: wanted.batch,
        province: wanted.province.map(|province| province.0),
        assignee: None,
        index: None,
        without: None,
    };
    let (scope, limit, now) = (caller.scope(), wanted.limit, system::now());
    let found = alerts::list(
        &app.store,
        scope,
        &filter,
        wanted.after,
        limit.and_one(),
        now,
    );
    let mut found = found.await?;
    let next = limit.cut(&mut found, |alert| alert.number);
    let alerts = found.into_iter().map(Into::into).collect();
    Ok(Json(Alerts { alerts, next }))
}

/// One alert, with the queries of its mark.
#[utoipa::path(
    get,
    path = "/api/v1/alerts/{alert}",
    operation_id = "get_alert",
    tag = "alerts",
    params(("alert" = AlertNumber, Path, description = "Its number")),
    responses((status = 200, description = "It", body = AlertStory))
)]
pub async fn get(
    caller: Caller,
    State(app): State<App>,
    ApiPath(number): ApiPath<AlertNumber>,
) -> Result<Json<AlertStory>, Problem> {
    let whole = alerts::get(&app.store, caller.scope(), number).await?;
    let queries = match alerts::story(&app.store, &whole.alert, system::now()).await? {
        Story::Mark(seen) => seen.into_iter().map(Into::into).collect(),
        Story::Batch { .. } => Vec::new(),
    };
    let file = whole.into();
    Ok(Json(AlertStory { file, queries }))
}

/// To whom an alert is given.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AlertAssignment {
    /// Who does it.
    by: Option<By>,
    /// To whom; to whoever does it, if not said.
    assignee: Option<Text>,
    /// A note.
    told: Option<Words>,
}

/// Gives an alert to somebody.
#[utoipa::path(
    post,
    path = "/api/v1/alerts/{alert}/assign",
    operation_id = "assign_alert",
    tag = "alerts",
    params(("alert" = AlertNumber, Path, description = "Its number"), IdempotencyKey),
    request_body = AlertAssignment,
    responses((status = 200, description = "It is given", body = AlertFile))
)]
pub async fn assign(
    caller: Caller,
    State(app): State<App>,
    ApiPath(number): ApiPath<AlertNumber>,
    key: IdempotencyKey,
    ApiJson(body): ApiJson<AlertAssignment>,
) -> Result<Json<AlertFile>, Problem> {
    let call = caller.call(key, body.by)?;
    let assignee = body.assignee.said("assignee")?;
    let assignee = assignee.unwrap_or_else(|| call.by.clone());
    let act = Act::Assign(assignee, body.told.said("told")?);
    Ok(Json(
        alerts::act(&app.store, &call, number, act).await?.into(),
    ))
}

/// What somebody writes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OfficeNote {
    /// Who does it.
    pub by: Option<By>,
    /// What there is to say.
    pub told: Words,
}

/// Writes a note on an alert.
#[utoipa::path(
    post,
    path = "/api/v1/alerts/{alert}/note",
    operation_id = "note_alert",
    tag = "alerts",
    params(("alert" = AlertNumber, Path, description = "Its number"), IdempotencyKey),
    request_body = OfficeNote,
    responses((status = 200, description = "It is written", body = AlertFile))
)]
pub async fn note(
    caller: Caller,
    State(app): State<App>,
    ApiPath(number): ApiPath<AlertNumber>,
    key: IdempotencyKey,
    ApiJson(body): ApiJson<OfficeNote>,
) -> Result<Json<AlertFile>, Problem> {
    let call = caller.call(key, body.by)?;
    let act = Act::Note(body.told.said("told")?);
    Ok(Json(
        alerts::act(&app.store, &call, number, act).await?.into(),
    ))
}

/// With which alert another is decided.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AlertMerge {
    /// Who does it.
    by: Option<By>,
    /// The other one, which is open.
    into: AlertNumber,
    /// A note.
    told: Option<Words>,
}

/// Merges an alert into another: from then on it is decided with that one.
#[utoipa::path(
    post,
    path = "/api/v1/alerts/{alert}/merge",
    operation_id = "merge_alert",
    tag = "alerts",
    params(("alert" = AlertNumber, Path, description = "Its number"), IdempotencyKey),
    request_body = AlertMerge,
    responses((status = 200, description = "It is merged", body = AlertFile))
)]
pub async fn merge(
    caller: Caller,
    State(app): State<App>,
    ApiPath(number): ApiPath<AlertNumber>,
    key: IdempotencyKey,
    ApiJson(body): ApiJson<AlertMerge>,
) -> Result<Json<AlertFile>, Problem> {
    let call = caller.call(key, body.by)?;
    let act = Act::Merge(body.into, body.told.said("told")?);
    Ok(Json(
        alerts::act(&app.store, &call, number, act).await?.into(),
    ))
}

/// What an alert turned out to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AlertDecision {
    /// Who decides.
    by: Option<By>,
    /// What it turned out to be.
    verdict: Verdict,
    /// Why: one to four, all of that verdict.
    causes: Vec<Cause>,
    /// A note.
    told: Option<Words>,
}

/// Decides an alert, and all that was merged into it.
#[utoipa::path(
    post,
    path = "/api/v1/alerts/{alert}/decide",
    operation_id = "decide_alert",
    tag = "alerts",
    params(("alert" = AlertNumber, Path, description = "Its number"), IdempotencyKey),
    request_body = AlertDecision,
    responses((status = 200, description = "It is decided", body = AlertFile))
)]
pub async fn decide(
    caller: Caller,
    State(app): State<App>,
    ApiPath(number): ApiPath<AlertNumber>,
    key: IdempotencyKey,
    ApiJson(body): ApiJson<AlertDecision>,
) -> Result<Json<AlertFile>, Problem> {
    let call = caller.call(key, body.by)?;
    let decision = Decision::new(body.verdict, body.causes).map_err(ServiceError::from)?;
    let act = Act::Decide(decision, body.told.said("told")?);
    Ok(Json(
        alerts::act(&app.store, &call, number, act).await?.into(),
    ))
}

/// Looks at a decided or merged alert anew.
#[utoipa::path(
    post,
    path = "/api/v1/alerts/{alert}/reopen",
    operation_id = "reopen_alert",
    tag = "alerts",
    params(("alert" = AlertNumber, Path, description = "Its number"), IdempotencyKey),
    request_body = OfficeNote,
    responses((status = 200, description = "It is open", body = AlertFile))
)]
pub async fn reopen(
    caller: Caller,
    State(app): State<App>,
    ApiPath(number): ApiPath<AlertNumber>,
    key: IdempotencyKey,
    ApiJson(body): ApiJson<OfficeNote>,
) -> Result<Json<AlertFile>, Problem> {
    let call = caller.call(key, body.by)?;
    let act = Act::Reopen(body.told.said("told")?);
    Ok(Json(
        alerts::act(&app.store, &call, number, act).await?.into(),
    ))
}

/// An alert on one's own mark.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwnAlert {
    /// Its number.
    number: AlertNumber,
    /// What it is about.
    kind: AlertKind,
    /// Where it stands.
    state: AlertState,
    /// The batch.
    batch: BatchNumber,
    /// The mark; without, the batch as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    index: Option<MarkIndex>,
    /// Since when.
    raised_at: At,
    /// From which provinces it was asked about: the first two digits of their codes.
    provinces: Vec<u32>,
    /// What was decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<Verdict>,
}

impl From<Exposed> for OwnAlert {
    fn from(one: Exposed) -> Self {
        let alert = one.alert;
        Self {
            number: alert.number,
            kind: alert.kind,
            state: alert.state,
            batch: alert.batch,
            index: alert.index,
            raised_at: At(alert.raised_at),
            provinces: one.provinces,
            verdict: alert.decision.as_ref().map(Decision::verdict),
        }
    }
}

/// Which page of the own alerts is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct WantedOwn {
    /// Only those after this one in the list.
    #[param(value_type = AlertNumber, required = false)]
    after: Option<AlertNumber>,
    /// How many at most.
    #[serde(default)]
    #[param(required = false)]
    limit: Limit,
}

/// Alerts on one's own marks.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwnAlerts {
    /// What is open first.
    alerts: Vec<OwnAlert>,
    /// If there are more: what to name as `after` to get them.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<AlertNumber>,
}

/// Lists the alerts on a licensee's own marks: never whose phones, no places but provinces, nothing of others. With a token that
/// is no licensee's the list is empty.
#[utoipa::path(
    get,
    path = "/api/v1/exposure",
    operation_id = "list_own_alerts",
    tag = "alerts",
    params(WantedOwn),
    responses((status = 200, description = "A page of them", body = OwnAlerts))
)]
pub async fn exposure(
    caller: Caller,
    State(app): State<App>,
    ApiQuery(wanted): ApiQuery<WantedOwn>,
) -> Result<Json<OwnAlerts>, Problem> {
    let (limit, now) = (wanted.limit, system::now());
    let found = alerts::exposure(
        &app.store,
        caller.scope(),
        wanted.after,
        limit.and_one(),
        now,
    );
    let mut found = found.await?;
    let next = limit.cut(&mut found, |one| one.alert.number);
    let alerts = found.into_iter().map(Into::into).collect();
    Ok(Json(OwnAlerts { alerts, next }))
}
