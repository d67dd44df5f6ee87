//! What happens to marks and their labels: printed, delivered, received, activated, used, withdrawn, and the authority's
//! freezing and restoring.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::desk::{Call, Desk, something_else};
use super::{ServiceError, seen};
use crate::domain::access::Scope;
use crate::domain::container::ContainerNumber;
use crate::domain::custody::{Passage, Piece};
use crate::domain::event::{EventKind, RangeEvent, Withdrawal};
use crate::domain::ledger::books::impossible;
use crate::domain::ledger::chain::{EntryNumber, StoredEntry};
use crate::domain::ledger::entry::{Destruction, Entry, Marks};
use crate::domain::lot::LotNumber;
use crate::domain::mark::{BatchNumber, IndexRange, MarkId, MarkIndex};
use crate::domain::order::Batch;
use crate::domain::refusal::{Refusal, RefusalKind};
use crate::domain::said::said;
use crate::domain::segments::{joined, marks_in, standings};
use crate::domain::selection::{self, Chosen, LineError, LineOutcome, LineReport};
use crate::domain::serial::{Serial, SerialKey};
use crate::domain::state::{MarkState, Standing};
use crate::domain::text::Line;
use crate::store::{Store, event, ledger, licensee, scan};

/// Lines of one selection; a file of more is split by its owner.
pub const MOST_LINES: usize = 1_000_000;

/// Which marks are meant.
#[derive(Clone, Debug)]
pub enum Which<'a> {
    /// All of the batch.
    All,
    /// Those that lines choose, see [`selection`].
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
    /// How many of the marks that were reported used are withdrawn or were never activated: the authority should look.
    pub used_without_right: u64,
}

/// Writes down what happens to marks: all of it or nothing.
///
/// # Errors
/// If a line is bad and bad lines are not to be skipped, if no mark is chosen, or if a rule does not allow it.
pub async fn change(
    store: &Store,
    key: &SerialKey,
    call: &Call,
    change: &Change<'_>,
) -> Result<Changed, ServiceError> {
    let mut desk = Desk::open(store, call).await?;
    if let Some(done) = repeated(&mut desk, key, call, change).await? {
        return Ok(done);
    }
    if let Some(lot) = change.lot {
        desk.load_lot(lot).await?;
    }
    let (mut changed, entries) = work_out(&mut desk, key, change).await?;
    for entry in entries {
        changed.entries.push(desk.enter(entry)?);
    }
    if !changed.entries.is_empty() {
        desk.close().await?;
    }
    Ok(changed)
}

/// What a change comes to, and the entries that say so.
async fn work_out(
    desk: &mut Desk,
    key: &SerialKey,
    change: &Change<'_>,
) -> Result<(Changed, Vec<Entry>), ServiceError> {
    let mut events = BTreeMap::new();
    let (chosen, lines) = choose(desk, &mut events, key, change).await?;
    let mut changed = Changed {
        lines,
        ..Changed::default()
    };
    let mut entries = Vec::new();
    for (batch, ranges) in chosen {
        let events = events.get(&batch).map_or(&[][..], Vec::as_slice);
        let affected = affected(desk, &mut changed, batch, &ranges, events, change);
        if affected.is_empty() {
            continue;
        }
        changed
            .ranges
            .extend(affected.iter().map(|range| (batch, *range)));
        entries.push(Entry::Marks(entry_of(change, batch, affected)));
    }
    Ok((changed, entries))
}

fn entry_of(change: &Change<'_>, batch: BatchNumber, ranges: Vec<IndexRange>) -> Marks {
    Marks {
        reason: change.reason.clone(),
        document: change.document.clone(),
        lot: change.lot,
        containers: match change.which {
            Which::Containers(numbers) => numbers.to_vec(),
            _ => Vec::new(),
        },
        receiver: change.receiver.clone(),
        destruction: change.destruction.clone(),
        ..Marks::new(batch, change.event, ranges)
    }
}

/// What was done when this very request was made before: worked out anew from where the labels were then. It is the same
/// request if it comes to the same entries.
async fn repeated(
    desk: &mut Desk,
    key: &SerialKey,
    call: &Call,
    change: &Change<'_>,
) -> Result<Option<Changed>, ServiceError> {
    let earlier = desk.repeated(|entry| matches!(entry, Entry::Marks(_)))?;
    let Some((first, request)) = earlier
        .map(|earlier| earlier.number)
        .zip(call.request.as_ref())
    else {
        return Ok(None);
    };
    desk.look_back_to(first);
    let (mut changed, entries) = match work_out(desk, key, change).await {
        Err(error) if error.is_the_request_s_fault() => return Err(something_else(request, first)),
        done => done?,
    };
    for (number, entry) in (first..).zip(entries) {
        let stored = ledger::get(&mut desk.tx, number).await?;
        let is_same =
            |stored: StoredEntry| stored.kind == entry.kind() && stored.body == entry.body();
        if !stored.is_some_and(is_same) {
            return Err(something_else(request, first));
        }
        changed.entries.push(number);
    }
    if changed.entries.is_empty() {
        return Err(something_else(request, first));
    }
    Ok(Some(changed))
}

type Events = BTreeMap<BatchNumber, Vec<RangeEvent>>;
type ChosenMarks = BTreeMap<BatchNumber, Vec<IndexRange>>;

/// Loads a batch, and asks whether such a thing can be entered for it at all.
async fn load(
    desk: &mut Desk,
    events: &mut Events,
    number: BatchNumber,
    change: &Change<'_>,
) -> Result<(), ServiceError> {
    let std::collections::btree_map::Entry::Vacant(place) = events.entry(number) else {
        return Ok(());
    };
    let of_batch = desk.load_batch(number).await?;
    if desk.books.batches.has(number) {
        place.insert(of_batch);
        if !desk.looks_back() {
            let entry = entry_of(change, number, Vec::new());
            desk.books.may_move(&entry, desk.hand())?;
        }
    }
    Ok(())
}

async fn choose(
    desk: &mut Desk,
    events: &mut Events,
    key: &SerialKey,
    change: &Change<'_>,
) -> Result<(ChosenMarks, Vec<LineReport>), ServiceError> {
    if let Some(number) = change.batch {
        load(desk, events, number, change).await?;
        desk.books.batch(number)?;
    }
    let wholes = match &change.which {
        Which::Lines(text) => return choose_lines(desk, events, key, change, text).await,
        Which::All => {
            let number = change.batch.ok_or_else(|| {
                Refusal::invalid(
                    said!("no batch is named", "没有选择标志批"),
                    said!("name the batch whose marks are meant", "请选择标志所在的批"),
                )
            })?;
            vec![(number, vec![desk.books.batch(number)?.count.all()])]
        }
        Which::Containers(numbers) => in_containers(desk, numbers).await?,
        Which::Delivery(entry) => vec![delivered_by(desk, *entry).await?],
    };
    let mut chosen = ChosenMarks::new();
    for (number, ranges) in wholes {
        load(desk, events, number, change).await?;
        for range in ranges {
            let is_whole = matches!(change.which, Which::Delivery(_)) || change.skip_bad;
            if !is_whole && let Err(refusal) = can_happen(desk, number, range, change) {
                return Err(refusal.into());
            }
            chosen.entry(number).or_default().push(range);
        }
    }
    let chosen = chosen
        .into_iter()
        .map(|(batch, ranges)| (batch, joined(ranges)));
    Ok((chosen.collect(), Vec::new()))
}

async fn choose_lines(
    desk: &mut Desk,
    events: &mut Events,
    key: &SerialKey,
    change: &Change<'_>,
    text: &str,
) -> Result<(ChosenMarks, Vec<LineReport>), ServiceError> {
    if text.lines().count() > MOST_LINES {
        return Err(Refusal::invalid(
            said!(
                "there are more than {MOST_LINES} lines",
                "内容超过 {MOST_LINES} 行"
            ),
            said!(
                "split the file, or name ranges instead of single serials",
                "请拆分文件，或用号段代替逐枚编号"
            ),
        )
        .into());
    }
    let mut lines = selection::read(text.lines(), change.batch, key);
    let scope = desk.scope();
    seen::hide_lines_of_others(&mut desk.tx, scope, &mut lines).await?;
    if lines.is_empty() {
        return Err(Refusal::invalid(
            said!("no mark is chosen", "没有选择标志"),
            said!(
                "name a serial, a range of indices, a file of them, or --all",
                "请填写编号、号段，上传编号文件，或选择整批"
            ),
        )
        .into());
    }
    let mut counts = BTreeMap::new();
    for number in selection::batches(&lines) {
        load(desk, events, number, change).await?;
        if let Some(batch) = desk.books.batches.get(number) {
            counts.insert(number, batch.count);
        }
    }
    let allowed = |chosen: Chosen| {
        can_happen(desk, chosen.batch, chosen.range, change)
            .map_err(|refusal| LineError::Impossible(refusal.what))
    };
    let (chosen, lines) = selection::check(lines, &counts, allowed);
    let bad = lines
        .iter()
        .filter(|line| matches!(line.outcome, LineOutcome::Bad(_)))
        .count();
    if bad > 0 && (!change.skip_bad || bad == lines.len()) {
        return Err(ServiceError::BadLines { bad, lines });
    }
    Ok((chosen, lines))
}

/// What is in rolls and boxes.
async fn in_containers(
    desk: &mut Desk,
    numbers: &[ContainerNumber],
) -> Result<Vec<(BatchNumber, Vec<IndexRange>)>, ServiceError> {
    let mut found = Vec::new();
    for &number in numbers {
        desk.load_container(number).await?;
        let container = desk.books.containers.get(number).ok_or_else(|| {
            Refusal::no_such(
                said!("there is no container {number}", "没有卷（箱） {number}"),
                said!(
                    "`yuanmark container list` shows the containers there are",
                    "请在卷和箱的列表中选择"
                ),
            )
        })?;
        found.push((container.filled.batch, container.filled.ranges.clone()));
    }
    if found.is_empty() {
        return Err(Refusal::invalid(
            said!("no container is named", "没有选择卷或箱"),
            said!("name a roll or a box", "请选择一卷或一箱"),
        )
        .into());
    }
    Ok(found)
}

/// What an entry of the ledger sent.
async fn delivered_by(
    desk: &mut Desk,
    entry: EntryNumber,
) -> Result<(BatchNumber, Vec<IndexRange>), ServiceError> {
    let stored = ledger::get(&mut desk.tx, entry).await?;
    let stored = stored.filter(|stored| desk.scope().sees_entry(&stored.subjects));
    let read = stored.and_then(|stored| Entry::read(&stored.kind, &stored.body));
    match read {
        Some(Entry::Marks(marks)) if marks.event == EventKind::Delivered => {
            Ok((marks.batch, marks.ranges))
        }
        _ => Err(Refusal::no_such(
            said!("entry {entry} is no delivery", "台账第 {entry} 条不是发放"),
            said!(
                "`yuanmark ledger list --kind delivered` shows the deliveries there are",
                "请在台账的发放记录中选择"
            ),
        )
        .into()),
    }
}

/// Whether what is to happen can happen to all labels of a range; those that are so already are no hindrance.
fn can_happen(
    desk: &Desk,
    batch: BatchNumber,
    range: IndexRange,
    change: &Change<'_>,
) -> Result<(), Refusal> {
    let Some(custody) = desk.books.custody.get(batch) else {
        return Ok(());
    };
    for (part, piece) in custody.look(range) {
        let after = after(desk, piece, change);
        let is_of_another_lot = change.event == EventKind::Activated && piece.lot != change.lot;
        if after == Passage::Impossible || (after == Passage::Already && is_of_another_lot) {
            return Err(impossible(part, piece, change.event));
        }
    }
    Ok(())
}

/// What the event would do to labels that are so. Their movements are reported by whoever answers for them: the printing
/// house until they are sent, from then on the licensee.
fn after(desk: &Desk, piece: Piece, change: &Change<'_>) -> Passage {
    let answers = match desk.scope() {
        Scope::All => true,
        Scope::Printer(_) => piece.place.is_before_delivery(),
        Scope::Licensee(_) => !piece.place.is_before_delivery(),
    };
    match piece.after(change.event, change.lot) {
        Passage::To(_) if change.event.moves_labels() && !answers => Passage::Impossible,
        passage => passage,
    }
}

/// The parts of `ranges` that the event changes.
fn affected(
    desk: &Desk,
    changed: &mut Changed,
    number: BatchNumber,
    ranges: &[IndexRange],
    events: &[RangeEvent],
    change: &Change<'_>,
) -> Vec<IndexRange> {
    let Some(batch) = desk.books.batches.get(number) else {
        return Vec::new();
    };
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
            for part in parts_that_change(desk, number, part, standing, change) {
                let marks = u64::from(part.marks());
                changed.marks += marks;
                if is_outranked(standing, change.event) {
                    changed.still_withdrawn += marks;
                }
                if change.event == EventKind::Used && !may_be_used(standing) {
                    changed.used_without_right += marks;
                }
                affected.push(part);
            }
        }
        changed.unchanged += u64::from(range.marks());
    }
    let affected = joined(affected);
    changed.unchanged -= marks_in(&affected);
    affected
}

/// The parts of a stretch of one standing that the event changes: for labels their whereabouts decide, for the
/// authority's word the standing.
fn parts_that_change(
    desk: &Desk,
    batch: BatchNumber,
    part: IndexRange,
    standing: &Standing<'_>,
    change: &Change<'_>,
) -> Vec<IndexRange> {
    if !change.event.moves_labels() {
        return if standing.is_changed_by(change.event) {
            vec![part]
        } else {
            Vec::new()
        };
    }
    let Some(custody) = desk.books.custody.get(batch) else {
        return Vec::new();
    };
    let changes = |(part, piece): (IndexRange, Piece)| {
        matches!(after(desk, piece, change), Passage::To(_)).then_some(part)
    };
    custody.look(part).filter_map(changes).collect()
}

/// Whether a mark that stands so may be on goods.
fn may_be_used(standing: &Standing<'_>) -> bool {
    let is_withdrawn = |kind: &&Withdrawal| standing.is_withdrawn(**kind);
    standing.activation().is_some() && Withdrawal::ALL.iter().find(is_withdrawn).is_none()
}

/// Whether another withdrawal has precedence over what an event of this kind leads to.
fn is_outranked(standing: &Standing<'_>, kind: EventKind) -> bool {
    let mut others = Withdrawal::ALL.iter().filter(|other| match kind {
        EventKind::Withdrawn(kind) => **other < kind,
        EventKind::Restored(kind) => **other != kind,
        EventKind::Activated => true,
        _ => false,
    });
    others.any(|other| standing.is_withdrawn(*other))
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
    pub queries: Option<scan::Queries>,
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
