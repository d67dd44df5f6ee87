//! What was typed into a form: pairs of name and text, and files.

use axum::RequestExt;
use axum::body::{Body, to_bytes};
use axum::extract::multipart::Field;
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::header;
use axum::response::{IntoResponse, Response};

use crate::domain::document::Document;
use crate::http::App;
use crate::http::problem::Problem;

/// Fields of one form; nobody types more.
const MOST_FIELDS: usize = 200;

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

    /// From the query of an address.
    pub fn of_query(uri: &axum::http::Uri) -> Self {
        let fields = axum::extract::Query::try_from_uri(uri);
        Self::of(
            fields
                .map(|axum::extract::Query(fields)| fields)
                .unwrap_or_default(),
        )
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

    /// Whether the form comes back to be gone on with: after signing in again, or from its summary.
    pub fn is_resumed(&self) -> bool {
        self.get("resume") == "1"
    }

    /// Whether the summary was confirmed.
    pub fn is_confirmed(&self) -> bool {
        self.get("confirmed") == "1"
    }

    /// All fields but the files: those a browser does not send twice.
    pub fn fields(&self) -> &[(String, String)] {
        &self.fields
    }
}

impl FromRequest<App> for Typed {
    type Rejection = Response;

    async fn from_request(request: Request, app: &App) -> Result<Self, Response> {
        let kind = request.headers().get(header::CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if kind.starts_with("multipart/form-data") {
            let parts = Multipart::from_request(request, app).await;
            return Self::of_parts(parts.map_err(IntoResponse::into_response)?).await;
        }
        // An address that takes files reads more of a body than texts may be.
        let (head, body) = request.with_limited_body().into_parts();
        let body = to_bytes(body, MOST_TEXT).await;
        let body = body.map_err(|_| Problem::TOO_LARGE.response())?;
        let request = Request::from_parts(head, Body::from(body));
        let fields = axum::Form::<Vec<(String, String)>>::from_request(request, app).await;
        let axum::Form(fields) = fields.map_err(IntoResponse::into_response)?;
        if fields.len() > MOST_FIELDS {
            return Err(Problem::TOO_LARGE.response());
        }
        Ok(Self::of(fields))
    }
}

impl Typed {
    async fn of_parts(mut parts: Multipart) -> Result<Self, Response> {
        let mut typed = Self::default();
        let mut room = MOST_TEXT;
        while let Some(part) = parts
            .next_field()
            .await
            .map_err(IntoResponse::into_response)?
        {
            if typed.fields.len() + typed.files.len() >= MOST_FIELDS {
                return Err(Problem::TOO_LARGE.response());
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

/// Reads a text, and takes its bytes from the room that is left for all of them.
async fn text(mut part: Field<'_>, room: &mut usize) -> Result<String, Response> {
    let mut bytes = Vec::new();
    while let Some(chunk) = part.chunk().await.map_err(IntoResponse::into_response)? {
        *room = room
            .checked_sub(chunk.len())
            .ok_or_else(|| Problem::TOO_LARGE.response())?;
        bytes.extend_from_slice(&chunk);
    }
    String::from_utf8(bytes).map_err(|_| Problem::BAD_REQUEST.response())
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
