//! Claims of hidden codes: within their limits, and as JSON (`POST /api/v1/claims`). The pages are `pages::claim`.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::time::timeout;
use utoipa::ToSchema;

use super::api::place_of;
use super::extract::ApiJson;
use super::problem::Problem;
use super::visitor::Visitor;
use super::{ANSWER_TIMEOUT, App, Unanswered};
use crate::domain::claim::Claim;
use crate::domain::hidden::HiddenCode;
use crate::domain::input::Input;
use crate::domain::place::Place;
use crate::service::claims::{self, Claiming, Outcome};
use crate::service::system;

/// What became of a try.
pub(super) struct Judged {
    /// What it was.
    pub outcome: Outcome,
    /// How many wrong ones this phone has left.
    pub left: u32,
}

/// Claims a mark within the limits, whoever asks. `None` is what is neither a code nor a serial. A place that the asker gives
/// goes before the address's.
pub(super) async fn claim(
    app: &App,
    visitor: &Visitor,
    input: Option<Input>,
    hidden: HiddenCode,
    place: Option<Place>,
) -> Result<Judged, Unanswered> {
    let mark = input
        .as_ref()
        .and_then(|input| claims::mark_of(&app.keys, input));
    let limits = &app.traffic.limits;
    let paid = limits.claim(mark, visitor.phone, visitor.address);
    let mut paid = paid.map_err(Unanswered::Refused)?;
    let judged = async {
        let Some(input) = input else {
            return Ok(Outcome::NotOurs);
        };
        let claiming = Claiming {
            input,
            hidden,
            phone: Some(visitor.phone),
            place: place.or_else(|| app.traffic.places.of(visitor.address?)),
            network: visitor.network(&app.keys),
        };
        claims::claim(&app.store, &app.keys, &claiming, system::now()).await
    };
    let judged = timeout(ANSWER_TIMEOUT, judged).await;
    let is_a_guess = matches!(&judged, Ok(Ok(outcome)) if outcome.is_a_guess());
    paid.told(is_a_guess);
    match judged {
        Ok(Ok(outcome)) => {
            app.metrics.claim(&outcome);
            Ok(Judged {
                outcome,
                left: paid.left,
            })
        }
        Ok(Err(error)) => {
            tracing::error!(%error, "a hidden code could not be checked");
            Err(Unanswered::Failed)
        }
        Err(_) => Err(Unanswered::Failed),
    }
}

/// A hidden code that is to be claimed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClaimRequest {
    /// The mark: its code in any of its forms, or its serial.
    #[schema(example = "4BD9-QV4N-Q0NZ-57DB")]
    code: String,
    /// What is under the scratch film: 8 characters. Case, spaces and hyphens do not matter, nor O for 0, I or L for 1.
    #[schema(example = "NH82-0VXZ")]
    hidden_code: String,
    /// Where the phone is, if its owner wants to say: the prefecture's code of GB/T 2260.
    #[schema(example = 430_900)]
    prefecture: Option<u32>,
}

/// What became of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ClaimResponse {
    /// The one true domain, to hold against the address that was scanned.
    #[schema(example = "v.example.cn")]
    true_domain: String,
    /// `claimed` (now, as the first), `claimed_before` (the right code, but not the first time), `wrong_code`,
    /// `no_hidden_code` (this label has none), `not_now` (the mark is not in force: see `verdict`) or `not_ours`.
    #[schema(example = "claimed")]
    outcome: &'static str,
    /// The mark's verdict, with `not_now`.
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<&'static str>,
    /// With `wrong_code`: how many more wrong ones are judged before this phone has to wait.
    #[serde(skip_serializing_if = "Option::is_none")]
    tries_left: Option<u32>,
    /// The mark's one claim, with `claimed` and `claimed_before`.
    #[serde(skip_serializing_if = "Option::is_none")]
    claim: Option<ClaimBody>,
}

/// A mark's one claim.
#[derive(Debug, Serialize, ToSchema)]
pub struct ClaimBody {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// The province it came from, in Chinese, if that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    province: Option<&'static str>,
    /// The same in English.
    #[serde(skip_serializing_if = "Option::is_none")]
    province_en: Option<&'static str>,
    /// Whether it was made with this phone.
    by_this_phone: bool,
}

impl ClaimBody {
    fn of(claim: &Claim, by_this_phone: bool) -> Self {
        let province = claim.place.map(|place| place.prefecture.province());
        Self {
            at: claim.at,
            province: province.map(|(zh, _)| zh),
            province_en: province.map(|(_, en)| en),
            by_this_phone,
        }
    }
}

/// Claims a mark by its hidden code.
///
/// A mark is claimed once, for good: whoever sends the right code first is told `claimed`, everybody after `claimed_before`
/// with when and in which province. A mark that is not activated, withdrawn or past its season is not claimed. Wrong codes are
/// limited by phone, network and mark.
#[utoipa::path(
    post,
    path = "/api/v1/claims",
    request_body = ClaimRequest,
    responses(
        (status = 200, description = "It was judged", body = ClaimResponse),
        (status = 400, description = "Not of the form above", body = Problem),
        (status = 408, description = "Not all there after 10 seconds", body = Problem),
        (status = 413, description = "More than 4 KiB", body = Problem),
        (status = 415, description = "Not JSON", body = Problem),
        (status = 422, description = "No such prefecture, or what cannot be a hidden code", body = Problem),
        (status = 429, description = "Too many wrong codes: nothing was judged, right and wrong alike", body = Problem,
         headers(("retry-after" = u64, description = "Seconds until the next one is judged"))),
        (status = 503, description = "Could not check", body = Problem)
    )
)]
pub async fn claim_by_program(
    State(app): State<App>,
    visitor: Visitor,
    ApiJson(request): ApiJson<ClaimRequest>,
) -> Response {
    let place = match place_of(request.prefecture) {
        Ok(place) => place,
        Err(problem) => return problem.response(),
    };
    let Some(hidden) = HiddenCode::from_typed(&request.hidden_code) else {
        let detail =
            "hidden_code: a hidden code has 8 characters, digits and letters without I, L, O and U";
        return Problem::INVALID.because(detail).response();
    };
    let input = Input::read(&request.code);
    let judged = match claim(&app, &visitor, input, hidden, place).await {
        Ok(judged) => judged,
        Err(Unanswered::Refused(refused)) => {
            return Problem::too_many_tries(refused.seconds).response();
        }
        Err(Unanswered::Failed) => return Problem::UNAVAILABLE.response(),
    };
    let body = ClaimResponse::of(&judged, app.public_url.domain());
    let mut response = Json(body).into_response();
    let is_secure = app.public_url.is_secure();
    visitor.name_phone(&app.keys, is_secure, response.headers_mut());
    response
}

impl ClaimResponse {
    fn of(judged: &Judged, domain: &str) -> Self {
        let (verdict, tries_left, claim) = match &judged.outcome {
            Outcome::NotNow(mark) => (Some(mark.verdict.slug()), None, None),
            Outcome::Wrong(_) => (None, Some(judged.left), None),
            Outcome::Claimed(_, claim) => (None, None, Some(ClaimBody::of(claim, true))),
            Outcome::ClaimedBefore {
                claim,
                by_this_phone,
                ..
            } => (None, None, Some(ClaimBody::of(claim, *by_this_phone))),
            Outcome::NotOurs | Outcome::NoHiddenCode(_) => (None, None, None),
        };
        Self {
            true_domain: domain.to_owned(),
            outcome: judged.outcome.slug(),
            verdict,
            tries_left,
            claim,
        }
    }
}
