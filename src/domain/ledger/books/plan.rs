//! The figures that the plan's targets are measured against.

use super::{Books, Hand};
use crate::domain::ledger::entry::PlanFiguresSet;
use crate::domain::ledger::subjects::Subjects;
use crate::domain::plan::SetPlanFigures;
use crate::domain::refusal::Refusal;
use crate::domain::said::said;

impl Books {
    /// The newest version of the figures, of whatever season; 0 if none was ever entered.
    fn newest_plan_figures(&self) -> u32 {
        let versions = self.plan_figures.iter().map(|(version, _)| *version);
        versions.max().unwrap_or(0)
    }

    pub(super) fn set_plan_figures(
        &mut self,
        body: &PlanFiguresSet,
        hand: Hand<'_>,
    ) -> Result<Subjects, Refusal> {
        let figures = &body.figures;
        figures.check()?;
        let newest = self.newest_plan_figures();
        if figures.version != newest + 1 {
            return Err(Refusal::stale(
                said!(
                    "the figures of the plan are at version {newest} by now",
                    "规划数据现行版本已是第 {newest} 版"
                ),
                said!(
                    "look at it, and enter the next one upon it",
                    "请查看现行版本，再重新填报"
                ),
            ));
        }
        let set = SetPlanFigures {
            figures: figures.clone(),
            at: hand.at,
            by: hand.by.clone(),
        };
        self.plan_figures.add(figures.version, set);
        Ok(Subjects {
            season: Some(figures.season),
            ..Subjects::default()
        })
    }
}
