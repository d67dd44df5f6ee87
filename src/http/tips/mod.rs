//! Telling of a suspect pack, without signing in: the form, and the page of a ticket.
//!
//! Everything works without a script, in forms that only our own pages send. A ticket is in the address of its page, which no
//! browser keeps or tells anybody.

mod again;
mod read;

use std::sync::Arc;
use std::time::Duration;

use axum::extract::rejection::QueryRejection;
use axum::extract::{
    DefaultBodyLimit, FromRequest, FromRequestParts, Multipart, OriginalUri, Path, Query, Request,
    State,
};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::middleware::from_fn;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};
use jiff::civil::{Date, date};
use serde::Deserialize;

use super::address::{encode, with_query};
use super::language::Language;
use super::limits::Refused;
use super::pages::{self, Filled, Wrong};
use super::problem::{self, Problem};
use super::visitor::Visitor;
use super::{App, Limits, security, unread};
use crate::domain::calendar::day_of;
use crate::domain::input::Input;
use crate::domain::place::Prefecture;
use crate::domain::refusal::RefusalKind;
use crate::domain::text::Line;
use crate::domain::tip::{FormName, NewTip, Ticket, TipKind, Told};
use crate::domain::typed::Flaw;
use crate::service::tips::{self as service, Sending};
use crate::service::{ServiceError, system};

use self::again::Again;
pub use self::read::{Sent, WrongPhoto};

/// Photos of a phone over a slow network.
const FORMS: Limits = Limits {
    body: read::MOST_BODY,
    time: Duration::from_mins(3),
};

/// The routes.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/report", get(page).post(send))
        .route("/report/{ticket}", get(of_ticket).post(add))
        .route("/report/{ticket}/take-back", post(take_back))
        .layer(Extension(Arc::<Again>::default()))
        .layer(from_fn(security::no_forms_of_others))
        .layer(DefaultBodyLimit::max(FORMS.body))
        .layer(from_fn(unread::taken))
        .layer(from_fn(|request, next| {
            problem::in_time(FORMS.time, request, next)
        }))
}

/// What the address of the form may carry.
#[derive(Default, Deserialize)]
struct Asked {
    /// The serial of the mark that it is about.
    #[serde(default)]
    serial: String,
    /// A ticket: its page is wanted.
    #[serde(default)]
    ticket: String,
}

/// Who asks, and how to answer.
struct Asker {
    app: App,
    uri: Uri,
    language: Language,
}

impl Asker {
    fn new(app: App, uri: Uri, headers: &HeaderMap) -> Self {
        let language = Language::of(&uri, headers);
        Self { app, uri, language }
    }

    /// The form, with a name that it was never shown under.
    fn form(&self, filled: &Filled, wrong: &[Wrong]) -> Response {
        let name = FormName::new(system::random());
        let field = self.app.keys.secrets.tips.field(name);
        self.form_named(&field, filled, wrong)
    }

    fn form_named(&self, field: &str, filled: &Filled, wrong: &[Wrong]) -> Response {
        let today = day_of(system::now());
        let domain = self.app.public_url.domain();
        pages::to_fill_in(
            (field, filled, wrong),
            today,
            self.language,
            &self.uri,
            domain,
        )
    }

    fn too_often(&self, refused: Refused) -> Response {
        let domain = self.app.public_url.domain();
        let mut response = pages::asked_too_often(self.language, &self.uri, domain);
        *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
        let headers = response.headers_mut();
        headers.insert(header::RETRY_AFTER, refused.seconds.into());
        response
    }

    /// On to a ticket's page.
    fn to(&self, ticket: Ticket, notice: &'static str) -> Response {
        let language = self.language.choose("", "en");
        let path = format!("/report/{}", encode(&ticket.to_string()));
        let address = with_query(&path, &[("notice", notice), ("lang", language)]);
        Redirect::to(&address).into_response()
    }

    /// The page of a ticket, with what is wrong with what was to be added.
    async fn ticket_page(&self, visitor: &Visitor, typed: &str, wrong: &[Wrong]) -> Response {
        let mut paid = match self.app.traffic.limits.ticket(visitor.address) {
            Ok(paid) => paid,
            Err(refused) => return self.too_often(refused),
        };
        let domain = self.app.public_url.domain();
        let found = match Ticket::read(typed) {
            Some(ticket) => service::of_ticket(&self.app.store, ticket).await,
            None => return self.no_such_ticket(typed),
        };
        match (found, Ticket::read(typed)) {
            (Ok(whole), Some(ticket)) => {
                paid.give_back();
                let name = FormName::new(system::random());
                let field = self.app.keys.secrets.tips.field(name);
                pages::of_ticket(
                    (&whole, ticket, &field, wrong),
                    self.language,
                    &self.uri,
                    domain,
                )
            }
            (Err(ServiceError::Refused(refusal)), _) if refusal.kind == RefusalKind::NoSuch => {
                self.no_such_ticket(typed)
            }
            (Err(error), _) => Problem::from(error).response(),
            (Ok(_), None) => Problem::NOT_FOUND.response(),
        }
    }

    /// The page for what opens nothing; of the code or serial of a label it says so. To try serials by it costs as much as
    /// trying tickets.
    fn no_such_ticket(&self, typed: &str) -> Response {
        let of_label = match Input::read(typed) {
            Some(Input::Code(code)) => Some(code.to_base64url()),
            Some(Input::Serial(serial)) => {
                let ours = self.app.keys.secrets.serial.mark(serial);
                ours.map(|_| serial.to_string())
            }
            None => None,
        };
        let domain = self.app.public_url.domain();
        pages::no_such_ticket(of_label.as_deref(), self.language, &self.uri, domain)
    }
}

/// `GET /report`: the form. With a ticket in the address, on to its page.
async fn page(
    State(app): State<App>,
    OriginalUri(uri): OriginalUri,
    asked: Result<Query<Asked>, QueryRejection>,
    visitor: Visitor,
    headers: HeaderMap,
) -> Response {
    let asker = Asker::new(app, uri, &headers);
    let Query(asked) = asked.unwrap_or_default();
    if !asked.ticket.trim().is_empty() {
        return match Ticket::read(&asked.ticket) {
            Some(ticket) => asker.to(ticket, ""),
            None => asker.no_such_ticket(&asked.ticket),
        };
    }
    let filled = Filled::about(serial_in(&asked.serial));
    let mut response = asker.form(&filled, &[]);
    let is_secure = asker.app.public_url.is_secure();
    visitor.name_phone(&asker.app.keys, is_secure, response.headers_mut());
    response
}

/// What is kept of a serial that was typed: of a whole code its short form, of everything else a line.
fn serial_in(typed: &str) -> Option<Line> {
    let text = match Input::read(typed) {
        Some(Input::Serial(serial)) => serial.to_string(),
        Some(Input::Code(code)) => code.to_base64url(),
        None => {
            let visible = typed.chars().filter(|c| !c.is_control());
            visible.take(Line::LIMIT).collect()
        }
    };
    Line::new("serial", &text).ok()
}

/// A form that somebody sent, as far as both of them are alike: paid for before its body is read, read, and told from one that
/// came before.
struct Filed {
    asker: Asker,
    visitor: Visitor,
    sent: Sent,
    /// Which form, if it is one that we showed: the one by which the same came first.
    form: Option<FormName>,
}

impl FromRequest<App> for Filed {
    type Rejection = Response;

    async fn from_request(request: Request, app: &App) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let Ok(visitor) = Visitor::from_request_parts(&mut parts, app).await;
        let again = parts.extensions.get::<Arc<Again>>().cloned();
        let uri = parts.extensions.get::<OriginalUri>();
        let uri = uri.map_or_else(|| parts.uri.clone(), |original| original.0.clone());
        let asker = Asker::new(app.clone(), uri, &parts.headers);
        if let Err(refused) = app.traffic.limits.tip(visitor.address, visitor.phone) {
            return Err(asker.too_often(refused));
        }
        let request = Request::from_parts(parts, body);
        let parts = Multipart::from_request(request, app).await;
        let parts = parts.map_err(|_| Problem::BAD_REQUEST.response())?;
        let sent = Sent::read(parts).await.map_err(Problem::response)?;
        let form = app.keys.secrets.tips.name_in(sent.get("form"));
        let first = |form| match &again {
            Some(again) => {
                let from = (visitor.phone, asker.uri.path());
                again.first(from, &sent, form, system::now())
            }
            None => form,
        };
        let form = form.map(first);
        Ok(Self {
            asker,
            visitor,
            sent,
            form,
        })
    }
}

/// `POST /report`
async fn send(filed: Filed) -> Response {
    let (asker, sent, app) = (&filed.asker, filed.sent, &filed.asker.app);
    let filled = Filled::of(&sent);
    let (read, mut wrong) = read_tip(&sent);
    if filed.form.is_none() {
        wrong.push(Wrong::Stale);
    }
    let (Some(form), Some((new, contact)), true) = (filed.form, read, wrong.is_empty()) else {
        let field = filed.form.map(|_| sent.get("form"));
        return unprocessable(match field {
            // The same form, so that a button pressed twice is one report.
            Some(field) => asker.form_named(field, &filled, &wrong),
            None => asker.form(&filled, &wrong),
        });
    };
    let sending = Sending {
        form,
        new,
        contact,
        photos: sent.photos,
    };
    match service::send(&app.store, &app.keys, sending, system::now()).await {
        Ok(ticket) => asker.to(ticket, "sent"),
        Err(ServiceError::Refused(refusal)) => {
            let field = app.keys.secrets.tips.field(form);
            let wrong = [Wrong::Refused("photos", refusal)];
            unprocessable(asker.form_named(&field, &filled, &wrong))
        }
        Err(error) => Problem::from(error).response(),
    }
}

fn unprocessable(mut response: Response) -> Response {
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    response
}

/// What the fields say, with all that is wrong with them.
fn read_tip(sent: &Sent) -> (Option<(NewTip, Option<Line>)>, Vec<Wrong>) {
    let mut wrong = Vec::new();
    let kind = TipKind::from_slug(sent.get("kind"));
    if kind.is_none() {
        wrong.push(Wrong::Choose("kind"));
    }
    let told = Told::new(sent.get("told"));
    let told = told.map_err(|error| wrong.push(Wrong::Said("told", error.into())));
    let mut line = |name: &'static str| match sent.get(name) {
        "" => None,
        text => Line::new("text", text)
            .map_err(|error| wrong.push(Wrong::Said(name, error.into())))
            .ok(),
    };
    let (seller, contact) = (line("seller"), line("contact"));
    let prefecture = match sent.get("place") {
        "" => None,
        code => {
            let place = code.parse().ok().and_then(Prefecture::new);
            if place.is_none() {
                wrong.push(Wrong::Choose("place"));
            }
            place
        }
    };
    let bought = match sent.get("bought") {
        "" => None,
        day => {
            let read = day.parse().ok().filter(|day: &Date| is_a_day_of_sale(*day));
            if read.is_none() {
                wrong.push(Wrong::Day("bought"));
            }
            read
        }
    };
    wrong.extend(sent.wrong.map(|what| Wrong::Photo("photos", what)));
    let typed = sent.get("serial");
    let is_readable = typed.is_empty() || Input::read(typed).is_some();
    // Said once; what stands on a label is taken as it is.
    if !is_readable && sent.get("as_it_is") != typed {
        wrong.push(Wrong::NoSerial("serial", Flaw::of(typed)));
    }
    let new = kind.zip(told.ok()).map(|(kind, told)| NewTip {
        kind,
        told,
        prefecture,
        seller,
        bought,
        serial: serial_in(typed),
    });
    (new.map(|new| (new, contact)), wrong)
}

/// Not in the future, and not before there was any such mark.
fn is_a_day_of_sale(day: Date) -> bool {
    (date(2020, 1, 1)..=day_of(system::now())).contains(&day)
}

/// `GET /report/{ticket}`
async fn of_ticket(
    State(app): State<App>,
    OriginalUri(uri): OriginalUri,
    Path(typed): Path<String>,
    visitor: Visitor,
    headers: HeaderMap,
) -> Response {
    let asker = Asker::new(app, uri, &headers);
    asker.ticket_page(&visitor, &typed, &[]).await
}

/// `POST /report/{ticket}`: adds text or photos.
async fn add(Path(typed): Path<String>, filed: Filed) -> Response {
    let (asker, visitor, sent) = (&filed.asker, &filed.visitor, filed.sent);
    let mut wrong = Vec::new();
    let told = match sent.get("told") {
        "" if sent.has_photos() => None,
        "" => {
            wrong.push(Wrong::Anything("told"));
            None
        }
        text => Told::new(text)
            .map_err(|error| wrong.push(Wrong::Said("told", error.into())))
            .ok(),
    };
    wrong.extend(sent.wrong.map(|what| Wrong::Photo("photos", what)));
    if filed.form.is_none() {
        wrong.push(Wrong::Stale);
    }
    let (Some(form), Some(ticket), true) = (filed.form, Ticket::read(&typed), wrong.is_empty())
    else {
        wrong.push(Wrong::Typed(sent.get("told").to_owned()));
        return refused(asker.ticket_page(visitor, &typed, &wrong).await);
    };
    let added = (told, sent.photos);
    let done = service::add(&asker.app.store, ticket, form, added, system::now()).await;
    asker.answer(visitor, &typed, done, "added").await
}

/// `POST /report/{ticket}/take-back`
async fn take_back(
    State(app): State<App>,
    OriginalUri(uri): OriginalUri,
    Path(typed): Path<String>,
    visitor: Visitor,
    headers: HeaderMap,
) -> Response {
    let asker = Asker::new(app, uri, &headers);
    let Some(ticket) = Ticket::read(&typed) else {
        return asker.ticket_page(&visitor, &typed, &[]).await;
    };
    let mut paid = match asker.app.traffic.limits.ticket(visitor.address) {
        Ok(paid) => paid,
        Err(refused) => return asker.too_often(refused),
    };
    let done = service::take_back(&asker.app.store, ticket, system::now()).await;
    let is_wrong = |error: &ServiceError| matches!(error, ServiceError::Refused(refusal) if refusal.kind == RefusalKind::NoSuch);
    if !done.as_ref().is_err_and(is_wrong) {
        paid.give_back();
    }
    asker.answer(&visitor, &typed, done, "").await
}

impl Asker {
    /// On to the ticket's page; or that page, with why not.
    async fn answer(
        &self,
        visitor: &Visitor,
        typed: &str,
        done: Result<(), ServiceError>,
        notice: &'static str,
    ) -> Response {
        match (done, Ticket::read(typed)) {
            (Ok(()), Some(ticket)) => self.to(ticket, notice),
            (Err(ServiceError::Refused(refusal)), _) if refusal.kind != RefusalKind::NoSuch => {
                let wrong = [Wrong::Refused("told", refusal)];
                refused(self.ticket_page(visitor, typed, &wrong).await)
            }
            (Err(ServiceError::Refused(_)) | Ok(()), _) => {
                self.ticket_page(visitor, typed, &[]).await
            }
            (Err(error), _) => Problem::from(error).response(),
        }
    }
}

/// The same page, for what could not be done.
fn refused(mut response: Response) -> Response {
    if response.status() == StatusCode::OK {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    response
}
