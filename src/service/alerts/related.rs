//! Other alerts that may have to do with one: of the same batch, roll or box, licensee, place.

use crate::domain::access::Scope;
use crate::domain::alert::Alert;
use crate::domain::container::Container;
use crate::service::ServiceError;
use crate::store::alert::{self, Filter};
use crate::store::{Store, register};

/// Alerts of each relation that are named.
const MOST: u32 = 10;
/// Alerts of the batch that are looked through for the same roll.
const MOST_OF_BATCH: u32 = 500;
/// Rolls and boxes of a batch that are looked through.
const MOST_CONTAINERS: u32 = 10_000;

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Related {
    /// The rolls and boxes in which the mark was.
    pub containers: Vec<Container>,
    /// Of marks in the same rolls and boxes.
    pub container: Vec<Alert>,
    /// Of the same batch, otherwise.
    pub batch: Vec<Alert>,
    /// Of the licensee's other batches.
    pub licensee: Vec<Alert>,
    /// Of other licensees' marks that were asked about from the province from which this was asked about most, away from
    /// where the product is at home.
    pub place: Vec<Alert>,
}

/// Looks for them. `province` is where else this one was asked about.
///
/// # Errors
/// If the database does not answer.
pub async fn related(
    store: &Store,
    alert: &Alert,
    province: Option<u32>,
) -> Result<Related, ServiceError> {
    let mut tx = store.read().await?;
    let mut related = Related::default();
    let of = |filter: Filter| Filter {
        without: Some(alert.number),
        ..filter
    };
    let batch = of(Filter {
        batch: Some(alert.batch),
        ..Filter::default()
    });
    let of_batch = alert::list(&mut tx, &batch, None, MOST_OF_BATCH).await?;
    if let Some(index) = alert.index {
        let all = register::containers(
            &mut tx,
            Scope::All,
            Some(alert.batch),
            None,
            MOST_CONTAINERS,
        )
        .await?;
        let holds = |container: &Container, index| {
            let mut ranges = container.filled.ranges.iter();
            ranges.any(|range| range.first() <= index && index <= range.last())
        };
        related.containers = all.into_iter().filter(|one| holds(one, index)).collect();
        let containers = &related.containers;
        let (same, other) = of_batch.into_iter().partition(|other: &Alert| {
            let index = other.index;
            index.is_some_and(|index| containers.iter().any(|one| holds(one, index)))
        });
        (related.container, related.batch) = (same, other);
    } else {
        related.batch = of_batch;
    }
    if alert.licensee.is_some() {
        let filter = of(Filter {
            licensee: alert.licensee,
            ..Filter::default()
        });
        let all = alert::list(&mut tx, &filter, None, MOST_OF_BATCH).await?;
        let others = all.into_iter().filter(|other| other.batch != alert.batch);
        related.licensee = others.collect();
    }
    if province.is_some() {
        let filter = of(Filter {
            province,
            ..Filter::default()
        });
        let all = alert::list(&mut tx, &filter, None, MOST_OF_BATCH).await?;
        let others = all
            .into_iter()
            .filter(|other| other.licensee != alert.licensee);
        related.place = others.collect();
    }
    for some in [
        &mut related.container,
        &mut related.batch,
        &mut related.licensee,
        &mut related.place,
    ] {
        some.truncate(MOST as usize);
    }
    Ok(related)
}
