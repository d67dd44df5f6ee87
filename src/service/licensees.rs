//! The register of licensees (合法使用人信息档案): files and steps.

use jiff::civil::Date;

use super::desk::{Call, Desk, subject};
use super::{ServiceError, seen};
use crate::domain::access::Scope;
use crate::domain::ledger::entry::{
    Entry, LicenseeEntered, LicenseeFiled, LicenseeStep, StepConfirmed, StepDropped, StepProposed,
};
use crate::domain::licensee::{Licensee, LicenseeNumber, NewLicensee, Particulars, StepTaken};
use crate::domain::refusal::Refusal;
use crate::domain::said::said;
use crate::store::licensee::Filter;
use crate::store::{Store, licensee};

/// Enters a licensee: an applicant, or one whose right was granted before this ledger began.
///
/// # Errors
/// If its USCC is in the register already, or something about it cannot be.
pub async fn enter(store: &Store, call: &Call, new: NewLicensee) -> Result<Licensee, ServiceError> {
    let mut desk = Desk::open(store, call).await?;
    let is_same = |entry: &Entry| matches!(entry, Entry::LicenseeEntered(body) if body.new == new);
    if let Some(earlier) = desk.repeated(is_same)? {
        let number = subject(&earlier, |subjects| subjects.licensee)?;
        return get_in(&mut desk, number).await;
    }
    let number = enter_at(&mut desk, new).await?;
    finish(desk, number).await
}

/// Enters a licensee at an open desk.
pub(super) async fn enter_at(
    desk: &mut Desk,
    new: NewLicensee,
) -> Result<LicenseeNumber, ServiceError> {
    if let Some(known) = licensee::by_uscc(&mut desk.tx, &new.uscc).await? {
        desk.books.shelve_licensee(known);
    }
    let number = licensee::next_number(&mut desk.tx).await?;
    desk.enter(LicenseeEntered {
        licensee: number,
        new,
    })?;
    Ok(number)
}

/// Changes a licensee's file. The change was made upon version `revision`.
///
/// # Errors
/// If there is a newer version by now: nothing is overwritten.
pub async fn file(
    store: &Store,
    call: &Call,
    number: LicenseeNumber,
    revision: u32,
    particulars: Particulars,
) -> Result<Licensee, ServiceError> {
    let body = LicenseeFiled {
        licensee: number,
        revision,
        particulars,
    };
    change(store, call, number, |_| Ok(body.into())).await
}

/// Takes a step that one person can take.
///
/// # Errors
/// If the step does not lead on from where the licensee stands, or needs two people.
pub async fn take_step(
    store: &Store,
    call: &Call,
    number: LicenseeNumber,
    step: StepTaken,
) -> Result<Licensee, ServiceError> {
    let licensee = number;
    change(store, call, number, |_| {
        Ok(LicenseeStep { licensee, step }.into())
    })
    .await
}

/// Proposes a step that needs two people.
///
/// # Errors
/// If the step does not lead on, or another one waits.
pub async fn propose_step(
    store: &Store,
    call: &Call,
    number: LicenseeNumber,
    step: StepTaken,
) -> Result<Licensee, ServiceError> {
    let licensee = number;
    change(store, call, number, |_| {
        Ok(StepProposed { licensee, step }.into())
    })
    .await
}

/// Confirms the step that waits: a second person does.
///
/// # Errors
/// If none waits, or the same person confirms it.
pub async fn confirm_step(
    store: &Store,
    call: &Call,
    number: LicenseeNumber,
) -> Result<Licensee, ServiceError> {
    change(store, call, number, |licensee| {
        let pending = licensee.pending.as_ref().ok_or_else(|| {
            Refusal::conflict(
                said!(
                    "no step of licensee {number} waits for a second person",
                    "合法使用人 {number} 没有待复核的事项"
                ),
                said!("propose the step first", "请先提请"),
            )
        })?;
        let (licensee, step) = (number, pending.step.clone());
        Ok(StepConfirmed { licensee, step }.into())
    })
    .await
}

/// Drops the step that waits.
///
/// # Errors
/// If none waits.
pub async fn drop_step(
    store: &Store,
    call: &Call,
    number: LicenseeNumber,
) -> Result<Licensee, ServiceError> {
    change(store, call, number, |_| {
        Ok(StepDropped { licensee: number }.into())
    })
    .await
}

async fn change(
    store: &Store,
    call: &Call,
    number: LicenseeNumber,
    entry: impl FnOnce(&Licensee) -> Result<Entry, Refusal>,
) -> Result<Licensee, ServiceError> {
    let mut desk = Desk::open(store, call).await?;
    desk.load_licensee(number).await?;
    let entry = match entry(desk.books.licensee(number)?) {
        Ok(entry) => entry,
        // A repeated confirmation finds nothing waiting any more.
        Err(refusal) => {
            let is_same = |earlier: &Entry| matches!(earlier, Entry::StepConfirmed(body) if body.licensee == number);
            match desk.repeated(is_same)? {
                Some(_) => return get_in(&mut desk, number).await,
                None => return Err(refusal.into()),
            }
        }
    };
    if desk.repeated(|earlier| *earlier == entry)?.is_none() {
        desk.enter(entry)?;
        return finish(desk, number).await;
    }
    get_in(&mut desk, number).await
}

async fn finish(desk: Desk, number: LicenseeNumber) -> Result<Licensee, ServiceError> {
    let licensee = desk.books.licensee(number)?.clone();
    desk.close().await?;
    Ok(licensee)
}

async fn get_in(desk: &mut Desk, number: LicenseeNumber) -> Result<Licensee, ServiceError> {
    desk.load_licensee(number).await?;
    Ok(desk.books.licensee(number)?.clone())
}

/// The licensee of that number.
///
/// # Errors
/// If there is none.
pub async fn get(
    store: &Store,
    scope: Scope,
    number: LicenseeNumber,
) -> Result<Licensee, ServiceError> {
    let found = seen::licensee(&mut store.read().await?, scope, number).await?;
    found.ok_or_else(|| unknown(number))
}

/// Wanted licensees by number, beginning after `after`.
///
/// # Errors
/// If the database does not answer.
pub async fn list(
    store: &Store,
    scope: Scope,
    filter: &Filter,
    after: LicenseeNumber,
    limit: u32,
) -> Result<Vec<Licensee>, ServiceError> {
    let mut filter = filter.clone();
    match scope.of_licensees(filter.number) {
        Some(number) => filter.number = number,
        None => return Ok(Vec::new()),
    }
    Ok(licensee::list(&mut store.read().await?, &filter, after, limit).await?)
}

/// The licensees that need somebody's attention on this day: corrections overdue, two years without use, steps that
/// wait for a second person.
///
/// # Errors
/// If the database does not answer.
pub async fn needing_attention(
    store: &Store,
    today: Date,
    limit: u32,
) -> Result<Vec<Licensee>, ServiceError> {
    let filter = Filter {
        attention_on: Some(today),
        ..Filter::default()
    };
    list(store, Scope::All, &filter, LicenseeNumber(0), limit).await
}

/// The refusal of a number that no licensee has, or none that the person may see.
pub fn unknown(number: LicenseeNumber) -> ServiceError {
    Refusal::no_such(
        said!("there is no licensee {number}", "没有合法使用人 {number}"),
        said!(
            "`yuanmark licensee list` shows the licensees there are",
            "请在合法使用人名册中选择"
        ),
    )
    .into()
}
