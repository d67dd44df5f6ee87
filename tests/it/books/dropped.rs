//! Whoever asked goes away in the middle, at any moment: what was asked for is done as a whole or not at all, the next one
//! is not kept waiting, and a retry finds it done or does it.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use yuanmark::domain::event::EventKind;
use yuanmark::domain::lot::{LotNumber, TestResult};
use yuanmark::domain::order::Batch;
use yuanmark::service::marks::{Change, Which};
use yuanmark::service::{licensees, lots, orders};

use super::proof::prove;
use super::{change, entitlement, entries, named, new_lot, new_report, of_lines};
use crate::support::installation::{Installation, call, line, morning};

/// More waits than any of these requests has.
const MOST: usize = 500;

/// Lets a future wait so many times, and drops it then; `None` if it was not done by then.
async fn dropped_after<F: Future>(waits: usize, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut left = waits;
    poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(done) => Poll::Ready(Some(done)),
        Poll::Pending if left == 0 => Poll::Ready(None),
        Poll::Pending => {
            left -= 1;
            Poll::Pending
        }
    })
    .await
}

async fn two_batches(place: &Installation, marks: u32) -> [Batch; 2] {
    let first = place.batch(marks).await;
    let licensee = licensees::get(&place.store, first.licensee).await.unwrap();
    let order = place.order(&licensee, marks).await;
    let second = place.issue(&order, "second").await.unwrap().batch;
    place.deliver(&second).await;
    [first, second]
}

/// A lot that has passed its test, with one mark of each batch.
async fn lot_with(place: &Installation, batches: &[Batch; 2], mark: usize) -> LotNumber {
    let by = call("企业", morning());
    let new = new_lot(batches[0].licensee, 2026, 10);
    let lot = lots::enter(&place.store, &by, new).await.unwrap().number;
    let passed = new_report("检1", "2026-04-01", TestResult::Passed);
    lots::report(&place.store, &by, lot, passed).await.unwrap();
    for batch in batches {
        let lines = mark.to_string();
        let mut wanted = of_lines(EventKind::Activated, Which::Lines(&lines), batch.number);
        wanted.lot = Some(lot);
        change(place, &by, &wanted).await.unwrap();
    }
    lot
}

#[tokio::test]
async fn a_failed_test_recalls_the_lot_with_all_its_marks_or_is_not_filed() {
    for place in Installation::both().await {
        let batches = two_batches(&place, 600).await;
        for waits in 0..MOST {
            let lot = lot_with(&place, &batches, waits).await;
            let before = entries(&place).await;
            let failed = || new_report("检2", "2026-04-02", TestResult::Failed);
            let by = named("科员", &format!("不合格{waits}"));
            let answer = dropped_after(waits, lots::report(&place.store, &by, lot, failed())).await;
            let is_recalled = lots::get(&place.store, lot)
                .await
                .unwrap()
                .recalled
                .is_some();
            let written = entries(&place).await - before;
            assert_eq!(
                written,
                if is_recalled { 4 } else { 0 },
                "after {waits} waits"
            );
            lots::report(&place.store, &by, lot, failed())
                .await
                .unwrap();
            assert_eq!(entries(&place).await, before + 4, "the retry does it, once");
            if answer.is_some() {
                assert!(waits > 5, "{waits} waits are too few to say anything");
                break;
            }
        }
        prove(&place).await;
    }
}

#[tokio::test]
async fn an_order_is_cancelled_with_its_codes_and_its_quantity_or_not_at_all() {
    for place in Installation::both().await {
        let licensee = place.licensee(0).await;
        let own = super::account(licensee.number, 2026);
        for waits in 0..MOST {
            let order = place.order(&licensee, 10).await;
            place.issue(&order, &format!("制码{waits}")).await.unwrap();
            let (before, ordered) = (
                entries(&place).await,
                entitlement(&place, own).await.ordered,
            );
            let by = named("科员", &format!("取消{waits}"));
            let cancel = || orders::cancel(&place.store, &by, order.number, line("停产"));
            let answer = dropped_after(waits, cancel()).await;
            let written = entries(&place).await - before;
            let given_back = ordered - entitlement(&place, own).await.ordered;
            assert!(
                [(0, 0), (2, 10)].contains(&(written, given_back)),
                "after {waits} waits"
            );
            cancel().await.unwrap();
            assert_eq!(entries(&place).await, before + 2);
            assert_eq!(entitlement(&place, own).await.ordered, 0);
            if answer.is_some() {
                break;
            }
        }
        prove(&place).await;
    }
}

#[tokio::test]
async fn marks_of_two_batches_change_together_or_not_at_all() {
    for place in Installation::both().await {
        let batches = two_batches(&place, 600).await;
        for waits in 0..MOST {
            let mark = u32::try_from(waits).unwrap();
            let text: String = batches
                .iter()
                .map(|batch| format!("{}\n", place.serial(batch, mark)))
                .collect();
            let wanted = Change::new(EventKind::Used, Which::Lines(&text), None);
            let before = entries(&place).await;
            let by = named("企业", &format!("使用{waits}"));
            let answer = dropped_after(waits, change(&place, &by, &wanted)).await;
            assert!(
                [0, 2].contains(&(entries(&place).await - before)),
                "after {waits} waits"
            );
            let again = change(&place, &by, &wanted).await.unwrap();
            assert_eq!((again.marks, entries(&place).await), (2, before + 2));
            if answer.is_some() {
                break;
            }
        }
        prove(&place).await;
    }
}
