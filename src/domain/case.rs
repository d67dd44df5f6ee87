//! Cases (案件): what belongs together of alerts, tips and inspections, and what the office does about it.
//!
//! A case withdraws no mark by itself: freezing and revoking are entries of the ledger, by whom the rules allow it.

use jiff::Timestamp;
use jiff::civil::Date;

use super::alert::{Alert, AlertNumber, Decision, Verdict};
use super::document::DocumentNumber;
use super::event::Withdrawal;
use super::ledger::chain::EntryNumber;
use super::licensee::LicenseeNumber;
use super::place::Prefecture;
use super::refusal::Refusal;
use super::said::said;
use super::text::Line;
use super::tip::{Tip, TipNumber, Told};
use super::words::{numbered, words};

/// Steps of one case.
pub const MOST_STEPS: u32 = 1000;
/// Alerts of one case.
pub const MOST_ALERTS: u32 = 500;
/// Documents that are named with one inspection.
pub const MOST_DOCUMENTS: usize = 20;

numbered! {
    /// The number of a case, from 1.
    pub struct CaseNumber(u32);
}

words! {
    /// Where a case stands.
    pub enum CaseState {
        /// The office works on it.
        Open = "open" "办理中" "in hand",
        /// It has its result.
        Closed = "closed" "已结案" "closed",
    }
}

words! {
    /// With what a case ends.
    pub enum CaseResult {
        /// Copies were found and dealt with.
        CopiesFound = "copies_found" "查实复制标志，已处置" "copies found and dealt with",
        /// Rules of using the mark were broken.
        MarksMisused = "marks_misused" "查实违规使用标志，已处置" "misuse of marks found and dealt with",
        /// Handed to the police or a court.
        HandedOver = "handed_over" "移送公安或司法机关" "handed to police or court",
        /// Handed to the authority of another place.
        HandedOn = "handed_on" "移送有管辖权的部门" "handed to the authority in charge",
        /// Nothing was found.
        NothingFound = "nothing_found" "未查实" "nothing found",
        /// Everything was as it should be.
        InOrder = "in_order" "查明并无违法" "found in order",
    }
}

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

impl CaseResult {
    /// Whether something was found that is wrong.
    const fn is_a_finding(self) -> bool {
        matches!(self, Self::CopiesFound | Self::MarksMisused)
    }

    /// Whether nothing was found that is wrong.
    const fn is_nothing_wrong(self) -> bool {
        matches!(self, Self::NothingFound | Self::InOrder)
    }

    /// Whether a case of these alerts and tips can end so: what belongs to it is decided first, each for itself, so that
    /// calibration and whoever sent a tip learn of it; and the result is not the contrary of what was decided.
    ///
    /// # Errors
    /// If an alert or a tip is still open, copies were confirmed and the result is that nothing is wrong, or something was found
    /// in a case of no alert, no tip and no inspection.
    pub fn fits(self, alerts: &[Alert], tips: &[Tip], steps: &[Happened]) -> Result<(), Refusal> {
        let is_inspected = steps.iter().any(|step| step.step == CaseStep::Inspected);
        if self.is_a_finding() && alerts.is_empty() && tips.is_empty() && !is_inspected {
            return Err(Refusal::conflict(
                said!(
                    "the case has no alert, no tip and no inspection: nothing was found in it",
                    "案件没有预警、线索和现场检查，不能以查实结案"
                ),
                said!(
                    "enter what it rests on, or close it with another result",
                    "请先登记依据，或选择其他结案结果"
                ),
            ));
        }
        let open = alerts.iter().filter(|alert| alert.state.is_open());
        let open: Vec<String> = open.map(|alert| alert.number.to_string()).collect();
        if !open.is_empty() {
            return Err(Refusal::conflict(
                said!(
                    "alerts of the case are not decided: {}", open.join(", ");
                    "案件中还有未判定的预警：{}", open.join("、")
                ),
                said!(
                    "decide them first: `yuanmark alert decide`",
                    "请先判定这些预警"
                ),
            ));
        }
        let open = tips.iter().filter(|tip| tip.state.is_open());
        let open: Vec<String> = open.map(|tip| tip.number.to_string()).collect();
        if !open.is_empty() {
            return Err(Refusal::conflict(
                said!(
                    "tips of the case are not decided: {}", open.join(", ");
                    "案件中还有未办结的举报线索：{}", open.join("、")
                ),
                said!(
                    "tell those who sent them what came of it: `yuanmark tip decide`",
                    "请先办结这些线索并答复举报人"
                ),
            ));
        }
        let is_copy = |alert: &&Alert| {
            let verdict = alert.decision.as_ref().map(Decision::verdict);
            verdict == Some(Verdict::ConfirmedCopy)
        };
        match alerts.iter().find(is_copy) {
            Some(alert) if self.is_nothing_wrong() => Err(Refusal::conflict(
                said!(
                    "alert {} is decided as a confirmed copy", alert.number;
                    "预警 {} 已判定为确认复制", alert.number
                ),
                said!(
                    "close the case with another result, or reopen the alert and decide it anew",
                    "请选择其他结案结果，或先重新处理并判定该预警"
                ),
            )),
            _ => Ok(()),
        }
    }
}

/// A case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// Its number.
    pub number: CaseNumber,
    /// What it is about.
    pub title: Line,
    /// Where it stands.
    pub state: CaseState,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// By whom.
    pub opened_by: Line,
    /// With what it ended.
    pub result: Option<CaseResult>,
    /// When.
    pub closed_at: Option<Timestamp>,
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
    /// Files that belong to it.
    pub documents: Vec<DocumentNumber>,
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
    /// Its files.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub documents: Vec<DocumentNumber>,
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
    fn nothing_is_found_in_a_case_of_nothing() {
        for result in CaseResult::ALL {
            let fits = result.fits(&[], &[], &[]);
            let is_a_finding = matches!(result, CaseResult::CopiesFound | CaseResult::MarksMisused);
            assert_eq!(fits.is_err(), is_a_finding, "{result:?}");
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
