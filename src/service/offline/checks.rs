//! Checks that were made without a network, sent when there was one again.
//!
//! They count as queries of the moment in which they come in: the phone's clock decides nothing. In this order: look which
//! of them are known by name; answer the others as any check is answered; keep their names. A crash between the last two
//! leaves checks that are counted and not known, and the phone sends them again: within half an hour they are the same
//! query of the same phone and count once. After it they count once more, which is what a phone that asks again does.

use futures_util::future::join_all;
use jiff::Timestamp;
use uuid::Uuid;

use crate::domain::code::Code;
use crate::domain::input::Input;
use crate::domain::offline::believable;
use crate::domain::phone::{NetworkHash, PhoneHash};
use crate::domain::place::Place;
use crate::domain::verdict::CouldNotCheck;
use crate::service::ServiceError;
use crate::service::verify::{Answer, Channel, Check, Verifier};
use crate::store::offline_check::{self, Kept};
use crate::store::{Store, StoreError};

/// A check as a phone sends it.
#[derive(Clone, Copy, Debug)]
pub struct OfflineCheck {
    /// The name that the phone gave it.
    pub id: Uuid,
    /// What was scanned; `None` if it is no code.
    pub code: Option<Code>,
    /// When, by the phone's clock.
    pub claimed_at: Timestamp,
}

/// Who sends them.
#[derive(Clone, Copy, Debug)]
pub struct Asker {
    /// Whether they count.
    pub channel: Channel,
    /// Whose phone it is.
    pub phone: PhoneHash,
    /// Where it is now, if that is known.
    pub place: Option<Place>,
    /// Through which network they come, if that is known.
    pub network: Option<NetworkHash>,
}

/// Takes checks, and returns the names of those that need not be sent again.
///
/// # Errors
/// If not one of them could be taken, for the database does not answer.
pub async fn take(
    store: &Store,
    verifier: &Verifier,
    asker: Asker,
    checks: &[OfflineCheck],
    now: Timestamp,
) -> Result<Vec<Uuid>, ServiceError> {
    let ids: Vec<Uuid> = checks.iter().map(|check| check.id).collect();
    let mut known = offline_check::known(&mut store.read().await?, &ids).await?;
    let mut fresh = Vec::new();
    for check in checks {
        // Twice in one request is once.
        if known.insert(check.id) {
            fresh.push(*check);
        }
    }
    let answers = join_all(fresh.iter().map(|check| answer(verifier, asker, check))).await;
    let mut kept = Vec::new();
    let mut failed = Vec::new();
    for (check, answer) in fresh.iter().zip(answers) {
        match answer {
            Ok(Answer::Ours(answer)) if asker.channel.recorded().is_some() => kept.push(Kept {
                id: check.id,
                mark: answer.mark,
                claimed_at: believable(check.claimed_at, now),
            }),
            // What counts for nothing may come again.
            Ok(_) => {}
            Err(_) => failed.push(check.id),
        }
    }
    if !kept.is_empty() {
        let mut tx = store.write().await?;
        offline_check::add(&mut tx, &kept, now).await?;
        tx.commit().await?;
    }
    let taken: Vec<Uuid> = ids.into_iter().filter(|id| !failed.contains(id)).collect();
    match taken.is_empty() && !checks.is_empty() {
        true => Err(StoreError::TooSlow.into()),
        false => Ok(taken),
    }
}

async fn answer(
    verifier: &Verifier,
    asker: Asker,
    check: &OfflineCheck,
) -> Result<Answer, CouldNotCheck> {
    let Some(code) = check.code else {
        return Ok(Answer::NotOurs);
    };
    let check = Check {
        input: Some(Input::Code(code)),
        channel: asker.channel,
        phone: Some(asker.phone),
        place: asker.place,
        network: asker.network,
    };
    verifier.answer(check).await
}
