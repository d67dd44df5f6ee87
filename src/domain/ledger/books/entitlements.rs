//! Entitlements: coefficients, grants, adjustments, the year's end, transfers.

use super::{Books, Hand};
use crate::domain::area::Area;
use crate::domain::calendar::day_of;
use crate::domain::entitlement::coefficients::SetCoefficients;
use crate::domain::entitlement::{Account, Entitlement};
use crate::domain::form::Form;
use crate::domain::ledger::entry::{
    Adjusted, Carried, CoefficientsSet, Granted, TransferConfirmed, TransferDropped,
    TransferProposed,
};
use crate::domain::ledger::subjects::Subjects;
use crate::domain::licensee::{Act, LicenseeNumber};
use crate::domain::refusal::Refusal;
use crate::domain::said::said;
use crate::domain::season::Season;
use crate::domain::transfer::{Transfer, TransferNumber, TransferState};

fn about(account: Account) -> Subjects {
    Subjects {
        licensee: Some(account.licensee),
        season: Some(account.season),
        ..Subjects::default()
    }
}

fn no_transfer(number: TransferNumber) -> Refusal {
    Refusal::no_such(
        said!("there is no transfer {number}", "没有额度划转 {number}"),
        said!(
            "`yuanmark transfer list` shows the transfers there are",
            "请在额度划转列表中选择"
        ),
    )
}

impl Books {
    /// The entitlement, which may be one of nothing.
    pub fn entitlement(&self, account: Account) -> Entitlement {
        let known = self.entitlements.get(account).copied();
        known.unwrap_or_else(|| Entitlement::new(account))
    }

    pub(super) fn change_entitlement(
        &mut self,
        account: Account,
        change: impl FnOnce(&mut Entitlement) -> Result<(), Refusal>,
    ) -> Result<(), Refusal> {
        let mut entitlement = self.entitlement(account);
        change(&mut entitlement)?;
        self.entitlements.add(account, entitlement);
        Ok(())
    }

    /// Refuses what a licensee may not do, or does not make.
    pub(super) fn may(&self, number: LicenseeNumber, act: Act, form: Form) -> Result<(), Refusal> {
        let licensee = self.licensee(number)?;
        licensee.may(act)?;
        if !licensee.particulars.forms.contains(&form) {
            return Err(Refusal::conflict(
                said!(
                    "the file of licensee {number} does not say that it makes {form}";
                    "合法使用人 {number} 的档案中没有“{}”这一产品形态", form.chinese()
                ),
                said!(
                    "add the form to its file first: `yuanmark licensee file`",
                    "请先变更档案，补上该产品形态"
                ),
            ));
        }
        Ok(())
    }

    pub(super) fn set_coefficients(
        &mut self,
        body: &CoefficientsSet,
        hand: Hand<'_>,
    ) -> Result<Subjects, Refusal> {
        body.coefficients.check()?;
        let in_force = self.coefficients_in_force().version;
        if body.coefficients.version != in_force + 1 {
            return Err(Refusal::stale(
                said!(
                    "version {in_force} is in force by now",
                    "核定系数现行版本已是第 {in_force} 版"
                ),
                said!(
                    "read it, and set the next one upon it",
                    "请查看现行版本，在其基础上重新设定"
                ),
            ));
        }
        let set = SetCoefficients {
            coefficients: body.coefficients.clone(),
            at: hand.at,
            by: hand.by.clone(),
        };
        self.coefficients.add(body.coefficients.version, set);
        Ok(Subjects::default())
    }

    pub(super) fn grant(&mut self, body: &Granted) -> Result<Subjects, Refusal> {
        let (account, grant) = (body.account, &body.grant);
        self.may(account.licensee, Act::Order, account.form)?;
        let coefficients = self.coefficients_in_force();
        let marks = coefficients.marks(grant.area, account.form, grant.pack_grams);
        if grant.coefficients != coefficients.version || grant.marks != marks {
            return Err(Refusal::stale(
                said!(
                    "version {} of the coefficients is in force, and gives {marks} marks",
                    "现行核定系数为第 {} 版，据此应核定 {marks} 枚",
                    coefficients.version
                ),
                said!("grant it anew", "请按现行系数重新核定"),
            ));
        }
        let base = self.licensee(account.licensee)?.particulars.base();
        let others = Form::ALL.into_iter().filter(|form| *form != account.form);
        let surveyed = Area::sum(
            others
                .map(|form| self.entitlement(Account { form, ..account }).area)
                .chain([grant.area]),
        );
        if surveyed > base {
            return Err(Refusal::conflict(
                said!(
                    "with this, {surveyed} mu are counted for season {}, but the base of licensee {} has {base}",
                    account.season, account.licensee;
                    "加上本次，{} 年度共计入 {surveyed} 亩，而合法使用人 {} 的基地只有 {base} 亩",
                    account.season, account.licensee
                ),
                said!(
                    "a mu counts once, for one form; the base stands in the licensee's file",
                    "同一亩地只能计入一种产品形态；基地面积以档案为准，如有变化请先变更档案"
                ),
            ));
        }
        self.change_entitlement(account, |entitlement| entitlement.grant(grant))?;
        Ok(about(account))
    }

    pub(super) fn adjust(&mut self, body: &Adjusted) -> Result<Subjects, Refusal> {
        self.licensee(body.account.licensee)?;
        self.change_entitlement(body.account, |entitlement| entitlement.adjust(body.marks))?;
        Ok(about(body.account))
    }

    /// How much of the balance goes over into the next season; nothing if its books are closed already.
    pub fn carried_over(&self, account: Account) -> u64 {
        let next = Season::new(account.season.year() + 1);
        let next = next.map(|season| Account { season, ..account });
        if next.is_some_and(|next| self.entitlement(next).is_closed) {
            return 0;
        }
        let balance = self.entitlement(account).balance();
        self.coefficients_in_force().carried(account.form, balance)
    }

    pub(super) fn carry(&mut self, body: &Carried, hand: Hand<'_>) -> Result<Subjects, Refusal> {
        let account = body.account;
        let season = account.season;
        if i32::from(day_of(hand.at).year()) <= i32::from(season.year()) {
            return Err(Refusal::conflict(
                said!("season {season} has not ended yet", "{season} 年度尚未结束"),
                said!(
                    "its books are closed after 31 December",
                    "年底过后才能办理年末结转"
                ),
            ));
        }
        if !self.entitlements.has(account) {
            return Err(Refusal::no_such(
                said!(
                    "there is no entitlement of {account}";
                    "{}没有额度", account.chinese()
                ),
                said!(
                    "`yuanmark entitlement list` shows those there are",
                    "请在额度列表中选择"
                ),
            ));
        }
        let balance = self.entitlement(account).balance();
        let carried = self.carried_over(account);
        if (body.carried, body.lapsed) != (carried, balance - carried) {
            return Err(Refusal::stale(
                said!(
                    "{balance} marks are left by now",
                    "现在的余额是 {balance} 枚"
                ),
                said!("close the books anew", "余额已有变动，请重新办理年末结转"),
            ));
        }
        let next = Season::new(season.year() + 1).ok_or_else(|| {
            Refusal::invalid(
                said!(
                    "no season follows {season}",
                    "{season} 年度之后没有下一年度"
                ),
                said!("the code format ends there", "标志编码只能用到这一年度"),
            )
        })?;
        self.change_entitlement(account, |entitlement| entitlement.close(carried))?;
        if carried > 0 {
            let account = Account {
                season: next,
                ..account
            };
            self.change_entitlement(account, |entitlement| entitlement.carry_in(carried))?;
        }
        Ok(about(account))
    }

    pub(super) fn propose_transfer(
        &mut self,
        body: &TransferProposed,
        hand: Hand<'_>,
    ) -> Result<Subjects, Refusal> {
        let from = body.from;
        if from.licensee == body.to {
            return Err(Refusal::invalid(
                said!(
                    "giver and receiver are the same licensee",
                    "划出方和划入方是同一合法使用人"
                ),
                said!("name two licensees", "请选择两个不同的合法使用人"),
            ));
        }
        self.may(from.licensee, Act::Approve, from.form)?;
        self.may(body.to, Act::Approve, from.form)?;
        // Asked for now so that nobody waits for what cannot be; asked for again when it is done.
        self.entitlement(from).give(body.marks)?;
        let transfer = Transfer {
            number: body.transfer,
            from,
            to: body.to,
            marks: body.marks,
            document: body.document.clone(),
            state: TransferState::Proposed,
            giver: None,
            receiver: None,
            at: hand.at,
            by: hand.by.clone(),
        };
        self.transfers.add(body.transfer, transfer);
        Ok(about(from))
    }

    pub(super) fn confirm_transfer(
        &mut self,
        body: &TransferConfirmed,
        hand: Hand<'_>,
    ) -> Result<Subjects, Refusal> {
        let number = body.transfer;
        let transfer = self
            .transfers
            .get(number)
            .ok_or_else(|| no_transfer(number))?;
        let mut transfer = transfer.clone();
        let (from, to) = (transfer.from, transfer.to_account());
        if transfer.confirm(body.licensee, hand.by)? {
            self.may(from.licensee, Act::Approve, from.form)?;
            self.may(to.licensee, Act::Approve, to.form)?;
            let (mut giver, mut receiver) = (self.entitlement(from), self.entitlement(to));
            giver.give(transfer.marks)?;
            receiver.receive(transfer.marks)?;
            self.entitlements.add(from, giver);
            self.entitlements.add(to, receiver);
        }
        self.transfers.add(number, transfer);
        Ok(about(Account {
            licensee: body.licensee,
            ..from
        }))
    }

    pub(super) fn drop_transfer(&mut self, body: &TransferDropped) -> Result<Subjects, Refusal> {
        let number = body.transfer;
        let transfer = self
            .transfers
            .get_mut(number)
            .ok_or_else(|| no_transfer(number))?;
        transfer.withdraw()?;
        Ok(about(transfer.from))
    }
}
