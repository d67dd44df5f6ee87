//! An alert as the office handles it.

use jiff::Timestamp;

use crate::domain::alert::{
    Alert, AlertKind, AlertNumber, AlertState, Decision, Light, hypothesis_named,
};
use crate::domain::case::CaseNumber;
use crate::domain::detection::Version;
use crate::domain::licensee::LicenseeNumber;
use crate::domain::mark::{BatchNumber, MarkId, MarkIndex};
use crate::domain::text::Line;
use crate::store::row::{Row, of_millionths};
use crate::store::{StoreError, Tx};

pub(super) type AlertRow = (
    i64,
    String,
    i64,
    Option<i64>,
    Option<i64>,
    i64,
    Option<i64>,
    String,
    i64,
    String,
    String,
    String,
    Option<String>,
    Option<String>,
    Option<i64>,
    Option<i64>,
);

/// The columns of [`AlertRow`], and where they are from.
pub(super) const ALERTS: &str = "SELECT a.number, a.kind, a.batch, b.licensee, a.mark_index, a.raised_at, a.query, \
     CAST(a.parameters AS TEXT) || coalesce('.' || CAST(a.calibration AS TEXT), ''), \
     a.log_odds, CAST(a.e_value_ln AS TEXT) || ' ' || CAST(a.by_batch AS TEXT) || ' ' || CAST(a.by_season AS TEXT), \
     a.hypothesis, a.state, a.assignee, a.decision, a.merged_into, a.case_number \
     FROM alerts a LEFT JOIN batches b ON b.number = a.batch";

#[rustfmt::skip] // the columns as they stand in ALERTS
pub(super) fn read(row: AlertRow) -> Result<Alert, StoreError> {
    let (
        number, kind, batch, licensee, index, raised_at, query, parameters, log_odds, weights, hypothesis, state, assignee,
        decision, merged_into, case,
    ) = row;
    let row = Row {
        table: "alerts",
        key: &number,
    };
    let [e_value_ln, by_batch, by_season] = row.value("e_value_ln", numbers(&weights))?;
    let small = |column, number: Option<i64>| number.map(|number| row.number::<u32>(column, number)).transpose();
    let batch: u32 = row.number("batch", batch)?;
    let index = small("mark_index", index)?.map(|index| row.value("mark_index", MarkIndex::new(index)));
    let licensee = licensee.map(|licensee| row.number("licensee", licensee).map(LicenseeNumber));
    let decision = decision.map(|words| row.value("decision", Decision::from_words(&words)));
    Ok(Alert {
        number: AlertNumber(row.number("number", number)?),
        kind: row.value("kind", AlertKind::from_slug(&kind))?,
        batch: row.value("batch", BatchNumber::new(batch))?,
        licensee: licensee.transpose()?,
        index: index.transpose()?,
        raised_at: row.time("raised_at", raised_at)?,
        query: query.map(i64::cast_unsigned),
        parameters: row.value("parameters", Version::from_text(&parameters))?,
        log_odds: of_millionths(log_odds),
        light: Light { batch: of_millionths(by_batch), season: of_millionths(by_season) },
        e_value_ln: of_millionths(e_value_ln),
        hypothesis: row.value("hypothesis", hypothesis_named(&hypothesis))?,
        state: row.value("state", AlertState::from_slug(&state))?,
        assignee: row.optional_line("assignee", assignee.as_deref())?,
        decision: decision.transpose()?,
        merged_into: small("merged_into", merged_into)?.map(AlertNumber),
        case: small("case_number", case)?.map(CaseNumber),
    })
}

/// Three numbers with a space between: a row of sixteen columns takes no more of them.
fn numbers(text: &str) -> Option<[i64; 3]> {
    let numbers: Option<Vec<i64>> = text.split(' ').map(|number| number.parse().ok()).collect();
    numbers?.try_into().ok()
}

/// The alert of a number.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn get(tx: &mut Tx, number: AlertNumber) -> Result<Option<Alert>, StoreError> {
    let sql = format!("{ALERTS} WHERE a.number = $1");
    let row: Option<AlertRow> = on!(tx, c => sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(i64::from(number.0))
        .fetch_optional(c).await)?;
    row.map(read).transpose()
}

/// The same, kept from all others until the transaction ends.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn lock(tx: &mut Tx, number: AlertNumber) -> Result<Option<Alert>, StoreError> {
    let sql = "UPDATE alerts SET number = number WHERE number = $1";
    on!(&mut *tx, c => sqlx::query(sql).bind(i64::from(number.0)).execute(c).await.map(drop))?;
    get(tx, number).await
}

/// Says where an alert stands and who looks into it. It is done with when `closed_at` is said.
/// Returns whether that could be written: of one matter only one alert is open.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn set_state(
    tx: &mut Tx,
    alert: &Alert,
    closed_at: Option<Timestamp>,
) -> Result<bool, StoreError> {
    let sql = "UPDATE alerts SET state = $2, assignee = $3, closed_at = $4 WHERE number = $1 AND ($4 IS NOT NULL OR \
         NOT EXISTS (SELECT 1 FROM alerts o WHERE o.batch = alerts.batch \
         AND coalesce(o.mark_index, -1) = coalesce(alerts.mark_index, -1) AND o.kind = alerts.kind \
         AND o.closed_at IS NULL AND o.number <> alerts.number))";
    let rows = on!(tx, c => sqlx::query(sql)
        .bind(i64::from(alert.number.0))
        .bind(alert.state.slug())
        .bind(alert.assignee.as_ref().map(Line::as_str))
        .bind(closed_at.map(Timestamp::as_microsecond))
        .execute(c).await.map(|done| done.rows_affected()))?;
    Ok(rows == 1)
}

/// Says what was decided.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn set_decision(
    tx: &mut Tx,
    number: AlertNumber,
    decision: Option<&Decision>,
) -> Result<(), StoreError> {
    let sql = "UPDATE alerts SET decision = $2 WHERE number = $1";
    on!(tx, c => sqlx::query(sql)
        .bind(i64::from(number.0))
        .bind(decision.map(ToString::to_string))
        .execute(c).await.map(drop))?;
    Ok(())
}

/// Says into which alert one was merged; what was merged into it goes the same way.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn set_merged_into(
    tx: &mut Tx,
    number: AlertNumber,
    into: Option<AlertNumber>,
) -> Result<(), StoreError> {
    let sql = "UPDATE alerts SET merged_into = $2 WHERE number = $1 OR (merged_into = $1 AND $2 IS NOT NULL)";
    on!(tx, c => sqlx::query(sql)
        .bind(i64::from(number.0))
        .bind(into.map(|into| i64::from(into.0)))
        .execute(c).await.map(drop))?;
    Ok(())
}

/// Puts an alert into a case.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn set_case(
    tx: &mut Tx,
    number: AlertNumber,
    case: CaseNumber,
) -> Result<(), StoreError> {
    let sql = "UPDATE alerts SET case_number = $2 WHERE number = $1";
    on!(tx, c => sqlx::query(sql)
        .bind(i64::from(number.0))
        .bind(i64::from(case.0))
        .execute(c).await.map(drop))?;
    Ok(())
}

/// The alerts that were merged into one, the first first.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn merged_into(tx: &mut Tx, number: AlertNumber) -> Result<Vec<Alert>, StoreError> {
    let sql = format!("{ALERTS} WHERE a.merged_into = $1 ORDER BY a.number");
    let rows: Vec<AlertRow> = on!(tx, c => sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(i64::from(number.0))
        .fetch_all(c).await)?;
    rows.into_iter().map(read).collect()
}

/// The alerts of a case, the first first.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn of_case(tx: &mut Tx, case: CaseNumber) -> Result<Vec<Alert>, StoreError> {
    let sql = format!("{ALERTS} WHERE a.case_number = $1 ORDER BY a.number");
    let rows: Vec<AlertRow> = on!(tx, c => sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(i64::from(case.0))
        .fetch_all(c).await)?;
    rows.into_iter().map(read).collect()
}

/// Every mark of which an alert was decided, with the latest decision, in the order of batch and index.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn decided_marks(tx: &mut Tx) -> Result<Vec<(MarkId, Decision)>, StoreError> {
    let sql = format!(
        "{ALERTS} WHERE a.decision IS NOT NULL AND a.mark_index IS NOT NULL AND a.closed_at IS NOT NULL \
         ORDER BY a.batch, a.mark_index, a.closed_at, a.number"
    );
    let rows: Vec<AlertRow> =
        on!(tx, c => sqlx::query_as(sqlx::AssertSqlSafe(sql)).fetch_all(c).await)?;
    let mut decided: Vec<(MarkId, Decision)> = Vec::new();
    for row in rows {
        let alert = read(row)?;
        let (Some(mark), Some(decision)) = (alert.mark(), alert.decision) else {
            continue;
        };
        if decided.last().is_some_and(|(last, _)| *last == mark) {
            decided.pop();
        }
        decided.push((mark, decision));
    }
    Ok(decided)
}
