//! What stands around every handler, in one place and in order.
//!
//! One function instead of a layer for each matter: a router clones the whole stack of its layers at every layer of it, so that
//! what a request costs grows with the square of their number (`docs/decisions/0025-grouped-answers.md`).

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;

use super::{App, chosen, for_people, log, packing, security};

/// Whatever becomes of a request: its answer is a page if a person would read it, is packed, carries the security headers, and is
/// logged.
pub async fn every_request(State(app): State<App>, request: Request, next: Next) -> Response {
    let entry = log::Entry::of(&request);
    let has_camera = security::has_camera(request.uri().path());
    let mut response = match chosen::remember(&app, &request) {
        Some(response) => response,
        None => answer(&app, request, next).await,
    };
    security::add_headers(&app, has_camera, response.headers_mut());
    entry.close(&mut response);
    response
}

async fn answer(app: &App, request: Request, next: Next) -> Response {
    let packs = packing::takes_gzip(request.headers());
    let reader = for_people::Reader::of(&request);
    let response = next.run(request).await;
    let response = match reader {
        Some(reader) => reader.error_page(app, response).await,
        None => response,
    };
    packing::page(&app.alike, packs, response).await
}
