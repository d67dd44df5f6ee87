//! The queue before the answers. What came in while the last group was on its way becomes the next one: signatures are
//! checked together, then everything is read, counted and written in one transaction, and once the disk has it all are answered.
//! Nobody waits for a group to fill: a lone check is a group of its own, at once.
//!
//! Three threads of their own work one behind the other: while one group becomes durable, the next is read, decided and
//! written, and the signatures of the one after it are checked. On the threads that speak to clients each step would wait
//! behind hundreds of other tasks.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::FutureExt as _;
use tokio::sync::mpsc::error::SendError;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use super::catalog::Catalog;
use super::checkpoints::Checkpoints;
use super::durable::{self, Committed, Reply};
use super::group::{self, Answered, Asked, Means};
use super::signers::Signers;
use super::suspicion::{self, Suspicion};
use super::{Answer, Check};
use crate::domain::code::Code;
use crate::domain::input::Input;
use crate::domain::verdict::CouldNotCheck;
use crate::service::keys::LiveKeys;
use crate::service::metrics::Metrics;
use crate::service::{ServiceError, system};
use crate::store::{Store, StoreError};

/// Checks that wait at most. At the rates of one machine they are answered well within the time limit; what comes on top is
/// told so at once.
const MOST_WAITING: usize = 4096;
/// Checks whose signatures are checked together at most: more would only make each wait longer.
const MOST_TOGETHER: usize = 512;
/// Lots of these that make one group at most. While so many are ready nothing more is checked: what comes in meanwhile is
/// checked together, which costs each less.
const MOST_LOTS: usize = 2;
/// Groups that wait for the disk at most, besides those it is working on. While there are so many no other is begun.
const MOST_COMMITTED: usize = 2;
/// Longer than the transaction of any group takes on a healthy database.
const GROUP_TIMEOUT: Duration = Duration::from_secs(3);
/// Longer than any honest check takes; after it whoever asks is told that we could not check.
pub const ANSWER_TIMEOUT: Duration = Duration::from_secs(4);
/// After a group that failed: a database that is gone is asked again soon, but not without a pause.
const PAUSE: Duration = Duration::from_millis(100);

/// Answers checks in groups. The tasks behind it end with it.
#[derive(Debug)]
pub struct Verifier {
    inbox: mpsc::Sender<(Check, Reply)>,
    metrics: Arc<Metrics>,
}

impl Verifier {
    /// Begins to answer. `catalog_mib` is how much memory may be held of batches, in MiB.
    ///
    /// # Panics
    /// If the system has no three threads left.
    pub fn start(
        store: &Store,
        keys: Arc<LiveKeys>,
        metrics: Arc<Metrics>,
        catalog_mib: u32,
    ) -> Self {
        let (inbox, checks) = mpsc::channel(MOST_WAITING);
        let (ready, lots) = mpsc::channel(MOST_LOTS);
        by_itself("signatures", recognise(checks, keys.clone(), ready));
        let (committed, groups) = mpsc::channel(MOST_COMMITTED);
        let telling = durable::tell(store.clone(), groups, metrics.clone());
        by_itself("durable", telling);
        let (store, counted) = (store.clone(), metrics.clone());
        by_itself("answers", async move {
            let office = Office {
                // Made here: connections belong to the thread that made them.
                store: store.for_groups(),
                keys,
                catalog: Catalog::new(catalog_mib as usize * (1 << 20)),
                checkpoints: Checkpoints::new(counted.clone()),
                metrics: counted,
                suspicion: Suspicion::new(system::random::<1>()[0]),
                committed,
            };
            office.answer(lots).await;
        });
        Self { inbox, metrics }
    }

    /// Answers a check, at latest after four seconds.
    ///
    /// # Errors
    /// [`CouldNotCheck`]: then nothing was told, and whether it was counted is not known; the same phone that asks again is
    /// told the same number.
    pub async fn answer(&self, check: Check) -> Result<Answer, CouldNotCheck> {
        let start = Instant::now();
        let waits = self.metrics.one_waits();
        let answer = self.ask(check).await;
        drop(waits);
        match &answer {
            Ok(answer) => {
                let seconds = start.elapsed().as_secs_f64();
                self.metrics.answered(answer.verdict(), seconds);
            }
            Err(reason) => self.metrics.not_answered(*reason),
        }
        answer
    }

    async fn ask(&self, check: Check) -> Result<Answer, CouldNotCheck> {
        let (reply, answer) = oneshot::channel();
        self.inbox
            .try_send((check, reply))
            .map_err(|_| CouldNotCheck::Busy)?;
        match timeout(ANSWER_TIMEOUT, answer).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => Err(CouldNotCheck::Unavailable),
            Err(_) => Err(CouldNotCheck::TooSlow),
        }
    }
}

/// Runs a task on a thread of its own, until it ends.
fn by_itself(name: &str, task: impl Future<Output = ()> + Send + 'static) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("the system has room for three threads");
    let thread = std::thread::Builder::new().name(name.to_owned());
    thread
        .spawn(move || runtime.block_on(task))
        .expect("the system has room for three threads");
}

/// Checks the signatures of what has come in, lot after lot. What is not ours is answered here.
async fn recognise(
    mut checks: mpsc::Receiver<(Check, Reply)>,
    keys: Arc<LiveKeys>,
    ready: mpsc::Sender<Vec<(Asked, Reply)>>,
) {
    let mut signers = Signers::of(keys.ring());
    let mut waiting = Vec::with_capacity(MOST_TOGETHER);
    // Waiting for the place first: what comes in meanwhile still joins this lot.
    while let Ok(place) = ready.reserve().await {
        if checks.recv_many(&mut waiting, MOST_TOGETHER).await == 0 {
            return;
        }
        waiting.retain(|(_, reply)| !reply.is_closed());
        signers.follow(keys.ring());
        let codes: Vec<&Code> = waiting
            .iter()
            .filter_map(|(check, _)| match &check.input {
                Some(Input::Code(code)) => Some(code),
                _ => None,
            })
            .collect();
        let mut signed = signers.check(&codes).into_iter();
        let mut lot = Vec::with_capacity(waiting.len());
        for (check, reply) in waiting.drain(..) {
            let known = match &check.input {
                Some(Input::Code(code)) => signed.next().unwrap_or(false).then(|| {
                    let payload = *code.payload();
                    (payload.mark, Some(payload))
                }),
                Some(Input::Serial(serial)) => {
                    let mark = keys.secrets.serial.mark(*serial);
                    mark.map(|mark| (mark, None))
                }
                None => None,
            };
            match known {
                Some((mark, signed)) => {
                    let asked = Asked {
                        mark,
                        signed,
                        check,
                    };
                    lot.push((asked, reply));
                }
                None => _ = reply.send(Ok(Answer::NotOurs)),
            }
        }
        if !lot.is_empty() {
            place.send(lot);
        }
    }
}

/// Where groups are answered.
struct Office {
    store: Store,
    keys: Arc<LiveKeys>,
    catalog: Catalog,
    metrics: Arc<Metrics>,
    checkpoints: Checkpoints,
    suspicion: Suspicion,
    committed: mpsc::Sender<Committed>,
}

impl Office {
    /// Answers what is ready, group after group.
    async fn answer(mut self, mut lots: mpsc::Receiver<Vec<(Asked, Reply)>>) {
        let mut ready = Vec::with_capacity(MOST_LOTS);
        loop {
            let more = lots.recv_many(&mut ready, MOST_LOTS);
            let got = match self.suspicion.is_unwritten() {
                true => timeout(suspicion::FLUSH, more).await,
                false => Ok(more.await),
            };
            match got {
                Ok(0) => break,
                Ok(_) => {}
                Err(_) => {
                    self.write_batches().await;
                    continue;
                }
            }
            // Who has gone, or was told that it took too long, is not counted.
            let waiting = |(_, reply): &(_, Reply)| !reply.is_closed();
            let group = ready.drain(..).flatten().filter(waiting);
            let (asked, replies): (Vec<Asked>, Vec<Reply>) = group.unzip();
            if asked.is_empty() {
                continue;
            }
            let group = AssertUnwindSafe(self.group(&asked)).catch_unwind();
            let answered = match timeout(GROUP_TIMEOUT, group).await {
                Ok(Ok(answered)) => answered,
                Ok(Err(_)) => {
                    // A fault of ours, which must not end all answers with this one.
                    tracing::error!("answering a group panicked");
                    self.catalog.forget();
                    Err(StoreError::TooSlow.into())
                }
                Err(_) => Err(StoreError::TooSlow.into()),
            };
            match answered {
                Ok(answered) => {
                    let group = Committed {
                        answers: answered.answers,
                        commit_began: answered.commit_began,
                        replies,
                    };
                    if let Err(SendError(group)) = self.committed.send(group).await {
                        durable::refuse(&self.metrics, &StoreError::TooSlow.into(), group.replies);
                    }
                    self.checkpoints.after(&self.store, asked.len()).await;
                }
                Err(error) => {
                    durable::refuse(&self.metrics, &error, replies);
                    // Whatever state the connections are in.
                    self.store = self.store.for_groups();
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
        self.write_batches().await;
        self.checkpoints.end().await;
    }

    /// Writes down what is held of batches.
    async fn write_batches(&mut self) {
        if !self.suspicion.is_unwritten() {
            return;
        }
        let (store, suspicion) = (&self.store, &mut self.suspicion);
        let written = group::write_batches(store, suspicion, system::now());
        match timeout(GROUP_TIMEOUT, written).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::error!(%error, "accounts of batches could not be written"),
            Err(_) => tracing::error!("accounts of batches could not be written in time"),
        }
    }

    async fn group(&mut self, asked: &[Asked]) -> Result<Answered, ServiceError> {
        let start = Instant::now();
        let ring = self.keys.ring();
        let means = Means {
            ring: &ring,
            serials: &self.keys.secrets.serial,
            now: system::now(),
        };
        let answered = group::answer(
            &self.store,
            &mut self.catalog,
            &mut self.suspicion,
            &means,
            asked,
        )
        .await?;
        let seconds = start.elapsed().as_secs_f64();
        let (metrics, catalog) = (&self.metrics, &mut self.catalog);
        metrics.group(asked.len(), seconds);
        metrics.unissued(answered.unissued);
        metrics.catalog_reads.inc_by(catalog.take_reads());
        metrics.ledger_entries.set(catalog.last_entry());
        let bytes = i64::try_from(catalog.bytes()).unwrap_or(i64::MAX);
        metrics.catalog_bytes.set(bytes);
        Ok(answered)
    }
}
