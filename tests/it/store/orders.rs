//! `store::order`

use yuanmark::domain::form::Form;
use yuanmark::domain::licensee::LicenseeNumber;
use yuanmark::domain::mark::MarkCount;
use yuanmark::domain::order::{Order, OrderNumber};
use yuanmark::store::order::NewOrder;
use yuanmark::store::{StoreError, order};

use super::{add_licensee, add_order, both, new_order, noon};
use crate::support::databases::execute;

#[tokio::test]
async fn an_order_comes_back_as_it_was_written() {
    for (_database, store) in both().await {
        let mut tx = store.write().await.unwrap();
        let licensee = add_licensee(&mut tx, 0).await.unwrap().unwrap();
        let quantities = [1, MarkCount::MAX, 5000, 2, 3, 4, 6];
        for (form, quantity) in Form::ALL.into_iter().zip(quantities) {
            let new = NewOrder {
                form,
                ..new_order(licensee, quantity)
            };
            let added = order::add(&mut tx, new.clone(), noon()).await.unwrap();
            let expected = Order {
                number: added.number,
                licensee: new.licensee,
                season: new.season,
                form: new.form,
                product: new.product,
                quantity: new.quantity,
                placed_at: noon(),
                actor: new.actor,
            };
            assert_eq!(added, expected);
            let found = order::get(&mut tx, added.number).await.unwrap();
            assert_eq!(found, Some(expected));
        }
    }
}

#[tokio::test]
async fn an_order_that_is_not_there_is_none() {
    for (_database, store) in both().await {
        let mut tx = store.read().await.unwrap();
        for number in [0, 1, u32::MAX] {
            let found = order::get(&mut tx, OrderNumber(number)).await;
            assert_eq!(found.unwrap(), None);
        }
        assert_eq!(order::list(&mut tx, 10).await.unwrap(), []);
    }
}

#[tokio::test]
async fn an_order_needs_a_licensee_of_the_register() {
    for (_database, store) in both().await {
        let mut tx = store.write().await.unwrap();
        let added = order::add(&mut tx, new_order(LicenseeNumber(9), 1), noon()).await;
        assert!(matches!(added, Err(StoreError::Unavailable(_))));
    }
}

#[tokio::test]
async fn the_newest_orders_are_listed_first_and_no_more_than_asked_for() {
    for (_database, store) in both().await {
        let mut tx = store.write().await.unwrap();
        let licensee = add_licensee(&mut tx, 0).await.unwrap().unwrap();
        for quantity in 1..=12 {
            add_order(&mut tx, licensee, quantity).await;
        }
        for (limit, expected) in [(0, 0), (1, 1), (5, 5), (12, 12), (u32::MAX, 12)] {
            let listed = order::list(&mut tx, limit).await.unwrap();
            let numbers: Vec<u32> = listed.iter().map(|order| order.number.0).collect();
            let newest: Vec<u32> = (1..=12).rev().take(expected).collect();
            assert_eq!(numbers, newest, "limit {limit}");
        }
    }
}

#[tokio::test]
async fn after_four_thousand_million_orders_the_numbers_are_used_up() {
    for (_database, store) in both().await {
        let mut tx = store.write().await.unwrap();
        let licensee = add_licensee(&mut tx, 0).await.unwrap().unwrap();
        execute(
            &mut tx,
            "UPDATE counters SET next = 4294967295 WHERE name = 'order'",
        )
        .await;
        let last = add_order(&mut tx, licensee, 1).await;
        assert_eq!(last.number, OrderNumber(u32::MAX));
        let beyond = order::add(&mut tx, new_order(licensee, 1), noon()).await;
        assert!(matches!(beyond, Err(StoreError::NumbersUsedUp("order"))));
    }
}
