//! `GET /offline/list`: the list of states (`docs/OFFLINE-LIST.md`). It is made when the ledger has moved, and dated anew every
//! hour; between two makings there is a pause in proportion to what the first took.

use std::sync::{Arc, RwLock};
use std::time::{Duration, Instant};

use axum::Extension;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};
use tokio::sync::Mutex;

use crate::domain::keyring::Keyring;
use crate::domain::ledger::chain::EntryNumber;
use crate::http::problem::Problem;
use crate::http::{App, etag};
use crate::service::{ServiceError, directory, offline, system};

/// For so long what there is is given without asking the database.
const SHORTEST_PAUSE: Duration = Duration::from_secs(5);
/// So many times as long as it takes to make the list nobody makes it again.
const PAUSE_FACTOR: u32 = 20;
/// After so long it is dated anew, though nothing has changed.
const LONGEST_AGE: Duration = Duration::from_hours(1);

/// The list as it was made last.
#[derive(Debug)]
struct Kept {
    bytes: Bytes,
    tag: HeaderValue,
    entry: EntryNumber,
    ring: Arc<Keyring>,
    made: Instant,
    /// Until then it is given as it is.
    pause_until: Instant,
}

/// What is kept of the list.
#[derive(Debug, Default)]
pub struct Cache {
    kept: RwLock<Option<Arc<Kept>>>,
    making: Mutex<()>,
}

impl Cache {
    fn kept(&self) -> Option<Arc<Kept>> {
        self.kept.read().ok().and_then(|kept| kept.clone())
    }

    async fn newest(&self, app: &App) -> Result<Arc<Kept>, ServiceError> {
        if let Some(kept) = self.kept().filter(|kept| Instant::now() < kept.pause_until) {
            return Ok(kept);
        }
        // One looks and makes it, the others wait for that.
        let _making = self.making.lock().await;
        let ring = app.keys.ring();
        let kept = self.kept();
        if let Some(kept) = &kept {
            let is_new = Instant::now() < kept.pause_until;
            if is_new || self.still_holds(app, kept, &ring).await? {
                return Ok(kept.clone());
            }
        }
        let begun = Instant::now();
        let made = offline::make(&app.store, &app.keys, &ring, system::now()).await?;
        let hash = Sha256::digest(&made.bytes);
        let hash: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        let took = begun.elapsed();
        let new = Arc::new(Kept {
            tag: etag::of(&hash),
            bytes: made.bytes.into(),
            entry: made.entry,
            ring,
            made: begun,
            pause_until: Instant::now() + SHORTEST_PAUSE.max(took * PAUSE_FACTOR),
        });
        if let Ok(mut kept) = self.kept.write() {
            *kept = Some(new.clone());
        }
        Ok(new)
    }

    /// Whether ledger and keys are those of the list, and it is not old: then the database is left alone for a while.
    async fn still_holds(
        &self,
        app: &App,
        kept: &Arc<Kept>,
        ring: &Arc<Keyring>,
    ) -> Result<bool, ServiceError> {
        let holds = kept.made.elapsed() < LONGEST_AGE
            && Arc::ptr_eq(&kept.ring, ring)
            && directory::last_entry(&app.store).await? == kept.entry;
        if holds && let Ok(mut held) = self.kept.write() {
            *held = Some(Arc::new(Kept {
                bytes: kept.bytes.clone(),
                tag: kept.tag.clone(),
                ring: kept.ring.clone(),
                pause_until: Instant::now() + SHORTEST_PAUSE,
                ..**kept
            }));
        }
        Ok(holds)
    }
}

/// How every mark stands, for checks without a network.
///
/// One signed file, exact, as of the moment it was made: `docs/OFFLINE-LIST.md` describes it. Ask with `If-None-Match`.
#[utoipa::path(
    get,
    path = "/offline/list",
    tag = "public",
    responses(
        (status = 200, description = "The list", body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 304, description = "The same as If-None-Match says"),
        (status = 503, description = "Could not be made now; what was fetched before stands", body = Problem)
    )
)]
pub async fn list(
    State(app): State<App>,
    Extension(cache): Extension<Arc<Cache>>,
    asked: HeaderMap,
) -> Response {
    let kept = match cache.newest(&app).await {
        Ok(kept) => kept,
        Err(error) => {
            tracing::error!(%error, "the list of states could not be made");
            return Problem::NO_DATABASE.response();
        }
    };
    let mut response = if etag::is_known(&asked, &kept.tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        // As bytes, which this type of content is for.
        kept.bytes.clone().into_response()
    };
    let headers = response.headers_mut();
    headers.insert(header::ETAG, kept.tag.clone());
    let caching = HeaderValue::from_static("public, max-age=300");
    headers.insert(header::CACHE_CONTROL, caching);
    response
}
