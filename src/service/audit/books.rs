//! Everything that is kept beside the ledger, held against what the entries add up to.

use std::collections::{BTreeMap, BTreeSet};

use super::Findings;
use crate::domain::ledger::books::Books;
use crate::domain::mark::BatchNumber;
use crate::domain::order::Batch;
use crate::service::ServiceError;
use crate::service::documents::sha256;
use crate::store::kept::{self, Kept};
use crate::store::{Tx, audit, batch, register};

/// The kinds of things that are kept beside the ledger.
macro_rules! each_kind {
    ($do:ident) => {
        $do!(
            licensees,
            printers,
            coefficients,
            plan_figures,
            entitlements,
            transfers,
            orders,
            containers,
            lots,
            documents
        )
    };
}

/// What each table should look like, worked out while something else is read; [`kept::digest_of`].
#[derive(Debug, Default)]
pub(super) struct Digests {
    licensees: Option<[u8; 32]>,
    printers: Option<[u8; 32]>,
    coefficients: Option<[u8; 32]>,
    plan_figures: Option<[u8; 32]>,
    entitlements: Option<[u8; 32]>,
    transfers: Option<[u8; 32]>,
    orders: Option<[u8; 32]>,
    containers: Option<[u8; 32]>,
    lots: Option<[u8; 32]>,
    documents: Option<[u8; 32]>,
}

impl Digests {
    /// Of these books.
    pub(super) fn of(books: &Books) -> Self {
        macro_rules! digests {
            ($($shelf:ident),+) => {
                Self { $( $shelf: kept::digest_of(books.$shelf.iter().map(|(_, thing)| thing)), )+ }
            };
        }
        each_kind!(digests)
    }
}

/// A table that is not as it should be is looked through row by row.
async fn differences<'a, T: Kept + 'a>(
    tx: &mut Tx,
    should: Option<[u8; 32]>,
    things: impl Iterator<Item = &'a T>,
) -> Result<Vec<String>, ServiceError> {
    if should.is_some() && should == Some(kept::digest::<T>(tx).await?) {
        return Ok(Vec::new());
    }
    Ok(kept::differences(tx, things).await?)
}

/// Holds everything that is kept beside the ledger against the books. Returns how many things there are.
pub(super) async fn hold(
    tx: &mut Tx,
    books: &Books,
    digests: &Digests,
    findings: &mut Findings,
) -> Result<u64, ServiceError> {
    let mut found = Vec::new();
    let mut things = 0;
    macro_rules! hold {
        ($($shelf:ident),+) => {
            $(
                things += books.$shelf.len() as u64;
                let all = books.$shelf.iter().map(|(_, thing)| thing);
                found.extend(differences(tx, digests.$shelf, all).await?);
            )+
        };
    }
    each_kind!(hold);
    found.extend(batches(tx, books).await?);
    things += books.batches.len() as u64;
    found.extend(contents(tx, books).await?);
    for what in found {
        findings.add(None, what);
    }
    Ok(things)
}

async fn batches(tx: &mut Tx, books: &Books) -> Result<Vec<String>, ServiceError> {
    let is: BTreeMap<BatchNumber, Batch> = batch::all(tx)
        .await?
        .into_iter()
        .map(|batch| (batch.number, batch))
        .collect();
    let should: BTreeMap<BatchNumber, &Batch> = books
        .batches
        .iter()
        .map(|(number, batch)| (*number, batch))
        .collect();
    let numbers: BTreeSet<BatchNumber> = is.keys().chain(should.keys()).copied().collect();
    let differs = |number: &BatchNumber| is.get(number) != should.get(number).copied();
    Ok(numbers
        .into_iter()
        .filter(differs)
        .map(|number| format!("batches {number}: is not what the ledger says"))
        .collect())
}

/// Every document's content must be there and have its hash.
async fn contents(tx: &mut Tx, books: &Books) -> Result<Vec<String>, ServiceError> {
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    for (number, added) in books.documents.iter() {
        let hash = added.document.sha256.as_str();
        if !seen.insert(hash.to_owned()) {
            continue;
        }
        let content = register::content(tx, hash).await?;
        match content {
            None => found.push(format!("documents {number}: its content is missing")),
            Some(content) if sha256(&content) != hash => {
                found.push(format!(
                    "documents {number}: its content is not what was added"
                ));
            }
            Some(_) => {}
        }
    }
    for hash in audit::content_hashes(tx).await? {
        if !seen.contains(&hash) {
            found.push(format!("contents {hash}: belongs to no document"));
        }
    }
    Ok(found)
}
