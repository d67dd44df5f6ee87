//! Rolls and boxes (卷、箱).

use super::desk::{Call, Desk};
use super::keys::LiveKeys;
use super::{ServiceError, seen};
use crate::domain::access::Scope;
use crate::domain::container::{
    Comparison, Container, ContainerKind, ContainerNumber, NewContainer,
};
use crate::domain::custody::{Custody, Piece};
use crate::domain::event::Withdrawal;
use crate::domain::ledger::entry::{ContainerFilled, Entry};
use crate::domain::mark::{BatchNumber, IndexRange};
use crate::domain::order::OrderNumber;
use crate::domain::refusal::Refusal;
use crate::domain::said::said;
use crate::domain::segments::standings;
use crate::domain::selection::{self, LineOutcome, LineReport, MarkNames};
use crate::domain::text::Line;
use crate::domain::whereabouts::{Counts, Whereabouts};
use crate::store::{Store, Tx, event, register};

/// What a container is to be filled with.
#[derive(Clone, Debug)]
pub struct Fill<'a> {
    /// Roll or box.
    pub kind: ContainerKind,
    /// The batch in which indices count.
    pub batch: Option<BatchNumber>,
    /// The lines that choose its marks, all of one batch, see [`selection`].
    pub lines: &'a str,
    /// What stands on it.
    pub label: Option<Line>,
}

/// Fills a container.
///
/// # Errors
/// If a line is bad, the marks are of several batches, one of them is in another container of this kind, a roll would be
/// in a box only in part, or the label stands on another container of the licensee.
pub async fn fill(
    store: &Store,
    keys: &LiveKeys,
    call: &Call,
    fill: &Fill<'_>,
) -> Result<Container, ServiceError> {
    let mut desk = Desk::open(store, call).await?;
    let (chosen, lines) = chosen(&mut desk.tx, call.scope, keys, fill.batch, fill.lines).await?;
    let bad = lines
        .iter()
        .filter(|line| matches!(line.outcome, LineOutcome::Bad(_)))
        .count();
    if bad > 0 {
        return Err(ServiceError::BadLines { bad, lines });
    }
    let mut batches: Vec<BatchNumber> = chosen.iter().map(|(batch, _)| *batch).collect();
    batches.dedup();
    let [number] = batches[..] else {
        return Err(Refusal::invalid(
            said!(
                "these marks are of {} batches",
                "这些标志分属 {} 批",
                batches.len()
            ),
            said!(
                "a container holds marks of one batch, and at least one",
                "一卷（箱）只装同一批的标志，且至少一枚"
            ),
        )
        .into());
    };
    let new = NewContainer {
        kind: fill.kind,
        batch: number,
        ranges: chosen.into_iter().map(|(_, range)| range).collect(),
        label: fill.label.clone(),
    };
    let is_same = |entry: &Entry| matches!(entry, Entry::ContainerFilled(body) if body.new == new);
    if let Some(earlier) = desk.repeated(is_same)?
        && let Some(Entry::ContainerFilled(body)) = Entry::read(&earlier.kind, &earlier.body)
    {
        desk.load_container(body.container).await?;
        let filled = desk.books.containers.get(body.container).cloned();
        return filled.ok_or_else(|| unknown(body.container));
    }
    desk.load_batch(number).await?;
    new.check_label()?;
    check_label_is_new(&mut desk, &new).await?;
    // Each of them: a label in any other one is in the way.
    for other in
        register::containers(&mut desk.tx, Scope::All, Some(number), None, u32::MAX).await?
    {
        desk.books.shelve_container(other);
    }
    let container = register::next_container(&mut desk.tx).await?;
    desk.enter(ContainerFilled { container, new })?;
    let filled = desk.books.containers.get(container).cloned();
    desk.close().await?;
    filled.ok_or_else(|| unknown(container))
}

/// No other container of the licensee bears the same: it would not be known which of them is meant.
async fn check_label_is_new(desk: &mut Desk, new: &NewContainer) -> Result<(), ServiceError> {
    let Some(label) = &new.label else {
        return Ok(());
    };
    let of_licensee = Scope::Licensee(desk.books.batch(new.batch)?.licensee);
    let found = register::containers_labelled(&mut desk.tx, of_licensee, label, 1).await?;
    let Some(other) = found.first() else {
        return Ok(());
    };
    let kind = other.filled.kind;
    Err(Refusal::conflict(
        said!(
            "{label} stands on {} {} already", kind.slug(), other.number;
            "{} {} 的标签已是“{label}”", kind.chinese(), other.number
        ),
        said!(
            "give this one another label: each is told from the others by it",
            "请换一个字样，以便区分"
        ),
    )
    .into())
}

/// Holds a container against the marks that were found in it (箱物一致).
///
/// # Errors
/// If there is no such container; lines that are no marks of ours are told.
pub async fn compare(
    store: &Store,
    scope: Scope,
    keys: &LiveKeys,
    number: ContainerNumber,
    lines: &str,
) -> Result<(Container, Comparison, Vec<LineReport>), ServiceError> {
    let mut tx = store.read().await?;
    let container = seen::container(&mut tx, scope, number).await?;
    let container = container.ok_or_else(|| unknown(number))?;
    let (found, lines) = chosen(&mut tx, scope, keys, Some(container.filled.batch), lines).await?;
    let comparison = container.compare(&found);
    Ok((container, comparison, lines))
}

type Found = Vec<(BatchNumber, IndexRange)>;

/// The marks that lines choose. A serial of another batch is found there, not refused.
async fn chosen(
    tx: &mut Tx,
    scope: Scope,
    keys: &LiveKeys,
    of: Option<BatchNumber>,
    text: &str,
) -> Result<(Found, Vec<LineReport>), ServiceError> {
    let ring = keys.ring();
    let names = MarkNames::new(&keys.secrets.serial, &ring);
    let mut lines = selection::read_of_any_batch(text.lines(), of, names);
    seen::hide_lines_of_others(tx, scope, &mut lines).await?;
    let mut counts = std::collections::BTreeMap::new();
    for number in selection::batches(&lines) {
        if let Some(batch) = seen::batch(tx, scope, number).await? {
            counts.insert(number, batch.count);
        }
    }
    let (ranges, reports) = selection::check(lines, &counts, |_| Ok(()));
    let flat = ranges
        .into_iter()
        .flat_map(|(batch, ranges)| ranges.into_iter().map(move |range| (batch, range)));
    Ok((flat.collect(), reports))
}

/// The container of that number.
///
/// # Errors
/// If there is none.
pub async fn get(
    store: &Store,
    scope: Scope,
    number: ContainerNumber,
) -> Result<Container, ServiceError> {
    let found = seen::container(&mut store.read().await?, scope, number).await?;
    found.ok_or_else(|| unknown(number))
}

/// A container with whose its labels are and where.
#[derive(Clone, Debug)]
pub struct Detail {
    /// The container.
    pub container: Container,
    /// The order its labels were made for.
    pub order: OrderNumber,
    /// Whose labels they are.
    pub licensee: Line,
    /// Where they are, stretch by stretch.
    pub pieces: Vec<(IndexRange, Piece)>,
    /// The same, counted.
    pub counts: Counts,
    /// Whether some of its marks are frozen.
    pub is_frozen: bool,
}

/// The container of that number with where its labels are.
///
/// # Errors
/// If there is none.
pub async fn detail(
    store: &Store,
    scope: Scope,
    number: ContainerNumber,
) -> Result<Detail, ServiceError> {
    let mut tx = store.read().await?;
    let container = seen::container(&mut tx, scope, number).await?;
    let container = container.ok_or_else(|| unknown(number))?;
    let batch = seen::batch_or_refusal(&mut tx, scope, container.filled.batch).await?;
    // Whoever sees the order sees whose it is.
    let licensee = seen::licensee(&mut tx, Scope::All, batch.licensee).await?;
    let licensee = licensee.ok_or_else(|| unknown(number))?;
    let events = event::of_batch(&mut tx, batch.number).await?;
    let custody = Custody::after(batch.count, &events);
    let ranges = container.filled.ranges.iter();
    let pieces: Vec<_> = ranges
        .clone()
        .flat_map(|range| custody.look(*range))
        .collect();
    let mut standings = ranges.flat_map(|range| standings(*range, &events));
    let is_frozen = standings.any(|(_, standing)| standing.is_withdrawn(Withdrawal::Frozen));
    let mut counts = Counts::unreported(pieces.iter().map(|(part, _)| part.marks()).sum());
    for (part, piece) in &pieces {
        counts.moved(Whereabouts::Unreported, piece.place, part.marks());
    }
    Ok(Detail {
        container,
        order: batch.order,
        licensee: licensee.name().clone(),
        pieces,
        counts,
        is_frozen,
    })
}

/// Containers of the same label that are told apart by their numbers.
const MOST_ALIKE: u32 = 20;

/// The container that a person means: by its number, or by what stands on it.
///
/// # Errors
/// If there is none, or several have that label.
pub async fn named(store: &Store, scope: Scope, name: &str) -> Result<Container, ServiceError> {
    let mut tx = store.read().await?;
    if let Ok(number) = name.parse().map(ContainerNumber)
        && let Some(found) = seen::container(&mut tx, scope, number).await?
    {
        return Ok(found);
    }
    let nobody = || {
        Refusal::no_such(
            said!("there is no roll or box {name}", "没有卷（箱）“{name}”"),
            said!(
                "type its number, or what stands on it",
                "请填写卷（箱）的编号，或其标签上的字样"
            ),
        )
    };
    let label = Line::new("label", name).map_err(|_| nobody())?;
    let found = register::containers_labelled(&mut tx, scope, &label, MOST_ALIKE).await?;
    if found.len() > 1 {
        let numbers: Vec<String> = found.iter().map(|one| one.number.to_string()).collect();
        return Err(Refusal::conflict(
            said!(
                "on several rolls or boxes stands {name}: {}", numbers.join(", ");
                "有多个卷（箱）标有“{name}”：{}", numbers.join("、")
            ),
            said!("type the number", "请填写编号"),
        )
        .into());
    }
    Ok(found.into_iter().next().ok_or_else(nobody)?)
}

/// The newest containers of a batch, or of all.
///
/// # Errors
/// If the database does not answer.
pub async fn list(
    store: &Store,
    scope: Scope,
    batch: Option<BatchNumber>,
    before: Option<ContainerNumber>,
    limit: u32,
) -> Result<Vec<Container>, ServiceError> {
    Ok(register::containers(&mut store.read().await?, scope, batch, before, limit).await?)
}

fn unknown(number: ContainerNumber) -> ServiceError {
    Refusal::no_such(
        said!("there is no container {number}", "没有卷（箱） {number}"),
        said!(
            "`yuanmark container list` shows the containers there are",
            "请在卷和箱的列表中选择"
        ),
    )
    .into()
}
