//! A transfer of quantity between two licensees (额度划转): electronic, both confirm, no labels change hands.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::entitlement::Account;
use super::licensee::{LicenseeNumber, is_same_person};
use super::refusal::Refusal;
use super::said::said;
use super::text::Line;
use super::words::{numbered, words};

numbered! {
    /// The number of a transfer, from 1.
    pub struct TransferNumber(u32);
}

words! {
    /// How far a transfer has come.
    pub enum TransferState {
        /// One of the two, or both, have not confirmed it yet.
        Proposed = "proposed" "待确认",
        /// Both have confirmed it: the quantity has moved.
        Done = "done" "已完成",
        /// It was dropped.
        Dropped = "dropped" "已撤回",
    }
}

/// A transfer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transfer {
    /// Its number.
    pub number: TransferNumber,
    /// The giver's entitlement.
    pub from: Account,
    /// Who receives, in the same season and form.
    pub to: LicenseeNumber,
    /// How many marks.
    pub marks: u64,
    /// The number of the contract or decision.
    pub document: Option<Line>,
    /// How far it has come.
    pub state: TransferState,
    /// Who confirmed for the giver.
    pub giver: Option<Line>,
    /// Who confirmed for the receiver.
    pub receiver: Option<Line>,
    /// When it was proposed.
    pub at: Timestamp,
    /// Who proposed it.
    pub by: Line,
}

impl Transfer {
    /// The receiver's entitlement.
    pub const fn to_account(&self) -> Account {
        Account {
            licensee: self.to,
            ..self.from
        }
    }

    /// One of the two confirms. Returns whether both have by now.
    ///
    /// # Errors
    /// [`Refusal`] if it is over, the licensee has no part in it or has confirmed it, or the same person would confirm
    /// for both.
    pub fn confirm(&mut self, licensee: LicenseeNumber, by: &Line) -> Result<bool, Refusal> {
        self.open()?;
        let (own, other) = if licensee == self.from.licensee {
            (&mut self.giver, &self.receiver)
        } else if licensee == self.to {
            (&mut self.receiver, &self.giver)
        } else {
            return Err(Refusal::invalid(
                said!(
                    "licensee {licensee} has no part in transfer {}",
                    "额度划转 {} 与合法使用人 {licensee} 无关",
                    self.number
                ),
                said!(
                    "it runs from licensee {} to licensee {}",
                    "它由合法使用人 {} 划给合法使用人 {}，请由双方确认",
                    self.from.licensee,
                    self.to
                ),
            ));
        };
        if own.is_some() {
            return Err(Refusal::conflict(
                said!(
                    "licensee {licensee} has confirmed transfer {} already",
                    "合法使用人 {licensee} 已经确认额度划转 {}",
                    self.number
                ),
                said!("the other one must confirm it", "还须由另一方确认"),
            ));
        }
        if other
            .as_ref()
            .is_some_and(|other| is_same_person(other, by))
        {
            return Err(Refusal::conflict(
                said!(
                    "{by} has confirmed transfer {} for the other side",
                    "{by}已代表另一方确认额度划转 {}",
                    self.number
                ),
                said!(
                    "each side confirms by a person of its own",
                    "双方应各由自己的人员确认"
                ),
            ));
        }
        *own = Some(by.clone());
        let is_done = self.giver.is_some() && self.receiver.is_some();
        if is_done {
            self.state = TransferState::Done;
        }
        Ok(is_done)
    }

    /// Drops it before both have confirmed.
    ///
    /// # Errors
    /// [`Refusal`] if it is over.
    pub fn withdraw(&mut self) -> Result<(), Refusal> {
        self.open()?;
        self.state = TransferState::Dropped;
        Ok(())
    }

    fn open(&self) -> Result<(), Refusal> {
        if self.state != TransferState::Proposed {
            return Err(Refusal::conflict(
                said!(
                    "transfer {} is {} already", self.number, self.state.slug();
                    "额度划转 {} 已是“{}”状态", self.number, self.state.chinese()
                ),
                said!(
                    "a transfer is done or dropped once; a new one can be proposed",
                    "额度划转只办理一次；如有需要，请另行提请"
                ),
            ));
        }
        Ok(())
    }
}
