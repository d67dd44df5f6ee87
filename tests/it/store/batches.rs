//! `store::batch`

use yuanmark::domain::keyring::KeyId;
use yuanmark::domain::mark::BatchNumber;
use yuanmark::domain::order::Batch;
use yuanmark::store::{StoreError, Tx, batch};

use super::{a_batch, add_batch, add_licensee, add_order, batch_number, both, first_batch, noon};
use crate::support::databases::execute;
use crate::support::installation::line;

#[tokio::test]
async fn a_batch_comes_back_as_it_was_written_whichever_way_it_is_asked_for() {
    for (_database, store) in both().await {
        let mut tx = store.write().await.unwrap();
        let licensee = add_licensee(&mut tx, 0).await.unwrap();
        let mut all = Vec::new();
        for (key, has_hidden_codes) in [(0, true), (255, false)] {
            let order = add_order(&mut tx, licensee, 5000).await;
            let number = batch::next_number(&mut tx).await.unwrap();
            let batch = Batch {
                key: KeyId(key),
                has_hidden_codes,
                ..a_batch(number, &order, &format!("issue {key}"))
            };
            batch::add(&mut tx, &batch).await.unwrap();
            let found = every_way(&mut tx, &batch).await;
            assert_eq!(found, [1, 2].map(|_| Some(batch.clone())));
            all.push(batch);
        }
        assert_eq!(batch::all(&mut tx).await.unwrap(), all);
    }
}

async fn every_way(tx: &mut Tx, batch: &Batch) -> [Option<Batch>; 2] {
    [
        batch::get(tx, batch.number).await.unwrap(),
        batch::by_idempotency_key(tx, &batch.idempotency_key)
            .await
            .unwrap(),
    ]
}

#[tokio::test]
async fn a_batch_that_is_not_there_is_none() {
    for (_database, store) in both().await {
        let mut tx = store.write().await.unwrap();
        assert_eq!(batch::all(&mut tx).await.unwrap(), []);
        first_batch(&mut tx, 10).await;
        let last = batch_number(BatchNumber::LIMIT - 1);
        assert_eq!(batch::get(&mut tx, last).await.unwrap(), None);
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
        assert_eq!(
            batch::list(&mut tx, &batch::Filter::default(), None, 10)
                .await
                .unwrap(),
            []
        );
        let licensee = add_licensee(&mut tx, 0).await.unwrap();
        for place in 1..=12 {
            let order = add_order(&mut tx, licensee, place).await;
            add_batch(&mut tx, &order, &format!("issue {place}"))
                .await
                .unwrap();
        }
        for (before, limit, expected) in [
            (None, 0, vec![]),
            (None, 1, vec![12]),
            (None, 5, vec![12, 11, 10, 9, 8]),
            (Some(8), 5, vec![7, 6, 5, 4, 3]),
            (Some(3), 5, vec![2, 1]),
            (Some(1), 5, vec![]),
            (None, u32::MAX, (1..=12).rev().collect()),
        ] {
            let all = batch::Filter::default();
            let page = batch::list(&mut tx, &all, before.and_then(BatchNumber::new), limit);
            let listed = page.await.unwrap();
            let numbers: Vec<u32> = listed.iter().map(|batch| batch.number.get()).collect();
            assert_eq!(numbers, expected, "{limit} before {before:?}");
        }
    }
}

#[tokio::test]
async fn each_key_in_use_is_named_once() {
    for (_database, store) in both().await {
        let mut tx = store.write().await.unwrap();
        assert_eq!(batch::keys_in_use(&mut tx).await.unwrap(), []);
        let licensee = add_licensee(&mut tx, 0).await.unwrap();
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
async fn keys_find_the_batches_issued_with_them_since() {
    for (_database, store) in both().await {
        let mut tx = store.write().await.unwrap();
        let licensee = add_licensee(&mut tx, 0).await.unwrap();
        for place in 1..=2 {
            let order = add_order(&mut tx, licensee, 10).await;
            let added = add_batch(&mut tx, &order, &format!("issue {place}")).await;
            added.unwrap();
        }
        let just_after = noon() + jiff::SignedDuration::from_micros(1);
        for (key, since, expected) in [(7, noon(), 2), (7, just_after, 0), (8, noon(), 0)] {
            let count = batch::count_issued_since(&mut tx, KeyId(key), since)
                .await
                .unwrap();
            assert_eq!(count, expected);
        }
    }
}
