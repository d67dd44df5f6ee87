//! What machines ask: the public keys, and whether this instance is well.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

use super::App;
use super::problem::Problem;
use crate::service::keys::JwkSet;
use crate::store::{StoreError, health, migrate};

/// The public keys of all marks, as a JSON Web Key Set.
#[utoipa::path(
    get,
    path = "/.well-known/jwks.json",
    responses((status = 200, description = "The key set, with each key's status and times", content_type = "application/jwk-set+json"))
)]
pub async fn jwks(State(app): State<App>) -> Response {
    let mut response = Json(JwkSet::of(&app.keys.ring())).into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/jwk-set+json"),
    );
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=300"),
    );
    response
}

/// Whether the process answers.
#[utoipa::path(get, path = "/healthz", responses((status = 200, description = "It does", body = String)))]
pub async fn healthz() -> &'static str {
    "ok\n"
}

/// Whether this instance can answer checks: the database answers and has this program's schema.
#[utoipa::path(
    get,
    path = "/readyz",
    responses(
        (status = 200, description = "It can", body = String),
        (status = 503, description = "It cannot", body = Problem)
    )
)]
pub async fn readyz(State(app): State<App>) -> Response {
    let ready = tokio::time::timeout(super::ANSWER_TIMEOUT, is_ready(&app)).await;
    app.metrics.is_ready(matches!(ready, Ok(Ok(()))));
    match ready {
        Ok(Ok(())) => "ready\n".into_response(),
        Ok(Err(error)) => {
            tracing::error!(%error, "not ready");
            Problem::UNAVAILABLE.response()
        }
        Err(_) => Problem::UNAVAILABLE.response(),
    }
}

async fn is_ready(app: &App) -> Result<(), StoreError> {
    migrate::check(&app.store).await?;
    health::ping(&mut app.store.read().await?).await
}
