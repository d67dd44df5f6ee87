//! Reading the ledger.

use super::ServiceError;
use crate::domain::access::Scope;
use crate::domain::ledger::chain::{EntryNumber, StoredEntry};
use crate::domain::refusal::Refusal;
use crate::domain::said::said;
use crate::store::Store;
use crate::store::ledger::{self, Filter, Head};

/// Where the ledger ends. Noted down elsewhere, it proves later that nothing before it was changed.
///
/// # Errors
/// If the database does not answer.
pub async fn head(store: &Store) -> Result<Head, ServiceError> {
    Ok(ledger::head(&mut store.read().await?).await?)
}

/// The newest wanted entries before `before`, the newest first.
///
/// # Errors
/// If the database does not answer.
pub async fn list(
    store: &Store,
    scope: Scope,
    filter: &Filter,
    before: Option<EntryNumber>,
    limit: u32,
) -> Result<Vec<StoredEntry>, ServiceError> {
    let mut filter = filter.clone();
    if !scope.narrows(&mut filter.licensee, &mut filter.printer) {
        return Ok(Vec::new());
    }
    Ok(ledger::newest(&mut store.read().await?, &filter, before, limit).await?)
}

/// The entry of that number.
///
/// # Errors
/// If there is none.
pub async fn get(
    store: &Store,
    scope: Scope,
    number: EntryNumber,
) -> Result<StoredEntry, ServiceError> {
    let found = ledger::get(&mut store.read().await?, number).await?;
    let found = found.filter(|stored| scope.sees_entry(&stored.subjects));
    found.ok_or_else(|| unknown(number))
}

/// The refusal of a number that no entry has, or none that the person may see.
pub(super) fn unknown(number: EntryNumber) -> ServiceError {
    Refusal::no_such(
        said!("there is no entry {number}", "台账没有第 {number} 条"),
        said!(
            "`yuanmark ledger list` shows the entries there are",
            "请在台账中选择"
        ),
    )
    .into()
}
