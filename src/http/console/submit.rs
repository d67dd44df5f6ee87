//! What becomes of a form that was sent.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};

use super::form::Form;
use super::guard::{RefusedByRule, Visit};
use super::page;
use super::read::Errors;
use super::typed::Typed;
use super::words::two;
use crate::domain::refusal::RefusalKind;
use crate::http::problem::Problem;
use crate::service::ServiceError;

/// The value, or at once the page that says why there is none.
macro_rules! or_refuse {
    ($visit:expr, $found:expr) => {
        match $found {
            Ok(found) => found,
            Err(error) => return $crate::http::console::submit::refuse(&$visit, error),
        }
    };
}
pub(super) use or_refuse;

/// On to the page of what was done; or the form again, with what is wrong.
pub fn answer(
    visit: &Visit,
    typed: &Typed,
    form: Form,
    done: Result<String, ServiceError>,
) -> Response {
    let error = match done {
        Ok(to) => return Redirect::to(&format!("{to}?notice=done")).into_response(),
        Err(error) => error,
    };
    let why = error.to_string();
    match Errors::of_service(error, visit.language) {
        Ok(errors) => {
            let page = form.filled(typed).wrong(errors).render(visit, Some(typed));
            by_rule(why, page)
        }
        Err(error) => refuse(visit, error),
    }
}

/// Leaves word for the audit trail.
fn by_rule(why: String, mut page: Response) -> Response {
    page.extensions_mut().insert(RefusedByRule(why));
    page
}

/// The page of an error that is no form's fault.
pub fn refuse(visit: &Visit, error: ServiceError) -> Response {
    let why = error.to_string();
    match &error {
        ServiceError::Refused(refusal) if refusal.kind == RefusalKind::NoSuch => {
            let title = two("没有这项记录", "There is no such thing");
            let page = page::message(
                visit,
                StatusCode::NOT_FOUND,
                title,
                visit.say(two(
                    "它不存在，或不在您可查看的范围内。",
                    "It does not exist, or is not yours to see.",
                )),
            );
            by_rule(why, page)
        }
        ServiceError::Refused(refusal) => {
            let title = two("不能办理", "This cannot be done");
            let page = page::message(
                visit,
                StatusCode::CONFLICT,
                title,
                visit.language.choose(&refusal.what.zh, &refusal.what.en),
            );
            by_rule(why, page)
        }
        _ => Problem::from(error).response(),
    }
}
