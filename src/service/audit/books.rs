//! Everything that is kept beside the ledger, held against what the entries add up to.

use std::collections::{BTreeMap, BTreeSet};

use super::Findings;
use crate::domain::ledger::books::Books;
use crate::domain::mark::BatchNumber;
use crate::domain::order::Batch;
use crate::service::ServiceError;
use crate::service::documents::sha256;
use crate::store::{Tx, audit, batch, kept, register};

/// Holds everything that is kept beside the ledger against the books. Returns how many things there are.
pub(super) async fn hold(
    tx: &mut Tx,
    books: &Books,
    findings: &mut Findings,
) -> Result<u64, ServiceError> {
    let mut found = Vec::new();
    let mut things = 0;
    macro_rules! hold {
        ($($shelf:ident),+) => {
            $(
                things += books.$shelf.len() as u64;
                found.extend(kept::differences(tx, books.$shelf.iter().map(|(_, thing)| thing)).await?);
            )+
        };
    }
    hold!(
        licensees,
        printers,
        coefficients,
        entitlements,
        transfers,
        orders,
        containers,
        lots,
        documents
    );
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
