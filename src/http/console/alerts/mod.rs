//! Alerts (预警): what the scans say that somebody should look at, and the steps that the office takes.

mod file;
mod list;
mod step;
mod story;

pub use file::file;
pub use list::{list, table};
pub use step::{STEPS, step, step_page};

use super::guard::Visit;
use super::party::Names;
use crate::domain::alert::{Alert, AlertNumber};
use crate::domain::mark::MarkId;
use crate::domain::place::province_of;
use crate::service::ServiceError;
use crate::service::alerts::{self, Whole};

async fn find(visit: &Visit, number: u32) -> Result<Whole, ServiceError> {
    alerts::get(&visit.app.store, visit.scope(), AlertNumber(number)).await
}

/// What an alert is called.
pub(super) fn title_of(visit: &Visit, alert: &Alert) -> String {
    let kind = visit.one_of(alert.kind.chinese(), alert.kind.english());
    format!(
        "{} {} · {kind}",
        visit.one_of("预警", "Alert"),
        alert.number
    )
}

/// A province by the first two digits of its code.
pub(super) fn province_in(visit: &Visit, province: Option<u32>) -> String {
    let names = province.and_then(province_of);
    let (zh, en) = names.unwrap_or(("地点不详", "place not known"));
    visit.one_of(zh, en).to_owned()
}

/// The serial of a mark.
pub(super) fn serial_of(visit: &Visit, mark: MarkId) -> String {
    visit.app.keys.secrets.serial.serial(mark).to_string()
}

/// What an alert is about: a mark by its serial, or a batch.
pub(super) fn about(visit: &Visit, alert: &Alert) -> String {
    match alert.mark() {
        Some(mark) => serial_of(visit, mark),
        None => format!("{} {}", visit.one_of("标志批", "batch"), alert.batch),
    }
}

/// The heads of a short table of alerts.
pub(super) const HEADS: [super::words::Two; 5] = [
    super::words::two("预警", "Alert"),
    super::words::two("状态", "State"),
    super::words::two("类别", "Kind"),
    super::words::two("标志", "Mark"),
    super::words::two("合法使用人", "Licensee"),
];

/// A row of it.
pub(super) fn row(visit: &Visit, names: &Names, alert: &Alert) -> (Option<String>, Vec<String>) {
    let licensee = alert.licensee;
    let cells = vec![
        alert.number.to_string(),
        visit
            .one_of(alert.state.chinese(), alert.state.english())
            .to_owned(),
        visit
            .one_of(alert.kind.chinese(), alert.kind.english())
            .to_owned(),
        about(visit, alert),
        licensee.map_or_else(String::new, |licensee| names.licensee(licensee)),
    ];
    (Some(format!("/console/alerts/{}", alert.number)), cells)
}
