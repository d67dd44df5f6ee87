//! Claims: whoever scratched the film of a mark has its hidden code checked, once. How often it may be tried is limited
//! before (`http::claim_limits`); whether the code is right, whether the mark may be claimed at all and who was first is
//! decided here, in one transaction, and the detector is told.

use jiff::{SignedDuration, Timestamp};

use super::keys::LiveKeys;
use super::verify::{self, Answer, Channel, Check, MarkAnswer};
use super::{ServiceError, evidence};
use crate::domain::claim::Claim;
use crate::domain::detection::{Known, Seen};
use crate::domain::hidden::HiddenCode;
use crate::domain::input::Input;
use crate::domain::mark::MarkId;
use crate::domain::phone::{NetworkHash, PhoneHash};
use crate::domain::place::Place;
use crate::domain::verdict::Verdict;
use crate::store::{Store, StoreError, claim};

/// Others can be in the way only of the same mark; twice in a row is rare.
const MOST_ATTEMPTS: usize = 5;
/// How long after a claim another phone that gives the same hidden code is taken for one of the same household: what is
/// opened at one table says nothing of copies.
const HOUSEHOLD: SignedDuration = SignedDuration::from_hours(24);

/// Somebody wants to claim a mark.
#[derive(Clone, Copy, Debug)]
pub struct Claiming {
    /// The mark: its signed code or its serial.
    pub input: Input,
    /// What was under the film.
    pub hidden: HiddenCode,
    /// With which phone, if it has a name.
    pub phone: Option<PhoneHash>,
    /// Where it is, if that is known.
    pub place: Option<Place>,
    /// Through which network it comes, if that is known.
    pub network: Option<NetworkHash>,
}

/// What became of it.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// Not a code of this mark, whichever way.
    NotOurs,
    /// Not activated, withdrawn or past its season: the verdict instead, and no claim.
    NotNow(Box<MarkAnswer>),
    /// This label has no hidden code.
    NoHiddenCode(Box<MarkAnswer>),
    /// Not this mark's hidden code.
    Wrong(Box<MarkAnswer>),
    /// Claimed now, as the first.
    Claimed(Box<MarkAnswer>, Claim),
    /// The right code, but it was claimed before.
    ClaimedBefore {
        /// The mark.
        mark: Box<MarkAnswer>,
        /// Its claim.
        claim: Claim,
        /// Whether that was made with the same phone.
        by_this_phone: bool,
    },
}

impl Outcome {
    /// The word in JSON and in metrics.
    pub const fn slug(&self) -> &'static str {
        match self {
            Self::NotOurs => "not_ours",
            Self::NotNow(_) => "not_now",
            Self::NoHiddenCode(_) => "no_hidden_code",
            Self::Wrong(_) => "wrong_code",
            Self::Claimed(..) => "claimed",
            Self::ClaimedBefore { .. } => "claimed_before",
        }
    }

    /// Whether this was a guess: a hidden code or a mark that is not ours.
    pub const fn is_a_guess(&self) -> bool {
        matches!(self, Self::NotOurs | Self::Wrong(_))
    }
}

/// The words of all outcomes.
pub const OUTCOMES: [&str; 6] = [
    "not_ours",
    "not_now",
    "no_hidden_code",
    "wrong_code",
    "claimed",
    "claimed_before",
];

/// Which mark this is, as far as signature or serial say so; the database is not asked.
pub fn mark_of(keys: &LiveKeys, input: &Input) -> Option<MarkId> {
    match input {
        Input::Code(code) => keys.ring().signer_of(code).map(|_| code.payload().mark),
        Input::Serial(serial) => keys.secrets.serial.mark(*serial),
    }
}

/// Whether a mark in this state may be claimed: none but what its holder may trust when it agrees with the pack.
pub const fn is_claimable(verdict: Verdict) -> bool {
    matches!(
        verdict,
        Verdict::FirstCheck | Verdict::CheckedBefore | Verdict::SuspectedCopy
    )
}

/// Claims a mark. What is told is durable.
///
/// # Errors
/// If the database does not answer: then nothing was told; a claim that was made nevertheless is told to the same phone as
/// its own.
pub async fn claim(
    store: &Store,
    keys: &LiveKeys,
    claiming: &Claiming,
    now: Timestamp,
) -> Result<Outcome, ServiceError> {
    for _ in 0..MOST_ATTEMPTS {
        match once(store, keys, claiming, now).await {
            Err(ServiceError::Store(error)) if error.is_conflict() => {}
            Err(error) => return Err(error),
            Ok(outcome) => {
                // It may tell of scans that the disk does not have yet.
                store.sync().await?;
                return Ok(outcome);
            }
        }
    }
    Err(StoreError::TooSlow.into())
}

async fn once(
    store: &Store,
    keys: &LiveKeys,
    claiming: &Claiming,
    now: Timestamp,
) -> Result<Outcome, ServiceError> {
    let check = Check {
        input: Some(claiming.input),
        channel: Channel::Unrecorded,
        phone: claiming.phone,
        place: claiming.place,
        network: claiming.network,
    };
    // As for a scan: what is withdrawn is withdrawn for every claim from its commit on.
    let mut tx = store.begin_answer().await?;
    let mark = match verify::look(&mut tx, keys, check, now).await? {
        Answer::NotOurs => return Ok(Outcome::NotOurs),
        Answer::Ours(mark) if !is_claimable(mark.verdict) => return Ok(Outcome::NotNow(mark)),
        Answer::Ours(mark) if !mark.facts.batch.has_hidden_codes => {
            return Ok(Outcome::NoHiddenCode(mark));
        }
        Answer::Ours(mark) => mark,
    };
    let seen = Seen {
        at: now,
        place: claiming.place,
        phone: claiming.phone,
        network: claiming.network,
    };
    if !keys.secrets.hidden.opens(mark.mark, claiming.hidden) {
        evidence::take(&mut tx, mark.mark, Known::HiddenBad, &seen).await?;
        tx.commit().await?;
        return Ok(Outcome::Wrong(mark));
    }
    let new = Claim {
        at: now,
        place: claiming.place,
        phone: claiming.phone,
    };
    if claim::add(&mut tx, mark.mark, &new).await? {
        evidence::take(&mut tx, mark.mark, Known::HiddenOk, &seen).await?;
        tx.commit().await?;
        return Ok(Outcome::Claimed(mark, new));
    }
    let Some(claim) = claim::get(&mut tx, mark.mark).await? else {
        // A claim is never taken back; somebody changed the database by other means.
        return Err(StoreError::TooSlow.into());
    };
    let by_this_phone = claim.is_by(claiming.phone);
    // Within a day it is the household that looks too.
    if !by_this_phone && now > claim.at + HOUSEHOLD {
        evidence::take(&mut tx, mark.mark, Known::HiddenTwice, &seen).await?;
        tx.commit().await?;
    }
    Ok(Outcome::ClaimedBefore {
        mark,
        claim,
        by_this_phone,
    })
}
