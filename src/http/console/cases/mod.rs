//! Cases (案件): alerts, tips and inspections that belong together, and what is done about them.

mod asked;
mod exhibits;
mod export;
mod file;
mod list;
mod open;
mod step;
mod withdraw;

pub use exhibits::take;
pub use export::{case_file, export};
pub use file::file;
pub use list::{list, table};
pub use open::{open, open_page};
pub use step::{STEPS, step, step_page};
pub use withdraw::{freeze, freeze_page, revoke, revoke_page};

use super::guard::Visit;
use crate::domain::case::{Case, CaseNumber, CaseStep};
use crate::service::ServiceError;
use crate::service::cases::{self, Whole};

async fn find(visit: &Visit, number: u32) -> Result<Whole, ServiceError> {
    cases::get(&visit.app.store, visit.scope(), CaseNumber(number)).await
}

/// The same, if the step can be taken now: an old page leads nowhere.
async fn find_for(visit: &Visit, number: u32, step: CaseStep) -> Result<Whole, ServiceError> {
    let whole = find(visit, number).await?;
    whole.case.state.after(step)?;
    Ok(whole)
}

fn title_of(visit: &Visit, case: &Case) -> String {
    format!(
        "{} {} · {}",
        visit.one_of("案件", "Case"),
        case.number,
        case.title
    )
}
