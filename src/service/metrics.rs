//! What is measured of the running program, for Prometheus (the OpenMetrics text format, version 1.0).
//!
//! A name says what is counted and in which unit; `docs/OPERATING.md` has what to look at and when to worry.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue, LabelValueEncoder};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

use super::claims::{self, OUTCOMES};
use crate::domain::verdict::{CouldNotCheck, Verdict};

/// The media type of [`Metrics::text`].
pub const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfVerdict {
    verdict: Verdict,
}

impl EncodeLabelValue for Verdict {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> Result<(), std::fmt::Error> {
        self.slug().encode(encoder)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfReason {
    reason: CouldNotCheck,
}

impl EncodeLabelValue for CouldNotCheck {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> Result<(), std::fmt::Error> {
        let word = match self {
            Self::Busy => "busy",
            Self::Unavailable => "unavailable",
            Self::TooSlow => "too_slow",
        };
        word.encode(encoder)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfLimit {
    limit: &'static str,
}

/// Requests refused by a limit on what can be guessed or flooded, by the limit's word. Shared by what refuses and what tells.
#[derive(Clone, Debug, Default)]
pub struct Refusals(Family<OfLimit, Counter>);

impl Refusals {
    /// For limits with these words: what has not happened yet is told as 0.
    pub fn of(words: impl IntoIterator<Item = &'static str>) -> Self {
        let all = Self::default();
        for limit in words {
            drop(all.0.get_or_create(&OfLimit { limit }));
        }
        all
    }

    /// A request was refused.
    pub fn count(&self, limit: &'static str) {
        self.0.get_or_create(&OfLimit { limit }).inc();
    }

    /// How many were.
    pub fn counted(&self, limit: &'static str) -> u64 {
        self.0.get_or_create(&OfLimit { limit }).get()
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfOutcome {
    outcome: &'static str,
}

/// A check that waits for its answer.
#[must_use = "it waits as long as this is held"]
pub struct Waits<'a>(&'a Gauge<i64>);

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// All that is measured. Shared by what measures and what tells.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    answers: Family<OfVerdict, Counter>,
    unanswered: Family<OfReason, Counter>,
    claims: Family<OfOutcome, Counter>,
    unissued: Counter,
    answer_seconds: Histogram,
    group_checks: Histogram,
    group_seconds: Histogram,
    commit_seconds: Histogram,
    checkpoint_seconds: Histogram,
    /// 1 if the database did what was asked when it was last asked, else 0.
    ready: Gauge<i64>,
    waiting: Gauge<i64>,
    /// Bytes that are held of batches.
    pub catalog_bytes: Gauge<i64>,
    /// Batches that had to be read from the database.
    pub catalog_reads: Counter,
    /// The ledger's last entry as this instance knows it.
    pub ledger_entries: Gauge<u64, AtomicU64>,
}

impl Metrics {
    /// Begins to count, and tells these refusals.
    pub fn new(refusals: &Refusals) -> Arc<Self> {
        // From a tenth of a millisecond to 3.3 seconds.
        let seconds = || Histogram::new(exponential_buckets(0.000_1, 2.0, 16));
        let mut metrics = Self {
            registry: Registry::with_prefix("yuanmark"),
            answers: Family::default(),
            unanswered: Family::default(),
            claims: Family::default(),
            unissued: Counter::default(),
            answer_seconds: seconds(),
            group_checks: Histogram::new(exponential_buckets(1.0, 2.0, 11)),
            group_seconds: seconds(),
            commit_seconds: seconds(),
            checkpoint_seconds: seconds(),
            ready: Gauge::default(),
            waiting: Gauge::default(),
            catalog_bytes: Gauge::default(),
            catalog_reads: Counter::default(),
            ledger_entries: Gauge::default(),
        };
        metrics.begin_at_nothing();
        metrics.is_ready(true);
        metrics.register(refusals);
        Arc::new(metrics)
    }

    /// What has not happened yet is told as 0: only what is there can raise an alert by growing.
    fn begin_at_nothing(&self) {
        for verdict in Verdict::ALL {
            drop(self.answers.get_or_create(&OfVerdict { verdict }));
        }
        for reason in [
            CouldNotCheck::Busy,
            CouldNotCheck::Unavailable,
            CouldNotCheck::TooSlow,
        ] {
            drop(self.unanswered.get_or_create(&OfReason { reason }));
        }
        for outcome in OUTCOMES {
            drop(self.claims.get_or_create(&OfOutcome { outcome }));
        }
    }

    fn register(&mut self, refusals: &Refusals) {
        let version = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        let all = &mut self.registry;
        all.register("build", "The program", version);
        let answers = self.answers.clone();
        all.register("answers", "Checks answered, by verdict", answers);
        let unanswered = self.unanswered.clone();
        all.register("unanswered", "Checks not answered, by reason", unanswered);
        let limited = refusals.0.clone();
        all.register("limited", "Requests refused by a limit", limited);
        let claims = self.claims.clone();
        all.register("claims", "Hidden codes that were tried, by outcome", claims);
        all.register(
            "unissued_codes",
            "Well-signed codes that no batch accounts for: a signing key has leaked",
            self.unissued.clone(),
        );
        let times = [
            (
                "answer",
                "From a check's arrival to its answer",
                &self.answer_seconds,
            ),
            (
                "group",
                "From a group's first read to its commit",
                &self.group_seconds,
            ),
            (
                "commit",
                "From the beginning of a group's commit until the disk has it",
                &self.commit_seconds,
            ),
            (
                "checkpoint",
                "Moving SQLite's log into its place, beside the groups",
                &self.checkpoint_seconds,
            ),
        ];
        for (name, what, histogram) in times {
            all.register_with_unit(name, what, Unit::Seconds, histogram.clone());
        }
        all.register(
            "group_checks",
            "Checks of a group",
            self.group_checks.clone(),
        );
        all.register(
            "ready",
            "Whether checks can be answered",
            self.ready.clone(),
        );
        all.register("waiting_checks", "Checks that wait", self.waiting.clone());
        all.register_with_unit(
            "catalog",
            "Memory held of batches",
            Unit::Bytes,
            self.catalog_bytes.clone(),
        );
        all.register(
            "catalog_reads",
            "Batches read from the database",
            self.catalog_reads.clone(),
        );
        all.register(
            "ledger_entries",
            "Entries of the ledger as this instance knows it",
            self.ledger_entries.clone(),
        );
    }

    /// A check was answered, so many seconds after it came.
    pub fn answered(&self, verdict: Verdict, seconds: f64) {
        self.answers.get_or_create(&OfVerdict { verdict }).inc();
        self.answer_seconds.observe(seconds);
    }

    /// Whether the database has just done what was asked.
    pub fn is_ready(&self, ready: bool) {
        self.ready.set(i64::from(ready));
    }

    /// A check waits for its answer, until what this returns is dropped: also when whoever asks goes away.
    pub fn one_waits(&self) -> Waits<'_> {
        self.waiting.inc();
        Waits(&self.waiting)
    }

    /// A check was not answered.
    pub fn not_answered(&self, reason: CouldNotCheck) {
        self.unanswered.get_or_create(&OfReason { reason }).inc();
    }

    /// A hidden code was tried.
    pub fn claim(&self, outcome: &claims::Outcome) {
        let outcome = outcome.slug();
        self.claims.get_or_create(&OfOutcome { outcome }).inc();
    }

    /// Well-signed codes came that no batch accounts for.
    pub fn unissued(&self, codes: u64) {
        self.unissued.inc_by(codes);
    }

    /// A group was committed: how many checks, and how long it took.
    pub fn group(&self, checks: usize, seconds: f64) {
        #[allow(clippy::cast_precision_loss)] // a thousand at most
        self.group_checks.observe(checks as f64);
        self.group_seconds.observe(seconds);
    }

    /// A group is durable, so many seconds after its commit began.
    pub fn durable(&self, seconds: f64) {
        self.commit_seconds.observe(seconds);
    }

    /// What groups had written was moved into its place in so many seconds.
    pub fn checkpoint(&self, seconds: f64) {
        self.checkpoint_seconds.observe(seconds);
    }

    /// All of it, as [`MEDIA_TYPE`] says.
    pub fn text(&self) -> String {
        let mut text = String::new();
        encode(&mut text, &self.registry).expect("a string takes all that is written to it");
        text
    }
}
