//! `GET /artwork/{licensee}/{hash}.png`: the mark as it was issued to a licensee, beside its answers.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Extension;
use axum::body::Bytes;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use tokio::sync::Mutex;

use super::App;
use super::problem::Problem;
use crate::domain::licensee::LicenseeNumber;
use crate::service::{ServiceError, artwork};

/// Pictures that are kept; each has some 10 KB, and each licensee has one.
const MOST_KEPT: usize = 100;

/// Pictures that were drawn, by the hash of the file; and that a file has none. One is drawn at a time.
#[derive(Debug, Default)]
pub struct Drawn(Mutex<HashMap<String, Option<Bytes>>>);

impl Drawn {
    async fn of(&self, app: &App, hash: &str) -> Result<Option<Bytes>, ServiceError> {
        let mut kept = self.0.lock().await;
        if let Some(known) = kept.get(hash) {
            return Ok(known.clone());
        }
        let drawn = artwork::portrait(&app.store, hash).await?.map(Bytes::from);
        if kept.len() >= MOST_KEPT {
            kept.clear();
        }
        kept.insert(hash.to_owned(), drawn.clone());
        Ok(drawn)
    }
}

/// Where the picture is.
pub fn path(licensee: LicenseeNumber, hash: &str) -> String {
    format!("/artwork/{licensee}/{hash}.png")
}

/// The picture, as long as the licensee may use the mark and this is its newest artwork.
pub async fn picture(
    State(app): State<App>,
    Extension(drawn): Extension<Arc<Drawn>>,
    wanted: Result<Path<(u16, String)>, PathRejection>,
) -> Response {
    let Ok(Path((licensee, name))) = wanted else {
        return Problem::NOT_FOUND.response();
    };
    let found = async {
        let newest = artwork::newest(&app.store, LicenseeNumber(licensee)).await?;
        match newest.filter(|newest| name.strip_suffix(".png") == Some(newest)) {
            Some(newest) => drawn.of(&app, &newest).await,
            None => Ok(None),
        }
    };
    match found.await {
        Ok(Some(png)) => {
            let kind = HeaderValue::from_static("image/png");
            // The right to show it may end.
            let an_hour = HeaderValue::from_static("public, max-age=3600");
            let headers = [
                (header::CONTENT_TYPE, kind),
                (header::CACHE_CONTROL, an_hour),
            ];
            (headers, png).into_response()
        }
        Ok(None) => Problem::NOT_FOUND.response(),
        Err(error) => {
            tracing::error!(%error, "an artwork could not be read");
            Problem::UNAVAILABLE.response()
        }
    }
}
