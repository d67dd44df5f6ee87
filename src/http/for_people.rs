//! Errors as people read them: a page with a way out in place of a problem document.

use axum::extract::Request;
use axum::http::{HeaderMap, Uri, header};
use axum::response::Response;

use super::{App, console, network, pages};

/// Who may read the answer to a request.
pub struct Reader {
    uri: Uri,
    asked: HeaderMap,
    network: String,
}

impl Reader {
    /// Whoever asks for a page, perhaps; `None` where programs alone ask.
    pub fn of(request: &Request) -> Option<Self> {
        if request.uri().path().starts_with("/api/") {
            return None;
        }
        Some(Self {
            uri: request.uri().clone(),
            asked: request.headers().clone(),
            network: network::of(request.extensions()),
        })
    }

    /// Puts a page in place of an error that a person would read.
    pub async fn error_page(self, app: &App, response: Response) -> Response {
        let Self {
            uri,
            asked,
            network,
        } = self;
        let status = response.status();
        let is_error = status.is_client_error() || status.is_server_error();
        let is_page = response
            .headers()
            .get(header::CONTENT_TYPE)
            .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
        if !is_error || is_page {
            return response;
        }
        let mut page = if console::errors::is_of_the_console(&uri) {
            console::errors::page(app.clone(), status, uri, &asked, &network).await
        } else if wants_html(&asked) {
            pages::error(status, &uri, &asked, app.public_url.domain())
        } else {
            return response;
        };
        for name in [header::ALLOW, header::RETRY_AFTER] {
            if let Some(value) = response.headers().get(&name) {
                page.headers_mut().insert(name, value.clone());
            }
        }
        page
    }
}

/// Whether a person would read the answer.
pub fn wants_html(headers: &HeaderMap) -> bool {
    let accept = headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/html"))
}
