//! One group of checks: read, decided and written down in one transaction, and answered after its commit.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::catalog::{Catalog, Facts};
use super::{Answer, Check, MarkAnswer};
use crate::domain::code::Payload;
use crate::domain::keyring::{KeyId, Keyring};
use crate::domain::mark::MarkId;
use crate::domain::phone::PhoneHash;
use crate::domain::queries::Queries;
use crate::domain::serial::SerialKey;
use crate::domain::state::MarkState;
use crate::domain::verdict::{FirstQuery, QueryCount, Verdict};
use crate::service::ServiceError;
use crate::store::scan::{self, Group, NewScan};
use crate::store::{Store, StoreError, Tx, unissued};

/// Others can be in the way only of marks that nobody has asked about yet; twice in a row is rare.
const MOST_ATTEMPTS: usize = 5;

/// A check of what is well signed, or a serial of ours.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub mark: MarkId,
    /// What the code says; a serial says no more than which mark it is.
    pub signed: Option<Payload>,
    pub check: Check,
}

/// What answers need besides the database.
pub(super) struct Means<'a> {
    pub ring: &'a Keyring,
    pub serials: &'a SerialKey,
    pub now: Timestamp,
}

/// What has become of a group.
pub(super) struct Answered {
    /// One for each check.
    pub answers: Vec<Answer>,
    /// How long the commit took.
    pub commit: Duration,
    /// How many well-signed codes no batch accounts for.
    pub unissued: u64,
}

/// Answers a group.
///
/// # Errors
/// If the database does not answer: then nothing was told and nothing counted.
pub(super) async fn answer(
    store: &Store,
    catalog: &mut Catalog,
    means: &Means<'_>,
    asked: &[Asked],
) -> Result<Answered, ServiceError> {
    for _ in 0..MOST_ATTEMPTS {
        match counted(store, catalog, means, asked).await {
            Ok(Some(answered)) => return Ok(answered),
            Ok(None) => {}
            Err(ServiceError::Store(error)) if error.is_conflict() => {}
            Err(error) => return Err(error),
        }
    }
    Err(StoreError::TooSlow.into())
}

/// `None` if another instance counted the first query of one of the marks meanwhile.
async fn counted(
    store: &Store,
    catalog: &mut Catalog,
    means: &Means<'_>,
    asked: &[Asked],
) -> Result<Option<Answered>, ServiceError> {
    let mut tx = store.begin_group().await?;
    let marks: BTreeSet<MarkId> = asked.iter().map(|asked| asked.mark).collect();
    let marks: Vec<MarkId> = marks.into_iter().collect();
    let known = scan::read_group(&mut tx, &marks).await?;
    catalog.follow(&mut tx, known.next_entry).await?;
    let facts = catalog
        .of(&mut tx, asked.iter().map(|asked| asked.mark))
        .await?;
    let mut book = Book::new(&known);
    let answers = asked
        .iter()
        .map(|asked| book.answer(means, &facts, asked))
        .collect();
    let unissued = book.unissued.values().map(|times| times.cast_unsigned());
    let unissued = unissued.sum();
    if !book.write(&mut tx, means.now).await? {
        return Ok(None);
    }
    let start = Instant::now();
    tx.commit().await?;
    Ok(Some(Answered {
        answers,
        commit: start.elapsed(),
        unissued,
    }))
}

/// Answers one check that counts for nothing, from what the transaction reads.
pub(super) async fn look(
    tx: &mut Tx,
    means: &Means<'_>,
    asked: &Asked,
) -> Result<Answer, ServiceError> {
    let queries = scan::get(tx, asked.mark).await?;
    let known = Group {
        next_entry: 0,
        queries: queries
            .map(|queries| (asked.mark, queries))
            .into_iter()
            .collect(),
    };
    let facts = Catalog::new(0).of(tx, std::iter::once(asked.mark)).await?;
    Ok(Book::new(&known).answer(means, &facts, asked))
}

/// What a group adds to what was known before.
struct Book<'a> {
    known: &'a Group,
    counted: BTreeMap<MarkId, Queries>,
    scans: Vec<NewScan>,
    /// Well-signed codes that no batch accounts for, each so many times.
    unissued: BTreeMap<(MarkId, KeyId), i64>,
}

impl<'a> Book<'a> {
    const fn new(known: &'a Group) -> Self {
        Self {
            known,
            counted: BTreeMap::new(),
            scans: Vec::new(),
            unissued: BTreeMap::new(),
        }
    }

    fn answer(&mut self, means: &Means<'_>, facts: &Facts, asked: &Asked) -> Answer {
        let mark = asked.mark;
        let found = facts
            .batches
            .get(&mark.batch)
            .filter(|(batch, _)| batch.batch.accounts_for(mark, asked.signed.as_ref()));
        let Some((batch, holder)) = found else {
            if let (Some(payload), Some(_)) = (&asked.signed, asked.check.channel.recorded()) {
                *self.unissued.entry((mark, payload.key)).or_default() += 1;
            }
            return Answer::NotOurs;
        };
        let key = means.ring.get(batch.batch.key);
        if !key.is_some_and(|key| key.vouches_for_issue_at(batch.batch.issued_at)) {
            return Answer::NotOurs;
        }
        let standing = batch.standings.at(mark.index);
        let state = standing.state(holder.licensee.ended.as_ref(), batch.past_since, means.now);
        let query = match asked.check.channel.recorded() {
            Some(channel) => Some(self.count(mark, &state, &asked.check, channel, means.now)),
            None => self.queries(mark).map(|queries| {
                let number = queries.count + 1; // what the next query would be told
                as_told(queries, number, asked.check.phone)
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
        Answer::Ours(Box::new(MarkAnswer {
            verdict,
            checked_at: means.now,
            mark,
            serial: means.serials.serial(mark),
            facts: batch.clone(),
            holder: holder.clone(),
            lot: batch
                .lot_of(mark.index)
                .and_then(|lot| facts.lots.get(&lot).cloned()),
            query,
            withdrawal,
            past_since,
        }))
    }

    fn queries(&self, mark: MarkId) -> Option<&Queries> {
        let counted = self.counted.get(&mark);
        counted.or_else(|| self.known.queries.get(&mark))
    }

    /// Counts a query, unless it is the same phone's again.
    fn count(
        &mut self,
        mark: MarkId,
        state: &MarkState<'_>,
        check: &Check,
        channel: &'static str,
        now: Timestamp,
    ) -> QueryCount {
        let Check { phone, place, .. } = *check;
        let (queries, previous_at) = match self.queries(mark) {
            None => (Queries::first(phone, place, now), None),
            Some(before) => {
                if let Some(number) = phone.and_then(|phone| before.number_of(phone, now)) {
                    return as_told(before, number, phone);
                }
                (before.and_one_more(phone, now), Some(before.latest_at))
            }
        };
        let told = as_told(&queries, queries.count, phone);
        self.scans.push(NewScan {
            mark,
            query: queries.count,
            at: queries.latest_at,
            previous_at,
            state: state.slug(),
            place,
            phone,
            channel,
        });
        self.counted.insert(mark, queries);
        told
    }

    /// `false` if another instance counted the first query of one of the marks meanwhile.
    async fn write(mut self, tx: &mut Tx, now: Timestamp) -> Result<bool, ServiceError> {
        if !self.unissued.is_empty() {
            for (mark, key) in self.unissued.keys() {
                tracing::error!(
                    key = key.0,
                    %mark,
                    "a well-signed code that no batch accounts for: this signing key has leaked, or the database lost a batch"
                );
            }
            unissued::add(tx, &self.unissued, now).await?;
        }
        if self.scans.is_empty() {
            return Ok(true);
        }
        self.scans.sort_unstable_by_key(|scan| (scan.at, scan.mark));
        let counted: Vec<(MarkId, Queries)> = self.counted.into_iter().collect();
        Ok(scan::write_group(tx, self.known, &counted, &self.scans).await?)
    }
}

fn as_told(queries: &Queries, number: u64, phone: Option<PhoneHash>) -> QueryCount {
    QueryCount {
        number,
        first: FirstQuery {
            at: queries.first_at,
            place: queries.first_place,
            by_this_phone: phone.is_some() && phone == queries.first_phone,
        },
    }
}
