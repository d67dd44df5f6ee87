//! What the detector holds of batches while scans are answered: what their scans say together, and what was raised.
//!
//! A mark's own account is written with its scan. A batch's is a sum over its marks, held in memory and written about once a
//! second; a crash loses at most that second of it, and no mark's account (`docs/decisions/0037-detection-live.md`).

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::{Duration, Instant};

use jiff::Timestamp;

use crate::domain::alert::{AlertKind, Light, NewAlert};
use crate::domain::detection::{
    BatchState, Context, Hypothesis, MarkState, Parameters, Part, Peers, Step,
};
use crate::domain::mark::{BatchNumber, MarkId};
use crate::service::ServiceError;
use crate::service::detection::in_force::in_force;
use crate::store::{Tx, alert, batch_account, scan};

/// How often batches are written down.
pub(super) const FLUSH: Duration = Duration::from_secs(1);
/// How long what other instances added, and a change of the parameters, may be missing.
const REREAD: Duration = Duration::from_secs(10);
/// How long batches are held against what their peers showed.
const COMPARE_AGAIN: Duration = Duration::from_hours(1);
/// The latest batches are each other's peers.
const MOST_PEERS: u32 = 500;
/// How long it is not asked again whether an alert is open.
const ASK_AGAIN: Duration = Duration::from_mins(1);
/// Batches that are held at most; each takes about 100 bytes.
const MOST_BATCHES: usize = 100_000;
/// Suspected marks of a batch that are looked at: where there are more the batch is news whatever the others say.
const MOST_SUSPECTED: u32 = 200;

/// What is held.
#[derive(Debug)]
pub(super) struct Suspicion {
    part: u8,
    parameters: Parameters,
    parameters_read_at: Option<Instant>,
    batches: HashMap<BatchNumber, Held>,
    /// What other batches show, and since when it is known.
    peers: Option<(Peers, Instant)>,
    /// What is not written down yet.
    unwritten: BTreeMap<BatchNumber, BatchState>,
    written_at: Option<Instant>,
    raised: HashMap<(AlertKind, BatchNumber), Instant>,
}

#[derive(Clone, Debug)]
struct Held {
    account: BatchState,
    read_at: Instant,
}

/// What one group adds; it counts once the group is committed.
#[derive(Debug, Default)]
pub(super) struct Added {
    batches: BTreeMap<BatchNumber, BatchState>,
    alerts: Vec<NewAlert>,
    /// Kinds and batches of which an alert is among them.
    kinds: BTreeSet<(AlertKind, BatchNumber)>,
    writes_all: bool,
}

impl Suspicion {
    /// Writes into this part of each batch's account.
    pub(super) fn new(part: u8) -> Self {
        Self {
            part: part % batch_account::PARTS,
            parameters: Parameters::reference(),
            parameters_read_at: None,
            batches: HashMap::new(),
            peers: None,
            unwritten: BTreeMap::new(),
            written_at: None,
            raised: HashMap::new(),
        }
    }

    /// The parameters that scans are weighed with.
    pub(super) const fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    /// Whether something waits to be written down.
    pub(super) fn is_unwritten(&self) -> bool {
        !self.unwritten.is_empty()
    }

    /// Reads the parameters if that was not done lately, and the accounts of batches that are not held, or not lately.
    pub(super) async fn read(
        &mut self,
        tx: &mut Tx,
        batches: impl Iterator<Item = BatchNumber>,
    ) -> Result<(), ServiceError> {
        let is_fresh = |at: &Instant| at.elapsed() < REREAD;
        if !self.parameters_read_at.as_ref().is_some_and(is_fresh) {
            let parameters = in_force(tx).await?;
            if parameters.version != self.parameters.version {
                let (version, before) = (parameters.version, self.parameters.version);
                tracing::info!(%version, %before, "scans are weighed by other parameters");
            }
            self.parameters = parameters;
            self.parameters_read_at = Some(Instant::now());
        }
        if self.batches.len() > MOST_BATCHES {
            self.batches.clear();
        }
        let is_fresh = |held: &Held| is_fresh(&held.read_at);
        let wanted: BTreeSet<BatchNumber> = batches
            .filter(|batch| !self.batches.get(batch).is_some_and(is_fresh))
            .collect();
        if wanted.is_empty() {
            return Ok(());
        }
        self.compare(tx).await?;
        let wanted: Vec<BatchNumber> = wanted.into_iter().collect();
        let mut found = batch_account::of(tx, &wanted).await?;
        for batch in wanted {
            let mut account = found.remove(&batch).unwrap_or_default();
            if let Some(more) = self.unwritten.get(&batch) {
                account.add(more);
            }
            let read_at = Instant::now();
            self.batches.insert(batch, Held { account, read_at });
        }
        Ok(())
    }

    /// Learns what is usual among the latest batches, once an hour.
    async fn compare(&mut self, tx: &mut Tx) -> Result<(), ServiceError> {
        let lately = |peers: &(Peers, Instant)| peers.1.elapsed() < COMPARE_AGAIN;
        if !self.peers.as_ref().is_some_and(lately) {
            self.peers = Some((peers(tx, &self.parameters).await?, Instant::now()));
        }
        Ok(())
    }

    fn account(&self, batch: BatchNumber, added: &Added) -> BatchState {
        let held = self.batches.get(&batch);
        let mut account = held.map_or_else(BatchState::default, |held| held.account.clone());
        if let Some(more) = added.batches.get(&batch) {
            account.add(more);
        }
        if let Some((peers, _)) = &self.peers {
            account.compare(peers, 0);
        }
        account
    }

    /// A mark's account before and after a scan: says whether the mark is suspected, and notes what that adds.
    pub(super) fn weigh(
        &self,
        added: &mut Added,
        mark: MarkId,
        before: Option<&MarkState>,
        (account, step): (&mut MarkState, &Step),
    ) -> bool {
        let parameters = &self.parameters;
        let term = before.map(|before| before.for_batch(parameters));
        let batch = added.batches.entry(mark.batch).or_default();
        batch.update(parameters, term, account.for_batch(parameters));
        if before.is_none() {
            return step.decide(account, parameters, &Context::ALONE);
        }
        let context = self.account(mark.batch, added).context(parameters);
        step.decide(account, parameters, &context)
    }

    /// Notes that a mark is suspected from this query on.
    pub(super) fn suspect(
        &self,
        added: &mut Added,
        mark: MarkId,
        account: &MarkState,
        at: Timestamp,
        query: Option<u64>,
    ) {
        let parameters = &self.parameters;
        let context = self.account(mark.batch, added).context(parameters);
        let new = suspected(parameters, mark, account, &context, at, query);
        added.alerts.push(new);
    }

    /// Notes that a mark of this batch was asked about that should not be on goods.
    pub(super) fn note(
        &self,
        added: &mut Added,
        kind: AlertKind,
        mark: MarkId,
        at: Timestamp,
        query: u64,
    ) {
        let key = (kind, mark.batch);
        let lately = |at: &Instant| at.elapsed() < ASK_AGAIN;
        if self.raised.get(&key).is_some_and(lately) || !added.kinds.insert(key) {
            return;
        }
        let hypothesis = match kind {
            AlertKind::BeforeActivation => Hypothesis::LeakedBeforeActivation,
            _ => Hypothesis::UsedAfterDestruction,
        };
        added.alerts.push(NewAlert {
            kind,
            batch: mark.batch,
            index: None,
            at,
            query: Some(query),
            parameters: self.parameters.version,
            log_odds: 0.0,
            light: Light::default(),
            e_value_ln: 0.0,
            hypothesis,
        });
    }

    /// Writes down what a group adds: alerts at once, batches when it is time.
    pub(super) async fn write(
        &self,
        tx: &mut Tx,
        added: &mut Added,
        now: Timestamp,
    ) -> Result<(), ServiceError> {
        // First the marks: a batch is judged by the others.
        alert::raise(tx, &added.alerts).await?;
        added.writes_all = self.written_at.is_none_or(|at| at.elapsed() >= FLUSH);
        let mut of_batches = Vec::new();
        if added.writes_all {
            let mut all = self.unwritten.clone();
            for (batch, more) in &added.batches {
                all.entry(*batch).or_default().add(more);
            }
            batch_account::add(tx, self.part, &all).await?;
            for batch in all.keys() {
                let account = self.account(*batch, added);
                let key = (AlertKind::BatchEvidence, *batch);
                let lately = |at: &Instant| at.elapsed() < ASK_AGAIN;
                let is_known = self.raised.get(&key).is_some_and(lately);
                let parameters = &self.parameters;
                if account.is_alarming(parameters) && !is_known {
                    let account = without_suspected(tx, parameters, *batch, account).await?;
                    if !account.is_alarming(parameters) {
                        continue;
                    }
                    added.kinds.insert(key);
                    of_batches.push(batch_evidence(parameters, *batch, &account, now));
                }
            }
        }
        Ok(alert::raise(tx, &of_batches).await?)
    }

    /// What a group added is committed.
    pub(super) fn committed(&mut self, added: Added) {
        let now = Instant::now();
        if added.writes_all {
            self.unwritten.clear();
            self.written_at = Some(now);
        }
        for (batch, more) in added.batches {
            if let Some(held) = self.batches.get_mut(&batch) {
                held.account.add(&more);
            }
            if !added.writes_all {
                self.unwritten.entry(batch).or_default().add(&more);
            }
        }
        self.raised.retain(|_, at| at.elapsed() < ASK_AGAIN);
        self.raised
            .extend(added.kinds.into_iter().map(|key| (key, now)));
    }
}

/// What the season of a mark shows of dealers. What its batch adds counts with its next query.
pub(in crate::service) async fn season(
    tx: &mut Tx,
    parameters: &Parameters,
) -> Result<Context, ServiceError> {
    Ok(Context {
        dealers: peers(tx, parameters).await?.dealers(),
        ..Context::ALONE
    })
}

async fn peers(tx: &mut Tx, parameters: &Parameters) -> Result<Peers, ServiceError> {
    let latest = batch_account::latest(tx, MOST_PEERS).await?;
    let batches = latest.values().map(|batch| (batch, 0));
    Ok(Peers::of(parameters, batches))
}

/// A batch's account without the marks that are suspected themselves: each of them has an alert of its own.
async fn without_suspected(
    tx: &mut Tx,
    parameters: &Parameters,
    batch: BatchNumber,
    mut account: BatchState,
) -> Result<BatchState, ServiceError> {
    for mark in alert::suspected_of(tx, batch, MOST_SUSPECTED).await? {
        let found = scan::account(tx, mark).await?;
        if let Some(found) = found.filter(MarkState::is_suspected) {
            let part = found.for_batch(parameters);
            account.update(parameters, Some(part), Part::default());
        }
    }
    Ok(account)
}

/// The alert that a mark is suspected.
pub(in crate::service) fn suspected(
    parameters: &Parameters,
    mark: MarkId,
    account: &MarkState,
    context: &Context,
    at: Timestamp,
    query: Option<u64>,
) -> NewAlert {
    NewAlert {
        kind: AlertKind::SuspectedCopy,
        batch: mark.batch,
        index: Some(mark.index),
        at,
        query,
        parameters: parameters.version,
        log_odds: account.log_odds(parameters, context),
        light: Light {
            batch: context.raise,
            season: account.taken_off(parameters, context),
        },
        e_value_ln: account.ln_e_value(parameters),
        hypothesis: account.hypothesis(parameters),
    }
}

fn batch_evidence(
    parameters: &Parameters,
    batch: BatchNumber,
    account: &BatchState,
    at: Timestamp,
) -> NewAlert {
    NewAlert {
        kind: AlertKind::BatchEvidence,
        batch,
        index: None,
        at,
        query: None,
        parameters: parameters.version,
        log_odds: account.evidence(parameters),
        light: Light::default(),
        e_value_ln: account.evidence(parameters),
        hypothesis: Hypothesis::Copied,
    }
}
