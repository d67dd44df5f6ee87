//! `GET /directory.json`: who may use the mark, for markets and shop platforms. The format is written down in
//! `docs/DIRECTORY.md` and stable: members are only ever added.
//!
//! What is answered is made when the ledger has changed in what concerns it, and kept: a request costs one small query.

use std::io::Write;
use std::sync::{Arc, RwLock};

use axum::Extension;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde::Serialize;
use sha2::{Digest, Sha256};
use tokio::sync::Mutex;
use utoipa::ToSchema;

use super::admin::values::{At, Day};
use super::packing::takes_gzip;
use super::problem::Problem;
use super::{ANSWER_TIMEOUT, App, etag};
use crate::domain::form::Form;
use crate::domain::ledger::chain::EntryNumber;
use crate::domain::licensee::{LegalBasis, LicenseeNumber, LicenseeState};
use crate::domain::season::Season;
use crate::domain::text::Line;
use crate::domain::uscc::Uscc;
use crate::service::ServiceError;
use crate::service::directory::{self, Catalogue, Directory, Ended, Holder};
use crate::store::{Store, StoreError};

const FORMAT: &str = "yuanmark/directory/v1";

/// Who may use the mark, and whose right has ended.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Directory)]
pub struct DirectoryBody {
    /// `yuanmark/directory/v1`.
    #[schema(example = "yuanmark/directory/v1")]
    format: &'static str,
    /// When the newest change was entered; the same bytes until the next one. Missing while nothing is entered.
    #[serde(skip_serializing_if = "Option::is_none")]
    as_of: Option<At>,
    /// Who may use the mark, by number.
    licensees: Vec<HolderBody>,
    /// Whose right has ended, by number.
    ended: Vec<EndedHolder>,
}

/// Who may use the mark.
#[derive(Debug, Serialize, ToSchema)]
pub struct HolderBody {
    /// The number in codes.
    number: LicenseeNumber,
    /// The registered name. Missing for households (个体工商户), whose codes begin with 92.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<Line>,
    /// The unified social credit code.
    uscc: Uscc,
    /// On what the right rests.
    legal_basis: LegalBasis,
    /// Its products by name.
    products: Vec<Line>,
    /// The forms it makes.
    forms: Vec<Form>,
    /// The seasons for which it has, or had, an entitlement.
    seasons: Vec<Season>,
    /// Since when its right is in force.
    in_force_since: Day,
    /// Whether it may put marks on goods now.
    state: HolderState,
}

/// Whether a holder may put marks on goods now.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HolderState {
    /// It may.
    Active,
    /// Its right rests: no new marks; goods that were marked before stay good.
    Suspended,
}

/// How a right ended.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EndKind {
    /// 注销: in order.
    Cancelled,
    /// 退出: taken by the veto.
    Exited,
    /// 黑名单: taken, and on the public blacklist.
    Blacklisted,
}

/// Whose right has ended.
#[derive(Debug, Serialize, ToSchema)]
pub struct EndedHolder {
    /// The number in codes.
    number: LicenseeNumber,
    /// The registered name. Missing for households (个体工商户), whose codes begin with 92.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<Line>,
    /// The unified social credit code.
    uscc: Uscc,
    /// How.
    kind: EndKind,
    /// Since which day.
    date: Day,
    /// Why the right ended.
    ground: Line,
    /// The number of the decision that ended it.
    #[serde(skip_serializing_if = "Option::is_none")]
    document: Option<Line>,
    /// Until when its marks on goods in the market stay good; from then on a scan says that they are withdrawn.
    marks_good_until: At,
}

impl From<Holder> for HolderBody {
    fn from(holder: Holder) -> Self {
        Self {
            number: holder.number,
            name: holder.name,
            uscc: holder.uscc,
            legal_basis: holder.legal_basis,
            products: holder.products,
            forms: holder.forms,
            seasons: holder.seasons,
            in_force_since: Day(holder.in_force_since),
            state: if holder.is_suspended {
                HolderState::Suspended
            } else {
                HolderState::Active
            },
        }
    }
}

impl From<Ended> for EndedHolder {
    fn from(ended: Ended) -> Self {
        Self {
            number: ended.number,
            name: ended.name,
            uscc: ended.uscc,
            kind: match ended.state {
                LicenseeState::Blacklisted => EndKind::Blacklisted,
                LicenseeState::Exited => EndKind::Exited,
                _ => EndKind::Cancelled,
            },
            date: Day(ended.date),
            ground: ended.ground,
            document: ended.document,
            marks_good_until: At(ended.marks_good_until),
        }
    }
}

impl From<Directory> for DirectoryBody {
    fn from(directory: Directory) -> Self {
        Self {
            format: FORMAT,
            as_of: directory.as_of.map(At),
            licensees: directory.holders.into_iter().map(Into::into).collect(),
            ended: directory.ended.into_iter().map(Into::into).collect(),
        }
    }
}

/// The bytes of an answer, in the two encodings it is sent in; each has a strong tag of its own. And the same for
/// people to look somebody up in.
#[derive(Debug)]
pub struct Answer {
    plain: (Bytes, HeaderValue),
    gzip: (Bytes, HeaderValue),
    /// What the page `/directory` is made from.
    pub catalogue: Catalogue,
}

impl Answer {
    fn of(directory: Directory) -> Self {
        let json = serde_json::to_vec(&DirectoryBody::from(directory.clone())).unwrap_or_default();
        let hash: String = Sha256::digest(&json)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
        _ = gzip.write_all(&json); // into memory
        let packed = gzip.finish().unwrap_or_default();
        Self {
            plain: (json.into(), etag::of(&hash)),
            gzip: (packed.into(), etag::of(&format!("{hash}-gzip"))),
            catalogue: Catalogue::of(directory),
        }
    }
}

/// What was last answered, and where the ledger ended then.
#[derive(Debug, Default)]
pub struct Cache {
    kept: RwLock<Option<(EntryNumber, Arc<Answer>)>>,
    making: Mutex<()>,
}

impl Cache {
    fn kept(&self) -> Option<(EntryNumber, Arc<Answer>)> {
        self.kept.read().ok().and_then(|kept| kept.clone())
    }

    /// The directory as it is now.
    ///
    /// # Errors
    /// If the database does not answer in time.
    pub async fn answer(&self, store: &Store) -> Result<Arc<Answer>, ServiceError> {
        let answer = tokio::time::timeout(ANSWER_TIMEOUT, self.newest(store)).await;
        let answer = answer.unwrap_or_else(|_| Err(StoreError::TooSlow.into()));
        if let Err(error) = &answer {
            tracing::error!(%error, "the directory could not be read");
        }
        answer
    }

    async fn newest(&self, store: &Store) -> Result<Arc<Answer>, ServiceError> {
        let last = directory::last_entry(store).await?;
        if let Some((seen, answer)) = self.kept()
            && seen == last
        {
            return Ok(answer);
        }
        // One makes it, the others wait for that.
        let _making = self.making.lock().await;
        let kept = self.kept();
        if let Some((seen, answer)) = &kept
            && *seen == last
        {
            return Ok(answer.clone());
        }
        let look = directory::look(store, kept.as_ref().map(|(seen, _)| *seen)).await?;
        let answer = match (look.changed, kept) {
            (None, Some((_, answer))) => answer,
            (changed, _) => {
                let changed = changed.unwrap_or_else(|| Directory {
                    as_of: None,
                    holders: Vec::new(),
                    ended: Vec::new(),
                });
                let made = tokio::task::spawn_blocking(|| Answer::of(changed)).await;
                Arc::new(made.map_err(|_| StoreError::TooSlow)?)
            }
        };
        if let Ok(mut kept) = self.kept.write() {
            *kept = Some((look.last, answer.clone()));
        }
        Ok(answer)
    }
}

/// Who may use the mark, and whose right has ended, for markets and shop platforms.
///
/// The bytes stay the same until something changes: ask with `If-None-Match`.
#[utoipa::path(
    get,
    path = "/directory.json",
    tag = "public",
    responses(
        (status = 200, description = "All of them", body = DirectoryBody),
        (status = 304, description = "The same as If-None-Match says"),
        (status = 503, description = "Could not be read now; what was fetched before stands", body = Problem)
    )
)]
pub async fn directory(
    State(app): State<App>,
    Extension(cache): Extension<Arc<Cache>>,
    asked: HeaderMap,
) -> Response {
    let Ok(answer) = cache.answer(&app.store).await else {
        return Problem::NO_DATABASE.response();
    };
    let packs = takes_gzip(&asked);
    let (bytes, tag) = if packs { &answer.gzip } else { &answer.plain };
    let is_known = [&answer.gzip, &answer.plain]
        .iter()
        .any(|(_, tag)| etag::is_known(&asked, tag));
    let mut response = if is_known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let mut response = bytes.clone().into_response();
        let headers = response.headers_mut();
        let json = HeaderValue::from_static("application/json");
        headers.insert(header::CONTENT_TYPE, json);
        if packs {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        response
    };
    let headers = response.headers_mut();
    headers.insert(header::ETAG, tag.clone());
    let kept = HeaderValue::from_static("public, max-age=300");
    headers.insert(header::CACHE_CONTROL, kept);
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    response
}
