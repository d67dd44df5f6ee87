//! The command line: the same use cases from a shell.
//!
//! What belongs here: arguments, what is printed, exit codes. What does not: rules. Wrong input costs one line of what
//! is wrong, one line of what to do, and exit code 2; nothing is half done then.

// Help texts are for terminals, not Markdown.
#![allow(clippy::doc_markdown, rustdoc::bare_urls)]

mod address;
mod arguments;
mod batch;
mod demo;
mod doctor;
mod failure;
mod key;
mod mark;
mod migrate;
mod output;
mod serve;
mod token;
mod verify;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

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
  0 done    1 failed    2 wrong input, nothing was changed    (verify has its own: see `yuanmark verify --help`)

What stays the same from command to command can be set in the environment: where help shows [env: YUANMARK_…].")]
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
    /// Make the token that opens the administrators' interface
    #[command(subcommand)]
    Token(token::Token),
    /// Issue batches of marks and pack their labels
    #[command(subcommand)]
    Batch(batch::Batch),
    /// Show, activate and withdraw marks
    #[command(subcommand)]
    Mark(mark::Mark),
    /// Say what the public is told of a code, without counting it as a query
    Verify(verify::Verify),
    /// Make the database or bring its schema up to date
    Migrate(migrate::Migrate),
    /// Examine database, keys, clock and disk
    Doctor(doctor::Doctor),
}

/// Reads the arguments, does what they say, and returns the exit code.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
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
            Command::Token(token) => token.run(&mut output),
            Command::Batch(batch) => batch.run(place, &mut output).await,
            Command::Mark(mark) => mark.run(place, &mut output).await,
            Command::Verify(verify) => return verify.run(place, &mut output).await,
            Command::Migrate(migrate) => migrate.run(place, &mut output).await,
            Command::Doctor(doctor) => return doctor.run(place, &mut output).await,
        }
        .map(|()| ExitCode::SUCCESS)
    });
    runtime.block_on(place.close());
    done.unwrap_or_else(|failure| output.fail(&failure))
}
