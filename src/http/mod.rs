//! The HTTP interface: one readable table of all routes, and handlers that read from top to bottom.
//!
//! What belongs here: what a request is, which use case answers it, and how the answer looks to a browser or a program.
//! What does not: rules (`service`, `domain`) and SQL (`store`).

pub mod api;
mod assets;
mod for_people;
mod log;
mod openapi;
pub mod pages;
mod problem;
mod security;
mod server;
mod status;
mod visitor;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::Response;
use axum::routing::get;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use server::serve;

use crate::domain::input::Input;
use crate::domain::place::Place;
use crate::domain::public_url::PublicUrl;
use crate::service::ServiceError;
use crate::service::keys::LiveKeys;
use crate::service::system;
use crate::service::verify::{self, Answer, Check};
use crate::store::{Store, StoreError};

/// Longer than any honest check takes; after it a client is told that we could not check.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(4);
/// Bytes; a check is one code of at most 193 digits in a little JSON.
const BODY_LIMIT: usize = 4 * 1024;

/// What every handler may use. Cheap to clone.
#[derive(Clone)]
pub struct App {
    /// The database.
    pub store: Store,
    /// The keys.
    pub keys: Arc<LiveKeys>,
    /// Under which address the public reaches us.
    pub public_url: Arc<PublicUrl>,
}

/// All routes.
pub fn router(app: App) -> Router {
    let (documented, openapi) = OpenApiRouter::with_openapi(openapi::document())
        .routes(routes!(api::verify))
        .routes(routes!(status::jwks))
        .routes(routes!(status::healthz))
        .routes(routes!(status::readyz))
        .split_for_parts();
    let openapi = Arc::new(openapi);

    Router::new()
        // The path /t/ belongs to codes alone; labels carry it in upper case.
        .route("/t/", get(pages::code))
        .route("/T/", get(pages::code))
        .route("/t/{*code}", get(pages::code))
        .route("/T/{*code}", get(pages::code))
        .route("/", get(pages::home))
        .route("/check", get(pages::check_typed))
        .route("/assets/{name}", get(assets::asset))
        .route(
            "/openapi.json",
            get(async move || axum::Json((*openapi).clone())),
        )
        .merge(documented)
        .method_not_allowed_fallback(method_not_allowed)
        .fallback(not_found)
        // From the inside outwards: whatever became of a request, its answer carries the security headers and is logged.
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(from_fn(problem::in_time))
        .layer(CatchPanicLayer::custom(problem::panicked))
        .layer(from_fn_with_state(app.clone(), for_people::error_pages))
        .layer(CompressionLayer::new().gzip(true))
        .layer(from_fn_with_state(app.clone(), security::headers))
        .layer(from_fn(log::requests))
        .with_state(app)
}

async fn not_found() -> Response {
    problem::Problem::NOT_FOUND.response()
}

async fn method_not_allowed() -> Response {
    problem::Problem::METHOD_NOT_ALLOWED.response()
}

/// Answers a check within the time limit, whoever asks.
async fn check(
    app: &App,
    visitor: &visitor::Visitor,
    input: Option<Input>,
    place: Option<Place>,
) -> Result<Answer, ServiceError> {
    let check = Check {
        input,
        channel: visitor.channel,
        phone: Some(visitor.phone),
        place,
    };
    let answer = verify::answer(&app.store, &app.keys, check, system::now());
    let answer = tokio::time::timeout(ANSWER_TIMEOUT, answer).await;
    let answer = answer.unwrap_or_else(|_| Err(StoreError::TooSlow.into()));
    if let Err(error) = &answer {
        tracing::error!(%error, "a check could not be answered");
    }
    answer
}
