//! The targets of the city's plan, and the figures they are measured against: how many producers the area has and how
//! much the whole trade puts out. The ledger does not know these; an approver enters them with the document they come from.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::refusal::Refusal;
use super::said::said;
use super::season::Season;
use super::text::Line;

/// The year by which the plan wants what follows.
pub const PLAN_YEAR: u16 = 2026;
/// Of 100 producers of the area, so many should use the mark.
pub const USERS_PERCENT: u64 = 80;
/// Of 100 tonnes that the trade puts out, so many should be its users'.
pub const OUTPUT_PERCENT: u64 = 60;

/// One version of the figures of a season. Versions run on over all seasons.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanFigures {
    /// The version, from 1.
    pub version: u32,
    /// Which season they are about.
    pub season: Season,
    /// Producers in the area, with the mark or without.
    pub producers: u32,
    /// What the trade put out in that season, in tonnes of goods in packs.
    pub output_tonnes: u32,
    /// The document they come from.
    pub document: Line,
}

impl PlanFigures {
    /// Ten times as many as there can be licensees.
    pub const MOST_PRODUCERS: u32 = 655_350;
    /// Tonnes; a thousand times what the trade puts out.
    pub const MOST_TONNES: u32 = 30_000_000;

    /// Refuses what cannot be meant.
    ///
    /// # Errors
    /// [`Refusal`] of the kind invalid.
    pub fn check(&self) -> Result<(), Refusal> {
        if self.producers == 0 || self.producers > Self::MOST_PRODUCERS {
            return Err(Refusal::invalid(
                said!(
                    "{} producers cannot be",
                    "生产者数量不能是 {}",
                    self.producers
                ),
                said!(
                    "between 1 and {}",
                    "请填写 1 至 {} 之间的数",
                    Self::MOST_PRODUCERS
                ),
            ));
        }
        if self.output_tonnes == 0 || self.output_tonnes > Self::MOST_TONNES {
            return Err(Refusal::invalid(
                said!(
                    "an output of {} tonnes cannot be",
                    "全行业产量不能是 {} 吨",
                    self.output_tonnes
                ),
                said!(
                    "between 1 and {} tonnes",
                    "请填写 1 至 {} 之间的数，以吨为单位",
                    Self::MOST_TONNES
                ),
            ));
        }
        Ok(())
    }
}

/// Figures with the moment at which they were entered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetPlanFigures {
    /// What they are.
    pub figures: PlanFigures,
    /// When they were entered.
    pub at: Timestamp,
    /// Who entered them.
    pub by: Line,
}

/// A part of a whole, held against the share it should have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// The part.
    pub part: u64,
    /// The whole; never 0.
    pub whole: u64,
    /// The share it should have, in percent.
    pub wanted_percent: u64,
}

impl Target {
    /// Whether the part is large enough, to the last unit.
    pub fn is_met(self) -> bool {
        u128::from(self.part) * 100 >= u128::from(self.whole) * u128::from(self.wanted_percent)
    }

    /// The share in thousandths, rounded down, so that a target that is missed never looks met.
    pub fn per_mille(self) -> u64 {
        let share = u128::from(self.part) * 1000 / u128::from(self.whole.max(1));
        u64::try_from(share).unwrap_or(u64::MAX)
    }

    /// How much the part lacks; 0 if the target is met.
    pub fn lacks(self) -> u64 {
        let needed = u128::from(self.whole) * u128::from(self.wanted_percent);
        let needed = u64::try_from(needed.div_ceil(100)).unwrap_or(u64::MAX);
        needed.saturating_sub(self.part)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_met_to_the_last_unit() {
        let target = |part, whole| Target {
            part,
            whole,
            wanted_percent: USERS_PERCENT,
        };
        for (part, whole, is_met, per_mille, lacks) in [
            (13, 16, true, 812, 0),
            (12, 16, false, 750, 1),
            (4, 5, true, 800, 0),
            (799, 1000, false, 799, 1),
            (0, 1, false, 0, 1),
            (u64::MAX, u64::MAX, true, 1000, 0),
        ] {
            let target = target(part, whole);
            let found = (target.is_met(), target.per_mille(), target.lacks());
            assert_eq!(found, (is_met, per_mille, lacks), "{part} of {whole}");
        }
    }

    #[test]
    fn figures_that_cannot_be_are_refused() {
        let figures = |producers, output_tonnes| PlanFigures {
            version: 1,
            season: Season::new(2026).unwrap(),
            producers,
            output_tonnes,
            document: Line::new("document", "统计2026-1").unwrap(),
        };
        assert!(figures(16, 30_000).check().is_ok());
        for (producers, tonnes) in [(0, 1), (655_351, 1), (1, 0), (1, 30_000_001)] {
            assert!(figures(producers, tonnes).check().is_err());
        }
    }
}
