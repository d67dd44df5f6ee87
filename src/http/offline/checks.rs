//! `POST /api/v1/offline-checks`: checks that a phone made without a network.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::domain::code::Code;
use crate::http::App;
use crate::http::extract::ApiJson;
use crate::http::limits::Limit;
use crate::http::network::Network;
use crate::http::problem::Problem;
use crate::http::visitor::Visitor;
use crate::service::offline::{self, Asker, OfflineCheck};
use crate::service::system;
use crate::service::verify::Channel;

/// Checks in one request at most.
const MOST_CHECKS: usize = 32;
/// Bytes of such a request: 32 of the longest form take 10 KiB.
pub const CHECKS_BODY: usize = 16 * 1024;
/// The latest time that a browser's clock can say, in milliseconds since 1970 (ECMA-262, 21.4.1.1).
const LATEST_MILLISECOND: i64 = 8_640_000_000_000_000;

/// Checks that a phone made without a network.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OfflineChecksRequest {
    /// The checks.
    checks: FewChecks,
}

/// At most 32.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(try_from = "Vec<OfflineCheckBody>")]
#[schema(max_items = 32)]
pub struct FewChecks(Vec<OfflineCheckBody>);

impl TryFrom<Vec<OfflineCheckBody>> for FewChecks {
    type Error = &'static str;

    fn try_from(checks: Vec<OfflineCheckBody>) -> Result<Self, Self::Error> {
        let few = (checks.len() <= MOST_CHECKS).then_some(Self(checks));
        few.ok_or("at most 32 checks in one request")
    }
}

/// One of them.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OfflineCheckBody {
    /// The name that the phone gave it, a UUID: sent again under the same name, it changes nothing.
    #[schema(
        value_type = String,
        pattern = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
        example = "0198c8f2-5d3e-7a41-9c55-3f0a1b2c3d4e"
    )]
    id: Name,
    /// What was scanned: 193 digits, or 107 characters of base64url. A serial cannot be checked without a network.
    #[schema(
        value_type = String,
        pattern = "^([0-9]{193}|[A-Za-z0-9_-]{107})$"
    )]
    code: CodeText,
    /// When, by the phone's clock, in milliseconds since 1970. It decides nothing.
    #[schema(value_type = i64, minimum = 0, maximum = 8_640_000_000_000_000_i64)]
    at: Millisecond,
}

/// A UUID in its usual spelling.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "String")]
struct Name(Uuid);

impl TryFrom<String> for Name {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let id = Uuid::try_parse(&text).ok();
        let id = id.filter(|id| id.to_string() == text);
        id.map(Self).ok_or("is no UUID in lower case, with hyphens")
    }
}

/// What has the length and the characters of a code.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "String")]
struct CodeText(Option<Code>);

impl TryFrom<String> for CodeText {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let is_code = match text.len() {
            193 => text.bytes().all(|byte| byte.is_ascii_digit()),
            107 => text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'),
            _ => false,
        };
        let read = is_code.then(|| Self(Code::from_text(&text)));
        read.ok_or("is neither 193 digits nor 107 characters of base64url")
    }
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "i64")]
struct Millisecond(Timestamp);

impl TryFrom<i64> for Millisecond {
    type Error = &'static str;

    fn try_from(number: i64) -> Result<Self, Self::Error> {
        let at = (0..=LATEST_MILLISECOND).contains(&number).then(|| {
            // Later than the last year that is written with four digits is as good as that.
            Timestamp::from_millisecond(number).unwrap_or(Timestamp::MAX)
        });
        at.map(Self).ok_or("is no time of a browser's clock")
    }
}

/// What became of them.
#[derive(Debug, Serialize, ToSchema)]
pub struct OfflineChecksResponse {
    /// The names of those that need not be sent again: counted now, known from before, or not ours.
    #[schema(value_type = Vec<String>)]
    taken: Vec<String>,
}

/// Takes checks that a phone made without a network.
///
/// Each counts as a query of the moment in which it comes in, like a scan, and is marked as made offline. What is sent again
/// under the same name changes nothing.
#[utoipa::path(
    post,
    path = "/api/v1/offline-checks",
    request_body = OfflineChecksRequest,
    responses(
        (status = 200, description = "Those that need not be sent again", body = OfflineChecksResponse),
        (status = 400, description = "Not of the form above", body = Problem),
        (status = 408, description = "Not all there after 10 seconds", body = Problem),
        (status = 413, description = "More than 16 KiB", body = Problem),
        (status = 415, description = "Not JSON", body = Problem),
        (status = 429, description = "Too many requests of this kind came from this network; nothing was taken", body = Problem,
         headers(("retry-after" = u64, description = "Seconds until the next one is looked at"))),
        (status = 503, description = "None could be taken: send them again", body = Problem)
    )
)]
pub async fn take(
    State(app): State<App>,
    visitor: Visitor,
    ApiJson(request): ApiJson<OfflineChecksRequest>,
) -> Response {
    let network = Network::of_client(visitor.address);
    if let Err(refused) = app.traffic.limits.take(Limit::OfflineChecks, &network) {
        return Problem::too_often(refused.seconds).response();
    }
    let checks: Vec<OfflineCheck> = request
        .checks
        .0
        .iter()
        .map(|check| OfflineCheck {
            id: check.id.0,
            code: check.code.0,
            claimed_at: check.at.0,
        })
        .collect();
    let asker = Asker {
        channel: match visitor.channel {
            Channel::Consumer | Channel::Offline => Channel::Offline,
            Channel::Unrecorded => Channel::Unrecorded,
        },
        phone: visitor.phone,
        network: visitor.network(&app.keys),
        place: visitor
            .address
            .and_then(|address| app.traffic.places.of(address)),
    };
    let taken = offline::take(
        &app.store,
        &app.keys,
        &app.verifier,
        asker,
        &checks,
        system::now(),
    )
    .await;
    let mut response = match taken {
        Ok(taken) => {
            let taken = taken.iter().map(Uuid::to_string).collect();
            Json(OfflineChecksResponse { taken }).into_response()
        }
        Err(error) => Problem::from(error).response(),
    };
    visitor.name_phone(
        &app.keys,
        app.public_url.is_secure(),
        response.headers_mut(),
    );
    response
}
