//! The keyring: the public side of every signing key, and what became of it.
//!
//! `keyring.toml` is public; anyone may check codes with it. Retired: the key's marks stay good, no new batch uses
//! it. Compromised: its marks stay good only where their issue is proven older than the compromise.

mod file;
mod secret_check;

use std::collections::BTreeMap;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ed25519_dalek::VerifyingKey;
use jiff::Timestamp;

use super::code::Code;
pub use super::key_id::KeyId;
pub use secret_check::{SecretChecks, SecretName, secret_check};

/// What became of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyStatus {
    /// New batches may use it.
    Active,
    /// No new batch uses it; its marks stay good.
    Retired,
    /// Its private half may be in other hands since this time.
    Compromised {
        /// From when on the key proves nothing.
        since: Timestamp,
    },
}

impl KeyStatus {
    /// The word for files, JSON and tables.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Retired => "retired",
            Self::Compromised { .. } => "compromised",
        }
    }
}

/// One key of the ring.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyEntry {
    /// Its number in codes.
    pub id: KeyId,
    /// The public half.
    pub public: VerifyingKey,
    /// When it was made.
    pub from: Timestamp,
    /// When it stopped being used for new batches.
    pub until: Option<Timestamp>,
    /// What became of it.
    pub status: KeyStatus,
}

impl KeyEntry {
    /// The public half as in `keyring.toml` and JWKS: base64url, 43 characters.
    pub fn public_base64url(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.public.as_bytes())
    }

    /// Whether a mark signed by this key and issued then is good.
    pub fn vouches_for_issue_at(&self, issued_at: Timestamp) -> bool {
        match self.status {
            KeyStatus::Active | KeyStatus::Retired => true,
            KeyStatus::Compromised { since } => issued_at < since,
        }
    }
}

/// Why a keyring cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyringError {
    /// The file is not the TOML we write.
    #[error("keyring.toml cannot be read: {0}")]
    Format(String),
    /// A key's entry breaks a rule.
    #[error("keyring.toml, key {id}: {what}")]
    Entry {
        /// The key.
        id: KeyId,
        /// The rule it breaks.
        what: &'static str,
    },
    /// All 256 numbers are taken.
    #[error("all 256 key ids are used; no further key can be made")]
    Full,
    /// There is no such key.
    #[error("there is no key {0} in the keyring")]
    Unknown(KeyId),
}

/// All keys there ever were, by number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keyring {
    keys: BTreeMap<KeyId, KeyEntry>,
    /// Fingerprints of the 32-byte keys.
    pub checks: SecretChecks,
}

impl Keyring {
    /// A ring without keys.
    pub fn new(checks: SecretChecks) -> Self {
        Self {
            keys: BTreeMap::new(),
            checks,
        }
    }

    /// All keys, by number.
    pub fn entries(&self) -> impl Iterator<Item = &KeyEntry> {
        self.keys.values()
    }

    /// The key of that number.
    pub fn get(&self, id: KeyId) -> Option<&KeyEntry> {
        self.keys.get(&id)
    }

    /// The key that signed the code, if the signature is good under a key of this ring, whatever its status.
    pub fn signer_of(&self, code: &Code) -> Option<&KeyEntry> {
        self.get(code.payload().key)
            .filter(|entry| code.is_signed_by(&entry.public))
    }

    /// The key for new batches: of the active ones the newest.
    pub fn newest_active(&self) -> Option<&KeyEntry> {
        self.keys
            .values()
            .filter(|entry| entry.status == KeyStatus::Active)
            .max_by_key(|entry| (entry.from, entry.id))
    }

    /// The lowest number above all used ones, or the lowest unused one when 255 is taken. Starts at 1.
    ///
    /// # Errors
    /// [`KeyringError::Full`] when all are used.
    pub fn next_id(&self) -> Result<KeyId, KeyringError> {
        let above = self
            .keys
            .keys()
            .last()
            .map_or(Some(1), |id| id.0.checked_add(1));
        above
            .or_else(|| (0..=u8::MAX).find(|id| !self.keys.contains_key(&KeyId(*id))))
            .map(KeyId)
            .ok_or(KeyringError::Full)
    }

    /// Adds a key made at `now`.
    ///
    /// # Errors
    /// If its number or its public half is in the ring already.
    pub fn add(
        &mut self,
        id: KeyId,
        public: VerifyingKey,
        now: Timestamp,
    ) -> Result<(), KeyringError> {
        let what = "this number is used already; numbers are never used twice";
        if self.keys.contains_key(&id) {
            return Err(KeyringError::Entry { id, what });
        }
        let entry = KeyEntry {
            id,
            public,
            from: now,
            until: None,
            status: KeyStatus::Active,
        };
        self.insert_new(entry)
    }

    /// No new batch uses the key from `now` on. Retiring a retired key changes nothing.
    ///
    /// # Errors
    /// If there is no such key, or it is compromised.
    pub fn retire(&mut self, id: KeyId, now: Timestamp) -> Result<(), KeyringError> {
        let entry = self.keys.get_mut(&id).ok_or(KeyringError::Unknown(id))?;
        match entry.status {
            KeyStatus::Retired => {}
            KeyStatus::Active => {
                entry.status = KeyStatus::Retired;
                entry.until = Some(now);
            }
            KeyStatus::Compromised { .. } => {
                let what = "a compromised key stays compromised";
                return Err(KeyringError::Entry { id, what });
            }
        }
        Ok(())
    }

    /// The key proves nothing for what was issued from `since` on. Said again, the earlier time counts.
    ///
    /// # Errors
    /// If there is no such key, or `since` lies in the future.
    pub fn compromise(
        &mut self,
        id: KeyId,
        since: Timestamp,
        now: Timestamp,
    ) -> Result<(), KeyringError> {
        if since > now {
            let what = "the time of the compromise lies in the future";
            return Err(KeyringError::Entry { id, what });
        }
        let entry = self.keys.get_mut(&id).ok_or(KeyringError::Unknown(id))?;
        let since = match entry.status {
            KeyStatus::Compromised { since: earlier } => since.min(earlier),
            KeyStatus::Active | KeyStatus::Retired => since,
        };
        entry.status = KeyStatus::Compromised { since };
        entry.until.get_or_insert(now);
        Ok(())
    }

    /// Adds an entry as it stands, if neither its number nor its key is there already.
    fn insert_new(&mut self, entry: KeyEntry) -> Result<(), KeyringError> {
        let id = entry.id;
        if self.keys.values().any(|other| other.public == entry.public) {
            let what = "another key has the same public half";
            return Err(KeyringError::Entry { id, what });
        }
        if self.keys.insert(id, entry).is_some() {
            let what = "the number stands twice";
            return Err(KeyringError::Entry { id, what });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ed25519_dalek::SigningKey;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn public(seed: u8) -> VerifyingKey {
        SigningKey::from_bytes(&[seed; 32]).verifying_key()
    }

    #[test]
    fn a_ring_survives_its_file() {
        let mut ring = Keyring::new(SecretChecks::default());
        for id in 1..=3 {
            ring.add(KeyId(id), public(id), at(i64::from(id))).unwrap();
        }
        ring.retire(KeyId(1), at(10)).unwrap();
        ring.compromise(KeyId(2), at(5), at(11)).unwrap();
        assert_eq!(Keyring::from_toml(&ring.to_toml()).unwrap(), ring);
    }

    #[test]
    fn new_batches_use_the_newest_active_key() {
        let mut ring = Keyring::new(SecretChecks::default());
        assert_eq!(ring.newest_active(), None);
        ring.add(KeyId(9), public(9), at(1)).unwrap();
        ring.add(KeyId(2), public(2), at(2)).unwrap();
        assert_eq!(ring.newest_active().unwrap().id, KeyId(2));
        ring.retire(KeyId(2), at(3)).unwrap();
        assert_eq!(ring.newest_active().unwrap().id, KeyId(9));
        assert_eq!(ring.next_id().unwrap(), KeyId(10));
    }

    #[test]
    fn a_compromise_binds_what_was_issued_since() {
        let mut ring = Keyring::new(SecretChecks::default());
        ring.add(KeyId(1), public(1), at(1)).unwrap();
        ring.compromise(KeyId(1), at(50), at(60)).unwrap();
        ring.compromise(KeyId(1), at(55), at(61)).unwrap();
        let entry = ring.get(KeyId(1)).unwrap();
        assert!(entry.vouches_for_issue_at(at(49)));
        assert!(!entry.vouches_for_issue_at(at(50)));
        assert!(ring.retire(KeyId(1), at(70)).is_err());
        assert!(ring.compromise(KeyId(1), at(99), at(70)).is_err());
    }
}
