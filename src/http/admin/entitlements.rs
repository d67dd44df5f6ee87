//! Entitlements (年度额度), and the coefficients they are worked out with.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::caller::Caller;
use super::values::{AccountPath, At, By, Count, Difference, IdempotencyKey, Limit, Said, Text};
use crate::domain::area::Area;
use crate::domain::entitlement::coefficients::{PerMille, SetCoefficients};
use crate::domain::entitlement::{Account, Coefficients, Entitlement};
use crate::domain::form::Form;
use crate::domain::licensee::LicenseeNumber;
use crate::domain::season::Season;
use crate::domain::text::Line;
use crate::http::App;
use crate::http::extract::{ApiJson, ApiQuery};
use crate::http::problem::Problem;
use crate::service::entitlements;

/// A share of every form.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Shares {
    /// 鲜品
    fresh: PerMille,
    /// 罐头
    canned: PerMille,
    /// 速冻
    frozen: PerMille,
    /// 盐渍
    salted: PerMille,
    /// 即食
    ready_to_eat: PerMille,
    /// 干品
    dried: PerMille,
    /// 粉
    powder: PerMille,
}

impl Shares {
    const fn of(&mut self, form: Form) -> &mut PerMille {
        match form {
            Form::Fresh => &mut self.fresh,
            Form::Canned => &mut self.canned,
            Form::Frozen => &mut self.frozen,
            Form::Salted => &mut self.salted,
            Form::ReadyToEat => &mut self.ready_to_eat,
            Form::Dried => &mut self.dried,
            Form::Powder => &mut self.powder,
        }
    }

    fn by_form(mut self) -> BTreeMap<Form, PerMille> {
        let share = |form| (form, *self.of(form));
        Form::ALL.into_iter().map(share).collect()
    }
}

impl From<&BTreeMap<Form, PerMille>> for Shares {
    fn from(by_form: &BTreeMap<Form, PerMille>) -> Self {
        let mut shares = Self::default();
        for (form, share) in by_form {
            *shares.of(*form) = *share;
        }
        shares
    }
}

/// From surveyed land to marks: area × `kg_per_mu` × yield ÷ weight of a pack, rounded down.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Coefficients)]
pub struct CoefficientsBody {
    /// The version, from 1. Version 0 is what is assumed until the authority sets its own.
    version: Count,
    /// Raw shoots in kilograms a mu yields in a season.
    kg_per_mu: Count,
    /// The share of the raw shoot that goes into packs.
    yields: Shares,
    /// The share of an unused entitlement that goes over into the next season.
    carry_over: Shares,
    /// Labels spoiled in printing above this share of an order are flagged.
    scrap_tolerance: PerMille,
    /// The document they rest on.
    #[serde(skip_serializing_if = "Option::is_none")]
    document: Option<Line>,
}

impl From<Coefficients> for CoefficientsBody {
    fn from(coefficients: Coefficients) -> Self {
        Self {
            version: Count(coefficients.version),
            kg_per_mu: Count(coefficients.kg_per_mu),
            yields: Shares::from(&coefficients.yields),
            carry_over: Shares::from(&coefficients.carry_over),
            scrap_tolerance: coefficients.scrap_tolerance,
            document: coefficients.document,
        }
    }
}

/// The coefficients in force.
#[utoipa::path(
    get,
    path = "/api/v1/coefficients",
    operation_id = "get_coefficients",
    tag = "entitlements",
    responses((status = 200, description = "They", body = CoefficientsBody))
)]
pub async fn coefficients(
    _: Caller,
    State(app): State<App>,
) -> Result<Json<CoefficientsBody>, Problem> {
    Ok(Json(entitlements::coefficients(&app.store).await?.into()))
}

/// Coefficients with the moment from which they are in force.
#[derive(Debug, Serialize, ToSchema)]
pub struct CoefficientsVersion {
    /// What they are.
    coefficients: CoefficientsBody,
    /// Since when.
    at: At,
    /// Who set them.
    by: Line,
}

/// All versions that were set.
#[derive(Debug, Serialize, ToSchema)]
pub struct CoefficientsHistory {
    /// The newest first.
    versions: Vec<CoefficientsVersion>,
}

/// All versions of the coefficients that were ever set, the newest first.
#[utoipa::path(
    get,
    path = "/api/v1/coefficients/versions",
    operation_id = "list_coefficients",
    tag = "entitlements",
    responses((status = 200, description = "All of them", body = CoefficientsHistory))
)]
pub async fn history(
    _: Caller,
    State(app): State<App>,
) -> Result<Json<CoefficientsHistory>, Problem> {
    let version = |set: SetCoefficients| CoefficientsVersion {
        coefficients: set.coefficients.into(),
        at: At(set.at),
        by: set.by,
    };
    let found = entitlements::all_coefficients(&app.store).await?;
    let versions = found.into_iter().map(version).collect();
    Ok(Json(CoefficientsHistory { versions }))
}

/// The next version of the coefficients.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCoefficients {
    /// Who sets them.
    by: Option<By>,
    /// The version in force and one; if somebody set that by now, nothing is overwritten (409).
    version: Count,
    /// Raw shoots in kilograms a mu yields in a season, 1 to 10,000.
    kg_per_mu: Count,
    /// The share of the raw shoot that goes into packs.
    yields: Shares,
    /// The share of an unused entitlement that goes over into the next season.
    carry_over: Shares,
    /// Labels spoiled in printing above this share of an order are flagged.
    scrap_tolerance: PerMille,
    /// The document they rest on.
    document: Option<Text>,
}

/// Sets the next version of the coefficients. Entitlements granted before keep theirs.
#[utoipa::path(
    post,
    path = "/api/v1/coefficients",
    operation_id = "set_coefficients",
    tag = "entitlements",
    params(IdempotencyKey),
    request_body = NewCoefficients,
    responses((status = 200, description = "They are in force", body = CoefficientsBody))
)]
pub async fn set_coefficients(
    caller: Caller,
    State(app): State<App>,
    key: IdempotencyKey,
    ApiJson(body): ApiJson<NewCoefficients>,
) -> Result<Json<CoefficientsBody>, Problem> {
    let call = caller.call(key, body.by)?;
    let new = Coefficients {
        version: body.version.0,
        kg_per_mu: body.kg_per_mu.0,
        yields: body.yields.by_form(),
        carry_over: body.carry_over.by_form(),
        scrap_tolerance: body.scrap_tolerance,
        document: body.document.said("document")?,
    };
    let set = entitlements::set_coefficients(&app.store, &call, new).await?;
    Ok(Json(set.into()))
}

/// An entitlement with everything that was ever added to it and taken from it, in marks.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Entitlement)]
pub struct EntitlementBody {
    /// Whose.
    licensee: LicenseeNumber,
    /// For which season.
    season: Season,
    /// For which form.
    form: Form,
    /// What may still be ordered: granted + adjusted + received + `carried_in` + restored − given − `carried_out` −
    /// lapsed − ordered.
    balance: u64,
    /// The surveyed area it was granted for.
    area_hundredths: Area,
    /// Grams of one pack.
    pack_grams: Count,
    /// From the survey.
    granted: u64,
    /// Added by the authority, or taken if below zero.
    adjusted: i64,
    /// Received from other licensees.
    received: u64,
    /// Given to other licensees.
    given: u64,
    /// From the season before.
    carried_in: u64,
    /// Into the next season.
    carried_out: u64,
    /// Lapsed at the year's end.
    lapsed: u64,
    /// In orders that were approved and not cancelled.
    ordered: u64,
    /// Destroyed before two witnesses after they were ordered.
    restored: u64,
    /// Whether the season's books are closed.
    is_closed: bool,
}

impl From<Entitlement> for EntitlementBody {
    fn from(entitlement: Entitlement) -> Self {
        let account = entitlement.account;
        Self {
            licensee: account.licensee,
            season: account.season,
            form: account.form,
            balance: entitlement.balance(),
            area_hundredths: entitlement.area,
            pack_grams: Count(entitlement.pack_grams),
            granted: entitlement.granted,
            adjusted: entitlement.adjusted,
            received: entitlement.received,
            given: entitlement.given,
            carried_in: entitlement.carried_in,
            carried_out: entitlement.carried_out,
            lapsed: entitlement.lapsed,
            ordered: entitlement.ordered,
            restored: entitlement.restored,
            is_closed: entitlement.is_closed,
        }
    }
}

/// Which entitlements are wanted.
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
    /// Only those after this one: `next` of the page before.
    #[param(value_type = AccountPath, required = false)]
    after: Option<AccountPath>,
    /// How many at most.
    #[serde(default)]
    #[param(required = false)]
    limit: Limit,
}

/// Entitlements, by season, licensee and form.
#[derive(Debug, Serialize, ToSchema)]
pub struct Entitlements {
    /// Those that were found.
    entitlements: Vec<EntitlementBody>,
    /// Given as `after`, shows the next page; missing on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<AccountPath>,
}

/// Lists entitlements by season, licensee and form.
#[utoipa::path(
    get,
    path = "/api/v1/entitlements",
    operation_id = "list_entitlements",
    tag = "entitlements",
    params(Wanted),
    responses((status = 200, description = "They", body = Entitlements))
)]
pub async fn list(
    caller: Caller,
    State(app): State<App>,
    ApiQuery(wanted): ApiQuery<Wanted>,
) -> Result<Json<Entitlements>, Problem> {
    let (licensee, season, limit) = (wanted.licensee, wanted.season, wanted.limit);
    let after = wanted.after.map(|AccountPath(account)| account);
    let most = limit.and_one();
    let mut found =
        entitlements::list(&app.store, caller.scope(), licensee, season, after, most).await?;
    let next = limit.cut(&mut found, |entitlement| AccountPath(entitlement.account));
    let entitlements = found.into_iter().map(Into::into).collect();
    Ok(Json(Entitlements { entitlements, next }))
}

/// A grant from a survey.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GrantRequest {
    /// Who grants it.
    by: Option<By>,
    /// To whom.
    licensee: LicenseeNumber,
    /// For which season.
    season: Season,
    /// For which form.
    form: Form,
    /// The surveyed area.
    area_hundredths: Area,
    /// Grams of one pack, 1 to 100,000.
    pack_grams: Count,
    /// The survey's number.
    document: Text,
}

/// Grants an entitlement from a survey, with the coefficients in force.
#[utoipa::path(
    post,
    path = "/api/v1/entitlements/grant",
    operation_id = "grant_entitlement",
    tag = "entitlements",
    params(IdempotencyKey),
    request_body = GrantRequest,
    responses((status = 200, description = "It is granted", body = EntitlementBody))
)]
pub async fn grant(
    caller: Caller,
    State(app): State<App>,
    key: IdempotencyKey,
    ApiJson(body): ApiJson<GrantRequest>,
) -> Result<Json<EntitlementBody>, Problem> {
    let call = caller.call(key, body.by)?;
    let account = Account {
        licensee: body.licensee,
        season: body.season,
        form: body.form,
    };
    let document = body.document.said("document")?;
    let (area, grams) = (body.area_hundredths, body.pack_grams.0);
    let granted = entitlements::grant(&app.store, &call, account, area, grams, document).await?;
    Ok(Json(granted.into()))
}

/// An adjustment.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Adjustment {
    /// Who adjusts it.
    by: Option<By>,
    /// Whose.
    licensee: LicenseeNumber,
    /// Of which season.
    season: Season,
    /// For which form.
    form: Form,
    /// Marks to be added, or taken if below zero.
    marks: Difference,
    /// Why.
    reason: Text,
    /// The number of the decision.
    document: Text,
}

/// Adds marks to an entitlement, or takes them.
#[utoipa::path(
    post,
    path = "/api/v1/entitlements/adjust",
    operation_id = "adjust_entitlement",
    tag = "entitlements",
    params(IdempotencyKey),
    request_body = Adjustment,
    responses((status = 200, description = "It is adjusted", body = EntitlementBody))
)]
pub async fn adjust(
    caller: Caller,
    State(app): State<App>,
    key: IdempotencyKey,
    ApiJson(body): ApiJson<Adjustment>,
) -> Result<Json<EntitlementBody>, Problem> {
    let call = caller.call(key, body.by)?;
    let account = Account {
        licensee: body.licensee,
        season: body.season,
        form: body.form,
    };
    let (reason, document) = (body.reason.said("reason")?, body.document.said("document")?);
    let marks = body.marks.0;
    let adjusted =
        entitlements::adjust(&app.store, &call, account, marks, reason, document).await?;
    Ok(Json(adjusted.into()))
}

/// Whose books of which season are to be closed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Closing {
    /// Who closes them.
    by: Option<By>,
    /// Whose.
    licensee: LicenseeNumber,
    /// Of which season.
    season: Season,
    /// For which form.
    form: Form,
}

/// Closes a season's books after its year: a share of what is left goes over into the next season, the rest lapses.
#[utoipa::path(
    post,
    path = "/api/v1/entitlements/close",
    operation_id = "close_entitlement",
    tag = "entitlements",
    params(IdempotencyKey),
    request_body = Closing,
    responses((status = 200, description = "The books are closed", body = EntitlementBody))
)]
pub async fn close(
    caller: Caller,
    State(app): State<App>,
    key: IdempotencyKey,
    ApiJson(body): ApiJson<Closing>,
) -> Result<Json<EntitlementBody>, Problem> {
    let call = caller.call(key, body.by)?;
    let account = Account {
        licensee: body.licensee,
        season: body.season,
        form: body.form,
    };
    let closed = entitlements::carry_over(&app.store, &call, account).await?;
    Ok(Json(closed.into()))
}
