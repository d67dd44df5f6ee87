//! What happens to a case.

use jiff::Timestamp;
use jiff::civil::Date;

use super::exhibit::{Exhibit, NewExhibit};
use super::{CaseResult, CaseState};
use crate::domain::alert::AlertNumber;
use crate::domain::document::DocumentNumber;
use crate::domain::event::Withdrawal;
use crate::domain::ledger::chain::EntryNumber;
use crate::domain::licensee::LicenseeNumber;
use crate::domain::place::Prefecture;
use crate::domain::refusal::Refusal;
use crate::domain::said::said;
use crate::domain::text::Line;
use crate::domain::tip::{TipNumber, Told};
use crate::domain::words::words;

words! {
    /// What happens to a case.
    pub enum CaseStep {
        /// Opened.
        Opened = "opened" "立案" "opened",
        /// An alert was put into it.
        AlertAdded = "alert_added" "归入预警" "alert added",
        /// A tip was put into it.
        TipAdded = "tip_added" "归入举报线索" "tip added",
        /// Somebody looked at packs, a shop, a store.
        Inspected = "inspected" "现场检查" "inspected",
        /// Photos, records, reports were put into it.
        ExhibitsAdded = "exhibits_added" "归入证据材料" "exhibits added",
        /// Marks were frozen.
        Frozen = "frozen" "冻结标志" "marks frozen",
        /// Marks were revoked.
        Revoked = "revoked" "撤销标志" "marks revoked",
        /// The licensee was told.
        Informed = "informed" "告知合法使用人" "licensee informed",
        /// The licensee answered what it was told.
        Answered = "answered" "使用人答复" "licensee answered",
        /// A note.
        Noted = "noted" "备注" "noted",
        /// Closed with a result.
        Closed = "closed" "结案" "closed",
        /// Opened anew.
        Reopened = "reopened" "重新办理" "reopened",
    }
}

impl CaseState {
    /// Where a case stands after a step.
    ///
    /// # Errors
    /// If the step cannot be taken from here.
    pub fn after(self, step: CaseStep) -> Result<Self, Refusal> {
        use CaseStep as S;
        match (self, step) {
            (Self::Open, S::Closed) => Ok(Self::Closed),
            (state, S::Noted) => Ok(state),
            (Self::Closed, S::Reopened)
            | (
                Self::Open,
                S::AlertAdded
                | S::TipAdded
                | S::Inspected
                | S::ExhibitsAdded
                | S::Frozen
                | S::Revoked
                | S::Informed
                | S::Answered,
            ) => Ok(Self::Open),
            _ => Err(Refusal::conflict(
                said!(
                    "the case is {}: that step is not open", self.english();
                    "案件{}，不能再办理这一步", self.chinese()
                ),
                match self {
                    Self::Open => said!("it is open already", "案件正在办理中"),
                    Self::Closed => said!(
                        "open it anew first: `yuanmark case reopen`",
                        "请先重新办理案件"
                    ),
                },
            )),
        }
    }
}

/// What somebody saw at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inspection {
    /// On which day.
    pub day: Date,
    /// In which prefecture.
    pub prefecture: Option<Prefecture>,
    /// At which market, shop or store.
    pub spot: Line,
    /// What was found.
    pub finding: Told,
    /// Documents of licensees that belong to it.
    pub documents: Vec<DocumentNumber>,
    /// Photos, records, reports that come with it.
    pub exhibits: Vec<NewExhibit>,
}

/// What a step is about besides its words.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Detail {
    /// The day of an inspection.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub day: Option<Date>,
    /// Where it was: code of GB/T 2260.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prefecture: Option<u32>,
    /// At which market, shop or store.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spot: Option<Line>,
    /// Documents of licensees that belong to it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub documents: Vec<DocumentNumber>,
    /// Exhibits that came with it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exhibits: Vec<Exhibit>,
    /// Why marks were withdrawn.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Line>,
    /// The number of the decision that says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document: Option<Line>,
    /// How many marks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub marks: Option<u64>,
    /// Entries of the ledger.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub entries: Vec<EntryNumber>,
    /// The result.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<CaseResult>,
}

/// Something that happened to a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happened {
    /// Its place, from 1.
    pub place: u32,
    /// When.
    pub at: Timestamp,
    /// What.
    pub step: CaseStep,
    /// Who did it.
    pub by: Line,
    /// What was written.
    pub told: Option<Told>,
    /// The alert, tip or licensee that it is about; of an answer, who answers.
    pub other: Option<u32>,
    /// What else is known.
    pub detail: Detail,
}

impl Happened {
    /// Whether another step of the same person says the same, whenever it was taken.
    pub fn says_the_same(&self, other: &Self) -> bool {
        let words = |one: &Self| (one.step, one.by.clone(), one.other, one.told.clone());
        words(self) == words(other) && self.detail == other.detail
    }

    /// The exhibits that came with it.
    pub fn exhibits(&self) -> &[Exhibit] {
        &self.detail.exhibits
    }

    /// The licensee that was told or answered.
    pub fn licensee(&self) -> Option<LicenseeNumber> {
        let is_of_one = matches!(self.step, CaseStep::Informed | CaseStep::Answered);
        let number = self.other.filter(|_| is_of_one)?;
        Some(LicenseeNumber(u16::try_from(number).ok()?))
    }

    /// The alert that was put into the case.
    pub fn alert(&self) -> Option<AlertNumber> {
        self.other
            .filter(|_| self.step == CaseStep::AlertAdded)
            .map(AlertNumber)
    }

    /// The tip that was put into the case.
    pub fn tip(&self) -> Option<TipNumber> {
        self.other
            .filter(|_| self.step == CaseStep::TipAdded)
            .map(TipNumber)
    }
}

/// The step by which a case withdraws marks.
pub const fn step_of(withdrawal: Withdrawal) -> Option<CaseStep> {
    match withdrawal {
        Withdrawal::Frozen => Some(CaseStep::Frozen),
        Withdrawal::Revoked => Some(CaseStep::Revoked),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_case_takes_notes_and_nothing_else() {
        use CaseState as C;
        for step in CaseStep::ALL {
            let open = C::Open.after(*step).ok();
            let closed = C::Closed.after(*step).ok();
            match step {
                CaseStep::Opened => assert_eq!((open, closed), (None, None)),
                CaseStep::Closed => assert_eq!((open, closed), (Some(C::Closed), None)),
                CaseStep::Reopened => assert_eq!((open, closed), (None, Some(C::Open))),
                CaseStep::Noted => assert_eq!((open, closed), (Some(C::Open), Some(C::Closed))),
                _ => assert_eq!((open, closed), (Some(C::Open), None)),
            }
        }
    }

    #[test]
    fn a_step_s_detail_is_read_back_and_short() {
        let nothing = serde_json::to_string(&Detail::default()).unwrap();
        assert_eq!(nothing, "{}");
        let detail = Detail {
            day: Some(jiff::civil::date(2026, 4, 2)),
            documents: vec![DocumentNumber(7)],
            ..Detail::default()
        };
        let text = serde_json::to_string(&detail).unwrap();
        assert_eq!(text, "{\"day\":\"2026-04-02\",\"documents\":[7]}");
        assert_eq!(serde_json::from_str::<Detail>(&text).unwrap(), detail);
    }
}
