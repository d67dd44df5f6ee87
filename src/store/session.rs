//! Sessions of people who are signed in, and the failures of those who tried.

use jiff::Timestamp;

use super::row::Row;
use super::{StoreError, Tx, counter};
use crate::domain::access::UserNumber;
use crate::domain::access::patience::Failures;
use crate::domain::words::numbered;

numbered! {
    /// The number of a session, from 1.
    pub struct SessionNumber(u32);
}

/// A session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Its number.
    pub number: SessionNumber,
    /// Whose it is.
    pub user: UserNumber,
    /// Whether it is more than a password that waits for its second factor.
    pub is_open: bool,
    /// When the person signed in.
    pub made_at: Timestamp,
    /// When it was last used, to the minute.
    pub seen_at: Timestamp,
    /// From which network.
    pub network: String,
    /// With which browser.
    pub agent: String,
}

type SessionRow = (i64, i64, i64, i64, i64, String, String);

const SESSION: &str = "number, person, is_open, made_at, seen_at, network, agent";

fn read(row: SessionRow) -> Result<Session, StoreError> {
    let (number, person, is_open, made_at, seen_at, network, agent) = row;
    let row = Row {
        table: "sessions",
        key: &number,
    };
    Ok(Session {
        number: SessionNumber(row.number("number", number)?),
        user: UserNumber(row.number("person", person)?),
        is_open: is_open != 0,
        made_at: row.time("made_at", made_at)?,
        seen_at: row.time("seen_at", seen_at)?,
        network,
        agent,
    })
}

/// Begins a session. Returns its number.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn add(
    tx: &mut Tx,
    hash: &[u8; 32],
    user: UserNumber,
    is_open: bool,
    at: Timestamp,
    (network, agent): (&str, &str),
) -> Result<SessionNumber, StoreError> {
    let number: u32 = counter::next_of(tx, "session").await?;
    let sql = "INSERT INTO sessions (number, hash, person, is_open, made_at, seen_at, network, agent) \
         VALUES ($1, $2, $3, $4, $5, $5, $6, $7)";
    on!(tx, c => sqlx::query(sql)
        .bind(i64::from(number))
        .bind(hash.as_slice())
        .bind(i64::from(user.0))
        .bind(i64::from(is_open))
        .bind(at.as_microsecond())
        .bind(network)
        .bind(agent)
        .execute(c).await.map(drop))?;
    Ok(SessionNumber(number))
}

/// The session of a cookie.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn by_hash(tx: &mut Tx, hash: &[u8; 32]) -> Result<Option<Session>, StoreError> {
    let sql = format!("SELECT {SESSION} FROM sessions WHERE hash = $1");
    let row: Option<SessionRow> = on!(tx, c => sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(hash.as_slice())
        .fetch_optional(c).await)?;
    row.map(read).transpose()
}

/// The sessions of a person, the one used last first.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn of(tx: &mut Tx, user: UserNumber) -> Result<Vec<Session>, StoreError> {
    let sql = format!(
        "SELECT {SESSION} FROM sessions WHERE person = $1 ORDER BY seen_at DESC, number DESC LIMIT 100"
    );
    let rows: Vec<SessionRow> = on!(tx, c => sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(i64::from(user.0))
        .fetch_all(c).await)?;
    rows.into_iter().map(read).collect()
}

/// Notes that a session is used.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn touch(tx: &mut Tx, number: SessionNumber, at: Timestamp) -> Result<(), StoreError> {
    let sql = "UPDATE sessions SET seen_at = $2 WHERE number = $1";
    on!(tx, c => sqlx::query(sql)
        .bind(i64::from(number.0))
        .bind(at.as_microsecond())
        .execute(c).await.map(drop))?;
    Ok(())
}

/// Ends one session of a person. Returns whether there was one.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn end(tx: &mut Tx, user: UserNumber, number: SessionNumber) -> Result<bool, StoreError> {
    let sql = "DELETE FROM sessions WHERE person = $1 AND number = $2";
    let rows = on!(tx, c => sqlx::query(sql)
        .bind(i64::from(user.0))
        .bind(i64::from(number.0))
        .execute(c).await.map(|done| done.rows_affected()))?;
    Ok(rows > 0)
}

/// Ends all sessions of a person, but for one. Returns how many.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn end_all(
    tx: &mut Tx,
    user: UserNumber,
    but: Option<SessionNumber>,
) -> Result<u64, StoreError> {
    let sql = "DELETE FROM sessions WHERE person = $1 AND number <> $2";
    let rows = on!(tx, c => sqlx::query(sql)
        .bind(i64::from(user.0))
        .bind(but.map_or(0, |but| i64::from(but.0)))
        .execute(c).await.map(|done| done.rows_affected()))?;
    Ok(rows)
}

/// Takes away sessions that were not used since then, and failures before `forgotten`.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn clear(
    tx: &mut Tx,
    unused_since: Timestamp,
    forgotten: Timestamp,
) -> Result<(), StoreError> {
    let sql = "DELETE FROM sessions WHERE seen_at < $1";
    on!(tx, c => sqlx::query(sql).bind(unused_since.as_microsecond()).execute(c).await.map(drop))?;
    let sql = "DELETE FROM sign_in_failures WHERE at < $1";
    on!(tx, c => sqlx::query(sql).bind(forgotten.as_microsecond()).execute(c).await.map(drop))?;
    Ok(())
}

/// What was counted of failures since then.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn failures(
    tx: &mut Tx,
    login: &str,
    network: &str,
    since: Timestamp,
) -> Result<Failures, StoreError> {
    let mut counted = [(0, None); 3];
    for (place, condition) in ["login = $1 AND network = $2", "network = $2", "login = $1"]
        .into_iter()
        .enumerate()
    {
        // Both names stand in every statement: PostgreSQL wants to know the type of each.
        let sql = format!(
            "SELECT count(*), max(at) FROM sign_in_failures \
             WHERE {condition} AND at >= $3 AND CAST($1 AS TEXT) = $1 AND CAST($2 AS TEXT) = $2"
        );
        let (count, last): (i64, Option<i64>) = on!(tx, c => sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(login)
            .bind(network)
            .bind(since.as_microsecond())
            .fetch_one(c).await)?;
        let row = Row {
            table: "sign_in_failures",
            key: &login,
        };
        let last = last.map(|last| row.time("at", last)).transpose()?;
        counted[place] = (u32::try_from(count).unwrap_or(u32::MAX), last);
    }
    let sql = "SELECT count(*) FROM known_networks AS k JOIN users AS u ON u.number = k.person \
         WHERE u.login = $1 AND k.network = $2";
    let (known,): (i64,) = on!(tx, c => sqlx::query_as(sql)
        .bind(login)
        .bind(network)
        .fetch_one(c).await)?;
    Ok(Failures {
        of_both: counted[0].0,
        of_network: counted[1].0,
        of_name: counted[2].0,
        last: counted.map(|(_, last)| last),
        is_known_here: known > 0,
    })
}

/// Counts a failure.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn add_failure(
    tx: &mut Tx,
    login: &str,
    network: &str,
    at: Timestamp,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO sign_in_failures (login, network, at) VALUES ($1, $2, $3)";
    on!(tx, c => sqlx::query(sql)
        .bind(login)
        .bind(network)
        .bind(at.as_microsecond())
        .execute(c).await.map(drop))?;
    Ok(())
}

/// Notes that a person has signed in from a network; failures there are forgotten.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn add_known_network(
    tx: &mut Tx,
    user: UserNumber,
    login: &str,
    network: &str,
    at: Timestamp,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO known_networks (person, network, seen_at) VALUES ($1, $2, $3) \
         ON CONFLICT (person, network) DO UPDATE SET seen_at = excluded.seen_at";
    on!(tx, c => sqlx::query(sql)
        .bind(i64::from(user.0))
        .bind(network)
        .bind(at.as_microsecond())
        .execute(c).await.map(drop))?;
    let sql = "DELETE FROM sign_in_failures WHERE login = $1 AND network = $2";
    on!(tx, c => sqlx::query(sql).bind(login).bind(network).execute(c).await.map(drop))?;
    Ok(())
}
