//! The contract of the store: every public function of `yuanmark::store`, on both databases.
//!
//! Here is what these stories share: rows written through the store itself, all in the transaction they are given.

mod batches;
mod broken_rows;
mod connections;
mod counters;
mod events;
mod health;
mod licensees;
mod migrations;
mod orders;
mod scans;
mod transactions;
mod unissued;

use jiff::Timestamp;
use yuanmark::domain::form::Form;
use yuanmark::domain::keyring::KeyId;
use yuanmark::domain::licensee::{LegalBasis, Licensee, LicenseeNumber};
use yuanmark::domain::mark::{BatchNumber, IndexRange, MarkCount, MarkId};
use yuanmark::domain::order::{Batch, Order};
use yuanmark::domain::season::Season;
use yuanmark::domain::uscc::Uscc;
use yuanmark::store::batch::NewBatch;
use yuanmark::store::order::NewOrder;
use yuanmark::store::{Store, StoreError, Tx, batch, licensee, order};

use crate::support::databases::TestDatabase;
use crate::support::installation::{USCCS, index, line};

/// A time with microseconds: both databases must keep them.
fn noon() -> Timestamp {
    "2026-04-02T12:00:00.123456+08:00".parse().unwrap()
}

/// An empty store on each database. The databases go away with the test.
async fn both() -> Vec<(TestDatabase, Store)> {
    let mut stores = Vec::new();
    for database in TestDatabase::both().await {
        let store = database.open().await;
        stores.push((database, store));
    }
    stores
}

async fn add_licensee(tx: &mut Tx, place: usize) -> Result<Option<LicenseeNumber>, StoreError> {
    let (name, uscc) = (line("虚构芦笋企业"), Uscc::new(USCCS[place]).unwrap());
    licensee::add(tx, &name, &uscc, LegalBasis::Both, noon()).await
}

fn new_order(licensee: LicenseeNumber, quantity: u32) -> NewOrder {
    NewOrder {
        licensee,
        season: Season::new(2026).unwrap(),
        form: Form::ReadyToEat,
        product: line("即食芦笋 120 g"),
        quantity: MarkCount::new(quantity).unwrap(),
        actor: line("clerk"),
    }
}

async fn add_order(tx: &mut Tx, licensee: LicenseeNumber, quantity: u32) -> Order {
    let new = new_order(licensee, quantity);
    order::add(tx, new, noon()).await.unwrap()
}

async fn add_batch(tx: &mut Tx, order: &Order, key: &str) -> Result<Batch, StoreError> {
    let number = batch::next_number(tx).await?;
    let new = NewBatch {
        order,
        key: KeyId(7),
        has_hidden_codes: true,
        actor: &line("printer"),
        idempotency_key: &line(key),
    };
    batch::add(tx, number, &new, noon()).await
}

/// A licensee, its order and the order's batch.
async fn first_batch(tx: &mut Tx, count: u32) -> (Licensee, Order, Batch) {
    let number = add_licensee(tx, 0).await.unwrap().unwrap();
    let licensee = licensee::get(tx, number).await.unwrap().unwrap();
    let order = add_order(tx, number, count).await;
    let batch = add_batch(tx, &order, "first").await.unwrap();
    (licensee, order, batch)
}

fn mark(batch: &Batch, place: u32) -> MarkId {
    MarkId {
        batch: batch.number,
        index: index(place),
    }
}

fn range(first: u32, last: u32) -> IndexRange {
    IndexRange::new(index(first), index(last)).unwrap()
}

fn batch_number(number: u32) -> BatchNumber {
    BatchNumber::new(number).unwrap()
}
