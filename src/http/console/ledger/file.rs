//! One entry whole, with what came of it afterwards.

use axum::extract::Path;
use axum::response::Response;

use crate::domain::access::Permission as P;
use crate::domain::ledger::entry::Entry;
use crate::http::console::file::{File, kind_in};
use crate::http::console::guard::Visit;
use crate::http::console::page::minute;
use crate::http::console::party::Names;
use crate::http::console::seen;
use crate::http::console::submit::or_refuse;
use crate::http::console::words::two;
use crate::service::{corrections, ledger};

/// `GET /console/ledger/{entry}`
pub async fn file(visit: Visit, Path(number): Path<u64>) -> Response {
    let found = async {
        let stored = seen::entry(&visit, number).await?;
        let after = ledger::afterwards(&visit.app.store, number).await?;
        let names = Names::of(&visit, stored.subjects.licensee).await?;
        let names = names.and_printers(&visit).await?;
        Ok((stored, after, names))
    };
    let (stored, after, names) = or_refuse!(visit, found.await);
    let said: serde_json::Value = serde_json::from_str(&stored.body).unwrap_or_default();
    let said = serde_json::to_string_pretty(&said).unwrap_or_default();
    let entry = Entry::read(&stored.kind, &stored.body);
    let corrects = entry.as_ref().and_then(Entry::corrects);
    let noted = match &entry {
        Some(Entry::Noted(body)) => Some(body.entry),
        _ => None,
    };
    let about = stored.subjects;
    let here = format!("/console/ledger/{number}");
    let address = |entry: Option<u64>| format!("/console/ledger/{}", entry.unwrap_or(0));
    let notes = after.notes.iter().map(|note| {
        let text = match Entry::read(&note.kind, &note.body) {
            Some(Entry::Noted(body)) => body.text.to_string(),
            _ => String::new(),
        };
        (
            Some(address(Some(note.number))),
            vec![minute(note.at), text, note.actor.to_string()],
        )
    });
    File::new(format!("{} #{number}", kind_in(&visit, &stored.kind)))
        .step(
            &visit,
            after.corrected_by.is_none()
                && visit.may(P::LedgerCorrect)
                && corrections::can_be_taken_back(&stored),
            two("更正", "Take it back"),
            format!("{here}/correct"),
        )
        .step(
            &visit,
            visit.may(P::LedgerNote),
            two("附更正说明", "Add a note"),
            format!("{here}/note"),
        )
        .link(
            &visit,
            after.corrected_by.is_some(),
            two("已由另一条更正", "It was taken back by another entry"),
            address(after.corrected_by),
        )
        .link(
            &visit,
            corrects.is_some(),
            two("被更正的一条", "The entry it takes back"),
            address(corrects),
        )
        .link(
            &visit,
            noted.is_some(),
            two("被说明的一条", "The entry it is about"),
            address(noted),
        )
        .link(
            &visit,
            about.order.is_some() && visit.may(P::OrderRead),
            two("查看订单", "The order"),
            format!("/console/orders/{}", about.order.map_or(0, |one| one.0)),
        )
        .link(
            &visit,
            about.licensee.is_some() && visit.may(P::LicenseeRead),
            two("查看使用人", "The licensee"),
            format!(
                "/console/licensees/{}",
                about.licensee.map_or(0, |one| one.0)
            ),
        )
        .link(
            &visit,
            about.lot.is_some() && visit.may(P::LotRead),
            two("查看批次", "The lot"),
            format!("/console/lots/{}", about.lot.map_or(0, |one| one.0)),
        )
        .facts(
            &visit,
            None,
            vec![
                (two("时间", "Time"), Some(minute(stored.at))),
                (two("经办人", "By"), Some(stored.actor.to_string())),
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
            ],
        )
        .table(
            &visit,
            two("更正说明", "Notes"),
            &[
                two("时间", "Time"),
                two("说明", "Note"),
                two("经办人", "By"),
            ],
            notes.collect(),
        )
        .raw(&visit, two("内容", "What it says"), said)
        .render(&visit)
}
