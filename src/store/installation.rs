//! Which keys the marks of a database were made with.

use super::{StoreError, Tx};

/// Fingerprints of the keys that never change, as the keyring has them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keys {
    /// Of the serial key.
    pub serial: String,
    /// Of the hidden key.
    pub hidden: String,
}

/// The keys of this database, if it was ever opened with some.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn keys(tx: &mut Tx) -> Result<Option<Keys>, StoreError> {
    let sql = "SELECT serial_check, hidden_check FROM installation";
    let row: Option<(String, String)> = on!(tx, c => sqlx::query_as(sql).fetch_optional(c).await)?;
    Ok(row.map(|(serial, hidden)| Keys { serial, hidden }))
}

/// Has the database belong to these keys.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn set_keys(tx: &mut Tx, keys: &Keys) -> Result<(), StoreError> {
    let sql = "INSERT INTO installation (only_row, serial_check, hidden_check) VALUES (1, $1, $2) \
               ON CONFLICT (only_row) DO UPDATE \
               SET serial_check = excluded.serial_check, hidden_check = excluded.hidden_check";
    on!(tx, c => sqlx::query(sql)
        .bind(&keys.serial)
        .bind(&keys.hidden)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}
