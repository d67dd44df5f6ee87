//! The path of a licensee: 申请 → 初审 → 核准公告 → 有效 → (责令整改 → 有效) | 暂停 | 注销 | 退出 → 黑名单.
//!
//! From the measures for special marks of GI products and the city's plan of 2023: a correction order comes before an
//! end, the veto exit (一票否决) and the public blacklist (黑名单) are dated and carry the document's number.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::domain::refusal::Refusal;
use crate::domain::said::said;
use crate::domain::text::Line;
use crate::domain::words::words;

words! {
    /// Where a licensee stands.
    pub enum LicenseeState {
        /// It has applied.
        Applied = "applied" "申请",
        /// It has passed the first review.
        Reviewed = "reviewed" "初审",
        /// It was not approved. It may apply anew.
        Rejected = "rejected" "不予核准",
        /// It was approved and announced.
        Approved = "approved" "核准公告",
        /// Its right is in force.
        Active = "active" "有效",
        /// It must correct something by a date. Its right goes on, but no further order is approved.
        Correcting = "correcting" "责令整改" "under correction",
        /// Its right rests: nothing is ordered, released, delivered or activated. Marks in use stay good.
        Suspended = "suspended" "暂停",
        /// Its right has ended in order: given up, or not used for two years.
        Cancelled = "cancelled" "注销",
        /// Its right was taken by the veto (一票否决).
        Exited = "exited" "退出",
        /// It stands on the public blacklist.
        Blacklisted = "blacklisted" "黑名单",
    }
}

words! {
    /// What leads from one state to another.
    pub enum Step {
        /// The first review is passed.
        Review = "review" "初审通过" "pass the first review",
        /// Not approved.
        Reject = "reject" "不予核准",
        /// Applied anew after a rejection.
        Reapply = "reapply" "重新申请" "apply anew",
        /// Approved and announced.
        Approve = "approve" "核准公告" "approve and announce",
        /// The right comes into force.
        Admit = "admit" "准予使用" "admit to use",
        /// Ordered to correct something by a date.
        OrderCorrection = "order-correction" "责令整改" "order a correction",
        /// The correction is accepted.
        AcceptCorrection = "accept-correction" "整改合格" "accept the correction",
        /// The right rests.
        Suspend = "suspend" "暂停",
        /// The right is in force again.
        Resume = "resume" "恢复",
        /// The right ends in order.
        Cancel = "cancel" "注销",
        /// The right is taken. Needs two people.
        Exit = "exit" "退出",
        /// Onto the public blacklist. Needs two people.
        Blacklist = "blacklist" "列入黑名单" "put on the blacklist",
        /// Back to where it stood before it was cancelled, exited or blacklisted. Needs two people.
        Undo = "undo" "撤回决定" "undo the decision",
    }
}

impl Step {
    /// Whether two people must want it: one proposes, another confirms.
    pub const fn needs_two(self) -> bool {
        matches!(self, Self::Exit | Self::Blacklist | Self::Undo)
    }

    /// Whether the number of a document must stand by it.
    pub const fn needs_document(self) -> bool {
        !matches!(self, Self::Review | Self::Reapply)
    }

    /// Whether it ends the right, so that a policy date for marks in the market belongs to it.
    pub const fn ends_the_right(self) -> bool {
        matches!(self, Self::Cancel | Self::Exit)
    }
}

impl LicenseeState {
    /// The states from which a step leads on, and where to. [`Step::Undo`] leads where the licensee stood before.
    pub const fn after(self, step: Step) -> Option<Self> {
        match (self, step) {
            (Self::Applied, Step::Review) => Some(Self::Reviewed),
            (Self::Applied | Self::Reviewed, Step::Reject) => Some(Self::Rejected),
            (Self::Rejected, Step::Reapply) => Some(Self::Applied),
            (Self::Reviewed, Step::Approve) => Some(Self::Approved),
            (Self::Approved, Step::Admit)
            | (Self::Correcting, Step::AcceptCorrection)
            | (Self::Suspended, Step::Resume) => Some(Self::Active),
            (Self::Active, Step::OrderCorrection) => Some(Self::Correcting),
            (Self::Active | Self::Correcting, Step::Suspend) => Some(Self::Suspended),
            (Self::Approved | Self::Active | Self::Correcting | Self::Suspended, Step::Cancel) => {
                Some(Self::Cancelled)
            }
            (Self::Active | Self::Correcting | Self::Suspended, Step::Exit) => Some(Self::Exited),
            (Self::Exited, Step::Blacklist) => Some(Self::Blacklisted),
            _ => None,
        }
    }

    /// The steps that lead on from here.
    pub fn steps(self) -> impl Iterator<Item = Step> {
        let undo = self.has_ended().then_some(Step::Undo);
        Step::ALL
            .iter()
            .copied()
            .filter(move |step| self.after(*step).is_some())
            .chain(undo)
    }

    /// Whether the right has ended.
    pub const fn has_ended(self) -> bool {
        matches!(self, Self::Cancelled | Self::Exited | Self::Blacklisted)
    }

    /// Whether the right was granted and has not ended.
    pub const fn holds_the_right(self) -> bool {
        matches!(self, Self::Active | Self::Correcting | Self::Suspended)
    }
}

/// A step as it is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepTaken {
    /// Which step.
    pub step: Step,
    /// The day of the decision.
    pub date: Date,
    /// Why; public for ended rights.
    pub ground: Line,
    /// The number of the document (文号).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<Line>,
    /// Until when the correction must be done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Date>,
    /// The policy date: until when marks in the market stay good when the right ends. By default the moment of entry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub marks_good_until: Option<Timestamp>,
}

impl StepTaken {
    /// Whether everything stands by it that belongs to such a step, and nothing else.
    ///
    /// # Errors
    /// [`Refusal`] of the kind invalid.
    pub fn check(&self, today: Date) -> Result<(), Refusal> {
        let step = self.step;
        if self.date > today {
            return Err(Refusal::invalid(
                said!(
                    "the decision is of {}, which is still to come",
                    "决定日期 {} 尚未到来",
                    self.date
                ),
                said!(
                    "a step is entered when it is decided",
                    "请在作出决定之后登记"
                ),
            ));
        }
        if step.needs_document() && self.document.is_none() {
            return Err(Refusal::invalid(
                said!(
                    "{} needs the number of a document", step.slug();
                    "“{}”须有文号", step.chinese()
                ),
                said!(
                    "name the decision, announcement or order it rests on",
                    "请填写所依据的决定、公告或通知的文号"
                ),
            ));
        }
        match (step, self.due) {
            (Step::OrderCorrection, None) => Err(Refusal::invalid(
                said!(
                    "a correction order needs a date until when",
                    "责令整改须有整改期限"
                ),
                said!(
                    "name the last day of the time allowed",
                    "请填写期限的最后一天"
                ),
            )),
            (Step::OrderCorrection, Some(due)) if due < self.date => Err(Refusal::invalid(
                said!(
                    "the correction is due on {due}, before it was ordered on {}",
                    "整改期限 {due} 早于责令整改的日期 {}",
                    self.date
                ),
                said!("look at the year", "请核对年份"),
            )),
            (Step::OrderCorrection, Some(_)) | (_, None) => Ok(()),
            (_, Some(_)) => Err(Refusal::invalid(
                said!(
                    "{} has no date until when", step.slug();
                    "“{}”没有期限", step.chinese()
                ),
                said!(
                    "only a correction order has one",
                    "只有责令整改才填写期限，请去掉这一项"
                ),
            )),
        }?;
        if self.marks_good_until.is_some() && !step.ends_the_right() {
            return Err(Refusal::invalid(
                said!(
                    "{} does not end the right: marks stay good", step.slug();
                    "“{}”不终止使用权，标志继续有效", step.chinese()
                ),
                said!("leave out the policy date", "请去掉在市标志的截止日期"),
            ));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_is_as_drawn() {
        let mut drawn = String::new();
        for state in LicenseeState::ALL {
            let steps: Vec<&str> = state.steps().map(Step::slug).collect();
            drawn.push_str(&format!("{}: {}\n", state.slug(), steps.join(" ")));
        }
        assert_eq!(
            drawn,
            "applied: review reject\nreviewed: reject approve\nrejected: reapply\napproved: admit cancel\n\
             active: order-correction suspend cancel exit\n\
             correcting: accept-correction suspend cancel exit\nsuspended: resume cancel exit\n\
             cancelled: undo\nexited: blacklist undo\nblacklisted: undo\n"
        );
    }
}
