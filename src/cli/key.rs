//! `yuanmark key …`

use clap::Subcommand;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::arguments::Installation;
use super::failure::Failure;
use super::output::{Output, beijing, or_dash, table};
use super::values::time;
use crate::domain::keyring::{KeyEntry, KeyId, KeyStatus, KeyringError};
use crate::domain::said::said;
use crate::service::keys::{self, JwkSet};
use crate::service::{ServiceError, system};

#[derive(Subcommand)]
pub(super) enum Key {
    /// Make a signing key, and with the first one the serial, hidden, phone and people keys
    ///
    /// New batches use the newest active key; marks of older keys stay good. With --passphrase-file the private files
    /// are encrypted in forms that openssl reads.
    #[command(after_help = "EXAMPLE\n  yuanmark key new --keys /etc/yuanmark/keys")]
    New {
        /// The key's number in codes, 0 to 255; the next free one if left out
        #[arg(long, value_name = "N")]
        id: Option<u8>,
    },
    /// List the keys
    #[command(after_help = "EXAMPLE\n  yuanmark key list --json")]
    List,
    /// Use a key for no new batch; its marks stay good
    #[command(after_help = "EXAMPLE\n  yuanmark key new && yuanmark key retire 1")]
    Retire {
        /// The key
        id: u8,
    },
    /// Say that a private key may be in other hands
    ///
    /// Marks issued before that time stay good, since the ledger proves their issue; all later ones become "not ours".
    #[command(
        after_help = "EXAMPLE\n  yuanmark key compromise 1 --since 2026-04-02T08:00:00+08:00"
    )]
    Compromise {
        /// The key
        id: u8,
        /// From when on the key proves nothing; now if left out
        #[arg(long, value_parser = time, value_name = "TIME")]
        since: Option<Timestamp>,
    },
    /// Print a public key as PEM, or the whole keyring as JWKS with --json
    #[command(
        after_help = "EXAMPLE\n  yuanmark key export 1 > key-1.pub.pem\n  yuanmark key export --json > jwks.json"
    )]
    Export {
        /// The key; the newest active one if left out
        id: Option<u8>,
    },
}

impl Key {
    pub(super) fn run(self, place: &Installation, output: &mut Output) -> Result<(), Failure> {
        let folder = place.key_folder();
        let now = system::now();
        match self {
            Self::New { id } => {
                let passphrase = place.passphrase()?;
                let id = keys::make(&folder, id.map(KeyId), passphrase.as_ref(), now)?;
                let text = format!(
                    "made key {id} in {}\nback that folder up now: lost keys cannot be made again",
                    folder.path().display()
                );
                output.result(&json!({"key": id, "folder": folder.path()}), &text)
            }
            Self::List => {
                let ring = folder.read_keyring()?;
                let rows: Vec<Vec<String>> = ring.entries().map(row).collect();
                let text = table(&["id", "status", "from", "until", "public key"], &rows);
                let keys: Vec<Value> = ring.entries().map(to_json).collect();
                output.result(&json!({ "keys": keys }), &text)
            }
            Self::Retire { id } => {
                keys::retire(&folder, KeyId(id), now)?;
                let text =
                    format!("key {id} is retired: its marks stay good, no new batch uses it");
                output.result(&json!({"key": id, "status": "retired"}), &text)
            }
            Self::Compromise { id, since } => {
                let since = since.unwrap_or(now);
                let asked = since;
                let since = keys::compromise(&folder, KeyId(id), asked, now)?;
                if since < asked {
                    output.note("an earlier time was said before, and the earlier one counts")?;
                }
                let text = format!(
                    "key {id} is compromised: what it signed at or after {} is not ours",
                    beijing(since)
                );
                output.result(
                    &json!({"key": id, "status": "compromised", "since": since}),
                    &text,
                )
            }
            Self::Export { id } => {
                let ring = folder.read_keyring()?;
                let entry = match id {
                    Some(id) => ring
                        .get(KeyId(id))
                        .ok_or(ServiceError::from(KeyringError::Unknown(KeyId(id)))),
                    None => ring.newest_active().ok_or_else(|| {
                        ServiceError::refused(
                            said!("no signing key is active", "没有启用中的签名密钥"),
                            said!(
                                "name a key, as in `yuanmark key export 1`; `yuanmark key list` shows them",
                                "请指明要导出的密钥"
                            ),
                        )
                    }),
                }?;
                let set = serde_json::to_value(JwkSet::of(&ring)).unwrap_or_default();
                output.result(&set, &keys::public_pem(entry))
            }
        }
    }
}

fn until(entry: &KeyEntry) -> String {
    match entry.status {
        KeyStatus::Compromised { since } => beijing(since),
        KeyStatus::Active | KeyStatus::Retired => or_dash(entry.until.map(beijing)),
    }
}

fn row(entry: &KeyEntry) -> Vec<String> {
    vec![
        entry.id.to_string(),
        entry.status.word().to_owned(),
        beijing(entry.from),
        until(entry),
        entry.public_base64url(),
    ]
}

fn to_json(entry: &KeyEntry) -> Value {
    let since = match entry.status {
        KeyStatus::Compromised { since } => Some(since),
        KeyStatus::Active | KeyStatus::Retired => None,
    };
    json!({
        "id": entry.id,
        "status": entry.status.word(),
        "from": entry.from,
        "until": entry.until,
        "compromised_since": since,
        "public_key": entry.public_base64url(),
    })
}
