//! Files as they were sent to us. They go in and out byte for byte; nothing of ours shows one inside a page.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::etag;
use crate::domain::case::Exhibit;
use crate::domain::document::{Document, MediaType};
use crate::domain::text::Line;

/// What is said of a file that is given out.
#[derive(Clone, Copy, Debug)]
pub struct Download<'a> {
    what: &'static str,
    number: u32,
    name: &'a Line,
    media_type: MediaType,
    sha256: &'a Line,
}

impl<'a> Download<'a> {
    /// A document.
    pub const fn of_document(document: &'a Document) -> Self {
        Self {
            what: "document",
            number: document.number.0,
            name: &document.title,
            media_type: document.media_type,
            sha256: &document.sha256,
        }
    }

    /// An exhibit of a case, with its number there.
    pub const fn of_exhibit(number: u32, exhibit: &'a Exhibit) -> Self {
        Self {
            what: "exhibit",
            number,
            name: &exhibit.name,
            media_type: exhibit.media_type,
            sha256: &exhibit.sha256,
        }
    }

    /// The answer: to be saved, never to be shown; nothing if who asks has it already.
    pub fn answer(self, headers: &HeaderMap, content: Vec<u8>) -> Response {
        let tag = etag::of(self.sha256.as_str());
        let mut response = match etag::is_known(headers, &tag) {
            true => StatusCode::NOT_MODIFIED.into_response(),
            false => content.into_response(),
        };
        let kind = HeaderValue::from_static(self.media_type.slug());
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, kind);
        headers.insert(header::CONTENT_DISPOSITION, self.attachment());
        headers.insert(header::ETAG, tag);
        response
    }

    /// `Content-Disposition` with the name (RFC 6266), and an ending that says what it is.
    fn attachment(self) -> HeaderValue {
        let ending = self.media_type.endings()[0];
        let plain = format!("{}-{}.{ending}", self.what, self.number);
        let title = self.name.as_str();
        let has_ending = self.media_type.ending_of(title).is_some();
        let mut name = String::new();
        for byte in title.bytes() {
            if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_') {
                name.push(char::from(byte));
            } else {
                name.push_str(&format!("%{byte:02X}"));
            }
        }
        if !has_ending {
            name.push_str(&format!(".{ending}"));
        }
        let value = format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{name}");
        HeaderValue::from_str(&value).unwrap_or(HeaderValue::from_static("attachment"))
    }
}
