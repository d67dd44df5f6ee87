//! What was typed into a form: pairs of name and text, and files.

use axum::extract::{FromRequest, Multipart, Request};
use axum::http::header;
use axum::response::{IntoResponse, Response};

use crate::http::App;
use crate::http::problem::Problem;

/// Fields of one form; nobody types more.
const MOST_FIELDS: usize = 200;

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
    /// Its content.
    pub content: Vec<u8>,
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

    /// The same with this text in a field, whatever stood there.
    #[must_use]
    pub fn with(mut self, name: &str, text: impl Into<String>) -> Self {
        self.fields.retain(|(field, _)| field != name);
        self.fields.push((name.to_owned(), text.into()));
        self
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
                let text = part.text().await.map_err(IntoResponse::into_response)?;
                typed.fields.push((name, text));
                continue;
            };
            let content = part.bytes().await.map_err(IntoResponse::into_response)?;
            // A browser sends an empty part where no file was chosen.
            if !file.is_empty() || !content.is_empty() {
                let content = content.to_vec();
                typed.files.push((
                    name,
                    Upload {
                        name: file,
                        content,
                    },
                ));
            }
        }
        Ok(typed)
    }
}
