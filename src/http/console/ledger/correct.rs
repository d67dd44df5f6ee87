//! Taking an entry back by another one, and writing a note on one. Nothing is ever changed or removed.

use axum::extract::Path;
use axum::response::Response;

use crate::domain::ledger::chain::StoredEntry;
use crate::http::console::file::kind_in;
use crate::http::console::form::{Form, Kind};
use crate::http::console::guard::Visit;
use crate::http::console::page::minute;
use crate::http::console::read::Reader;
use crate::http::console::seen;
use crate::http::console::submit::{answer, or_refuse};
use crate::http::console::typed::Typed;
use crate::http::console::words::{listed, noted, two};
use crate::service::corrections;

fn title_of(visit: &Visit, stored: &StoredEntry) -> String {
    let (what, at) = (kind_in(visit.language, &stored.kind), minute(stored.at));
    let title = format!("#{} {what}", stored.number);
    let note = [at, stored.actor.to_string()];
    noted(visit.language, &title, &listed(visit.language, &note))
}

fn correct_form(visit: &Visit, stored: &StoredEntry) -> Form {
    Form::new(visit,
        two("更正台账", "Take an entry back"),
        two("更正", "Take it back"),
    )
    .grave()
    .text(title_of(visit, stored))
    .text(visit.say(two(
        "登记额度调整、印制、发放、使用有误时，用另一条冲回；其后已有办理的不能更正。",
        "An adjustment, or what was reported printed, sent or used in error, is taken back by another entry, unless \
         something came after it.",
    )))
    .field("reason", two("原因", "Reason"), Kind::Line)
    .field("document",
        two("文号", "Number of the document"),
        Kind::Line,
    )
}

fn note_form(visit: &Visit, stored: &StoredEntry) -> Form {
    Form::new(
        visit,
        two("附更正说明", "Add a note"),
        two("登记", "Write it"),
    )
    .text(title_of(visit, stored))
    .field("text", two("说明", "Note"), Kind::Line)
}

/// `GET /console/ledger/{entry}/correct`
pub async fn correct_page(visit: Visit, Path(number): Path<u64>) -> Response {
    let stored = or_refuse!(visit, seen::entry(&visit, number).await);
    correct_form(&visit, &stored).render(&visit, None)
}

/// `POST /console/ledger/{entry}/correct`
pub async fn correct(visit: Visit, Path(number): Path<u64>, typed: Typed) -> Response {
    let stored = or_refuse!(visit, seen::entry(&visit, number).await);
    let form = correct_form(&visit, &stored).filled(&typed);
    if typed.is_resumed() {
        return form.render(&visit, Some(&typed));
    }
    let mut reader = Reader::new(&typed, visit.language);
    let (reason, document) = (reader.line("reason"), reader.line("document"));
    let errors = reader.finish();
    let (Some(reason), Some(document), true) = (reason, document, errors.is_empty()) else {
        return form.wrong(errors).render(&visit, Some(&typed));
    };
    if !typed.is_confirmed() {
        let what = visit.say(two(
            "这一条将由另一条冲回，两条都留在台账中。",
            "Another entry takes this one back; both stay in the ledger.",
        ));
        let summary = vec![title_of(&visit, &stored), what.to_owned()];
        return form.confirm(&visit, &typed, summary);
    }
    let (store, call) = (&visit.app.store, visit.call(typed.get("request")));
    let done = corrections::take_back(store, &call, number, reason, document).await;
    answer(
        &visit,
        &typed,
        form,
        done.map(|written| format!("/console/ledger/{written}")),
    )
}

/// `GET /console/ledger/{entry}/note`
pub async fn note_page(visit: Visit, Path(number): Path<u64>) -> Response {
    let stored = or_refuse!(visit, seen::entry(&visit, number).await);
    note_form(&visit, &stored).render(&visit, None)
}

/// `POST /console/ledger/{entry}/note`
pub async fn note(visit: Visit, Path(number): Path<u64>, typed: Typed) -> Response {
    let stored = or_refuse!(visit, seen::entry(&visit, number).await);
    let form = note_form(&visit, &stored).filled(&typed);
    if typed.is_resumed() {
        return form.render(&visit, Some(&typed));
    }
    let mut reader = Reader::new(&typed, visit.language);
    let text = reader.line("text");
    let Some(text) = text else {
        return form.wrong(reader.finish()).render(&visit, Some(&typed));
    };
    let call = visit.call(typed.get("request"));
    let done = corrections::note(&visit.app.store, &call, number, text).await;
    answer(
        &visit,
        &typed,
        form,
        done.map(|_| format!("/console/ledger/{number}")),
    )
}
