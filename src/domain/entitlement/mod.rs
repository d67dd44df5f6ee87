//! The entitlement (年度额度): how many marks a licensee may have in a season, by form. It bounds what is ordered, so
//! that no more marks exist than the land bears goods.

pub mod coefficients;

use serde::{Deserialize, Serialize};

pub use coefficients::Coefficients;

use super::area::Area;
use super::form::Form;
use super::licensee::LicenseeNumber;
use super::refusal::Refusal;
use super::said::said;
use super::season::Season;
use super::text::Line;

/// Whose entitlement, for when and what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Account {
    /// Whose.
    pub licensee: LicenseeNumber,
    /// For which season.
    pub season: Season,
    /// For which form.
    pub form: Form,
}

impl Account {
    /// The account as the office writes it, without the word for the entitlement itself (额度).
    pub fn chinese(self) -> String {
        let Self {
            licensee,
            season,
            form,
        } = self;
        format!("合法使用人 {licensee} 的 {season} 年度{}", form.chinese())
    }

    /// `2026/1/canned`: as lists are ordered, to say where the next page of one begins.
    pub fn path(self) -> String {
        format!("{}/{}/{}", self.season, self.licensee, self.form)
    }

    /// Reads [`Account::path`].
    ///
    /// # Errors
    /// How it is written, in words.
    pub fn of_path(text: &str) -> Result<Self, &'static str> {
        let read = || {
            let mut parts = text.split('/');
            let mut next = || parts.next();
            let account = Self {
                season: Season::new(next()?.parse().ok()?)?,
                licensee: LicenseeNumber(next()?.parse().ok()?),
                form: Form::from_slug(next()?)?,
            };
            (next().is_none() && account.path() == text).then_some(account)
        };
        read().ok_or("season, licensee and form are written as in 2026/1/canned")
    }
}

/// An entitlement with everything that was ever added to it and taken from it, in marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entitlement {
    /// Whose, when, what.
    pub account: Account,
    /// The surveyed area it was granted for.
    pub area: Area,
    /// Grams of one pack.
    pub pack_grams: u32,
    /// From the survey.
    pub granted: u64,
    /// Added or taken by the authority.
    pub adjusted: i64,
    /// Received from other licensees.
    pub received: u64,
    /// Given to other licensees.
    pub given: u64,
    /// From the season before.
    pub carried_in: u64,
    /// Into the next season.
    pub carried_out: u64,
    /// Lapsed at the year's end.
    pub lapsed: u64,
    /// In orders that were approved and not cancelled.
    pub ordered: u64,
    /// Destroyed before two witnesses after they were ordered: they may be ordered anew.
    pub restored: u64,
    /// Whether the season's books are closed.
    pub is_closed: bool,
}

/// A grant from a survey.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// The surveyed area.
    pub area: Area,
    /// Grams of one pack, 1 to 100,000.
    pub pack_grams: u32,
    /// The version of the coefficients it was worked out with.
    pub coefficients: u32,
    /// The result, in marks.
    pub marks: u64,
    /// The survey's number.
    pub document: Line,
}

impl Entitlement {
    /// Marks; thirty times what the whole trade can use in a year. Keeps every sum far from overflow.
    pub const MOST: u64 = 1_000_000_000;
    /// Grams; larger packs are no retail packs.
    pub const MOST_PACK_GRAMS: u32 = 100_000;

    /// Of nothing.
    pub const fn new(account: Account) -> Self {
        Self {
            account,
            area: Area::NONE,
            pack_grams: 0,
            granted: 0,
            adjusted: 0,
            received: 0,
            given: 0,
            carried_in: 0,
            carried_out: 0,
            lapsed: 0,
            ordered: 0,
            restored: 0,
            is_closed: false,
        }
    }

    /// All that could ever be ordered of it, before the year's end takes what is left.
    pub fn entitled(&self) -> u64 {
        let plus = i128::from(self.granted)
            + i128::from(self.adjusted)
            + i128::from(self.received)
            + i128::from(self.carried_in)
            + i128::from(self.restored);
        // What was given was there before.
        u64::try_from(plus - i128::from(self.given)).unwrap_or(0)
    }

    /// What may still be ordered.
    pub fn balance(&self) -> u64 {
        let plus = i128::from(self.granted)
            + i128::from(self.adjusted)
            + i128::from(self.received)
            + i128::from(self.carried_in)
            + i128::from(self.restored);
        let minus = i128::from(self.given)
            + i128::from(self.carried_out)
            + i128::from(self.lapsed)
            + i128::from(self.ordered);
        // Every change below keeps the sum at zero or above.
        u64::try_from(plus - minus).unwrap_or(0)
    }

    /// Grants what a survey is good for.
    ///
    /// # Errors
    /// [`Refusal`] if it was granted before, the area or the pack cannot be, or the result is nothing or too much.
    pub fn grant(&mut self, grant: &Grant) -> Result<(), Refusal> {
        self.open()?;
        if self.granted > 0 {
            return Err(Refusal::conflict(
                said!(
                    "the entitlement of {} was granted already", self.account;
                    "{}额度已经核定过", self.account.chinese()
                ),
                said!(
                    "adjust it, with the document that says why",
                    "如需增减，请凭文件调整额度"
                ),
            ));
        }
        if grant.pack_grams == 0 || grant.pack_grams > Self::MOST_PACK_GRAMS {
            return Err(Refusal::invalid(
                said!(
                    "a pack of {} grams cannot be",
                    "每包净含量 {} 克，超出合理范围",
                    grant.pack_grams
                ),
                said!(
                    "between 1 and {} grams",
                    "请填写 1 至 {} 克",
                    Self::MOST_PACK_GRAMS
                ),
            ));
        }
        self.has_room_for(marks_or_refused(grant.marks)?)?;
        self.area = grant.area;
        self.pack_grams = grant.pack_grams;
        self.granted = grant.marks;
        Ok(())
    }

    /// Adds marks, or takes them if the number is negative.
    ///
    /// # Errors
    /// [`Refusal`] if the number is zero or huge, or more would be taken than is left.
    pub fn adjust(&mut self, marks: i64) -> Result<(), Refusal> {
        self.open()?;
        if marks == 0 {
            return Err(Refusal::invalid(
                said!(
                    "an adjustment of no mark changes nothing",
                    "调整数量不能为零"
                ),
                said!(
                    "name how many more, or with a minus how many fewer",
                    "请填写增加或减少的枚数"
                ),
            ));
        }
        let size = marks_or_refused(marks.unsigned_abs())?;
        if marks < 0 {
            self.has(size).map_err(|refusal| Refusal {
                advice: said!(
                    "take no more than is left; an order that is cancelled gives its marks back",
                    "核减不能超过余额；撤销订单后，其数量退回额度"
                ),
                ..refusal
            })?;
        } else {
            self.has_room_for(size)?;
        }
        self.adjusted += marks;
        Ok(())
    }

    /// Gives marks to another licensee.
    ///
    /// # Errors
    /// [`Refusal`] if less is left.
    pub fn give(&mut self, marks: u64) -> Result<(), Refusal> {
        self.open()?;
        self.has(marks_or_refused(marks)?)
            .map_err(|refusal| Refusal {
                advice: said!(
                    "transfer less, or have the entitlement adjusted",
                    "请减少划转数量，或先调整额度"
                ),
                ..refusal
            })?;
        self.given += marks;
        Ok(())
    }

    /// Receives marks from another licensee.
    ///
    /// # Errors
    /// [`Refusal`] if the books are closed.
    pub fn receive(&mut self, marks: u64) -> Result<(), Refusal> {
        self.open()?;
        self.has_room_for(marks_or_refused(marks)?)?;
        self.received += marks;
        Ok(())
    }

    /// Takes marks for an order.
    ///
    /// # Errors
    /// [`Refusal`] if less is left: no order goes beyond the balance.
    pub fn order(&mut self, marks: u64) -> Result<(), Refusal> {
        self.open()?;
        self.has(marks)?;
        self.ordered += marks;
        Ok(())
    }

    /// Gives back what was taken for an order that is cancelled; once the books are closed it lapses.
    ///
    /// # Errors
    /// [`Refusal`] if less was taken.
    pub fn cancel_order(&mut self, marks: u64) -> Result<(), Refusal> {
        self.ordered = self.ordered.checked_sub(marks).ok_or_else(|| {
            Refusal::conflict(
                said!(
                    "{marks} marks were never ordered of {}", self.account;
                    "{}额度中没有已订的 {marks} 枚", self.account.chinese()
                ),
                said!(
                    "the ledger disagrees with itself: run `yuanmark ledger verify`",
                    "台账前后不符，请校验台账，并告知系统管理员"
                ),
            )
        })?;
        if self.is_closed {
            self.lapsed += marks;
        }
        Ok(())
    }

    /// Gives back what was destroyed before witnesses; it may be ordered anew while the season is open.
    pub const fn restore(&mut self, marks: u64) {
        if !self.is_closed {
            self.restored += marks;
        }
    }

    /// Closes the season's books: `carried` of the balance goes into the next season, the rest lapses.
    ///
    /// # Errors
    /// [`Refusal`] if they are closed, or less is left.
    pub fn close(&mut self, carried: u64) -> Result<(), Refusal> {
        self.open()?;
        let balance = self.balance();
        if carried > balance {
            return Err(self.too_little(carried));
        }
        self.carried_out = carried;
        self.lapsed = balance - carried;
        self.is_closed = true;
        Ok(())
    }

    /// Takes over what the season before left.
    ///
    /// # Errors
    /// [`Refusal`] if the books are closed.
    pub fn carry_in(&mut self, marks: u64) -> Result<(), Refusal> {
        self.open()?;
        self.carried_in += marks;
        Ok(())
    }

    fn open(&self) -> Result<(), Refusal> {
        if self.is_closed {
            return Err(Refusal::conflict(
                said!(
                    "the books of {} are closed", self.account;
                    "{}额度已经年末结转", self.account.chinese()
                ),
                said!(
                    "what was left has gone over into the next season or lapsed",
                    "余额已转入下一年度或失效，不能再变动"
                ),
            ));
        }
        Ok(())
    }

    fn has(&self, marks: u64) -> Result<(), Refusal> {
        if marks > self.balance() {
            return Err(self.too_little(marks));
        }
        Ok(())
    }

    fn too_little(&self, marks: u64) -> Refusal {
        Refusal::conflict(
            said!(
                "the entitlement of {} has {} marks left, {marks} are asked for", self.account, self.balance();
                "{}额度只剩 {} 枚，本次需要 {marks} 枚", self.account.chinese(), self.balance()
            ),
            said!(
                "order less, have the entitlement adjusted, or have quantity transferred",
                "请减少数量，或先调整额度、办理额度划转"
            ),
        )
    }

    fn has_room_for(&self, marks: u64) -> Result<(), Refusal> {
        if self.balance() + marks > Self::MOST {
            return Err(Refusal::invalid(
                said!(
                    "an entitlement of more than {} marks cannot be",
                    "一笔额度不能超过 {} 枚",
                    Self::MOST
                ),
                said!(
                    "look at the area and the weight of the pack",
                    "请核对面积和每包净含量"
                ),
            ));
        }
        Ok(())
    }
}

/// A number of marks that moves between entitlements.
fn marks_or_refused(marks: u64) -> Result<u64, Refusal> {
    if marks == 0 {
        return Err(Refusal::invalid(
            said!("no mark is meant", "没有填写数量"),
            said!("name a number of marks above zero", "请填写大于零的枚数"),
        ));
    }
    if marks > Entitlement::MOST {
        return Err(Refusal::invalid(
            said!(
                "{marks} marks are more than can be meant",
                "{marks} 枚超出可能的数量"
            ),
            said!("at most {}", "最多 {} 枚", Entitlement::MOST),
        ));
    }
    Ok(marks)
}

impl std::fmt::Display for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "licensee {} for {} of season {}",
            self.licensee, self.form, self.season
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_read_as_it_is_written_and_no_other() {
        let account = Account {
            licensee: LicenseeNumber(12),
            season: Season::new(2026).unwrap(),
            form: Form::Canned,
        };
        assert_eq!(account.path(), "2026/12/canned");
        assert_eq!(Account::of_path("2026/12/canned"), Ok(account));
        for wrong in [
            "",
            "2026/12",
            "2026/012/canned",
            "1999/1/canned",
            "2026/1/tinned",
            "2026/1/canned/",
        ] {
            assert!(Account::of_path(wrong).is_err(), "{wrong}");
        }
    }
}
