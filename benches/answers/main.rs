//! What `benches/answers/run` is made of: an installation of any size, codes to ask about, a server that answers nothing
//! but a constant, one that only counts, and phones that ask on time. Each prints one line of JSON.

#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::disallowed_methods)] // a bench prints, ends at the first fault, and asks the clock

mod bare;
mod codes;
mod counter;
mod fill;
mod layout;
mod load;
mod sync;

use clap::Parser;

#[derive(Parser)]
enum Command {
    /// Makes an installation.
    Fill(fill::Fill),
    /// Writes codes to ask about, one a line.
    Codes(codes::Codes),
    /// Answers every request with the same bytes.
    Bare(bare::Bare),
    /// Counts every request durably, and answers with the same bytes.
    Counter(counter::Counter),
    /// Asks over many connections at a rate, or over one as fast as answers come.
    Load(load::Load),
    /// Times writes of 4 KiB that are forced to the disk.
    Sync(sync::Sync),
}

fn main() {
    // `cargo bench` adds its own flag.
    let arguments = std::env::args().filter(|argument| argument != "--bench");
    let command = Command::parse_from(arguments);
    let mut builder = match &command {
        // On one thread: it shares the cores with the server.
        Command::Load(_) => tokio::runtime::Builder::new_current_thread(),
        _ => tokio::runtime::Builder::new_multi_thread(),
    };
    let runtime = builder.enable_all().build().unwrap();
    runtime.block_on(async {
        match command {
            Command::Fill(fill) => fill.run().await,
            Command::Codes(codes) => codes.run().await,
            Command::Bare(bare) => bare.run().await,
            Command::Counter(counter) => counter.run().await,
            Command::Load(load) => load.run().await,
            Command::Sync(sync) => sync.run(),
        }
    });
}

/// The value below which this share of the sorted values lies.
fn quantile(sorted: &[u64], share: f64) -> u64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss
    )] // counts of a few million
    let place = (sorted.len() as f64 * share) as usize;
    sorted[place.min(sorted.len() - 1)]
}
