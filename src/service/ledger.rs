//! Reading the ledger.

use super::ServiceError;
use super::lists::Within as _;
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
    let Some(filter) = filter.within(scope) else {
        return Ok(Vec::new());
    };
    Ok(ledger::newest(&mut store.read().await?, &filter, before, limit).await?)
}

/// The oldest wanted entries after `after`, the oldest first.
///
/// # Errors
/// If the database does not answer.
pub async fn list_up(
    store: &Store,
    scope: Scope,
    filter: &Filter,
    after: EntryNumber,
    limit: u32,
) -> Result<Vec<StoredEntry>, ServiceError> {
    let Some(filter) = filter.within(scope) else {
        return Ok(Vec::new());
    };
    Ok(ledger::oldest(&mut store.read().await?, &filter, after, limit).await?)
}

/// What later entries say of one.
#[derive(Clone, Debug)]
pub struct Afterwards {
    /// The one that takes it back.
    pub corrected_by: Option<EntryNumber>,
    /// Notes on it, the oldest first.
    pub notes: Vec<StoredEntry>,
}

/// What later entries say of this one.
///
/// # Errors
/// If the database does not answer.
pub async fn afterwards(store: &Store, number: EntryNumber) -> Result<Afterwards, ServiceError> {
    let mut tx = store.read().await?;
    Ok(Afterwards {
        corrected_by: ledger::corrected_by(&mut tx, number).await?,
        notes: ledger::notes_on(&mut tx, number).await?,
    })
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
