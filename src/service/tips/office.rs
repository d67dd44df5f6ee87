//! What the office does with tips.

use jiff::Timestamp;

use super::{Whole, action, at_work, note, refuse_endless, unknown, whole};
use crate::domain::access::Scope;
use crate::domain::calendar::day_of;
use crate::domain::deadline::{TIP_ACCEPTANCE_WORKING_DAYS, TIP_DECISION_WORKING_DAYS};
use crate::domain::place::Prefecture;
use crate::domain::refusal::Refusal;
use crate::domain::said::said;
use crate::domain::tip::{Ticket, Tip, TipKind, TipNumber, TipState, TipStep, Told, first_in_time};
use crate::service::ServiceError;
use crate::service::desk::Call;
use crate::service::report::scans::midnight;
use crate::service::requests::{digest_of, something_else};
use crate::store::tip::Filter;
use crate::store::{Store, tip};

/// Which tips are wanted; all that is said must hold.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted {
    /// In this state.
    pub state: Option<TipState>,
    /// Of this kind.
    pub kind: Option<TipKind>,
    /// Bought in this prefecture or province.
    pub place: Option<Prefecture>,
    /// Of this number.
    pub number: Option<TipNumber>,
    /// Of this ticket, which the person tells who calls the office.
    pub ticket: Option<Ticket>,
    /// Whether only what was added to since the office's last step.
    pub is_unanswered: bool,
    /// Whether only what is overdue.
    pub is_overdue: bool,
}

/// The newest tips that are wanted, those before `before`. They are nobody's but the office's.
///
/// # Errors
/// If the database does not answer.
pub async fn list(
    store: &Store,
    scope: Scope,
    wanted: Wanted,
    before: Option<TipNumber>,
    limit: u32,
    now: Timestamp,
) -> Result<Vec<Tip>, ServiceError> {
    if scope != Scope::All {
        return Ok(Vec::new());
    }
    let first = |days| midnight(first_in_time(day_of(now), days));
    let overdue = (
        first(TIP_ACCEPTANCE_WORKING_DAYS),
        first(TIP_DECISION_WORKING_DAYS),
    );
    let filter = Filter {
        state: wanted.state,
        kind: wanted.kind,
        place: wanted.place,
        number: wanted.number,
        ticket: wanted.ticket.map(Ticket::digest),
        is_unanswered: wanted.is_unanswered,
        overdue: wanted.is_overdue.then_some(overdue),
    };
    Ok(tip::list(&mut store.read().await?, &filter, before, limit).await?)
}

/// The tip of a number.
///
/// # Errors
/// If there is none.
pub async fn get(store: &Store, scope: Scope, number: TipNumber) -> Result<Whole, ServiceError> {
    let mut tx = store.read().await?;
    let found = tip::get(&mut tx, number).await?;
    let found = found.filter(|_| scope == Scope::All);
    let tip = found.ok_or_else(|| unknown(number))?;
    whole(&mut tx, tip).await
}

/// A photo of a tip, as JPEG.
///
/// # Errors
/// If there is none.
pub async fn photo(
    store: &Store,
    scope: Scope,
    number: TipNumber,
    place: u32,
) -> Result<Vec<u8>, ServiceError> {
    let found = tip::photo(&mut store.read().await?, number, place).await?;
    if let Some(jpeg) = found.filter(|_| scope == Scope::All) {
        return Ok(jpeg);
    }
    let there = get(store, scope, number).await?.photos.len();
    let what = match there {
        0 => said!("tip {number} has no photo", "线索 {number} 没有照片"),
        _ => said!(
            "tip {number} has no photo {place}: it has {there}",
            "线索 {number} 没有第 {place} 张照片，共有 {there} 张"
        ),
    };
    let hint = said!(
        "`yuanmark tip show {number}` tells how many there are",
        "请在线索页面查看照片"
    );
    Err(Refusal::no_such(what, hint).into())
}

/// Takes a step of the office: accepts, writes a message, hands on, decides, rejects. What is written the person reads. A
/// request with the same name is done once.
///
/// # Errors
/// If there is no such tip, or the step cannot be taken.
pub async fn act(
    store: &Store,
    call: &Call,
    number: TipNumber,
    step: TipStep,
    told: Option<Told>,
) -> Result<Whole, ServiceError> {
    if call.scope != Scope::All {
        return Err(unknown(number));
    }
    let (mut tx, mut tip) = at_work(store, number).await?;
    let request = digest_of(call);
    if let Some(request) = &request
        && let Some((about, earlier)) = tip::of_request(&mut tx, request).await?
    {
        let is_same =
            (earlier.step, earlier.told) == (step, told) && earlier.by.as_ref() == Some(&call.by);
        return match about == number && is_same {
            true => whole(&mut tx, tip).await,
            false => Err(something_else()),
        };
    }
    let state = tip.state.after(step)?;
    refuse_endless(&mut tx, number).await?;
    let (by, request) = (Some(&call.by), request.as_ref());
    tip::add_step(&mut tx, number, (call.at, step), by, told.as_ref(), request).await?;
    if state != tip.state {
        tip::set_state(&mut tx, number, state, by, call.at).await?;
        tip.state = state;
        tip.state_at = call.at;
        tip.handler = Some(call.by.clone());
    }
    tip.unanswered = 0;
    note(&mut tx, &call.origin, call.at, number, action(step)).await?;
    let whole = whole(&mut tx, tip).await?;
    tx.commit().await?;
    Ok(whole)
}
