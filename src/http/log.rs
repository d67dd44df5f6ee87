//! The request log: what was asked and how it ended, without personal data. No address, no code, no cookie, no program
//! name: the route's pattern stands for the path.

use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderName, HeaderValue, Method};
use axum::response::Response;

use crate::service::system;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Where checks are answered, and where it is asked whether they can be.
const COUNTED: [&str; 6] = [
    "/t/{*code}",
    "/T/{*code}",
    "/check",
    "/api/v1/verify",
    "/healthz",
    "/readyz",
];

/// A request that is being answered, with a name that the client can quote.
pub struct Entry {
    id: String,
    method: Method,
    route: Option<MatchedPath>,
    start: Instant,
}

impl Entry {
    /// Begins with a request.
    pub fn of(request: &Request) -> Self {
        Self {
            id: system::unique_id(),
            method: request.method().clone(),
            route: request.extensions().get::<MatchedPath>().cloned(),
            start: Instant::now(),
        }
    }

    /// Logs how it ended, and tells the client its name.
    pub fn close(self, response: &mut Response) {
        let route = self.route.as_ref().map_or("none", MatchedPath::as_str);
        let status = response.status();
        macro_rules! log {
            ($level:ident) => {
                tracing::$level!(
                    request = self.id,
                    method = %self.method,
                    route,
                    status = status.as_u16(),
                    micros = u64::try_from(self.start.elapsed().as_micros()).unwrap_or(u64::MAX),
                    "request"
                )
            };
        }
        // Scans come by the ten thousand a second: the metrics count them, and a line for each would cost as much as the answer.
        // A balancer asks every second whether we are well.
        if status.is_success() && COUNTED.contains(&route) {
            log!(debug);
        } else {
            log!(info);
        }
        if let Ok(id) = HeaderValue::try_from(self.id) {
            response.headers_mut().insert(REQUEST_ID, id);
        }
    }
}
