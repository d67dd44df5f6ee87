//! The proof: the chain recomputed, and the books summed up anew from all entries and held against what is kept.

use std::fmt::Debug;

use yuanmark::domain::custody::Custody;
use yuanmark::domain::event::RangeEvent;
use yuanmark::domain::ledger::books::{Books, Hand};
use yuanmark::domain::ledger::chain::{EntryHash, StoredEntry};
use yuanmark::domain::ledger::entry::Entry;
use yuanmark::service::desk::range_events;
use yuanmark::store::kept::{self, Kept};
use yuanmark::store::{Tx, batch, event, health, ledger};

use crate::support::databases::number;
use crate::support::installation::Installation;

/// Fails unless the whole ledger holds; returns what its entries add up to.
pub async fn prove(place: &Installation) -> Books {
    let mut tx = place.store.read().await.unwrap();
    let all = ledger::Filter::default();
    let entries = ledger::oldest(&mut tx, &all, 0, u32::MAX).await.unwrap();
    let (books, events) = summed_up(&entries);

    let head = ledger::head(&mut tx).await.unwrap();
    assert_eq!(head.number, entries.len() as u64);
    let last = entries.last().map_or(EntryHash::NONE, |last| last.hash);
    assert_eq!(head.hash, last);

    assert_kept(&mut tx, books.licensees.iter()).await;
    assert_kept(&mut tx, books.printers.iter()).await;
    assert_kept(&mut tx, books.coefficients.iter()).await;
    assert_kept(&mut tx, books.entitlements.iter()).await;
    assert_kept(&mut tx, books.transfers.iter()).await;
    assert_kept(&mut tx, books.orders.iter()).await;
    assert_kept(&mut tx, books.containers.iter()).await;
    assert_kept(&mut tx, books.lots.iter()).await;
    assert_kept(&mut tx, books.documents.iter()).await;
    for (key, should) in books.batches.iter() {
        let is = batch::get(&mut tx, *key).await.unwrap();
        assert_eq!(is.as_ref(), Some(should));
    }
    assert_rows(&mut tx, "batches", books.batches.len()).await;

    assert_rows(&mut tx, "range_events", events.len()).await;
    for (key, should) in books.custody.iter() {
        let is = event::of_batch(&mut tx, *key).await.unwrap();
        let own = events.iter().filter(|event| event.batch == *key);
        assert!(
            is.iter().eq(own),
            "the ranges of batch {key} are those of its entries"
        );
        let mut custody = Custody::new(books.batches.get(*key).unwrap().count);
        for event in &is {
            custody.replay(event.range, event.kind, event.lot);
        }
        assert_eq!(&custody, should);
    }
    assert_eq!(health::broken_invariants(&mut tx).await.unwrap(), []);
    books
}

/// Numbers without a gap, every hash as it follows from the one before, every entry allowed by the rules.
fn summed_up(entries: &[StoredEntry]) -> (Books, Vec<RangeEvent>) {
    let mut books = Books::default();
    let mut events = Vec::new();
    let mut before = EntryHash::NONE;
    for (number, stored) in (1..).zip(entries) {
        assert_eq!(stored.number, number, "no number is left out");
        assert_eq!(stored.hash, stored.hash_after(before), "entry {number}");
        before = stored.hash;
        let entry = Entry::read(&stored.kind, &stored.body).unwrap();
        assert_eq!(
            entry.body(),
            stored.body,
            "entry {number} is written one way only"
        );
        let hand = Hand {
            number,
            at: stored.at,
            by: &stored.actor,
        };
        let subjects = books.apply(&entry, hand);
        assert_eq!(
            subjects.as_ref(),
            Ok(&stored.subjects),
            "entry {number}: {entry:?}"
        );
        if let Entry::Marks(marks) = &entry {
            events.extend(range_events(marks, number, stored.at, &stored.actor));
        }
    }
    (books, events)
}

/// Each thing is kept just so, with its columns, and nothing else is.
async fn assert_kept<'a, K: 'a, T>(tx: &mut Tx, things: impl Iterator<Item = (&'a K, &'a T)>)
where
    T: Kept + PartialEq + Debug + 'a,
{
    let things: Vec<&T> = things.map(|(_, thing)| thing).collect();
    for should in &things {
        let is: Option<T> = kept::get(tx, should.key()).await.unwrap();
        assert_eq!(is.as_ref(), Some(*should));
    }
    assert_rows(tx, T::TABLE, things.len()).await;
    let different = kept::differences(tx, things.into_iter()).await.unwrap();
    assert!(different.is_empty(), "{different:?}");
}

async fn assert_rows(tx: &mut Tx, table: &str, should: usize) {
    let rows = number(tx, &format!("SELECT count(*) FROM {table}")).await;
    assert_eq!(rows, i64::try_from(should).unwrap(), "{table}");
}
