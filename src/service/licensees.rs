//! The register of licensees (合法使用人信息档案): files and steps.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;

use super::desk::{Call, Desk, subject};
use super::{ServiceError, seen};
use crate::domain::access::Scope;
use crate::domain::ledger::chain::StoredEntry;
use crate::domain::ledger::entry::{
    Entry, LicenseeEntered, LicenseeFiled, LicenseeStep, StepConfirmed, StepDropped, StepProposed,
};
use crate::domain::licensee::difference::Part;
use crate::domain::licensee::{Licensee, LicenseeNumber, NewLicensee, Particulars, StepTaken};
use crate::domain::refusal::Refusal;
use crate::domain::said::{Said, said};
use crate::domain::text::Line;
use crate::store::licensee::Filter;
use crate::store::{Store, Tx, ledger, licensee};

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

/// One part of a file that somebody changed.
#[derive(Clone, Debug)]
pub struct PartChanged {
    /// Which part.
    pub part: Part,
    /// What stood there.
    pub old: Said,
    /// What stands there since.
    pub new: Said,
    /// Who changed it.
    pub by: Line,
    /// When.
    pub at: Timestamp,
}

/// What became of a file since somebody read it.
#[derive(Clone, Debug)]
pub struct ChangedSince {
    /// The licensee as it is now.
    pub now: Licensee,
    /// The version that was read.
    pub read: Particulars,
    /// Every change since, the oldest first.
    pub changes: Vec<PartChanged>,
}

/// What became of a licensee's file since version `revision`; `None` if there never was that version.
///
/// # Errors
/// If there is no such licensee.
pub async fn changed_since(
    store: &Store,
    number: LicenseeNumber,
    revision: u32,
) -> Result<Option<ChangedSince>, ServiceError> {
    let mut tx = store.read().await?;
    let now = licensee::get(&mut tx, number).await?;
    let now = now.ok_or_else(|| unknown(number))?;
    if revision == 0 || revision > now.revision {
        return Ok(None);
    }
    let filed = versions(&mut tx, number, revision).await?;
    let mut filed = filed.into_iter().rev();
    let Some((first, _)) = filed.next() else {
        return Ok(None);
    };
    let mut changes = Vec::new();
    let mut before = first.clone();
    for (after, stored) in filed {
        for part in before.differences(&after) {
            changes.push(PartChanged {
                part,
                old: before.text(part),
                new: after.text(part),
                by: stored.actor.clone(),
                at: stored.at,
            });
        }
        before = after;
    }
    Ok(Some(ChangedSince {
        now,
        read: first,
        changes,
    }))
}

/// The versions of a file from the newest down to `revision`, each with the entry that says so.
async fn versions(
    tx: &mut Tx,
    number: LicenseeNumber,
    revision: u32,
) -> Result<Vec<(Particulars, StoredEntry)>, ServiceError> {
    /// Entries read at once.
    const PAGE: u32 = 50;
    let mut found = Vec::new();
    for kind in ["licensee_filed", "licensee_entered"] {
        let filter = ledger::Filter {
            licensee: Some(number),
            kind: Some(kind.to_owned()),
            ..Default::default()
        };
        let mut before = None;
        loop {
            let some = ledger::newest_of_file(tx, &filter, before, PAGE).await?;
            let Some(last) = some.last() else { break };
            before = Some(last.number);
            for stored in some {
                let (version, particulars) = match Entry::read(&stored.kind, &stored.body) {
                    Some(Entry::LicenseeFiled(body)) => (body.revision + 1, body.particulars),
                    Some(Entry::LicenseeEntered(body)) => (1, body.new.particulars),
                    _ => continue,
                };
                found.push((particulars, stored));
                if version == revision {
                    return Ok(found);
                }
            }
        }
    }
    Ok(found)
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

/// Drops the step that waits: withdrawn by who proposed it, or sent back by the second person with a reason.
///
/// # Errors
/// If none waits.
pub async fn drop_step(
    store: &Store,
    call: &Call,
    number: LicenseeNumber,
    reason: Option<Line>,
) -> Result<Licensee, ServiceError> {
    change(store, call, number, |_| {
        let licensee = number;
        Ok(StepDropped { licensee, reason }.into())
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

/// The names of these licensees, of those there are.
///
/// # Errors
/// If the database does not answer.
pub async fn names(
    store: &Store,
    numbers: &BTreeSet<LicenseeNumber>,
) -> Result<BTreeMap<LicenseeNumber, String>, ServiceError> {
    Ok(licensee::names(&mut store.read().await?, numbers).await?)
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
