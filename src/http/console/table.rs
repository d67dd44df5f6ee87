//! A list as a table to take away, with its step in the audit trail.

use std::fs::File;

use axum::response::{IntoResponse, Response};
use jiff::Timestamp;

use super::guard::Visit;
use super::typed::Typed;
use crate::http::admin::tables::{sent, unnamed};
use crate::http::problem::Problem;
use crate::service::trail::{self, Note};
use crate::service::{ServiceError, system};
use crate::sheets::SheetFormat;
use crate::store::trail::Outcome;

/// Has the table made in the format that is asked for, and sends it under this name.
pub async fn take(
    visit: &Visit,
    name: &'static str,
    make: impl AsyncFnOnce(&Typed, SheetFormat, Timestamp, File) -> Result<(File, u64), ServiceError>,
) -> Response {
    let asked = Typed::of_query(&visit.uri);
    let format = SheetFormat::from_extension(asked.get("format")).unwrap_or(SheetFormat::Xlsx);
    let now = system::now();
    let made = async {
        let (file, _) = make(&asked, format, now, unnamed()?).await?;
        let note = Note::new("export").about(name);
        trail::write_alone(&visit.app.store, &visit.origin, now, Outcome::Done, note).await?;
        sent(file, format, name)
    };
    made.await
        .unwrap_or_else(|problem: Problem| problem.into_response())
}
