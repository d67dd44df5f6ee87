//! `yuanmark mark …`

mod change;
mod print;
mod which;

pub(super) use self::print::line_json;
pub(super) use self::which::Lines;

use clap::Subcommand;

use self::change::{Activate, Delivered, Printed, Received, Restore, Used, Withdraw};
use self::print::{report_json, report_text};
use super::arguments::Installation;
use super::failure::{Failure, visible};
use super::output::Output;
use crate::domain::access::Scope;
use crate::domain::input::Input;
use crate::domain::mark::{BatchNumber, MarkId, MarkIndex};
use crate::service::marks;
use crate::service::system;

#[derive(Subcommand)]
pub(super) enum Mark {
    /// Show a mark: its state, where its label is, what happened to it, its queries
    #[command(
        after_help = "EXAMPLE\n  yuanmark mark show 4BD9-QV4N-Q0NZ-57DB\n  yuanmark mark show 1-7"
    )]
    Show {
        /// A serial, a code, or BATCH-INDEX
        mark: String,
    },
    /// Report labels printed, and good (印制)
    ///
    /// With --except-spoiled the printer's whole report is one command: the labels of that file are reported spoiled, all
    /// others printed: two entries in the ledger, or none.
    #[command(
        after_help = "EXAMPLES\n  yuanmark mark printed --batch 1 --range 0-999\n  yuanmark mark printed --batch 1 --all --except-spoiled spoiled.txt --reason 印刷模糊"
    )]
    Printed(Printed),
    /// Report labels sent to the licensee (发放)
    #[command(
        after_help = "EXAMPLES\n  yuanmark mark delivered --container 1 --container 2 --receiver 赵六\n  yuanmark mark delivered --batch 1 --range 0-999"
    )]
    Delivered(Delivered),
    /// Report labels received by the licensee (签收)
    ///
    /// --delivery takes what that entry of the ledger sent and is still on its way.
    #[command(
        mut_group("which", |group| group.arg("delivery")),
        after_help = "EXAMPLES\n  yuanmark mark received --delivery 12\n  yuanmark mark received --container 1"
    )]
    Received(Received),
    /// Activate marks for a lot that has passed its test (激活): from now on they may be used
    #[command(
        after_help = "EXAMPLE\n  yuanmark mark activate --batch 1 --range 0-499 --lot 1 --document 检验报告2026-017"
    )]
    Activate(Activate),
    /// Report labels used on goods (使用)
    #[command(after_help = "EXAMPLE\n  yuanmark mark used --batch 1 --range 0-499")]
    Used(Used),
    /// Withdraw marks (作废、停用): they may no longer be used
    #[command(
        after_help = "EXAMPLES\n  yuanmark mark withdraw --kind revoked --serial 4BD9-QV4N-Q0NZ-57DB --reason 抽检不合格\n  yuanmark mark withdraw --kind spoiled --batch 1 --file spoiled.txt --reason 印刷模糊\n  yuanmark mark withdraw --kind destroyed --batch 1 --file spoiled.txt --reason 印制作废 \\\n      --date 2026-05-06 --witness 张三 --witness 李四"
    )]
    Withdraw(Withdraw),
    /// Undo a freeze or a recall
    #[command(
        after_help = "EXAMPLE\n  yuanmark mark restore --kind frozen --batch 1 --all --reason 核查无误"
    )]
    Restore(Restore),
}

impl Mark {
    pub(super) async fn run(
        self,
        place: &Installation,
        output: &mut Output,
    ) -> Result<(), Failure> {
        match self {
            Self::Show { mark } => show(place, output, &mark).await,
            Self::Printed(printed) => printed.run(place, output).await,
            Self::Delivered(delivered) => delivered.run(place, output).await,
            Self::Received(received) => received.run(place, output).await,
            Self::Activate(activate) => activate.run(place, output).await,
            Self::Used(used) => used.run(place, output).await,
            Self::Withdraw(withdraw) => withdraw.run(place, output).await,
            Self::Restore(restore) => restore.run(place, output).await,
        }
    }
}

async fn show(place: &Installation, output: &mut Output, text: &str) -> Result<(), Failure> {
    let (keys, store) = place.open().await?;
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
    let report = marks::report(
        &store,
        Scope::All,
        &keys.secrets.serial,
        mark,
        system::now(),
    )
    .await?;
    let mut text = report_text(&report);
    if let Some(distrust) = place.distrust(&report.batch)? {
        text.push_str(&format!("\n{distrust}"));
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
