//! A photo of a label, from a browser that cannot read it: leads to the mark's page, or says what was found instead.

use std::net::IpAddr;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::multipart::{Multipart, MultipartRejection};
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use governor::clock::Clock;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, SemaphorePermit};

use super::App;
use super::address::{encode, with_query};
use super::language::Language;
use super::limits::{Limit, RateLimits, Refused};
use super::network::Network;
use super::pages::{NoMark, Seen, no_mark};
use super::visitor::Visitor;
use crate::domain::code::Code;
use crate::domain::serial::Serial;
use crate::domain::symbol::Symbol;
use crate::service::photo::{self, PhotoError};

/// The field of the form.
const FIELD: &str = "photo";

/// Photos that are taken in at once: what they may hold of memory is this times [`photo::MOST_BYTES`].
const COMING_IN: usize = 16;
/// Photos that are read at once; the others that have come in wait.
const READ_AT_ONCE: usize = 2;
/// Whole seconds until there is a place again, about.
const PLACE_IN_SECONDS: u64 = 5;

/// Where photos wait to be read.
#[derive(Debug)]
pub struct Turns {
    coming_in: Arc<Semaphore>,
    read_at_once: Semaphore,
}

impl Default for Turns {
    fn default() -> Self {
        Self {
            coming_in: Arc::new(Semaphore::new(COMING_IN)),
            read_at_once: Semaphore::new(READ_AT_ONCE),
        }
    }
}

impl Turns {
    /// Lets a photo come in, before anything of it is read, as long as what this gives is held.
    fn come_in<C: Clock>(
        &self,
        limits: &RateLimits<C>,
        address: Option<IpAddr>,
    ) -> Result<OwnedSemaphorePermit, Refused> {
        let place = self.coming_in.clone().try_acquire_owned();
        let place = place.map_err(|_| limits.refuse(Limit::Photos, PLACE_IN_SECONDS))?;
        limits.take(Limit::Photos, &Network::of_client(address))?;
        Ok(place)
    }

    /// Waits until it is this photo's turn to be read, and holds the place.
    async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        self.read_at_once.acquire().await.ok()
    }
}

/// `GET /check/photo`: whoever comes back to the address of an answer finds the check page.
pub async fn back(OriginalUri(uri): OriginalUri, headers: HeaderMap) -> Redirect {
    Redirect::to(Language::of(&uri, &headers).choose("/", "/?lang=en"))
}

/// `POST /check/photo`: redirects to the page of the mark in the photo, never to anywhere else.
pub async fn read(
    State(app): State<App>,
    OriginalUri(uri): OriginalUri,
    visitor: Visitor,
    headers: HeaderMap,
    parts: Result<Multipart, MultipartRejection>,
) -> Response {
    let language = Language::of(&uri, &headers);
    let domain = app.public_url.domain();
    let read = read_photo(&app, &visitor, parts).await;
    let why = match read {
        Ok(texts) => match of_ours(&texts, domain) {
            Ok(ours) => {
                let mut marks = marks(&ours, &app, &uri);
                match marks.len() {
                    1 => return Redirect::to(&marks.remove(0).address).into_response(),
                    _ => NoMark::Several(marks),
                }
            }
            Err(why) => why,
        },
        Err(why) => why,
    };
    no_mark(why, language, &uri, domain)
}

async fn read_photo(
    app: &App,
    visitor: &Visitor,
    parts: Result<Multipart, MultipartRejection>,
) -> Result<Vec<String>, NoMark> {
    let (turns, limits) = (&app.traffic.photos, &app.traffic.limits);
    let place = turns.come_in(limits, visitor.address);
    let place = place.map_err(|refused| NoMark::TooMany(refused.seconds))?;
    let bytes = field(parts).await?;
    let turn = turns.turn().await;
    let read = photo::read(bytes).await;
    drop((turn, place));
    read.map_err(|error| match error {
        PhotoError::Unreadable => NoMark::Unreadable,
        PhotoError::TooLarge => NoMark::TooLarge,
    })
}

async fn field(parts: Result<Multipart, MultipartRejection>) -> Result<Bytes, NoMark> {
    let mut parts = parts.map_err(|_| NoMark::Unreadable)?;
    let of = |status| match status {
        StatusCode::PAYLOAD_TOO_LARGE => NoMark::TooLarge,
        _ => NoMark::Unreadable,
    };
    while let Some(part) = parts
        .next_field()
        .await
        .map_err(|error| of(error.status()))?
    {
        if part.name() == Some(FIELD) {
            let bytes = part.bytes().await.map_err(|error| of(error.status()))?;
            return match bytes.len() > photo::MOST_BYTES {
                true => Err(NoMark::TooLarge),
                false => Ok(bytes),
            };
        }
    }
    Err(NoMark::Unreadable)
}

/// The symbols that are ours, else why the first one is not: a pack carries others beside it.
fn of_ours<'a>(texts: &'a [String], domain: &str) -> Result<Vec<&'a str>, NoMark> {
    let mut why = NoMark::Nothing;
    let mut ours = Vec::new();
    for text in texts {
        let other = match Symbol::read(text, domain) {
            Symbol::Ours(asks) => {
                ours.push(asks);
                continue;
            }
            Symbol::OtherPage => NoMark::OtherPage(text.clone()),
            Symbol::Elsewhere { is_lookalike } => {
                let text = text.clone();
                NoMark::Elsewhere { text, is_lookalike }
            }
        };
        if matches!(why, NoMark::Nothing) {
            why = other;
        }
    }
    match ours.is_empty() {
        true => Err(why),
        false => Ok(ours),
    }
}

/// The marks of these symbols, each once. The serial is told of codes that we signed alone: else whoever makes a code up would
/// be told the serial of any mark.
fn marks(ours: &[&str], app: &App, uri: &Uri) -> Vec<Seen> {
    let lang = uri.query().filter(|query| *query == "lang=en");
    let lang = lang.map_or("", |_| "en");
    let mut marks: Vec<Seen> = Vec::new();
    for asks in ours {
        let (serial, address) = match Code::from_text(asks) {
            Some(code) => {
                let serials = &app.keys.secrets.serial;
                let is_signed = app.keys.ring().signer_of(&code).is_some();
                let serial = is_signed.then(|| serials.serial(code.payload().mark));
                let path = format!("/t/{}", code.to_base64url());
                (serial, with_query(&path, &[("lang", lang)]))
            }
            None => match Serial::from_typed(asks) {
                Some(serial) => {
                    let q = serial.to_string();
                    let address = with_query("/check", &[("q", &q), ("lang", lang)]);
                    (Some(serial), address)
                }
                // At our own address, and no code: it is answered there.
                None => {
                    let path = format!("/t/{}", encode(asks));
                    (None, with_query(&path, &[("lang", lang)]))
                }
            },
        };
        if marks.iter().all(|seen| seen.address != address) {
            marks.push(Seen { serial, address });
        }
    }
    marks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn photos_are_limited_by_network_and_at_once() {
        let (turns, limits) = (
            Turns::default(),
            RateLimits::default().with(Limit::Photos, 20),
        );
        let address = |last| Some(IpAddr::from([203, 0, 113, last]));
        for _ in 0..20 {
            drop(turns.come_in(&limits, address(1)).unwrap());
        }
        let refused = turns.come_in(&limits, address(1)).unwrap_err();
        assert!((170..=180).contains(&refused.seconds), "{refused:?}");
        let all: Vec<_> = (0..COMING_IN)
            .map(|_| turns.come_in(&limits, address(2)).unwrap())
            .collect();
        let refused = turns.come_in(&limits, address(3)).unwrap_err();
        assert_eq!(refused.seconds, PLACE_IN_SECONDS);
        drop(all);
        drop(turns.come_in(&limits, address(3)).unwrap());
        assert_eq!(limits.refusals().counted("photos"), 2);
    }
}
