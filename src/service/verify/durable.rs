//! Where answers wait until the disk has what they tell. Groups that were committed while it was busy with one become durable
//! together.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use super::Answer;
use crate::domain::verdict::CouldNotCheck;
use crate::service::ServiceError;
use crate::service::metrics::Metrics;
use crate::store::{Store, StoreError};

/// Groups that are made durable together at most.
const MOST_TOGETHER: usize = 4;
/// Longer than moving all of the log takes on a healthy disk.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long after a failure it is tried again, if nobody asks.
const AGAIN: Duration = Duration::from_secs(1);

/// Where somebody waits for an answer.
pub(super) type Reply = oneshot::Sender<Result<Answer, CouldNotCheck>>;

/// A group whose transaction is committed.
pub(super) struct Committed {
    /// One for each reply.
    pub answers: Vec<Answer>,
    pub replies: Vec<Reply>,
    pub commit_began: Instant,
}

/// Tells the answers of groups as they become durable, until no more come. Blocks its thread.
pub(super) async fn tell(
    store: Store,
    mut groups: mpsc::Receiver<Committed>,
    metrics: Arc<Metrics>,
) {
    let mut waiting = Vec::with_capacity(MOST_TOGETHER);
    let mut has_failed = false;
    loop {
        let more = groups.recv_many(&mut waiting, MOST_TOGETHER);
        let got = match has_failed {
            true => timeout(AGAIN, more).await,
            false => Ok(more.await),
        };
        if got == Ok(0) {
            break;
        }
        let durable = match has_failed {
            // The system may take pages for written that never reached the disk, and the next wait succeeds all the same: so
            // the log is moved into the file first, also for what the office commits meanwhile.
            true => timeout(PATIENCE, store.move_all())
                .await
                .unwrap_or(Err(StoreError::TooSlow)),
            false => store.sync_here(),
        };
        has_failed = durable.is_err();
        metrics.is_ready(durable.is_ok());
        match durable {
            Ok(()) => {
                for group in waiting.drain(..) {
                    metrics.durable(group.commit_began.elapsed().as_secs_f64());
                    for (reply, answer) in group.replies.into_iter().zip(group.answers) {
                        _ = reply.send(Ok(answer)); // who has gone may have it counted
                    }
                }
            }
            Err(error) => {
                let replies = waiting.drain(..).flat_map(|group| group.replies);
                refuse(&metrics, &error.into(), replies.collect());
            }
        }
    }
}

/// Tells all of a group that we could not check.
pub(super) fn refuse(metrics: &Metrics, error: &ServiceError, replies: Vec<Reply>) {
    metrics.is_ready(false);
    tracing::error!(%error, checks = replies.len(), "checks could not be answered");
    for reply in replies {
        _ = reply.send(Err(CouldNotCheck::Unavailable));
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;
    use crate::service::metrics::Refusals;
    use crate::store::{DatabaseUrl, migrate};

    /// What a group of one is told.
    async fn told(groups: &mpsc::Sender<Committed>) -> Result<Answer, CouldNotCheck> {
        let (reply, answer) = oneshot::channel();
        let group = Committed {
            answers: vec![Answer::NotOurs],
            replies: vec![reply],
            commit_began: Instant::now(),
        };
        assert!(groups.send(group).await.is_ok());
        answer.await.unwrap()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn nobody_is_told_what_the_disk_may_not_have() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("log.db");
        let store = Store::connect_or_create(&DatabaseUrl::Sqlite(file.clone())).await;
        let store = store.unwrap();
        migrate::run(&store).await.unwrap();
        let [log, away] = ["log.db-wal", "away"].map(|name| folder.path().join(name));
        let pages = |log: &Path| fs::metadata(log).unwrap().len();
        let metrics = Metrics::new(&Refusals::default());
        let is_ready = || metrics.text().contains("yuanmark_ready 1");
        let (groups, committed) = mpsc::channel(1);
        let telling = tokio::spawn(tell(store.clone(), committed, metrics.clone()));
        assert!(told(&groups).await.is_ok() && is_ready());
        assert!(pages(&log) > 0);

        fs::rename(&log, &away).unwrap();
        let refused = told(&groups).await;
        assert!(matches!(refused, Err(CouldNotCheck::Unavailable)));
        assert!(!is_ready());
        // Waiting for the log proves nothing now, wherever it is; once all of it is in its place there is nothing to prove.
        fs::rename(&away, &log).unwrap();
        assert!(told(&groups).await.is_ok() && is_ready());
        assert_eq!(pages(&log), 0);
        assert!(told(&groups).await.is_ok());
        drop(groups);
        telling.await.unwrap();
        let commits = "yuanmark_commit_seconds_count 3";
        assert!(metrics.text().contains(commits), "{}", metrics.text());
    }
}
