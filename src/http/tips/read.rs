//! A form with photos, as it comes in: each photo is made anew before the next one is read, so that a form never takes more
//! memory than one file and what is kept of the others.

use axum::extract::multipart::{Field, Multipart, MultipartError};
use axum::http::StatusCode;

use crate::domain::tip::MOST_PHOTOS_AT_ONCE;
use crate::http::problem::Problem;
use crate::render::photo::{MOST_BYTES, Photo, PhotoError};
use crate::service::tips;

/// Bytes of all texts of a form.
const MOST_TEXT: usize = 64 << 10;
/// Parts of a form: its fields, and more photos than are taken, so that this can be said.
const MOST_PARTS: usize = 40;
/// Bytes of a form.
pub const MOST_BODY: usize = MOST_PHOTOS_AT_ONCE * MOST_BYTES + MOST_TEXT + (64 << 10);

/// Fields that a form carries along unseen: its name, and the serial that is to be taken as it is.
const UNSEEN: [&str; 2] = ["form", "as_it_is"];

/// What came.
#[derive(Debug, Default)]
pub struct Sent {
    fields: Vec<(String, String)>,
    /// The photos, made anew.
    pub photos: Vec<Photo>,
    /// What is wrong with the photos.
    pub wrong: Option<WrongPhoto>,
}

/// What is wrong with photos.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WrongPhoto {
    /// With which of them, from 1, and what.
    One(usize, PhotoError),
    /// More than are taken at once.
    TooMany,
}

impl Sent {
    /// What stands in a field, without spaces around it.
    pub fn get(&self, name: &str) -> &str {
        let named = self.fields.iter().find(|(field, _)| field == name);
        named.map_or("", |(_, text)| text.trim())
    }

    /// The fields that a person fills in, by their names: all but those that the form carries along unseen.
    pub fn filled_in(&self) -> Vec<(&str, &str)> {
        let seen = self
            .fields
            .iter()
            .filter(|(name, _)| !UNSEEN.contains(&name.as_str()));
        let mut all: Vec<(&str, &str)> = seen
            .map(|(name, text)| (name.as_str(), text.trim()))
            .collect();
        all.sort_unstable();
        all
    }

    /// One of these fields, without photos.
    #[cfg(test)]
    pub fn of_fields(fields: &[(&str, &str)]) -> Self {
        let owned = |(name, text): &(&str, &str)| ((*name).to_owned(), (*text).to_owned());
        Self {
            fields: fields.iter().map(owned).collect(),
            ..Self::default()
        }
    }

    /// Whether files were chosen.
    pub fn has_photos(&self) -> bool {
        !self.photos.is_empty() || self.wrong.is_some()
    }

    /// Reads a form.
    ///
    /// # Errors
    /// If it is none of ours, or larger than any.
    pub async fn read(mut parts: Multipart) -> Result<Self, Problem> {
        let mut sent = Self::default();
        let (mut room, mut files, mut count) = (MOST_TEXT, 0, 0);
        while let Some(part) = parts.next_field().await.map_err(why)? {
            count += 1;
            if count > MOST_PARTS {
                return Err(Problem::TOO_LARGE);
            }
            let name = part.name().unwrap_or_default().to_owned();
            if part.file_name().is_none() {
                let text = text(part, &mut room).await?;
                sent.fields.push((name, text));
                continue;
            }
            let file = file(part).await?;
            // A browser sends an empty part where no file was chosen.
            if !file.is_empty() {
                files += 1;
                sent.take(files, file).await;
            }
        }
        Ok(sent)
    }

    async fn take(&mut self, place: usize, file: Vec<u8>) {
        if self.wrong.is_some() {
            return;
        }
        if place > MOST_PHOTOS_AT_ONCE {
            self.wrong = Some(WrongPhoto::TooMany);
            return;
        }
        match tips::remade(file).await {
            Ok(photo) => self.photos.push(photo),
            Err(error) => self.wrong = Some(WrongPhoto::One(place, error)),
        }
    }
}

#[allow(clippy::needless_pass_by_value)] // as `map_err` gives it
fn why(error: MultipartError) -> Problem {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::TOO_LARGE,
        _ => Problem::BAD_REQUEST,
    }
}

/// A text, whose bytes are taken from the room that is left for all of them.
async fn text(mut part: Field<'_>, room: &mut usize) -> Result<String, Problem> {
    let mut bytes = Vec::new();
    while let Some(chunk) = part.chunk().await.map_err(why)? {
        *room = room.checked_sub(chunk.len()).ok_or(Problem::TOO_LARGE)?;
        bytes.extend_from_slice(&chunk);
    }
    String::from_utf8(bytes).map_err(|_| Problem::BAD_REQUEST)
}

/// A file; of one that is larger than any that is taken one byte more than that, for the rest is thrown away.
async fn file(mut part: Field<'_>) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::new();
    while let Some(chunk) = part.chunk().await.map_err(why)? {
        let room = (MOST_BYTES + 1).saturating_sub(bytes.len());
        bytes.extend_from_slice(&chunk[..chunk.len().min(room)]);
    }
    Ok(bytes)
}
