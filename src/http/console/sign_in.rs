//! Signing in and out. Who was signed out in the middle of a form finds what was typed again afterwards.

use askama::Template;
use axum::extract::{FromRequest, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;

use super::form::{Form, Kind};
use super::guard::Visit;
use super::list::encode;
use super::page::{self, Frame};
use super::read::Errors;
use super::typed::Typed;
use super::words::two;
use crate::domain::wanted::Wanted;
use crate::http::App;
use crate::http::problem::Problem;
use crate::http::security::Cookie;
use crate::service::people::sessions::{self, Due};
use crate::service::people::sign_in::{self, Attempt};
use crate::service::system;
use crate::service::trail::Origin;

const SIGN_IN: &str = "/console/sign-in";
const CODE: &str = "/console/code";
const SIGN_OUT: &str = "/console/sign-out";
const START: &str = "/console";
/// Bytes of typed text that are kept for somebody who was signed out.
const MOST_KEPT: usize = 256 * 1024;

/// Where that is done which is due first.
pub const fn page_of(due: Due) -> &'static str {
    match due {
        Due::Code => CODE,
        Due::Password => "/console/own/password",
        Due::SecondFactor => "/console/own/second-factor",
        Due::Nothing => START,
    }
}

/// Only a page of the console: what an address says of where to go on is anybody's word. Not one of those on which one
/// signs in or out: there one would go in circles.
fn own_page(to: &str) -> &str {
    let is_own = to == START
        || (to.starts_with("/console/") || to.starts_with("/console?"))
            && to.chars().all(|c| c.is_ascii_graphic() && c != '\\');
    let path = to.split('?').next().unwrap_or_default();
    if is_own && ![SIGN_IN, CODE, SIGN_OUT].contains(&path) {
        to
    } else {
        START
    }
}

/// Nobody is signed in: leads to the page where one signs in, and from there back.
pub fn instead(visit: &Visit) -> Response {
    leads(SIGN_IN, here(visit))
}

fn here(visit: &Visit) -> &str {
    let here = visit.uri.path_and_query();
    here.map_or(START, |here| here.as_str())
}

/// The session waits for its code: leads to the page where it is shown, and from there back.
pub fn code_first(visit: &Visit) -> Response {
    leads(CODE, here(visit))
}

/// To one of the pages on which one signs in, and from there to `to`.
fn leads(page: &str, to: &str) -> Response {
    let to = own_page(to);
    if to == START {
        return Redirect::to(page).into_response();
    }
    Redirect::to(&format!("{page}?to={}", encode(to))).into_response()
}

fn form(visit: &Visit) -> Form {
    Form::new(visit, two("登录", "Sign in"), two("登录", "Sign in"))
        .field("login", two("登录名", "Name to sign in with"), Kind::Line)
        .field(
            "password",
            two("密码", "Password"),
            Kind::Password("current-password"),
        )
        .optional("to", two("", ""), Kind::Hidden)
        .optional("kept", two("", ""), Kind::Hidden)
        .sent_to(SIGN_IN)
}

/// A form came from somebody who is no longer signed in, or did not show the code yet: what was typed is kept in the page
/// on which one does.
pub async fn instead_of_form(visit: &Visit, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    if path == SIGN_OUT {
        return Redirect::to(SIGN_IN).into_response();
    }
    let app = visit.app.clone();
    let typed = match Typed::from_request(request, &app).await {
        Ok(typed) => typed,
        Err(refused) => return refused,
    };
    // Whoever took too long to show the code was on the way to somewhere with something.
    let (to, kept) = if path == CODE {
        let to = own_page(typed.get("to")).to_owned();
        (to, typed.untrimmed("kept").to_owned())
    } else {
        (path, kept_of(&typed))
    };
    let text = match (kept.is_empty(), typed.has_files()) {
        (true, false) => two(
            "登录已过期，请重新登录。",
            "Your session has ended. Sign in again.",
        ),
        (_, false) => two(
            "登录已过期。请重新登录，填写的内容不会丢失。",
            "Your session has ended. Sign in again; what you typed is kept.",
        ),
        (_, true) => two(
            "登录已过期。请重新登录，填写的内容不会丢失；所选文件须重新选择。",
            "Your session has ended. Sign in again; what you typed is kept, but the file must be chosen again.",
        ),
    };
    let form = match visit.anybody() {
        None => form(visit).text(visit.say(text)),
        Some(_) => code_form(visit),
    };
    let form = form.value("to", to).value("kept", kept);
    let mut response = form.render(visit, None);
    *response.status_mut() = StatusCode::UNAUTHORIZED;
    response
}

/// What was typed, as the pages on which one signs in carry it along. What is longer than they can carry is not kept.
fn kept_of(typed: &Typed) -> String {
    let kept = typed.kept();
    let kept = if kept.is_empty() {
        String::new()
    } else {
        serde_json::to_string(&kept).unwrap_or_default()
    };
    if kept.len() > MOST_KEPT {
        return String::new();
    }
    kept
}

/// `GET /console/sign-in`
pub async fn page(visit: Visit) -> Response {
    if visit.anybody().is_some_and(|one| one.due == Due::Nothing) {
        return Redirect::to(START).into_response();
    }
    let asked = Typed::of_query(&visit.uri);
    let form = form(&visit).value("to", own_page(asked.get("to")));
    form.render(&visit, None)
}

/// `POST /console/sign-in`
pub async fn sign_in(visit: Visit, State(app): State<App>, typed: Typed) -> Response {
    let Origin { network, agent, .. } = &visit.origin;
    let origin = Origin::stranger(typed.get("login"), network, agent);
    let password = typed.untrimmed("password");
    let empty = empty(&visit, &typed, &["login", "password"]);
    if !empty.is_empty() {
        let form = form(&visit).filled(&typed).wrong(empty);
        return form.render(&visit, Some(&typed));
    }
    let attempt = sign_in::begin(&app.store, &origin, password, system::now()).await;
    let (cookie, is_open) = match attempt {
        Ok(Attempt::Begun { cookie, is_open }) => (cookie, is_open),
        Ok(other) => {
            let form = form(&visit).filled(&typed);
            return form
                .wrong(refused(&visit, &other))
                .render(&visit, Some(&typed));
        }
        Err(error) => return Problem::from(error).response(),
    };
    let mut response = if is_open {
        go_on(&visit, &typed)
    } else {
        to_code(&visit, &typed)
    };
    let is_secure = app.public_url.is_secure();
    Cookie::Session.set(&cookie, is_secure, response.headers_mut());
    response
}

/// Which of these fields are empty: nothing was tried then.
fn empty(visit: &Visit, typed: &Typed, fields: &[&'static str]) -> Errors {
    let what = visit.in_words(Wanted::Anything.said());
    let empty = fields
        .iter()
        .filter(|name| typed.untrimmed(name).is_empty());
    Errors {
        all: empty.map(|name| (Some(*name), what.clone())).collect(),
        entry: None,
    }
}

/// One and the same answer, whatever was wrong.
fn refused(visit: &Visit, attempt: &Attempt) -> Errors {
    let what = match attempt {
        Attempt::Held(until) => held(visit, *until),
        _ => visit
            .say(two(
                "登录名、密码或验证码不正确。",
                "Name, password or code is wrong.",
            ))
            .to_owned(),
    };
    Errors {
        all: vec![(None, what)],
        entry: None,
    }
}

fn held(visit: &Visit, until: Timestamp) -> String {
    // The minute after, so that it is over when the clock says so.
    let at = page::minute(until + jiff::SignedDuration::from_secs(59));
    let (chinese, english) = (
        format!("尝试次数过多，请在 {at} 之后再试。"),
        format!("Too many attempts. Try again after {at} (Beijing)."),
    );
    visit.language.choose(&chinese, &english).to_owned()
}

/// The password was right, and the code is asked for. Where the person was going and what was typed there goes along.
fn to_code(visit: &Visit, typed: &Typed) -> Response {
    if typed.get("kept").is_empty() {
        return leads(CODE, typed.get("to"));
    }
    code_form(visit).filled(typed).render(visit, None)
}

/// Signed in: on to where the person was going, with what was typed there.
fn go_on(visit: &Visit, typed: &Typed) -> Response {
    let to = own_page(typed.get("to"));
    let kept: Vec<(String, String)> = serde_json::from_str(typed.get("kept")).unwrap_or_default();
    if kept.is_empty() {
        return Redirect::to(to).into_response();
    }
    let fields = kept.into_iter().filter(|(name, _)| name != "confirmed");
    let page = Resume {
        frame: Frame::new(visit, visit.say(two("继续填写", "Go on"))),
        text: visit.say(two(
            "已登录。您先前填写的内容仍在，请继续。",
            "You are signed in. What you typed before is still here.",
        )),
        button: visit.say(two("继续填写", "Go on")),
        to,
        fields: fields.collect(),
    };
    page::render(StatusCode::OK, &page)
}

#[derive(Template)]
#[template(path = "resume.html")]
struct Resume<'a> {
    frame: Frame,
    text: &'static str,
    button: &'static str,
    to: &'a str,
    fields: Vec<(String, String)>,
}

fn code_form(visit: &Visit) -> Form {
    Form::new(
        visit,
        two("动态口令", "One-time code"),
        two("验证", "Go on"),
    )
    .sent_to(CODE)
    .optional("to", two("", ""), Kind::Hidden)
    .optional("kept", two("", ""), Kind::Hidden)
    .field("code", two("验证码", "Code"), Kind::Code)
    .hint(two(
        "手机验证器显示的 6 位数字；手机不在身边时可用恢复码。",
        "The six digits that your phone's authenticator shows, or a recovery code.",
    ))
}

/// `GET /console/code`
pub async fn code_page(visit: Visit) -> Response {
    if visit.signed_in().due != Due::Code {
        return Redirect::to(START).into_response();
    }
    let asked = Typed::of_query(&visit.uri);
    let form = code_form(&visit).value("to", own_page(asked.get("to")));
    form.render(&visit, None)
}

/// `POST /console/code`
pub async fn code(visit: Visit, State(app): State<App>, typed: Typed) -> Response {
    let signed_in = visit.signed_in();
    let (key, code) = (&app.keys.secrets.people, typed.get("code"));
    let empty = empty(&visit, &typed, &["code"]);
    if !empty.is_empty() {
        let form = code_form(&visit).filled(&typed).wrong(empty);
        return form.render(&visit, Some(&typed));
    }
    let attempt = sign_in::second(
        &app.store,
        key,
        &visit.origin,
        signed_in,
        code,
        system::now(),
    );
    match attempt.await {
        Ok(Attempt::Begun { cookie, .. }) => {
            let mut response = go_on(&visit, &typed);
            let is_secure = app.public_url.is_secure();
            Cookie::Session.set(&cookie, is_secure, response.headers_mut());
            response
        }
        Ok(other) => code_form(&visit)
            .filled(&typed)
            .wrong(refused(&visit, &other))
            .render(&visit, Some(&typed)),
        Err(error) => Problem::from(error).response(),
    }
}

/// `POST /console/sign-out`
pub async fn sign_out(visit: Visit, State(app): State<App>) -> Response {
    let signed_in = visit.signed_in();
    let (user, number) = (&signed_in.principal.user, signed_in.session.number);
    let ended = sessions::end(&app.store, &visit.origin, system::now(), user, number).await;
    if let Err(error) = ended
        && !error.is_the_request_s_fault()
    {
        return Problem::from(error).response();
    }
    let mut response = Redirect::to(SIGN_IN).into_response();
    let headers = response.headers_mut();
    Cookie::Session.clear(app.public_url.is_secure(), headers);
    headers.insert(
        header::HeaderName::from_static("clear-site-data"),
        header::HeaderValue::from_static("\"cache\""),
    );
    response
}

#[cfg(test)]
mod tests {
    use super::own_page;

    #[test]
    fn one_is_led_to_pages_of_the_console_only() {
        for (to, led) in [
            (
                "/console/orders?state=placed",
                "/console/orders?state=placed",
            ),
            ("/console?lang=en", "/console?lang=en"),
            ("https://elsewhere.example/console/", "/console"),
            ("//elsewhere.example/console/", "/console"),
            ("/\\elsewhere.example", "/console"),
            ("/consolexyz", "/console"),
            ("/console/sign-out", "/console"),
            ("/console/code?to=/console/code", "/console"),
            ("/console/\r\nx: y", "/console"),
            ("", "/console"),
        ] {
            assert_eq!(own_page(to), led, "{to}");
        }
    }
}
