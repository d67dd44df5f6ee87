//! From surveyed land to marks: the coefficients, configurable and versioned, and the formula.
//!
//! marks = area (mu) × raw shoots (kg per mu) × yield of the form ÷ pack weight, rounded down.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::area::Area;
use crate::domain::form::Form;
use crate::domain::refusal::Refusal;
use crate::domain::said::said;
use crate::domain::text::Line;

/// A share in thousandths, 0 to 1000.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(try_from = "u16", into = "u16")]
pub struct PerMille(u16);

impl PerMille {
    /// `None` above 1000.
    pub const fn new(thousandths: u16) -> Option<Self> {
        if thousandths <= 1000 {
            Some(Self(thousandths))
        } else {
            None
        }
    }

    /// Thousandths.
    pub const fn get(self) -> u16 {
        self.0
    }

    /// This share of a number, rounded down.
    pub const fn of(self, number: u64) -> u64 {
        number / 1000 * self.0 as u64 + number % 1000 * self.0 as u64 / 1000
    }
}

impl From<PerMille> for u16 {
    fn from(share: PerMille) -> Self {
        share.0
    }
}

impl TryFrom<u16> for PerMille {
    type Error = &'static str;

    fn try_from(thousandths: u16) -> Result<Self, Self::Error> {
        Self::new(thousandths).ok_or("is more than 1000 thousandths")
    }
}

/// One version of the coefficients. An entitlement keeps the version it was worked out with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coefficients {
    /// The version, from 1. Version 0 is [`Coefficients::assumed`].
    pub version: u32,
    /// Raw shoots in kilograms a mu yields in a season.
    pub kg_per_mu: u32,
    /// The share of the raw shoot that goes into packs, by form.
    pub yields: BTreeMap<Form, PerMille>,
    /// The share of an unused entitlement that goes over into the next season, by form.
    pub carry_over: BTreeMap<Form, PerMille>,
    /// Labels spoiled in printing above this share of an order are flagged.
    pub scrap_tolerance: PerMille,
    /// The document they rest on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<Line>,
}

impl Coefficients {
    /// Kilograms; ten times what a mu can bear.
    pub const MOST_KG_PER_MU: u32 = 10_000;

    /// In force until the authority sets its own: 300 kg a mu, 0.40 of it in packs (the lower end of what peeling
    /// leaves), half of what is unused goes over except for fresh shoots, 1.5 % scrap. Assumptions, not law:
    /// `docs/decisions/0011-entitlement.md`.
    pub fn assumed() -> Self {
        let share = |thousandths| move |form| (form, PerMille(thousandths));
        let carried = |form: Form| if form == Form::Fresh { 0 } else { 500 };
        Self {
            version: 0,
            kg_per_mu: 300,
            yields: Form::ALL.into_iter().map(share(400)).collect(),
            carry_over: Form::ALL
                .into_iter()
                .map(|form| (form, PerMille(carried(form))))
                .collect(),
            scrap_tolerance: PerMille(15),
            document: None,
        }
    }

    /// Refuses what cannot be meant.
    ///
    /// # Errors
    /// [`Refusal`] of the kind invalid.
    pub fn check(&self) -> Result<(), Refusal> {
        if self.kg_per_mu == 0 || self.kg_per_mu > Self::MOST_KG_PER_MU {
            return Err(Refusal::invalid(
                said!(
                    "{} kg a mu cannot be",
                    "每亩产量 {} 千克，超出合理范围",
                    self.kg_per_mu
                ),
                said!(
                    "between 1 and {}",
                    "请填写 1 至 {} 之间的数",
                    Self::MOST_KG_PER_MU
                ),
            ));
        }
        if Form::ALL.iter().any(|form| !self.yields.contains_key(form)) {
            return Err(Refusal::invalid(
                said!("every form needs its yield", "每种产品形态都要有得率"),
                said!(
                    "name all seven, in thousandths",
                    "请按千分数填写全部产品形态的得率"
                ),
            ));
        }
        Ok(())
    }

    /// The marks that a surveyed area is good for, rounded down.
    pub fn marks(&self, area: Area, form: Form, pack_grams: u32) -> u64 {
        let share = self.yields.get(&form).map_or(0, |share| share.0);
        let grams_hundredths_thousandths =
            u128::from(area.hundredths()) * u128::from(self.kg_per_mu) * u128::from(share) * 1000;
        let marks = grams_hundredths_thousandths / 100 / 1000 / u128::from(pack_grams.max(1));
        u64::try_from(marks).unwrap_or(u64::MAX)
    }

    /// How much of an unused balance goes over into the next season.
    pub fn carried(&self, form: Form, unused: u64) -> u64 {
        self.carry_over
            .get(&form)
            .map_or(0, |share| share.of(unused))
    }
}

/// Coefficients with the moment from which they are in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetCoefficients {
    /// What they are.
    pub coefficients: Coefficients,
    /// Since when.
    pub at: Timestamp,
    /// Who set them.
    pub by: Line,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thousand_mu_are_240_000_packs_of_500_grams() {
        let area = Area::from_text("1000").unwrap();
        assert_eq!(
            Coefficients::assumed().marks(area, Form::Canned, 500),
            240_000
        );
        assert_eq!(
            Coefficients::assumed().marks(Area::MAX, Form::Canned, 1),
            120_000_000_000
        );
        let little = Area::from_text("0.01").unwrap();
        assert_eq!(Coefficients::assumed().marks(little, Form::Canned, 500), 2);
    }

    #[test]
    fn shares_are_rounded_down_without_overflow() {
        let share = PerMille::new(999).unwrap();
        assert_eq!(share.of(1001), 999);
        assert_eq!(share.of(u64::MAX / 1000), 18_428_297_329_635_841);
        assert!(PerMille::new(1001).is_none());
    }
}
