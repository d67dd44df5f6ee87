//! What happens to marks, command by command.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use jiff::civil::Date;

use super::print::{changed_json, changed_text};
use super::which::Which;
use crate::cli::arguments::{Caller, Installation};
use crate::cli::failure::Failure;
use crate::cli::files::read_list;
use crate::cli::output::Output;
use crate::cli::values::{date, entry, line, number};
use crate::domain::event::{EventKind, Withdrawal};
use crate::domain::ledger::entry::Destruction;
use crate::domain::lot::LotNumber;
use crate::domain::text::Line;
use crate::service::desk::Call;
use crate::service::marks::printing::{self, Spoiled};
use crate::service::marks::{self, Change, Changed, Which as Chosen};

/// What can stand by any report.
#[derive(Args)]
pub(in crate::cli) struct Remarks {
    /// The number of a document
    #[arg(long, value_parser = line)]
    document: Option<Line>,
    /// A remark
    #[arg(long, value_parser = line)]
    reason: Option<Line>,
    #[command(flatten)]
    caller: Caller,
}

/// Why something is done that cannot be done without a reason.
#[derive(Args)]
pub(in crate::cli) struct Grounds {
    /// The reason, which the public may read
    #[arg(long, value_parser = line)]
    reason: Line,
    /// The number of the decision or report
    #[arg(long, value_parser = line)]
    document: Option<Line>,
    #[command(flatten)]
    caller: Caller,
}

#[derive(Args)]
pub(in crate::cli) struct Printed {
    #[command(flatten)]
    which: Which,
    /// With --all: report the labels of this file spoiled (印制作废), and all others printed
    #[arg(long, value_name = "FILE", requires = "reason",
        conflicts_with_all = ["range", "serial", "file", "container", "skip_bad"])]
    except_spoiled: Option<PathBuf>,
    #[command(flatten)]
    remarks: Remarks,
}

#[derive(Args)]
pub(in crate::cli) struct Delivered {
    #[command(flatten)]
    which: Which,
    /// Who received them
    #[arg(long, value_parser = line, value_name = "NAME")]
    receiver: Option<Line>,
    #[command(flatten)]
    remarks: Remarks,
}

#[derive(Args)]
pub(in crate::cli) struct Received {
    #[command(flatten)]
    which: Which,
    /// What this entry of the ledger sent
    #[arg(long, value_parser = entry(), value_name = "ENTRY",
        conflicts_with_all = ["batch", "range", "serial", "file", "all", "container"])]
    delivery: Option<u64>,
    #[command(flatten)]
    remarks: Remarks,
}

#[derive(Args)]
pub(in crate::cli) struct Activate {
    #[command(flatten)]
    which: Which,
    /// The lot (生产批次) they are for; its newest test is passed
    #[arg(long, value_parser = number(LotNumber), value_name = "NUMBER")]
    lot: LotNumber,
    #[command(flatten)]
    remarks: Remarks,
}

#[derive(Args)]
pub(in crate::cli) struct Used {
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    remarks: Remarks,
}

#[derive(Args)]
pub(in crate::cli) struct Withdraw {
    /// Why; frozen and recalled can be undone, the others cannot
    #[arg(long)]
    kind: Kind,
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    grounds: Grounds,
    /// destroyed: the day (销毁日期)
    #[arg(long, value_parser = date, required_if_eq("kind", "destroyed"))]
    date: Option<Date>,
    /// destroyed: who saw it (见证人); twice, two people
    #[arg(long, value_parser = line, value_name = "NAME", required_if_eq("kind", "destroyed"))]
    witness: Vec<Line>,
    /// returned: who took them back
    #[arg(long, value_parser = line, value_name = "NAME")]
    receiver: Option<Line>,
}

#[derive(Args)]
pub(in crate::cli) struct Restore {
    /// What to undo
    #[arg(long)]
    kind: Undoable,
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    grounds: Grounds,
}

#[derive(Clone, Copy, ValueEnum)]
pub(super) enum Kind {
    /// 撤销: taken back for good
    Revoked,
    /// 销毁: destroyed, with witnesses
    Destroyed,
    /// 遗失、被盗: lost or stolen
    Lost,
    /// 退回: given back unused
    Returned,
    /// 作废: spoiled in printing or in use
    Spoiled,
    /// 召回: the lot is recalled
    Recalled,
    /// 冻结: a case is open
    Frozen,
}

impl From<Kind> for Withdrawal {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Revoked => Self::Revoked,
            Kind::Destroyed => Self::Destroyed,
            Kind::Lost => Self::Lost,
            Kind::Returned => Self::Returned,
            Kind::Spoiled => Self::Spoiled,
            Kind::Recalled => Self::Recalled,
            Kind::Frozen => Self::Frozen,
        }
    }
}

#[derive(Clone, Copy, ValueEnum)]
pub(super) enum Undoable {
    /// 召回
    Recalled,
    /// 冻结
    Frozen,
}

impl From<Undoable> for Withdrawal {
    fn from(kind: Undoable) -> Self {
        match kind {
            Undoable::Recalled => Self::Recalled,
            Undoable::Frozen => Self::Frozen,
        }
    }
}

/// Writes a change down.
async fn enter(place: &Installation, call: &Call, change: &Change<'_>) -> Result<Changed, Failure> {
    let (keys, store) = place.open().await?;
    Ok(marks::change(&store, &keys, call, change).await?)
}

/// What is to happen to the marks that were named, with what can stand by any event.
fn change_of<'a>(event: EventKind, which: &Which, chosen: Chosen<'a>) -> Change<'a> {
    Change {
        skip_bad: which.skip_bad,
        ..Change::new(event, chosen, which.batch)
    }
}

async fn report(
    place: &Installation,
    output: &mut Output,
    caller: &Caller,
    change: &Change<'_>,
) -> Result<(), Failure> {
    let changed = enter(place, &caller.call(), change).await?;
    output.result(
        &changed_json(change.event, &changed),
        &changed_text(change.event, &changed),
    )
}

impl Remarks {
    fn by<'a>(&self, change: Change<'a>) -> Change<'a> {
        Change {
            reason: self.reason.clone(),
            document: self.document.clone(),
            ..change
        }
    }
}

impl Grounds {
    fn by<'a>(&self, change: Change<'a>) -> Change<'a> {
        Change {
            reason: Some(self.reason.clone()),
            document: self.document.clone(),
            ..change
        }
    }
}

impl Printed {
    pub(super) async fn run(
        self,
        place: &Installation,
        output: &mut Output,
    ) -> Result<(), Failure> {
        let named = self.which.named()?;
        let printed = change_of(EventKind::Printed, &self.which, named.chosen());
        let Some(path) = &self.except_spoiled else {
            let printed = self.remarks.by(printed);
            return report(place, output, &self.remarks.caller, &printed).await;
        };
        let text = read_list(path)?;
        let spoiled = self.remarks.reason.clone().map(|reason| Spoiled {
            lines: &text,
            reason,
            destruction: None,
        });
        let printed = Change {
            document: self.remarks.document.clone(),
            // What was spoiled or lost before stays so.
            skip_bad: true,
            ..printed
        };
        let changes = printing::report(printed, spoiled);
        let (keys, store) = place.open().await?;
        let call = self.remarks.caller.call();
        let done = marks::change_all(&store, &keys, &call, &changes).await;
        // A spoiled label that is passed over would count as good.
        let done = done.map_err(|error| {
            Failure::of_the_whole(error, "mend these lines, and report the whole batch again")
        })?;
        let [bad, good] = &done[..] else {
            return Err(Failure::new("nothing was named", "name what is spoiled"));
        };
        let spoiled = EventKind::Withdrawn(Withdrawal::Spoiled);
        let mut value = changed_json(EventKind::Printed, good);
        value["spoiled"] = changed_json(spoiled, bad);
        let text = format!(
            "{}\n{}",
            changed_text(spoiled, bad),
            changed_text(EventKind::Printed, good)
        );
        output.result(&value, &text)
    }
}

impl Delivered {
    pub(super) async fn run(
        self,
        place: &Installation,
        output: &mut Output,
    ) -> Result<(), Failure> {
        let named = self.which.named()?;
        let change = Change {
            receiver: self.receiver.clone(),
            ..change_of(EventKind::Delivered, &self.which, named.chosen())
        };
        let caller = &self.remarks.caller;
        report(place, output, caller, &self.remarks.by(change)).await
    }
}

impl Received {
    pub(super) async fn run(
        self,
        place: &Installation,
        output: &mut Output,
    ) -> Result<(), Failure> {
        let named = self.which.named()?;
        let chosen = self
            .delivery
            .map_or_else(|| named.chosen(), Chosen::Delivery);
        let change = change_of(EventKind::Received, &self.which, chosen);
        let caller = &self.remarks.caller;
        report(place, output, caller, &self.remarks.by(change)).await
    }
}

impl Activate {
    pub(super) async fn run(
        self,
        place: &Installation,
        output: &mut Output,
    ) -> Result<(), Failure> {
        let named = self.which.named()?;
        let change = Change {
            lot: Some(self.lot),
            ..change_of(EventKind::Activated, &self.which, named.chosen())
        };
        let caller = &self.remarks.caller;
        report(place, output, caller, &self.remarks.by(change)).await
    }
}

impl Used {
    pub(super) async fn run(
        self,
        place: &Installation,
        output: &mut Output,
    ) -> Result<(), Failure> {
        let named = self.which.named()?;
        let change = change_of(EventKind::Used, &self.which, named.chosen());
        let caller = &self.remarks.caller;
        report(place, output, caller, &self.remarks.by(change)).await
    }
}

impl Withdraw {
    pub(super) async fn run(
        self,
        place: &Installation,
        output: &mut Output,
    ) -> Result<(), Failure> {
        let destruction = self.destruction()?;
        let named = self.which.named()?;
        let event = EventKind::Withdrawn(self.kind.into());
        let change = Change {
            destruction,
            receiver: self.receiver.clone(),
            ..change_of(event, &self.which, named.chosen())
        };
        let caller = &self.grounds.caller;
        report(place, output, caller, &self.grounds.by(change)).await
    }

    fn destruction(&self) -> Result<Option<Destruction>, Failure> {
        match (self.kind, self.date, self.witness.as_slice()) {
            (Kind::Destroyed, Some(date), [one, other]) => Ok(Some(Destruction {
                date,
                witnesses: (one.clone(), other.clone()),
            })),
            (Kind::Destroyed, _, witnesses) => Err(Failure::wrong_input(
                format!(
                    "a destruction has its day and two witnesses; {} named",
                    if witnesses.len() == 1 {
                        "1 was".to_owned()
                    } else {
                        format!("{} were", witnesses.len())
                    }
                ),
                "name them as in --date 2026-05-06 --witness 张三 --witness 李四",
            )),
            (_, None, []) => Ok(None),
            (kind, ..) => Err(Failure::wrong_input(
                format!(
                    "{} has no witnesses and no day of its own",
                    Withdrawal::from(kind).slug()
                ),
                "only a destruction has them: leave out --witness and --date",
            )),
        }
    }
}

impl Restore {
    pub(super) async fn run(
        self,
        place: &Installation,
        output: &mut Output,
    ) -> Result<(), Failure> {
        let named = self.which.named()?;
        let event = EventKind::Restored(self.kind.into());
        let change = change_of(event, &self.which, named.chosen());
        let caller = &self.grounds.caller;
        report(place, output, caller, &self.grounds.by(change)).await
    }
}
