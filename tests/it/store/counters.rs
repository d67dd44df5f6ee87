//! Numbers have no gaps and are never given twice, whoever fails or waits.

use std::collections::BTreeSet;

use yuanmark::domain::licensee::LicenseeNumber;
use yuanmark::store::{Store, batch};

use super::{add_batch, add_licensee, add_order, both, first_batch};
use crate::support::databases::number;

async fn licensee_number(store: &Store) -> LicenseeNumber {
    let mut tx = store.write().await.unwrap();
    let number = add_licensee(&mut tx, 0).await.unwrap();
    tx.commit().await.unwrap();
    number
}

#[tokio::test]
async fn numbers_begin_at_1() {
    for (_database, store) in both().await {
        let mut tx = store.write().await.unwrap();
        let (licensee, order, batch) = first_batch(&mut tx, 10).await;
        assert_eq!(
            (licensee.number.0, order.number.0, batch.number.get()),
            (1, 1, 1)
        );
    }
}

#[tokio::test]
async fn a_transaction_that_is_dropped_gives_its_numbers_back() {
    for (_database, store) in both().await {
        for _ in 0..3 {
            let mut tx = store.write().await.unwrap();
            let (licensee, order, batch) = first_batch(&mut tx, 10).await;
            assert_eq!(
                (licensee.number.0, order.number.0, batch.number.get()),
                (1, 1, 1)
            );
        }
        let mut tx = store.read().await.unwrap();
        for table in ["licensees", "orders", "batches"] {
            let sql = format!("SELECT count(*) FROM {table}");
            assert_eq!(number(&mut tx, &sql).await, 0, "{table}");
        }
    }
}

#[tokio::test]
async fn a_transaction_that_fails_gives_its_number_back() {
    for (_database, store) in both().await {
        let licensee = licensee_number(&store).await;
        let mut tx = store.write().await.unwrap();
        let order = add_order(&mut tx, licensee, 1).await;
        add_batch(&mut tx, &order, "first").await.unwrap();
        tx.commit().await.unwrap();

        let mut tx = store.write().await.unwrap();
        assert!(add_batch(&mut tx, &order, "again").await.is_err());
        drop(tx);

        let mut tx = store.write().await.unwrap();
        assert_eq!(batch::next_number(&mut tx).await.unwrap().get(), 2);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_at_once_get_consecutive_numbers_while_every_third_fails() {
    for (_database, store) in both().await {
        let licensee = licensee_number(&store).await;
        let tasks: Vec<_> = (0..36)
            .map(|place| {
                let store = store.clone();
                tokio::spawn(async move {
                    let mut tx = store.write().await.unwrap();
                    let order = add_order(&mut tx, licensee, 1).await;
                    if place % 3 == 0 {
                        return None;
                    }
                    tx.commit().await.unwrap();
                    Some(order.number.0)
                })
            })
            .collect();
        let mut numbers = BTreeSet::new();
        for task in tasks {
            numbers.extend(task.await.unwrap());
        }
        assert_eq!(numbers, (1..=24).collect());
    }
}
