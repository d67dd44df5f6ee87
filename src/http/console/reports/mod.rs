//! Figures over all licensees: seasons and the plan's targets, stock, scans. Each picture has its table, each table the
//! list behind it.

mod figures;
mod pictures;
mod scans;
mod season;
mod stock;

pub use figures::{figures, figures_page, versions};
pub use pictures::{of_season, of_stock};
pub use scans::{page as scans, table as scans_table};
pub use season::{licensees, licensees_table, page as season};
pub use stock::{all as stock_all, page as stock, table as stock_table};

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::figure::Figure;
use super::guard::Visit;
use super::page::{self, Frame};
use super::read::Errors;
use super::typed::Typed;
use super::words::{Two, two};
use crate::domain::access::Permission;
use crate::domain::season::Season;
use crate::http::admin::tables::{sent, unnamed};
use crate::service::trail::{self, Note};
use crate::service::{ServiceError, system};
use crate::sheets::SheetFormat;
use crate::store::trail::Outcome;

/// What a field of the picker asks for.
enum Asks {
    /// One of these: word and label.
    One(Vec<(String, String)>),
    /// Any text, for which some are offered.
    Offered(Vec<String>),
    /// A day.
    Day,
}

/// A field of the picker.
struct Field {
    name: &'static str,
    label: &'static str,
    asks: Asks,
    value: String,
    error: Option<String>,
}

/// The kinds of reports, and where they are.
const KINDS: [(Two, &str); 3] = [
    (
        two("年度与规划目标", "Season and targets"),
        "/console/reports",
    ),
    (two("结存", "Stock"), "/console/reports/stock"),
    (two("公众查询", "Scans"), "/console/reports/scans"),
];

/// A report.
struct Report<'a> {
    visit: &'a Visit,
    title: Two,
    fields: Vec<Field>,
    texts: Vec<String>,
    figures: Vec<Figure>,
    links: Vec<(&'static str, String)>,
    tables: Option<[String; 2]>,
}

impl<'a> Report<'a> {
    const fn new(visit: &'a Visit, title: Two) -> Self {
        Self {
            visit,
            title,
            fields: Vec::new(),
            texts: Vec::new(),
            figures: Vec::new(),
            links: Vec::new(),
            tables: None,
        }
    }

    fn field(mut self, name: &'static str, label: Two, asks: Asks, value: String) -> Self {
        let label = self.visit.say(label);
        self.fields.push(Field {
            name,
            label,
            asks,
            value,
            error: None,
        });
        self
    }

    /// What of it cannot be read, said at its field.
    fn wrong(mut self, errors: Errors) -> Self {
        for (name, what) in errors.all {
            let mut fields = self.fields.iter_mut();
            if let Some(field) = fields.find(|field| Some(field.name) == name) {
                field.error = Some(what);
            }
        }
        self
    }

    fn text(mut self, text: String) -> Self {
        self.texts.push(text);
        self
    }

    fn figure(mut self, figure: Figure) -> Self {
        self.figures.push(figure);
        self
    }

    fn link(mut self, may: bool, label: Two, address: String) -> Self {
        if may {
            self.links.push((self.visit.say(label), address));
        }
        self
    }

    /// Where it is had as a table, if the person may take tables away; `query` is what was asked for.
    fn table(mut self, address: &str, query: &str) -> Self {
        if self.visit.may(Permission::Export) {
            let of = |format: &str| format!("{address}?format={format}&{query}");
            self.tables = Some(["xlsx", "csv"].map(of));
        }
        self
    }

    fn render(self) -> Response {
        let visit = self.visit;
        let mut frame = Frame::new(visit, visit.say(self.title));
        frame.is_wide = true;
        let path = visit.uri.path();
        let tabs = KINDS.map(|(label, address)| (visit.say(label), address, path == address));
        let page = Page {
            frame,
            kinds: visit.say(two("统计种类", "Kinds of reports")),
            tabs: tabs.into(),
            path,
            show: visit.say(two("查看", "Show")),
            table_label: visit.say(two("导出", "As a table")),
            fields: self.fields,
            texts: self.texts,
            figures: self.figures,
            links: self.links,
            tables: self.tables,
        };
        page::render(StatusCode::OK, &page)
    }
}

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    frame: Frame,
    kinds: &'static str,
    tabs: Vec<(&'static str, &'static str, bool)>,
    path: &'a str,
    show: &'static str,
    table_label: &'static str,
    fields: Vec<Field>,
    texts: Vec<String>,
    figures: Vec<Figure>,
    links: Vec<(&'static str, String)>,
    tables: Option<[String; 2]>,
}

/// The seasons to choose from, with the word for each.
fn choices(seasons: &[Season]) -> Vec<(String, String)> {
    let word = |season: &Season| (season.to_string(), season.to_string());
    seasons.iter().map(word).collect()
}

/// The season that an address asks for.
fn asked_season(asked: &Typed) -> Option<Season> {
    asked.get("season").parse().ok().and_then(Season::new)
}

fn format_of(asked: &Typed) -> SheetFormat {
    if asked.get("format") == "csv" {
        SheetFormat::Csv
    } else {
        SheetFormat::Xlsx
    }
}

/// Has a table made, notes in the trail that it was taken away, and sends it.
async fn take(
    visit: &Visit,
    asked: &Typed,
    name: &'static str,
    make: impl AsyncFnOnce(SheetFormat, std::fs::File) -> Result<(std::fs::File, u64), ServiceError>,
) -> Response {
    let format = format_of(asked);
    let made = async {
        let (file, _) = make(format, unnamed()?).await?;
        let note = Note::new("export").about(name);
        let (store, now) = (&visit.app.store, system::now());
        trail::write_alone(store, &visit.origin, now, Outcome::Done, note).await?;
        sent(file, format, name)
    };
    made.await.unwrap_or_else(IntoResponse::into_response)
}
