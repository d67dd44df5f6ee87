//! `store::batch`

use yuanmark::domain::keyring::KeyId;
use yuanmark::domain::mark::BatchNumber;
use yuanmark::domain::order::{Batch, OrderNumber};
use yuanmark::store::batch::{self, NewBatch};
use yuanmark::store::{StoreError, Tx};

use super::{add_batch, add_licensee, add_order, batch_number, both, first_batch, noon};
use crate::support::databases::execute;
use crate::support::installation::line;

#[tokio::test]
async fn a_batch_comes_back_as_it_was_written_whichever_way_it_is_asked_for() {
    for (_database, store) in both().await {
        let mut tx = store.write().await.unwrap();
        let licensee = add_licensee(&mut tx, 0).await.unwrap().unwrap();
        for (key, has_hidden_codes) in [(0, true), (255, false)] {
            let order = add_order(&mut tx, licensee, 5000).await;
            let number = batch::next_number(&mut tx).await.unwrap();
            let new = NewBatch {
                order: &order,
                key: KeyId(key),
                has_hidden_codes,
                actor: &line("printer"),
                idempotency_key: &line(&format!("issue {key}")),
            };
            let expected = Batch {
                number,
                order: order.number,
                key: KeyId(key),
                licensee,
                season: order.season,
                form: order.form,
                count: order.quantity,
                has_hidden_codes,
                issued_at: noon(),
                actor: line("printer"),
                idempotency_key: new.idempotency_key.clone(),
            };
            let added = batch::add(&mut tx, number, &new, noon()).await.unwrap();
            assert_eq!(added, expected);
            let found = every_way(&mut tx, &expected).await;
            assert_eq!(found, [1, 2, 3].map(|_| Some(expected.clone())));
        }
    }
}

async fn every_way(tx: &mut Tx, batch: &Batch) -> [Option<Batch>; 3] {
    [
        batch::get(tx, batch.number).await.unwrap(),
        batch::of_order(tx, batch.order).await.unwrap(),
        batch::by_idempotency_key(tx, &batch.idempotency_key)
            .await
            .unwrap(),
    ]
}

#[tokio::test]
async fn a_batch_that_is_not_there_is_none() {
    for (_database, store) in both().await {
        let mut tx = store.write().await.unwrap();
        first_batch(&mut tx, 10).await;
        let last = batch_number(BatchNumber::LIMIT - 1);
        assert_eq!(batch::get(&mut tx, last).await.unwrap(), None);
        assert_eq!(
            batch::of_order(&mut tx, OrderNumber(2)).await.unwrap(),
            None
        );
        let key = line("First"); // keys are told apart by case
        assert_eq!(
            batch::by_idempotency_key(&mut tx, &key).await.unwrap(),
            None
        );
    }
}

#[tokio::test]
async fn an_order_has_one_batch() {
    for (_database, store) in both().await {
        let mut tx = store.write().await.unwrap();
        let (_, order, _) = first_batch(&mut tx, 10).await;
        let second = add_batch(&mut tx, &order, "second").await;
        assert!(matches!(second, Err(StoreError::Unavailable(_))));
    }
}

#[tokio::test]
async fn an_idempotency_key_stands_for_one_batch() {
    for (_database, store) in both().await {
        let mut tx = store.write().await.unwrap();
        let (licensee, ..) = first_batch(&mut tx, 10).await;
        let order = add_order(&mut tx, licensee.number, 10).await;
        let second = add_batch(&mut tx, &order, "first").await;
        assert!(matches!(second, Err(StoreError::Unavailable(_))));
    }
}

#[tokio::test]
async fn the_newest_batches_are_listed_first_and_no_more_than_asked_for() {
    for (_database, store) in both().await {
        let mut tx = store.write().await.unwrap();
        assert_eq!(batch::list(&mut tx, 10).await.unwrap(), []);
        let licensee = add_licensee(&mut tx, 0).await.unwrap().unwrap();
        for place in 1..=12 {
            let order = add_order(&mut tx, licensee, place).await;
            add_batch(&mut tx, &order, &format!("issue {place}"))
                .await
                .unwrap();
        }
        for (limit, expected) in [(0, 0), (1, 1), (5, 5), (u32::MAX, 12)] {
            let listed = batch::list(&mut tx, limit).await.unwrap();
            let numbers: Vec<u32> = listed.iter().map(|batch| batch.number.get()).collect();
            let newest: Vec<u32> = (1..=12).rev().take(expected).collect();
            assert_eq!(numbers, newest, "limit {limit}");
        }
    }
}

#[tokio::test]
async fn each_key_in_use_is_named_once() {
    for (_database, store) in both().await {
        let mut tx = store.write().await.unwrap();
        assert_eq!(batch::keys_in_use(&mut tx).await.unwrap(), []);
        let licensee = add_licensee(&mut tx, 0).await.unwrap().unwrap();
        for (place, key) in [9, 3, 9, 3, 0].into_iter().enumerate() {
            let order = add_order(&mut tx, licensee, 1).await;
            let batch = add_batch(&mut tx, &order, &format!("issue {place}")).await;
            let number = batch.unwrap().number;
            let sql = format!("UPDATE batches SET key_id = {key} WHERE number = {number}");
            assert_eq!(execute(&mut tx, &sql).await, 1);
        }
        let keys = batch::keys_in_use(&mut tx).await.unwrap();
        assert_eq!(keys, [0, 3, 9].map(KeyId));
    }
}

#[tokio::test]
async fn after_the_last_number_of_28_bits_no_batch_can_be_numbered() {
    for (_database, store) in both().await {
        let mut tx = store.write().await.unwrap();
        execute(
            &mut tx,
            "UPDATE counters SET next = 268435455 WHERE name = 'batch'",
        )
        .await;
        let last = batch::next_number(&mut tx).await.unwrap();
        assert_eq!(last, batch_number(BatchNumber::LIMIT - 1));
        let beyond = batch::next_number(&mut tx).await;
        assert!(matches!(beyond, Err(StoreError::NumbersUsedUp("batch"))));
    }
}

#[tokio::test]
async fn orders_find_their_batches_and_keys_the_batches_issued_since() {
    for (_database, store) in both().await {
        let mut tx = store.write().await.unwrap();
        let licensee = add_licensee(&mut tx, 0).await.unwrap().unwrap();
        let mut orders = Vec::new();
        for _ in 0..3 {
            orders.push(add_order(&mut tx, licensee, 10).await);
        }
        // The middle order is not issued.
        for (place, order) in [(1, &orders[0]), (2, &orders[2])] {
            let number = batch::next_number(&mut tx).await.unwrap();
            let new = NewBatch {
                order,
                key: KeyId(7),
                has_hidden_codes: false,
                actor: &line("printer"),
                idempotency_key: &line(&format!("issue {place}")),
            };
            batch::add(&mut tx, number, &new, noon()).await.unwrap();
        }
        let (first, last) = (orders[0].number, orders[2].number);
        let found = batch::by_order(&mut tx, first, last).await.unwrap();
        assert_eq!(
            found.into_iter().collect::<Vec<_>>(),
            [(first, batch_number(1)), (last, batch_number(2))]
        );
        let found = batch::by_order(&mut tx, orders[1].number, orders[1].number)
            .await
            .unwrap();
        assert!(found.is_empty());

        let just_after = noon() + jiff::SignedDuration::from_micros(1);
        for (key, since, expected) in [(7, noon(), 2), (7, just_after, 0), (8, noon(), 0)] {
            let count = batch::count_issued_since(&mut tx, KeyId(key), since)
                .await
                .unwrap();
            assert_eq!(count, expected);
        }
    }
}
