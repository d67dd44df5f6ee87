//! Who asks: a program that shows a person's token, or one that shows the installation's, which stands for whoever is at
//! the machine itself.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, header};

use super::values::{By, IdempotencyKey, Said};
use crate::domain::access::{Permission, Scope};
use crate::domain::text::Line;
use crate::http::problem::Problem;
use crate::http::{App, network};
use crate::service::desk::Call;
use crate::service::people::tokens::{self, Shown};
use crate::service::system;
use crate::service::trail::{self, Note, Origin};
use crate::store::Store;
use crate::store::trail::Outcome;

/// What the trail says of who exports with the installation's token: no name to sign in with has a space in it.
const OPERATOR: &str = "admin token";

/// Who asks. Only the guard before an operation makes one, so a handler that takes it is reached by nobody else.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The person's token; without, whoever is at the machine, who may do everything.
    shown: Option<Shown>,
    origin: Origin,
}

impl Caller {
    /// Whoever showed the token of these headers.
    ///
    /// # Errors
    /// 401 without a token that is in force, 503 if the database does not answer.
    pub async fn of(
        app: &App,
        headers: &HeaderMap,
        extensions: &Extensions,
    ) -> Result<Self, Problem> {
        let Some(text) = bearer(headers) else {
            let detail = "send a token as Authorization: Bearer TOKEN, once";
            return Err(Problem::NOT_SIGNED_IN.because(detail));
        };
        let origin = network::stranger(OPERATOR, headers, extensions);
        if app.admin.as_ref().is_some_and(|token| token.is(text)) {
            let shown = None;
            return Ok(Self { shown, origin });
        }
        let shown = tokens::shown(&app.store, text, system::now()).await?;
        let shown = shown.ok_or_else(|| {
            Problem::NOT_SIGNED_IN.because("no such token is in force; make another")
        })?;
        Ok(Self {
            origin: origin.of(&shown.principal),
            shown: Some(shown),
        })
    }

    /// Whether role and token allow it.
    pub fn may(&self, permission: Permission) -> bool {
        let shown = self.shown.as_ref();
        shown.is_none_or(|shown| shown.principal.may(permission))
    }

    /// Whose things the caller sees; to the caller nothing else is there.
    pub fn scope(&self) -> Scope {
        let shown = self.shown.as_ref();
        shown.map_or(Scope::All, |shown| shown.principal.user.scope)
    }

    /// The person's token, if it is one.
    pub const fn shown(&self) -> Option<&Shown> {
        self.shown.as_ref()
    }

    /// The call of the service that a request makes. A person does everything under their own name; with the
    /// installation's token the request says who does it.
    ///
    /// # Errors
    /// 422 if the request says another name than the person's, or none where one is needed, or one that cannot be
    /// written down.
    pub fn call(&self, key: IdempotencyKey, by: Option<By>) -> Result<Call, Problem> {
        let said = by.said("by")?;
        let (by, origin) = match (&self.shown, said) {
            (None, None) => {
                let detail = "by: with the installation's token, say who does it";
                return Err(Problem::INVALID.because(detail));
            }
            (None, Some(by)) => {
                let login = by.to_string();
                let origin = self.origin.clone();
                (by, Origin { login, ..origin })
            }
            (Some(shown), said) => {
                let own = shown.principal.user.login.as_line();
                if said.is_some_and(|said| said != *own) {
                    let detail = format!("by: this token is {own}'s: leave it out, or say {own}");
                    return Err(Problem::INVALID.because(detail));
                }
                (own.clone(), self.origin.clone())
            }
        };
        Ok(Call {
            request: key.name(),
            scope: self.scope(),
            origin,
            ..Call::new(by, system::now())
        })
    }

    /// The same of something that is read, and written down as read: with the installation's token nobody is named.
    pub fn reading(&self) -> Call {
        let own = self.shown.as_ref();
        let own = own.map(|shown| shown.principal.user.login.as_line().clone());
        let by = own.unwrap_or_else(|| Line::new("by", OPERATOR).expect("two words"));
        Call {
            scope: self.scope(),
            origin: self.origin.clone(),
            ..Call::new(by, system::now())
        }
    }

    /// Writes down that a table was taken away.
    ///
    /// # Errors
    /// 503 if the database does not take it: then the table is not given out.
    pub async fn exported(&self, store: &Store, table: &str) -> Result<(), Problem> {
        let note = Note::new("export").about(table);
        let at = system::now();
        Ok(trail::write_alone(store, &self.origin, at, Outcome::Done, note).await?)
    }

    /// Asks for one of these ways, each of which needs all it names. The refusal stands in the trail.
    ///
    /// # Errors
    /// 403 if none is open.
    pub async fn needs(
        &self,
        app: &App,
        path: &str,
        ways: &[Vec<Permission>],
    ) -> Result<(), Problem> {
        let is_open = |way: &Vec<Permission>| way.iter().all(|one| self.may(*one));
        let (false, Some(shown)) = (ways.iter().any(is_open), &self.shown) else {
            return Ok(());
        };
        let missing = ways.iter().flatten().copied().find(|one| !self.may(*one));
        let note = Note::new(missing.map_or("none", Permission::slug)).about(path);
        let (store, at) = (&app.store, system::now());
        let written = trail::write_alone(store, &self.origin, at, Outcome::Refused, note).await;
        if let Err(error) = written {
            tracing::error!(%error, "the audit trail could not be written");
        }
        let words = |way: &Vec<Permission>| {
            let words: Vec<&str> = way.iter().map(|one| one.slug()).collect();
            words.join(" and ")
        };
        let needed: Vec<String> = ways.iter().map(words).collect();
        let role = shown.principal.user.role;
        let is_the_token = |way: &Vec<Permission>| way.iter().all(|one| role.may(*one));
        let who = if ways.iter().any(is_the_token) {
            "this token was made without it".to_owned()
        } else {
            format!("the role {} may not", role.slug())
        };
        let detail = format!("this needs {}; {who}", needed.join(" or "));
        Err(Problem::NOT_ALLOWED.because(detail))
    }
}

/// Who asks for something whose need is only known when the request is read: there is no caller before the need is named.
#[derive(Clone, Debug)]
pub struct Undecided {
    caller: Caller,
    path: String,
}

impl Undecided {
    /// One for whom some of what the request could say is open.
    pub const fn new(caller: Caller, path: String) -> Self {
        Self { caller, path }
    }

    /// The caller, if one of these is open.
    ///
    /// # Errors
    /// 403 if not.
    pub async fn may(self, app: &App, any: &[Permission]) -> Result<Caller, Problem> {
        let ways: Vec<Vec<Permission>> = any.iter().map(|one| vec![*one]).collect();
        self.caller.needs(app, &self.path, &ways).await?;
        Ok(self.caller)
    }
}

macro_rules! from_the_guard {
    ($($type:ty),+) => { $(
        impl FromRequestParts<App> for $type {
            type Rejection = Problem;

            async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
                parts.extensions.remove::<Self>().ok_or_else(|| {
                    tracing::error!("an operation's need does not go with what its handler takes");
                    Problem::INTERNAL
                })
            }
        }
    )+ };
}

from_the_guard!(Caller, Undecided);

/// What stands after `Bearer` in the one such header (RFC 6750, 2.1; the scheme in any case: RFC 9110, 11.1).
fn bearer(headers: &HeaderMap) -> Option<&[u8]> {
    let mut all = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(only), None) = (all.next(), all.next()) else {
        return None;
    };
    let (scheme, shown) = only.as_bytes().split_at_checked("Bearer ".len())?;
    scheme.eq_ignore_ascii_case(b"Bearer ").then_some(shown)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn what_a_header_shows() {
        for (values, shown) in [
            (&["Bearer abc"][..], Some(&b"abc"[..])),
            (&["bEARER abc"], Some(b"abc")),
            (&["Bearer  abc"], Some(b" abc")),
            (&["Bearer "], Some(b"")),
            (&["Bearer"], None),
            (&["Bearerabc"], None),
            (&["Basic abc"], None),
            (&[""], None),
            (&[], None),
            (&["Bearer abc", "Bearer abc"], None),
        ] {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(header::AUTHORIZATION, HeaderValue::from_static(value));
            }
            assert_eq!(bearer(&headers), shown, "{values:?}");
        }
    }
}
