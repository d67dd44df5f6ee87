//! Recalling a lot, and taking that back.

use axum::extract::Path;
use axum::response::Response;

use super::title_of;
use crate::domain::lot::{Lot, LotNumber};
use crate::domain::said::said;
use crate::http::console::form::{Form, Kind};
use crate::http::console::guard::Visit;
use crate::http::console::page::thousands;
use crate::http::console::read::Reader;
use crate::http::console::seen;
use crate::http::console::submit::{answer, or_refuse};
use crate::http::console::typed::Typed;
use crate::http::console::words::two;
use crate::service::lots::{self, Restoring};

fn recall_form(visit: &Visit, lot: &Lot) -> Form {
    Form::new(
        visit,
        two("召回批次", "Recall a lot"),
        two("召回", "Recall"),
    )
    .grave()
    .text(title_of(visit, lot))
    .field("reason", two("原因", "Reason"), Kind::Line)
    .hint(two("对消费者公开", "The public reads it"))
    .optional(
        "document",
        two("文号", "Number of the document"),
        Kind::Line,
    )
}

fn restore_form(visit: &Visit, lot: &Lot) -> Form {
    Form::new(
        visit,
        two("解除召回", "Take the recall back"),
        two("解除", "Take it back"),
    )
    .text(title_of(visit, lot))
    .field("reason", two("原因", "Reason"), Kind::Line)
    .field(
        "document",
        two("文号", "Number of the document"),
        Kind::Line,
    )
}

/// What becomes of the marks if the recall is taken back.
fn restored(visit: &Visit, lot: &Lot, restoring: Restoring) -> Vec<String> {
    let good = thousands(restoring.marks - restoring.still_withdrawn);
    let mut said = vec![
        title_of(visit, lot),
        visit.in_words(said!(
            "{good} marks become good again at once.",
            "{good} 枚标志立即恢复有效。"
        )),
    ];
    if restoring.still_withdrawn > 0 {
        let still = thousands(restoring.still_withdrawn);
        said.push(visit.in_words(said!(
            "{still} more stay withdrawn for another reason.",
            "另有 {still} 枚因其他原因仍然停用。"
        )));
    }
    said
}

/// `GET /console/lots/{lot}/recall`
pub async fn recall_page(visit: Visit, Path(number): Path<u32>) -> Response {
    let lot = or_refuse!(visit, seen::lot(&visit, LotNumber(number)).await);
    recall_form(&visit, &lot).render(&visit, None)
}

/// `POST /console/lots/{lot}/recall`
pub async fn recall(visit: Visit, Path(number): Path<u32>, typed: Typed) -> Response {
    let lot = or_refuse!(visit, seen::lot(&visit, LotNumber(number)).await);
    let form = recall_form(&visit, &lot).filled(&typed);
    if typed.is_resumed() {
        return form.render(&visit, Some(&typed));
    }
    let mut reader = Reader::new(&typed, visit.language);
    let (reason, document) = (reader.line("reason"), reader.optional_line("document"));
    let errors = reader.finish();
    let (Some(reason), Some(document), true) = (reason, document, errors.is_empty()) else {
        return form.wrong(errors).render(&visit, Some(&typed));
    };
    if !typed.is_confirmed() {
        let marks = thousands(lot.marks);
        let what = visit.in_words(said!(
            "The {marks} marks in use for it are withdrawn at once; the public reads: {reason}",
            "为这一批次激活的 {marks} 枚标志立即停用，公开原因：{reason}"
        ));
        let summary = vec![title_of(&visit, &lot), what];
        return form.confirm(&visit, &typed, summary);
    }
    let call = visit.call(typed.get("request"));
    let done = lots::recall(&visit.app.store, &call, lot.number, reason, document).await;
    answer(
        &visit,
        &typed,
        form,
        done.map(|_| format!("/console/lots/{number}")),
    )
}

/// `GET /console/lots/{lot}/restore`
pub async fn restore_page(visit: Visit, Path(number): Path<u32>) -> Response {
    let lot = or_refuse!(visit, seen::lot(&visit, LotNumber(number)).await);
    restore_form(&visit, &lot).render(&visit, None)
}

/// `POST /console/lots/{lot}/restore`
pub async fn restore(visit: Visit, Path(number): Path<u32>, typed: Typed) -> Response {
    let lot = or_refuse!(visit, seen::lot(&visit, LotNumber(number)).await);
    let form = restore_form(&visit, &lot).filled(&typed);
    if typed.is_resumed() {
        return form.render(&visit, Some(&typed));
    }
    let mut reader = Reader::new(&typed, visit.language);
    let (reason, document) = (reader.line("reason"), reader.line("document"));
    let errors = reader.finish();
    let (Some(reason), Some(document), true) = (reason, document, errors.is_empty()) else {
        return form.wrong(errors).render(&visit, Some(&typed));
    };
    let call = visit.call(typed.get("request"));
    if !typed.is_confirmed() {
        let store = &visit.app.store;
        let (reason, document) = (reason.clone(), document.clone());
        let looked = lots::look_at_restoring(store, &call, lot.number, reason, document).await;
        return match looked {
            Ok(restoring) => form.confirm(&visit, &typed, restored(&visit, &lot, restoring)),
            Err(error) => answer(&visit, &typed, form, Err(error)),
        };
    }
    let done = lots::restore(&visit.app.store, &call, lot.number, reason, document).await;
    answer(
        &visit,
        &typed,
        form,
        done.map(|_| format!("/console/lots/{number}")),
    )
}
