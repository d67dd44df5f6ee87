//! One entry whole, with what came of it afterwards.

use axum::extract::Path;
use axum::response::Response;

use crate::domain::access::Permission as P;
use crate::domain::ledger::chain::{EntryNumber, StoredEntry};
use crate::domain::ledger::entry::Entry;
use crate::http::console::file::{File, kind_in, pretty};
use crate::http::console::guard::Visit;
use crate::http::console::members;
use crate::http::console::page::minute;
use crate::http::console::party::{Names, People};
use crate::http::console::seen;
use crate::http::console::submit::or_refuse;
use crate::http::console::words::{Two, two};
use crate::service::ledger::Afterwards;
use crate::service::{corrections, ledger};

/// `GET /console/ledger/{entry}`
pub async fn file(visit: Visit, Path(number): Path<u64>) -> Response {
    let found = async {
        let stored = seen::entry(&visit, number).await?;
        let after = ledger::afterwards(&visit.app.store, number).await?;
        let names = Names::of(&visit, stored.subjects.licensee).await?;
        let names = names.and_printers(&visit).await?;
        let actors = after.notes.iter().chain([&stored]);
        let people = People::of(&visit, actors.map(|one| one.actor.as_str())).await?;
        Ok((stored, after, names, people))
    };
    let (stored, after, names, people) = or_refuse!(visit, found.await);
    let number = stored.number;
    let here = format!("/console/ledger/{number}");
    let notes = after.notes.iter().map(|note| {
        let text = match Entry::read(&note.kind, &note.body) {
            Some(Entry::Noted(body)) => body.text.to_string(),
            _ => String::new(),
        };
        (
            Some(address(note.number)),
            vec![
                minute(note.at),
                text,
                people.name(&visit, note.actor.as_str()),
            ],
        )
    });
    let said = members::of_text(visit.language, &stored.kind, &stored.body);
    let file = File::new(
        &visit,
        format!("{} #{number}", kind_in(visit.language, &stored.kind)),
    )
    .step(
        after.corrected_by.is_none()
            && visit.may(P::LedgerCorrect)
            && corrections::can_be_taken_back(&stored),
        two("更正", "Take it back"),
        format!("{here}/correct"),
    )
    .step(
        visit.may(P::LedgerNote),
        two("附更正说明", "Add a note"),
        format!("{here}/note"),
    );
    links(&visit, file, &stored, &after)
        .facts(None, facts(&visit, &stored, &names, &people))
        .told(two("内容", "What it says"), said)
        .table(
            two("更正说明", "Notes"),
            &[
                two("时间", "Time"),
                two("说明", "Note"),
                two("经办人", "By"),
            ],
            notes.collect(),
        )
        .folded(two("原文", "As it is kept"), pretty(&stored.body))
        .render(&visit)
}

fn address(entry: EntryNumber) -> String {
    format!("/console/ledger/{entry}")
}

/// The entries it has to do with, and what it is about.
fn links(visit: &Visit, mut file: File, stored: &StoredEntry, after: &Afterwards) -> File {
    let entry = Entry::read(&stored.kind, &stored.body);
    let noted = match &entry {
        Some(Entry::Noted(body)) => Some(body.entry),
        _ => None,
    };
    for (label, other) in [
        (
            two("已由另一条更正", "It was taken back by another entry"),
            after.corrected_by,
        ),
        (
            two("被更正的一条", "The entry it takes back"),
            entry.as_ref().and_then(Entry::corrects),
        ),
        (two("被说明的一条", "The entry it is about"), noted),
    ] {
        if let Some(other) = other {
            file = file.link(true, label, address(other));
        }
    }
    let about = stored.subjects;
    for (label, permission, address) in [
        (
            two("查看订单", "The order"),
            P::OrderRead,
            about.order.map(|one| format!("/console/orders/{one}")),
        ),
        (
            two("查看使用人", "The licensee"),
            P::LicenseeRead,
            about
                .licensee
                .map(|one| format!("/console/licensees/{one}")),
        ),
        (
            two("查看批次", "The lot"),
            P::LotRead,
            about.lot.map(|one| format!("/console/lots/{one}")),
        ),
    ] {
        if let Some(address) = address {
            file = file.link(visit.may(permission), label, address);
        }
    }
    file
}

fn facts(
    visit: &Visit,
    stored: &StoredEntry,
    names: &Names,
    people: &People,
) -> Vec<(Two, Option<String>)> {
    let about = stored.subjects;
    vec![
        (two("时间", "Time"), Some(minute(stored.at))),
        (
            two("经办人", "By"),
            Some(people.name(visit, stored.actor.as_str())),
        ),
        (
            two("使用人", "Licensee"),
            about.licensee.map(|one| names.licensee(one)),
        ),
        (
            two("承印方", "Printer"),
            about.printer.map(|one| names.printer(one)),
        ),
        (two("订单", "Order"), about.order.map(|one| one.to_string())),
        (
            two("年度", "Season"),
            about.season.map(|one| one.to_string()),
        ),
        (two("生产批次", "Lot"), about.lot.map(|one| one.to_string())),
        (two("校验值", "Hash"), Some(stored.hash.to_string())),
    ]
}
