//! Opening a case.

use axum::response::Response;

use crate::domain::alert::AlertNumber;
use crate::domain::said::{Said, said};
use crate::http::console::form::{Form, Kind};
use crate::http::console::guard::Visit;
use crate::http::console::read::Reader;
use crate::http::console::submit::answer;
use crate::http::console::typed::Typed;
use crate::http::console::words::two;
use crate::service::cases;

fn form(visit: &Visit) -> Form {
    Form::new(visit, two("立案", "Open a case"), two("立案", "Open"))
        .field("title", two("案由", "What it is about"), Kind::Line)
        .optional(
            "alerts",
            two(
                "归入的预警（编号，每行一个）",
                "Alerts to put in (a number a line)",
            ),
            Kind::Lines,
        )
}

/// `GET /console/cases/new`
pub async fn open_page(visit: Visit) -> Response {
    let asked = Typed::of_query(&visit.uri);
    let form = form(&visit).value("alerts", asked.get("alert"));
    form.render(&visit, None)
}

/// Reads the number of an alert.
fn alert(text: &str) -> Result<AlertNumber, Said> {
    let number = text.parse().ok().filter(|number| *number > 0);
    number
        .map(AlertNumber)
        .ok_or_else(|| said!("“{text}” is no number of an alert", "“{text}”不是预警编号"))
}

/// `POST /console/cases/new`
pub async fn open(visit: Visit, typed: Typed) -> Response {
    let form = form(&visit).filled(&typed);
    if typed.is_resumed() {
        return form.render(&visit, Some(&typed));
    }
    let mut reader = Reader::new(&typed, visit.language);
    let (title, alerts) = (reader.line("title"), reader.each("alerts", alert));
    let errors = reader.finish();
    let (Some(title), Some(alerts)) = (title, alerts) else {
        return form.wrong(errors).render(&visit, Some(&typed));
    };
    let call = visit.call(typed.get("request"));
    let done = cases::open(&visit.app.store, &call, title, &alerts).await;
    let to = done.map(|whole| format!("/console/cases/{}", whole.case.number));
    answer(&visit, &typed, form, to)
}
