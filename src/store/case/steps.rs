//! What happened to a case.

use jiff::Timestamp;

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

/// The case that a request was about, if it came before.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn by_request(tx: &mut Tx, digest: &[u8; 32]) -> Result<Option<CaseNumber>, StoreError> {
    let sql = "SELECT case_number FROM case_steps WHERE request = $1";
    let row: Option<(i64,)> = on!(tx, c => sqlx::query_as(sql)
        .bind(digest.as_slice())
        .fetch_optional(c).await)?;
    row.map(|(case,)| number_of(case)).transpose()
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

/// What a licensee was told, the newest first.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn told_to(
    tx: &mut Tx,
    licensee: LicenseeNumber,
    limit: u32,
) -> Result<Vec<(CaseNumber, Timestamp, Told)>, StoreError> {
    let sql = format!(
        "{STEPS} WHERE step = 'informed' AND other = $1 ORDER BY at DESC, case_number DESC, place DESC LIMIT $2"
    );
    let rows: Vec<StepRow> = on!(tx, c => sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(i64::from(licensee.0))
        .bind(i64::from(limit))
        .fetch_all(c).await)?;
    let mut all = Vec::new();
    for row in rows {
        let (case, happened) = read(row)?;
        if let Some(told) = happened.told {
            all.push((case, happened.at, told));
        }
    }
    Ok(all)
}
