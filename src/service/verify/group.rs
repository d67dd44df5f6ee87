//! One group of checks: read, decided and written down in one transaction, and answered after its commit.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use jiff::Timestamp;

use super::catalog::{Catalog, Facts};
use super::suspicion::{Added, Suspicion};
use super::{Answer, Check, MarkAnswer};
use crate::domain::alert::AlertKind;
use crate::domain::code::Payload;
use crate::domain::detection::{MarkState, Scan, Seen, Standing};
use crate::domain::keyring::{KeyId, Keyring};
use crate::domain::mark::MarkId;
use crate::domain::market::Market;
use crate::domain::phone::PhoneHash;
use crate::domain::queries::Queries;
use crate::domain::serial::SerialKey;
use crate::domain::state;
use crate::domain::verdict::{FirstQuery, QueryCount, Verdict};
use crate::service::ServiceError;
use crate::store::scan::{self, Counted, Group, NewScan};
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
    /// When the commit began.
    pub commit_began: Instant,
    /// How many well-signed codes no batch accounts for.
    pub unissued: u64,
}

/// Answers a group. Nobody may be told before a [`Store::sync`] that begins after it.
///
/// # Errors
/// If the database does not answer: then nothing was told and nothing counted.
pub(super) async fn answer(
    store: &Store,
    catalog: &mut Catalog,
    suspicion: &mut Suspicion,
    means: &Means<'_>,
    asked: &[Asked],
) -> Result<Answered, ServiceError> {
    for _ in 0..MOST_ATTEMPTS {
        match counted(store, catalog, suspicion, means, asked).await {
            Ok(Some(answered)) => return Ok(answered),
            Ok(None) => {}
            Err(ServiceError::Store(error)) if error.is_conflict() => {}
            Err(error) => return Err(error),
        }
    }
    Err(StoreError::TooSlow.into())
}

/// Writes down what is held of batches, without any scan.
///
/// # Errors
/// If the database does not answer.
pub(super) async fn write_batches(
    store: &Store,
    suspicion: &mut Suspicion,
    now: Timestamp,
) -> Result<(), ServiceError> {
    let mut tx = store.begin_group().await?;
    let mut added = Added::default();
    suspicion.write(&mut tx, &mut added, now).await?;
    tx.commit().await?;
    suspicion.committed(added);
    Ok(())
}

/// `None` if another instance counted the first query of one of the marks meanwhile.
async fn counted(
    store: &Store,
    catalog: &mut Catalog,
    suspicion: &mut Suspicion,
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
    // A first query proves nothing, whatever its batch says.
    let again = known.queries.keys().map(|mark| mark.batch);
    suspicion.read(&mut tx, again).await?;
    let mut book = Book::new(&known, suspicion);
    let answers = asked
        .iter()
        .map(|asked| book.answer(means, &facts, asked))
        .collect();
    let unissued = book.unissued.values().map(|times| times.cast_unsigned());
    let unissued = unissued.sum();
    let Some(added) = book.write(&mut tx, means.now).await? else {
        return Ok(None);
    };
    let commit_began = Instant::now();
    tx.commit().await?;
    suspicion.committed(added);
    Ok(Some(Answered {
        answers,
        commit_began,
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
    let account = match queries {
        Some(_) => scan::account(tx, asked.mark).await?,
        None => None,
    };
    let of_mark = |what| (asked.mark, what);
    let known = Group {
        next_entry: 0,
        queries: queries.into_iter().map(|what| (asked.mark, what)).collect(),
        accounts: account.into_iter().map(of_mark).collect(),
    };
    let facts = Catalog::new(0).of(tx, std::iter::once(asked.mark)).await?;
    Ok(Book::new(&known, &Suspicion::new(0)).answer(means, &facts, asked))
}

/// What a group adds to what was known before.
struct Book<'a> {
    known: &'a Group,
    suspicion: &'a Suspicion,
    counted: BTreeMap<MarkId, Queries>,
    accounts: BTreeMap<MarkId, MarkState>,
    added: Added,
    scans: Vec<NewScan>,
    /// Well-signed codes that no batch accounts for, each so many times.
    unissued: BTreeMap<(MarkId, KeyId), i64>,
}

impl<'a> Book<'a> {
    fn new(known: &'a Group, suspicion: &'a Suspicion) -> Self {
        Self {
            known,
            suspicion,
            counted: BTreeMap::new(),
            accounts: BTreeMap::new(),
            added: Added::default(),
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
            Some(channel) => {
                let met = (&state, batch.market.as_ref());
                Some(self.count(mark, met, &asked.check, channel, means.now))
            }
            None => self.queries(mark).map(|queries| {
                let number = queries.count + 1; // what the next query would be told
                as_told(queries, number, asked.check.phone)
            }),
        };
        let number = query.as_ref().map_or(1, |query| query.number);
        let is_suspected = self.account(mark).is_some_and(MarkState::is_suspected);
        let verdict = Verdict::of(&state, number, is_suspected);
        let (withdrawal, past_since) = match state {
            state::MarkState::Withdrawn(ground) => {
                let reason = ground.reason().map(str::to_owned);
                (Some((ground.slug(), ground.since(), reason)), None)
            }
            state::MarkState::PastSeason { since } => (None, Some(since)),
            state::MarkState::NotActivated | state::MarkState::Active => (None, None),
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

    /// Counts a query of a mark in this state whose goods are for this market, unless it is the same phone's again.
    fn count(
        &mut self,
        mark: MarkId,
        (state, market): (&state::MarkState<'_>, Option<&Market>),
        check: &Check,
        channel: &'static str,
        now: Timestamp,
    ) -> QueryCount {
        let Check {
            phone,
            place,
            network,
            ..
        } = *check;
        let mut seen = Seen {
            at: now,
            place,
            phone,
            network,
        };
        let (queries, previous_at) = match self.queries(mark) {
            None => (Queries::first(&seen), None),
            Some(before) => {
                if let Some(number) = phone.and_then(|phone| before.number_of(phone, now)) {
                    return as_told(before, number, phone);
                }
                (before.and_one_more(phone, now), Some(before.latest_at))
            }
        };
        let told = as_told(&queries, queries.count, phone);
        seen.at = queries.latest_at;
        let scan = seen.scan(state.met(), market);
        self.weigh(mark, &seen, &scan, queries.count);
        self.scans.push(NewScan {
            mark,
            query: queries.count,
            at: queries.latest_at,
            previous_at,
            state: state.met(),
            place,
            phone,
            channel,
            network,
        });
        self.counted.insert(mark, queries);
        told
    }

    /// The detector's account of a mark, if it has one of its own.
    fn account(&self, mark: MarkId) -> Option<&MarkState> {
        let changed = self.accounts.get(&mark);
        changed.or_else(|| self.known.accounts.get(&mark))
    }

    /// Takes a query into the mark's account, before it is counted.
    fn weigh(&mut self, mark: MarkId, seen: &Seen, scan: &Scan, query: u64) {
        let parameters = self.suspicion.parameters();
        let before = match (self.account(mark), self.queries(mark)) {
            (Some(account), _) => Some(account.clone()),
            // What the first query said follows from its columns, unless it met something worth an account.
            (None, Some(queries)) => {
                let first = queries.first_seen().scan(state::ACTIVE, None);
                Some(MarkState::after_first(parameters, &first))
            }
            (None, None) => None,
        };
        let mut account = before.clone().unwrap_or_default();
        let step = account.update(parameters, scan);
        let (suspicion, added) = (self.suspicion, &mut self.added);
        let was_suspected = account.is_suspected();
        let is_suspected = suspicion.weigh(added, mark, before.as_ref(), (&mut account, &step));
        if is_suspected && !was_suspected {
            suspicion.suspect(added, mark, &account, seen.at, Some(query));
        }
        if scan.standing.before_activation {
            let kind = AlertKind::BeforeActivation;
            suspicion.note(added, kind, mark, seen.at, query);
        } else if scan.standing.after_use {
            // A frozen, revoked or recalled mark is on goods that people hold in their hands: that they ask is no news.
            let kind = AlertKind::WhileWithdrawn;
            suspicion.note(added, kind, mark, seen.at, query);
        }
        if before.is_some() || scan.standing != Standing::default() {
            self.accounts.insert(mark, account);
        }
    }

    /// What to hold after the commit; `None` if another instance counted the first query of one of the marks meanwhile.
    async fn write(mut self, tx: &mut Tx, now: Timestamp) -> Result<Option<Added>, ServiceError> {
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
            return Ok(Some(self.added));
        }
        self.scans.sort_unstable_by_key(|scan| (scan.at, scan.mark));
        let mut accounts = self.accounts;
        let counted = self.counted.into_iter().map(|(mark, queries)| Counted {
            mark,
            queries,
            account: accounts.remove(&mark),
        });
        let counted: Vec<Counted> = counted.collect();
        if !scan::write_group(tx, self.known, &counted, &self.scans).await? {
            return Ok(None);
        }
        self.suspicion.write(tx, &mut self.added, now).await?;
        Ok(Some(self.added))
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
