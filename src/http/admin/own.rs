//! `GET /api/v1/own`: who asks. A program asks it first, to see what its token opens.

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

use super::caller::Caller;
use super::values::Day;
use crate::domain::access::{Permission, Role};
use crate::domain::licensee::LicenseeNumber;
use crate::domain::printer::PrinterNumber;
use crate::domain::text::Line;

/// Who asks, and what the token opens.
#[derive(Debug, Serialize, ToSchema)]
pub struct Own {
    /// The person whose token it is; missing for the installation's, which opens everything.
    #[serde(skip_serializing_if = "Option::is_none")]
    person: Option<OwnPerson>,
    /// What role and token allow together.
    permissions: Vec<Permission>,
    /// Only what is this licensee's is seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    licensee: Option<LicenseeNumber>,
    /// Only what is given to this printer is seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    printer: Option<PrinterNumber>,
    /// The person's token.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<OwnToken>,
}

/// The person whose token it is.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwnPerson {
    /// The name to sign in with, under which everything is written down.
    login: Line,
    /// The person's name.
    name: Line,
    /// What the person is there for.
    role: Role,
    /// The same in Chinese.
    role_chinese: &'static str,
}

/// The token.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwnToken {
    /// What it was made for.
    purpose: Line,
    /// The last day on which it opens anything.
    last_day: Day,
}

/// Who asks, and what the token opens.
#[utoipa::path(
    get,
    path = "/api/v1/own",
    operation_id = "get_own",
    responses((status = 200, description = "Person, permissions, scope and the token's last day", body = Own))
)]
pub async fn own(caller: Caller) -> Json<Own> {
    let all = Permission::ALL.iter().copied();
    let scope = caller.scope();
    let shown = caller.shown();
    let person = shown.map(|shown| {
        let user = &shown.principal.user;
        OwnPerson {
            login: user.login.as_line().clone(),
            name: user.name.clone(),
            role: user.role,
            role_chinese: user.role.chinese(),
        }
    });
    let token = shown.map(|shown| OwnToken {
        purpose: shown.token.purpose.clone(),
        last_day: Day(shown.token.last_day()),
    });
    Json(Own {
        person,
        permissions: all.filter(|one| caller.may(*one)).collect(),
        licensee: scope.licensee(),
        printer: scope.printer(),
        token,
    })
}
