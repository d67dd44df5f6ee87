//! What an event has to say besides which marks it is about.

use super::which::Meant;
use crate::domain::calendar::day_of;
use crate::domain::event::{EventKind, Withdrawal};
use crate::domain::ledger::entry::Destruction;
use crate::domain::lot::LotNumber;
use crate::domain::text::Line;
use crate::http::console::guard::Visit;
use crate::http::console::read::Reader;
use crate::http::console::typed::Typed;
use crate::http::console::words::{Two, two};
use crate::service::marks::Change;
use crate::service::marks::printing::{self, Spoiled};
use crate::service::system;

/// How the pages speak of an event.
pub struct Said {
    /// The title of its page.
    pub title: Two,
    /// What its button says.
    pub button: Two,
}

/// How the pages speak of an event.
pub const fn said(event: EventKind) -> Said {
    let (title, button) = match event {
        EventKind::Printed => (
            two("登记印制", "Report labels printed"),
            two("登记印制", "Report"),
        ),
        EventKind::Delivered => (
            two("登记发放", "Report labels sent"),
            two("登记发放", "Report"),
        ),
        EventKind::Received => (
            two("确认签收", "Confirm receipt"),
            two("确认签收", "Confirm receipt"),
        ),
        EventKind::Activated => (two("激活标志", "Activate marks"), two("激活", "Activate")),
        EventKind::Used => (
            two("登记使用", "Report labels used"),
            two("登记使用", "Report"),
        ),
        EventKind::Withdrawn(Withdrawal::Spoiled) => (
            two("登记作废", "Report labels spoiled"),
            two("登记作废", "Report"),
        ),
        EventKind::Withdrawn(Withdrawal::Lost) => (
            two("登记遗失、被盗", "Report labels lost or stolen"),
            two("登记遗失", "Report"),
        ),
        EventKind::Withdrawn(Withdrawal::Returned) => (
            two("登记退回", "Report labels returned"),
            two("登记退回", "Report"),
        ),
        EventKind::Withdrawn(Withdrawal::Destroyed) => (
            two("登记销毁", "Report labels destroyed"),
            two("登记销毁", "Report"),
        ),
        EventKind::Withdrawn(Withdrawal::Frozen) => {
            (two("冻结标志", "Freeze marks"), two("冻结", "Freeze"))
        }
        EventKind::Withdrawn(Withdrawal::Recalled) => {
            (two("召回标志", "Recall marks"), two("召回", "Recall"))
        }
        EventKind::Withdrawn(Withdrawal::Revoked) => {
            (two("撤销标志", "Revoke marks"), two("撤销", "Revoke"))
        }
        EventKind::Restored(_) => (two("解除冻结", "Let marks go again"), two("解除", "Let go")),
        EventKind::Undone(_) => (two("更正", "Correct"), two("更正", "Correct")),
    };
    Said { title, button }
}

/// The name of an event in the language of the page.
pub fn name_in(visit: &Visit, event: EventKind) -> String {
    visit.one_of(event.chinese(), event.english()).to_owned()
}

/// What was said.
pub struct Words {
    reason: Option<Line>,
    document: Option<Line>,
    receiver: Option<Line>,
    lot: Option<LotNumber>,
    destruction: Option<Destruction>,
    spoiled: Option<(String, Line)>,
}

impl Words {
    /// Reads the fields that the event has.
    pub fn read(event: EventKind, typed: &Typed, reader: &mut Reader<'_>) -> Option<Self> {
        let needs_reason = matches!(event, EventKind::Withdrawn(_) | EventKind::Restored(_));
        let is_printing = event == EventKind::Printed;
        let has_spoiled = is_printing && !typed.get("spoiled").is_empty();
        let reason = match needs_reason {
            true => reader.line("reason").map(Some),
            false => reader.optional_line("reason"),
        };
        let document = reader.optional_line("document");
        let receiver = match event {
            EventKind::Delivered => reader.line("receiver").map(Some),
            _ => reader.optional_line("receiver"),
        };
        let lot = match event {
            EventKind::Activated if typed.get("lot").is_empty() => {
                reader.wrong(
                    "lot",
                    "请选择检验合格的批次；没有列出的，页首说明原因",
                    "Choose a lot that has passed its test; above is said why others are not offered",
                );
                None
            }
            EventKind::Activated => reader.number::<u32>("lot").map(|lot| Some(LotNumber(lot))),
            _ => Some(None),
        };
        let is_destroyed = event == EventKind::Withdrawn(Withdrawal::Destroyed)
            || (has_spoiled
                && ["witness1", "witness2"]
                    .iter()
                    .any(|name| !typed.get(name).is_empty()));
        let destruction = match is_destroyed {
            true => destruction(reader).map(Some),
            false => Some(None),
        };
        let spoiled = match has_spoiled {
            true => {
                let lines = typed.untrimmed("spoiled").to_owned();
                reader.line("spoiled_reason").map(|why| Some((lines, why)))
            }
            false => Some(None),
        };
        Some(Self {
            reason: reason?,
            document: document?,
            receiver: receiver?,
            lot: lot?,
            destruction: destruction?,
            spoiled: spoiled?,
        })
    }

    /// What is to be written down. `takes_the_good`: what can be taken, even if some cannot.
    pub fn changes<'a>(
        &'a self,
        event: EventKind,
        meant: &'a Meant,
        takes_the_good: bool,
    ) -> Vec<Change<'a>> {
        let change = Change {
            // What was spoiled or lost before stays so when a whole run is reported printed.
            skip_bad: takes_the_good || (event == EventKind::Printed && meant.field == "all"),
            reason: self.reason.clone(),
            document: self.document.clone(),
            receiver: self.receiver.clone(),
            lot: self.lot,
            ..Change::new(event, meant.which(), meant.batch)
        };
        match event {
            EventKind::Printed => printing::report(change, self.spoiled()),
            _ => vec![Change {
                destruction: self.destruction.clone(),
                ..change
            }],
        }
    }

    fn spoiled(&self) -> Option<Spoiled<'_>> {
        let (lines, reason) = self.spoiled.as_ref()?;
        Some(Spoiled {
            lines,
            reason: reason.clone(),
            destruction: self.destruction.clone(),
        })
    }

    /// Of a printing house's report what is spoiled, alone.
    pub fn spoiled_alone<'a>(&'a self, meant: &'a Meant) -> Option<Change<'a>> {
        let printed = Change::new(EventKind::Printed, meant.which(), meant.batch);
        let spoiled = self.spoiled()?;
        printing::report(printed, Some(spoiled)).into_iter().next()
    }
}

fn destruction(reader: &mut Reader<'_>) -> Option<Destruction> {
    let date = reader.day("date");
    let (one, other) = (reader.line("witness1"), reader.line("witness2"));
    if one.is_some() && one == other {
        reader.wrong(
            "witness2",
            "两名见证人须是两个人",
            "The two witnesses must be two people",
        );
        return None;
    }
    if date.is_some_and(|date| date > day_of(system::now())) {
        reader.wrong("date", "销毁日期不能晚于今天", "This day is still to come");
        return None;
    }
    Some(Destruction {
        date: date?,
        witnesses: (one?, other?),
    })
}
