//! `keyring.toml`: the keyring as a file that people can read too.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ed25519_dalek::VerifyingKey;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{KeyEntry, KeyId, KeyStatus, Keyring, KeyringError, SecretChecks};

impl Keyring {
    /// Reads `keyring.toml`.
    ///
    /// # Errors
    /// If the text is not what we write, names a key twice, or holds a public key that is none.
    pub fn from_toml(text: &str) -> Result<Self, KeyringError> {
        let file: File = toml::from_str(text).map_err(|error| format_error(text, &error))?;
        let mut ring = Self::new(file.checks);
        for key in file.key {
            ring.insert_new(key.parse()?)?;
        }
        Ok(ring)
    }

    /// Writes `keyring.toml`.
    pub fn to_toml(&self) -> String {
        let file = File {
            checks: self.checks.clone(),
            key: self.keys.values().map(FileKey::of).collect(),
        };
        let body = toml::to_string(&file).expect("plain strings and numbers are always TOML");
        format!("{FILE_HEAD}\n{body}")
    }
}

/// In one line: the error's own text is a drawing of several.
fn format_error(text: &str, error: &toml::de::Error) -> KeyringError {
    let before = error.span().and_then(|span| text.get(..span.start));
    let line = before.map_or(1, |before| before.matches('\n').count() + 1);
    KeyringError::Format(format!("line {line}: {}", error.message()))
}

const FILE_HEAD: &str = "\
# The keyring of this installation: public, written by `yuanmark key`.
# active: new batches may use the key. retired: its marks stay good. compromised: they stay good only
# where their issue is proven older than `compromised_since`.
";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    checks: SecretChecks,
    #[serde(default)]
    key: Vec<FileKey>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileKey {
    id: KeyId,
    algorithm: String,
    public_key: String,
    from: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<Timestamp>,
    status: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    compromised_since: Option<Timestamp>,
}

impl FileKey {
    fn of(entry: &KeyEntry) -> Self {
        Self {
            id: entry.id,
            algorithm: "Ed25519".into(),
            public_key: entry.public_base64url(),
            from: entry.from,
            until: entry.until,
            status: entry.status.word().into(),
            compromised_since: match entry.status {
                KeyStatus::Compromised { since } => Some(since),
                KeyStatus::Active | KeyStatus::Retired => None,
            },
        }
    }

    fn parse(self) -> Result<KeyEntry, KeyringError> {
        let id = self.id;
        let wrong = |what| KeyringError::Entry { id, what };
        if self.algorithm != "Ed25519" {
            return Err(wrong("the algorithm must be Ed25519"));
        }
        let status = match (self.status.as_str(), self.compromised_since) {
            ("active", None) => KeyStatus::Active,
            ("retired", None) => KeyStatus::Retired,
            ("compromised", Some(since)) => KeyStatus::Compromised { since },
            ("compromised", None) => return Err(wrong("compromised_since is missing")),
            ("active" | "retired", Some(_)) => {
                return Err(wrong("compromised_since needs that status"));
            }
            _ => return Err(wrong("the status must be active, retired or compromised")),
        };
        let public = URL_SAFE_NO_PAD
            .decode(&self.public_key)
            .ok()
            .and_then(|bytes| <[u8; 32]>::try_from(bytes).ok())
            .and_then(|bytes| VerifyingKey::from_bytes(&bytes).ok())
            .filter(|key| !key.is_weak())
            .ok_or_else(|| {
                wrong("the public key is not 43 characters of base64url of an Ed25519 key")
            })?;
        Ok(KeyEntry {
            id,
            public,
            from: self.from,
            until: self.until,
            status,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ed25519_dalek::SigningKey;

    #[test]
    fn a_damaged_file_is_refused_with_the_reason() {
        let mut ring = Keyring::new(SecretChecks::default());
        ring.add(
            KeyId(1),
            SigningKey::from_bytes(&[1; 32]).verifying_key(),
            Timestamp::UNIX_EPOCH,
        )
        .unwrap();
        let good = ring.to_toml();
        let cases = [
            (good.replace("Ed25519", "SM2"), "algorithm"),
            (good.replace("\"active\"", "\"lost\""), "status"),
            (
                good.replace("\"active\"", "\"compromised\""),
                "compromised_since",
            ),
            (
                good.replace("public_key = \"", "public_key = \"A"),
                "public key",
            ),
            (good.replace("id = 1", "id = 256"), "cannot be read"),
            (format!("{good}\nsurprise = 1\n"), "cannot be read"),
        ];
        for (text, expected) in cases {
            let error = Keyring::from_toml(&text).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}
