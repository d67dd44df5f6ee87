//! What the office does with an alert: taken by somebody, merged into another, decided; reopened where that was wrong.

use jiff::Timestamp;

use super::{AlertKind, AlertNumber, Decision, Light};
use crate::domain::case::CaseNumber;
use crate::domain::detection::real::{exp, probability};
use crate::domain::detection::{Hypothesis, Version};
use crate::domain::licensee::LicenseeNumber;
use crate::domain::mark::{BatchNumber, MarkId, MarkIndex};
use crate::domain::refusal::Refusal;
use crate::domain::said::{Said, said};
use crate::domain::text::Line;
use crate::domain::tip::Told;
use crate::domain::words::words;

words! {
    /// Where an alert stands.
    pub enum AlertState {
        /// Nobody has taken it.
        Open = "open" "待处理" "to be taken",
        /// Somebody looks into it.
        Assigned = "assigned" "处理中" "being looked into",
        /// It is decided with the alert that it was merged into.
        Merged = "merged" "已并入" "merged",
        /// It is decided.
        Decided = "decided" "已判定" "decided",
    }
}

words! {
    /// What happens to an alert.
    pub enum AlertStep {
        /// Taken, or given to somebody.
        Assigned = "assigned" "指派" "assigned",
        /// A note.
        Noted = "noted" "备注" "noted",
        /// Merged into another alert.
        Merged = "merged" "并入其他预警" "merged",
        /// Decided.
        Decided = "decided" "判定" "decided",
        /// Looked at anew.
        Reopened = "reopened" "重新处理" "reopened",
        /// Put into a case.
        Gathered = "gathered" "归入案件" "put into a case",
    }
}

impl AlertState {
    /// Whether somebody still has to do something.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Open | Self::Assigned)
    }

    /// Where an alert stands after a step.
    ///
    /// # Errors
    /// If the step cannot be taken from here.
    pub fn after(self, step: AlertStep) -> Result<Self, Refusal> {
        use AlertStep as S;
        match (self, step) {
            (state, S::Noted | S::Gathered) => Ok(state),
            (Self::Open | Self::Assigned, S::Assigned) => Ok(Self::Assigned),
            (Self::Open | Self::Assigned, S::Merged) => Ok(Self::Merged),
            (Self::Open | Self::Assigned, S::Decided) => Ok(Self::Decided),
            (Self::Merged | Self::Decided, S::Reopened) => Ok(Self::Open),
            _ => Err(Refusal::conflict(
                said!(
                    "the alert is {}: that step is not open", self.english();
                    "预警{}，不能再办理这一步", self.chinese()
                ),
                match self {
                    Self::Open | Self::Assigned => said!("it is open already", "预警正在处理中"),
                    Self::Merged | Self::Decided => said!(
                        "look at it anew first: `yuanmark alert reopen`",
                        "请先重新处理预警"
                    ),
                },
            )),
        }
    }
}

/// All that may be the matter with a mark, and what each is called.
pub const HYPOTHESES: [(Hypothesis, &str, &str); 7] = [
    (
        Hypothesis::OneItem,
        "查询与正常商品相符",
        "looks like an honest pack",
    ),
    (Hypothesis::Copied, "标签可能被复制", "may be copied"),
    (
        Hypothesis::ImageCirculating,
        "标签图片可能在网上流传",
        "a picture of the label may be going round",
    ),
    (
        Hypothesis::LeakedBeforeActivation,
        "标签可能在激活前流出",
        "may have leaked before its activation",
    ),
    (
        Hypothesis::UsedAfterDestruction,
        "停用或销毁后仍在使用",
        "used after it was withdrawn or destroyed",
    ),
    (
        Hypothesis::OutsideMarket,
        "可能在许可市场之外销售",
        "may be sold outside its market",
    ),
    (
        Hypothesis::PoisoningSuspected,
        "可能有人恶意刷查询",
        "somebody may be asking falsely to spoil it",
    ),
];

/// The hypothesis of a word.
pub fn hypothesis_named(slug: &str) -> Option<Hypothesis> {
    let mut all = HYPOTHESES.iter().map(|(one, ..)| *one);
    all.find(|one| one.slug() == slug)
}

/// An alert.
#[derive(Clone, Debug, PartialEq)]
pub struct Alert {
    /// Its number.
    pub number: AlertNumber,
    /// What it is about.
    pub kind: AlertKind,
    /// The batch.
    pub batch: BatchNumber,
    /// Whose batch; `None` if there is no such batch.
    pub licensee: Option<LicenseeNumber>,
    /// The mark; `None` if it is the batch as a whole.
    pub index: Option<MarkIndex>,
    /// When it was raised.
    pub raised_at: Timestamp,
    /// The mark's query that raised it.
    pub query: Option<u64>,
    /// The detector's parameters that raised it.
    pub parameters: Version,
    /// The highest posterior log-odds so far, as of the last time that the list was asked for; of a batch the logarithm of its
    /// evidence.
    pub log_odds: f64,
    /// In which light its mark was seen when it was raised.
    pub light: Light,
    /// Natural logarithm of the e-value.
    pub e_value_ln: f64,
    /// What is most likely the matter.
    pub hypothesis: Hypothesis,
    /// Where it stands.
    pub state: AlertState,
    /// Who looks into it.
    pub assignee: Option<Line>,
    /// What was decided.
    pub decision: Option<Decision>,
    /// The alert that it is decided with.
    pub merged_into: Option<AlertNumber>,
    /// The case that it is part of.
    pub case: Option<CaseNumber>,
}

impl Alert {
    /// Its mark.
    pub fn mark(&self) -> Option<MarkId> {
        let batch = self.batch;
        self.index.map(|index| MarkId { batch, index })
    }

    /// What may be the matter, in words.
    pub fn matter(&self) -> Said {
        let found = HYPOTHESES.iter().find(|(one, ..)| *one == self.hypothesis);
        found.map_or_else(|| Said::new("", ""), |(_, zh, en)| Said::new(*en, *zh))
    }

    /// How strong it is, in words: of a mark the probability and the e-value, of a batch how far it is off.
    pub fn strength(&self) -> Said {
        match self.kind {
            AlertKind::SuspectedCopy => {
                strength(probability(self.log_odds), exp(self.e_value_ln.min(30.0)))
            }
            AlertKind::BatchEvidence => {
                let factor = exp(self.log_odds.min(30.0));
                said!("evidence ×{factor:.0}", "证据 ×{factor:.0}")
            }
            AlertKind::BatchRate => {
                let factor = exp(self.log_odds.min(30.0));
                said!("×{factor:.1} of its peers", "为同类批次的 {factor:.1} 倍")
            }
            AlertKind::BeforeActivation | AlertKind::WhileWithdrawn => {
                said!("a fact, no estimate", "属于事实，不是推算")
            }
        }
    }
}

/// How strong the suspicion of a mark is: the posterior probability that it was copied, and the e-value.
pub fn strength(posterior: f64, e_value: f64) -> Said {
    let percent = percent(posterior);
    said!(
        "posterior {percent}, e-value {e_value:.0}",
        "后验概率 {percent}，e 值 {e_value:.0}"
    )
}

/// A probability in percent, which no model knows to be 0 or 1.
pub fn percent(probability: f64) -> String {
    match probability {
        low if low < 0.001 => "<0.1%".to_owned(),
        high if high > 0.999 => ">99.9%".to_owned(),
        other => format!("{:.1}%", other * 100.0),
    }
}

/// Something that happened to an alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happened {
    /// Its place, from 1.
    pub place: u32,
    /// When.
    pub at: Timestamp,
    /// What.
    pub step: AlertStep,
    /// Who did it.
    pub by: Line,
    /// To whom it was given.
    pub assignee: Option<Line>,
    /// What was decided.
    pub decision: Option<Decision>,
    /// The alert or case that it became part of.
    pub other: Option<u32>,
    /// What was written.
    pub told: Option<Told>,
}

impl Happened {
    /// Whether another step of the same person says the same, whenever it was taken.
    pub fn says_the_same(&self, other: &Self) -> bool {
        let words = |one: &Self| (one.step, one.by.clone(), one.other, one.told.clone());
        let is_same = self.decision == other.decision && self.assignee == other.assignee;
        words(self) == words(other) && is_same
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alert_goes_its_path_and_no_other() {
        use AlertState as A;
        use AlertStep as S;
        for (from, step, to) in [
            (A::Open, S::Assigned, Some(A::Assigned)),
            (A::Assigned, S::Assigned, Some(A::Assigned)),
            (A::Merged, S::Assigned, None),
            (A::Decided, S::Assigned, None),
            (A::Open, S::Merged, Some(A::Merged)),
            (A::Decided, S::Merged, None),
            (A::Open, S::Decided, Some(A::Decided)),
            (A::Assigned, S::Decided, Some(A::Decided)),
            (A::Merged, S::Decided, None),
            (A::Decided, S::Decided, None),
            (A::Open, S::Reopened, None),
            (A::Decided, S::Reopened, Some(A::Open)),
            (A::Merged, S::Reopened, Some(A::Open)),
        ] {
            assert_eq!(from.after(step).ok(), to, "{from:?} {step:?}");
        }
        for state in A::ALL {
            assert_eq!(state.after(S::Noted).ok(), Some(*state));
            assert_eq!(state.after(S::Gathered).ok(), Some(*state));
        }
    }

    #[test]
    fn every_hypothesis_has_its_words() {
        for (one, zh, en) in HYPOTHESES {
            assert_eq!(hypothesis_named(one.slug()), Some(one));
            assert!(!zh.is_ascii() && en.is_ascii());
        }
        assert_eq!(hypothesis_named("nothing"), None);
    }
}
