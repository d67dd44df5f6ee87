//! What the detector costs: recorded scans replayed, and a scan taken in and decided as the live path does it.
//!
//! `cargo bench --bench detection`; `-- --batches 400` for fewer scans. Nothing is asserted. The named baseline is the account read from
//! its bytes and written back, without any weighing: what a server that only counts would do with it.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::pedantic
)]

use std::collections::HashMap;
use std::hint::black_box;
use std::time::{Duration, Instant};
use std::{fs, io};

use yuanmark::domain::detection::{
    BatchState, Context, MarkState, Parameters, Peers, STATE_BYTES, Scan,
};
use yuanmark::service::detection::replay::replay;
use yuanmark::service::detection::scans::{Activations, BadLines, Line, read};
use yuanmark::service::detection::simulate::{Wanted, simulate};
use yuanmark::service::detection::world::World;

fn main() {
    let mut arguments = std::env::args().skip_while(|argument| argument != "--batches");
    let batches = arguments.nth(1).map_or(1_000, |text| text.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let wanted = Wanted { seed: 5, batches };
    simulate(&World::reference(), wanted, folder.path()).unwrap();
    let file = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    let activations = Activations::read(&file("activations.csv"), &mut BadLines::default());
    let activations = activations.unwrap();
    let text = file("scans.csv");
    let start = Instant::now();
    let lines = read(&text, &activations, &mut BadLines::default()).unwrap();
    let reading = start.elapsed();
    let parameters = Parameters::reference();
    let start = Instant::now();
    let mut verdicts = io::sink();
    let mut weeks = io::sink();
    let done = replay(
        &parameters,
        &lines,
        &activations,
        &mut verdicts,
        Some(&mut weeks),
    )
    .unwrap();
    let replaying = start.elapsed();
    let per_million = |time: Duration| 1e6 * time.as_secs_f64() / lines.len() as f64;
    println!(
        "{} scans of {} marks in {batches} batches, one core:\n  \
         a million read from scans.csv   {:.2} s\n  \
         a million replayed, and told    {:.2} s",
        lines.len(),
        done.marks,
        per_million(reading),
        per_million(replaying),
    );
    live(&parameters, &lines);
}

/// The scan of a mark, by its place among the accounts, and its batch.
type Taken = (usize, Scan, usize);

/// Accounts as the live path has them.
struct Accounts<'a> {
    parameters: &'a Parameters,
    peers: Peers,
    marks: Vec<[u8; STATE_BYTES]>,
    batches: Vec<BatchState>,
}

impl Accounts<'_> {
    /// A mark's account out of its bytes and back, its batch's added to, the decision. Says whether the scan was weighed, which a
    /// mark's first is not.
    fn take(&mut self, (mark, scan, batch): &Taken) -> bool {
        let parameters = self.parameters;
        let account = &mut self.marks[*mark];
        let mut mark = MarkState::from_bytes(account).unwrap();
        let batch = &mut self.batches[*batch];
        let before = (mark.scans > 0).then(|| mark.for_batch(parameters));
        let step = mark.update(parameters, scan);
        batch.update(parameters, before, mark.for_batch(parameters));
        let context = match before {
            None => Context::ALONE,
            Some(_) => {
                let mut batch = batch.clone();
                batch.compare(&self.peers, 0);
                batch.context(parameters)
            }
        };
        black_box(step.decide(&mut mark, parameters, &context));
        *account = mark.to_bytes();
        before.is_some()
    }
}

fn live(parameters: &Parameters, lines: &[Line<'_>]) {
    let mut places = HashMap::new();
    let scans: Vec<Taken> = lines
        .iter()
        .map(|line| {
            let next = places.len();
            let place = *places.entry(line.mark).or_insert(next);
            (place, line.scan, line.mark.batch as usize)
        })
        .collect();
    let last = scans.iter().map(|(.., batch)| *batch).max().unwrap_or(0);
    let fresh = || Accounts {
        parameters,
        peers: Peers::of(parameters, []),
        marks: vec![MarkState::default().to_bytes(); places.len()],
        batches: vec![BatchState::default(); last + 1],
    };
    let mut accounts = fresh();
    let counted = timed(&scans, |(mark, ..)| {
        let account = &mut accounts.marks[*mark];
        *account = black_box(MarkState::from_bytes(account).unwrap()).to_bytes();
    });
    let mut accounts = fresh();
    let all = timed(&scans, |taken| {
        accounts.take(taken);
    });
    let mut accounts = fresh();
    let mut weighed = (Duration::ZERO, 0_u32);
    for taken in &scans {
        let start = Instant::now();
        if accounts.take(taken) {
            weighed = (weighed.0 + start.elapsed(), weighed.1 + 1);
        }
    }
    println!(
        "a scan taken in and decided, account read from and written to bytes:\n  \
         in the mean                     {all:.2} µs, {:.0} times reading and writing the account alone ({counted:.3} µs)\n  \
         of a mark that was seen before  {:.2} µs",
        all / counted,
        1e6 * weighed.0.as_secs_f64() / f64::from(weighed.1.max(1)),
    );
}

/// Microseconds of one.
fn timed<T>(all: &[T], mut take: impl FnMut(&T)) -> f64 {
    let start = Instant::now();
    all.iter().for_each(&mut take);
    1e6 * start.elapsed().as_secs_f64() / all.len() as f64
}
