//! Checks that were made without a network, sent when there was one again.
//!
//! They count as queries of the moment in which they come in: the phone's clock decides nothing. Each has a name, and counts
//! once: whoever writes the name down first answers it as any check is answered, and then notes that it is counted. A crash
//! between leaves a name that is not counted; the phone sends it again, and after a while it is taken anew. Had it been
//! answered before the crash, it is within half an hour the same query of the same phone.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::domain::code::Code;
use crate::domain::input::Input;
use crate::domain::offline::believable;
use crate::domain::phone::{NetworkHash, PhoneHash};
use crate::domain::place::Place;
use crate::domain::verdict::CouldNotCheck;
use crate::service::ServiceError;
use crate::service::keys::LiveKeys;
use crate::service::verify::{Answer, Channel, Check, Verifier};
use crate::store::offline_check::{self, Kept};
use crate::store::{Store, StoreError};

/// After this, whoever took a check was broken off: no answer takes so long.
const BROKEN_OFF: SignedDuration = SignedDuration::from_secs(15);

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
/// If not one of them could be taken: the database does not answer, or all of them are being taken by somebody else.
pub async fn take(
    store: &Store,
    keys: &LiveKeys,
    verifier: &Verifier,
    asker: Asker,
    checks: &[OfflineCheck],
    now: Timestamp,
) -> Result<Vec<Uuid>, ServiceError> {
    let mut taken: Vec<Uuid> = checks.iter().map(|check| check.id).collect();
    if asker.channel.recorded().is_none() {
        return Ok(taken); // what counts for nothing may come again
    }
    let counted = offline_check::counted(&mut store.read().await?, &taken).await?;
    // Twice in one request is once; what is not ours counts for nothing.
    let ours: BTreeMap<Uuid, (Kept, Code)> = checks
        .iter()
        .filter(|check| !counted.contains(&check.id))
        .filter_map(|check| {
            let (id, code) = (check.id, check.code?);
            keys.ring().signer_of(&code)?;
            let mark = code.payload().mark;
            let claimed_at = believable(check.claimed_at, now);
            let kept = Kept {
                id,
                mark,
                claimed_at,
            };
            Some((id, (kept, code)))
        })
        .collect();
    if ours.is_empty() {
        return Ok(taken);
    }
    let kept: Vec<Kept> = ours.values().map(|(kept, _)| *kept).collect();
    let mut tx = store.write().await?;
    let mine = offline_check::take(&mut tx, &kept, now, now - BROKEN_OFF).await?;
    tx.commit().await?;
    let mine: Vec<(Uuid, Code)> = ours
        .iter()
        .filter(|(id, _)| mine.contains(*id))
        .map(|(id, (_, code))| (*id, *code))
        .collect();
    let answers = join_all(mine.iter().map(|(_, code)| answer(verifier, asker, *code))).await;
    let (mut done, mut given_back) = (Vec::new(), Vec::new());
    // What somebody else is taking is sent again: only they know whether it counts.
    let mut waiting: BTreeSet<Uuid> = ours.keys().copied().collect();
    for ((id, _), answer) in mine.iter().zip(answers) {
        match answer {
            Ok(Answer::Ours(_)) => done.push(*id),
            _ => given_back.push(*id),
        }
        if answer.is_ok() {
            waiting.remove(id);
        }
    }
    let mut tx = store.write().await?;
    offline_check::count(&mut tx, &done).await?;
    offline_check::give_back(&mut tx, &given_back).await?;
    tx.commit().await?;
    taken.retain(|id| !waiting.contains(id));
    match taken.is_empty() {
        true => Err(StoreError::TooSlow.into()),
        false => Ok(taken),
    }
}

async fn answer(verifier: &Verifier, asker: Asker, code: Code) -> Result<Answer, CouldNotCheck> {
    let check = Check {
        input: Some(Input::Code(code)),
        channel: asker.channel,
        phone: Some(asker.phone),
        place: asker.place,
        network: asker.network,
    };
    verifier.answer(check).await
}
