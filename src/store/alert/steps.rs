//! What happened to an alert.

use crate::domain::alert::{AlertNumber, AlertStep, Decision, Happened};
use crate::domain::text::Line;
use crate::domain::tip::Told;
use crate::store::row::Row;
use crate::store::{StoreError, Tx};

/// Writes a step down behind those before it, with the digest of the request that it came by; the alert must be locked.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn add_step(
    tx: &mut Tx,
    alert: AlertNumber,
    step: &Happened,
    request: Option<&[u8; 32]>,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO alert_steps (alert, place, at, step, actor, assignee, decision, other, told, request) \
         SELECT $1, coalesce(max(place), 0) + 1, $2, $3, $4, $5, $6, $7, $8, $9 FROM alert_steps WHERE alert = $1";
    on!(tx, c => sqlx::query(sql)
        .bind(i64::from(alert.0))
        .bind(step.at.as_microsecond())
        .bind(step.step.slug())
        .bind(step.by.as_str())
        .bind(step.assignee.as_ref().map(Line::as_str))
        .bind(step.decision.as_ref().map(ToString::to_string))
        .bind(step.other.map(i64::from))
        .bind(step.told.as_ref().map(Told::as_str))
        .bind(request.map(<[u8; 32]>::as_slice))
        .execute(c).await.map(drop))?;
    Ok(())
}

type StepRow = (
    i64,
    i64,
    i64,
    String,
    String,
    Option<String>,
    Option<String>,
    Option<i64>,
    Option<String>,
);

const STEPS: &str =
    "SELECT alert, place, at, step, actor, assignee, decision, other, told FROM alert_steps";

fn read(
    (alert, place, at, step, actor, assignee, decision, other, told): StepRow,
) -> Result<(AlertNumber, Happened), StoreError> {
    let row = Row {
        table: "alert_steps",
        key: &alert,
    };
    let decision = decision.map(|words| row.value("decision", Decision::from_words(&words)));
    let told = told.map(|told| row.value("told", Told::new(&told).ok()));
    let happened = Happened {
        place: row.number("place", place)?,
        at: row.time("at", at)?,
        step: row.value("step", AlertStep::from_slug(&step))?,
        by: row.line("actor", &actor)?,
        assignee: row.optional_line("assignee", assignee.as_deref())?,
        decision: decision.transpose()?,
        other: other.map(|other| row.number("other", other)).transpose()?,
        told: told.transpose()?,
    };
    Ok((row.number("alert", alert).map(AlertNumber)?, happened))
}

/// What a request did, and with which alert, if it came before.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn of_request(
    tx: &mut Tx,
    digest: &[u8; 32],
) -> Result<Option<(AlertNumber, Happened)>, StoreError> {
    let sql = format!("{STEPS} WHERE request = $1");
    let row: Option<StepRow> = on!(tx, c => sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(digest.as_slice())
        .fetch_optional(c).await)?;
    row.map(read).transpose()
}

/// All that happened to an alert, the first first.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn steps(tx: &mut Tx, alert: AlertNumber) -> Result<Vec<Happened>, StoreError> {
    let sql = format!("{STEPS} WHERE alert = $1 ORDER BY place");
    let rows: Vec<StepRow> = on!(tx, c => sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(i64::from(alert.0))
        .fetch_all(c).await)?;
    rows.into_iter().map(|row| Ok(read(row)?.1)).collect()
}
