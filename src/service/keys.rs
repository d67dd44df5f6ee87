//! Keys: made, retired, compromised, published, and read again while serving.

use std::sync::{Arc, RwLock};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::EncodePublicKey;
use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use jiff::Timestamp;
use serde::Serialize;
use zeroize::Zeroizing;

use super::{ServiceError, system};
use crate::domain::keyring::{
    KeyEntry, KeyId, KeyStatus, Keyring, KeyringError, SecretChecks, SecretName, secret_check,
};
use crate::domain::said::said;
use crate::keystore::{KeyFolder, KeystoreError, Passphrase, Secret, Secrets};

/// Makes a signing key, and with the first one the serial, hidden, phone and people keys. Returns its number.
///
/// The private files are durable before the keyring speaks of them, so that a crash never leaves a keyring that
/// promises a key nobody has.
///
/// # Errors
/// If the number is taken, or the folder holds private keys without a keyring, or cannot be written.
pub fn make(
    folder: &KeyFolder,
    wanted: Option<KeyId>,
    passphrase: Option<&Passphrase>,
    now: Timestamp,
) -> Result<KeyId, ServiceError> {
    let _lock = folder.lock()?;
    let mut ring = if folder.has_keyring() {
        let ring = folder.read_keyring()?;
        check_passphrase(folder, &ring, passphrase)?;
        ring
    } else {
        first_ring(folder, passphrase)?
    };
    for name in [SecretName::Phone, SecretName::People] {
        // The keys whose loss does no lasting harm: phones are met anew, people enrol their second factor anew.
        if !folder.secret_path(name).exists() {
            // Noted at once: what is refused below must not leave a key that the ring does not know.
            make_secret(folder, &mut ring.checks, name, passphrase)?;
            folder.write_keyring(&ring)?;
        }
    }
    let id = match wanted {
        Some(id) => id,
        None => next_without_file(folder, &ring)?,
    };
    let key = SigningKey::from_bytes(&Zeroizing::new(system::random()));
    ring.add(id, key.verifying_key(), now)?;
    folder.write_signing_key(id, &key, passphrase, &system::random())?;
    folder.write_keyring(&ring)?;
    Ok(id)
}

/// All private files of a folder have one passphrase, or none has: another key made with a wrong one would lock the
/// whole installation at its next start.
fn check_passphrase(
    folder: &KeyFolder,
    ring: &Keyring,
    passphrase: Option<&Passphrase>,
) -> Result<(), ServiceError> {
    folder.secret(ring, SecretName::Serial, passphrase)?;
    if passphrase.is_some() && !folder.is_encrypted()? {
        return Err(ServiceError::refused(
            said!(
                "the private files in {} have no passphrase",
                "{} 中的私钥文件没有口令",
                folder.path().display()
            ),
            said!(
                "leave out --passphrase-file: all files of a folder have one passphrase, or none has",
                "同一文件夹的密钥须都有口令，或都没有；请联系系统管理员"
            ),
        ));
    }
    Ok(())
}

/// A ring for a folder that has none. 32-byte keys that a crash left are taken over; signing keys are not, since the
/// ring that was lost may name more of them.
fn first_ring(
    folder: &KeyFolder,
    passphrase: Option<&Passphrase>,
) -> Result<Keyring, ServiceError> {
    if let Some(orphan) = (0..=u8::MAX)
        .map(|id| folder.signing_path(KeyId(id)))
        .find(|path| path.exists())
    {
        return Err(ServiceError::refused(
            said!(
                "{} is here, but keyring.toml is not",
                "{} 还在，keyring.toml 却不在",
                orphan.display()
            ),
            said!(
                "put keyring.toml back from your backup; if nothing was ever issued with this key, move the file away",
                "请系统管理员从备份中恢复密钥清单"
            ),
        ));
    }
    let mut checks = SecretChecks::default();
    for name in SecretName::ALL {
        make_secret(folder, &mut checks, name, passphrase)?;
    }
    Ok(Keyring::new(checks))
}

/// Makes a 32-byte key, or takes over the one that is there, and notes its fingerprint.
fn make_secret(
    folder: &KeyFolder,
    checks: &mut SecretChecks,
    name: SecretName,
    passphrase: Option<&Passphrase>,
) -> Result<(), KeystoreError> {
    let key = match folder.unchecked_secret(name, passphrase) {
        Err(KeystoreError::Missing(_)) => {
            let key: Secret = Zeroizing::new(system::random());
            folder.write_secret(name, &key, passphrase, &system::random())?;
            key
        }
        key => key?,
    };
    *checks.of_mut(name) = secret_check(name, &key);
    Ok(())
}

/// The next number; one whose private file a crash left behind is passed over.
fn next_without_file(folder: &KeyFolder, ring: &Keyring) -> Result<KeyId, KeyringError> {
    let next = ring.next_id()?;
    (next.0..=u8::MAX)
        .map(KeyId)
        .find(|id| ring.get(*id).is_none() && !folder.signing_path(*id).exists())
        .ok_or(KeyringError::Full)
}

/// No new batch uses the key from now on; its marks stay good.
///
/// # Errors
/// If there is no such key, or it is compromised.
pub fn retire(folder: &KeyFolder, id: KeyId, now: Timestamp) -> Result<(), ServiceError> {
    change(folder, |ring| ring.retire(id, now))
}

/// Marks issued with the key at or after `since` are no longer ours to vouch for. Returns the time that counts, which is
/// earlier if an earlier one was said before.
///
/// # Errors
/// If there is no such key, or `since` lies in the future.
pub fn compromise(
    folder: &KeyFolder,
    id: KeyId,
    since: Timestamp,
    now: Timestamp,
) -> Result<Timestamp, ServiceError> {
    let mut counts = since;
    change(folder, |ring| {
        ring.compromise(id, since, now)?;
        if let Some(KeyStatus::Compromised { since }) = ring.get(id).map(|entry| entry.status) {
            counts = since;
        }
        Ok(())
    })?;
    Ok(counts)
}

fn change(
    folder: &KeyFolder,
    with: impl FnOnce(&mut Keyring) -> Result<(), KeyringError>,
) -> Result<(), ServiceError> {
    folder.read_keyring()?; // before the lock, which would make the folder
    let _lock = folder.lock()?;
    let mut ring = folder.read_keyring()?;
    with(&mut ring)?;
    folder.write_keyring(&ring)?;
    Ok(())
}

/// The public half as PEM (`SubjectPublicKeyInfo`, RFC 8410), which `openssl` reads.
///
/// # Panics
/// Never: every Ed25519 key has this form.
pub fn public_pem(entry: &KeyEntry) -> String {
    entry
        .public
        .to_public_key_pem(LineEnding::LF)
        .expect("an Ed25519 key has a PEM form")
}

/// The keyring as a JSON Web Key Set (RFC 7517, RFC 8037), with status and times as further members.
#[derive(Debug, Serialize)]
pub struct JwkSet {
    /// The keys, by number.
    pub keys: Vec<Jwk>,
}

/// One key of a [`JwkSet`].
#[derive(Debug, Serialize)]
#[allow(missing_docs)] // the members' names are those of the RFCs
pub struct Jwk {
    pub kty: &'static str,
    pub crv: &'static str,
    pub alg: &'static str,
    #[serde(rename = "use")]
    pub usage: &'static str,
    pub kid: String,
    pub x: String,
    pub status: &'static str,
    pub from: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compromised_since: Option<Timestamp>,
}

impl JwkSet {
    /// All keys of the ring.
    pub fn of(ring: &Keyring) -> Self {
        let keys = ring.entries().map(|entry| Jwk {
            kty: "OKP",
            crv: "Ed25519",
            alg: "EdDSA",
            usage: "sig",
            kid: entry.id.to_string(),
            x: URL_SAFE_NO_PAD.encode(entry.public.as_bytes()),
            status: entry.status.word(),
            from: entry.from,
            until: entry.until,
            compromised_since: match entry.status {
                KeyStatus::Compromised { since } => Some(since),
                KeyStatus::Active | KeyStatus::Retired => None,
            },
        });
        Self {
            keys: keys.collect(),
        }
    }
}

/// The keys of a running program. The keyring is read again when its file changes; a keyring that breaks its rules is
/// not taken, and said so by [`LiveKeys::reload`].
pub struct LiveKeys {
    folder: KeyFolder,
    passphrase: Option<Passphrase>,
    ring: RwLock<Arc<Keyring>>,
    /// The keys that make serials, hidden codes and phone cookies. They never change.
    pub secrets: Secrets,
}

impl LiveKeys {
    /// Opens the folder and holds every private key against the keyring.
    ///
    /// # Errors
    /// Every way in which a key file can be missing, open to others, damaged, locked or swapped.
    pub fn open(folder: KeyFolder, passphrase: Option<Passphrase>) -> Result<Self, KeystoreError> {
        let ring = folder.read_keyring()?;
        let secrets = folder.secrets(&ring, passphrase.as_ref())?;
        folder.check_signing_keys(&ring, passphrase.as_ref())?;
        Ok(Self {
            folder,
            passphrase,
            ring: RwLock::new(Arc::new(ring)),
            secrets,
        })
    }

    /// The keyring as last read.
    pub fn ring(&self) -> Arc<Keyring> {
        let ring = self.ring.read();
        ring.unwrap_or_else(std::sync::PoisonError::into_inner)
            .clone()
    }

    /// Reads the keyring again, and says whether it has changed. A changed one is checked like at the start; if it
    /// does not pass, the old one stays in force.
    ///
    /// # Errors
    /// Why the new keyring was not taken.
    pub fn reload(&self) -> Result<bool, KeystoreError> {
        let ring = self.folder.read_keyring()?;
        if ring == *self.ring() {
            return Ok(false);
        }
        self.folder.secrets(&ring, self.passphrase.as_ref())?;
        self.folder
            .check_signing_keys(&ring, self.passphrase.as_ref())?;
        let mut held = self
            .ring
            .write()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        *held = Arc::new(ring);
        Ok(true)
    }

    /// The private half of a key.
    ///
    /// # Errors
    /// As [`LiveKeys::open`].
    pub fn signing_key(&self, id: KeyId) -> Result<SigningKey, KeystoreError> {
        self.folder
            .signing_key(&self.ring(), id, self.passphrase.as_ref())
    }

    /// Where the keys are.
    pub const fn folder(&self) -> &KeyFolder {
        &self.folder
    }
}
