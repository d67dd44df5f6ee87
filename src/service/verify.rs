//! Answering a check: what the public is told of a code or serial, and what is written down of it.
//!
//! The scan is recorded in the transaction that reads the mark's state, and the answer is given after its commit: what
//! was answered is durable, and its number is exact.

use jiff::{SignedDuration, Timestamp};

use super::ServiceError;
use super::keys::LiveKeys;
use crate::domain::code::{Code, Payload};
use crate::domain::input::Input;
use crate::domain::keyring::Keyring;
use crate::domain::licensee::Licensee;
use crate::domain::mark::MarkId;
use crate::domain::order::{Batch, Order};
use crate::domain::phone::PhoneHash;
use crate::domain::place::Place;
use crate::domain::serial::Serial;
use crate::domain::state::{MarkState, Standing};
use crate::domain::verdict::{FirstQuery, QueryCount, Verdict};
use crate::store::scan::NewScan;
use crate::store::{Store, Tx, batch, event, licensee, order, scan, unissued};

/// The same phone asking again within this time is the same query: a page reloaded, a back button, an impatient
/// thumb.
pub const SAME_QUERY: SignedDuration = SignedDuration::from_mins(30);

/// How a check came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    /// A person's phone: the check is a query and counts.
    Consumer,
    /// The office looking something up, a link preview, a bot: told the same, but nothing is written down.
    Unrecorded,
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
}

/// The answer.
#[derive(Clone, Debug)]
pub enum Answer {
    /// Not a code of this mark. There is nothing more to say, whichever way it is not ours.
    NotOurs,
    /// A mark of ours.
    Ours(Box<MarkAnswer>),
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
    /// Its batch.
    pub batch: Batch,
    /// What it was ordered for.
    pub order: Order,
    /// Who may use it.
    pub licensee: Licensee,
    /// The place of this query among all; `None` if it does not count and there was none before.
    pub query: Option<QueryCount>,
    /// Of a withdrawn mark: the reason's word, since when, and the text for the public.
    pub withdrawal: Option<(&'static str, Timestamp, Option<String>)>,
    /// Of a mark past its season: since when.
    pub past_since: Option<Timestamp>,
}

/// Answers a check.
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
    let (mark, signed) = match check.input {
        None => return Ok(Answer::NotOurs),
        Some(Input::Code(code)) if ring.signer_of(&code).is_none() => return Ok(Answer::NotOurs),
        Some(Input::Code(code)) => (code.payload().mark, Some(*code.payload())),
        Some(Input::Serial(serial)) => match keys.secrets.serial.mark(serial) {
            None => return Ok(Answer::NotOurs),
            Some(mark) => (mark, None),
        },
    };
    let mut tx = match check.channel {
        Channel::Consumer => store.write().await?,
        Channel::Unrecorded => store.read().await?,
    };
    let Some(batch) = issued(&mut tx, mark, signed.as_ref()).await? else {
        if let (Some(payload), Channel::Consumer) = (signed, check.channel) {
            unissued::add(&mut tx, &payload, now).await?;
            tx.commit().await?;
            tracing::error!(
                key = payload.key.0,
                mark = %payload.mark,
                "a well-signed code that no batch accounts for: this signing key has leaked, or the database lost a batch"
            );
        }
        return Ok(Answer::NotOurs);
    };
    if !is_vouched_for(&ring, &batch) {
        return Ok(Answer::NotOurs);
    }
    let (Some(order), Some(licensee)) = (
        order::get(&mut tx, batch.order).await?,
        licensee::get(&mut tx, batch.licensee).await?,
    ) else {
        return Ok(Answer::NotOurs); // foreign keys make this impossible
    };
    let events = event::of_mark(&mut tx, mark).await?;
    let past_since = batch.form.past_since(batch.season);
    let state = Standing::of(&events).state(licensee.ended.as_ref(), past_since, now);
    let query = match check.channel {
        Channel::Consumer => {
            let query = record(&mut tx, mark, &state, &check, now).await?;
            tx.commit().await?;
            Some(query)
        }
        Channel::Unrecorded => scan::get(&mut tx, mark).await?.map(|queries| {
            let number = queries.count + 1; // what the next query would be told
            as_told(&queries, number, check.phone)
        }),
    };
    let verdict = Verdict::of(&state, query.as_ref().map_or(1, |query| query.number));
    let (withdrawal, past_since) = match state {
        MarkState::Withdrawn(ground) => {
            let reason = ground.reason().map(str::to_owned);
            (Some((ground.slug(), ground.since(), reason)), None)
        }
        MarkState::PastSeason { since } => (None, Some(since)),
        MarkState::NotActivated | MarkState::Active => (None, None),
    };
    Ok(Answer::Ours(Box::new(MarkAnswer {
        verdict,
        checked_at: now,
        mark,
        serial: keys.secrets.serial.serial(mark),
        batch,
        order,
        licensee,
        query,
        withdrawal,
        past_since,
    })))
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
    let payload = batch.payload(mark);
    let agrees = payload.is_some() && signed.is_none_or(|signed| payload.as_ref() == Some(signed));
    Ok(agrees.then_some(batch))
}

/// Whether the key that signed the batch proves anything for the time of its issue.
fn is_vouched_for(ring: &Keyring, batch: &Batch) -> bool {
    ring.get(batch.key)
        .is_some_and(|key| key.vouches_for_issue_at(batch.issued_at))
}

/// Counts and writes down a query, unless it is the same phone's again.
async fn record(
    tx: &mut Tx,
    mark: MarkId,
    state: &MarkState<'_>,
    check: &Check,
    now: Timestamp,
) -> Result<QueryCount, ServiceError> {
    let new = NewScan {
        mark,
        at: now,
        state: state.slug(),
        place: check.place,
        phone: check.phone,
        channel: "consumer",
    };
    let before = scan::lock(tx, &new).await?;
    if let (Some(phone), true) = (check.phone, before.count > 0) {
        let since = now - SAME_QUERY;
        if let Some(number) = scan::latest_of_phone(tx, mark, phone, since, before.count).await? {
            return Ok(as_told(&before, number, check.phone));
        }
    }
    let number = before.count + 1;
    scan::add(tx, &new, number).await?;
    Ok(as_told(&before, number, check.phone))
}

fn as_told(queries: &scan::Queries, number: u64, phone: Option<PhoneHash>) -> QueryCount {
    QueryCount {
        number,
        first: FirstQuery {
            at: queries.first_at,
            place: queries.first_place,
            by_this_phone: phone.is_some() && phone == queries.first_phone,
        },
    }
}

/// What a code says by itself, checked with nothing but a keyring: the signature is good, but whether the mark was
/// withdrawn, activated or asked about before is not known.
pub fn offline(ring: &Keyring, text: &str) -> Option<(Code, crate::domain::keyring::KeyStatus)> {
    match Input::read(text)? {
        Input::Code(code) => ring.signer_of(&code).map(|key| (code, key.status)),
        Input::Serial(_) => None,
    }
}
