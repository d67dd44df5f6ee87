//! Processes that are killed, that write at the same time, or whose disk is full: what was answered stays, and
//! nothing is left half done.

mod full_disk;
mod importing;
mod issuing;
mod packing;
mod together;

use std::process::Output;

use yuanmark::domain::access::Scope;
use yuanmark::domain::order::Order;
use yuanmark::service::issue;
use yuanmark::store::health;

use crate::support::installation::Installation;
use crate::support::killed::{program, stderr, stdout};

/// The arguments that issue an order.
fn issue_arguments(order: &Order) -> [String; 6] {
    let number = order.number.to_string();
    let key = format!("order-{number}");
    [
        "batch",
        "issue",
        "--order",
        &number,
        "--idempotency-key",
        &key,
    ]
    .map(str::to_owned)
}

/// The batch's number, if the process got as far as to print it.
fn printed_batch(output: &Output) -> Option<u32> {
    let line = stdout(output).lines().next()?;
    let (_, rest) = line.split_once("batch ")?;
    rest.split(' ').next()?.parse().ok()
}

async fn orders(place: &Installation, count: u32) -> Vec<Order> {
    let licensee = place.licensee(0).await;
    let mut orders = Vec::new();
    for _ in 0..count {
        orders.push(place.order(&licensee, 10).await);
    }
    orders
}

/// The ledger after processes were killed: each printed batch is there for its order, numbers run from 1 without a
/// gap, a repeat of every request finds its batch or makes the missing one, and all tables agree.
async fn assert_nothing_lost(place: &Installation, orders: &[Order], printed: &[Option<u32>]) {
    let before = issue::list(
        &place.store,
        Scope::All,
        &yuanmark::store::batch::Filter::default(),
        None,
        1000,
    )
    .await
    .unwrap()
    .len();
    for (order, printed) in orders.iter().zip(printed) {
        let key = format!("order-{}", order.number);
        let again = place.issue(order, &key).await.unwrap();
        if let Some(number) = printed {
            assert!(again.is_repeat, "{order:?} was answered and lost");
            assert_eq!(again.batch.number.get(), *number);
        }
    }
    let batches = issue::list(
        &place.store,
        Scope::All,
        &yuanmark::store::batch::Filter::default(),
        None,
        1000,
    )
    .await
    .unwrap();
    let mut numbers: Vec<u32> = batches.iter().map(|batch| batch.number.get()).collect();
    numbers.reverse();
    let count = u32::try_from(orders.len()).unwrap();
    assert_eq!(numbers, (1..=count).collect::<Vec<_>>());
    assert!(before >= printed.iter().flatten().count());
    let broken = health::broken_invariants(&mut place.store.read().await.unwrap()).await;
    assert_eq!(broken.unwrap(), []);
}

/// Runs the program to its end; it must succeed.
fn run(place: &Installation, arguments: &[&str]) -> String {
    let output = program(place).args(arguments).output().unwrap();
    assert!(
        output.status.success(),
        "{arguments:?}: {}",
        stderr(&output)
    );
    stdout(&output).to_owned()
}
