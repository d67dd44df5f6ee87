//! The figures that the plan's targets are measured against: entered by an approver, each version with its document.

use super::ServiceError;
use super::desk::{Call, Desk};
use crate::domain::ledger::entry::{Entry, PlanFiguresSet};
use crate::domain::plan::{PlanFigures, SetPlanFigures};
use crate::domain::season::Season;
use crate::store::{Store, register};

/// Enters the next version of the figures.
///
/// # Errors
/// If a figure cannot be, or somebody entered a version since the last one was read.
pub async fn set(
    store: &Store,
    call: &Call,
    figures: PlanFigures,
) -> Result<PlanFigures, ServiceError> {
    let mut desk = Desk::open(store, call).await?;
    let entry = Entry::from(PlanFiguresSet {
        figures: figures.clone(),
    });
    if desk.repeated(|earlier| *earlier == entry)?.is_none() {
        desk.load_plan_figures().await?;
        desk.enter(entry)?;
        desk.close().await?;
    }
    Ok(figures)
}

/// The newest version of the figures, of whatever season; 0 if none was ever entered. The next one is made upon it.
///
/// # Errors
/// If the database does not answer.
pub async fn newest_version(store: &Store) -> Result<u32, ServiceError> {
    let newest = register::plan_figures(&mut store.read().await?, None, None, 1).await?;
    Ok(newest.first().map_or(0, |set| set.figures.version))
}

/// The versions of the figures of a season, or of all, before `before`, the newest first: the first of all is in force.
///
/// # Errors
/// If the database does not answer.
pub async fn list(
    store: &Store,
    season: Option<Season>,
    before: Option<u32>,
    limit: u32,
) -> Result<Vec<SetPlanFigures>, ServiceError> {
    Ok(register::plan_figures(&mut store.read().await?, season, before, limit).await?)
}
