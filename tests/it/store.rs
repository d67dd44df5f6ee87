//! The contract of the store: every public function of `yuanmark::store`, on both databases.
//!
//! Here is what these stories share: rows written through the store itself, all in the transaction they are given.

mod batches;
mod broken_rows;
mod connections;
mod counters;
mod events;
mod health;

mod ledger;
mod licensees;
mod lists;
mod migrations;
mod orders;
mod register;
mod report;
mod scans;
mod search;
mod tips;
mod transactions;
mod unissued;
mod waiting;

use jiff::Timestamp;
use yuanmark::domain::event::{EventKind, RangeEvent};
use yuanmark::domain::form::Form;
use yuanmark::domain::keyring::KeyId;
use yuanmark::domain::ledger::chain::{EntryHash, EntryNumber, StoredEntry};
use yuanmark::domain::ledger::subjects::Subjects;
use yuanmark::domain::licensee::{
    LegalBasis, Licensee, LicenseeNumber, LicenseeState, NewLicensee, Particulars,
};
use yuanmark::domain::mark::{BatchNumber, IndexRange, MarkCount, MarkId};
use yuanmark::domain::order::{Batch, NewOrder, Order};
use yuanmark::domain::season::Season;
use yuanmark::domain::uscc::Uscc;
use yuanmark::store::{Store, StoreError, Tx, batch, kept, licensee, order};

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

/// A licensee whose right is in force.
fn a_licensee(number: LicenseeNumber, place: usize) -> Licensee {
    let new = NewLicensee {
        uscc: Uscc::new(USCCS[place]).unwrap(),
        particulars: Particulars::new(line("虚构芦笋企业"), LegalBasis::Both),
        state: LicenseeState::Active,
        date: "2026-01-05".parse().unwrap(),
        document: Some(line("公告2026年第1号")),
    };
    Licensee::enter(number, &new, noon()).unwrap()
}

async fn add_licensee(tx: &mut Tx, place: usize) -> Result<LicenseeNumber, StoreError> {
    let number = licensee::next_number(tx).await?;
    kept::save(tx, &a_licensee(number, place)).await?;
    Ok(number)
}

fn new_order(licensee: LicenseeNumber, quantity: u32) -> NewOrder {
    NewOrder {
        licensee,
        season: Season::new(2026).unwrap(),
        form: Form::ReadyToEat,
        product: line("即食芦笋 120 g"),
        quantity: MarkCount::new(quantity).unwrap(),
        market: None,
    }
}

async fn place_order(tx: &mut Tx, new: &NewOrder) -> Result<Order, StoreError> {
    let number = order::next_number(tx).await?;
    let order = Order::place(number, new, &line("clerk"), noon()).unwrap();
    kept::save(tx, &order).await?;
    Ok(order)
}

async fn add_order(tx: &mut Tx, licensee: LicenseeNumber, quantity: u32) -> Order {
    let new = new_order(licensee, quantity);
    place_order(tx, &new).await.unwrap()
}

/// The batch of an order as it will be written.
fn a_batch(number: BatchNumber, order: &Order, key: &str) -> Batch {
    Batch {
        number,
        order: order.number,
        key: KeyId(7),
        licensee: order.placed.licensee,
        season: order.placed.season,
        form: order.placed.form,
        count: order.placed.quantity,
        has_hidden_codes: true,
        issued_at: noon(),
        actor: line("printer"),
        idempotency_key: line(key),
    }
}

async fn add_batch(tx: &mut Tx, order: &Order, key: &str) -> Result<Batch, StoreError> {
    let batch = a_batch(batch::next_number(tx).await?, order, key);
    batch::add(tx, &batch).await?;
    Ok(batch)
}

/// A licensee, its order and the order's batch.
async fn first_batch(tx: &mut Tx, count: u32) -> (Licensee, Order, Batch) {
    let number = add_licensee(tx, 0).await.unwrap();
    let licensee = licensee::get(tx, number).await.unwrap().unwrap();
    let order = add_order(tx, number, count).await;
    let batch = add_batch(tx, &order, "first").await.unwrap();
    (licensee, order, batch)
}

/// What the ledger's entry of that number says of a range, and nothing else.
fn an_event(number: u64, kind: EventKind, batch: BatchNumber, range: IndexRange) -> RangeEvent {
    RangeEvent {
        number,
        batch,
        range,
        kind,
        at: noon(),
        actor: line("clerk"),
        reason: None,
        document: None,
        lot: None,
    }
}

/// The first entries of a ledger, chained, about nothing in particular; none corrects another.
/// The first so many entries of a ledger.
fn entries(count: u64) -> Vec<(StoredEntry, Option<EntryNumber>)> {
    let mut before = EntryHash::NONE;
    let mut entry = |number| {
        let mut entry = StoredEntry {
            number,
            at: noon(),
            actor: line("clerk"),
            kind: "noted".into(),
            request: None,
            subjects: Subjects::default(),
            body: format!("{{\"entry\":{number}}}"),
            hash: EntryHash::NONE,
        };
        entry.hash = entry.hash_after(before);
        before = entry.hash;
        (entry, None)
    };
    (1..=count).map(&mut entry).collect()
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
