//! The request log: what was asked and how it ended, without personal data. No address, no code, no cookie, no program
//! name: the route's pattern stands for the path.

use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
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

/// Logs a request, and gives it a name that the client can quote.
pub async fn requests(request: Request, next: Next) -> Response {
    let id = system::unique_id();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let start = Instant::now();
    let mut response = next.run(request).await;
    let route = route.as_ref().map_or("none", MatchedPath::as_str);
    let status = response.status();
    macro_rules! log {
        ($level:ident) => {
            tracing::$level!(
                request = id,
                %method,
                route,
                status = status.as_u16(),
                micros = u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX),
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
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}
