//! Fingerprints of the 32-byte keys.

use hmac::Mac;
use serde::{Deserialize, Serialize};

use crate::domain::serial::keyed;

const LABEL: &[u8] = b"yuanmark/secret-check/v1\0";

/// The 32-byte keys of an installation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretName {
    /// Makes and reads serials.
    Serial,
    /// Makes hidden codes.
    Hidden,
    /// Signs the cookie that names a phone.
    Phone,
    /// Makes the second factors of people.
    People,
}

impl SecretName {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Serial, Self::Hidden, Self::Phone, Self::People];

    /// The word in file names and messages.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Serial => "serial",
            Self::Hidden => "hidden",
            Self::Phone => "phone",
            Self::People => "people",
        }
    }
}

/// Fingerprints of the 32-byte keys, so that a swapped or damaged key file is noticed before it is used.
/// Eight bytes of an HMAC under the key, in hex: they tell nothing of the key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecretChecks {
    /// Of the serial key.
    pub serial: String,
    /// Of the hidden key.
    pub hidden: String,
    /// Of the phone key.
    pub phone: String,
    /// Of the people key.
    pub people: String,
}

impl SecretChecks {
    /// The fingerprint that the keyring holds of this key.
    pub fn of(&self, name: SecretName) -> &str {
        match name {
            SecretName::Serial => &self.serial,
            SecretName::Hidden => &self.hidden,
            SecretName::Phone => &self.phone,
            SecretName::People => &self.people,
        }
    }

    /// The place for the fingerprint of this key.
    pub fn of_mut(&mut self, name: SecretName) -> &mut String {
        match name {
            SecretName::Serial => &mut self.serial,
            SecretName::Hidden => &mut self.hidden,
            SecretName::Phone => &mut self.phone,
            SecretName::People => &mut self.people,
        }
    }
}

/// The fingerprint of a key: 16 hex digits, the first eight bytes of an HMAC under it. The name goes in, so that
/// two swapped files are noticed.
pub fn secret_check(name: SecretName, key: &[u8; 32]) -> String {
    let mut mac = keyed(key);
    mac.update(LABEL);
    mac.update(name.word().as_bytes());
    format!("{:016x}", crate::domain::serial::first_u64(mac))
}
