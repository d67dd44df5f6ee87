//! Licensees: the register, its import, a file, its particulars, and the steps on its path.

mod change;
mod enter;
mod file;
mod import;
mod list;
mod particulars;
mod steps;

pub use change::{change, change_page};
pub use enter::{enter, enter_page};
pub use file::file;
pub use import::{import, import_page};
pub use list::{list, table};
pub use steps::{confirm, confirm_page, drop, drop_page, step, step_page};

use super::guard::Visit;
use crate::domain::licensee::LicenseeState;
use crate::domain::licensee::attention::Attention;
use crate::http::language::Language;

fn state_in(visit: &Visit, state: LicenseeState) -> &'static str {
    visit.language.choose(state.chinese(), state.english())
}

/// What needs attention, in words.
pub fn attention_in(visit: &Visit) -> impl Fn(&Attention) -> String {
    let language = visit.language;
    move |attention| match language {
        Language::Chinese => attention.in_chinese(),
        Language::English => attention.in_words(),
    }
}
