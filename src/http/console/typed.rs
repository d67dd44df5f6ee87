//! What was typed into a form: pairs of name and text, and files.

use axum::RequestExt;
use axum::body::{Body, to_bytes};
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use zeroize::Zeroize;

use crate::domain::document::Document;
use crate::domain::recipient;
use crate::http::App;
use crate::http::problem::Problem;

/// Fields of one form; nobody types more.
const MOST_FIELDS: usize = 200;
/// The field in which a form names those of its fields that no page repeats: passwords and codes.
pub const NOT_REPEATED: &str = "not-repeated";

/// Bytes of all texts of a form with a file: one file that a page carries on as text, and room for what is typed.
const MOST_TEXT: usize = Document::MOST_BYTES / 3 * 4 + (1 << 20);

/// What was typed, in the order of the form.
#[derive(Clone, Debug, Default)]
pub struct Typed {
    fields: Vec<(String, String)>,
    files: Vec<(String, Upload)>,
}

/// A file that was chosen.
#[derive(Clone, Debug)]
pub struct Upload {
    /// Its name on the person's machine; what a browser says, never a path of ours.
    pub name: String,
    /// Its content; of a file that is larger than any that is taken, only the beginning.
    pub content: Vec<u8>,
    /// How many bytes came.
    pub bytes: usize,
}

impl Upload {
    /// Its name without folders: some browsers send the whole path.
    pub fn base_name(&self) -> &str {
        self.name.rsplit(['/', '\\']).next().unwrap_or(&self.name)
    }
}

impl Typed {
    /// From pairs, as in an address.
    pub fn of(fields: Vec<(String, String)>) -> Self {
        let files = Vec::new();
        Self { fields, files }
    }

    /// What stands in a field, without spaces around it; empty if there is no such field.
    pub fn get(&self, name: &str) -> &str {
        self.all(name).next().unwrap_or_default()
    }

    /// What stands in a field with every space: a password.
    pub fn untrimmed(&self, name: &str) -> &str {
        let named = self.fields.iter().find(|(field, _)| field == name);
        named.map_or("", |(_, text)| text)
    }

    /// From the query of an address, without control characters: nothing that is searched has any, and PostgreSQL does
    /// not take all of them.
    pub fn of_query(uri: &axum::http::Uri) -> Self {
        let fields = axum::extract::Query::<Vec<(String, String)>>::try_from_uri(uri);
        let mut fields = fields
            .map(|axum::extract::Query(fields)| fields)
            .unwrap_or_default();
        for (_, text) in &mut fields {
            text.retain(|c| !c.is_control());
        }
        Self::of(fields)
    }

    /// All that was chosen under a name, as with check boxes.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        let named = self.fields.iter().filter(move |(field, _)| field == name);
        named.map(|(_, text)| text.trim())
    }

    /// The file of a field, if one was chosen.
    pub fn file(&self, name: &str) -> Option<&Upload> {
        let named = self.files.iter().find(|(field, _)| field == name);
        named.map(|(_, upload)| upload)
    }

    /// All files of a field, in the order in which they were chosen.
    pub fn files(&self, name: &str) -> impl Iterator<Item = &Upload> {
        let named = self.files.iter().filter(move |(field, _)| field == name);
        named.map(|(_, upload)| upload)
    }

    /// Whether a file was chosen.
    pub fn has_files(&self) -> bool {
        !self.files.is_empty()
    }

    /// Whether the form comes back to be gone on with: after signing in again, or from its summary.
    pub fn is_resumed(&self) -> bool {
        self.get("resume") == "1"
    }

    /// Whether the summary was confirmed.
    pub fn is_confirmed(&self) -> bool {
        self.get("confirmed") == "1"
    }

    /// What a page may hold to be gone on with later: all that was typed but what is never repeated, and the files,
    /// which a browser does not send twice. Empty if nothing was typed.
    pub fn kept(&self) -> Vec<(&str, &str)> {
        let never: Vec<&str> = self.all(NOT_REPEATED).collect();
        let fields = self
            .fields
            .iter()
            .map(|(name, text)| (name.as_str(), text.as_str()));
        let kept = fields.filter(|(name, _)| !never.contains(name) && *name != NOT_REPEATED);
        let kept: Vec<(&str, &str)> = kept.collect();
        let is_typed = |(name, text): &(&str, &str)| *name != "request" && !text.is_empty();
        if kept.iter().any(is_typed) {
            kept
        } else {
            Vec::new()
        }
    }

    /// The same with this text in a field, whatever stood there.
    #[must_use]
    pub fn with(mut self, name: &str, text: impl Into<String>) -> Self {
        self.fields.retain(|(field, _)| field != name);
        self.fields.push((name.to_owned(), text.into()));
        self
    }
}

/// Whether a request sends a form that may have files.
pub fn is_form_with_files(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| kind.starts_with("multipart/form-data"))
}

impl FromRequest<App> for Typed {
    type Rejection = Response;

    async fn from_request(request: Request, app: &App) -> Result<Self, Response> {
        if is_form_with_files(request.headers()) {
            let parts = Multipart::from_request(request, app).await;
            let parts = parts.map_err(|rejection| unreadable(rejection.status()))?;
            return Self::of_parts(parts).await?.readable();
        }
        // An address that takes files reads more of a body than texts may be.
        let (head, body) = request.with_limited_body().into_parts();
        let body = to_bytes(body, MOST_TEXT).await;
        let body = body.map_err(|_| unreadable(StatusCode::PAYLOAD_TOO_LARGE))?;
        let request = Request::from_parts(head, Body::from(body));
        let fields = axum::Form::<Vec<(String, String)>>::from_request(request, app).await;
        let axum::Form(fields) = fields.map_err(|rejection| unreadable(rejection.status()))?;
        if fields.len() > MOST_FIELDS {
            return Err(unreadable(StatusCode::PAYLOAD_TOO_LARGE));
        }
        Self::of(fields).readable()
    }
}

/// The answer to a body that is no form of ours.
fn unreadable(status: StatusCode) -> Response {
    match status {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::TOO_LARGE,
        _ => Problem::BAD_REQUEST,
    }
    .response()
}

impl Typed {
    /// Bytes that are no text were read as U+FFFD, and would be kept as that.
    fn readable(mut self) -> Result<Self, Response> {
        self.forget_private_keys();
        let mut texts = self.fields.iter();
        if texts.any(|(name, text)| name.contains('\u{fffd}') || text.contains('\u{fffd}')) {
            return Err(unreadable(StatusCode::BAD_REQUEST));
        }
        Ok(self)
    }

    /// A private key that was pasted by mistake goes no further than this: no page repeats it, and nothing keeps it. What
    /// stands in its place is refused for what it is.
    fn forget_private_keys(&mut self) {
        for (_, text) in &mut self.fields {
            if recipient::is_private(text) {
                text.zeroize();
                recipient::PRIVATE_MARK.clone_into(text);
            }
        }
    }

    async fn of_parts(mut parts: Multipart) -> Result<Self, Response> {
        let bad = |error: MultipartError| unreadable(error.status());
        let mut typed = Self::default();
        let mut room = MOST_TEXT;
        while let Some(part) = parts.next_field().await.map_err(bad)? {
            if typed.fields.len() + typed.files.len() >= MOST_FIELDS {
                return Err(unreadable(StatusCode::PAYLOAD_TOO_LARGE));
            }
            let name = part.name().unwrap_or_default().to_owned();
            let Some(file) = part.file_name().map(str::to_owned) else {
                room = room.saturating_sub(name.len());
                let text = text(part, &mut room).await?;
                typed.fields.push((name, text));
                continue;
            };
            let (upload, is_whole) = upload(file, part).await;
            // A browser sends an empty part where no file was chosen.
            if !upload.name.is_empty() || !upload.content.is_empty() {
                typed.files.push((name, upload));
            }
            if !is_whole {
                break;
            }
        }
        Ok(typed)
    }
}

/// Reads a text, and takes its bytes from the room that is left for all of them. Not by axum, which guesses at other
/// encodings: our pages are UTF-8, and so is what they send.
async fn text(mut part: Field<'_>, room: &mut usize) -> Result<String, Response> {
    let mut bytes = Vec::new();
    let bad = |error: MultipartError| unreadable(error.status());
    while let Some(chunk) = part.chunk().await.map_err(bad)? {
        let too_large = || unreadable(StatusCode::PAYLOAD_TOO_LARGE);
        *room = room.checked_sub(chunk.len()).ok_or_else(too_large)?;
        bytes.extend_from_slice(&chunk);
    }
    String::from_utf8(bytes).map_err(|_| unreadable(StatusCode::BAD_REQUEST))
}

/// Reads a file and keeps no more of it than is ever taken: a form whose file is too large is still a form, and its
/// fields are kept. Whether all of it came, too: beyond the limit of the address nothing more is read.
async fn upload(name: String, mut part: Field<'_>) -> (Upload, bool) {
    let mut upload = Upload {
        name,
        content: Vec::new(),
        bytes: 0,
    };
    loop {
        match part.chunk().await {
            Ok(Some(chunk)) => {
                upload.bytes += chunk.len();
                let room = Document::MOST_BYTES.saturating_sub(upload.content.len());
                upload.content.extend(chunk.iter().take(room));
            }
            Ok(None) => return (upload, true),
            Err(_) => {
                upload.bytes = upload.bytes.max(Document::MOST_BYTES + 1);
                return (upload, false);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_file_has_no_folders() {
        for (name, base) in [
            ("报告.pdf", "报告.pdf"),
            ("C:\\档案\\报告.pdf", "报告.pdf"),
            ("../../etc/passwd", "passwd"),
            ("", ""),
        ] {
            let upload = Upload {
                name: name.into(),
                content: Vec::new(),
                bytes: 0,
            };
            assert_eq!(upload.base_name(), base);
        }
    }
}
