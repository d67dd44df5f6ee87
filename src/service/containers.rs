//! Rolls and boxes (卷、箱).

use super::desk::{Call, Desk};
use super::{ServiceError, seen};
use crate::domain::access::Scope;
use crate::domain::container::{
    Comparison, Container, ContainerKind, ContainerNumber, NewContainer,
};
use crate::domain::ledger::entry::{ContainerFilled, Entry};
use crate::domain::mark::{BatchNumber, IndexRange};
use crate::domain::refusal::Refusal;
use crate::domain::said::said;
use crate::domain::selection::{self, LineOutcome, LineReport};
use crate::domain::serial::SerialKey;
use crate::domain::text::Line;
use crate::store::{Store, Tx, register};

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
/// If a line is bad, the marks are of several batches, or one of them is in another container of this kind.
pub async fn fill(
    store: &Store,
    key: &SerialKey,
    call: &Call,
    fill: &Fill<'_>,
) -> Result<Container, ServiceError> {
    let mut desk = Desk::open(store, call).await?;
    let (chosen, lines) = chosen(&mut desk.tx, call.scope, key, fill.batch, fill.lines).await?;
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

/// Holds a container against the marks that were found in it (箱物一致).
///
/// # Errors
/// If there is no such container; lines that are no marks of ours are told.
pub async fn compare(
    store: &Store,
    scope: Scope,
    key: &SerialKey,
    number: ContainerNumber,
    lines: &str,
) -> Result<(Container, Comparison, Vec<LineReport>), ServiceError> {
    let mut tx = store.read().await?;
    let container = seen::container(&mut tx, scope, number).await?;
    let container = container.ok_or_else(|| unknown(number))?;
    let (found, lines) = chosen(&mut tx, scope, key, Some(container.filled.batch), lines).await?;
    let comparison = container.compare(&found);
    Ok((container, comparison, lines))
}

type Found = Vec<(BatchNumber, IndexRange)>;

/// The marks that lines choose. A serial of another batch is found there, not refused.
async fn chosen(
    tx: &mut Tx,
    scope: Scope,
    key: &SerialKey,
    of: Option<BatchNumber>,
    text: &str,
) -> Result<(Found, Vec<LineReport>), ServiceError> {
    let mut lines = selection::read_of_any_batch(text.lines(), of, key);
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
