//! The scans of a group, read and written together: the same few statements for one as for a thousand.

use std::collections::HashMap;

use jiff::Timestamp;

use super::{mark_of, postgres, read, read_account, sqlite};
use crate::domain::detection::MarkState;
use crate::domain::mark::MarkId;
use crate::domain::phone::{NetworkHash, PhoneHash};
use crate::domain::place::Place;
use crate::domain::queries::Queries;
use crate::store::{StoreError, Tx};

/// What is known before a group of scans is answered.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// The number that the ledger's next entry will have. As long as it stays, so does everything that is in the ledger.
    pub next_entry: u64,
    /// The queries so far of the marks that have any.
    pub queries: HashMap<MarkId, Queries>,
    /// The detector's accounts of those of them of which it knows more than a first query.
    pub accounts: HashMap<MarkId, MarkState>,
}

/// A mark's key and its queries; or no key, and among the rest where the ledger ends.
pub(super) type FoundRow = (
    Option<i64>,
    Option<i64>,
    i64,
    i64,
    i64,
    Option<i64>,
    Option<String>,
    Option<Vec<u8>>,
    Option<Vec<u8>>,
    Option<i64>,
    Option<Vec<u8>>,
);

impl Group {
    pub(super) fn of_at_most(marks: usize) -> Self {
        Self {
            next_entry: 0,
            queries: HashMap::with_capacity(marks),
            accounts: HashMap::new(),
        }
    }

    pub(super) fn take(&mut self, found: Vec<FoundRow>) -> Result<(), StoreError> {
        for row in found {
            let (batch, index, queries, first_at, latest_at, prefecture, class, phone, ..) = row;
            let (.., recent, network, account) = row;
            let (Some(batch), Some(index)) = (batch, index) else {
                self.next_entry = queries.cast_unsigned();
                continue;
            };
            let mark = mark_of(batch, index)?;
            let row = (
                queries, first_at, latest_at, prefecture, class, phone, recent, network,
            );
            self.queries.insert(mark, read(mark, row)?);
            if let Some(account) = account {
                self.accounts.insert(mark, read_account(mark, &account)?);
            }
        }
        Ok(())
    }
}

/// One query.
#[derive(Clone, Debug)]
pub struct NewScan {
    /// The mark.
    pub mark: MarkId,
    /// The mark's Nth query, from 1.
    pub query: u64,
    /// When: of one mark each later than the one before.
    pub at: Timestamp,
    /// When the one before was.
    pub previous_at: Option<Timestamp>,
    /// The state it met.
    pub state: &'static str,
    /// Where it came from.
    pub place: Option<Place>,
    /// Whose it was.
    pub phone: Option<PhoneHash>,
    /// How it came: `consumer`, `offline`, …
    pub channel: &'static str,
    /// Through which network.
    pub network: Option<NetworkHash>,
}

/// A mark that was asked about, as it stands afterwards.
#[derive(Clone, Debug)]
pub struct Counted {
    /// The mark.
    pub mark: MarkId,
    /// Its queries.
    pub queries: Queries,
    /// The detector's account, if it says more than a first query does.
    pub account: Option<MarkState>,
}

/// Reads where the ledger ends and the queries so far of these marks, which ascend and are distinct. Nobody else counts a
/// query of those that have any until the transaction ends. The transaction is one of [`Store::begin_group`].
///
/// [`Store::begin_group`]: crate::store::Store::begin_group
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn read_group(tx: &mut Tx, marks: &[MarkId]) -> Result<Group, StoreError> {
    match tx {
        Tx::Sqlite(tx) => sqlite::read(tx, marks).await,
        Tx::Postgres(tx) => postgres::read(tx, marks).await,
    }
}

/// Writes down queries, in the order of time, and how their marks stand, which ascend; `known` is what [`read_group`] said of
/// them. `false` if somebody else counted the first query of one of these marks meanwhile: then nothing may be
/// committed, and all is to be done again.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn write_group(
    tx: &mut Tx,
    known: &Group,
    counted: &[Counted],
    scans: &[NewScan],
) -> Result<bool, StoreError> {
    match tx {
        Tx::Sqlite(tx) => {
            sqlite::write(tx, counted, scans).await?;
            Ok(true)
        }
        Tx::Postgres(tx) => postgres::write(tx, known, counted, scans).await,
    }
}
