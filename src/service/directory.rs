//! The public directory of licensees, for markets and shop platforms: who may use the mark, and whose right has ended.
//!
//! Contacts, areas and quantities are not in it, nor applicants and those who were never admitted. The name of a
//! household business (个体工商户) is left out: it often is, or holds, the name of a person. Who scans one pack is told
//! whose it is (`http::pages`); a list of everybody, made to be copied, is another thing. Platforms find a household by
//! its code, which they have from its licence.
//!
//! [`Catalogue`] is the same for people who look somebody up.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;

use super::ServiceError;
use crate::domain::form::Form;
use crate::domain::ledger::chain::EntryNumber;
use crate::domain::licensee::{LegalBasis, Licensee, LicenseeNumber, LicenseeState};
use crate::domain::season::Season;
use crate::domain::text::{Line, folded};
use crate::domain::uscc::Uscc;
use crate::store::{Store, directory};

/// Entries by which the directory can change. What happens to orders and marks does not touch it.
const KINDS: [&str; 8] = [
    "licensee_entered",
    "licensee_filed",
    "licensee_step",
    "licensee_step_confirmed",
    "entitlement_granted",
    "entitlement_adjusted",
    "entitlement_carried",
    "transfer_confirmed",
];

/// Whose right is in force, or was.
const STATES: [LicenseeState; 6] = [
    LicenseeState::Active,
    LicenseeState::Correcting,
    LicenseeState::Suspended,
    LicenseeState::Cancelled,
    LicenseeState::Exited,
    LicenseeState::Blacklisted,
];

/// The directory.
#[derive(Clone, Debug)]
pub struct Directory {
    /// When the newest entry was written by which it can have changed; `None` before the first.
    pub as_of: Option<Timestamp>,
    /// Who may use the mark, by number.
    pub holders: Vec<Holder>,
    /// Whose right has ended, by number.
    pub ended: Vec<Ended>,
}

/// Who may use the mark.
#[derive(Clone, Debug)]
pub struct Holder {
    /// The number in codes.
    pub number: LicenseeNumber,
    /// The registered name; not of a household.
    pub name: Option<Line>,
    /// The unified social credit code.
    pub uscc: Uscc,
    /// On what the right rests.
    pub legal_basis: LegalBasis,
    /// Its products by name.
    pub products: Vec<Line>,
    /// The forms it makes.
    pub forms: Vec<Form>,
    /// The seasons for which it has, or had, an entitlement.
    pub seasons: Vec<Season>,
    /// Since when its right is in force.
    pub in_force_since: Date,
    /// Whether its right rests: no new marks, those on goods stay good. A correction order is between the authority and
    /// the firm: the right goes on, and nothing is told of it.
    pub is_suspended: bool,
}

/// Whose right has ended.
#[derive(Clone, Debug)]
pub struct Ended {
    /// The number in codes.
    pub number: LicenseeNumber,
    /// The registered name; not of a household.
    pub name: Option<Line>,
    /// The unified social credit code.
    pub uscc: Uscc,
    /// Cancelled, exited or blacklisted.
    pub state: LicenseeState,
    /// Since which day.
    pub date: Date,
    /// Why the right ended.
    pub ground: Line,
    /// The number of the decision that ended it.
    pub document: Option<Line>,
    /// Until when its marks on goods in the market stay good.
    pub marks_good_until: Timestamp,
}

/// What the directory is, compared with what was seen before.
#[derive(Clone, Debug)]
pub struct Look {
    /// The ledger's last entry.
    pub last: EntryNumber,
    /// The directory, if it can have changed.
    pub changed: Option<Directory>,
}

/// The number of the ledger's last entry: as long as it stays, so does the directory.
///
/// # Errors
/// If the database does not answer.
pub async fn last_entry(store: &Store) -> Result<EntryNumber, ServiceError> {
    Ok(directory::last_entry(&mut store.read().await?).await?)
}

/// Looks whether the directory can have changed since the ledger ended with the entry `seen`, and what it is then.
///
/// # Errors
/// If the database does not answer.
pub async fn look(store: &Store, seen: Option<EntryNumber>) -> Result<Look, ServiceError> {
    let mut tx = store.read().await?;
    directory::hold_still(&mut tx).await?;
    let last = directory::last_entry(&mut tx).await?;
    // A database that was put back to an earlier day ends before what was seen.
    let seen = seen.filter(|seen| *seen <= last);
    let newest = directory::newest_of(&mut tx, &KINDS, seen.unwrap_or(0)).await?;
    if seen.is_some() && newest.is_none() {
        let changed = None;
        return Ok(Look { last, changed });
    }
    let mut seasons: BTreeMap<LicenseeNumber, Vec<Season>> = BTreeMap::new();
    for (licensee, season) in directory::seasons(&mut tx).await? {
        seasons.entry(licensee).or_default().push(season);
    }
    let mut found = Directory {
        as_of: newest.map(|(_, at)| at),
        holders: Vec::new(),
        ended: Vec::new(),
    };
    for licensee in directory::licensees(&mut tx, &STATES).await? {
        let seasons = seasons.remove(&licensee.number).unwrap_or_default();
        found.add(licensee, seasons);
    }
    let changed = Some(found);
    Ok(Look { last, changed })
}

impl Directory {
    fn add(&mut self, licensee: Licensee, seasons: Vec<Season>) {
        // An approval that was cancelled before the right came into force never was one.
        let Some(in_force_since) = licensee.in_force_since else {
            return;
        };
        let (number, state) = (licensee.number, licensee.state);
        let file = licensee.particulars;
        let uscc = licensee.uscc;
        let name = Some(file.name).filter(|_| !uscc.is_household());
        match licensee.ended {
            Some(ended) if state.has_ended() => self.ended.push(Ended {
                number,
                name,
                uscc,
                state,
                date: licensee.state_since,
                ground: ended.reason,
                document: ended.document,
                marks_good_until: ended.marks_good_until,
            }),
            _ => self.holders.push(Holder {
                number,
                name,
                uscc,
                legal_basis: file.legal_basis,
                products: file.products,
                forms: file.forms.into_iter().collect(),
                seasons,
                in_force_since,
                is_suspended: state == LicenseeState::Suspended,
            }),
        }
    }
}

/// The parts of the directory as people read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Who may use the mark.
    Holders,
    /// Whose right was cancelled, or taken by the veto.
    Ended,
    /// Who is on the public blacklist.
    Blacklisted,
}

impl Part {
    /// All of them, in the order of the page.
    pub const ALL: [Self; 3] = [Self::Holders, Self::Ended, Self::Blacklisted];

    /// The word in an address.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Holders => "holders",
            Self::Ended => "ended",
            Self::Blacklisted => "blacklisted",
        }
    }

    /// The part that a word names.
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|part| part.slug() == slug)
    }
}

/// Somebody in the directory.
#[derive(Clone, Debug)]
pub enum Firm {
    /// Who may use the mark.
    Holder(Holder),
    /// Whose right has ended.
    Ended(Ended),
}

impl Firm {
    /// The number in codes.
    pub const fn number(&self) -> LicenseeNumber {
        match self {
            Self::Holder(holder) => holder.number,
            Self::Ended(ended) => ended.number,
        }
    }

    /// The registered name; not of a household.
    pub const fn name(&self) -> Option<&Line> {
        match self {
            Self::Holder(holder) => holder.name.as_ref(),
            Self::Ended(ended) => ended.name.as_ref(),
        }
    }

    /// The unified social credit code.
    pub const fn uscc(&self) -> &Uscc {
        match self {
            Self::Holder(holder) => &holder.uscc,
            Self::Ended(ended) => &ended.uscc,
        }
    }

    const fn part(&self) -> Part {
        match self {
            Self::Holder(_) => Part::Holders,
            Self::Ended(ended) => match ended.state {
                LicenseeState::Blacklisted => Part::Blacklisted,
                _ => Part::Ended,
            },
        }
    }
}

/// The directory as people look somebody up in it: ready to be searched without the database.
#[derive(Debug)]
pub struct Catalogue {
    /// When the newest entry was written by which it can have changed.
    pub as_of: Option<Timestamp>,
    /// What each is found by, and who it is: holders by number, the others by the day of their end, the newest first.
    firms: Vec<(String, Firm)>,
}

impl Catalogue {
    /// Makes the directory ready.
    pub fn of(directory: Directory) -> Self {
        let mut ended = directory.ended;
        ended.sort_by_key(|ended| (std::cmp::Reverse(ended.date), ended.number));
        let holders = directory.holders.into_iter().map(Firm::Holder);
        let firms = holders.chain(ended.into_iter().map(Firm::Ended));
        let found_by = |firm: &Firm| {
            let name = firm.name().map_or("", Line::as_str);
            // Nothing folded holds the sign between: nothing is found across it.
            format!("{}\n{}", folded(name), folded(firm.uscc().as_str()))
        };
        Self {
            as_of: directory.as_of,
            firms: firms.map(|firm| (found_by(&firm), firm)).collect(),
        }
    }

    /// Those of a part whose name or code holds `asked`, however it is typed; all if it is blank.
    pub fn find(&self, part: Part, asked: &str) -> Vec<&Firm> {
        let asked = folded(asked);
        let wanted = |(found_by, firm): &&(String, Firm)| {
            firm.part() == part && found_by.contains(asked.as_str())
        };
        let found = self.firms.iter().filter(wanted);
        found.map(|(_, firm)| firm).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ledger::entry;

    #[test]
    fn the_kinds_are_kinds_of_entries() {
        for kind in KINDS {
            assert!(
                entry::KINDS.iter().any(|(known, ..)| *known == kind),
                "{kind}"
            );
        }
    }
}
