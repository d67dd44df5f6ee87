//! Recorded scans through the very code of the live path.

use std::collections::BTreeSet;
use std::io::{self, Write};

use super::scans::{Activations, Line};
use super::season::{Scanned, Season, WEEK_US};
use crate::domain::detection::real::exp;
use crate::domain::detection::{MarkState, Parameters, Step};

/// What became of a replay.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Replayed {
    /// Scans that were taken in; previews and duplicates are not.
    pub scans: u64,
    /// Marks that were scanned.
    pub marks: u64,
    /// Marks that were suspected.
    pub suspected: u64,
    /// Batches that were over their alarm level at the end of some week.
    pub batches: u64,
    /// Lines that are no scans: previews, and deliveries that came twice.
    pub not_counted: u64,
}

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
    let mut season = Season::new(parameters, activations);
    let mut done = Replayed::default();
    let mut alarming = BTreeSet::new();
    verdicts.write_all(b"time,mark,scans,phones,posterior,e_value,verdict,hypothesis,reasons\n")?;
    if let Some(batches) = &mut batches {
        batches.write_all(b"week,batch,codes,scans,evidence,raise,alarm\n")?;
    }
    for line in lines {
        if let Some(week) = season.go_on(line.at_us) {
            tell_week(parameters, week, &season, &mut batches)?;
            alarming.extend(alarming_now(parameters, &season));
        }
        let scanned = season.scan(line.mark, &line.scan);
        done.scans += u64::from(scanned.step.counted);
        done.not_counted += u64::from(!scanned.step.counted);
        done.marks += u64::from(scanned.step.counted && scanned.is_first);
        done.suspected += u64::from(scanned.is_new_suspicion);
        tell(parameters, line, &scanned, verdicts)?;
    }
    if let Some(week) = season.end() {
        tell_week(parameters, week, &season, &mut batches)?;
        alarming.extend(alarming_now(parameters, &season));
    }
    done.batches = alarming.len() as u64;
    Ok(done)
}

fn alarming_now(parameters: &Parameters, season: &Season<'_>) -> impl Iterator<Item = u32> {
    let alarming = season
        .batches()
        .filter(|(_, batch)| batch.is_alarming(parameters));
    alarming.map(|(number, _)| number)
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
    scanned: &Scanned<'_>,
    out: &mut impl Write,
) -> io::Result<()> {
    let (state, context) = (scanned.mark, &scanned.context);
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
    out.write_all(reasons(state, context.raise, &scanned.step).as_bytes())?;
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

fn tell_week(
    parameters: &Parameters,
    week: i64,
    season: &Season<'_>,
    out: &mut Option<&mut dyn Write>,
) -> io::Result<()> {
    let Some(out) = out else { return Ok(()) };
    let begins = jiff::Timestamp::from_microsecond(week * WEEK_US).map_err(io::Error::other)?;
    for (number, batch) in season.batches() {
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
