//! `Store::read`, `Store::write` and `Tx`.

use yuanmark::store::{Tx, licensee, order};

use super::{add_licensee, add_order, both, new_order, place_order};

#[tokio::test]
async fn what_was_committed_is_there_for_whoever_connects_next() {
    for (database, store) in both().await {
        let mut tx = store.write().await.unwrap();
        let licensee = add_licensee(&mut tx, 0).await.unwrap();
        let order = add_order(&mut tx, licensee, 5).await;
        tx.commit().await.unwrap();
        store.close().await;

        let store = database.open().await;
        let mut tx = store.read().await.unwrap();
        assert!(licensee::get(&mut tx, licensee).await.unwrap().is_some());
        assert_eq!(
            order::get(&mut tx, order.number).await.unwrap(),
            Some(order)
        );
    }
}

#[tokio::test]
async fn nobody_sees_a_change_before_its_commit() {
    for (_database, store) in both().await {
        let mut writer = store.write().await.unwrap();
        let number = add_licensee(&mut writer, 0).await.unwrap();
        let seen = async || {
            let mut reader = store.read().await.unwrap();
            licensee::get(&mut reader, number).await.unwrap().is_some()
        };
        assert!(!seen().await);
        writer.commit().await.unwrap();
        assert!(seen().await);
    }
}

#[tokio::test]
async fn a_change_that_is_dropped_was_never_there() {
    for (_database, store) in both().await {
        let mut tx = store.write().await.unwrap();
        let number = add_licensee(&mut tx, 0).await.unwrap();
        drop(tx);
        let mut tx = store.read().await.unwrap();
        assert_eq!(licensee::get(&mut tx, number).await.unwrap(), None);
    }
}

#[tokio::test]
async fn after_an_error_nothing_of_the_transaction_can_be_committed_by_mistake() {
    for (_database, store) in both().await {
        let mut tx = store.write().await.unwrap();
        let licensee = add_licensee(&mut tx, 0).await.unwrap();
        let unknown = yuanmark::domain::licensee::LicenseeNumber(9);
        let failed = place_order(&mut tx, &new_order(unknown, 1)).await;
        assert!(failed.is_err());
        drop(tx); // what every caller does, by `?`
        let mut tx = store.read().await.unwrap();
        assert_eq!(licensee::get(&mut tx, licensee).await.unwrap(), None);
    }
}

#[tokio::test]
async fn a_reading_transaction_of_sqlite_cannot_write() {
    for (database, store) in both().await {
        let mut tx = store.read().await.unwrap();
        let Tx::Sqlite(_) = &tx else {
            assert!(!database.is_sqlite());
            continue;
        };
        assert!(add_licensee(&mut tx, 0).await.is_err());
    }
}
