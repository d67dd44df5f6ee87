//! Errors as programs read them: `application/problem+json` (RFC 9457) with a stable type.

use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::refusal::RefusalKind;
use crate::domain::selection::{LineOutcome, LineReport};
use crate::service::ServiceError;
use crate::store::StoreError;

/// When a client that could not be answered may ask again.
pub const RETRY_AFTER_SECONDS: HeaderValue = HeaderValue::from_static("5");

/// The media type of problems (RFC 9457).
pub const MEDIA_TYPE: &str = "application/problem+json";
/// Bad lines that are told; the detail says how many there are.
const MOST_LINES: usize = 1000;
/// Characters of a bad line that are told.
const MOST_CHARACTERS: usize = 200;

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
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    advice: Option<String>,
    /// The lines that cannot be taken, at most the first 1,000.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    lines: Vec<ProblemLine>,
    /// Seconds after which to ask again, for the header `Retry-After`.
    #[serde(skip)]
    retry_after: Option<u64>,
}

/// A line that cannot be taken.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ProblemLine {
    /// Its number, from 1.
    line: u64,
    /// What stands there, at most the first 200 characters.
    text: String,
    /// What is wrong with it, as in `is not a serial of ours`.
    problem: String,
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
    pub const UNAVAILABLE: Self = {
        let mut problem = Self::new(
            "urn:yuanmark:problem:unavailable",
            "We could not check. This is not a verdict; try again.",
            503,
        );
        problem.verdict = Some("unavailable");
        problem
    };
    pub const NOT_SIGNED_IN: Self = Self::new(
        "urn:yuanmark:problem:not-signed-in",
        "This takes a token that is in force.",
        401,
    );
    /// Known who it is, who may not.
    pub const NOT_ALLOWED: Self = Self::new(
        "urn:yuanmark:problem:not-allowed",
        "This role or this token may not do it.",
        403,
    );
    /// A form that no page of ours sent, or a browser so old that it does not say.
    pub const FOREIGN_FORM: Self = Self::new(
        "urn:yuanmark:problem:foreign-form",
        "This form was not sent from our own pages.",
        403,
    );
    /// Understood, but it cannot be granted as things stand.
    pub const REFUSED: Self = Self::new(
        "urn:yuanmark:problem:refused",
        "The request cannot be granted as things stand.",
        409,
    );
    /// What the request would change has been changed since its sender looked.
    pub const STALE: Self = Self::new(
        "urn:yuanmark:problem:stale",
        "This was changed since you looked.",
        409,
    );
    /// The address is of the right form, and there is nothing of that name.
    pub const NO_SUCH: Self = Self::new(
        "urn:yuanmark:problem:no-such",
        "There is no such thing.",
        404,
    );
    /// Of the right form, but what it says cannot be.
    pub const INVALID: Self = Self::new(
        "urn:yuanmark:problem:invalid",
        "What the request says cannot be taken.",
        422,
    );
    /// For administrators; the public is told [`Self::UNAVAILABLE`].
    pub const NO_DATABASE: Self = Self::new(
        "urn:yuanmark:problem:no-database",
        "The database did not do what was asked.",
        503,
    );

    const fn new(kind: &'static str, title: &'static str, status: u16) -> Self {
        Self {
            kind,
            title,
            status,
            detail: None,
            verdict: None,
            advice: None,
            lines: Vec::new(),
            retry_after: None,
        }
    }

    /// Serials were guessed, or one was asked too often: nothing is looked up for so many seconds.
    pub fn too_many(seconds: u64) -> Self {
        let mut problem = Self::new(
            "urn:yuanmark:problem:too-many",
            "Too many questions by serial. This is not a verdict; send the whole code, or wait.",
            429,
        );
        problem.retry_after = Some(seconds);
        problem.advising("a scanned code is answered at once, however many were asked")
    }

    /// Hidden codes were tried too often: none is judged for so many seconds.
    pub fn too_many_tries(seconds: u64) -> Self {
        let mut problem = Self::new(
            "urn:yuanmark:problem:too-many-tries",
            "Too many wrong hidden codes. Nothing was judged; wait.",
            429,
        );
        problem.retry_after = Some(seconds);
        problem.advising("compare each character with the label meanwhile")
    }

    /// Checks that were made without a network came too often from one network: none of these were taken.
    pub fn too_often(seconds: u64) -> Self {
        let mut problem = Self::new(
            "urn:yuanmark:problem:too-often",
            "Too many requests of this kind came from this network. Nothing was taken; send it again later.",
            429,
        );
        problem.retry_after = Some(seconds);
        problem
    }

    /// What a use case did not do, for administrators: it names what they may know and the public may not. What is the
    /// machine's fault is logged.
    pub fn of(error: &ServiceError) -> Self {
        match error {
            ServiceError::Refused(refusal) => match refusal.kind {
                RefusalKind::NoSuch => Self::NO_SUCH,
                RefusalKind::Invalid => Self::INVALID,
                RefusalKind::Conflict => Self::REFUSED,
                RefusalKind::Stale => Self::STALE,
            }
            .because(&refusal.what.en)
            .advising(&refusal.advice.en),
            ServiceError::BadLines { lines, .. } => Self {
                lines: bad_lines(lines),
                ..Self::INVALID.because(error.to_string())
            },
            ServiceError::Keyring(error) => Self::REFUSED.because(error.to_string()),
            ServiceError::Store(error) => Self::of_store(error),
            ServiceError::Keystore(cause) => {
                tracing::error!(%error, "the keys cannot be used");
                Self::INTERNAL
                    .because(cause.to_string())
                    .advising(cause.advice())
            }
            ServiceError::Sheet(crate::sheets::SheetError::TooManyRows { .. }) => {
                Self::REFUSED.because(error.to_string())
            }
            ServiceError::Files { .. } | ServiceError::Sheet(_) | ServiceError::Render(_) => {
                tracing::error!(%error, "a use case failed");
                Self::INTERNAL.because(error.to_string())
            }
        }
    }

    fn of_store(error: &StoreError) -> Self {
        if let StoreError::NumbersUsedUp(_) = error {
            let refused = Self::REFUSED.because(error.to_string());
            return refused.advising(error.advice());
        }
        tracing::error!(%error, "the database did not do what was asked");
        let problem = Self::NO_DATABASE.advising(error.advice());
        if error.is_wrong_database() {
            return problem.because(error.to_string());
        }
        problem // what the driver says stays in the log
    }

    /// The same problem with a word on this very request.
    pub fn because(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// The same problem with what to do.
    pub fn advising(mut self, advice: impl Into<String>) -> Self {
        self.advice = Some(advice.into());
        self
    }

    pub fn response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        match status {
            StatusCode::SERVICE_UNAVAILABLE => {
                headers.insert(header::RETRY_AFTER, RETRY_AFTER_SECONDS);
            }
            StatusCode::UNAUTHORIZED => {
                let scheme = HeaderValue::from_static("Bearer");
                headers.insert(header::WWW_AUTHENTICATE, scheme);
            }
            _ => {}
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        self.response()
    }
}

impl From<ServiceError> for Problem {
    fn from(error: ServiceError) -> Self {
        Self::of(&error)
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        Self::of_store(&error)
    }
}

/// The bad ones among the lines, at most the first 1,000.
pub fn bad_lines(lines: &[LineReport]) -> Vec<ProblemLine> {
    let bad = lines.iter().filter_map(|line| match &line.outcome {
        LineOutcome::Bad(error) => Some(ProblemLine {
            line: line.line as u64,
            text: line.text.chars().take(MOST_CHARACTERS).collect(),
            problem: error.to_string(),
        }),
        LineOutcome::Taken { .. } | LineOutcome::Repeated { .. } => None,
    });
    bad.take(MOST_LINES).collect()
}

/// Ends a request that is not answered in time, mostly because its body does not come.
pub async fn in_time(limit: Duration, request: Request, next: Next) -> Response {
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::TOO_SLOW.response(),
    }
}

/// What a panic in a handler becomes. The log has the rest.
pub fn panicked(_: Box<dyn std::any::Any + Send>) -> Response<Body> {
    tracing::error!("a handler panicked");
    Problem::INTERNAL.response()
}
