//! The HTTP interface: one readable table of all routes, and handlers that read from top to bottom.
//!
//! What belongs here: what a request is, which use case answers it, and how the answer looks to a browser or a program.
//! What does not: rules (`service`, `domain`) and SQL (`store`).

mod address;
mod admin;
pub mod api;
mod around;
mod artwork;
mod assets;
mod chosen;
mod claim;
pub mod console;
mod directory;
mod download;
mod etag;
mod extract;
mod for_people;
mod handover;
mod language;
mod limits;
mod log;
mod made;
mod metrics;
mod network;
mod notice;
mod offline;
mod openapi;
mod packing;
pub mod pages;
mod person;
mod photo;
mod problem;
mod security;
mod server;
mod status;
mod tips;
mod traffic;
mod unread;
mod upkeep;
mod visitor;

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{DefaultBodyLimit, Request};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Extension, Router};
use tower::ServiceBuilder;
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouterExt};
use utoipa_axum::routes;

pub use limits::{Limit, RateLimits};
pub use metrics::serve as serve_metrics;
pub use network::{AddressRange, AddressRangeError, TrustedProxies};
pub use notice::Notice;
pub use server::serve;
pub use traffic::Traffic;

use crate::domain::admin_token::AdminToken;
use crate::domain::input::Input;
use crate::domain::place::Place;
use crate::domain::public_url::PublicUrl;
use crate::service::keys::LiveKeys;
use crate::service::metrics::Metrics;
use crate::service::verify::{ANSWER_TIMEOUT, Answer, Check, Verifier};
use crate::store::Store;

/// What a request may cost before a handler has it in its hands.
#[derive(Clone, Copy)]
struct Limits {
    /// Bytes of the body.
    body: usize,
    /// From the first byte of the request to the answer.
    time: Duration,
}

/// A check is one code of at most 193 digits in a little JSON; the time is more than a check may take, and enough for 4
/// KiB over the worst network.
const FOR_EVERYONE: Limits = Limits {
    body: 4 * 1024,
    time: Duration::from_secs(10),
};
/// A selection of many lines is the longest that JSON brings.
const FOR_OFFICES: Limits = Limits {
    body: 1024 * 1024,
    time: Duration::from_mins(1),
};

/// Photos of an inspection come from a phone in a market. Whoever is not signed in is turned away before any of them is read.
const TIME_FOR_FILES: Duration = Duration::from_mins(10);

/// One photo in its envelope, over a slow network, and its turn to be read.
const FOR_PHOTOS: Limits = Limits {
    body: crate::service::photo::MOST_BYTES + 4 * 1024,
    time: Duration::from_mins(1),
};

/// What every handler may use. Cheap to clone: every request passes through a dozen hands.
#[derive(Clone)]
pub struct App(Arc<Parts>);

impl Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

/// What an installation that answers consists of.
pub struct Parts {
    /// The database.
    pub store: Store,
    /// The keys.
    pub keys: Arc<LiveKeys>,
    /// What answers checks.
    pub verifier: Verifier,
    /// What is measured.
    pub metrics: Arc<Metrics>,
    /// Under which address the public reaches us.
    pub public_url: PublicUrl,
    /// The installation's token, which opens everything that takes one; without, people's tokens alone do.
    pub admin: Option<AdminToken>,
    /// Who asks: proxies, limits, places.
    pub traffic: Arc<Traffic>,
    /// What all pages begin and end with, packed.
    alike: [packing::Alike; 2],
}

/// Memory that may be held of batches if nothing else is said, in MiB: enough for two million range events.
pub const CATALOG_MIB: u32 = 256;

impl App {
    /// An installation that answers from here on, within a Tokio runtime. `catalog_mib` is how much memory may be held of
    /// batches, in MiB.
    pub fn new(
        store: Store,
        keys: Arc<LiveKeys>,
        public_url: PublicUrl,
        admin: Option<AdminToken>,
        traffic: Traffic,
        catalog_mib: u32,
    ) -> Self {
        let metrics = Metrics::new(traffic.limits.refusals());
        let verifier = Verifier::start(&store, keys.clone(), metrics.clone(), catalog_mib);
        Self(Arc::new(Parts {
            verifier,
            metrics,
            store,
            keys,
            alike: pages::packed_alike(public_url.domain()),
            public_url,
            admin,
            traffic: Arc::new(traffic),
        }))
    }
}

/// All routes.
pub fn router(app: App) -> Router {
    let (routes, mut openapi) = OpenApiRouter::with_openapi(openapi::document())
        .merge(limited(for_everyone(), FOR_EVERYONE))
        .merge(limited(for_photos(), FOR_PHOTOS))
        .merge(limited(admin::routes::operations(app.clone()), FOR_OFFICES))
        .split_for_parts();
    openapi::complete(&mut openapi);
    let openapi = Arc::new(openapi);

    let console = console::routes::pages(app.clone()).router();
    let console = console.layer(
        ServiceBuilder::new()
            .layer(from_fn(|request: Request, next| {
                let limit = match console::is_form_with_files(request.headers()) {
                    true => TIME_FOR_FILES,
                    false => FOR_OFFICES.time,
                };
                problem::in_time(limit, request, next)
            }))
            .layer(from_fn(unread::taken))
            .layer(DefaultBodyLimit::max(FOR_OFFICES.body))
            .layer(from_fn(security::own_forms_only)),
    );
    routes
        .merge(console)
        .merge(tips::routes())
        .route(
            "/openapi.json",
            get(async move || axum::Json((*openapi).clone())),
        )
        .method_not_allowed_fallback(method_not_allowed)
        .fallback(not_found)
        .layer(
            // From the outside inwards.
            ServiceBuilder::new()
                .layer(compression())
                .layer(from_fn_with_state(app.clone(), around::every_request))
                .layer(CatchPanicLayer::custom(problem::panicked)),
        )
        .with_state(app)
}

/// Packs the other texts among the answers, lightly. A pack that is encrypted, or a file as it was sent to us, grows no smaller.
fn compression() -> CompressionLayer<impl Predicate> {
    let bytes = NotForContentType::const_new("application/octet-stream");
    let worth_it = DefaultPredicate::new().and(bytes);
    CompressionLayer::new()
        .gzip(true)
        .quality(CompressionLevel::Precise(packing::LIGHTLY.cast_signed()))
        .compress_when(worth_it)
}

/// What everyone may ask.
fn for_everyone() -> OpenApiRouter<App> {
    let kept = Arc::<directory::Cache>::default();
    let drawn = Arc::<artwork::Drawn>::default();
    let list = Arc::<offline::Cache>::default();
    let checks = OpenApiRouter::new()
        .routes(routes!(offline::take))
        .layer(DefaultBodyLimit::max(offline::CHECKS_BODY));
    OpenApiRouter::new()
        // The path /t/ belongs to codes alone; labels carry it in upper case.
        .route("/t/", get(pages::code))
        .route("/T/", get(pages::code))
        .route("/t/{*code}", get(pages::code))
        .route("/T/{*code}", get(pages::code))
        .route("/", get(pages::home))
        .route("/check", get(pages::check_typed))
        .route(
            "/directory",
            get(pages::directory).layer(Extension(kept.clone())),
        )
        .route(
            "/artwork/{licensee}/{name}",
            get(artwork::picture).layer(Extension(drawn)),
        )
        .merge(with_forms())
        .route("/assets/{name}", get(assets::asset))
        .route("/offline", get(pages::offline))
        .route("/worker.js", get(offline::worker))
        .routes(routes!(offline::list).layer(Extension(list)))
        .merge(checks)
        .route("/pack/{link}", get(handover::page).post(handover::download))
        .routes(routes!(api::verify))
        .routes(routes!(claim::claim_by_program))
        .routes(routes!(handover::download_by_program))
        .routes(routes!(directory::directory).layer(Extension(kept)))
        .routes(routes!(status::jwks))
        .routes(routes!(status::healthz))
        .routes(routes!(status::readyz))
}

/// Pages whose forms anybody sends, and the one without a form beside them.
fn with_forms() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .route("/claim", get(pages::claim_form).post(pages::claim))
        // What a second symbol under the film says, in upper case as symbols do.
        .route("/claim/{serial}/{hidden}", get(pages::claim_scanned))
        .route("/CLAIM/{serial}/{hidden}", get(pages::claim_scanned))
        .route("/privacy", get(pages::privacy).post(pages::forget))
        .route("/about", get(pages::about))
        .layer(from_fn(security::no_forms_of_others))
}

/// Photos of labels, from browsers that cannot read them.
fn for_photos() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .route("/check/photo", post(photo::read))
        .route("/check/photo", get(photo::back))
        .layer(from_fn(unread::taken))
}

/// Puts limits around these routes. A group within them may have its own limit of the body, put around it before: the
/// inner one counts.
fn limited(routes: OpenApiRouter<App>, limits: Limits) -> OpenApiRouter<App> {
    routes.layer(
        ServiceBuilder::new()
            .layer(from_fn(move |request, next| {
                problem::in_time(limits.time, request, next)
            }))
            .layer(DefaultBodyLimit::max(limits.body)),
    )
}

async fn not_found() -> Response {
    problem::Problem::NOT_FOUND.response()
}

async fn method_not_allowed() -> Response {
    problem::Problem::METHOD_NOT_ALLOWED.response()
}

/// Why a check was not answered.
enum Unanswered {
    /// Whoever asks has guessed too much, or the serial was asked too often.
    Refused(limits::Refused),
    /// We could not.
    Failed,
}

/// Answers a check within the time limit, whoever asks. A place that the asker gives goes before the address's.
async fn check(
    app: &App,
    visitor: &visitor::Visitor,
    input: Option<Input>,
    place: Option<Place>,
) -> Result<Answer, Unanswered> {
    let limits = &app.traffic.limits;
    let asked = limits.ask(input.as_ref(), visitor.address);
    let mut asked = asked.map_err(Unanswered::Refused)?;
    let place = place.or_else(|| app.traffic.places.of(visitor.address?));
    let check = Check {
        input,
        channel: visitor.channel,
        phone: Some(visitor.phone),
        place,
        network: visitor.network(&app.keys),
    };
    let answer = app.verifier.answer(check).await;
    asked.told(answer.as_ref().ok().map(Answer::verdict));
    answer.map_err(|_| Unanswered::Failed)
}
