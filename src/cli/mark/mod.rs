//! `yuanmark mark …`

mod print;
mod which;

use clap::{Subcommand, ValueEnum};

use self::print::{changed_json, changed_text, report_json, report_text};
use self::which::Which;
use super::arguments::{By, Grounds, Installation, line, optional_line};
use super::failure::{Failure, visible};
use super::output::Output;
use crate::domain::event::{EventKind, Withdrawal};
use crate::domain::input::Input;
use crate::domain::mark::{BatchNumber, MarkId, MarkIndex};
use crate::service::desk::Call;
use crate::service::marks::{self, Change, Which as Chosen};
use crate::service::system;

#[derive(Subcommand)]
pub(super) enum Mark {
    /// Show a mark: its state, what happened to it, its queries
    #[command(
        after_help = "EXAMPLE\n  yuanmark mark show 4BD9-QV4N-Q0NZ-57DB\n  yuanmark mark show 1-7"
    )]
    Show {
        /// A serial, a code, or BATCH-INDEX
        mark: String,
    },
    /// Activate marks (激活): from now on they may be used
    #[command(
        after_help = "EXAMPLE\n  yuanmark mark activate --batch 1 --range 0-499 --document 检验报告2026-017"
    )]
    Activate {
        #[command(flatten)]
        which: Which,
        /// The number of the lot's test report
        #[arg(long, value_parser = line)]
        document: Option<String>,
        /// A remark
        #[arg(long, value_parser = line)]
        reason: Option<String>,
        #[command(flatten)]
        by: By,
    },
    /// Withdraw marks (作废、停用): they may no longer be used
    #[command(
        after_help = "EXAMPLE\n  yuanmark mark withdraw --kind revoked --serial 4BD9-QV4N-Q0NZ-57DB --reason 抽检不合格\n  yuanmark mark withdraw --kind spoiled --batch 1 --file spoiled.txt --reason 印刷模糊"
    )]
    Withdraw {
        /// Why; frozen and recalled can be undone, the others cannot
        #[arg(long)]
        kind: Kind,
        #[command(flatten)]
        which: Which,
        #[command(flatten)]
        grounds: Grounds,
    },
    /// Undo a freeze or a recall
    #[command(
        after_help = "EXAMPLE\n  yuanmark mark restore --kind frozen --batch 1 --all --reason 核查无误"
    )]
    Restore {
        /// What to undo
        #[arg(long)]
        kind: Undoable,
        #[command(flatten)]
        which: Which,
        #[command(flatten)]
        grounds: Grounds,
    },
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
    /// 印制作废: spoiled in printing
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

impl Mark {
    pub(super) async fn run(
        self,
        place: &Installation,
        output: &mut Output,
    ) -> Result<(), Failure> {
        let (kind, which, reason, document, by) = match self {
            Self::Show { mark } => return show(place, output, &mark).await,
            Self::Activate {
                which,
                document,
                reason,
                by,
            } => (
                EventKind::Activated,
                which,
                optional_line("reason", reason.as_deref())?,
                optional_line("document", document.as_deref())?,
                by,
            ),
            Self::Withdraw {
                kind,
                which,
                grounds,
            } => (
                EventKind::Withdrawn(kind.into()),
                which,
                Some(grounds.reason()?),
                grounds.document()?,
                grounds.by,
            ),
            Self::Restore {
                kind,
                which,
                grounds,
            } => (
                EventKind::Restored(kind.into()),
                which,
                Some(grounds.reason()?),
                grounds.document()?,
                grounds.by,
            ),
        };
        let keys = place.live_keys()?;
        let store = place.store().await?;
        let lines = which.lines()?;
        let change = Change {
            skip_bad: which.skip_bad,
            reason,
            document,
            ..Change::new(
                kind,
                lines.as_deref().map_or(Chosen::All, Chosen::Lines),
                which.batch,
            )
        };
        let call = Call::new(by.actor()?, system::now());
        let changed = marks::change(&store, &keys.secrets.serial, &call, &change).await?;
        output.result(&changed_json(kind, &changed), &changed_text(kind, &changed))
    }
}

async fn show(place: &Installation, output: &mut Output, text: &str) -> Result<(), Failure> {
    let keys = place.live_keys()?;
    let store = place.store().await?;
    let not_ours = || {
        Failure::wrong_input(
            format!("{:?} is not a mark of ours", visible(text)),
            "name a serial, a code, or BATCH-INDEX such as 1-7",
        )
    };
    let mark = match Input::read(text) {
        Some(Input::Serial(serial)) => keys.secrets.serial.mark(serial),
        Some(Input::Code(code)) => keys.ring().signer_of(&code).map(|_| code.payload().mark),
        None => by_index(text),
    };
    let mark = mark.ok_or_else(not_ours)?;
    let report = marks::report(&store, &keys.secrets.serial, mark, system::now()).await?;
    let mut text = report_text(&report);
    if let Some(distrust) = place.distrust(&report.batch)? {
        text.push_str(&format!(
            "
{distrust}"
        ));
    }
    output.result(&report_json(&report), &text)
}

fn by_index(text: &str) -> Option<MarkId> {
    let (batch, index) = text.split_once('-')?;
    Some(MarkId {
        batch: BatchNumber::new(batch.trim().parse().ok()?)?,
        index: MarkIndex::new(index.trim().parse().ok()?)?,
    })
}
