//! What other batches of the season say: a batch is held against them, and not only against what the parameters believe.
//!
//! If everybody's dealers look five times as often as believed, every batch seems to have copies; what sets one apart is
//! that it departs from the others. So its sums are moved and narrowed by what is usual among its peers, by their medians,
//! which a few batches with copies do not move. And how many of its activated marks were scanned is held against
//! theirs: many more than usual, measured by how much batches differ anyway, is evidence of its own.
//!
//! And they say how dealers behave this season: of marks that more than one phone has seen, the mean share that dealers' looks have
//! in the explanation, held against what the parameters believe. Where it is higher, that kind of honest pack counts as more frequent,
//! so that a code that dealers may explain is suspected later. Copies move this little: they are few, and what they explain
//! dealers do not.

use super::batch::BatchState;
use super::parameters::Parameters;
use super::real::{exp, ln};

/// Batches with fewer scanned codes say nothing of what is usual.
const FEWEST_CODES: u32 = 10;
/// What the parameters believe counts as much as so many batches.
const BELIEF: f64 = 4.0;
/// The scan rates of at least so many batches are compared.
const FEWEST_RATES: usize = 5;
/// Of a normal law, the median distance from the middle in standard deviations, inverted.
const OF_MEDIAN: f64 = 1.4826;
/// The number of its scanned codes alone is at most this much evidence that a batch has copies, in log-odds.
const MOST_OF_RATE: f64 = 4.0;
/// Of batches with copies, those that show it in how many codes are scanned: the others have few copied codes.
const IN_RATE: f64 = 0.5;
/// How far a batch with copies is thought to depart, in standard deviations.
const DEPARTURE: f64 = 3.0;

/// What the parameters believe of dealers counts as much as so many marks that more than one phone has seen.
const BELIEF_MARKS: f64 = 200.0;
/// Dealers are at most so many times as frequent as believed.
const MOST_DEALERS: f64 = 8.0;

/// What is usual among the batches of a season.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Peers {
    /// How many there are.
    pub(super) count: u16,
    /// Sums per scanned code beyond what the parameters believe, and how much less a departure counts.
    pub(super) shift: [f64; 4],
    pub(super) narrowed: [f64; 4],
    /// How many times as many packs as believed dealers look at.
    pub(super) dealers: f64,
    /// Scanned codes per activated mark, and how batches differ in it, at least as by chance (1).
    rate: Option<[f64; 2]>,
}

impl Peers {
    /// Learns from the batches of a season, each with the number of its activated marks (0 if that is not known).
    pub fn of<'a>(
        parameters: &Parameters,
        batches: impl IntoIterator<Item = (&'a BatchState, u32)>,
    ) -> Self {
        let batches: Vec<(&BatchState, u32)> = batches
            .into_iter()
            .filter(|(batch, _)| batch.codes >= FEWEST_CODES)
            .collect();
        let count = real(batches.len());
        let learned = count / (count + BELIEF);
        let (mut shift, mut narrowed) = ([0.0; 4], [1.0; 4]);
        for (at, [mean, spread]) in parameters.batch_usual.iter().enumerate() {
            let per_code = |batch: &BatchState| batch.sums[at] / f64::from(batch.codes);
            let middle = median(batches.iter().map(|(batch, _)| per_code(batch)));
            let middle = middle.map_or(*mean, |middle| mean + learned * (middle - mean));
            let apart = |batch: &BatchState| {
                let codes = f64::from(batch.codes);
                (batch.sums[at] - codes * middle).abs() / codes.sqrt()
            };
            let apart = median(batches.iter().map(|(batch, _)| apart(batch)))
                .map_or(*spread, |apart| {
                    spread + learned * (OF_MEDIAN * apart - spread)
                });
            // Never less careful than the parameters.
            shift[at] = (middle - mean).max(0.0);
            narrowed[at] = (spread / apart).min(1.0);
        }
        Self {
            count: u16::try_from(batches.len()).unwrap_or(u16::MAX),
            shift,
            narrowed,
            dealers: dealers(parameters, &batches),
            rate: rates(&batches),
        }
    }

    /// How many times as many packs as believed dealers look at.
    pub const fn dealers(&self) -> f64 {
        self.dealers
    }

    /// The logarithm of the evidence that lies in how many marks were scanned: the likelihood of such a departure if the batch
    /// has copies, which add to its scanned codes, over that if it has none.
    pub fn of_rate(&self, codes: u32, activated: u32) -> f64 {
        let Some(departure) = self.departure(codes, activated) else {
            return 0.0;
        };
        let square = DEPARTURE * DEPARTURE;
        let normal = 1.0 / (1.0 + exp(-1.702 * departure * DEPARTURE / (1.0 + square).sqrt()));
        let evidence = ln(2.0 / (1.0 + square).sqrt())
            + departure * departure.abs() / 2.0 * square / (1.0 + square)
            + ln(normal);
        ln(1.0 - IN_RATE + IN_RATE * exp(evidence.clamp(-2.0, MOST_OF_RATE)))
    }

    /// By how many standard deviations of the season a batch has more scanned codes than its peers; `None` if that cannot
    /// be said.
    pub fn departure(&self, codes: u32, activated: u32) -> Option<f64> {
        let [rate, spread] = self.rate?;
        (activated > 0).then(|| departure(codes, activated, rate) / spread)
    }
}

/// How many times as many packs as believed dealers look at: by the median of the batches.
fn dealers(parameters: &Parameters, batches: &[(&BatchState, u32)]) -> f64 {
    let known = || {
        let batches = batches.iter().map(|(batch, _)| *batch);
        batches.filter(|batch| batch.seen_again >= FEWEST_CODES)
    };
    let Some(share) = median(known().map(|batch| batch.dealt / f64::from(batch.seen_again))) else {
        return 1.0;
    };
    let marks: f64 = known().map(|batch| f64::from(batch.seen_again)).sum();
    let learned = marks / (marks + BELIEF_MARKS);
    let [usual, power] = parameters.dealt;
    let departure = ln((share / usual).max(1.0));
    exp(learned * power * departure).min(MOST_DEALERS)
}

/// Square roots of counts differ by one half, however large the counts: so many standard deviations of chance.
fn departure(codes: u32, activated: u32, rate: f64) -> f64 {
    2.0 * (f64::from(codes).sqrt() - (f64::from(activated) * rate).sqrt())
}

fn rates(batches: &[(&BatchState, u32)]) -> Option<[f64; 2]> {
    let known = || {
        batches
            .iter()
            .filter(|(_, activated)| *activated > 0)
            .map(|(batch, activated)| (batch.codes, *activated))
    };
    if known().count() < FEWEST_RATES {
        return None;
    }
    let rate = median(known().map(|(codes, activated)| f64::from(codes) / f64::from(activated)))?;
    let spread = median(known().map(|(codes, activated)| departure(codes, activated, rate).abs()))?;
    Some([rate, (OF_MEDIAN * spread).max(1.0)])
}

fn median(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => None,
        count if count % 2 == 1 => Some(values[middle]),
        _ => Some(0.5 * (values[middle - 1] + values[middle])),
    }
}

#[allow(clippy::cast_precision_loss)] // thousands
fn real(count: usize) -> f64 {
    count as f64
}
