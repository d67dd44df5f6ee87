//! Lots (生产批次): goods packed together, their tests, their recall.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::caller::Caller;
use super::values::{At, By, Count, Day, IdempotencyKey, Limit, Said, Sha256Text, Text};
use crate::domain::form::Form;
use crate::domain::licensee::LicenseeNumber;
use crate::domain::lot::{Lot, LotLabel, LotNumber, NewLot, TestReport, TestResult};
use crate::domain::season::Season;
use crate::domain::text::Line;
use crate::domain::township::Township;
use crate::http::App;
use crate::http::extract::{ApiJson, ApiPath, ApiQuery};
use crate::http::problem::Problem;
use crate::service::lots;

/// A lot.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Lot)]
pub struct LotBody {
    /// Its number.
    number: LotNumber,
    /// Whose goods.
    licensee: LicenseeNumber,
    /// What the public sees of it: everything here, and nothing else.
    public: PublicLot,
    /// What the public does not see.
    internal: InternalLot,
}

/// What the public sees of a lot.
#[derive(Debug, Serialize, ToSchema)]
pub struct PublicLot {
    /// The firm's own number of the lot, as on the pack.
    code: Line,
    /// The product as it stands on the pack.
    product: Line,
    /// The form.
    form: Form,
    /// The season.
    season: Season,
    /// When the shoots were picked.
    harvested: Day,
    /// Where.
    township: Township,
    /// The same in Chinese.
    township_name: &'static str,
    /// The standard with its version.
    standard: Line,
    /// The certificate of compliance (承诺达标合格证).
    #[serde(skip_serializing_if = "Option::is_none")]
    certificate: Option<Line>,
    /// Its reports, in the order they came.
    reports: Vec<PublicReport>,
    /// Why it is recalled, if it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    recalled: Option<Line>,
}

/// What the public sees of a report.
#[derive(Debug, Serialize, ToSchema)]
pub struct PublicReport {
    /// Who tested.
    laboratory: Line,
    /// The report's number.
    number: Line,
    /// The day of the report.
    date: Day,
    /// How it ended.
    result: TestResult,
}

/// What the public does not see of a lot.
#[derive(Debug, Serialize, ToSchema)]
pub struct InternalLot {
    /// How many packs.
    packs: Count,
    /// Marks activated for it, less those that were lost, returned or spoiled since.
    marks: u64,
    /// Steps of processing, in order.
    steps: Vec<Line>,
    /// Hashes of the reports' files, in the order of the reports; `null` where none is kept.
    report_files: Vec<Option<Line>>,
    /// When it was entered.
    at: At,
    /// Who entered it.
    by: Line,
}

impl From<Lot> for LotBody {
    fn from(lot: Lot) -> Self {
        let label = lot.entered.public;
        let report = |report: &TestReport| PublicReport {
            laboratory: report.laboratory.clone(),
            number: report.number.clone(),
            date: Day(report.date),
            result: report.result,
        };
        Self {
            number: lot.number,
            licensee: lot.entered.licensee,
            public: PublicLot {
                code: label.code,
                product: label.product,
                form: label.form,
                season: label.season,
                harvested: Day(label.harvested),
                township: label.township,
                township_name: label.township.name(),
                standard: label.standard,
                certificate: label.certificate,
                reports: lot.reports.iter().map(report).collect(),
                recalled: lot.recalled,
            },
            internal: InternalLot {
                packs: Count(lot.entered.packs),
                marks: lot.marks,
                steps: lot.entered.steps,
                report_files: lot.reports.into_iter().map(|report| report.file).collect(),
                at: At(lot.at),
                by: lot.by,
            },
        }
    }
}

/// Which lots are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// Only this licensee's.
    #[param(value_type = LicenseeNumber, required = false)]
    licensee: Option<LicenseeNumber>,
    /// Only this season's.
    #[param(value_type = Season, required = false)]
    season: Option<Season>,
    /// Only those before this number.
    #[param(value_type = LotNumber, required = false)]
    before: Option<LotNumber>,
    /// How many at most.
    #[serde(default)]
    #[param(required = false)]
    limit: Limit,
}

/// Lots, the newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct Lots {
    /// Those that were found.
    lots: Vec<LotBody>,
    /// If there are more: what to name as `before` to get them.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<LotNumber>,
}

/// Lists lots, the newest first.
#[utoipa::path(
    get,
    path = "/api/v1/lots",
    operation_id = "list_lots",
    tag = "lots",
    params(Wanted),
    responses((status = 200, description = "A page of them", body = Lots))
)]
pub async fn list(
    caller: Caller,
    State(app): State<App>,
    ApiQuery(wanted): ApiQuery<Wanted>,
) -> Result<Json<Lots>, Problem> {
    let (licensee, season, limit) = (wanted.licensee, wanted.season, wanted.limit);
    let mut found = lots::list(
        &app.store,
        caller.scope(),
        licensee,
        season,
        wanted.before,
        limit.and_one(),
    )
    .await?;
    let next = limit.cut(&mut found, |lot| lot.number);
    let lots = found.into_iter().map(Into::into).collect();
    Ok(Json(Lots { lots, next }))
}

/// A lot to be entered.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LotEntry {
    /// Who enters it.
    by: Option<By>,
    /// Whose goods.
    licensee: LicenseeNumber,
    /// What the public sees.
    public: LotLabelEntry,
    /// How many packs, 1 to 16,777,216. No more marks than these are activated for it.
    packs: Count,
    /// Steps of processing, in order, at most 50. Not public.
    #[serde(default)]
    steps: Vec<Text>,
}

/// What the public shall see of a lot.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LotLabelEntry {
    /// The firm's own number of the lot, as on the pack.
    code: Text,
    /// The product as it stands on the pack.
    product: Text,
    /// The form.
    form: Form,
    /// The season: the year of the harvest.
    season: Season,
    /// When the shoots were picked.
    harvested: Day,
    /// Where.
    township: Township,
    /// The standard with its version.
    standard: Text,
    /// The certificate of compliance (承诺达标合格证).
    certificate: Option<Text>,
}

/// Enters a lot.
#[utoipa::path(
    post,
    path = "/api/v1/lots",
    operation_id = "enter_lot",
    tag = "lots",
    params(IdempotencyKey),
    request_body = LotEntry,
    responses((status = 200, description = "It is entered", body = LotBody))
)]
pub async fn enter(
    caller: Caller,
    State(app): State<App>,
    key: IdempotencyKey,
    ApiJson(body): ApiJson<LotEntry>,
) -> Result<Json<LotBody>, Problem> {
    let call = caller.call(key, body.by)?;
    let label = body.public;
    let new = NewLot {
        licensee: body.licensee,
        public: LotLabel {
            code: label.code.said("code")?,
            product: label.product.said("product")?,
            form: label.form,
            season: label.season,
            harvested: label.harvested.0,
            township: label.township,
            standard: label.standard.said("standard")?,
            certificate: label.certificate.said("certificate")?,
        },
        packs: body.packs.0,
        steps: body.steps.said("step")?,
    };
    Ok(Json(lots::enter(&app.store, &call, new).await?.into()))
}

/// One lot.
#[utoipa::path(
    get,
    path = "/api/v1/lots/{lot}",
    operation_id = "get_lot",
    tag = "lots",
    params(("lot" = LotNumber, Path, description = "Its number")),
    responses((status = 200, description = "What the public sees of it, and the rest", body = LotBody))
)]
pub async fn get(
    caller: Caller,
    State(app): State<App>,
    ApiPath(number): ApiPath<LotNumber>,
) -> Result<Json<LotBody>, Problem> {
    Ok(Json(
        lots::get(&app.store, caller.scope(), number).await?.into(),
    ))
}

/// A report of an inspection.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportEntry {
    /// Who files it.
    by: Option<By>,
    /// Who tested.
    laboratory: Text,
    /// The report's number.
    number: Text,
    /// The day of the report.
    date: Day,
    /// How it ended.
    result: TestResult,
    /// The hash of its file, if that is among the documents.
    file: Option<Sha256Text>,
}

/// Files a report of a lot. A failed one recalls the lot at once, with all marks that were activated for it.
#[utoipa::path(
    post,
    path = "/api/v1/lots/{lot}/reports",
    operation_id = "report_lot",
    tag = "lots",
    params(("lot" = LotNumber, Path, description = "Its number"), IdempotencyKey),
    request_body = ReportEntry,
    responses((status = 200, description = "It is filed", body = LotBody))
)]
pub async fn report(
    caller: Caller,
    State(app): State<App>,
    ApiPath(number): ApiPath<LotNumber>,
    key: IdempotencyKey,
    ApiJson(body): ApiJson<ReportEntry>,
) -> Result<Json<LotBody>, Problem> {
    let call = caller.call(key, body.by)?;
    let report = TestReport {
        laboratory: body.laboratory.said("laboratory")?,
        number: body.number.said("number")?,
        date: body.date.0,
        result: body.result,
        file: body.file.said("file")?,
    };
    let reported = lots::report(&app.store, &call, number, report).await?;
    Ok(Json(reported.into()))
}

/// A recall.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Recall {
    /// Who recalls it.
    by: Option<By>,
    /// Why; the public reads it.
    reason: Text,
    /// The number of the decision.
    document: Option<Text>,
}

/// Recalls a lot, with all marks that were activated for it: effective at once.
#[utoipa::path(
    post,
    path = "/api/v1/lots/{lot}/recall",
    operation_id = "recall_lot",
    tag = "lots",
    params(("lot" = LotNumber, Path, description = "Its number"), IdempotencyKey),
    request_body = Recall,
    responses((status = 200, description = "It is recalled", body = LotBody))
)]
pub async fn recall(
    caller: Caller,
    State(app): State<App>,
    ApiPath(number): ApiPath<LotNumber>,
    key: IdempotencyKey,
    ApiJson(body): ApiJson<Recall>,
) -> Result<Json<LotBody>, Problem> {
    let call = caller.call(key, body.by)?;
    let (reason, document) = (body.reason.said("reason")?, body.document.said("document")?);
    let recalled = lots::recall(&app.store, &call, number, reason, document).await?;
    Ok(Json(recalled.into()))
}

/// A decision with its reason and document.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// Who enters it.
    pub by: Option<By>,
    /// Why.
    pub reason: Text,
    /// The number of the decision.
    pub document: Text,
}

/// Takes the recall of a lot back, and that of all marks that are recalled because of it.
#[utoipa::path(
    post,
    path = "/api/v1/lots/{lot}/restore",
    operation_id = "restore_lot",
    tag = "lots",
    params(("lot" = LotNumber, Path, description = "Its number"), IdempotencyKey),
    request_body = Decision,
    responses((status = 200, description = "It is recalled no more", body = LotBody))
)]
pub async fn restore(
    caller: Caller,
    State(app): State<App>,
    ApiPath(number): ApiPath<LotNumber>,
    key: IdempotencyKey,
    ApiJson(body): ApiJson<Decision>,
) -> Result<Json<LotBody>, Problem> {
    let call = caller.call(key, body.by)?;
    let (reason, document) = (body.reason.said("reason")?, body.document.said("document")?);
    let restored = lots::restore(&app.store, &call, number, reason, document).await?;
    Ok(Json(restored.into()))
}
