//! `POST /api/v1/verify`: the verdict as JSON.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::extract::ApiJson;
use super::problem::Problem;
use super::visitor::Visitor;
use super::{App, Unanswered, check};
use crate::domain::input::Input;
use crate::domain::lot::Lot;
use crate::domain::place::{Place, PlaceClass, Prefecture};
use crate::service::verify::{Answer, MarkAnswer};

/// What is to be checked.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VerifyRequest {
    /// The code in any of its forms: 193 digits, 107 characters of base64url, the label's whole address, or the typed
    /// serial.
    #[schema(example = "4BD9-QV4N-Q0NZ-57DB")]
    code: String,
    /// Where the phone is, if its owner wants to say: the prefecture's code of GB/T 2260.
    #[schema(example = 430_900)]
    prefecture: Option<u32>,
}

/// The answer of this installation.
#[derive(Debug, Serialize, ToSchema)]
pub struct VerifyResponse {
    /// The one true domain, to hold against the address that was scanned.
    #[schema(example = "v.example.cn")]
    true_domain: String,
    #[serde(flatten)]
    verdict: VerdictBody,
}

/// The verdict. Of what is not ours nothing else is said: the other members are of marks of ours alone.
#[derive(Debug, Serialize, ToSchema)]
pub struct VerdictBody {
    /// `first_check`, `checked_before`, `suspected_copy`, `not_activated`, `withdrawn`, `past_season` or `not_ours`.
    #[schema(example = "first_check")]
    verdict: &'static str,
    /// When the verdict was reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    checked_at: Option<Timestamp>,
    /// What was issued.
    #[serde(skip_serializing_if = "Option::is_none")]
    mark: Option<MarkBody>,
    /// The place of this query among all of the mark.
    #[serde(skip_serializing_if = "Option::is_none")]
    query: Option<QueryBody>,
    /// Why it is withdrawn.
    #[serde(skip_serializing_if = "Option::is_none")]
    withdrawal: Option<WithdrawalBody>,
    /// Since when it is past its season.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    past_since: Option<Timestamp>,
}

/// What was issued.
#[derive(Debug, Serialize, ToSchema)]
pub struct MarkBody {
    /// As printed under the symbol.
    serial: String,
    /// The batch's number.
    batch: u32,
    /// The place in the batch, from 0.
    index: u32,
    /// The season, a year.
    season: u16,
    /// The form of the product: `fresh`, `canned`, `frozen`, `salted`, `ready-to-eat`, `dried` or `powder`.
    form: &'static str,
    /// The product as it stands on the pack.
    product: String,
    /// Whether there is a hidden code under scratch film.
    has_hidden_code: bool,
    /// Who may use the mark.
    licensee: LicenseeBody,
    /// The lot it was activated for.
    #[serde(skip_serializing_if = "Option::is_none")]
    lot: Option<LotBody>,
}

/// The lot that a mark was activated for.
#[derive(Debug, Serialize, ToSchema)]
pub struct LotBody {
    /// The firm's own number of the lot, as on the pack.
    code: String,
    /// When the shoots were picked.
    #[schema(value_type = String, format = Date)]
    harvested: Date,
    /// Where.
    township: &'static str,
    /// The standard with its version.
    standard: String,
    /// The last report of an inspection.
    #[serde(skip_serializing_if = "Option::is_none")]
    test: Option<TestBody>,
}

/// A report of an inspection.
#[derive(Debug, Serialize, ToSchema)]
pub struct TestBody {
    /// `passed` or `failed`.
    result: &'static str,
    /// The day of the report.
    #[schema(value_type = String, format = Date)]
    date: Date,
    /// Who tested.
    laboratory: String,
    /// The report's number.
    number: String,
}

impl LotBody {
    fn of(lot: &Lot) -> Self {
        let public = &lot.entered.public;
        Self {
            code: public.code.to_string(),
            harvested: public.harvested,
            township: public.township.name(),
            standard: public.standard.to_string(),
            test: lot.reports.last().map(|report| TestBody {
                result: report.result.slug(),
                date: report.date,
                laboratory: report.laboratory.to_string(),
                number: report.number.to_string(),
            }),
        }
    }
}

/// Who may use the mark.
#[derive(Debug, Serialize, ToSchema)]
pub struct LicenseeBody {
    /// The registered name.
    name: String,
    /// The unified social credit code.
    uscc: String,
    /// `gi_product`, `certification_mark` or `both`.
    legal_basis: &'static str,
    /// Its telephone number for the public.
    #[serde(skip_serializing_if = "Option::is_none")]
    hotline: Option<String>,
}

/// The place of a query among all.
#[derive(Debug, Serialize, ToSchema)]
pub struct QueryBody {
    /// This is the Nth query.
    number: u64,
    /// When the first came.
    #[schema(value_type = String, format = DateTime)]
    first_at: Timestamp,
    /// The province it came from, in Chinese, if that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    first_province: Option<&'static str>,
    /// The same in English.
    #[serde(skip_serializing_if = "Option::is_none")]
    first_province_en: Option<&'static str>,
    /// Whether it was this phone's.
    first_was_this_phone: bool,
}

/// Why a mark is withdrawn.
#[derive(Debug, Serialize, ToSchema)]
pub struct WithdrawalBody {
    /// `revoked`, `destroyed`, `lost`, `returned`, `spoiled`, `recalled`, `frozen` or `right_ended`.
    kind: &'static str,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
    /// The reason, for the public.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// Checks a code or a serial.
///
/// What is not ours is an answer, not an error: 200 with the verdict `not_ours`, whichever way it is not ours. The
/// answer is given after it was written down; `query.number` is exact. A call counts as a query of the mark, like a
/// person's scan; who only looks something up uses `yuanmark verify`, which counts for nothing.
#[utoipa::path(
    post,
    path = "/api/v1/verify",
    request_body = VerifyRequest,
    responses(
        (status = 200, description = "A verdict", body = VerifyResponse),
        (status = 400, description = "Not of the form above", body = Problem),
        (status = 408, description = "Not all there after 10 seconds", body = Problem),
        (status = 413, description = "More than 4 KiB", body = Problem),
        (status = 415, description = "Not JSON", body = Problem),
        (status = 422, description = "No such prefecture", body = Problem),
        (status = 429, description = "Too many serials that are not ours came from this network, or this serial was asked \
         too often: never a verdict, and the same for right and wrong serials. The whole code is always answered", body = Problem,
         headers(("retry-after" = u64, description = "Seconds until the next serial is looked at"))),
        (status = 503, description = "Could not check: never a verdict", body = Problem)
    )
)]
pub async fn verify(
    State(app): State<App>,
    visitor: Visitor,
    ApiJson(request): ApiJson<VerifyRequest>,
) -> Response {
    let place = match place_of(request.prefecture) {
        Ok(place) => place,
        Err(problem) => return problem.response(),
    };
    let input = Input::read(&request.code);
    let answer = match check(&app, &visitor, input, place).await {
        Ok(answer) => answer,
        Err(Unanswered::Refused(refused)) => return Problem::too_many(refused.seconds).response(),
        Err(Unanswered::Failed) => return Problem::UNAVAILABLE.response(),
    };
    let body = VerifyResponse {
        true_domain: app.public_url.domain().to_owned(),
        verdict: VerdictBody::of(&answer),
    };
    let mut response = Json(body).into_response();
    visitor.name_phone(
        &app.keys,
        app.public_url.is_secure(),
        response.headers_mut(),
    );
    response
}

/// Where a phone is, as its owner says it.
pub(super) fn place_of(prefecture: Option<u32>) -> Result<Option<Place>, Problem> {
    match prefecture.map(Prefecture::new) {
        None => Ok(None),
        Some(Some(prefecture)) if !prefecture.is_a_whole_province() => Ok(Some(Place {
            prefecture,
            class: PlaceClass::Gps,
        })),
        Some(_) => {
            let detail = "prefecture: there is no prefecture of this code in GB/T 2260";
            Err(Problem::INVALID.because(detail))
        }
    }
}

impl VerdictBody {
    /// The answer as JSON; the command line prints the same.
    pub fn of(answer: &Answer) -> Self {
        match answer {
            Answer::Ours(mark) => Self::of_mark(mark),
            Answer::NotOurs => Self {
                verdict: answer.verdict().slug(),
                checked_at: None,
                mark: None,
                query: None,
                withdrawal: None,
                past_since: None,
            },
        }
    }

    fn of_mark(answer: &MarkAnswer) -> Self {
        Self {
            verdict: answer.verdict.slug(),
            checked_at: Some(answer.checked_at),
            mark: Some(MarkBody {
                serial: answer.serial.to_string(),
                batch: answer.mark.batch.get(),
                index: answer.mark.index.get(),
                season: answer.facts.batch.season.year(),
                form: answer.facts.batch.form.slug(),
                product: answer.facts.product.to_string(),
                has_hidden_code: answer.facts.batch.has_hidden_codes,
                licensee: LicenseeBody {
                    name: answer.licensee().name().to_string(),
                    uscc: answer.licensee().uscc.to_string(),
                    legal_basis: answer.licensee().legal_basis().slug(),
                    hotline: answer.hotline().map(ToString::to_string),
                },
                lot: answer.lot.as_deref().map(LotBody::of),
            }),
            query: answer.query.as_ref().map(|query| {
                let province = query.first.place.map(|place| place.prefecture.province());
                QueryBody {
                    number: query.number,
                    first_at: query.first.at,
                    first_province: province.map(|(zh, _)| zh),
                    first_province_en: province.map(|(_, en)| en),
                    first_was_this_phone: query.first.by_this_phone,
                }
            }),
            withdrawal: answer
                .withdrawal
                .as_ref()
                .map(|(kind, since, reason)| WithdrawalBody {
                    kind,
                    since: *since,
                    reason: reason.clone(),
                }),
            past_since: answer.past_since,
        }
    }
}
