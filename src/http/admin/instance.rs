//! `GET /api/v1/instance`: what runs here. A program asks it first, to see that its token is taken.

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::caller::Caller;
use crate::http::App;
use crate::http::problem::Problem;
use crate::service::system;
use crate::store::{Store, migrate};

/// What runs here.
#[derive(Debug, Serialize, ToSchema)]
pub struct Instance {
    /// The program's version.
    #[schema(example = "0.1.0")]
    version: &'static str,
    /// The version of the database's schema.
    schema_version: i64,
    /// `sqlite` or `postgres`.
    database: &'static str,
    /// The address that phones see and labels carry.
    #[schema(example = "https://v.example.cn")]
    public_url: String,
    /// This machine's clock.
    #[schema(value_type = String, format = DateTime)]
    now: Timestamp,
}

/// What runs here.
#[utoipa::path(
    get,
    path = "/api/v1/instance",
    responses((status = 200, description = "Program, database, address and clock", body = Instance))
)]
pub async fn instance(_: Caller, State(app): State<App>) -> Result<Json<Instance>, Problem> {
    migrate::check(&app.store).await?;
    Ok(Json(Instance {
        version: env!("CARGO_PKG_VERSION"),
        schema_version: migrate::NEEDED,
        database: match app.store {
            Store::Sqlite { .. } => "sqlite",
            Store::Postgres(_) => "postgres",
        },
        public_url: app.public_url.to_string(),
        now: system::now(),
    }))
}
