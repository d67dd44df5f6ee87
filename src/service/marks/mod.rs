//! What happens to marks and their labels: printed, delivered, received, activated, used, withdrawn, and the authority's
//! freezing and restoring.
//!
//! [`choose`] finds the marks that are meant, [`affected`] what becomes of them; [`work`] does both for one change after
//! another. [`look`] tells beforehand what a change would come to, [`printing`] makes a printing house's report of several
//! changes, [`deliveries`] says what of an order was sent and is still on its way.

mod affected;
mod choose;
pub mod deliveries;
pub mod look;
pub mod printing;
mod work;

use jiff::Timestamp;

use self::work::Work;
use super::desk::{Call, Desk};
use super::keys::LiveKeys;
use super::{ServiceError, seen};
use crate::domain::access::Scope;
use crate::domain::claim::Claim;
use crate::domain::container::ContainerNumber;
use crate::domain::custody::Piece;
use crate::domain::event::{EventKind, RangeEvent};
use crate::domain::ledger::chain::EntryNumber;
use crate::domain::ledger::entry::Destruction;
use crate::domain::lot::LotNumber;
use crate::domain::mark::{BatchNumber, IndexRange, MarkId, MarkIndex};
use crate::domain::order::Batch;
use crate::domain::queries::Queries;
use crate::domain::refusal::{Refusal, RefusalKind};
use crate::domain::said::said;
use crate::domain::selection::LineReport;
use crate::domain::serial::{Serial, SerialKey};
use crate::domain::state::{MarkState, Standing};
use crate::domain::text::Line;
use crate::store::{Store, claim, event, licensee, scan};

/// Lines of one selection; a file of more is split by its owner.
pub const MOST_LINES: usize = 1_000_000;

/// Which marks are meant.
#[derive(Clone, Debug)]
pub enum Which<'a> {
    /// All of the batch.
    All,
    /// Those that lines choose, see [`crate::domain::selection`].
    Lines(&'a str),
    /// What is in these rolls and boxes.
    Containers(&'a [ContainerNumber]),
    /// What was sent by this entry of the ledger and is still on its way.
    Delivery(EntryNumber),
}

/// What is to happen to which marks.
#[derive(Clone, Debug)]
pub struct Change<'a> {
    /// What.
    pub event: EventKind,
    /// To which marks.
    pub which: Which<'a>,
    /// The batch in which indices count.
    pub batch: Option<BatchNumber>,
    /// Take the good lines even if there are bad ones.
    pub skip_bad: bool,
    /// Leave out the marks that an earlier change of the same request is about.
    pub is_of_the_rest: bool,
    /// Why; the public reads it for withdrawals.
    pub reason: Option<Line>,
    /// The number of the decision or report.
    pub document: Option<Line>,
    /// The lot that marks are activated for.
    pub lot: Option<LotNumber>,
    /// Who receives.
    pub receiver: Option<Line>,
    /// Day and witnesses of a destruction.
    pub destruction: Option<Destruction>,
}

impl<'a> Change<'a> {
    /// With nothing else to say.
    pub const fn new(event: EventKind, which: Which<'a>, batch: Option<BatchNumber>) -> Self {
        Self {
            event,
            which,
            batch,
            skip_bad: false,
            is_of_the_rest: false,
            reason: None,
            document: None,
            lot: None,
            receiver: None,
            destruction: None,
        }
    }
}

/// What was done.
#[derive(Clone, Debug, Default)]
pub struct Changed {
    /// The entries that were written, one a batch; none if nothing changed.
    pub entries: Vec<EntryNumber>,
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
    /// Which of the marks that were reported used are withdrawn or were never activated: the authority should look.
    pub without_right: Vec<(BatchNumber, IndexRange)>,
}

impl Changed {
    /// How many of the marks that were reported used are withdrawn or were never activated.
    pub fn used_without_right(&self) -> u64 {
        let marks = self.without_right.iter();
        marks.map(|(_, range)| u64::from(range.marks())).sum()
    }
}

/// The batches of which lines name marks.
///
/// # Errors
/// If there is no line, or there are too many.
pub fn batches_named(keys: &LiveKeys, lines: &str) -> Result<Vec<BatchNumber>, ServiceError> {
    choose::batches_named(keys, lines)
}

/// Writes down what happens to marks: all of it or nothing.
///
/// # Errors
/// If a line is bad and bad lines are not to be skipped, if no mark is chosen, or if a rule does not allow it.
pub async fn change(
    store: &Store,
    keys: &LiveKeys,
    call: &Call,
    change: &Change<'_>,
) -> Result<Changed, ServiceError> {
    let changes = std::slice::from_ref(change);
    let done = change_all(store, keys, call, changes).await?;
    Ok(done.into_iter().next().unwrap_or_default())
}

/// Writes down several changes, each on what those before it came to: all of them or nothing.
///
/// # Errors
/// As [`change`].
pub async fn change_all(
    store: &Store,
    keys: &LiveKeys,
    call: &Call,
    changes: &[Change<'_>],
) -> Result<Vec<Changed>, ServiceError> {
    // Codes in the lines have signatures to be checked: before the desk, at which everybody else waits.
    let lines = choose::read_all(keys, changes)?;
    let mut work = Work::at(Desk::open(store, call).await?);
    if let Some(done) = work.repeated(call, changes, lines.clone()).await? {
        return Ok(done);
    }
    let done = work.all(changes, lines).await?;
    if done.iter().any(|changed| !changed.entries.is_empty()) {
        work.desk.close().await?;
    }
    Ok(done)
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
    /// Where its label is, and for which lot it was activated.
    pub label: Piece,
    /// What happened to it, in ledger order.
    pub events: Vec<RangeEvent>,
    /// Its queries, if there were any.
    pub queries: Option<Queries>,
    /// The claim of its hidden code, if it was claimed.
    pub claim: Option<Claim>,
}

/// What is known of the mark that a serial, or a batch and index, names.
///
/// # Errors
/// If there is no such mark.
pub async fn report(
    store: &Store,
    scope: Scope,
    key: &SerialKey,
    mark: MarkId,
    now: Timestamp,
) -> Result<MarkReport, ServiceError> {
    let mut tx = store.read().await?;
    let batch = seen::batch_or_refusal(&mut tx, scope, mark.batch).await?;
    if !batch.count.has(mark.index) {
        return Err(Refusal::no_such(
            said!(
                "batch {} has no mark {}",
                "第 {} 批没有 {} 号标志",
                mark.batch,
                mark.index
            ),
            said!("its marks are {}", "这一批的序号为 {}", batch.count.all()),
        )
        .into());
    }
    let licensee = licensee::get(&mut tx, batch.licensee).await?;
    let events = event::of_mark(&mut tx, mark).await?;
    let queries = scan::get(&mut tx, mark).await?;
    let claim = claim::get(&mut tx, mark).await?;
    let ended = licensee
        .as_ref()
        .and_then(|licensee| licensee.ended.as_ref());
    let state = Standing::of(&events).state(ended, batch.form.past_since(batch.season), now);
    let state = match state {
        MarkState::Withdrawn(ground) => ground.slug(),
        other => other.slug(),
    };
    Ok(MarkReport {
        mark,
        serial: key.serial(mark),
        batch,
        state,
        label: Piece::of(&events),
        events,
        queries,
        claim,
    })
}

/// The same for a mark that is named by its serial (`4BD9-QV4N-Q0NZ-57DB`) or by batch and index (`1-4031`). A serial
/// that is not seen is told from none in no way: it says nothing of the batch it is of.
///
/// # Errors
/// As [`report`].
pub async fn report_named(
    store: &Store,
    scope: Scope,
    key: &SerialKey,
    text: &str,
    now: Timestamp,
) -> Result<MarkReport, ServiceError> {
    let serial = Serial::from_typed(text).and_then(|serial| key.mark(serial));
    if let Some(mark) = serial {
        let found = report(store, scope, key, mark, now).await;
        return found.map_err(|error| match error {
            ServiceError::Refused(refusal) if refusal.kind == RefusalKind::NoSuch => unnamed(),
            error => error,
        });
    }
    let mark = text.split_once('-').and_then(|(batch, index)| {
        Some(MarkId {
            batch: BatchNumber::new(batch.parse().ok()?)?,
            index: MarkIndex::new(index.parse().ok()?)?,
        })
    });
    report(store, scope, key, mark.ok_or_else(unnamed)?, now).await
}

fn unnamed() -> ServiceError {
    Refusal::no_such(
        said!(
            "this is neither a serial of ours nor a batch with an index",
            "这既不是本系统的序列号，也不是批号加序号"
        ),
        said!(
            "copy the serial from the label, or write batch and index as in 1-4031",
            "请照标签抄写序列号，或写作“批号-序号”，如 1-4031"
        ),
    )
    .into()
}
