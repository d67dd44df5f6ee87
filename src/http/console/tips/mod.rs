//! Tips (举报线索): what people tell of suspect packs, and the steps that the office takes.

mod contact;
mod file;
mod list;
mod mark;
mod step;

pub use contact::{contact, contact_page};
pub use file::{file, photo};
pub use list::{list, table};
pub use step::{STEPS, step, step_page};

use super::form::Kind;
use super::guard::Visit;
use crate::domain::place::Prefecture;
use crate::domain::tip::{Tip, TipNumber};
use crate::service::ServiceError;
use crate::service::tips::{self, Whole};

async fn find(visit: &Visit, number: u32) -> Result<Whole, ServiceError> {
    tips::get(&visit.app.store, visit.scope(), TipNumber(number)).await
}

/// A prefecture with its province.
pub(super) fn place_in(visit: &Visit, place: Prefecture) -> String {
    let ((zh, en), (province_zh, province_en)) = (place.name(), place.province());
    match visit.one_of("zh", "en") {
        "zh" if zh.starts_with(province_zh) => zh.to_owned(),
        "zh" => format!("{province_zh} {zh}"),
        _ if en == province_en => en.to_owned(),
        _ => format!("{en}, {province_en}"),
    }
}

/// Every prefecture to choose from, home's province first.
pub(super) fn prefectures(visit: &Visit) -> Kind {
    let all = Prefecture::by_province().flat_map(|(_, all)| all);
    let all = all.filter_map(|(digits, _)| {
        let place = Prefecture::new(digits.parse().ok()?)?;
        Some((digits.to_owned(), place_in(visit, place)))
    });
    Kind::Choice(all.collect())
}

/// Says that the person added something since the office's last step, if so. A look is no answer, so it says so until a step is
/// taken: what one has seen and left is not lost for the others.
fn waits_for_an_answer(visit: &Visit, tip: &Tip) -> Option<String> {
    if tip.unanswered == 0 || !tip.state.is_open() {
        return None;
    }
    Some(match visit.one_of("zh", "en") {
        "zh" => format!("有 {} 条新补充", tip.unanswered),
        _ => format!("{} new from the sender", tip.unanswered),
    })
}

fn title_of(visit: &Visit, tip: &Tip) -> String {
    let kind = visit.one_of(tip.new.kind.chinese(), tip.new.kind.english());
    format!(
        "{} {} · {kind}",
        visit.one_of("举报线索", "Tip"),
        tip.number
    )
}
