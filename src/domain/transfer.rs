//! A transfer of quantity between two licensees (额度划转): electronic, both confirm, no labels change hands.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::entitlement::Account;
use super::licensee::{LicenseeNumber, is_same_person};
use super::refusal::Refusal;
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
                format!(
                    "licensee {licensee} has no part in transfer {}",
                    self.number
                ),
                format!(
                    "it runs from licensee {} to licensee {}",
                    self.from.licensee, self.to
                ),
            ));
        };
        if own.is_some() {
            return Err(Refusal::conflict(
                format!(
                    "licensee {licensee} has confirmed transfer {} already",
                    self.number
                ),
                "the other one must confirm it",
            ));
        }
        if other
            .as_ref()
            .is_some_and(|other| is_same_person(other, by))
        {
            return Err(Refusal::conflict(
                format!(
                    "{by} has confirmed transfer {} for the other side",
                    self.number
                ),
                "each side confirms by a person of its own",
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
                format!("transfer {} is {} already", self.number, self.state.slug()),
                "a transfer is done or dropped once; a new one can be proposed",
            ));
        }
        Ok(())
    }
}
