//! The key folder (`keys/`): private keys as files, and the public keyring beside them.
//!
//! | file | what | who may read it |
//! |---|---|---|
//! | `keyring.toml` | public keys and their status | everyone |
//! | `signing-N.pem` | private key N, PKCS#8 PEM | its owner |
//! | `serial.key`, `hidden.key`, `phone.key`, `people.key` | 32 random bytes each | their owner |
//!
//! The installation's token is a private file like these, under any name and mostly elsewhere.
//!
//! What belongs here: reading and writing these files so that a crash leaves the old or the new one, refusing private
//! files that others can read, and refusing keys that disagree with the keyring. What does not: when keys are made,
//! retired or used (`service::keys`).

mod admin_token;
mod error;
mod passphrase;
mod pem;
mod private_file;
mod private_text;
mod secret_file;

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use ed25519_dalek::SigningKey;
use zeroize::Zeroizing;

use crate::domain::access::second_factor::PeopleKey;
use crate::domain::hidden::HiddenKey;
use crate::domain::keyring::{KeyId, KeyStatus, Keyring, SecretName, secret_check};
use crate::domain::phone::PhoneKey;
use crate::domain::serial::SerialKey;
use crate::domain::tip::TipKey;

pub use admin_token::{read_admin_token, write_admin_token};
pub use error::KeystoreError;
use error::io;
pub use passphrase::Passphrase;
pub use private_file::is_readable_by_others;
pub use private_text::{read_private_text, write_private_text};

/// 32 random bytes, wiped when dropped.
pub type Secret = Zeroizing<[u8; 32]>;

/// A key folder.
#[derive(Clone, Debug)]
pub struct KeyFolder {
    path: PathBuf,
}

/// The keys that make serials, hidden codes, phone cookies and second factors.
#[derive(Clone)]
pub struct Secrets {
    /// Makes and reads serials.
    pub serial: SerialKey,
    /// Makes hidden codes.
    pub hidden: HiddenKey,
    /// Signs the cookie that names a phone.
    pub phone: PhoneKey,
    /// Makes the second factors of people.
    pub people: PeopleKey,
    /// Names the forms of tips, and encrypts contacts; it follows from the people key.
    pub tips: TipKey,
}

impl KeyFolder {
    /// The folder at this path; it need not exist yet.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// `keyring.toml`.
    pub fn keyring_path(&self) -> PathBuf {
        self.path.join("keyring.toml")
    }

    /// The private file of a signing key.
    pub fn signing_path(&self, id: KeyId) -> PathBuf {
        self.path.join(format!("signing-{id}.pem"))
    }

    /// The file of a 32-byte key.
    pub fn secret_path(&self, name: SecretName) -> PathBuf {
        self.path.join(format!("{}.key", name.word()))
    }

    /// All private files that this folder has or should have, given its keyring.
    pub fn private_paths(&self, ring: &Keyring) -> Vec<PathBuf> {
        let secrets = SecretName::ALL.map(|name| self.secret_path(name));
        let signing = ring.entries().map(|entry| self.signing_path(entry.id));
        secrets.into_iter().chain(signing).collect()
    }

    /// Keeps other processes from changing the folder until the returned file is dropped.
    ///
    /// # Errors
    /// If the folder cannot be made or locked.
    pub fn lock(&self) -> Result<File, KeystoreError> {
        fs::create_dir_all(&self.path).map_err(|source| io(&self.path, source))?;
        let path = self.path.join(".lock");
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(|source| io(&path, source))?;
        file.lock().map_err(|source| io(&path, source))?;
        Ok(file)
    }

    /// Whether there is a keyring.
    pub fn has_keyring(&self) -> bool {
        self.keyring_path().exists()
    }

    /// Reads the keyring.
    ///
    /// # Errors
    /// [`KeystoreError::NoKeys`] if there is none; [`KeystoreError::Keyring`] if it breaks its rules.
    pub fn read_keyring(&self) -> Result<Keyring, KeystoreError> {
        if !self.has_keyring() {
            return Err(KeystoreError::NoKeys(self.path.clone()));
        }
        read_keyring_file(&self.keyring_path())
    }

    /// Replaces the keyring. When it returns, the new one is durable; a crash leaves the old or the new one.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn write_keyring(&self, ring: &Keyring) -> Result<(), KeystoreError> {
        let path = self.keyring_path();
        private_file::replace(&path, ring.to_toml().as_bytes(), 0o644)
            .map_err(|source| io(&path, source))
    }

    /// Writes a new private signing key; never overwrites one. `salt` is used if there is a passphrase.
    ///
    /// # Errors
    /// If the file exists or cannot be written.
    pub fn write_signing_key(
        &self,
        id: KeyId,
        key: &SigningKey,
        passphrase: Option<&Passphrase>,
        salt: &[u8; 32],
    ) -> Result<(), KeystoreError> {
        let text = pem::encode(key, passphrase, salt);
        private_file::create(&self.signing_path(id), text.as_bytes())
    }

    /// Writes a new 32-byte key; never overwrites one. `salt` is used if there is a passphrase.
    ///
    /// # Errors
    /// If the file exists or cannot be written.
    pub fn write_secret(
        &self,
        name: SecretName,
        key: &Secret,
        passphrase: Option<&Passphrase>,
        salt: &[u8; 32],
    ) -> Result<(), KeystoreError> {
        let bytes = secret_file::encode(key, passphrase, salt);
        private_file::create(&self.secret_path(name), &bytes)
    }

    /// Reads a signing key and holds it against the keyring.
    ///
    /// # Errors
    /// Every way in which the file can be missing, open to others, damaged, locked or not the one of the keyring.
    pub fn signing_key(
        &self,
        ring: &Keyring,
        id: KeyId,
        passphrase: Option<&Passphrase>,
    ) -> Result<SigningKey, KeystoreError> {
        let path = self.signing_path(id);
        let key = pem::decode(&path, &private_file::read(&path)?, passphrase)?;
        match ring.get(id) {
            Some(entry) if entry.public == key.verifying_key() => Ok(key),
            _ => Err(KeystoreError::Disagrees(path)),
        }
    }

    /// Reads the 32-byte keys and holds each against the keyring.
    ///
    /// # Errors
    /// As [`KeyFolder::signing_key`].
    pub fn secrets(
        &self,
        ring: &Keyring,
        passphrase: Option<&Passphrase>,
    ) -> Result<Secrets, KeystoreError> {
        let secret = |name| self.secret(ring, name, passphrase);
        let serial = SerialKey::new(&*secret(SecretName::Serial)?);
        let hidden = HiddenKey::new(&*secret(SecretName::Hidden)?);
        let phone = PhoneKey::new(&*secret(SecretName::Phone)?);
        let people = secret(SecretName::People)?;
        Ok(Secrets {
            serial,
            hidden,
            phone,
            people: PeopleKey::new(&people),
            tips: TipKey::new(&people),
        })
    }

    /// Holds every private signing key against the keyring. Active keys must be there; retired and compromised ones
    /// may have been taken away.
    ///
    /// # Errors
    /// As [`KeyFolder::signing_key`].
    pub fn check_signing_keys(
        &self,
        ring: &Keyring,
        passphrase: Option<&Passphrase>,
    ) -> Result<(), KeystoreError> {
        for entry in ring.entries() {
            if entry.status == KeyStatus::Active || self.signing_path(entry.id).exists() {
                self.signing_key(ring, entry.id, passphrase)?;
            }
        }
        Ok(())
    }

    /// Reads a 32-byte key without holding it against a keyring: for the moment before there is one.
    ///
    /// # Errors
    /// As [`KeyFolder::signing_key`], except that nothing is compared.
    pub fn unchecked_secret(
        &self,
        name: SecretName,
        passphrase: Option<&Passphrase>,
    ) -> Result<Secret, KeystoreError> {
        let path = self.secret_path(name);
        secret_file::decode(&path, &private_file::read(&path)?, passphrase)
    }

    /// Whether the private files are encrypted; all of a folder are, or none.
    ///
    /// # Errors
    /// If the serial key cannot be read.
    pub fn is_encrypted(&self) -> Result<bool, KeystoreError> {
        let bytes = private_file::read(&self.secret_path(SecretName::Serial))?;
        Ok(secret_file::is_encrypted(&bytes))
    }

    /// Reads a 32-byte key and holds it against the keyring.
    ///
    /// # Errors
    /// As [`KeyFolder::signing_key`].
    pub fn secret(
        &self,
        ring: &Keyring,
        name: SecretName,
        passphrase: Option<&Passphrase>,
    ) -> Result<Secret, KeystoreError> {
        let key = self.unchecked_secret(name, passphrase)?;
        if ring.checks.of(name) == secret_check(name, &key) {
            return Ok(key);
        }
        let path = self.secret_path(name);
        Err(KeystoreError::Disagrees(path))
    }
}

/// Reads a keyring from any place, such as one downloaded to check codes offline.
///
/// # Errors
/// If the file cannot be read or breaks its rules.
pub fn read_keyring_file(path: &Path) -> Result<Keyring, KeystoreError> {
    let text = fs::read_to_string(path).map_err(|source| io(path, source))?;
    Keyring::from_toml(&text).map_err(|source| KeystoreError::Keyring {
        path: path.to_owned(),
        source,
    })
}
