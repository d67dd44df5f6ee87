//! The recorded scans of one mark, weighed once more by the code that weighed them when they came.

use crate::domain::detection::{Context, Evidence, Hypothesis, Known, MarkState, Parameters, Seen};
use crate::domain::mark::MarkId;
use crate::service::ServiceError;
use crate::store::scan::{self, Scan};
use crate::store::{Tx, batch, evidence};

/// Scans that are looked at at most: the newest.
const MOST_SCANS: u32 = 10_000;

/// What happened to a mark, as far as the detector is concerned.
#[derive(Clone, Debug)]
pub enum Happened {
    /// A query.
    Scan(Scan),
    /// Something else became known.
    Known(Known),
}

/// One step, and what it said.
#[derive(Clone, Debug)]
pub struct Weighed {
    /// When, where, whose.
    pub seen: Seen,
    /// What it was.
    pub happened: Happened,
    /// Pieces of evidence, strongest first.
    pub evidence: Vec<Evidence>,
    /// The probability that the mark was copied, after it; what the batch adds is left out.
    pub posterior: f64,
    /// The natural logarithm of the e-value, after it.
    pub e_value_ln: f64,
    /// What is most likely the matter, after it.
    pub hypothesis: Hypothesis,
}

/// A mark's history.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// Step by step, in the order of time.
    pub steps: Vec<Weighed>,
    /// The account that these steps lead to.
    pub account: MarkState,
    /// Whether all scans are still recorded: older ones are aged out.
    pub is_complete: bool,
}

/// Weighs the recorded scans of a mark once more, by these parameters.
///
/// # Errors
/// If the database does not answer.
pub async fn recorded(
    tx: &mut Tx,
    parameters: &Parameters,
    mark: MarkId,
) -> Result<Recorded, ServiceError> {
    let found = scan::recorded(tx, mark, MOST_SCANS).await?;
    let is_complete = found.last().is_none_or(|first| first.scan.query == 1);
    let known = evidence::of_mark(tx, mark).await?;
    let scans = found.into_iter().rev().map(|found| {
        let happened = Happened::Scan(found.scan);
        (found.seen, happened)
    });
    let mut steps: Vec<(Seen, Happened)> = scans.collect();
    // What was known before the first scan found no account to go into.
    let first_at = steps.first().map(|(seen, _)| seen.at);
    let known = known
        .into_iter()
        .filter(|(_, seen)| first_at.is_some_and(|first| first <= seen.at));
    steps.extend(known.map(|(known, seen)| (seen, Happened::Known(known))));
    steps.sort_by_key(|(seen, _)| seen.at);
    let market = batch::market(tx, mark.batch).await?;
    let market = market.as_ref();
    let mut account = MarkState::default();
    let steps = steps.into_iter().map(|(seen, happened)| {
        let step = match &happened {
            Happened::Scan(scan) => account.update(parameters, &seen.scan(&scan.state, market)),
            Happened::Known(known) => account.learn(parameters, *known, &seen, market),
        };
        Weighed {
            seen,
            happened,
            evidence: step.evidence,
            posterior: account.posterior(parameters, &Context::ALONE),
            e_value_ln: account.ln_e_value(parameters),
            hypothesis: account.hypothesis(parameters),
        }
    });
    Ok(Recorded {
        steps: steps.collect(),
        account,
        is_complete,
    })
}
