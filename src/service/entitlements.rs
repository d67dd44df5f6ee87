//! Entitlements (年度额度): coefficients, grants, adjustments, the year's end.

use std::collections::BTreeSet;

use super::ServiceError;
use super::desk::{Call, Desk};
use crate::domain::access::Scope;
use crate::domain::area::Area;
use crate::domain::entitlement::coefficients::SetCoefficients;
use crate::domain::entitlement::{Account, Coefficients, Entitlement, Grant};
use crate::domain::ledger::chain::StoredEntry;
use crate::domain::ledger::entry::{Adjusted, Carried, CoefficientsSet, Entry, Granted};
use crate::domain::licensee::LicenseeNumber;
use crate::domain::refusal::Refusal;
use crate::domain::said::said;
use crate::domain::season::Season;
use crate::domain::text::Line;
use crate::store::{Store, Tx, kept, ledger, register};

/// Entitlements of a season: 65,535 licensees in seven forms.
const ALL: u32 = 65_535 * 7;

/// Sets the next version of the coefficients. Entitlements granted before keep theirs.
///
/// # Errors
/// If a value cannot be, or somebody set a version since this one was read.
pub async fn set_coefficients(
    store: &Store,
    call: &Call,
    coefficients: Coefficients,
) -> Result<Coefficients, ServiceError> {
    let mut desk = Desk::open(store, call).await?;
    let entry = Entry::from(CoefficientsSet {
        coefficients: coefficients.clone(),
    });
    if desk.repeated(|earlier| *earlier == entry)?.is_none() {
        desk.load_coefficients().await?;
        desk.enter(entry)?;
        desk.close().await?;
    }
    Ok(coefficients)
}

/// The coefficients in force, which may be the assumed ones.
///
/// # Errors
/// If the database does not answer.
pub async fn coefficients(store: &Store) -> Result<Coefficients, ServiceError> {
    let set = register::newest_coefficients(&mut store.read().await?).await?;
    Ok(set.map_or_else(Coefficients::assumed, |set| set.coefficients))
}

/// All versions of the coefficients that were ever set, the newest first.
///
/// # Errors
/// If the database does not answer.
pub async fn all_coefficients(store: &Store) -> Result<Vec<SetCoefficients>, ServiceError> {
    Ok(register::all_coefficients(&mut store.read().await?).await?)
}

/// Grants an entitlement from a survey, with the coefficients in force.
///
/// # Errors
/// If it was granted before, or the licensee's base does not have so much land.
pub async fn grant(
    store: &Store,
    call: &Call,
    account: Account,
    area: Area,
    pack_grams: u32,
    document: Line,
) -> Result<Entitlement, ServiceError> {
    let mut desk = Desk::open(store, call).await?;
    desk.load_entitlements(account.licensee, account.season)
        .await?;
    let is_same = |entry: &Entry| {
        matches!(entry, Entry::Granted(body) if body.account == account
            && body.grant.area == area && body.grant.pack_grams == pack_grams && body.grant.document == document)
    };
    if desk.repeated(is_same)?.is_none() {
        let grant = grant_in(&desk, account, area, pack_grams, document);
        desk.enter(Granted { account, grant })?;
        return finish(desk, account).await;
    }
    Ok(desk.books.entitlement(account))
}

/// Asks by all rules whether an entitlement can be granted so, and writes nothing down.
///
/// # Errors
/// As [`grant`].
pub async fn look_at_granting(
    store: &Store,
    call: &Call,
    account: Account,
    area: Area,
    pack_grams: u32,
    document: Line,
) -> Result<(), ServiceError> {
    let mut desk = Desk::look(store, call).await?;
    desk.load_entitlements(account.licensee, account.season)
        .await?;
    let grant = grant_in(&desk, account, area, pack_grams, document);
    desk.enter(Granted { account, grant })?;
    Ok(())
}

/// What is granted, by the coefficients in force.
fn grant_in(desk: &Desk, account: Account, area: Area, pack_grams: u32, document: Line) -> Grant {
    let coefficients = desk.books.coefficients_in_force();
    Grant {
        area,
        pack_grams,
        coefficients: coefficients.version,
        marks: coefficients.marks(area, account.form, pack_grams),
        document,
    }
}

/// Adds marks to an entitlement, or takes them if the number is negative.
///
/// # Errors
/// If more would be taken than is left.
pub async fn adjust(
    store: &Store,
    call: &Call,
    account: Account,
    marks: i64,
    reason: Line,
    document: Line,
) -> Result<Entitlement, ServiceError> {
    let entry = Adjusted {
        account,
        marks,
        reason,
        document,
        corrects: None,
    };
    change(store, call, account, entry.into()).await
}

/// Closes a season's books after its year: the share that the coefficients say goes over into the next season, the rest
/// lapses.
///
/// # Errors
/// If the year has not ended, or the books are closed.
pub async fn carry_over(
    store: &Store,
    call: &Call,
    account: Account,
) -> Result<Entitlement, ServiceError> {
    let mut desk = Desk::open(store, call).await?;
    let is_same = |entry: &Entry| matches!(entry, Entry::Carried(body) if body.account == account);
    if desk.repeated(is_same)?.is_some() {
        desk.load_entitlements(account.licensee, account.season)
            .await?;
        return Ok(desk.books.entitlement(account));
    }
    carry_over_at(&mut desk, account).await?;
    finish(desk, account).await
}

/// Closes the books of an account at an open desk.
async fn carry_over_at(desk: &mut Desk, account: Account) -> Result<(), ServiceError> {
    desk.load_entitlements(account.licensee, account.season)
        .await?;
    if let Some(next) = Season::new(account.season.year() + 1) {
        desk.load_entitlements(account.licensee, next).await?;
    }
    let balance = desk.books.entitlement(account).balance();
    let carried = desk.books.carried_over(account);
    desk.enter(Carried {
        account,
        carried,
        lapsed: balance - carried,
    })?;
    Ok(())
}

async fn change(
    store: &Store,
    call: &Call,
    account: Account,
    entry: Entry,
) -> Result<Entitlement, ServiceError> {
    let mut desk = Desk::open(store, call).await?;
    desk.load_entitlements(account.licensee, account.season)
        .await?;
    if desk.repeated(|earlier| *earlier == entry)?.is_some() {
        return Ok(desk.books.entitlement(account));
    }
    desk.enter(entry)?;
    finish(desk, account).await
}

async fn finish(desk: Desk, account: Account) -> Result<Entitlement, ServiceError> {
    let entitlement = desk.books.entitlement(account);
    desk.close().await?;
    Ok(entitlement)
}

/// The entitlement of that account.
///
/// # Errors
/// If there is none.
pub async fn get(
    store: &Store,
    scope: Scope,
    account: Account,
) -> Result<Entitlement, ServiceError> {
    if !scope.sees_licensee(account.licensee) {
        return Err(unknown(account));
    }
    let found = kept::get(&mut store.read().await?, account).await?;
    found.ok_or_else(|| unknown(account))
}

/// The refusal of an account that was never opened, or none that the person may see.
pub fn unknown(account: Account) -> ServiceError {
    Refusal::no_such(
        said!(
            "there is no entitlement of {account}";
            "没有{}额度", account.chinese()
        ),
        said!(
            "`yuanmark entitlement list` shows the entitlements there are",
            "请在额度列表中选择"
        ),
    )
    .into()
}

/// Entries that granted, adjusted or closed this entitlement, or closed the one from which it took something over, the
/// newest first.
///
/// # Errors
/// If the database does not answer.
pub async fn history(
    store: &Store,
    account: Account,
    limit: u32,
) -> Result<Vec<StoredEntry>, ServiceError> {
    let mut tx = store.read().await?;
    let before = Season::new(account.season.year() - 1);
    let before = before.map(|season| Account { season, ..account });
    let is_about = |entry: &Entry| match entry {
        Entry::Granted(body) => body.account == account,
        Entry::Adjusted(body) => body.account == account,
        Entry::Carried(body) => body.account == account || Some(body.account) == before,
        _ => false,
    };
    let mut found = Vec::new();
    for kind in [
        "entitlement_granted",
        "entitlement_adjusted",
        "entitlement_carried",
    ] {
        // Without the season: a season has a million entries, a licensee few of a kind.
        let filter = ledger::Filter {
            licensee: Some(account.licensee),
            kind: Some(kind.to_owned()),
            ..Default::default()
        };
        let some = ledger::newest_of_file(&mut tx, &filter, None, limit).await?;
        found.extend(some.into_iter().filter(|stored| {
            Entry::read(&stored.kind, &stored.body).is_some_and(|entry| is_about(&entry))
        }));
    }
    found.sort_by_key(|stored| std::cmp::Reverse(stored.number));
    Ok(found)
}

/// What would become of an entitlement if its season were closed now.
#[derive(Clone, Copy, Debug)]
pub struct Closing {
    /// The entitlement.
    pub entitlement: Entitlement,
    /// What would go over into the next season.
    pub carried: u64,
    /// What would lapse.
    pub lapsed: u64,
}

/// What would become of the open books of a season, of one licensee and form or of all, by licensee and form.
///
/// # Errors
/// If the database does not answer.
pub async fn closing(
    store: &Store,
    season: Season,
    only: Option<Account>,
) -> Result<Vec<Closing>, ServiceError> {
    let mut tx = store.read().await?;
    let licensee = only.map(|account| account.licensee);
    let set = register::newest_coefficients(&mut tx).await?;
    let coefficients = set.map_or_else(Coefficients::assumed, |set| set.coefficients);
    let of = async |tx: &mut Tx, season| {
        register::entitlements(tx, licensee, Some(season), None, ALL).await
    };
    let all = of(&mut tx, season).await?;
    let mut closed_next = BTreeSet::new();
    if let Some(next) = Season::new(season.year() + 1) {
        let next = of(&mut tx, next).await?;
        closed_next.extend(
            next.iter()
                .filter(|one| one.is_closed)
                .map(|one| (one.account.licensee, one.account.form)),
        );
    }
    let open = all
        .into_iter()
        .filter(|one| !one.is_closed && only.is_none_or(|only| only == one.account));
    Ok(open
        .map(|entitlement| {
            let (account, balance) = (entitlement.account, entitlement.balance());
            let is_next_closed = closed_next.contains(&(account.licensee, account.form));
            let carried = if is_next_closed {
                0
            } else {
                coefficients.carried(account.form, balance)
            };
            Closing {
                entitlement,
                carried,
                lapsed: balance - carried,
            }
        })
        .collect())
}

/// The entitlements of a licensee, a season, or both, by season, licensee and form, beginning after the one given.
///
/// # Errors
/// If the database does not answer.
pub async fn list(
    store: &Store,
    scope: Scope,
    licensee: Option<LicenseeNumber>,
    season: Option<Season>,
    after: Option<Account>,
    limit: u32,
) -> Result<Vec<Entitlement>, ServiceError> {
    let Some(licensee) = scope.of_licensees(licensee) else {
        return Ok(Vec::new());
    };
    Ok(register::entitlements(&mut store.read().await?, licensee, season, after, limit).await?)
}

/// Closes the books of a whole season, those of them that are open: all of them or none. Returns what became of each.
///
/// # Errors
/// As [`carry_over`].
pub async fn carry_over_all(
    store: &Store,
    call: &Call,
    season: Season,
) -> Result<Vec<Entitlement>, ServiceError> {
    let mut desk = Desk::open(store, call).await?;
    let is_same = |entry: &Entry| closes(entry, season).is_some();
    if let Some(earlier) = desk.repeated(is_same)? {
        return closed_with(&mut desk, &earlier, season).await;
    }
    let all = register::entitlements(&mut desk.tx, None, Some(season), None, ALL).await?;
    let mut closed = Vec::new();
    for entitlement in all.iter().filter(|entitlement| !entitlement.is_closed) {
        carry_over_at(&mut desk, entitlement.account).await?;
        closed.push(desk.books.entitlement(entitlement.account));
    }
    if !closed.is_empty() {
        desk.close().await?;
    }
    Ok(closed)
}

/// The account of this season that an entry closes.
fn closes(entry: &Entry, season: Season) -> Option<Account> {
    match entry {
        Entry::Carried(body) if body.account.season == season => Some(body.account),
        _ => None,
    }
}

/// What was closed together: by the first entry of a request and those that follow it.
async fn closed_with(
    desk: &mut Desk,
    first: &StoredEntry,
    season: Season,
) -> Result<Vec<Entitlement>, ServiceError> {
    let mut closed = Vec::new();
    for number in first.number.. {
        let stored = ledger::get(&mut desk.tx, number).await?;
        let own = stored.filter(|stored| {
            let is_of_another = number > first.number && stored.request.is_some();
            !is_of_another && stored.at == first.at && stored.actor == first.actor
        });
        let entry = own.and_then(|stored| Entry::read(&stored.kind, &stored.body));
        let Some(account) = entry.and_then(|entry| closes(&entry, season)) else {
            break;
        };
        desk.load_entitlements(account.licensee, season).await?;
        closed.push(desk.books.entitlement(account));
    }
    Ok(closed)
}
