//! Changing the particulars of a file. Two clerks may be at one file: whoever sends second is told what the first
//! changed, keeps what was typed, and overwrites nothing.

use axum::extract::Path;
use axum::response::Response;

use super::particulars::{self, field_of, values_of};
use crate::domain::licensee::{Licensee, LicenseeNumber, Particulars};
use crate::domain::refusal::RefusalKind;
use crate::domain::said::said;
use crate::http::console::form::{Form, Kind};
use crate::http::console::guard::Visit;
use crate::http::console::page::minute;
use crate::http::console::read::{Errors, Reader, whole};
use crate::http::console::seen;
use crate::http::console::submit::{answer, or_refuse};
use crate::http::console::typed::Typed;
use crate::http::console::words::{noted, two};
use crate::service::ServiceError;
use crate::service::licensees::{self, ChangedSince, PartChanged};

fn form(visit: &Visit, one: &Licensee) -> Form {
    let form = Form::new(
        visit,
        two("变更档案", "Change the file"),
        two("保存变更", "Save the change"),
    )
    .text(noted(
        visit.language,
        one.name().as_str(),
        one.uscc.as_str(),
    ))
    .text(visit.say(two(
        "变更记入台账，原内容仍可查。",
        "The change goes into the ledger; what stood there before can still be read.",
    )))
    .optional("revision", two("", ""), Kind::Hidden);
    particulars::fields(visit, form)
}

/// `GET /console/licensees/{licensee}/change`
pub async fn change_page(visit: Visit, Path(number): Path<u16>) -> Response {
    let one = or_refuse!(visit, seen::licensee(&visit, LicenseeNumber(number)).await);
    let form = form(&visit, &one).value("revision", one.revision.to_string());
    particulars::filled(form, &one.particulars).render(&visit, None)
}

/// `POST /console/licensees/{licensee}/change`
pub async fn change(visit: Visit, Path(number): Path<u16>, typed: Typed) -> Response {
    let number = LicenseeNumber(number);
    let one = or_refuse!(visit, seen::licensee(&visit, number).await);
    let form = form(&visit, &one).filled(&typed);
    if typed.is_resumed() {
        return form.render(&visit, Some(&typed));
    }
    let mut reader = Reader::new(&typed, visit.language);
    let written = particulars::read(&mut reader, &typed);
    let errors = reader.finish();
    let (Some(written), true) = (written, errors.is_empty()) else {
        return form.wrong(errors).render(&visit, Some(&typed));
    };
    let revision = whole(typed.get("revision")).unwrap_or(0);
    let (store, call) = (&visit.app.store, visit.call(typed.get("request")));
    let done = licensees::file(store, &call, number, revision, written.clone()).await;
    match &done {
        Err(ServiceError::Refused(refusal)) if refusal.kind == RefusalKind::Stale => {
            let since = licensees::changed_since(store, number, revision).await;
            if let Some(since) = or_refuse!(visit, since) {
                return second(&visit, form, &typed, &since, &written);
            }
        }
        _ => {}
    }
    answer(
        &visit,
        &typed,
        form,
        done.map(|one| format!("/console/licensees/{}", one.number)),
    )
}

/// The form again for whoever comes second. What only the other changed stands there as the other left it; what both
/// changed stands there as it was typed, marked.
fn second(
    visit: &Visit,
    mut form: Form,
    typed: &Typed,
    since: &ChangedSince,
    written: &Particulars,
) -> Response {
    let own = since.read.differences(written);
    let mut errors = Errors::default();
    errors.all.push((
        None,
        visit.say(two(
            "您填写期间，别人已变更这份档案。没有覆盖任何内容，您填写的也没有丢失。请核对后再次保存。",
            "Somebody changed this file while you wrote. Nothing was overwritten, and what you wrote is kept. Look it \
             over and save it again.",
        ))
        .to_owned(),
    ));
    let newest = &since.now.particulars;
    for change in &since.changes {
        let is_of_both =
            own.contains(&change.part) && newest.text(change.part) != written.text(change.part);
        let name = is_of_both.then(|| field_of(change.part));
        errors.all.push((name, in_words(visit, change, is_of_both)));
    }
    for part in since.read.differences(newest) {
        if !own.contains(&part) {
            form = form.put(field_of(part), values_of(newest, part));
        }
    }
    let form = form.put("revision", vec![since.now.revision.to_string()]);
    form.wrong(errors).render(visit, Some(typed))
}

/// Who changed what, from what, to what; and what stands in the field now.
fn in_words(visit: &Visit, change: &PartChanged, is_of_both: bool) -> String {
    let shown = |text: &str| match text {
        "" => visit.say(two("（空）", "nothing")).to_owned(),
        text => format!("“{text}”"),
    };
    let (part, at, by) = (change.part.name(), minute(change.at), &change.by);
    let (old, new) = (
        visit.one_of(&change.old.zh, &change.old.en),
        visit.one_of(&change.new.zh, &change.new.en),
    );
    let (old, new) = (shown(old), shown(new));
    let what = visit.in_words(said!(
        "{by} changed {} at {at}, from {old} to {new}", part.en;
        "{by} 于 {at} 将{}由{old}改为{new}", part.zh
    ));
    let now = if is_of_both {
        two(
            "；栏中仍是您填写的内容",
            "; the field still says what you wrote",
        )
    } else {
        two("；已列入本表", "; this form says so now")
    };
    format!("{what}{}", visit.say(now))
}
