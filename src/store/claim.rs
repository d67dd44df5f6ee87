//! Claims of hidden codes: one a mark, written once.

use super::row::Row;
use super::scan::{class, place, prefecture};
use super::{StoreError, Tx};
use crate::domain::claim::Claim;
use crate::domain::mark::MarkId;
use crate::domain::phone::PhoneHash;

/// Claims a mark; `false` if it is claimed already. Of many who claim one mark at once, in whatever instances, one is told
/// `true`: the others wait for its transaction to end.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn add(tx: &mut Tx, mark: MarkId, claim: &Claim) -> Result<bool, StoreError> {
    let sql = "INSERT INTO claims (batch, mark_index, at, prefecture, place_class, phone) \
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (batch, mark_index) DO NOTHING";
    let added = on!(tx, c => sqlx::query(sql)
        .bind(i64::from(mark.batch.get()))
        .bind(i64::from(mark.index.get()))
        .bind(claim.at.as_microsecond())
        .bind(prefecture(claim.place))
        .bind(class(claim.place))
        .bind(claim.phone.map(|phone| phone.0.to_vec()))
        .execute(c).await.map(|done| done.rows_affected()))?;
    Ok(added == 1)
}

/// The mark's claim, if it is claimed.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn get(tx: &mut Tx, mark: MarkId) -> Result<Option<Claim>, StoreError> {
    type ClaimRow = (i64, Option<i64>, Option<String>, Option<Vec<u8>>);
    let sql = "SELECT at, prefecture, place_class, phone FROM claims WHERE batch = $1 AND mark_index = $2";
    let found: Option<ClaimRow> = on!(tx, c => sqlx::query_as(sql)
        .bind(i64::from(mark.batch.get()))
        .bind(i64::from(mark.index.get()))
        .fetch_optional(c).await)?;
    let Some((at, prefecture, class, phone)) = found else {
        return Ok(None);
    };
    let row = Row {
        table: "claims",
        key: &mark,
    };
    let phone = phone.map(|bytes| row.value("phone", bytes.try_into().ok()).map(PhoneHash));
    Ok(Some(Claim {
        at: row.time("at", at)?,
        place: place(&row, ["prefecture", "place_class"], prefecture, class)?,
        phone: phone.transpose()?,
    }))
}
