//! The command line: the same use cases from a shell.
//!
//! What belongs here: arguments, what is printed, exit codes. What does not: rules. Wrong input costs one line of what
//! is wrong, one line of what to do, and exit code 2; nothing is half done then.

// Help texts are for terminals, not Markdown.
#![allow(clippy::doc_markdown, rustdoc::bare_urls)]

mod address;
mod alert;
mod arguments;
mod backup;
mod batch;
mod case;
mod coefficients;
mod container;
mod demo;
mod detect;
mod doctor;
mod document;
mod entitlement;
mod failure;
mod files;
mod key;
mod ledger;
mod licensee;
mod lot;
mod mark;
mod migrate;
mod order;
mod output;
mod pack;
mod printer;
mod scan;
mod serve;
mod template;
mod tip;
mod token;
mod traffic;
mod trail;
mod transfer;
mod user;
mod values;
mod verify;

use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use arguments::Installation;
use failure::Failure;
use output::Output;

/// Signed marks for the geographical indication 沅江芦笋 (Yuanjiang asparagus)
///
/// Issues a signed code for every printed mark, renders the QR labels, and answers anyone who scans one.
#[derive(Parser)]
#[command(
    name = "yuanmark",
    version,
    propagate_version = true,
    max_term_width = 100
)]
#[command(after_help = "EXAMPLES
  yuanmark demo                              the whole job in ./yuanmark-demo, then serves it
  yuanmark migrate && yuanmark key new       begin an installation in this folder
  yuanmark verify 4BD9-QV4N-Q0NZ-57DB        what the public is told of a mark

EXIT CODES
  0  done
  1  failed
  2  wrong input: nothing was changed
verify, container check and doctor say more by theirs; see their --help.

Times are written as in Beijing, in JSON in UTC; a day as in 2026-04-02, or today.
What stays the same from command to command can be set in the environment:
where help shows [env: YUANMARK_…]; a variable set to nothing counts as not set.")]
struct Cli {
    #[command(flatten)]
    installation: Installation,

    /// Print results as JSON
    #[arg(long, global = true)]
    json: bool,

    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Do the whole job in ./yuanmark-demo, then serve it
    Demo(demo::Demo),
    /// Answer the public over HTTP
    Serve(serve::Serve),
    /// Make, retire and publish keys
    #[command(subcommand)]
    Key(key::Key),
    /// Keep the tokens that programs show: the installation's, and people's
    #[command(subcommand)]
    Token(token::Token),
    /// Keep the accounts of people who use the console (用户)
    #[command(subcommand)]
    User(user::User),
    /// Read the audit trail: who did what from where (操作日志)
    #[command(subcommand)]
    Trail(trail::Trail),
    /// Keep the register of licensees (合法使用人): files and steps
    #[command(subcommand)]
    Licensee(licensee::Licensee),
    /// Keep files: artwork, registrations, reports (档案)
    #[command(subcommand)]
    Document(document::Document),
    /// Keep the register of printers (承印方)
    #[command(subcommand)]
    Printer(printer::Printer),
    /// Show and set what entitlements are worked out with (核定系数)
    #[command(subcommand)]
    Coefficients(coefficients::Coefficients),
    /// Grant, adjust and carry over entitlements (年度额度)
    #[command(subcommand)]
    Entitlement(entitlement::Entitlement),
    /// Transfer quantity between licensees (额度划转)
    #[command(subcommand)]
    Transfer(transfer::Transfer),
    /// Take printing orders from their placing to their closing (印制订单)
    #[command(subcommand)]
    Order(order::Order),
    /// Keep label templates, check and look at them (标签模板)
    #[command(subcommand)]
    Template(template::Template),
    /// Issue batches of marks and pack their labels
    #[command(subcommand)]
    Batch(batch::Batch),
    /// Hand packs over to printers: encrypted, downloaded once (发放数据包)
    #[command(subcommand)]
    Pack(pack::Pack),
    /// Say what happens to marks: printed, delivered, received, activated, used, withdrawn
    #[command(subcommand)]
    Mark(mark::Mark),
    /// Fill rolls and boxes, and hold them against what is in them (卷、箱)
    #[command(subcommand)]
    Container(container::Container),
    /// Keep lots with their test reports, and recall them (生产批次)
    #[command(subcommand)]
    Lot(lot::Lot),
    /// Read the ledger, and correct it by further entries (台账)
    #[command(subcommand)]
    Ledger(ledger::Ledger),
    /// Handle what people tell of suspect packs (举报线索)
    #[command(
        subcommand,
        after_help = "EXAMPLES
  yuanmark tip list --added                  what was added to and waits for an answer
  yuanmark tip accept 7
  yuanmark tip decide 7 --text 已责令改正，并处罚款。"
    )]
    Tip(tip::Tip),
    /// Handle what scans say that somebody should look at (预警)
    #[command(subcommand)]
    Alert(alert::Alert),
    /// Gather alerts, tips and inspections, and do what is to be done (案件)
    #[command(subcommand)]
    Case(case::Case),
    /// Age out what phones asked (查询记录)
    #[command(subcommand)]
    Scan(scan::Scan),
    /// Find copied marks in recorded scans, and measure how well (复制检测)
    #[command(subcommand)]
    Detect(detect::Detect),
    /// Say what the public is told of a code, without counting it as a query
    Verify(verify::Verify),
    /// Make the database, bring its schema up to date, or move it to PostgreSQL
    Migrate(migrate::Migrate),
    /// Examine database, keys, clock and disk
    Doctor(doctor::Doctor),
    /// Write everything the database holds into one file, while it serves (备份)
    Backup(backup::Backup),
    /// Put a backup into an empty place (恢复)
    Restore(backup::Restore),
}

/// A variable that is set to nothing counts as not set, as in a unit file whose line was emptied.
fn without_empty_variables(command: clap::Command) -> clap::Command {
    let is_empty = |arg: &clap::Arg| {
        let value = arg.get_env().and_then(std::env::var_os);
        value.is_some_and(|value| value.is_empty())
    };
    command
        .mut_args(|arg| match is_empty(&arg) {
            true => arg.env(None::<&str>),
            false => arg,
        })
        .mut_subcommands(without_empty_variables)
}

/// Reads the arguments, does what they say, and returns the exit code.
pub fn run() -> ExitCode {
    let mut matches = without_empty_variables(Cli::command()).get_matches();
    let cli = Cli::from_arg_matches_mut(&mut matches).unwrap_or_else(|error| error.exit());
    let mut output = Output::new(cli.json);
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            return output.fail(&Failure::new(
                format!("the program cannot start: {error}"),
                "free some memory",
            ));
        }
    };
    let place = &cli.installation;
    let done = runtime.block_on(async {
        match cli.command {
            Command::Demo(demo) => demo.run(place, &mut output).await,
            Command::Serve(serve) => serve.run(place).await,
            Command::Key(key) => key.run(place, &mut output),
            Command::Token(token) => token.run(place, &mut output).await,
            Command::Licensee(licensee) => licensee.run(place, &mut output).await,
            Command::Document(document) => document.run(place, &mut output).await,
            Command::User(user) => user.run(place, &mut output).await,
            Command::Trail(trail) => trail.run(place, &mut output).await,
            Command::Printer(printer) => printer.run(place, &mut output).await,
            Command::Template(template) => template.run(place, &mut output).await,
            Command::Coefficients(set) => set.run(place, &mut output).await,
            Command::Entitlement(entitlement) => entitlement.run(place, &mut output).await,
            Command::Transfer(transfer) => transfer.run(place, &mut output).await,
            Command::Order(order) => order.run(place, &mut output).await,
            Command::Container(container) => return container.run(place, &mut output).await,
            Command::Lot(lot) => lot.run(place, &mut output).await,
            Command::Ledger(ledger) => ledger.run(place, &mut output).await,
            Command::Batch(batch) => batch.run(place, &mut output).await,
            Command::Pack(pack) => pack.run(place, &mut output).await,
            Command::Mark(mark) => mark.run(place, &mut output).await,
            Command::Tip(tip) => tip.run(place, &mut output).await,
            Command::Alert(alert) => alert.run(place, &mut output).await,
            Command::Case(case) => case.run(place, &mut output).await,
            Command::Scan(scan) => scan.run(place, &mut output).await,
            Command::Detect(detect) => detect.run(place, &mut output).await,
            Command::Verify(verify) => return verify.run(place, &mut output).await,
            Command::Migrate(migrate) => migrate.run(place, &mut output).await,
            Command::Backup(backup) => backup.run(place, &mut output).await,
            Command::Restore(restore) => restore.run(place, &mut output).await,
            Command::Doctor(doctor) => return doctor.run(place, &mut output).await,
        }
        .map(|()| ExitCode::SUCCESS)
    });
    runtime.block_on(place.close());
    done.unwrap_or_else(|failure| output.fail(&failure))
}
