//! What is in the exhibits of a case; what each is stands with its step.

use crate::domain::case::CaseNumber;
use crate::store::{StoreError, Tx};

/// Keeps an exhibit behind those that are there, as it is; the case must be locked.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn keep_exhibit(tx: &mut Tx, case: CaseNumber, content: &[u8]) -> Result<(), StoreError> {
    let sql = "INSERT INTO exhibits (case_number, place, content) \
         SELECT $1, coalesce(max(place), 0) + 1, $2 FROM exhibits WHERE case_number = $1";
    on!(tx, c => sqlx::query(sql)
        .bind(i64::from(case.0))
        .bind(content)
        .execute(c).await.map(drop))?;
    Ok(())
}

/// The content of an exhibit.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn exhibit(
    tx: &mut Tx,
    case: CaseNumber,
    place: u32,
) -> Result<Option<Vec<u8>>, StoreError> {
    let sql = "SELECT content FROM exhibits WHERE case_number = $1 AND place = $2";
    let row: Option<(Vec<u8>,)> = on!(tx, c => sqlx::query_as(sql)
        .bind(i64::from(case.0))
        .bind(i64::from(place))
        .fetch_optional(c).await)?;
    Ok(row.map(|(content,)| content))
}
