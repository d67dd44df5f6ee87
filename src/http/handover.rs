//! Packs that are handed over once: the link of a printing house, and a pack as the body of an answer.

use std::io::{self, Write};

use axum::body::Body;
use axum::extract::{OriginalUri, Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use tokio::sync::oneshot;

use super::made::{Made, Out};
use super::problem::Problem;
use super::{App, for_people, network, pages};
use crate::domain::access::Scope;
use crate::domain::pack_link::PackLink;
use crate::domain::text::Line;
use crate::http::extract::ApiPath;
use crate::service::desk::Call;
use crate::service::pack::handover::{self, Door, Sending};
use crate::service::{ServiceError, system};

/// Under which name the ledger has whoever holds a link: nobody signs in for it.
const HOLDER: &str = "link";

/// The secret at the end of a link.
#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
pub struct Link(PackLink);

impl TryFrom<String> for Link {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        PackLink::read(&text).map(Self).ok_or("is no link")
    }
}

/// `GET /pack/{link}`: what the link is for. Nothing is taken.
pub async fn page(
    State(app): State<App>,
    OriginalUri(uri): OriginalUri,
    Path(link): Path<String>,
    headers: HeaderMap,
) -> Response {
    let domain = app.public_url.domain();
    let found = async {
        let link = PackLink::read(&link).ok_or_else(handover::no_such_link)?;
        let (order, opening) = handover::behind(&app.store, &link).await?;
        // What a download would be refused for is told before the button is pressed.
        let mut tried = order.clone();
        tried.offered()?.take(opening.opening, system::now())?;
        Ok::<_, ServiceError>(order)
    };
    let order = match found.await {
        Ok(order) => order,
        Err(error) => return refused(error, &uri, &headers, domain),
    };
    match &order.offer {
        Some(offer) => pages::waiting((&order, offer), &uri, &headers, domain),
        None => refused(handover::no_such_link(), &uri, &headers, domain),
    }
}

/// `POST /pack/{link}`: the download.
pub async fn download(
    State(app): State<App>,
    Path(link): Path<String>,
    request: Request,
) -> Response {
    let (uri, headers) = (request.uri().clone(), request.headers().clone());
    let call = call(&request);
    drop(request);
    let taken = match PackLink::read(&link) {
        Some(link) => by_link(&app, link, call).await,
        None => Err(handover::no_such_link()),
    };
    match taken {
        Ok(sending) => body(&app, sending),
        Err(error) => refused(error, &uri, &headers, app.public_url.domain()),
    }
}

/// Downloads a pack by its link. The link is what opens it: no token is needed.
///
/// It is done once. Whoever asks again, be it at the same moment, is answered with 409; so is who comes after the link's
/// time or after the order's end. The answer is the encrypted file, `order-N-batch-M.tar.age`.
#[utoipa::path(
    post,
    path = "/api/v1/packs/{link}",
    operation_id = "download_pack",
    tag = "packs",
    params((
        "link" = String, Path,
        description = "The secret at the end of the link",
        min_length = 43, max_length = 43, pattern = "^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$"
    )),
    responses(
        (status = 200, description = "The pack", body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 404, description = "No link of ours", body = Problem),
        (status = 409, description = "Downloaded before, over, or the order is", body = Problem),
        (status = 503, description = "The database did not answer", body = Problem)
    )
)]
pub async fn download_by_program(
    State(app): State<App>,
    ApiPath(Link(link)): ApiPath<Link>,
    request: Request,
) -> Result<Response, Problem> {
    let call = call(&request);
    drop(request);
    let sending = by_link(&app, link, call).await?;
    Ok(body(&app, sending))
}

/// The call of whoever holds a link.
fn call(request: &Request) -> Call {
    let by = Line::new("by", HOLDER).expect("a word is a line");
    Call {
        origin: network::stranger(HOLDER, request.headers(), request.extensions()),
        scope: Scope::All,
        ..Call::new(by, system::now())
    }
}

async fn by_link(app: &App, link: PackLink, call: Call) -> Result<Sending, ServiceError> {
    let with = (&*app.keys, &app.public_url);
    handover::take(&app.store, with, &call, &Door::Link(link)).await
}

/// A pack as the body of an answer, made while it is sent. What became of it is written down at its end.
pub fn body(app: &App, sending: Sending) -> Response {
    let name = format!("attachment; filename=\"{}\"", sending.file_name());
    let which = sending.which();
    let (tell, told) = oneshot::channel();
    let (stream, end) = Made::watched(move |out| {
        let (sent, made) = sending.write(Pieces(out));
        if let Err(error) = &made {
            tracing::warn!(%error, "a pack was not sent to its end");
        }
        _ = tell.send(sent);
        made.map_err(|_| super::made::Gone)
    });
    let store = app.store.clone();
    tokio::spawn(async move {
        let Ok(mut sent) = told.await else { return };
        sent.is_whole = end.await.unwrap_or(false);
        if let Err(error) = handover::end(&store, which, &sent).await {
            tracing::error!(%error, "what was sent of a pack could not be written down");
        }
    });
    let mut response = Body::from_stream(stream).into_response();
    let headers = response.headers_mut();
    let bytes = HeaderValue::from_static("application/octet-stream");
    headers.insert(header::CONTENT_TYPE, bytes);
    if let Ok(name) = HeaderValue::from_str(&name) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    response
}

/// Bytes on their way into pieces of a body.
struct Pieces<'a>(&'a Out);

impl Write for Pieces<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let sent = self.0.send(bytes.to_vec());
        sent.map_err(|_| io::ErrorKind::BrokenPipe)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn refused(error: ServiceError, uri: &Uri, headers: &HeaderMap, domain: &str) -> Response {
    match for_people::wants_html(headers) {
        true => pages::told(error, uri, headers, domain),
        false => Problem::from(error).into_response(),
    }
}
