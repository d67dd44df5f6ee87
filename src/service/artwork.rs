//! The artwork of the mark as it was issued to a licensee, as the public's pages show it.

use super::aside::aside;
use super::{ServiceError, pack};
use crate::domain::document::Purpose;
use crate::domain::licensee::{Act, LicenseeNumber};
use crate::render::template::Artwork;
use crate::store::{Store, licensee, register};

/// Dots of the longer side: sharp at the size of a stamp on a phone of three dots a pixel.
const SIDE: u32 = 320;

/// SHA-256 of the newest artwork in a licensee's file. To show it is to use the mark: `None` if the licensee may not do so
/// now, or has none.
///
/// # Errors
/// If the database does not answer.
pub async fn newest(store: &Store, number: LicenseeNumber) -> Result<Option<String>, ServiceError> {
    let mut tx = store.read().await?;
    let holder = licensee::get(&mut tx, number).await?;
    if holder.is_none_or(|holder| holder.may(Act::Proceed).is_err()) {
        return Ok(None);
    }
    let newest = register::newest_for(&mut tx, number, Purpose::Artwork).await?;
    Ok(newest.map(|newest| newest.document.sha256.to_string()))
}

/// A file as a PNG file of at most 320 dots a side; `None` if it is not there, or no artwork that can be drawn.
///
/// # Errors
/// If the database does not answer.
pub async fn portrait(store: &Store, sha256: &str) -> Result<Option<Vec<u8>>, ServiceError> {
    let Some(content) = register::content(&mut store.read().await?, sha256).await? else {
        return Ok(None);
    };
    let fonts = pack::fonts(&[])?;
    let drawn = aside(move || Artwork::read(content)?.portrait(&fonts, SIDE)).await;
    if let Err(error) = &drawn {
        tracing::warn!(sha256, %error, "an artwork cannot be shown");
    }
    Ok(drawn.ok())
}
