//! Stories of the ledger, told through the services, on both databases: what was issued, what happened to it, and
//! what the public is told.

mod changes;
mod ended;
mod issuing;
mod lines;
mod model;
mod queries;
mod verdicts;

use jiff::{SignedDuration, Timestamp};
use yuanmark::domain::licensee::{Licensee, RightEnded};
use yuanmark::domain::mark::MarkId;
use yuanmark::domain::order::Batch;
use yuanmark::service::issue::{self, BatchReport};
use yuanmark::service::{ServiceError, licensees, marks};
use yuanmark::store::{Tx, health};

use crate::support::databases::number;
use crate::support::installation::{Installation, index, line, morning};

fn minutes(minutes: i64) -> SignedDuration {
    SignedDuration::from_mins(minutes)
}

fn mark(batch: &Batch, place: u32) -> MarkId {
    MarkId {
        batch: batch.number,
        index: index(place),
    }
}

/// What was refused, in one line.
fn refusal<T: std::fmt::Debug>(result: Result<T, ServiceError>) -> String {
    match result {
        Err(ServiceError::Refused { what, advice }) => {
            assert!(!advice.is_empty());
            what
        }
        other => panic!("not refused: {other:?}"),
    }
}

async fn end(place: &Installation, licensee: &Licensee, marks_good_until: Timestamp) {
    let end = RightEnded {
        at: morning(),
        marks_good_until,
        reason: line("两年未使用专用标志"),
        document: None,
        actor: line("office"),
    };
    let ended = licensees::end(&place.store, licensee.number, &end).await;
    assert_eq!(ended.unwrap().ended, Some(end));
}

async fn report(place: &Installation, batch: &Batch, now: Timestamp) -> BatchReport {
    issue::report(&place.store, batch.number, now)
        .await
        .unwrap()
}

/// The word of a mark's state.
async fn state(place: &Installation, mark: MarkId, now: Timestamp) -> &'static str {
    let key = &place.keys.secrets.serial;
    let report = marks::report(&place.store, key, mark, now).await;
    report.unwrap().state
}

async fn read(place: &Installation) -> Tx {
    place.store.read().await.unwrap()
}

async fn rows(place: &Installation, table: &str) -> i64 {
    let sql = format!("SELECT count(*) FROM {table}");
    number(&mut read(place).await, &sql).await
}

/// After every story the tables still agree with one another.
async fn assert_healthy(place: &Installation) {
    let broken = health::broken_invariants(&mut read(place).await).await;
    assert_eq!(broken.unwrap(), []);
}
