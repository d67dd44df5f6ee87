//! What is known of an alert's mark or batch, told so that somebody can judge it: the queries on a time line and by province, and
//! the evidence in sentences.

use jiff::Timestamp;

use crate::domain::alert::Alert;
use crate::domain::mark::{BatchNumber, MarkId, MarkIndex};
use crate::domain::place::Place;
use crate::domain::said::Said;
use crate::service::ServiceError;
use crate::store::alert::{self, OfBatch};
use crate::store::{Store, scan};

/// Queries of a mark that are told: the newest.
pub const MOST_SEEN: u32 = 500;
/// Marks of a batch that are named: those asked about most.
const MOST_MARKS: u32 = 20;

/// A query, without whose it was.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen {
    /// The mark's Nth query, from 1.
    pub query: u64,
    /// When.
    pub at: Timestamp,
    /// From where.
    pub place: Option<Place>,
    /// The state that it met.
    pub state: String,
    /// How it came.
    pub channel: String,
    /// What it says, and by how much it raises the log-odds.
    pub evidence: Vec<(Said, f64)>,
    /// The probability afterwards that the mark was copied.
    pub posterior: Option<f64>,
    /// The e-value afterwards.
    pub e_value: Option<f64>,
}

/// What is known.
#[derive(Clone, Debug, PartialEq)]
pub enum Story {
    /// Of one mark: its queries, the first first.
    Mark(Vec<Seen>),
    /// Of a batch.
    Batch {
        /// How much it was asked about.
        asked: OfBatch,
        /// By week, the last first, how many marks were asked about for the first time.
        weeks: Vec<(u32, u64)>,
        /// The marks that were asked about most.
        most: Vec<(MarkIndex, u64)>,
    },
}

impl Story {
    /// Its evidence, strongest first.
    pub fn evidence(&self) -> Vec<(&Said, f64)> {
        let Self::Mark(seen) = self else {
            return Vec::new();
        };
        let all = seen.iter().flat_map(|seen| &seen.evidence);
        let mut all: Vec<(&Said, f64)> = all.map(|(said, weight)| (said, *weight)).collect();
        all.sort_by(|a, b| b.1.total_cmp(&a.1));
        all
    }

    /// By province (the first two digits of its code), how many queries; for a batch how many marks. The most first.
    pub fn provinces(&self) -> Vec<(Option<u32>, u64)> {
        match self {
            Self::Batch { asked, .. } => asked.provinces.clone(),
            Self::Mark(seen) => {
                let mut all: Vec<(Option<u32>, u64)> = Vec::new();
                for one in seen {
                    let province = one.place.map(|place| place.prefecture.code() / 10_000);
                    match all.iter_mut().find(|(known, _)| *known == province) {
                        Some((_, count)) => *count += 1,
                        None => all.push((province, 1)),
                    }
                }
                all.sort_by_key(|(province, count)| (std::cmp::Reverse(*count), *province));
                all
            }
        }
    }
}

/// What is known of an alert's mark or batch.
///
/// # Errors
/// If the database does not answer.
pub async fn story(store: &Store, alert: &Alert, now: Timestamp) -> Result<Story, ServiceError> {
    match alert.mark() {
        Some(mark) => Ok(Story::Mark(of_mark(store, mark).await?)),
        None => of_batch(store, alert.batch, now).await,
    }
}

/// The queries of a mark, the first first.
///
/// # Errors
/// If the database does not answer.
pub(in crate::service) async fn of_mark(
    store: &Store,
    mark: MarkId,
) -> Result<Vec<Seen>, ServiceError> {
    let scans = scan::newest(&mut store.read().await?, mark, MOST_SEEN).await?;
    let seen = scans.into_iter().rev().map(|scan| Seen {
        query: scan.query,
        at: scan.at,
        place: scan.place,
        state: scan.state,
        channel: scan.channel,
        evidence: Vec::new(),
        posterior: None,
        e_value: None,
    });
    Ok(seen.collect())
}

async fn of_batch(
    store: &Store,
    batch: BatchNumber,
    now: Timestamp,
) -> Result<Story, ServiceError> {
    let mut tx = store.read().await?;
    Ok(Story::Batch {
        asked: alert::asked_about(&mut tx, batch).await?,
        weeks: alert::weeks(&mut tx, batch, now).await?,
        most: alert::most_asked(&mut tx, batch, MOST_MARKS).await?,
    })
}
