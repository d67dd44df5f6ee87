//! What about a licensee needs somebody's attention today. Nothing has to be scheduled: it follows from the dates.

use jiff::ToSpan;
use jiff::civil::Date;

use super::{Licensee, LicenseeState};
use crate::domain::text::Line;

/// Years without use after which the right may end (measures for special marks of GI products: 连续两年未使用).
pub const NON_USE_YEARS: i32 = 2;
/// Days before the non-use clock runs out from which it is told.
const NON_USE_NOTICE_DAYS: i32 = 90;

/// Something to be looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attention {
    /// A correction is not accepted yet, and its time is over.
    CorrectionOverdue {
        /// The last day of the time allowed.
        due: Date,
    },
    /// Two years without use have passed.
    NotUsed {
        /// The last use, or when the right came into force.
        since: Date,
    },
    /// Two years without use will soon have passed.
    NotUsedSoon {
        /// The last use, or when the right came into force.
        since: Date,
        /// The day on which the two years have passed.
        until: Date,
    },
    /// A step waits for its second person.
    WaitsForSecond {
        /// Who proposed it.
        by: Line,
    },
}

impl Attention {
    /// The word for JSON and tables.
    pub const fn slug(&self) -> &'static str {
        match self {
            Self::CorrectionOverdue { .. } => "correction_overdue",
            Self::NotUsed { .. } => "not_used",
            Self::NotUsedSoon { .. } => "not_used_soon",
            Self::WaitsForSecond { .. } => "waits_for_second",
        }
    }

    /// In one line, for the office.
    pub fn in_chinese(&self) -> String {
        match self {
            Self::CorrectionOverdue { due } => format!("整改已于 {due} 到期"),
            Self::NotUsed { since } => format!("自 {since} 起未使用，已满 {NON_USE_YEARS} 年"),
            Self::NotUsedSoon { since, until } => {
                format!("自 {since} 起未使用，{until} 将满 {NON_USE_YEARS} 年")
            }
            Self::WaitsForSecond { by } => format!("{by} 提出的事项待另一人复核"),
        }
    }

    /// In one line.
    pub fn in_words(&self) -> String {
        match self {
            Self::CorrectionOverdue { due } => format!("the correction was due on {due}"),
            Self::NotUsed { since } => {
                format!("not used since {since}, for more than {NON_USE_YEARS} years")
            }
            Self::NotUsedSoon { since, until } => {
                format!("not used since {since}; {NON_USE_YEARS} years will have passed on {until}")
            }
            Self::WaitsForSecond { by } => {
                format!("a step proposed by {by} waits for a second person")
            }
        }
    }
}

impl Licensee {
    /// The day on which two years without use will have passed; `None` if the right is not in force.
    pub fn non_use_ends(&self) -> Option<Date> {
        let since = self.last_use.max(self.in_force_since)?;
        let until = since.checked_add(NON_USE_YEARS.years()).ok()?;
        self.state.holds_the_right().then_some(until)
    }

    /// The first day on which something needs attention, if nothing changes before.
    pub fn attention_from(&self) -> Option<Date> {
        let pending = self.pending.as_ref();
        let waits = pending.map(|pending| crate::domain::calendar::day_of(pending.at));
        let notice = self
            .non_use_ends()
            .map(|until| until.saturating_sub(NON_USE_NOTICE_DAYS.days()));
        let overdue = self
            .correction_due
            .filter(|_| self.state == LicenseeState::Correcting)
            .and_then(|due| due.tomorrow().ok());
        waits.into_iter().chain(notice).chain(overdue).min()
    }

    /// What needs attention on this day.
    pub fn attention(&self, today: Date) -> Vec<Attention> {
        let mut found = Vec::new();
        if let (LicenseeState::Correcting, Some(due)) = (self.state, self.correction_due)
            && due < today
        {
            found.push(Attention::CorrectionOverdue { due });
        }
        if let (Some(until), Some(since)) =
            (self.non_use_ends(), self.last_use.max(self.in_force_since))
        {
            let notice = until.saturating_sub(NON_USE_NOTICE_DAYS.days());
            if until <= today {
                found.push(Attention::NotUsed { since });
            } else if notice <= today {
                found.push(Attention::NotUsedSoon { since, until });
            }
        }
        if let Some(pending) = &self.pending {
            let by = pending.by.clone();
            found.push(Attention::WaitsForSecond { by });
        }
        found
    }
}
