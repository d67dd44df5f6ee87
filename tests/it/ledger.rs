//! Stories of the ledger, told through the services, on both databases: what was issued, what happened to it, and
//! what the public is told.

mod changes;
mod ended;
mod groups;
mod issuing;
mod lines;
mod model;
mod queries;
mod suspicion;
mod verdicts;

use jiff::{SignedDuration, Timestamp};
use yuanmark::domain::access::Scope;
use yuanmark::domain::calendar::day_of;
use yuanmark::domain::licensee::{Licensee, RightEnded, Step, StepTaken};
use yuanmark::domain::mark::MarkId;
use yuanmark::domain::order::Batch;
use yuanmark::service::issue::{self, BatchReport};
use yuanmark::service::{ServiceError, licensees, marks};
use yuanmark::store::{Tx, health};

use crate::support::databases::number;
use crate::support::installation::{Installation, call, index, line, morning};
use crate::support::said::assert_said;

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
        Err(ServiceError::Refused(refusal)) => {
            assert_said(&refusal);
            refusal.what.en
        }
        other => panic!("not refused: {other:?}"),
    }
}

/// How many ranges of events stand in the ledger when all labels of a batch were printed, delivered and received.
const DELIVERED: i64 = 3;

/// A step as the office takes it on the morning when stories begin.
fn step(step: Step) -> StepTaken {
    StepTaken {
        step,
        date: day_of(morning()),
        ground: line("两年未使用专用标志"),
        document: Some(line("公告2026年第3号")),
        due: None,
        marks_good_until: None,
    }
}

/// Ends a licensee's right in order; its marks are good until the given moment.
async fn end(place: &Installation, licensee: &Licensee, marks_good_until: Timestamp) {
    let cancel = StepTaken {
        marks_good_until: Some(marks_good_until),
        ..step(Step::Cancel)
    };
    let office = call("office", morning());
    let ended = licensees::take_step(&place.store, &office, licensee.number, cancel).await;
    let expected = RightEnded {
        at: morning(),
        marks_good_until,
        reason: line("两年未使用专用标志"),
        document: Some(line("公告2026年第3号")),
        actor: line("office"),
    };
    assert_eq!(ended.unwrap().ended, Some(expected));
}

async fn report(place: &Installation, batch: &Batch, now: Timestamp) -> BatchReport {
    issue::report(&place.store, Scope::All, batch.number, now)
        .await
        .unwrap()
}

/// The word of a mark's state.
async fn state(place: &Installation, mark: MarkId, now: Timestamp) -> &'static str {
    let key = &place.keys.secrets.serial;
    let report = marks::report(&place.store, Scope::All, key, mark, now).await;
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
