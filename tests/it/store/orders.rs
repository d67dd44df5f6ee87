//! `store::order`

use yuanmark::domain::form::Form;
use yuanmark::domain::licensee::LicenseeNumber;
use yuanmark::domain::mark::{BatchNumber, MarkCount};
use yuanmark::domain::order::{NewOrder, Order, OrderNumber, OrderState};
use yuanmark::domain::printer::{NewPrinter, Printer, PrinterNumber};
use yuanmark::domain::season::Season;
use yuanmark::domain::uscc::Uscc;
use yuanmark::domain::whereabouts::Counts;
use yuanmark::store::order::Filter;
use yuanmark::store::{StoreError, Tx, kept, order};

use super::{add_licensee, add_order, both, new_order, noon, place_order};
use crate::support::databases::execute;
use crate::support::installation::line;

async fn add_printer(tx: &mut Tx, number: u32, uscc: &str) -> PrinterNumber {
    let printer = Printer {
        number: PrinterNumber(number),
        particulars: NewPrinter {
            name: line("虚构彩印有限公司"),
            uscc: Uscc::new(uscc).unwrap(),
            licence: line("印证字001号"),
        },
        added_at: noon(),
        ended: None,
        recipient: None,
    };
    kept::save(tx, &printer).await.unwrap();
    printer.number
}

#[tokio::test]
async fn an_order_comes_back_as_it_was_written() {
    for (_database, store) in both().await {
        let mut tx = store.write().await.unwrap();
        let licensee = add_licensee(&mut tx, 0).await.unwrap();
        let quantities = [1, MarkCount::MAX, 5000, 2, 3, 4, 6];
        for (form, quantity) in Form::ALL.into_iter().zip(quantities) {
            let new = NewOrder {
                form,
                ..new_order(licensee, quantity)
            };
            let placed = place_order(&mut tx, &new).await.unwrap();
            assert_eq!((&placed.placed, placed.placed_at), (&new, noon()));
            let found = order::get(&mut tx, placed.number).await.unwrap();
            assert_eq!(found, Some(placed));
        }
    }
}

#[tokio::test]
async fn an_order_that_was_changed_comes_back_as_it_is_now() {
    for (_database, store) in both().await {
        let mut tx = store.write().await.unwrap();
        let licensee = add_licensee(&mut tx, 0).await.unwrap();
        let printer = add_printer(&mut tx, 1, "51430981MJJTEXT52T").await;
        let placed = add_order(&mut tx, licensee, 10).await;
        let changed = Order {
            state: OrderState::Released,
            printer: Some(printer),
            batch: BatchNumber::new(9),
            counts: Counts::unreported(10),
            reason: Some(line("因故'重印\"")),
            ..placed.clone()
        };
        kept::save(&mut tx, &changed).await.unwrap();
        let found = order::get(&mut tx, placed.number).await.unwrap();
        assert_eq!(found, Some(changed.clone()));
        let in_state = |state| Filter {
            state: Some(state),
            ..Filter::default()
        };
        for (state, expected) in [
            (OrderState::Placed, vec![]),
            (OrderState::Released, vec![changed]),
        ] {
            let listed = order::list(&mut tx, &in_state(state), None, 9).await;
            assert_eq!(listed.unwrap(), expected, "{}", state.slug());
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
        let listed = order::list(&mut tx, &Filter::default(), None, 10).await;
        assert_eq!(listed.unwrap(), []);
    }
}

#[tokio::test]
async fn an_order_needs_a_licensee_of_the_register() {
    for (_database, store) in both().await {
        let mut tx = store.write().await.unwrap();
        let added = place_order(&mut tx, &new_order(LicenseeNumber(9), 1)).await;
        assert!(matches!(added, Err(StoreError::Unavailable(_))));
    }
}

async fn listed(tx: &mut Tx, filter: &Filter, before: Option<u32>, limit: u32) -> Vec<u32> {
    let orders = order::list(tx, filter, before.map(OrderNumber), limit).await;
    let orders = orders.unwrap();
    orders.iter().map(|order| order.number.0).collect()
}

#[tokio::test]
async fn the_newest_orders_are_listed_first_and_no_more_than_asked_for() {
    for (_database, store) in both().await {
        let mut tx = store.write().await.unwrap();
        let licensee = add_licensee(&mut tx, 0).await.unwrap();
        for quantity in 1..=12 {
            add_order(&mut tx, licensee, quantity).await;
        }
        let all = Filter::default();
        for (limit, expected) in [(0, 0), (1, 1), (5, 5), (12, 12), (u32::MAX, 12)] {
            let newest: Vec<u32> = (1..=12).rev().take(expected).collect();
            assert_eq!(listed(&mut tx, &all, None, limit).await, newest);
        }
        assert_eq!(listed(&mut tx, &all, Some(4), 2).await, [3, 2]);
        assert_eq!(listed(&mut tx, &all, Some(1), 2).await, [0; 0]);
    }
}

#[tokio::test]
async fn orders_are_listed_by_all_that_is_wanted_of_them_at_once() {
    for (_database, store) in both().await {
        let mut tx = store.write().await.unwrap();
        let licensee = add_licensee(&mut tx, 0).await.unwrap();
        let other = add_licensee(&mut tx, 1).await.unwrap();
        let printer = add_printer(&mut tx, 1, "51430981MJJTEXT52T").await;
        let season = |year| Season::new(year).unwrap();
        // Each differs from the first in one thing.
        for (licensee, year, printer, state) in [
            (licensee, 2026, Some(printer), OrderState::Issued),
            (other, 2026, Some(printer), OrderState::Issued),
            (licensee, 2027, Some(printer), OrderState::Issued),
            (licensee, 2026, None, OrderState::Issued),
            (licensee, 2026, Some(printer), OrderState::Closed),
        ] {
            let mut new = new_order(licensee, 5);
            new.season = season(year);
            let placed = place_order(&mut tx, &new).await.unwrap();
            let order = Order {
                printer,
                state,
                ..placed
            };
            kept::save(&mut tx, &order).await.unwrap();
        }
        let whole = Filter {
            licensee: Some(licensee),
            printer: Some(printer),
            season: Some(season(2026)),
            state: Some(OrderState::Issued),
        };
        let mut without = [1, 2, 3, 4].map(|_| whole.clone());
        without[0].licensee = None;
        without[1].season = None;
        without[2].printer = None;
        without[3].state = None;
        assert_eq!(listed(&mut tx, &whole, None, 9).await, [1]);
        for (filter, also) in without.iter().zip(2..) {
            assert_eq!(listed(&mut tx, filter, None, 9).await, [also, 1]);
        }
    }
}

#[tokio::test]
async fn after_four_thousand_million_orders_the_numbers_are_used_up() {
    for (_database, store) in both().await {
        let mut tx = store.write().await.unwrap();
        let licensee = add_licensee(&mut tx, 0).await.unwrap();
        execute(
            &mut tx,
            "UPDATE counters SET next = 4294967295 WHERE name = 'order'",
        )
        .await;
        let last = add_order(&mut tx, licensee, 1).await;
        assert_eq!(last.number, OrderNumber(u32::MAX));
        let beyond = place_order(&mut tx, &new_order(licensee, 1)).await;
        assert!(matches!(beyond, Err(StoreError::NumbersUsedUp("order"))));
    }
}
