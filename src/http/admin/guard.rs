//! What stands before every operation: whose token it is, and whether they may.

use axum::extract::Request;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::Response;
use utoipa::openapi::security::SecurityRequirement;

use super::caller::{Caller, Undecided};
use super::values::MarkEvent;
use crate::domain::access::Permission;
use crate::domain::licensee::Step;
use crate::http::App;
use crate::http::problem::Problem;

/// The name under which the OpenAPI document knows tokens.
pub const SECURITY: &str = "token";

/// What an operation needs of who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// A token in force, whosever it is.
    Token,
    /// To be allowed this.
    May(Permission),
    /// To be allowed to see such things, and to take them away as a table.
    Table(Permission),
    /// What the step needs that the request names: the handler takes an [`Undecided`] and asks.
    Step,
    /// The same with what happens to marks.
    Event,
}

impl Needs {
    /// The ways that are open, each of which needs all it names.
    pub fn ways(self) -> Vec<Vec<Permission>> {
        let mut single: Vec<Permission> = match self {
            Self::Token => return vec![Vec::new()],
            Self::May(permission) => vec![permission],
            Self::Table(permission) => return vec![vec![Permission::Export, permission]],
            Self::Step => {
                let alone = Step::ALL.iter().filter(|step| !step.needs_two());
                alone.map(|step| Permission::for_step(*step)).collect()
            }
            Self::Event => {
                let needed = MarkEvent::all().flat_map(Permission::for_event);
                needed.copied().collect()
            }
        };
        single.sort_unstable();
        single.dedup();
        single.into_iter().map(|one| vec![one]).collect()
    }

    /// The same for the OpenAPI document.
    pub fn security(self) -> Vec<SecurityRequirement> {
        let words = |way: Vec<Permission>| way.into_iter().map(Permission::slug);
        let ways = self.ways().into_iter();
        ways.map(|way| SecurityRequirement::new(SECURITY, words(way)))
            .collect()
    }
}

/// Lets through who may; 401 and 403 come before anything of the request is read.
pub async fn guard(app: App, needs: Needs, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    match let_through(&app, needs, &parts).await {
        Err(problem) => return problem.response(),
        Ok(caller) if matches!(needs, Needs::Step | Needs::Event) => {
            let undecided = Undecided::new(caller, parts.uri.path().to_owned());
            parts.extensions.insert(undecided);
        }
        Ok(caller) => _ = parts.extensions.insert(caller),
    }
    next.run(Request::from_parts(parts, body)).await
}

async fn let_through(app: &App, needs: Needs, parts: &Parts) -> Result<Caller, Problem> {
    let caller = Caller::of(app, &parts.headers, &parts.extensions).await?;
    caller.needs(app, parts.uri.path(), &needs.ways()).await?;
    Ok(caller)
}
