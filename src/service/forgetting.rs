//! A phone's history is deleted at its owner's word: from then on nothing says any more which queries and claims were made
//! with it. How many there were, when, and from which province stays (`docs/decisions/0031-hidden-codes-and-forgetting.md`).

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::ServiceError;
use crate::domain::phone::PhoneHash;
use crate::store::forgetting::{self, Walk};
use crate::store::{Store, StoreError, scans_kept};

/// At latest after so many hours it is done, as pages say; the server works off what waits every hour.
pub const WITHIN_HOURS: u32 = 24;
/// As long as this it waits for a move to another database to end.
const PATIENCE: SignedDuration = SignedDuration::from_hours(12);
/// Between two steps, in which others write.
const PAUSE: Duration = Duration::from_millis(10);
/// How often a step is tried that others are in the way of.
const MOST_TRIES: u32 = 5;

/// What was done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Forgotten {
    /// Phones that nothing names any more.
    pub phones: u64,
    /// Rows that named one of them.
    pub rows: u64,
}

/// Asks for a phone's history to be deleted. It is durable when this returns, and will be done.
///
/// # Errors
/// If the database does not answer.
pub async fn ask(store: &Store, phone: PhoneHash, now: Timestamp) -> Result<(), ServiceError> {
    let mut tx = store.write().await?;
    forgetting::ask(&mut tx, phone, now).await?;
    tx.commit().await?;
    Ok(())
}

/// Works off what waits, unless another instance is at it or the installation is just being moved.
///
/// # Errors
/// If the database does not answer; what was done by then is done, and the phones still wait.
pub async fn work_off(store: &Store, now: Timestamp) -> Result<Forgotten, ServiceError> {
    let mut tx = store.read().await?;
    let (phones, first) = forgetting::waiting(&mut tx).await?;
    let Some(first) = first else {
        return Ok(Forgotten::default());
    };
    let may_wait = now.duration_since(first) < PATIENCE;
    if may_wait && forgetting::is_being_moved(&mut tx).await? {
        return Ok(Forgotten::default());
    }
    drop(tx);
    let Some(turn) = scans_kept::take_turn(store).await? else {
        return Ok(Forgotten::default());
    };
    let mut walk = Walk::begin(store, now).await?;
    while step(store, &mut walk).await? {
        tokio::time::sleep(PAUSE).await;
    }
    let mut tx = store.write().await?;
    forgetting::done(&mut tx, &phones).await?;
    tx.commit().await?;
    turn.end().await?;
    Ok(Forgotten {
        phones: phones.len() as u64,
        rows: walk.rows(),
    })
}

async fn step(store: &Store, walk: &mut Walk) -> Result<bool, StoreError> {
    let mut tries = 1;
    loop {
        match walk.step(store).await {
            Err(error) if error.is_conflict() && tries < MOST_TRIES => tries += 1,
            done => return done,
        }
    }
}
