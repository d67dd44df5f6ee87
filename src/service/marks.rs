//! What happens to marks after printing: activation, withdrawal, and the undoing of freezes and recalls.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{ServiceError, no_batch};
use crate::domain::event::{EventKind, RangeEvent, Withdrawal};
use crate::domain::mark::{BatchNumber, IndexRange, MarkId};
use crate::domain::order::Batch;
use crate::domain::segments::{joined, standings};
use crate::domain::selection::{self, LineOutcome, LineReport};
use crate::domain::serial::{Serial, SerialKey};
use crate::domain::state::Standing;
use crate::domain::text::Line;
use crate::store::event::NewEvents;
use crate::store::{Store, Tx, batch, event, licensee, scan};

/// Lines of one selection; a file of more is split by its owner.
pub const MOST_LINES: usize = 1_000_000;

/// What is to happen to which marks.
#[derive(Clone, Debug)]
pub struct Change<'a> {
    /// What.
    pub kind: EventKind,
    /// The lines that choose the marks, see [`selection`]; `None` for the whole batch.
    pub lines: Option<&'a str>,
    /// The batch in which indices count.
    pub batch: Option<BatchNumber>,
    /// Take the good lines even if there are bad ones.
    pub skip_bad: bool,
    /// Who says so.
    pub actor: &'a Line,
    /// Why; the public reads it for withdrawals.
    pub reason: Option<&'a Line>,
    /// The number of the decision or report.
    pub document: Option<&'a Line>,
}

/// What was done.
#[derive(Clone, Debug, Default)]
pub struct Changed {
    /// What became of each line.
    pub lines: Vec<LineReport>,
    /// The ranges that changed, by batch.
    pub ranges: Vec<(BatchNumber, IndexRange)>,
    /// How many marks changed.
    pub marks: u64,
    /// How many chosen marks were so already.
    pub unchanged: u64,
    /// How many of the changed marks stay withdrawn for another reason, which has precedence.
    pub still_withdrawn: u64,
}

/// Writes down what happens to marks: all of it or nothing.
///
/// # Errors
/// If a line is bad and bad lines are not to be skipped, if no mark is chosen, or if the kind cannot be undone.
pub async fn change(
    store: &Store,
    key: &SerialKey,
    change: &Change<'_>,
    now: Timestamp,
) -> Result<Changed, ServiceError> {
    if let EventKind::Restored(kind) = change.kind
        && !kind.can_be_undone()
    {
        return Err(ServiceError::refused(
            format!("a mark that is {} stays so", kind.slug()),
            "only freezing and recall can be undone",
        ));
    }
    let mut tx = store.write().await?;
    event::lock(&mut tx).await?;
    let (chosen, lines) = choose(&mut tx, key, change).await?;
    let mut changed = Changed {
        lines,
        ..Changed::default()
    };
    for (batch, ranges) in chosen {
        let events = event::of_batch(&mut tx, batch.number).await?;
        collect(&mut changed, &batch, &ranges, &events, change.kind);
    }
    let new = NewEvents {
        kind: change.kind,
        actor: change.actor,
        reason: change.reason,
        document: change.document,
    };
    event::add(&mut tx, &changed.ranges, &new, now).await?;
    tx.commit().await?;
    Ok(changed)
}

type ChosenMarks = Vec<(Batch, Vec<IndexRange>)>;

async fn choose(
    tx: &mut Tx,
    key: &SerialKey,
    change: &Change<'_>,
) -> Result<(ChosenMarks, Vec<LineReport>), ServiceError> {
    let batch = match change.batch {
        Some(number) => Some(
            batch::get(tx, number)
                .await?
                .ok_or_else(|| no_batch(number))?,
        ),
        None => None,
    };
    let text = match (change.lines, batch) {
        (None, Some(batch)) => {
            let all = vec![batch.count.all()];
            return Ok((vec![(batch, all)], Vec::new()));
        }
        (None, None) => "",
        (Some(text), _) => text,
    };
    if text.lines().count() > MOST_LINES {
        return Err(ServiceError::refused(
            format!("there are more than {MOST_LINES} lines"),
            "split the file, or name ranges instead of single serials",
        ));
    }
    let lines = selection::read(text.lines(), change.batch, key);
    if lines.is_empty() {
        return Err(ServiceError::refused(
            "no mark is chosen",
            "name a serial, a range of indices, a file of them, or --all",
        ));
    }
    let mut batches = BTreeMap::new();
    for number in selection::batches(&lines) {
        if let Some(batch) = batch::get(tx, number).await? {
            batches.insert(number, batch);
        }
    }
    let counts = batches
        .iter()
        .map(|(number, batch)| (*number, batch.count))
        .collect();
    let (ranges, lines) = selection::check(lines, &counts);
    let bad = lines
        .iter()
        .filter(|line| matches!(line.outcome, LineOutcome::Bad(_)))
        .count();
    if bad > 0 && (!change.skip_bad || bad == lines.len()) {
        return Err(ServiceError::BadLines { bad, lines });
    }
    let chosen = ranges
        .into_iter()
        .filter_map(|(number, ranges)| Some((batches.remove(&number)?, ranges)))
        .collect();
    Ok((chosen, lines))
}

/// Adds to `changed` the parts of `ranges` on which an event of this kind changes anything.
fn collect(
    changed: &mut Changed,
    batch: &Batch,
    ranges: &[IndexRange],
    events: &[RangeEvent],
    kind: EventKind,
) {
    let pieces = standings(batch.count.all(), events);
    let mut affected = Vec::new();
    let mut next = 0; // both lists ascend: pieces before this one end before every range still to come
    for range in ranges {
        while pieces[next].0.last() < range.first() {
            next += 1;
        }
        for (piece, standing) in &pieces[next..] {
            let Some(part) = piece.overlap(*range) else {
                break;
            };
            let marks = u64::from(part.marks());
            if standing.is_changed_by(kind) {
                changed.marks += marks;
                if is_outranked(standing, kind) {
                    changed.still_withdrawn += marks;
                }
                affected.push(part);
            } else {
                changed.unchanged += marks;
            }
        }
    }
    let affected = joined(affected);
    changed
        .ranges
        .extend(affected.into_iter().map(|range| (batch.number, range)));
}

/// Whether another withdrawal has precedence over what an event of this kind leads to.
fn is_outranked(standing: &Standing<'_>, kind: EventKind) -> bool {
    let mut others = Withdrawal::ALL.into_iter().filter(|other| match kind {
        EventKind::Activated => true,
        EventKind::Withdrawn(kind) => *other < kind,
        EventKind::Restored(kind) => *other != kind,
    });
    others.any(|other| standing.is_withdrawn(other))
}

/// All that is known of one mark.
#[derive(Clone, Debug)]
pub struct MarkReport {
    /// The mark.
    pub mark: MarkId,
    /// Its serial.
    pub serial: Serial,
    /// Its batch.
    pub batch: Batch,
    /// The word of its state now; for withdrawn marks the reason.
    pub state: &'static str,
    /// What happened to it, in ledger order.
    pub events: Vec<RangeEvent>,
    /// Its queries, if there were any.
    pub queries: Option<scan::Queries>,
}

/// What is known of the mark that a serial, or a batch and index, names.
///
/// # Errors
/// If there is no such mark.
pub async fn report(
    store: &Store,
    key: &SerialKey,
    mark: MarkId,
    now: Timestamp,
) -> Result<MarkReport, ServiceError> {
    let mut tx = store.read().await?;
    let batch = batch::get(&mut tx, mark.batch)
        .await?
        .ok_or_else(|| no_batch(mark.batch))?;
    if !batch.count.has(mark.index) {
        return Err(ServiceError::refused(
            format!("batch {} has no mark {}", mark.batch, mark.index),
            format!("its marks are {}", batch.count.all()),
        ));
    }
    let licensee = licensee::get(&mut tx, batch.licensee).await?;
    let events = event::of_mark(&mut tx, mark).await?;
    let queries = scan::get(&mut tx, mark).await?;
    let ended = licensee
        .as_ref()
        .and_then(|licensee| licensee.ended.as_ref());
    let state = Standing::of(&events).state(ended, batch.form.past_since(batch.season), now);
    let state = match state {
        crate::domain::state::MarkState::Withdrawn(ground) => ground.slug(),
        other => other.slug(),
    };
    Ok(MarkReport {
        mark,
        serial: key.serial(mark),
        batch,
        state,
        events,
        queries,
    })
}
