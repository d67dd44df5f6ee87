//! Whether a key folder and a database belong together.
//!
//! With another installation's keys every genuine mark would be told to be not ours, and new marks would get serials that mean
//! others. So a database remembers the fingerprints of the keys with which it was opened, for good from its first batch on.

use super::ServiceError;
use crate::domain::keyring::Keyring;
use crate::domain::said::said;
use crate::store::batch::{self, Filter};
use crate::store::installation::{self, Keys};
use crate::store::{Store, StoreError, Tx};

/// The fingerprints that count.
fn keys_of(ring: &Keyring) -> Keys {
    Keys {
        serial: ring.checks.serial.clone(),
        hidden: ring.checks.hidden.clone(),
    }
}

/// Whether the database was made with other keys than these.
///
/// # Errors
/// If the database does not answer.
pub async fn is_of_others(tx: &mut Tx, ring: &Keyring) -> Result<bool, StoreError> {
    let known = installation::keys(tx).await?;
    Ok(known.is_some_and(|known| known != keys_of(ring)) && has_batches(tx).await?)
}

/// Remembers these keys if none are known, or if nothing was ever issued with the others.
///
/// # Errors
/// If the database belongs to other keys.
pub async fn bind(store: &Store, ring: &Keyring) -> Result<(), ServiceError> {
    if installation::keys(&mut store.read().await?).await? == Some(keys_of(ring)) {
        return Ok(());
    }
    let mut tx = store.write().await?;
    bind_within(&mut tx, ring).await?;
    Ok(tx.commit().await?)
}

/// The same within a transaction.
///
/// # Errors
/// As [`bind`].
pub async fn bind_within(tx: &mut Tx, ring: &Keyring) -> Result<(), ServiceError> {
    if is_of_others(tx, ring).await? {
        return Err(ServiceError::refused(
            said!(
                "the key folder and the database do not belong together: the marks of this database were made with other keys",
                "密钥与数据库不相符：本库的标志是用另一套密钥制作的"
            ),
            said!(
                "name the key folder of this database with --keys, or the database of these keys with --database",
                "请系统管理员核对密钥文件夹和数据库地址"
            ),
        ));
    }
    let keys = keys_of(ring);
    if installation::keys(tx).await?.as_ref() != Some(&keys) {
        installation::set_keys(tx, &keys).await?;
    }
    Ok(())
}

async fn has_batches(tx: &mut Tx) -> Result<bool, StoreError> {
    let newest = batch::list(tx, &Filter::default(), None, 1).await?;
    Ok(!newest.is_empty())
}
