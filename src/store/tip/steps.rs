//! What happened to a tip.

use jiff::Timestamp;

use crate::domain::text::Line;
use crate::domain::tip::{Happened, TipNumber, TipStep, Told};
use crate::store::row::Row;
use crate::store::{StoreError, Tx};

/// Writes a step down, with the digest of the form that it came by. Returns its place; the tip must be locked.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn add_step(
    tx: &mut Tx,
    tip: TipNumber,
    happened: (Timestamp, TipStep),
    by: Option<&Line>,
    told: Option<&Told>,
    request: Option<&[u8; 32]>,
) -> Result<u32, StoreError> {
    let sql = "INSERT INTO tip_steps (tip, place, at, step, actor, told, request) \
         SELECT $1, coalesce(max(place), 0) + 1, $2, $3, $4, $5, $6 FROM tip_steps WHERE tip = $1 RETURNING place";
    let (place,): (i64,) = on!(tx, c => sqlx::query_as(sql)
        .bind(i64::from(tip.0))
        .bind(happened.0.as_microsecond())
        .bind(happened.1.slug())
        .bind(by.map(Line::as_str))
        .bind(told.map(Told::as_str))
        .bind(request.map(<[u8; 32]>::as_slice))
        .fetch_one(c).await)?;
    Ok(u32::try_from(place).unwrap_or(u32::MAX))
}

type StepRow = (i64, i64, i64, String, Option<String>, Option<String>);

const STEPS: &str = "SELECT tip, place, at, step, actor, told FROM tip_steps";

fn read((tip, place, at, step, actor, told): StepRow) -> Result<(TipNumber, Happened), StoreError> {
    let row = Row {
        table: "tip_steps",
        key: &tip,
    };
    let told = told.map(|told| row.value("told", Told::new(&told).ok()));
    let happened = Happened {
        place: row.number("place", place)?,
        at: row.time("at", at)?,
        step: row.value("step", TipStep::from_slug(&step))?,
        by: row.optional_line("actor", actor.as_deref())?,
        told: told.transpose()?,
    };
    Ok((row.number("tip", tip).map(TipNumber)?, happened))
}

/// What a request did, and with which tip, if it came before.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn of_request(
    tx: &mut Tx,
    digest: &[u8; 32],
) -> Result<Option<(TipNumber, Happened)>, StoreError> {
    let sql = format!("{STEPS} WHERE request = $1");
    let row: Option<StepRow> = on!(tx, c => sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(digest.as_slice())
        .fetch_optional(c).await)?;
    row.map(read).transpose()
}

/// All that happened to a tip, the first first.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn steps(tx: &mut Tx, tip: TipNumber) -> Result<Vec<Happened>, StoreError> {
    let sql = format!("{STEPS} WHERE tip = $1 ORDER BY place");
    let rows: Vec<StepRow> = on!(tx, c => sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(i64::from(tip.0))
        .fetch_all(c).await)?;
    rows.into_iter().map(|row| Ok(read(row)?.1)).collect()
}
