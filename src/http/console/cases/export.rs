//! The file of a case, to hand over.

use axum::extract::Path;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

use crate::domain::case::CaseNumber;
use crate::http::console::guard::Visit;
use crate::http::console::submit::or_refuse;
use crate::service::cases::export;

/// `GET /console/cases/{case}/export`
pub async fn export(visit: Visit, Path(number): Path<u32>) -> Response {
    let call = visit.call("");
    let (store, keys) = (&visit.app.store, &visit.app.keys);
    let zip = or_refuse!(
        visit,
        export::export(store, keys, &call, CaseNumber(number)).await
    );
    case_file(number, zip)
}

/// A case's file as an answer, to be saved.
pub fn case_file(number: u32, zip: Vec<u8>) -> Response {
    let mut response = zip.into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/zip"),
    );
    let name = format!("attachment; filename=\"case-{number}.zip\"");
    if let Ok(name) = HeaderValue::from_str(&name) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    response
}
