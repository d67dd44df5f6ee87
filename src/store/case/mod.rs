//! Cases.

mod exhibits;
mod steps;

use jiff::Timestamp;
use sqlx::QueryBuilder;

use super::row::Row;
use super::{StoreError, Tx, counter};
use crate::domain::case::{Case, CaseNumber, CaseResult, CaseState};
use crate::domain::text::Line;
use crate::domain::tip::TipNumber;

pub use exhibits::{exhibit, keep_exhibit};
pub use steps::{add_step, answered, of_request, steps, with_licensee};

type CaseRow = (
    i64,
    String,
    String,
    i64,
    String,
    Option<String>,
    Option<i64>,
);

const CASES: &str =
    "SELECT number, title, state, opened_at, opened_by, result, closed_at FROM cases";

fn read(
    (number, title, state, opened_at, opened_by, result, closed_at): CaseRow,
) -> Result<Case, StoreError> {
    let row = Row {
        table: "cases",
        key: &number,
    };
    let result = result.map(|word| row.value("result", CaseResult::from_slug(&word)));
    let closed_at = closed_at.map(|at| row.time("closed_at", at));
    Ok(Case {
        number: CaseNumber(row.number("number", number)?),
        title: row.line("title", &title)?,
        state: row.value("state", CaseState::from_slug(&state))?,
        opened_at: row.time("opened_at", opened_at)?,
        opened_by: row.line("opened_by", &opened_by)?,
        result: result.transpose()?,
        closed_at: closed_at.transpose()?,
    })
}

/// Opens a case.
///
/// # Errors
/// [`StoreError::NumbersUsedUp`], [`StoreError::Unavailable`].
pub async fn add(
    tx: &mut Tx,
    title: &Line,
    by: &Line,
    at: Timestamp,
) -> Result<CaseNumber, StoreError> {
    let number: u32 = counter::next_of(tx, "case").await?;
    let sql = "INSERT INTO cases (number, title, state, opened_at, opened_by) VALUES ($1, $2, $3, $4, $5)";
    on!(tx, c => sqlx::query(sql)
        .bind(i64::from(number))
        .bind(title.as_str())
        .bind(CaseState::Open.slug())
        .bind(at.as_microsecond())
        .bind(by.as_str())
        .execute(c).await.map(drop))?;
    Ok(CaseNumber(number))
}

/// The case of a number.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn get(tx: &mut Tx, number: CaseNumber) -> Result<Option<Case>, StoreError> {
    let sql = format!("{CASES} WHERE number = $1");
    let row: Option<CaseRow> = on!(tx, c => sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(i64::from(number.0))
        .fetch_optional(c).await)?;
    row.map(read).transpose()
}

/// The same, kept from all others until the transaction ends.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn lock(tx: &mut Tx, number: CaseNumber) -> Result<Option<Case>, StoreError> {
    let sql = "UPDATE cases SET number = number WHERE number = $1";
    on!(&mut *tx, c => sqlx::query(sql).bind(i64::from(number.0)).execute(c).await.map(drop))?;
    get(tx, number).await
}

/// Says where a case stands.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn set_state(tx: &mut Tx, case: &Case) -> Result<(), StoreError> {
    let sql = "UPDATE cases SET state = $2, result = $3, closed_at = $4 WHERE number = $1";
    on!(tx, c => sqlx::query(sql)
        .bind(i64::from(case.number.0))
        .bind(case.state.slug())
        .bind(case.result.map(CaseResult::slug))
        .bind(case.closed_at.map(Timestamp::as_microsecond))
        .execute(c).await.map(drop))?;
    Ok(())
}

/// The newest cases, those before `before`, of this state if one is said.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn list(
    tx: &mut Tx,
    state: Option<CaseState>,
    before: Option<CaseNumber>,
    limit: u32,
) -> Result<Vec<Case>, StoreError> {
    let before = before.map_or(i64::MAX, |before| i64::from(before.0));
    let rows: Vec<CaseRow> = on!(tx, c => {
        let mut sql = QueryBuilder::new(format!("{CASES} WHERE number < "));
        sql.push_bind(before);
        if let Some(state) = state {
            sql.push(" AND state = ").push_bind(state.slug());
        }
        sql.push(" ORDER BY number DESC LIMIT ").push_bind(i64::from(limit));
        sql.build_query_as().fetch_all(c).await
    })?;
    rows.into_iter().map(read).collect()
}

/// Puts a tip into a case. Returns whether it was in none.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn add_tip(tx: &mut Tx, case: CaseNumber, tip: TipNumber) -> Result<bool, StoreError> {
    let sql = "INSERT INTO case_tips (tip, case_number) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    let rows = on!(tx, c => sqlx::query(sql)
        .bind(i64::from(tip.0))
        .bind(i64::from(case.0))
        .execute(c).await.map(|done| done.rows_affected()))?;
    Ok(rows == 1)
}

/// The tips of a case.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn tips(tx: &mut Tx, case: CaseNumber) -> Result<Vec<TipNumber>, StoreError> {
    let sql = "SELECT tip FROM case_tips WHERE case_number = $1 ORDER BY tip";
    let rows: Vec<(i64,)> = on!(tx, c => sqlx::query_as(sql)
        .bind(i64::from(case.0))
        .fetch_all(c).await)?;
    let read = |(tip,): (i64,)| {
        let row = Row {
            table: "case_tips",
            key: &tip,
        };
        row.number("tip", tip).map(TipNumber)
    };
    rows.into_iter().map(read).collect()
}

/// The case that a tip belongs to.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn of_tip(tx: &mut Tx, tip: TipNumber) -> Result<Option<CaseNumber>, StoreError> {
    let sql = "SELECT case_number FROM case_tips WHERE tip = $1";
    let row: Option<(i64,)> = on!(tx, c => sqlx::query_as(sql)
        .bind(i64::from(tip.0))
        .fetch_optional(c).await)?;
    let read = |(case,): (i64,)| {
        let row = Row {
            table: "case_tips",
            key: &tip,
        };
        row.number("case_number", case).map(CaseNumber)
    };
    row.map(read).transpose()
}
