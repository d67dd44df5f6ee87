//! What the installation corrects the detector's parameters by.

use jiff::Timestamp;

use super::row::Row;
use super::{StoreError, Tx, counter};
use crate::domain::detection::Calibration;
use crate::domain::text::Line;

type CalibrationRow = (i64, i64, String, String, Option<String>);

/// One change of the parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Its number, from 1; alarms name it.
    pub number: u32,
    /// When it was made.
    pub at: Timestamp,
    /// By whom.
    pub actor: Line,
    /// Why.
    pub reason: Line,
    /// What counts from then on; `None` if the program's own parameters do.
    pub calibration: Option<Calibration>,
}

/// Writes a change down under the next number.
///
/// # Errors
/// [`StoreError::NumbersUsedUp`], [`StoreError::Unavailable`].
pub async fn add(
    tx: &mut Tx,
    at: Timestamp,
    actor: &Line,
    reason: &Line,
    calibration: Option<&Calibration>,
) -> Result<(), StoreError> {
    let number: u32 = counter::next_of(tx, "calibration").await?;
    let json = calibration.map(|calibration| {
        serde_json::to_string(calibration).expect("numbers and texts are written as JSON")
    });
    let sql = "INSERT INTO calibrations (number, at, actor, reason, calibration) VALUES ($1, $2, $3, $4, $5)";
    on!(tx, c => sqlx::query(sql)
        .bind(i64::from(number))
        .bind(at.as_microsecond())
        .bind(actor.as_str())
        .bind(reason.as_str())
        .bind(json)
        .execute(c).await.map(drop))?;
    Ok(())
}

/// The changes, the newest first, at most so many.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn newest(tx: &mut Tx, limit: u32) -> Result<Vec<Change>, StoreError> {
    let sql = "SELECT number, at, actor, reason, calibration FROM calibrations ORDER BY number DESC LIMIT $1";
    let rows: Vec<CalibrationRow> =
        on!(tx, c => sqlx::query_as(sql).bind(i64::from(limit)).fetch_all(c).await)?;
    rows.into_iter().map(read).collect()
}

/// The change of a number.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn get(tx: &mut Tx, number: u32) -> Result<Option<Change>, StoreError> {
    let sql = "SELECT number, at, actor, reason, calibration FROM calibrations WHERE number = $1";
    let row: Option<CalibrationRow> =
        on!(tx, c => sqlx::query_as(sql).bind(i64::from(number)).fetch_optional(c).await)?;
    row.map(read).transpose()
}

fn read((number, at, actor, reason, json): CalibrationRow) -> Result<Change, StoreError> {
    let row = Row {
        table: "calibrations",
        key: &number,
    };
    let parsed = json.map(|json| row.value("calibration", serde_json::from_str(&json).ok()));
    Ok(Change {
        number: row.number("number", number)?,
        at: row.time("at", at)?,
        actor: row.line("actor", &actor)?,
        reason: row.line("reason", &reason)?,
        calibration: parsed.transpose()?,
    })
}
