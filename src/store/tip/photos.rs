//! Photos of tips.

use crate::domain::tip::TipNumber;
use crate::store::row::Row;
use crate::store::{StoreError, Tx};

/// A photo to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPhoto {
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// The picture.
    pub jpeg: Vec<u8>,
}

/// What there is of a photo, besides the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PhotoOf {
    /// Its place among the tip's photos, from 1.
    pub place: u32,
    /// With which step it came.
    pub step: u32,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Bytes.
    pub bytes: u32,
}

/// Keeps a photo; the tip must be locked.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn add_photo(
    tx: &mut Tx,
    tip: TipNumber,
    step: u32,
    photo: &NewPhoto,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO tip_photos (tip, place, step, width, height, bytes, jpeg) \
         SELECT $1, coalesce(max(place), 0) + 1, $2, $3, $4, $5, $6 FROM tip_photos WHERE tip = $1";
    let bytes = i64::try_from(photo.jpeg.len()).unwrap_or(i64::MAX);
    on!(tx, c => sqlx::query(sql)
        .bind(i64::from(tip.0))
        .bind(i64::from(step))
        .bind(i64::from(photo.width))
        .bind(i64::from(photo.height))
        .bind(bytes)
        .bind(photo.jpeg.as_slice())
        .execute(c).await.map(drop))?;
    Ok(())
}

type PhotoRow = (i64, i64, i64, i64, i64);

/// The photos of a tip, in their order.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn photos(tx: &mut Tx, tip: TipNumber) -> Result<Vec<PhotoOf>, StoreError> {
    let sql =
        "SELECT place, step, width, height, bytes FROM tip_photos WHERE tip = $1 ORDER BY place";
    let rows: Vec<PhotoRow> = on!(tx, c => sqlx::query_as(sql)
        .bind(i64::from(tip.0))
        .fetch_all(c).await)?;
    let read = |(place, step, width, height, bytes): PhotoRow| {
        let row = Row {
            table: "tip_photos",
            key: &tip,
        };
        Ok(PhotoOf {
            place: row.number("place", place)?,
            step: row.number("step", step)?,
            width: row.number("width", width)?,
            height: row.number("height", height)?,
            bytes: row.number("bytes", bytes)?,
        })
    };
    rows.into_iter().map(read).collect()
}

/// A photo as JPEG.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn photo(tx: &mut Tx, tip: TipNumber, place: u32) -> Result<Option<Vec<u8>>, StoreError> {
    let sql = "SELECT jpeg FROM tip_photos WHERE tip = $1 AND place = $2";
    let row: Option<(Vec<u8>,)> = on!(tx, c => sqlx::query_as(sql)
        .bind(i64::from(tip.0))
        .bind(i64::from(place))
        .fetch_optional(c).await)?;
    Ok(row.map(|(jpeg,)| jpeg))
}

/// Bytes of all photos of all tips.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn bytes_of_all(tx: &mut Tx) -> Result<u64, StoreError> {
    let sql = "SELECT CAST(coalesce(sum(bytes), 0) AS BIGINT) FROM tip_photos";
    let (bytes,): (i64,) = on!(tx, c => sqlx::query_as(sql).fetch_one(c).await)?;
    Ok(bytes.cast_unsigned())
}
