//! What waits for somebody in the office, and by when it should be done.
//!
//! Rules give few deadlines. Where none was found the office's own aim stands in its place and is called an aim: it is
//! an assumption until the authority lays something down (`docs/decisions/0018-reports.md`).

use jiff::civil::Date;

use super::working_days;

/// Working days within which a first review is done (in Hunan 10 for 初审, and 10 for 变更).
pub const FIRST_REVIEW_WORKING_DAYS: u16 = 10;
/// Working days that the office gives itself, and asks of printers and licensees, where no rule says anything: as many as
/// Hunan gives for a change.
pub const AIM_WORKING_DAYS: u16 = 10;

/// Working days within which whoever sent a tip is told whether it is accepted, from the day on which it came in
/// (市场监督管理投诉举报处理暂行办法, article 14: 自收到投诉之日起七个工作日内).
pub const TIP_ACCEPTANCE_WORKING_DAYS: u16 = 7;
/// Working days within which the office has looked into a tip and decided whether there is a case, from the day on which it
/// came in, not from its acceptance (市场监督管理行政处罚程序规定, article 18: 自发现线索或者收到材料之日起十五个工作日内予以核查,
/// 决定是否立案).
pub const TIP_DECISION_WORKING_DAYS: u16 = 15;

/// A kind of thing that waits. In the order of a licence's and then of a label's life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Matter {
    /// An application waits for its first review.
    FirstReview,
    /// A reviewed application waits to be approved and announced.
    Approval,
    /// An approved applicant waits for its right to come into force.
    Admission,
    /// The time for a correction is over.
    Correction,
    /// Two years without use have passed, or soon will have.
    NonUse,
    /// A step waits for its second person.
    SecondPerson,
    /// An order waits for approval.
    OrderApproval,
    /// An approved order has no printer.
    OrderPrinter,
    /// An approved order waits for its codes.
    OrderIssue,
    /// An issued order waits for its data pack to be released.
    OrderRelease,
    /// A second download of an order's pack waits for another person.
    PackAgain,
    /// The printer has not reported all labels of an order.
    PrintReport,
    /// Printed labels wait to be sent.
    Delivery,
    /// Labels were sent and not received.
    Receipt,
    /// A lot has no inspection report.
    LotReport,
    /// Labels with the licensee are not activated.
    Activation,
    /// Activated labels are not reported used.
    Use,
    /// A lot is recalled, and some of its marks are not returned.
    Recall,
    /// Spoiled or returned labels wait to be destroyed before two witnesses.
    Destruction,
    /// All labels of an order are accounted for: it can be closed.
    OrderClosing,
    /// A transfer of quantity waits for one side.
    Transfer,
    /// Marks are frozen: a case is open.
    Frozen,
    /// A tip waits to be accepted.
    TipAcceptance,
    /// An accepted tip waits to be decided.
    TipDecision,
    /// An alert waits to be decided.
    Alert,
    /// What the office told a licensee waits for its answer.
    Notice,
    /// What a licensee answered waits for the office.
    Answer,
    /// A person has not set up the account that was made.
    Account,
}

/// On what a deadline rests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A rule.
    Rule,
    /// The decision itself names the day.
    Decision,
    /// The office's own aim.
    Aim,
}

/// By when something should be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadline {
    /// The last day.
    pub due: Date,
    /// On what it rests.
    pub source: Source,
}

/// How much time is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Left {
    /// So many working days after today; 0 if it is due today.
    Days(u32),
    /// It is over, for so many working days.
    Over(u32),
}

impl Matter {
    /// Working days from the day on which it began to wait, and on what that rests; `None` where the thing itself names
    /// the day.
    pub const fn term(self) -> Option<(u16, Source)> {
        match self {
            Self::FirstReview => Some((FIRST_REVIEW_WORKING_DAYS, Source::Rule)),
            Self::TipAcceptance => Some((TIP_ACCEPTANCE_WORKING_DAYS, Source::Rule)),
            Self::TipDecision => Some((TIP_DECISION_WORKING_DAYS, Source::Rule)),
            Self::Correction | Self::NonUse => None,
            Self::Approval
            | Self::Admission
            | Self::SecondPerson
            | Self::OrderApproval
            | Self::OrderPrinter
            | Self::OrderIssue
            | Self::OrderRelease
            | Self::PackAgain
            | Self::PrintReport
            | Self::Delivery
            | Self::Receipt
            | Self::LotReport
            | Self::Activation
            | Self::Use
            | Self::Recall
            | Self::Destruction
            | Self::OrderClosing
            | Self::Transfer
            | Self::Frozen
            | Self::Alert
            | Self::Notice
            | Self::Answer
            | Self::Account => Some((AIM_WORKING_DAYS, Source::Aim)),
        }
    }

    /// The deadline of what waits since a day. For a matter that names its day itself, that day.
    pub fn deadline(self, since: Date) -> Deadline {
        match self.term() {
            Some((days, source)) => Deadline {
                due: working_days::add(since, days),
                source,
            },
            None => Deadline {
                due: since,
                source: if self == Self::NonUse {
                    Source::Rule
                } else {
                    Source::Decision
                },
            },
        }
    }
}

impl Deadline {
    /// What is left of it.
    pub fn left(self, today: Date) -> Left {
        if today <= self.due {
            Left::Days(working_days::between(today, self.due))
        } else {
            Left::Over(working_days::between(self.due, today))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_first_review_has_ten_working_days_by_rule() {
        let deadline = Matter::FirstReview.deadline(date(2026, 2, 9));
        assert_eq!(deadline.due, date(2026, 2, 28));
        assert_eq!(deadline.source, Source::Rule);
        for (today, left) in [
            (date(2026, 2, 9), Left::Days(10)),
            (date(2026, 2, 15), Left::Days(5)),
            (date(2026, 2, 28), Left::Days(0)),
            (date(2026, 3, 1), Left::Over(0)), // a Sunday
            (date(2026, 3, 2), Left::Over(1)),
        ] {
            assert_eq!(deadline.left(today), left, "{today}");
        }
    }

    #[test]
    fn what_names_its_day_itself_is_due_on_that_day() {
        let day = date(2026, 5, 6);
        assert_eq!(Matter::Correction.deadline(day).due, day);
        assert_eq!(Matter::Correction.deadline(day).source, Source::Decision);
        assert_eq!(Matter::NonUse.deadline(day).source, Source::Rule);
        assert_eq!(Matter::OrderApproval.deadline(day).source, Source::Aim);
    }
}
