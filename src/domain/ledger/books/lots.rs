//! Lots.

use super::{Books, Hand};
use crate::domain::ledger::entry::LotEntered;
use crate::domain::ledger::subjects::Subjects;
use crate::domain::licensee::{Act, LicenseeNumber};
use crate::domain::lot::{Lot, LotNumber, NewLot};
use crate::domain::refusal::Refusal;
use crate::domain::said::said;
use crate::domain::season::Season;
use crate::domain::text::Line;

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

/// By what people tell the lots of a firm and season apart.
fn code_of(lot: &NewLot) -> (LicenseeNumber, Season, Line) {
    (lot.licensee, lot.public.season, lot.public.code.clone())
}

impl Books {
    /// The lot of this number.
    ///
    /// # Errors
    /// [`Refusal`] if there is none.
    pub fn lot(&self, number: LotNumber) -> Result<&Lot, Refusal> {
        self.lots.get(number).ok_or_else(|| no_lot(number))
    }

    /// Puts a lot on the shelf, so that no other one gets its code.
    pub fn shelve_lot(&mut self, lot: Lot) {
        self.lot_codes.insert(code_of(&lot.entered), lot.number);
        self.lots.shelve(lot.number, lot);
    }

    pub(super) fn enter_lot(
        &mut self,
        body: &LotEntered,
        hand: Hand<'_>,
    ) -> Result<Subjects, Refusal> {
        self.may(body.new.licensee, Act::Proceed, body.new.public.form)?;
        let lot = Lot::enter(body.lot, &body.new, hand.by, hand.at)?;
        let code = code_of(&lot.entered);
        if let Some(other) = self.lot_codes.get(&code) {
            return Err(Refusal::conflict(
                said!(
                    "lot {other} of season {} has the code {} already", code.1, code.2;
                    "生产批次 {other} 在 {} 年度已用企业批号“{}”", code.1, code.2
                ),
                said!(
                    "a code stands for one lot of a firm and season: give this one another, or use lot {other}";
                    "同一企业同一年度一个批号只登记一次，请改用其他批号，或直接使用生产批次 {other}"
                ),
            ));
        }
        self.lot_codes.insert(code, body.lot);
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
