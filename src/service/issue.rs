//! Issuing a batch: one transaction and one row, whether for one mark or sixteen million.
//!
//! Nothing is signed here. Codes are made when they are packed, from the batch's row and its key; the same row always
//! gives the same codes (Ed25519 is deterministic, RFC 8032).

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::desk::{Call, Desk};
use super::keys::LiveKeys;
use super::lists::Within as _;
use super::{ServiceError, belonging, no_batch, seen};
use crate::domain::access::Scope;
use crate::domain::custody::{Custody, Piece};
use crate::domain::ledger::entry::BatchIssued;
use crate::domain::mark::{BatchNumber, IndexRange};
use crate::domain::order::{Batch, Order, OrderNumber};
use crate::domain::refusal::Refusal;
use crate::domain::said::said;
use crate::domain::segments::standings;
use crate::domain::state::MarkState;
use crate::domain::text::Line;
use crate::store::{Store, batch, event, licensee, order, scan};

/// What is to be issued.
#[derive(Clone, Debug)]
pub struct Issue {
    /// The order to fulfil.
    pub order: OrderNumber,
    /// Whether the labels carry hidden codes.
    pub has_hidden_codes: bool,
    /// The caller's name for this one issue.
    pub idempotency_key: Line,
    /// Who issues.
    pub actor: Line,
}

/// A batch, and whether this call or an earlier one with the same idempotency key made it.
#[derive(Clone, Debug)]
pub struct Issued {
    /// The batch.
    pub batch: Batch,
    /// Whether it was there already.
    pub is_repeat: bool,
}

/// Issues the batch of an order, with the newest active key.
///
/// # Errors
/// If there is no such order, it is not approved or has a batch, the licensee's right is not in force, no key is active,
/// the key's private half cannot be used, or the idempotency key stands for another issue.
pub async fn issue(
    store: &Store,
    keys: &LiveKeys,
    new: &Issue,
    now: Timestamp,
) -> Result<Issued, ServiceError> {
    issue_by(store, keys, new, &Call::new(new.actor.clone(), now)).await
}

/// The same for a call that comes from somewhere.
///
/// # Errors
/// As [`issue`].
pub async fn issue_by(
    store: &Store,
    keys: &LiveKeys,
    new: &Issue,
    call: &Call,
) -> Result<Issued, ServiceError> {
    let mut desk = Desk::open(store, call).await?;
    if let Some(batch) = batch::by_idempotency_key(&mut desk.tx, &new.idempotency_key).await? {
        return repeat_of(batch, new);
    }
    desk.load_order(new.order).await?;
    let ring = keys.ring();
    belonging::bind_within(&mut desk.tx, &ring).await?;
    let key = ring.newest_active().ok_or_else(|| {
        Refusal::conflict(
            said!("no signing key is active", "没有启用中的签名密钥"),
            said!(
                "make one with `yuanmark key new`",
                "请联系系统管理员启用签名密钥"
            ),
        )
    })?;
    keys.signing_key(key.id)?; // no batch that could not be signed
    let number = batch::next_number(&mut desk.tx).await?;
    desk.enter(BatchIssued {
        order: new.order,
        batch: number,
        key: key.id,
        has_hidden_codes: new.has_hidden_codes,
        idempotency_key: new.idempotency_key.clone(),
    })?;
    let batch = desk.books.batch(number)?.clone();
    desk.close().await?;
    let is_repeat = false;
    Ok(Issued { batch, is_repeat })
}

fn repeat_of(batch: Batch, new: &Issue) -> Result<Issued, ServiceError> {
    if batch.order == new.order && batch.has_hidden_codes == new.has_hidden_codes {
        let is_repeat = true;
        return Ok(Issued { batch, is_repeat });
    }
    Err(Refusal::conflict(
        said!(
            "the idempotency key {} was used for batch {}, which is another issue",
            "制码请求 {} 先前已用于第 {} 批，与本次内容不同",
            new.idempotency_key,
            batch.number
        ),
        said!(
            "use a new idempotency key for a new issue, the same one only to repeat the same request",
            "如要办理新的制码，请重新打开表单再提交"
        ),
    )
    .into())
}

/// The newest wanted batches first, at most `limit`, beginning before the one given.
///
/// # Errors
/// If the database does not answer.
pub async fn list(
    store: &Store,
    scope: Scope,
    filter: &batch::Filter,
    before: Option<BatchNumber>,
    limit: u32,
) -> Result<Vec<Batch>, ServiceError> {
    let Some(filter) = filter.within(scope) else {
        return Ok(Vec::new());
    };
    Ok(batch::list(&mut store.read().await?, &filter, before, limit).await?)
}

/// The refusal of a number that no batch can have.
pub fn unknown(number: u32) -> ServiceError {
    no_batch(number)
}

/// Consecutive marks of a batch of one state whose labels are in one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// Which marks.
    pub range: IndexRange,
    /// The word of their state; for withdrawn marks the reason.
    pub state: &'static str,
    /// Where the labels are, and the lot they were activated for.
    pub label: Piece,
}

/// The batch of that number.
///
/// # Errors
/// If there is none.
pub async fn get(store: &Store, scope: Scope, number: BatchNumber) -> Result<Batch, ServiceError> {
    seen::batch_or_refusal(&mut store.read().await?, scope, number).await
}

/// A batch, its order, and the states its marks are in.
#[derive(Clone, Debug)]
pub struct BatchReport {
    /// The batch.
    pub batch: Batch,
    /// Its order.
    pub order: Order,
    /// How many marks are in each state; the reason stands for withdrawn ones.
    pub marks_by_state: BTreeMap<&'static str, u64>,
    /// The states range by range, neighbours of one state joined.
    pub ranges: Vec<(IndexRange, &'static str)>,
    /// How often its marks were asked about.
    pub queries: u64,
    /// States and whereabouts, stretch by stretch.
    pub stretches: Vec<Stretch>,
}

/// What became of a batch's marks.
///
/// # Errors
/// If there is no such batch.
pub async fn report(
    store: &Store,
    scope: Scope,
    number: BatchNumber,
    now: Timestamp,
) -> Result<BatchReport, ServiceError> {
    let mut tx = store.read().await?;
    let batch = seen::batch_or_refusal(&mut tx, scope, number).await?;
    let order = order::get(&mut tx, batch.order)
        .await?
        .ok_or_else(|| no_batch(number))?;
    let licensee = licensee::get(&mut tx, batch.licensee).await?;
    let events = event::of_batch(&mut tx, number).await?;
    let queries = scan::count_of_batch(&mut tx, number).await?;

    let ended = licensee
        .as_ref()
        .and_then(|licensee| licensee.ended.as_ref());
    let past_since = batch.form.past_since(batch.season);
    let mut marks_by_state = BTreeMap::new();
    let mut ranges: Vec<(IndexRange, &'static str)> = Vec::new();
    let mut stretches: Vec<Stretch> = Vec::new();
    let mut custody = Custody::new(batch.count);
    for event in &events {
        custody.replay(event.range, event.kind, event.lot);
    }
    for (piece, standing) in standings(batch.count.all(), &events) {
        let word = match standing.state(ended, past_since, now) {
            MarkState::Withdrawn(ground) => ground.slug(),
            other => other.slug(),
        };
        *marks_by_state.entry(word).or_default() += u64::from(piece.marks());
        match ranges.last_mut() {
            Some((range, last)) if *last == word => {
                *range = IndexRange::new(range.first(), piece.last()).unwrap_or(piece);
            }
            _ => ranges.push((piece, word)),
        }
        for (part, label) in custody.look(piece) {
            match stretches.last_mut() {
                Some(last) if last.state == word && last.label == label => {
                    let joined = IndexRange::new(last.range.first(), part.last());
                    last.range = joined.unwrap_or(part);
                }
                _ => stretches.push(Stretch {
                    range: part,
                    state: word,
                    label,
                }),
            }
        }
    }
    Ok(BatchReport {
        batch,
        order,
        marks_by_state,
        ranges,
        queries,
        stretches,
    })
}
