//! With what a case can end.

use super::CaseResult;
use super::step::{CaseStep, Happened};
use crate::domain::alert::{Alert, Decision, Verdict};
use crate::domain::refusal::Refusal;
use crate::domain::said::said;
use crate::domain::tip::Tip;

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
        let confirmed = alerts.iter().find(is_copy);
        if self == Self::CopiesFound && confirmed.is_none() && !alerts.is_empty() && tips.is_empty()
        {
            return Err(Refusal::conflict(
                said!(
                    "no alert of the case is decided as a confirmed copy",
                    "案件中没有判定为确认复制的预警"
                ),
                said!(
                    "close the case with another result, or reopen the alert that was one and decide it anew",
                    "请选择其他结案结果，或先重新处理并判定有关预警"
                ),
            ));
        }
        match confirmed {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_found_in_a_case_of_nothing() {
        for result in CaseResult::ALL {
            let fits = result.fits(&[], &[], &[]);
            let is_a_finding = matches!(result, CaseResult::CopiesFound | CaseResult::MarksMisused);
            assert_eq!(fits.is_err(), is_a_finding, "{result:?}");
        }
    }
}
