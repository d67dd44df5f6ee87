//! Puts what groups have written into its place, beside the answers: SQLite's log is moved over a connection of its own while
//! the next groups are answered. PostgreSQL does so by itself.
//!
//! The log begins anew only when all of it is in its place, which under load is never so while others write; so when it has
//! become long, its short rest is moved between two groups.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::service::metrics::Metrics;
use crate::store::{Store, StoreError};

/// Checks after which what they have written is moved. Each touches a page at random.
const AFTER: usize = 128;
/// Pages of the log from which on its rest is moved between groups, so that it begins anew: 96 MiB. Every check touches one or two,
/// and those that come while the rest is moved wait for it.
const LONG: u32 = 24_576;
/// Longer than moving takes on a healthy disk.
const PATIENCE: Duration = Duration::from_secs(3);

/// What has to be moved, and what is being moved.
#[derive(Debug)]
pub(super) struct Checkpoints {
    metrics: Arc<Metrics>,
    /// Checks that were written down since the last move began.
    since: usize,
    /// Pages of the log after the last move.
    pages: u32,
    running: Option<JoinHandle<u32>>,
}

impl Checkpoints {
    pub(super) const fn new(metrics: Arc<Metrics>) -> Self {
        Self {
            metrics,
            since: 0,
            pages: 0,
            running: None,
        }
    }

    /// After a group of so many checks has been answered.
    pub(super) async fn after(&mut self, store: &Store, checks: usize) {
        if matches!(store, Store::Postgres(_)) {
            return;
        }
        self.since += checks;
        if self.since < AFTER || self.running.as_ref().is_some_and(|run| !run.is_finished()) {
            return;
        }
        self.end().await;
        self.since = 0;
        let moving = moved(store.clone(), self.metrics.clone());
        if self.pages < LONG {
            self.running = Some(tokio::spawn(moving));
        } else {
            self.pages = moving.await;
        }
    }

    /// Waits for what is being moved.
    pub(super) async fn end(&mut self) {
        if let Some(running) = self.running.take() {
            self.pages = running.await.unwrap_or(0);
        }
    }
}

/// Moves what is in the log; how many pages it has.
async fn moved(store: Store, metrics: Arc<Metrics>) -> u32 {
    let start = Instant::now();
    let moved = match timeout(PATIENCE, store.checkpoint()).await {
        Ok(moved) => moved,
        Err(_) => Err(StoreError::TooSlow),
    };
    metrics.checkpoint(start.elapsed().as_secs_f64());
    moved.unwrap_or_else(|error| {
        tracing::warn!(%error, "what checks have written stays in the log for now");
        0
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::metrics::Refusals;
    use crate::store::{DatabaseUrl, migrate};

    #[tokio::test]
    async fn a_short_log_is_moved_beside_the_groups_and_the_rest_of_a_long_one_between_two() {
        let folder = tempfile::tempdir().unwrap();
        let url = DatabaseUrl::Sqlite(folder.path().join("log.db"));
        let store = Store::connect_or_create(&url).await.unwrap();
        migrate::run(&store).await.unwrap();
        let mut checkpoints = Checkpoints::new(Metrics::new(&Refusals::default()));
        checkpoints.after(&store, AFTER - 1).await;
        assert!(checkpoints.running.is_none(), "so few are not worth it");
        checkpoints.after(&store, 1).await;
        assert!(checkpoints.running.is_some());
        checkpoints.end().await;
        assert!(
            (1..LONG).contains(&checkpoints.pages),
            "what migrating wrote"
        );
        checkpoints.pages = LONG;
        checkpoints.after(&store, AFTER).await;
        assert!(checkpoints.running.is_none() && checkpoints.pages < LONG);
    }
}
