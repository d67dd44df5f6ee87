//! What the public directory of licensees is made from.

use jiff::Timestamp;

use super::kept;
use super::row::Row;
use super::{StoreError, Tx};
use crate::domain::ledger::chain::EntryNumber;
use crate::domain::licensee::{Licensee, LicenseeNumber, LicenseeState};
use crate::domain::season::Season;

/// Holds still what this transaction sees, from its first question on. On SQLite that is always so.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn hold_still(tx: &mut Tx) -> Result<(), StoreError> {
    if let Tx::Postgres(tx) = tx {
        let sql = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY";
        sqlx::query(sql).execute(&mut **tx).await?;
    }
    Ok(())
}

/// The number of the ledger's last entry; 0 if it is empty.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn last_entry(tx: &mut Tx) -> Result<EntryNumber, StoreError> {
    let sql = "SELECT next FROM counters WHERE name = 'entry'";
    let (next,): (i64,) = on!(tx, c => sqlx::query_as(sql).fetch_one(c).await)?;
    let row = Row {
        table: "counters",
        key: &"entry",
    };
    row.number("next", next - 1)
}

/// The newest entry of one of these kinds after `after`, and when it was written.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn newest_of(
    tx: &mut Tx,
    kinds: &[&str],
    after: EntryNumber,
) -> Result<Option<(EntryNumber, Timestamp)>, StoreError> {
    let row: Option<(i64, i64)> = on!(tx, c => {
        let mut sql = sqlx::QueryBuilder::new("SELECT number, at FROM entries WHERE number > ");
        sql.push_bind(after.cast_signed()).push(" AND kind IN (");
        let mut list = sql.separated(", ");
        for kind in kinds {
            list.push_bind(*kind);
        }
        sql.push(") ORDER BY number DESC LIMIT 1");
        sql.build_query_as().fetch_optional(c).await
    })?;
    let read = |(number, at): (i64, i64)| {
        let row = Row {
            table: "entries",
            key: &number,
        };
        Ok((row.number("number", number)?, row.time("at", at)?))
    };
    row.map(read).transpose()
}

/// All licensees in these states, by number.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn licensees(tx: &mut Tx, states: &[LicenseeState]) -> Result<Vec<Licensee>, StoreError> {
    let places: Vec<String> = (1..=states.len())
        .map(|place| format!("${place}"))
        .collect();
    let condition = format!("state IN ({})", places.join(", "));
    let values = states
        .iter()
        .map(|state| kept::text(state.slug()))
        .collect();
    kept::chosen(tx, &condition, values, "ORDER BY number").await
}

/// Who has entitlements of which seasons, by licensee and season.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn seasons(tx: &mut Tx) -> Result<Vec<(LicenseeNumber, Season)>, StoreError> {
    let sql = "SELECT DISTINCT licensee, season FROM entitlements ORDER BY licensee, season";
    let rows: Vec<(i64, i64)> = on!(tx, c => sqlx::query_as(sql).fetch_all(c).await)?;
    let read = |(licensee, season): (i64, i64)| {
        let row = Row {
            table: "entitlements",
            key: &licensee,
        };
        let season = row.value("season", Season::new(row.number("season", season)?))?;
        Ok((LicenseeNumber(row.number("licensee", licensee)?), season))
    };
    rows.into_iter().map(read).collect()
}
