//! What the office told a licensee in its cases, and the licensee's answers (监管告知).

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::caller::Caller;
use super::values::{At, By, IdempotencyKey, Said as _, Words};
use crate::domain::case::CaseNumber;
use crate::domain::text::Line;
use crate::http::App;
use crate::http::extract::{ApiJson, ApiPath};
use crate::http::problem::Problem;
use crate::service::cases::notices::{self, Correspondence};

/// A notice of the office, or an answer to it.
#[derive(Debug, Serialize, ToSchema)]
pub struct NoticePassed {
    /// When.
    at: At,
    /// Who answered; without, it is the office's notice.
    #[serde(skip_serializing_if = "Option::is_none")]
    answered_by: Option<Line>,
    /// What was written.
    told: Words,
}

/// What passed between the office and a licensee in one case.
#[derive(Debug, Serialize, ToSchema)]
pub struct Notice {
    /// The case.
    case: CaseNumber,
    /// Whether an answer can still be given.
    open: bool,
    /// Whether the office has had no answer to the last that it told.
    unanswered: bool,
    /// Notices and answers, the first first.
    passed: Vec<NoticePassed>,
}

impl From<Correspondence> for Notice {
    fn from(one: Correspondence) -> Self {
        Self {
            case: one.case,
            open: one.is_open,
            unanswered: one.waits_for_an_answer(),
            passed: one
                .passed
                .into_iter()
                .map(|passed| NoticePassed {
                    at: At(passed.at),
                    answered_by: passed.answered_by,
                    told: Words::from(&passed.told),
                })
                .collect(),
        }
    }
}

/// What the office told a licensee.
#[derive(Debug, Serialize, ToSchema)]
pub struct Notices {
    /// That first in which something was written last.
    notices: Vec<Notice>,
}

/// Lists what the office told a licensee, with its answers. With a token that is no licensee's the list is empty.
#[utoipa::path(
    get,
    path = "/api/v1/notices",
    operation_id = "list_notices",
    tag = "alerts",
    responses((status = 200, description = "All of them", body = Notices))
)]
pub async fn list(caller: Caller, State(app): State<App>) -> Result<Json<Notices>, Problem> {
    let found = notices::list(&app.store, caller.scope()).await?;
    let notices = found.into_iter().map(Into::into).collect();
    Ok(Json(Notices { notices }))
}

/// An answer to what the office told.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NoticeAnswer {
    /// Who answers.
    by: Option<By>,
    /// The answer.
    told: Words,
}

/// Answers what the office told in a case; the office reads it in the file of the case.
#[utoipa::path(
    post,
    path = "/api/v1/notices/{case}/answers",
    operation_id = "answer_notice",
    tag = "alerts",
    params(("case" = CaseNumber, Path, description = "The case's number"), IdempotencyKey),
    request_body = NoticeAnswer,
    responses((status = 200, description = "It is answered", body = Notice))
)]
pub async fn answer(
    caller: Caller,
    State(app): State<App>,
    ApiPath(number): ApiPath<CaseNumber>,
    key: IdempotencyKey,
    ApiJson(body): ApiJson<NoticeAnswer>,
) -> Result<Json<Notice>, Problem> {
    let call = caller.call(key, body.by)?;
    let told = body.told.said("told")?;
    Ok(Json(
        notices::answer(&app.store, &call, number, told)
            .await?
            .into(),
    ))
}
