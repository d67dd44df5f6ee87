//! Answering a check: what the public is told of a code or serial, and what is written down of it.
//!
//! Checks that come together are answered together ([`Verifier`]). The scan is recorded in the transaction that reads the
//! mark's state, and the answer is given after its commit: what was answered is durable, and its number is exact.

mod catalog;
mod checkpoints;
mod durable;
mod group;
mod signers;
pub(in crate::service) mod suspicion;
mod verifier;

use std::sync::Arc;

use jiff::Timestamp;

pub use catalog::{BatchFacts, Holder};
pub use verifier::{ANSWER_TIMEOUT, Verifier};

use self::catalog::Catalog;
use self::group::{Asked, Means};
use self::suspicion::Suspicion;
use super::ServiceError;
use super::keys::LiveKeys;
use crate::domain::code::{Code, Payload};
use crate::domain::input::Input;
use crate::domain::keyring::Keyring;
use crate::domain::licensee::Licensee;
use crate::domain::lot::Lot;
use crate::domain::mark::MarkId;
use crate::domain::order::Batch;
use crate::domain::phone::{NetworkHash, PhoneHash};
use crate::domain::place::Place;
use crate::domain::queries::QueryChannel;
use crate::domain::serial::Serial;
use crate::domain::text::Line;
use crate::domain::verdict::{QueryCount, Verdict};
use crate::store::{Store, Tx, batch};

/// How a check came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    /// A person's phone: the check is a query and counts.
    Consumer,
    /// A person's phone that had no network when it was asked, and sends the check now: a query of now, marked as such.
    Offline,
    /// The office looking something up, a link preview, a bot: told the same, but nothing is written down.
    Unrecorded,
}

impl Channel {
    /// The word with which a query is written down; `None` if it is not.
    pub const fn recorded(self) -> Option<&'static str> {
        match self {
            Self::Consumer => Some(QueryChannel::Consumer.slug()),
            Self::Offline => Some(QueryChannel::Offline.slug()),
            Self::Unrecorded => None,
        }
    }
}

/// A check.
#[derive(Clone, Copy, Debug)]
pub struct Check {
    /// What was scanned or typed; `None` if it is no code at all.
    pub input: Option<Input>,
    /// How it came.
    pub channel: Channel,
    /// Whose phone asks, if it has a name.
    pub phone: Option<PhoneHash>,
    /// Where it is, if that is known.
    pub place: Option<Place>,
    /// Through which network it comes, if that is known.
    pub network: Option<NetworkHash>,
}

impl Check {
    /// A look of the office, or of anything that is no query.
    pub const fn look(input: Option<Input>) -> Self {
        Self {
            input,
            channel: Channel::Unrecorded,
            phone: None,
            place: None,
            network: None,
        }
    }
}

/// The answer.
#[derive(Clone, Debug)]
pub enum Answer {
    /// Not a code of this mark. There is nothing more to say, whichever way it is not ours.
    NotOurs,
    /// A mark of ours.
    Ours(Box<MarkAnswer>),
}

impl MarkAnswer {
    /// The file of whoever may use it.
    pub fn licensee(&self) -> &Licensee {
        &self.holder.licensee
    }

    /// Its telephone number for the public.
    pub fn hotline(&self) -> Option<&Line> {
        self.licensee().particulars.contact.hotline.as_ref()
    }
}

impl Answer {
    /// The verdict.
    pub fn verdict(&self) -> Verdict {
        match self {
            Self::NotOurs => Verdict::NotOurs,
            Self::Ours(answer) => answer.verdict,
        }
    }
}

/// What is told of a mark of ours.
#[derive(Clone, Debug)]
pub struct MarkAnswer {
    /// The verdict.
    pub verdict: Verdict,
    /// When it was reached.
    pub checked_at: Timestamp,
    /// The mark.
    pub mark: MarkId,
    /// Its serial.
    pub serial: Serial,
    /// Its batch and product.
    pub facts: Arc<BatchFacts>,
    /// Who may use it.
    pub holder: Arc<Holder>,
    /// Of a mark that was activated: the lot it was for, if one was named.
    pub lot: Option<Arc<Lot>>,
    /// The place of this query among all; `None` if it does not count and there was none before.
    pub query: Option<QueryCount>,
    /// Of a withdrawn mark: the reason's word, since when, and the text for the public.
    pub withdrawal: Option<(&'static str, Timestamp, Option<String>)>,
    /// Of a mark past its season: since when.
    pub past_since: Option<Timestamp>,
}

/// Answers one check by itself, at once.
///
/// # Errors
/// If the database does not answer: then nothing was told and nothing counted.
pub async fn answer(
    store: &Store,
    keys: &LiveKeys,
    check: Check,
    now: Timestamp,
) -> Result<Answer, ServiceError> {
    let ring = keys.ring();
    let answer = match check.channel {
        Channel::Unrecorded => look(&mut store.read().await?, keys, check, now).await?,
        Channel::Consumer | Channel::Offline => {
            let Some(asked) = recognised(&ring, keys, check) else {
                return Ok(Answer::NotOurs);
            };
            let means = means(&ring, keys, now);
            let answered = group::answer(
                store,
                &mut Catalog::new(0),
                &mut Suspicion::new(0),
                &means,
                &[asked],
            )
            .await?;
            let answer = answered.answers.into_iter().next();
            answer.unwrap_or(Answer::NotOurs)
        }
    };
    // It may tell of a group that the disk does not have yet.
    store.sync().await?;
    Ok(answer)
}

/// Answers a check that counts for nothing, from what the transaction reads.
pub(super) async fn look(
    tx: &mut Tx,
    keys: &LiveKeys,
    check: Check,
    now: Timestamp,
) -> Result<Answer, ServiceError> {
    let ring = keys.ring();
    match recognised(&ring, keys, check) {
        None => Ok(Answer::NotOurs),
        Some(asked) => group::look(tx, &means(&ring, keys, now), &asked).await,
    }
}

const fn means<'a>(ring: &'a Keyring, keys: &'a LiveKeys, now: Timestamp) -> Means<'a> {
    Means {
        ring,
        serials: &keys.secrets.serial,
        now,
    }
}

/// What a check asks about, if that is well signed or a serial of ours.
fn recognised(ring: &Keyring, keys: &LiveKeys, check: Check) -> Option<Asked> {
    let (mark, signed) = match check.input? {
        Input::Code(code) => {
            ring.signer_of(&code)?;
            (code.payload().mark, Some(*code.payload()))
        }
        Input::Serial(serial) => (keys.secrets.serial.mark(serial)?, None),
    };
    Some(Asked {
        mark,
        signed,
        check,
    })
}

/// The batch that accounts for the mark: it was issued, has that many marks, and says the same as the signed payload.
pub(super) async fn issued(
    tx: &mut Tx,
    mark: MarkId,
    signed: Option<&Payload>,
) -> Result<Option<Batch>, ServiceError> {
    let Some(batch) = batch::get(tx, mark.batch).await? else {
        return Ok(None);
    };
    Ok(batch.accounts_for(mark, signed).then_some(batch))
}

/// What a code says by itself, checked with nothing but a keyring: the signature is good, but whether the mark was
/// withdrawn, activated or asked about before is not known.
pub fn offline(ring: &Keyring, text: &str) -> Option<(Code, crate::domain::keyring::KeyStatus)> {
    match Input::read(text)? {
        Input::Code(code) => ring.signer_of(&code).map(|key| (code, key.status)),
        Input::Serial(_) => None,
    }
}
