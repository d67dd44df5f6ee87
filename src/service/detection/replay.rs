//! Recorded scans through the very code of the live path.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasherDefault, Hasher};
use std::io::{self, Write};

use super::scans::{Activations, Line, MarkKey};
use crate::domain::detection::real::exp;
use crate::domain::detection::{BatchState, Context, MarkState, Parameters, Peers, Step};

const WEEK_US: i64 = 7 * 86_400_000_000;

/// What became of a replay.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Replayed {
    /// Scans that were taken in; previews and duplicates are not.
    pub scans: u64,
    /// Marks that were scanned.
    pub marks: u64,
    /// Marks that were suspected.
    pub suspected: u64,
    /// Batches that raised an alarm.
    pub batches: u64,
}

/// Marks hash well as they are: one multiplication.
#[derive(Default)]
pub struct MarkHasher(u64);

impl Hasher for MarkHasher {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u32(u32::from(*byte));
        }
    }
    fn write_u32(&mut self, number: u32) {
        self.0 = (self.0.rotate_left(26) ^ u64::from(number)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

type Marks = HashMap<MarkKey, MarkState, BuildHasherDefault<MarkHasher>>;

/// Replays scans, which are in the order of time, and writes a verdict for each; for each batch and week a line to
/// `batches`. At each week's end the batches are held against one another, and stay so until the next.
///
/// # Errors
/// What the outputs say.
pub fn replay(
    parameters: &Parameters,
    lines: &[Line<'_>],
    activations: &Activations,
    verdicts: &mut impl Write,
    mut batches: Option<&mut dyn Write>,
) -> io::Result<Replayed> {
    let mut marks = Marks::default();
    let mut accounts: BTreeMap<u32, BatchState> = BTreeMap::new();
    let mut done = Replayed::default();
    verdicts.write_all(b"time,mark,scans,phones,posterior,e_value,verdict,hypothesis,reasons\n")?;
    if let Some(batches) = &mut batches {
        batches.write_all(b"week,batch,codes,scans,evidence,raise,alarm\n")?;
    }
    let mut week = lines
        .first()
        .map_or(0, |line| line.at_us.div_euclid(WEEK_US));
    for line in lines {
        let this_week = line.at_us.div_euclid(WEEK_US);
        if this_week != week {
            compare(parameters, week, activations, &mut accounts);
            tell_week(parameters, week, &accounts, &mut batches)?;
            week = this_week;
        }
        let state = marks.entry(line.mark).or_default();
        let batch = accounts.entry(line.mark.batch).or_default();
        let (was_suspected, before) = (state.is_suspected(), state.for_batch(parameters));
        let is_first = state.scans == 0;
        let step = state.update(parameters, &line.scan);
        if step.counted {
            batch.update(
                parameters,
                (!is_first).then_some(before),
                state.for_batch(parameters),
            );
            done.scans += 1;
            done.marks += u64::from(is_first);
        }
        let context = batch.context(parameters);
        let is_suspected = step.decide(state, parameters, &context);
        done.suspected += u64::from(is_suspected && !was_suspected);
        tell(parameters, line, state, &context, &step, verdicts)?;
    }
    compare(parameters, week, activations, &mut accounts);
    tell_week(parameters, week, &accounts, &mut batches)?;
    done.batches = accounts
        .values()
        .filter(|batch| batch.is_alarming(parameters))
        .count() as u64;
    Ok(done)
}

/// A real number short and the same everywhere: four digits that count.
fn short(value: f64) -> String {
    if (0.001..10_000.0).contains(&value) {
        format!("{value:.4}")
    } else {
        format!("{value:.3e}")
    }
}

fn tell(
    parameters: &Parameters,
    line: &Line<'_>,
    state: &MarkState,
    context: &Context,
    step: &Step,
    out: &mut impl Write,
) -> io::Result<()> {
    let verdict = if line.scan.standing.before_activation {
        "not_activated"
    } else if state.is_suspected() {
        "suspected_copy"
    } else if state.scans <= 1 {
        "first_check"
    } else {
        "checked_before"
    };
    let mark = line.mark;
    write!(
        out,
        "{},{}-{},{},{},{},{},{verdict},{},",
        line.time,
        mark.batch,
        mark.index,
        state.scans,
        state.phones,
        short(state.posterior(parameters, context)),
        short(state.e_value(parameters)),
        state.hypothesis(parameters).slug(),
    )?;
    out.write_all(reasons(state, context.raise, step).as_bytes())?;
    out.write_all(b"\n")
}

/// Reasons in sentences, strongest first: of this scan, the strongest of those before, and what the batch adds.
fn reasons(state: &MarkState, raise: f64, step: &Step) -> String {
    /// Weaker evidence is not worth a sentence.
    const WORTH_TELLING: f32 = 0.7;
    // A code that nothing much speaks against needs no reasons.
    if state.gain() < 0.5 && raise < 0.7 && !state.is_suspected() {
        return String::new();
    }
    let mut pieces = step.evidence.clone();
    if state.is_suspected() || !pieces.is_empty() {
        let earlier = state
            .strongest()
            .filter(|strongest| !pieces.contains(strongest));
        pieces.extend(earlier);
    }
    pieces.retain(|piece| piece.weight >= WORTH_TELLING);
    if pieces.is_empty() && raise < 0.7 {
        return String::new();
    }
    pieces.sort_by(|a, b| b.weight.total_cmp(&a.weight));
    let mut said: Vec<String> = pieces.iter().map(|piece| piece.said().en).collect();
    if raise >= 0.7 {
        said.push(format!("its batch shows copies: ×{:.1}", exp(raise)));
    }
    format!("\"{}\"", said.join("; "))
}

/// Holds the batches against one another, with what was activated of each by the week's end.
fn compare(
    parameters: &Parameters,
    week: i64,
    activations: &Activations,
    accounts: &mut BTreeMap<u32, BatchState>,
) {
    let activated: Vec<u32> = accounts
        .keys()
        .map(|batch| activations.activated(*batch, (week + 1) * WEEK_US))
        .collect();
    let peers = Peers::of(parameters, accounts.values().zip(activated.iter().copied()));
    for (batch, activated) in accounts.values_mut().zip(activated) {
        batch.compare(&peers, activated);
    }
}

fn tell_week(
    parameters: &Parameters,
    week: i64,
    accounts: &BTreeMap<u32, BatchState>,
    out: &mut Option<&mut dyn Write>,
) -> io::Result<()> {
    let Some(out) = out else { return Ok(()) };
    let begins = jiff::Timestamp::from_microsecond(week * WEEK_US).map_err(io::Error::other)?;
    for (number, batch) in accounts {
        writeln!(
            out,
            "{begins},{number},{},{},{},{},{}",
            batch.codes,
            batch.scans,
            short(batch.evidence(parameters)),
            short(batch.raise(parameters)),
            batch.is_alarming(parameters)
        )?;
    }
    Ok(())
}
