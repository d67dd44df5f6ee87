//! What happened to a case.

use crate::domain::case::{CaseNumber, CaseStep, Detail, Happened};
use crate::domain::licensee::LicenseeNumber;
use crate::domain::tip::Told;
use crate::store::row::Row;
use crate::store::{StoreError, Tx};

/// Writes a step down behind those before it, with the digest of the request that it came by; the case must be locked.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn add_step(
    tx: &mut Tx,
    case: CaseNumber,
    step: &Happened,
    request: Option<&[u8; 32]>,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO case_steps (case_number, place, at, step, actor, told, other, detail, request) \
         SELECT $1, coalesce(max(place), 0) + 1, $2, $3, $4, $5, $6, $7, $8 FROM case_steps WHERE case_number = $1";
    let detail = (step.detail != Detail::default())
        .then(|| serde_json::to_string(&step.detail).expect("numbers, days and words"));
    on!(tx, c => sqlx::query(sql)
        .bind(i64::from(case.0))
        .bind(step.at.as_microsecond())
        .bind(step.step.slug())
        .bind(step.by.as_str())
        .bind(step.told.as_ref().map(Told::as_str))
        .bind(step.other.map(i64::from))
        .bind(detail)
        .bind(request.map(<[u8; 32]>::as_slice))
        .execute(c).await.map(drop))?;
    Ok(())
}

fn number_of(case: i64) -> Result<CaseNumber, StoreError> {
    let row = Row {
        table: "case_steps",
        key: &case,
    };
    row.number("case_number", case).map(CaseNumber)
}

type StepRow = (
    i64,
    i64,
    i64,
    String,
    String,
    Option<String>,
    Option<i64>,
    Option<String>,
);

const STEPS: &str =
    "SELECT case_number, place, at, step, actor, told, other, detail FROM case_steps";

fn read(
    (case, place, at, step, actor, told, other, detail): StepRow,
) -> Result<(CaseNumber, Happened), StoreError> {
    let row = Row {
        table: "case_steps",
        key: &case,
    };
    let told = told.map(|told| row.value("told", Told::new(&told).ok()));
    let detail = detail.map(|text| row.value("detail", serde_json::from_str(&text).ok()));
    let happened = Happened {
        place: row.number("place", place)?,
        at: row.time("at", at)?,
        step: row.value("step", CaseStep::from_slug(&step))?,
        by: row.line("actor", &actor)?,
        told: told.transpose()?,
        other: other.map(|other| row.number("other", other)).transpose()?,
        detail: detail.transpose()?.unwrap_or_default(),
    };
    Ok((number_of(case)?, happened))
}

/// What a request did first, and in which case, if it came before.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn of_request(
    tx: &mut Tx,
    digest: &[u8; 32],
) -> Result<Option<(CaseNumber, Happened)>, StoreError> {
    let sql = format!("{STEPS} WHERE request = $1");
    let row: Option<StepRow> = on!(tx, c => sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(digest.as_slice())
        .fetch_optional(c).await)?;
    row.map(read).transpose()
}

/// All that happened to a case, the first first.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn steps(tx: &mut Tx, case: CaseNumber) -> Result<Vec<Happened>, StoreError> {
    let sql = format!("{STEPS} WHERE case_number = $1 ORDER BY place");
    let rows: Vec<StepRow> = on!(tx, c => sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(i64::from(case.0))
        .fetch_all(c).await)?;
    rows.into_iter().map(|row| Ok(read(row)?.1)).collect()
}

/// What passed between the office and a licensee, the newest first.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn with_licensee(
    tx: &mut Tx,
    licensee: LicenseeNumber,
    limit: u32,
) -> Result<Vec<(CaseNumber, Happened)>, StoreError> {
    let sql = format!(
        "{STEPS} WHERE step IN ('informed', 'answered') AND other = $1 ORDER BY at DESC, case_number DESC, place DESC LIMIT $2"
    );
    let rows: Vec<StepRow> = on!(tx, c => sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(i64::from(licensee.0))
        .bind(i64::from(limit))
        .fetch_all(c).await)?;
    rows.into_iter().map(read).collect()
}

/// Open cases in which a licensee answered and the office has taken no step since, that which has waited longest first.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn answered(tx: &mut Tx, limit: u32) -> Result<Vec<(CaseNumber, Happened)>, StoreError> {
    let sql = format!(
        "{STEPS} s WHERE step = 'answered' \
         AND place = (SELECT max(l.place) FROM case_steps l WHERE l.case_number = s.case_number) \
         AND case_number IN (SELECT number FROM cases WHERE state = 'open') ORDER BY at, case_number LIMIT $1"
    );
    let rows: Vec<StepRow> = on!(tx, c => sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(i64::from(limit))
        .fetch_all(c).await)?;
    rows.into_iter().map(read).collect()
}
