//! Errors as programs read them: `application/problem+json` (RFC 9457) with a stable type.

use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

/// When a client that could not be answered may ask again.
pub const RETRY_AFTER_SECONDS: HeaderValue = HeaderValue::from_static("5");

/// Longer than a check may take, and long enough for 4 KiB over the worst network.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);

/// An error as programs read it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Problem {
    /// Stable name of this kind of error, such as `urn:yuanmark:problem:not-found`.
    #[serde(rename = "type")]
    kind: &'static str,
    /// What it means, in English.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// What is wrong with this very request.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    /// `unavailable` when a check could not be made: never a verdict on the mark.
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<&'static str>,
}

impl Problem {
    pub const NOT_FOUND: Self = Self::new(
        "urn:yuanmark:problem:not-found",
        "There is nothing at this address.",
        404,
    );
    pub const METHOD_NOT_ALLOWED: Self = Self::new(
        "urn:yuanmark:problem:method-not-allowed",
        "This address does not take this method.",
        405,
    );
    pub const TOO_LARGE: Self = Self::new(
        "urn:yuanmark:problem:too-large",
        "The request is too large.",
        413,
    );
    pub const TOO_SLOW: Self = Self::new(
        "urn:yuanmark:problem:too-slow",
        "The request did not come in full in time.",
        408,
    );
    pub const NOT_JSON: Self = Self::new(
        "urn:yuanmark:problem:not-json",
        "The request must be JSON, with the content type application/json.",
        415,
    );
    pub const BAD_REQUEST: Self = Self::new(
        "urn:yuanmark:problem:bad-request",
        "The request is not of the form this address takes.",
        400,
    );
    pub const INTERNAL: Self = Self::new(
        "urn:yuanmark:problem:internal",
        "Something went wrong on our side.",
        500,
    );
    pub const UNAVAILABLE: Self = Self {
        kind: "urn:yuanmark:problem:unavailable",
        title: "We could not check. This is not a verdict; try again.",
        status: 503,
        detail: None,
        verdict: Some("unavailable"),
    };

    const fn new(kind: &'static str, title: &'static str, status: u16) -> Self {
        Self {
            kind,
            title,
            status,
            detail: None,
            verdict: None,
        }
    }

    /// The same problem with a word on this very request.
    pub fn because(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    pub fn response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let mut response = (status, body).into_response();
        let kind = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, RETRY_AFTER_SECONDS);
        }
        response
    }
}

/// Ends a request that is not answered in time, mostly because its body does not come.
pub async fn in_time(request: Request, next: Next) -> Response {
    match tokio::time::timeout(REQUEST_TIMEOUT, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::TOO_SLOW.response(),
    }
}

/// What a panic in a handler becomes. The log has the rest.
pub fn panicked(_: Box<dyn std::any::Any + Send>) -> Response<Body> {
    tracing::error!("a handler panicked");
    Problem::INTERNAL.response()
}
