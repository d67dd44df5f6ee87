//! `GET /metrics`, at an address of its own: what is measured tells how much is scanned and issued, which is nobody's
//! business outside.

use std::io;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;
use tokio::net::TcpListener;

use crate::service::metrics::{MEDIA_TYPE, Metrics};

/// Tells the metrics to whoever reaches this address, until the program ends.
///
/// # Errors
/// None after the socket is bound.
pub async fn serve(listener: TcpListener, metrics: Arc<Metrics>) -> io::Result<()> {
    let routes = Router::new().route("/metrics", get(told));
    axum::serve(listener, routes.with_state(metrics)).await
}

async fn told(State(metrics): State<Arc<Metrics>>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, MEDIA_TYPE)], metrics.text())
}
