//! Freezing and revoking the marks of a case.

use axum::extract::Path;
use axum::response::Response;

use super::{asked, find, find_for, title_of};
use crate::domain::case::{CaseNumber, CaseStep, step_of};
use crate::domain::event::Withdrawal;
use crate::domain::mark::MarkId;
use crate::http::console::alerts::serial_of;
use crate::http::console::form::{Form, Kind};
use crate::http::console::guard::Visit;
use crate::http::console::read::Reader;
use crate::http::console::submit::{answer, or_refuse};
use crate::http::console::typed::Typed;
use crate::http::console::words::two;
use crate::service::cases::{self, Whole, Withdraw};
use crate::service::system;

/// The form, these marks filled in.
fn form(visit: &Visit, whole: &Whole, marks: &[MarkId], kind: Withdrawal) -> Form {
    let (title, button) = match kind {
        Withdrawal::Revoked => (
            two("撤销案件涉及的标志", "Revoke marks of a case"),
            two("撤销", "Revoke"),
        ),
        _ => (
            two("冻结案件涉及的标志", "Freeze marks of a case"),
            two("冻结", "Freeze"),
        ),
    };
    let serials: Vec<String> = marks.iter().map(|mark| serial_of(visit, *mark)).collect();
    Form::new(visit, title, button)
        .text(title_of(visit, &whole.case))
        .field("lines", two("标志", "Marks"), Kind::Marks)
        .hint(two(
            "每行一个编号，或“首号..尾号”一段；已填入案件涉及的标志",
            "A serial a line, or a range as FIRST..LAST; the marks of the case are filled in",
        ))
        .value("lines", serials.join("\n"))
        .field("reason", two("原因", "Reason"), Kind::Line)
        .hint(two("公众查询时可以看到", "The public reads it"))
        .optional(
            "document",
            two("文号", "Number of the decision"),
            Kind::Line,
        )
        .grave()
}

async fn page(visit: Visit, number: u32, kind: Withdrawal) -> Response {
    let step = step_of(kind).unwrap_or(CaseStep::Frozen);
    let whole = or_refuse!(visit, find_for(&visit, number, step).await);
    let met = cases::marks_of_batch_alerts(&visit.app.store, &whole, system::now()).await;
    let mut marks = whole.marks();
    marks.extend(or_refuse!(visit, met));
    marks.sort_unstable_by_key(|mark| (mark.batch, mark.index));
    marks.dedup();
    form(&visit, &whole, &marks, kind).render(&visit, None)
}

async fn done(visit: Visit, number: u32, typed: Typed, kind: Withdrawal) -> Response {
    let whole = or_refuse!(visit, find(&visit, number).await);
    let form = form(&visit, &whole, &[], kind).filled(&typed);
    if typed.is_resumed() {
        return form.render(&visit, Some(&typed));
    }
    let mut reader = Reader::new(&typed, visit.language);
    let lines = reader.read("lines", |text| {
        Ok::<_, crate::domain::said::Said>(text.to_owned())
    });
    let (reason, document) = (reader.line("reason"), reader.optional_line("document"));
    let errors = reader.finish();
    let (Some(lines), Some(reason), Some(document)) = (lines, reason, document) else {
        return form.wrong(errors).render(&visit, Some(&typed));
    };
    let wanted = Withdraw {
        kind,
        lines: Some(&lines),
        reason,
        document,
        skip_bad: false,
        is_beyond: typed.is_confirmed(),
    };
    let call = visit.call(typed.get("request"));
    let (store, keys) = (&visit.app.store, &visit.app.keys);
    if !typed.is_confirmed() {
        match asked::summary(&visit, &call, &whole, &wanted, &lines).await {
            Ok(summary) if summary.is_empty() => {}
            Ok(summary) => return form.confirm(&visit, &typed, summary),
            Err(error) => return answer(&visit, &typed, form, Err(error)),
        }
    }
    let done = cases::withdraw(store, keys, &call, CaseNumber(number), &wanted).await;
    let to = done.map(|_| format!("/console/cases/{number}"));
    answer(&visit, &typed, form, to)
}

/// `GET /console/cases/{case}/freeze`
pub async fn freeze_page(visit: Visit, Path(number): Path<u32>) -> Response {
    page(visit, number, Withdrawal::Frozen).await
}

/// `POST /console/cases/{case}/freeze`
pub async fn freeze(visit: Visit, Path(number): Path<u32>, typed: Typed) -> Response {
    done(visit, number, typed, Withdrawal::Frozen).await
}

/// `GET /console/cases/{case}/revoke`
pub async fn revoke_page(visit: Visit, Path(number): Path<u32>) -> Response {
    page(visit, number, Withdrawal::Revoked).await
}

/// `POST /console/cases/{case}/revoke`
pub async fn revoke(visit: Visit, Path(number): Path<u32>, typed: Typed) -> Response {
    done(visit, number, typed, Withdrawal::Revoked).await
}
