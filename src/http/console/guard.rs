//! What stands before every page of the console: who asks, what is due first, and whether they may.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};

use super::words::{Two, two};
use super::{page, sign_in};
use crate::domain::access::{Permission, Scope};
use crate::domain::said::Said;
use crate::http::language::Language;
use crate::http::problem::Problem;
use crate::http::security::Cookie;
use crate::http::{App, network};
use crate::service::desk::Call;
use crate::service::people::sessions::{self, Due, SignedIn};
use crate::service::system;
use crate::service::trail::{self, Note, Origin};
use crate::store::trail::Outcome;

/// What a page needs of who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Nothing.
    Nobody,
    /// A session, open or waiting for its code.
    Session,
    /// An open session, whatever is due first: the pages on which that is done. A session that waits for its code is
    /// nobody's yet.
    Open,
    /// A person for whom nothing is due.
    Person,
    /// A person who may do this.
    May(Permission),
    /// A person who may see this and take lists away.
    Take(Permission),
    /// A person who may do any of these.
    AnyOf(&'static [Permission]),
}

/// Who asks for a page, how, and in which language.
#[derive(Clone)]
pub struct Visit {
    /// What every handler may use.
    pub app: App,
    /// The address.
    pub uri: Uri,
    /// In which language.
    pub language: Language,
    /// Where from, and who.
    pub origin: Origin,
    signed_in: Option<Arc<SignedIn>>,
}

impl Visit {
    /// Whose visit it is.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn of(
        app: App,
        uri: Uri,
        headers: &HeaderMap,
        network: &str,
    ) -> Result<Self, Problem> {
        let mut visit = Self::of_nobody(app, uri, headers, network);
        let is_secure = visit.app.public_url.is_secure();
        for cookie in Cookie::Session.values(headers, is_secure) {
            let found = sessions::of_cookie(&visit.app.store, cookie, system::now()).await?;
            if let Some(found) = found {
                visit.origin = visit.origin.of(&found.principal);
                visit.signed_in = Some(Arc::new(found));
                break;
            }
        }
        Ok(visit)
    }

    /// A visit of which nothing is known but what the browser says.
    pub fn of_nobody(app: App, uri: Uri, headers: &HeaderMap, network: &str) -> Self {
        let agent = headers.get(header::USER_AGENT);
        let agent = agent
            .and_then(|agent| agent.to_str().ok())
            .unwrap_or_default();
        Self {
            language: Language::of(&uri, headers),
            origin: Origin::stranger("", network, agent),
            app,
            uri,
            signed_in: None,
        }
    }

    /// Whoever is signed in.
    ///
    /// # Panics
    /// On a page that needs nobody: its row in the table of routes is wrong.
    pub fn signed_in(&self) -> &SignedIn {
        let signed_in = self.signed_in.as_deref();
        signed_in.expect("the guard lets nobody else through to a page that needs a session")
    }

    /// Whoever is signed in, if somebody is.
    pub fn anybody(&self) -> Option<&SignedIn> {
        self.signed_in.as_deref()
    }

    /// Whether whoever is signed in may do this.
    pub fn may(&self, permission: Permission) -> bool {
        self.anybody()
            .is_some_and(|signed_in| signed_in.principal.may(permission))
    }

    /// Whether whoever is signed in may do any of these.
    pub fn may_any(&self, permissions: &[Permission]) -> bool {
        permissions.iter().any(|permission| self.may(*permission))
    }

    /// Whose things the visitor sees.
    ///
    /// # Panics
    /// As [`Visit::signed_in`].
    pub fn scope(&self) -> Scope {
        self.signed_in().principal.user.scope
    }

    /// A text in the language of the visit.
    pub const fn say(&self, two: Two) -> &'static str {
        two.say(self.language)
    }

    /// What is said, in the language of the visit.
    pub fn in_words(&self, said: Said) -> String {
        match self.language {
            Language::Chinese => said.zh,
            Language::English => said.en,
        }
    }

    /// One of two texts, in the language of the visit.
    pub const fn one_of<'a>(&self, chinese: &'a str, english: &'a str) -> &'a str {
        self.language.choose(chinese, english)
    }

    /// The service's call of a form with this name of its own: sent twice, it is done once.
    pub fn call(&self, request: &str) -> Call {
        let user = &self.signed_in().principal.user;
        let name = format!("console-{request}");
        let request = crate::domain::text::Line::new("request", &name)
            .ok()
            .filter(|_| !request.is_empty());
        Call {
            request,
            scope: user.scope,
            origin: self.origin.clone(),
            ..Call::new(user.login.as_line().clone(), system::now())
        }
    }
}

impl FromRequestParts<App> for Visit {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        parts
            .extensions
            .get::<Self>()
            .cloned()
            .ok_or(Problem::INTERNAL)
    }
}

/// Lets through who may, and leads everybody else to where they can do something about it.
pub async fn guard(app: App, needs: Needs, mut request: Request, next: Next) -> Response {
    let (uri, headers) = (request.uri().clone(), request.headers().clone());
    let network = network::of(request.extensions());
    let visit = match Visit::of(app, uri, &headers, &network).await {
        Ok(visit) => visit,
        Err(problem) => return problem.response(),
    };
    let is_read = request.method().is_safe();
    let mut response = match (needs, visit.anybody()) {
        (Needs::Nobody, _) | (Needs::Session, Some(_)) => None,
        (_, None) if is_read => Some(sign_in::instead(&visit)),
        (_, None) => Some(sign_in::instead_of_form(&visit, std::mem::take(&mut request)).await),
        (Needs::Open, Some(signed_in)) if signed_in.due != Due::Code => None,
        (_, Some(signed_in)) if signed_in.due == Due::Code => Some(if is_read {
            sign_in::code_first(&visit)
        } else {
            sign_in::instead_of_form(&visit, std::mem::take(&mut request)).await
        }),
        (_, Some(signed_in)) if signed_in.due != Due::Nothing => {
            Some(Redirect::to(sign_in::page_of(signed_in.due)).into_response())
        }
        (Needs::Open | Needs::Person, Some(_)) => None,
        (Needs::May(permission), Some(_)) if visit.may(permission) => None,
        (Needs::May(permission), Some(_)) => Some(forbidden(&visit, permission).await),
        (Needs::Take(permission), Some(_)) => {
            let needed = [permission, Permission::Export];
            match needed.into_iter().find(|needed| !visit.may(*needed)) {
                Some(missing) => Some(forbidden(&visit, missing).await),
                None => None,
            }
        }
        (Needs::AnyOf(any), Some(_)) if visit.may_any(any) => None,
        (Needs::AnyOf([first, ..]), Some(_)) => Some(forbidden(&visit, *first).await),
        (Needs::AnyOf([]), Some(_)) => Some(Problem::NOT_FOUND.response()), // nobody's page
    };
    if response.is_none() {
        request.extensions_mut().insert(visit.clone());
        response = Some(answered(needs, &visit, next.run(request).await).await);
    }
    let mut response = response.unwrap_or_else(|| Problem::INTERNAL.response());
    remember_language(&visit, response.headers_mut());
    response
}

/// What a rule did not allow, beside the page that says so: the guard writes it into the audit trail.
#[derive(Clone, Debug)]
pub struct RefusedByRule(pub String);

/// A handler has answered.
async fn answered(needs: Needs, visit: &Visit, response: Response) -> Response {
    if let Some(RefusedByRule(why)) = response.extensions().get() {
        let action = match needs {
            Needs::May(permission) => permission.slug(),
            _ => "own-account",
        };
        let new = serde_json::json!({ "refused": why }).to_string();
        let note = Note::new(action).about(visit.uri.path());
        note_refusal(visit, note.changed(None, Some(new))).await;
    }
    // Only axum answers like this: a number in the address that cannot be one. There is nothing at such an address.
    let kind = response.headers().get(header::CONTENT_TYPE);
    let is_plain = kind.is_none_or(|kind| kind.as_bytes().starts_with(b"text/plain"));
    if response.status() == StatusCode::BAD_REQUEST && is_plain {
        return Problem::NO_SUCH.response();
    }
    response
}

async fn note_refusal(visit: &Visit, note: Note) {
    let (store, at) = (&visit.app.store, system::now());
    let written = trail::write_alone(store, &visit.origin, at, Outcome::Refused, note).await;
    if let Err(error) = written {
        tracing::error!(%error, "the audit trail could not be written");
    }
}

fn remember_language(visit: &Visit, headers: &mut HeaderMap) {
    let query = visit.uri.query().unwrap_or_default();
    if query.split('&').any(|pair| pair.starts_with("lang=")) {
        let is_secure = visit.app.public_url.is_secure();
        Cookie::Language.set(visit.language.tag(), is_secure, headers);
    }
}

/// The page for somebody who may not do this; the audit trail has it.
pub async fn forbidden(visit: &Visit, permission: Permission) -> Response {
    note_refusal(visit, Note::new(permission.slug()).about(visit.uri.path())).await;
    let role = visit.signed_in().principal.user.role;
    let text = match visit.language {
        Language::Chinese => format!(
            "您的角色（{}）无权：{}。",
            role.chinese(),
            permission.chinese()
        ),
        Language::English => format!(
            "Your role ({}) may not: {}.",
            role.english(),
            permission.english()
        ),
    };
    let title = two("无权访问", "Not for your role");
    page::message(visit, StatusCode::FORBIDDEN, title, &text)
}
