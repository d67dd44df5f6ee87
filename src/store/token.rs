//! API tokens.

use jiff::Timestamp;
use jiff::civil::Date;

use super::row::Row;
use super::{StoreError, Tx, counter};
use crate::domain::access::token::TokenNumber;
use crate::domain::access::{Permission, UserNumber};
use crate::domain::calendar::day_of;
use crate::domain::text::Line;

/// A token; what opens it is not kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Its number.
    pub number: TokenNumber,
    /// Whose it is.
    pub user: UserNumber,
    /// What it is for.
    pub purpose: Line,
    /// What it was narrowed to.
    pub permissions: Vec<Permission>,
    /// When it was made.
    pub made_at: Timestamp,
    /// From when on it opens nothing.
    pub ends_at: Timestamp,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

impl Token {
    /// Whether it opens anything at this moment, if its person may do anything.
    pub fn is_in_force(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && now < self.ends_at
    }

    /// The last day on which it opens anything.
    pub fn last_day(&self) -> Date {
        let first_after = day_of(self.ends_at);
        first_after.yesterday().unwrap_or(first_after)
    }
}

type TokenRow = (i64, i64, String, String, i64, i64, Option<i64>);

const TOKEN: &str = "number, person, purpose, permissions, made_at, ends_at, revoked_at";

fn read(row: TokenRow) -> Result<Token, StoreError> {
    let (number, person, purpose, permissions, made_at, ends_at, revoked_at) = row;
    let row = Row {
        table: "tokens",
        key: &number,
    };
    let permissions: Option<Vec<Permission>> = permissions
        .split_whitespace()
        .map(Permission::from_slug)
        .collect();
    Ok(Token {
        number: TokenNumber(row.number("number", number)?),
        user: UserNumber(row.number("person", person)?),
        purpose: row.line("purpose", &purpose)?,
        permissions: row.value("permissions", permissions)?,
        made_at: row.time("made_at", made_at)?,
        ends_at: row.time("ends_at", ends_at)?,
        revoked_at: revoked_at
            .map(|at| row.time("revoked_at", at))
            .transpose()?,
    })
}

/// The number of the next token.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn next_number(tx: &mut Tx) -> Result<TokenNumber, StoreError> {
    counter::next_of(tx, "token").await.map(TokenNumber)
}

/// Adds a token.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn add(tx: &mut Tx, token: &Token, hash: &[u8; 32]) -> Result<(), StoreError> {
    let words: Vec<&str> = token.permissions.iter().map(|word| word.slug()).collect();
    let sql = "INSERT INTO tokens (number, hash, person, purpose, permissions, made_at, ends_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)";
    on!(tx, c => sqlx::query(sql)
        .bind(i64::from(token.number.0))
        .bind(hash.as_slice())
        .bind(i64::from(token.user.0))
        .bind(token.purpose.as_str())
        .bind(words.join(" "))
        .bind(token.made_at.as_microsecond())
        .bind(token.ends_at.as_microsecond())
        .execute(c).await.map(drop))?;
    Ok(())
}

/// The token that this hash is of.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn by_hash(tx: &mut Tx, hash: &[u8; 32]) -> Result<Option<Token>, StoreError> {
    let sql = format!("SELECT {TOKEN} FROM tokens WHERE hash = $1");
    let row: Option<TokenRow> = on!(tx, c => sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(hash.as_slice())
        .fetch_optional(c).await)?;
    row.map(read).transpose()
}

/// The tokens of a person, or of everybody, the newest first.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn list(
    tx: &mut Tx,
    user: Option<UserNumber>,
    limit: u32,
) -> Result<Vec<Token>, StoreError> {
    let sql = format!(
        "SELECT {TOKEN} FROM tokens WHERE $1 = 0 OR person = $1 ORDER BY number DESC LIMIT $2"
    );
    let rows: Vec<TokenRow> = on!(tx, c => sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(user.map_or(0, |user| i64::from(user.0)))
        .bind(i64::from(limit))
        .fetch_all(c).await)?;
    rows.into_iter().map(read).collect()
}

/// Revokes a token, once. Returns whether it was in force.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn revoke(tx: &mut Tx, number: TokenNumber, at: Timestamp) -> Result<bool, StoreError> {
    let sql = "UPDATE tokens SET revoked_at = $2 WHERE number = $1 AND revoked_at IS NULL";
    let rows = on!(tx, c => sqlx::query(sql)
        .bind(i64::from(number.0))
        .bind(at.as_microsecond())
        .execute(c).await.map(|done| done.rows_affected()))?;
    Ok(rows > 0)
}
