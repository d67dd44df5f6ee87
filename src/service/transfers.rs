//! Transfers of quantity between licensees (额度划转).

use super::desk::{Call, Desk};
use super::{ServiceError, seen};
use crate::domain::access::Scope;
use crate::domain::entitlement::Account;
use crate::domain::ledger::entry::{Entry, TransferConfirmed, TransferDropped, TransferProposed};
use crate::domain::licensee::LicenseeNumber;
use crate::domain::refusal::Refusal;
use crate::domain::said::said;
use crate::domain::text::Line;
use crate::domain::transfer::{Transfer, TransferNumber};
use crate::store::{Store, register};

/// Proposes a transfer. The quantity moves when both sides have confirmed it.
///
/// # Errors
/// If one of the two may not take part, or the giver has less left.
pub async fn propose(
    store: &Store,
    call: &Call,
    from: Account,
    to: LicenseeNumber,
    marks: u64,
    document: Option<Line>,
) -> Result<Transfer, ServiceError> {
    let mut desk = Desk::open(store, call).await?;
    let is_same = |entry: &Entry| {
        matches!(entry, Entry::TransferProposed(body)
            if body.from == from && body.to == to && body.marks == marks && body.document == document)
    };
    if let Some(earlier) = desk.repeated(is_same)?
        && let Some(Entry::TransferProposed(body)) = Entry::read(&earlier.kind, &earlier.body)
    {
        desk.load_transfer(body.transfer).await?;
        return found(&desk, body.transfer);
    }
    desk.load_entitlements(from.licensee, from.season).await?;
    desk.bring_entitlements(to, from.season).await?;
    let transfer = register::next_transfer(&mut desk.tx).await?;
    desk.enter(TransferProposed {
        transfer,
        from,
        to,
        marks,
        document,
    })?;
    finish(desk, transfer).await
}

/// One side confirms. With the second confirmation the quantity moves.
///
/// # Errors
/// If the licensee has no part in it, has confirmed it, or the giver has less left by now.
pub async fn confirm(
    store: &Store,
    call: &Call,
    transfer: TransferNumber,
    licensee: LicenseeNumber,
) -> Result<Transfer, ServiceError> {
    if !call.scope.sees_licensee(licensee) {
        return Err(unknown(transfer));
    }
    change(
        store,
        call,
        transfer,
        TransferConfirmed { transfer, licensee }.into(),
    )
    .await
}

/// Drops a transfer that is not done.
///
/// # Errors
/// If it is done or dropped.
pub async fn withdraw(
    store: &Store,
    call: &Call,
    transfer: TransferNumber,
) -> Result<Transfer, ServiceError> {
    change(store, call, transfer, TransferDropped { transfer }.into()).await
}

async fn change(
    store: &Store,
    call: &Call,
    number: TransferNumber,
    entry: Entry,
) -> Result<Transfer, ServiceError> {
    let mut desk = Desk::open(store, call).await?;
    desk.load_transfer(number).await?;
    if desk.repeated(|earlier| *earlier == entry)?.is_some() {
        return found(&desk, number);
    }
    desk.enter(entry)?;
    finish(desk, number).await
}

async fn finish(desk: Desk, number: TransferNumber) -> Result<Transfer, ServiceError> {
    let transfer = found(&desk, number)?;
    desk.close().await?;
    Ok(transfer)
}

fn found(desk: &Desk, number: TransferNumber) -> Result<Transfer, ServiceError> {
    let transfer = desk.books.transfers.get(number).cloned();
    transfer.ok_or_else(|| unknown(number))
}

/// The transfer of that number.
///
/// # Errors
/// If there is none.
pub async fn get(
    store: &Store,
    scope: Scope,
    number: TransferNumber,
) -> Result<Transfer, ServiceError> {
    let found = seen::transfer(&mut store.read().await?, scope, number).await?;
    found.ok_or_else(|| unknown(number))
}

/// The newest transfers that a licensee has a part in, or all.
///
/// # Errors
/// If the database does not answer.
pub async fn list(
    store: &Store,
    scope: Scope,
    licensee: Option<LicenseeNumber>,
    before: Option<TransferNumber>,
    limit: u32,
) -> Result<Vec<Transfer>, ServiceError> {
    let Some(licensee) = scope.of_licensees(licensee) else {
        return Ok(Vec::new());
    };
    Ok(register::transfers(&mut store.read().await?, licensee, before, limit).await?)
}

/// The refusal of a number that no transfer has, or none that the person may see.
pub fn unknown(number: TransferNumber) -> ServiceError {
    Refusal::no_such(
        said!("there is no transfer {number}", "没有额度划转 {number}"),
        said!(
            "`yuanmark transfer list` shows the transfers there are",
            "请在额度划转列表中选择"
        ),
    )
    .into()
}
