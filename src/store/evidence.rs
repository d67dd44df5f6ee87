//! What is known of marks besides their scans.

use super::row::Row;
use super::scan::{class, mark_of, network_hash, phone_hash, place, prefecture};
use super::{StoreError, Tx};
use crate::domain::detection::{Known, Seen};
use crate::domain::mark::MarkId;

type AnyRow = (
    i64,
    i64,
    String,
    i64,
    Option<i64>,
    Option<String>,
    Option<Vec<u8>>,
    Option<i64>,
);

type EvidenceRow = (
    String,
    i64,
    Option<i64>,
    Option<String>,
    Option<Vec<u8>>,
    Option<i64>,
);

/// Writes down what became known of a mark.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn add(tx: &mut Tx, mark: MarkId, known: Known, seen: &Seen) -> Result<(), StoreError> {
    let sql = "INSERT INTO mark_evidence (batch, mark_index, kind, at, prefecture, place_class, phone, network) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING";
    on!(tx, c => sqlx::query(sql)
        .bind(i64::from(mark.batch.get()))
        .bind(i64::from(mark.index.get()))
        .bind(known.slug())
        .bind(seen.at.as_microsecond())
        .bind(prefecture(seen.place))
        .bind(class(seen.place))
        .bind(seen.phone.map(|phone| phone.0.to_vec()))
        .bind(seen.network.map(|network| i64::from(network.0)))
        .execute(c).await.map(drop))?;
    Ok(())
}

/// All that is known of all marks, mark by mark: what comes after so many.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn all(
    tx: &mut Tx,
    after: u64,
    limit: u32,
) -> Result<Vec<(MarkId, Known, Seen)>, StoreError> {
    let sql = "SELECT batch, mark_index, kind, at, prefecture, place_class, phone, network FROM mark_evidence \
         ORDER BY batch, mark_index, at, kind LIMIT $1 OFFSET $2";
    let rows: Vec<AnyRow> = on!(tx, c => sqlx::query_as(sql)
        .bind(i64::from(limit))
        .bind(after.cast_signed())
        .fetch_all(c).await)?;
    let each = rows.into_iter();
    each.map(
        |(batch, index, kind, at, prefecture, class, phone, network)| {
            let mark = mark_of(batch, index)?;
            let row = (kind, at, prefecture, class, phone, network);
            let (known, seen) = read(mark, row)?;
            Ok((mark, known, seen))
        },
    )
    .collect()
}

/// All that is known of a mark, in the order of time.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn of_mark(tx: &mut Tx, mark: MarkId) -> Result<Vec<(Known, Seen)>, StoreError> {
    let sql = "SELECT kind, at, prefecture, place_class, phone, network FROM mark_evidence \
         WHERE batch = $1 AND mark_index = $2 ORDER BY at, kind";
    let rows: Vec<EvidenceRow> = on!(tx, c => sqlx::query_as(sql)
        .bind(i64::from(mark.batch.get()))
        .bind(i64::from(mark.index.get()))
        .fetch_all(c).await)?;
    rows.into_iter().map(|row| read(mark, row)).collect()
}

fn read(
    mark: MarkId,
    (kind, at, prefecture, class, phone, network): EvidenceRow,
) -> Result<(Known, Seen), StoreError> {
    let row = Row {
        table: "mark_evidence",
        key: &mark,
    };
    let seen = Seen {
        at: row.time("at", at)?,
        place: place(&row, ["prefecture", "place_class"], prefecture, class)?,
        phone: phone_hash(&row, "phone", phone)?,
        network: network_hash(&row, "network", network)?,
    };
    Ok((row.value("kind", Known::from_slug(&kind))?, seen))
}
