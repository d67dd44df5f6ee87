//! Lots.

use super::{Books, Hand};
use crate::domain::ledger::entry::LotEntered;
use crate::domain::ledger::subjects::Subjects;
use crate::domain::licensee::Act;
use crate::domain::lot::{Lot, LotNumber};
use crate::domain::refusal::Refusal;
use crate::domain::said::said;

fn no_lot(number: LotNumber) -> Refusal {
    Refusal::no_such(
        said!("there is no lot {number}", "没有生产批次 {number}"),
        said!(
            "`yuanmark lot list` shows the lots there are",
            "请在生产批次列表中选择"
        ),
    )
}

fn about(lot: &Lot) -> Subjects {
    Subjects {
        licensee: Some(lot.entered.licensee),
        season: Some(lot.entered.public.season),
        lot: Some(lot.number),
        ..Subjects::default()
    }
}

impl Books {
    /// The lot of this number.
    ///
    /// # Errors
    /// [`Refusal`] if there is none.
    pub fn lot(&self, number: LotNumber) -> Result<&Lot, Refusal> {
        self.lots.get(number).ok_or_else(|| no_lot(number))
    }

    pub(super) fn enter_lot(
        &mut self,
        body: &LotEntered,
        hand: Hand<'_>,
    ) -> Result<Subjects, Refusal> {
        self.may(body.new.licensee, Act::Proceed, body.new.public.form)?;
        let lot = Lot::enter(body.lot, &body.new, hand.by, hand.at)?;
        let subjects = about(&lot);
        self.lots.add(body.lot, lot);
        Ok(subjects)
    }

    pub(super) fn change_lot(
        &mut self,
        number: LotNumber,
        change: impl FnOnce(&mut Lot) -> Result<(), Refusal>,
    ) -> Result<Subjects, Refusal> {
        let lot = self.lots.get_mut(number).ok_or_else(|| no_lot(number))?;
        change(lot)?;
        Ok(about(lot))
    }
}
