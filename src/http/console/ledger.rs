//! The ledger: its entries, and one entry whole.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};

use super::file::{File, kind_in};
use super::guard::Visit;
use super::list::{Filter, Kind, List, ROWS, Row};
use super::page::minute;
use super::submit::refuse;
use super::typed::Typed;
use super::words::two;
use crate::domain::access::Permission as P;
use crate::domain::ledger::entry;
use crate::domain::licensee::LicenseeNumber;
use crate::domain::order::OrderNumber;
use crate::domain::season::Season;
use crate::http::App;
use crate::http::admin::tables::{sent, unnamed};
use crate::service::trail::{self, Note};
use crate::service::{export, ledger, system};
use crate::sheets::SheetFormat;
use crate::store::ledger as entries;
use crate::store::trail::Outcome;

/// What an address asks for.
fn filter_of(asked: &Typed) -> entries::Filter {
    let text = |name: &str| Some(asked.get(name).to_owned()).filter(|text| !text.is_empty());
    entries::Filter {
        licensee: asked.get("licensee").parse().ok().map(LicenseeNumber),
        printer: None,
        order: asked.get("order").parse().ok().map(OrderNumber),
        season: asked.get("season").parse().ok().and_then(Season::new),
        lot: None,
        kind: text("kind"),
    }
}

/// `GET /console/ledger`
pub async fn list(visit: Visit, State(app): State<App>) -> Response {
    let asked = Typed::of_query(&visit.uri);
    let before = asked.get("after").parse().ok();
    let found = match ledger::list(
        &app.store,
        visit.scope(),
        &filter_of(&asked),
        before,
        ROWS + 1,
    )
    .await
    {
        Ok(found) => found,
        Err(error) => return refuse(&visit, error),
    };
    let kinds = entry::KINDS
        .iter()
        .map(|(kind, chinese)| (*kind, visit.language.choose(chinese, kind)));
    List::new(two("台账", "Ledger"))
        .table(visit.may(P::Export), "/console/ledger/table")
        .field(
            &visit,
            &asked,
            "kind",
            two("事项", "Kind"),
            Filter::Choice(kinds.collect()),
        )
        .field(&visit, &asked, "order", two("订单", "Order"), Filter::Text)
        .field(
            &visit,
            &asked,
            "licensee",
            two("使用人编号", "Licensee number"),
            Filter::Text,
        )
        .field(
            &visit,
            &asked,
            "season",
            two("年度", "Season"),
            Filter::Text,
        )
        .columns(
            &visit,
            [
                (two("序号", "Entry"), Kind::Number),
                (two("时间", "Time"), Kind::Text),
                (two("事项", "Kind"), Kind::Text),
                (two("经办人", "By"), Kind::Text),
                (two("使用人", "Licensee"), Kind::Number),
                (two("订单", "Order"), Kind::Number),
            ],
        )
        .rows(
            found,
            |stored| stored.number.to_string(),
            |stored| Row {
                address: Some(format!("/console/ledger/{}", stored.number)),
                cells: vec![
                    stored.number.to_string(),
                    minute(stored.at),
                    kind_in(&visit, &stored.kind),
                    stored.actor.to_string(),
                    stored
                        .subjects
                        .licensee
                        .map(|one| one.to_string())
                        .unwrap_or_default(),
                    stored
                        .subjects
                        .order
                        .map(|one| one.to_string())
                        .unwrap_or_default(),
                ],
            },
        )
        .render(&visit, &asked)
}

/// `GET /console/ledger/table`
pub async fn table(visit: Visit, State(app): State<App>) -> Response {
    let asked = Typed::of_query(&visit.uri);
    let format = if asked.get("format") == "csv" {
        SheetFormat::Csv
    } else {
        SheetFormat::Xlsx
    };
    let (filter, now) = (filter_of(&asked), system::now());
    let made = async {
        let file = unnamed()?;
        let (file, _) =
            export::entries(&app.store, visit.scope(), &filter, format, now, file).await?;
        let note = Note::new("export").about("ledger");
        trail::write_alone(&app.store, &visit.origin, now, Outcome::Done, note).await?;
        sent(file, format, "ledger")
    };
    made.await.unwrap_or_else(IntoResponse::into_response)
}

/// `GET /console/ledger/{entry}`
pub async fn file(visit: Visit, State(app): State<App>, Path(number): Path<u64>) -> Response {
    let stored = match ledger::get(&app.store, visit.scope(), number).await {
        Ok(stored) => stored,
        Err(error) => return refuse(&visit, error),
    };
    let said: serde_json::Value = serde_json::from_str(&stored.body).unwrap_or_default();
    let said = serde_json::to_string_pretty(&said).unwrap_or_default();
    let about = stored.subjects;
    File::new(format!("{} #{number}", kind_in(&visit, &stored.kind)))
        .step(
            &visit,
            about.order.is_some(),
            two("查看订单", "The order"),
            format!("/console/orders/{}", about.order.map_or(0, |one| one.0)),
        )
        .step(
            &visit,
            about.licensee.is_some() && visit.may(P::LicenseeRead),
            two("查看使用人", "The licensee"),
            format!(
                "/console/licensees/{}",
                about.licensee.map_or(0, |one| one.0)
            ),
        )
        .facts(
            &visit,
            None,
            vec![
                (two("时间", "Time"), Some(minute(stored.at))),
                (two("经办人", "By"), Some(stored.actor.to_string())),
                (
                    two("使用人", "Licensee"),
                    about.licensee.map(|one| one.to_string()),
                ),
                (
                    two("承印方", "Printer"),
                    about.printer.map(|one| one.to_string()),
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
        .raw(&visit, two("内容", "What it says"), said)
        .render(&visit)
}
