//! Tips (举报线索): what people tell the office about a suspect pack, and the path that a tip takes.
//!
//! `received → accepted → decided`, with `handed-on` between the two where a case team takes it; `rejected` in place of
//! accepting, and `withdrawn` by whoever sent it, as long as it is open.

mod key;
mod ticket;
mod told;

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};

use super::calendar::day_of;
use super::deadline::{Deadline, Matter};
use super::mark::MarkId;
use super::place::Prefecture;
use super::refusal::Refusal;
use super::said::said;
use super::text::Line;
use super::words::{numbered, words};
use super::working_days;

pub use key::{FormName, TipKey};
pub use ticket::Ticket;
pub use told::{Told, ToldError};

/// Photos of one tip, all its additions together.
pub const MOST_PHOTOS: u32 = 12;
/// Photos that come at once.
pub const MOST_PHOTOS_AT_ONCE: usize = 4;
/// Steps of one tip: a conversation that is longer belongs on the telephone.
pub const MOST_STEPS: u32 = 60;
/// Days after its end for which the contact of a tip is kept: time to ask again, and for an appeal (行政复议, 60 days from the
/// decision), and no longer.
pub const CONTACT_DAYS: u16 = 180;

numbered! {
    /// The number of a tip within the office, from 1. Whoever sent it has a [`Ticket`] instead.
    pub struct TipNumber(u32);
}

words! {
    /// What is suspect about a pack. None of them says that anybody did wrong.
    pub enum TipKind {
        /// The label looks otherwise than others.
        Looks = "looks" "标志的样子可疑" "the mark looks different",
        /// The code or serial is not taken.
        NotTaken = "not-taken" "扫码或编号查不到" "the code is not accepted",
        /// What the check page says and what the pack says differ.
        Differs = "differs" "查到的信息与包装不符" "the data differ from the pack",
        /// The hidden code was used before.
        Claimed = "claimed" "暗码已被用过" "the hidden code was already used",
        /// The product itself.
        Quality = "quality" "产品质量" "quality of the product",
        /// Price, or how it is sold.
        Sale = "sale" "价格或销售方式可疑" "price or way of selling",
        /// Something else.
        Other = "other" "其他" "something else",
    }
}

words! {
    /// Where a tip stands.
    pub enum TipState {
        /// Nobody has taken it in hand.
        Received = "received" "待受理" "received",
        /// The office looks into it.
        Accepted = "accepted" "已受理" "accepted",
        /// The case team has it.
        HandedOn = "handed-on" "已移交办案" "handed on",
        /// The office has told what came of it.
        Decided = "decided" "已办结" "decided",
        /// The office does not look into it, and has told why.
        Rejected = "rejected" "不予受理" "rejected",
        /// Whoever sent it took it back.
        Withdrawn = "withdrawn" "已撤回" "withdrawn",
    }
}

words! {
    /// What happens to a tip.
    pub enum TipStep {
        /// Sent by a person.
        Sent = "sent" "提交" "sent",
        /// Something was added by the person.
        Added = "added" "补充" "added to",
        /// Taken back by the person.
        TakenBack = "taken-back" "撤回" "taken back",
        /// Accepted by the office.
        Accepted = "accepted" "受理" "accepted",
        /// The office wrote to the person.
        Message = "message" "回复" "message",
        /// Handed on to the case team.
        HandedOn = "handed-on" "移交办案" "handed on",
        /// Decided.
        Decided = "decided" "处理结果" "decided",
        /// Not accepted.
        Rejected = "rejected" "不予受理" "rejected",
        /// The contact was erased, for its time was over.
        Erased = "erased" "删除联系方式" "contact erased",
    }
}

impl TipState {
    /// Whether somebody still has to do something.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Received | Self::Accepted | Self::HandedOn)
    }

    /// Where a tip stands after a step.
    ///
    /// # Errors
    /// If the step cannot be taken from here.
    pub fn after(self, step: TipStep) -> Result<Self, Refusal> {
        use TipStep as S;
        match (self, step) {
            (state, S::Erased) if !state.is_open() => Ok(state),
            // The office may explain what it decided; nobody reads what is written to a tip that was taken back.
            (state, S::Message) if state != Self::Withdrawn => Ok(state),
            (state, S::Added) if state.is_open() => Ok(state),
            (state, S::TakenBack) if state.is_open() => Ok(Self::Withdrawn),
            (Self::Received, S::Accepted) => Ok(Self::Accepted),
            // Once it is accepted, what came of it is decided, and told.
            (Self::Received, S::Rejected) => Ok(Self::Rejected),
            (Self::Accepted, S::HandedOn) => Ok(Self::HandedOn),
            (Self::Accepted | Self::HandedOn, S::Decided) => Ok(Self::Decided),
            _ => Err(refused(self)),
        }
    }

    /// For what somebody waits.
    pub const fn matter(self) -> Option<Matter> {
        match self {
            Self::Received => Some(Matter::TipAcceptance),
            Self::Accepted | Self::HandedOn => Some(Matter::TipDecision),
            Self::Decided | Self::Rejected | Self::Withdrawn => None,
        }
    }
}

fn refused(state: TipState) -> Refusal {
    Refusal::conflict(
        said!(
            "the tip is {}: that step is not open", state.english();
            "线索{}，不能再办理这一步", state.chinese()
        ),
        said!(
            "its state says which steps are open: `yuanmark tip show` tells it",
            "请刷新线索页面，查看可以办理的步骤"
        ),
    )
}

/// What a person tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewTip {
    /// What is suspect.
    pub kind: TipKind,
    /// In the person's words.
    pub told: Told,
    /// Where it was bought.
    pub prefecture: Option<Prefecture>,
    /// At which shop, market or platform.
    pub seller: Option<Line>,
    /// When.
    pub bought: Option<Date>,
    /// The serial, or whatever was typed in its place.
    pub serial: Option<Line>,
}

/// A tip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tip {
    /// Its number in the office.
    pub number: TipNumber,
    /// What was told at first.
    pub new: NewTip,
    /// The mark that its serial names, if it names one; there may be no such batch.
    pub mark: Option<MarkId>,
    /// Whether there is a contact.
    pub has_contact: bool,
    /// Where it stands.
    pub state: TipState,
    /// Since when.
    pub state_at: Timestamp,
    /// Who in the office took the last step that changed that.
    pub handler: Option<Line>,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// How often the person added something since the office's last step: what nobody has answered yet.
    pub unanswered: u32,
}

/// Something that happened to a tip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happened {
    /// Its place, from 1.
    pub place: u32,
    /// When.
    pub at: Timestamp,
    /// What.
    pub step: TipStep,
    /// Who in the office; `None` if it was the person.
    pub by: Option<Line>,
    /// What was written.
    pub told: Option<Told>,
}

impl Tip {
    /// By when the next step is due. Both terms run from the day on which it came in, whatever was done since:
    /// [`Matter::TipAcceptance`] and [`Matter::TipDecision`] say by which rules.
    pub fn deadline(&self) -> Option<Deadline> {
        let matter = self.state.matter()?;
        Some(matter.deadline(day_of(self.sent_at)))
    }
}

/// The first day whose tips are not overdue today, if they have so many working days.
pub fn first_in_time(today: Date, working_days: u16) -> Date {
    let mut first = today;
    while let Ok(before) = first.yesterday()
        && working_days::add(before, working_days) >= today
    {
        first = before;
    }
    first
}

/// The moment before which a closed tip's contact is too old, on this day.
pub fn contacts_end(now: Timestamp) -> Timestamp {
    let hours = i64::from(CONTACT_DAYS) * 24;
    now.checked_sub(hours.hours()).unwrap_or(Timestamp::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_tip_goes_its_path_and_no_other() {
        use TipState as T;
        use TipStep as S;
        for (from, step, to) in [
            (T::Received, S::Accepted, Some(T::Accepted)),
            (T::Received, S::Rejected, Some(T::Rejected)),
            (T::Received, S::Decided, None),
            (T::Received, S::HandedOn, None),
            (T::Received, S::Added, Some(T::Received)),
            (T::Received, S::Message, Some(T::Received)),
            (T::Received, S::TakenBack, Some(T::Withdrawn)),
            (T::Received, S::Erased, None),
            (T::Accepted, S::Accepted, None),
            (T::Accepted, S::Rejected, None),
            (T::Accepted, S::HandedOn, Some(T::HandedOn)),
            (T::Accepted, S::Decided, Some(T::Decided)),
            (T::HandedOn, S::HandedOn, None),
            (T::HandedOn, S::Decided, Some(T::Decided)),
            (T::HandedOn, S::TakenBack, Some(T::Withdrawn)),
            (T::Decided, S::Decided, None),
            (T::Decided, S::Message, Some(T::Decided)),
            (T::Decided, S::Added, None),
            (T::Decided, S::TakenBack, None),
            (T::Decided, S::Erased, Some(T::Decided)),
            (T::Rejected, S::Accepted, None),
            (T::Withdrawn, S::Message, None),
            (T::Withdrawn, S::TakenBack, None),
            (T::Withdrawn, S::Erased, Some(T::Withdrawn)),
        ] {
            assert_eq!(from.after(step).ok(), to, "{from:?} {step:?}");
        }
        for state in T::ALL {
            assert!(state.after(S::Sent).is_err());
        }
    }

    #[test]
    fn what_is_overdue_follows_from_the_day_of_sending() {
        // Sent on Monday the 9th of March 2026: seven working days later is Wednesday the 18th.
        let sent = date(2026, 3, 9);
        assert_eq!(Matter::TipAcceptance.deadline(sent).due, date(2026, 3, 18));
        assert_eq!(first_in_time(date(2026, 3, 18), 7), sent);
        assert!(first_in_time(date(2026, 3, 19), 7) > sent);
        assert_eq!(Matter::TipDecision.deadline(sent).due, date(2026, 3, 30));
        assert_eq!(first_in_time(date(2026, 3, 30), 15), sent);
    }
}
