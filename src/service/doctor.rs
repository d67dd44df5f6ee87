//! Is this installation well? Each check says what it found and, if something is wrong, what to do.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::domain::calendar::{clock_of, day_of};
use crate::domain::keyring::{KeyStatus, Keyring};
use crate::domain::licensee::LicenseeNumber;
use crate::keystore::{KeyFolder, Passphrase, is_readable_by_others};
use crate::service::belonging;
use crate::store::{DatabaseUrl, Store, batch, health, licensee, migrate, unissued};

/// Bytes; below this a busy day could fill the disk.
const LITTLE_DISK: u64 = 1 << 30;
/// A clock that stands before this was never set.
const CLOCK_FLOOR: &str = "2026-01-01T00:00:00Z";

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Health {
    /// All is well.
    Ok,
    /// It works, but should be looked at.
    Warning,
    /// It does not work, or must not go on like this.
    Error,
}

/// One check.
#[derive(Clone, Debug, Serialize)]
pub struct Finding {
    /// What was checked.
    pub check: &'static str,
    /// How it ended.
    pub health: Health,
    /// What was found.
    pub found: String,
    /// What to do; empty if all is well.
    pub advice: String,
}

impl Finding {
    fn ok(check: &'static str, found: impl Into<String>) -> Self {
        Self {
            check,
            health: Health::Ok,
            found: found.into(),
            advice: String::new(),
        }
    }

    fn wrong(
        check: &'static str,
        health: Health,
        found: impl Into<String>,
        advice: impl Into<String>,
    ) -> Self {
        Self {
            check,
            health,
            found: found.into(),
            advice: advice.into(),
        }
    }
}

/// Examines database, schema, keys, clock, disk and invariants. Never fails: what cannot be examined is a finding.
pub async fn examine(
    database: &DatabaseUrl,
    folder: &KeyFolder,
    passphrase: Option<&Passphrase>,
    now: Timestamp,
) -> Vec<Finding> {
    let ring = folder.read_keyring().ok();
    let mut findings = vec![keys(folder, passphrase)];
    findings.push(clock(ring.as_ref(), now));
    findings.push(disk(database));
    findings.extend(file_mode(database));
    match Store::connect(database).await {
        Err(error) => findings.push(Finding::wrong(
            "database",
            Health::Error,
            format!("{database}: {error}"),
            error.advice(),
        )),
        Ok(store) => {
            findings.push(Finding::ok("database", format!("{database} answers")));
            match migrate::check(&store).await {
                Err(error) => {
                    let advice = error.advice();
                    findings.push(Finding::wrong(
                        "schema",
                        Health::Error,
                        error.to_string(),
                        advice,
                    ));
                }
                Ok(()) => {
                    let found = format!("version {}, as this program needs", migrate::NEEDED);
                    findings.push(Finding::ok("schema", found));
                    findings.extend(contents(&store, ring.as_ref(), now).await);
                }
            }
            store.close().await;
        }
    }
    findings
}

fn keys(folder: &KeyFolder, passphrase: Option<&Passphrase>) -> Finding {
    let examined = folder.read_keyring().and_then(|ring| {
        folder.secrets(&ring, passphrase)?;
        folder.check_signing_keys(&ring, passphrase)?;
        Ok(ring)
    });
    match examined {
        Err(error) => Finding::wrong("keys", Health::Error, error.to_string(), error.advice()),
        Ok(ring) => match ring.newest_active() {
            None => Finding::wrong(
                "keys",
                Health::Warning,
                "no signing key is active",
                "make one with `yuanmark key new` before the next batch",
            ),
            Some(key) => Finding::ok(
                "keys",
                format!(
                    "{} in the ring, private files agree and are private; new batches use key {}",
                    ring.entries().count(),
                    key.id
                ),
            ),
        },
    }
}

fn clock(ring: Option<&Keyring>, now: Timestamp) -> Finding {
    let newest = ring.and_then(|ring| ring.entries().map(|key| key.from).max());
    let floor = CLOCK_FLOOR.parse().unwrap_or(Timestamp::UNIX_EPOCH);
    match newest {
        _ if now < floor => Finding::wrong(
            "clock",
            Health::Error,
            format!("it says {}", clock_of(now)),
            "set the clock, or run NTP",
        ),
        Some(made) if now < made => Finding::wrong(
            "clock",
            Health::Error,
            format!(
                "it says {}, but a key was made at {}",
                clock_of(now),
                clock_of(made)
            ),
            "set the clock, or run NTP; times in the ledger would be wrong",
        ),
        _ => Finding::ok("clock", clock_of(now)),
    }
}

fn disk(database: &DatabaseUrl) -> Finding {
    let folder = match database {
        DatabaseUrl::Sqlite(path) => path.parent().map(Path::to_owned),
        DatabaseUrl::Postgres(_) => None,
    };
    let folder = folder
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or_else(|| PathBuf::from("."));
    match rustix::fs::statvfs(&folder) {
        Err(error) => Finding::wrong(
            "disk",
            Health::Warning,
            format!("{}: {error}", folder.display()),
            "see that the folder exists",
        ),
        Ok(disk) => {
            let free = disk.f_bavail * disk.f_frsize;
            let found = format!("{} MiB free in {}", free >> 20, folder.display());
            if free < LITTLE_DISK {
                Finding::wrong(
                    "disk",
                    Health::Warning,
                    found,
                    "make room before it is full",
                )
            } else {
                Finding::ok("disk", found)
            }
        }
    }
}

/// The file of a SQLite database holds what phones asked: for its owner alone.
fn file_mode(database: &DatabaseUrl) -> Option<Finding> {
    let DatabaseUrl::Sqlite(path) = database else {
        return None;
    };
    let mode = std::fs::metadata(path).ok()?.mode() & 0o777;
    Some(if is_readable_by_others(mode) {
        Finding::wrong(
            "file mode",
            Health::Warning,
            format!("{} can be read by others (mode {mode:o})", path.display()),
            format!("run `chmod 600 {}*`", path.display()),
        )
    } else {
        Finding::ok("file mode", format!("{} is private", path.display()))
    })
}

async fn contents(store: &Store, ring: Option<&Keyring>, now: Timestamp) -> Vec<Finding> {
    match read_contents(store, ring, now).await {
        Ok(findings) => findings,
        Err(error) => vec![Finding::wrong(
            "contents",
            Health::Error,
            error.to_string(),
            error.advice(),
        )],
    }
}

async fn read_contents(
    store: &Store,
    ring: Option<&Keyring>,
    now: Timestamp,
) -> Result<Vec<Finding>, crate::store::StoreError> {
    let mut tx = store.read().await?;
    let mut findings = Vec::new();
    for (invariant, rows) in health::broken_invariants(&mut tx).await? {
        findings.push(Finding::wrong(
            "invariants",
            Health::Error,
            format!("not true of {rows} rows: {invariant}"),
            "the database was changed by other means; compare it with a backup",
        ));
    }
    if findings.is_empty() {
        findings.push(Finding::ok("invariants", "all hold"));
    }
    let is_strange = match ring {
        Some(ring) => belonging::is_of_others(&mut tx, ring).await?,
        None => false,
    };
    findings.extend(ring.map(|_| belongs(is_strange)));
    for id in batch::keys_in_use(&mut tx).await? {
        if ring.is_none_or(|ring| ring.get(id).is_none()) {
            findings.push(Finding::wrong(
                "batch keys",
                Health::Error,
                format!("batches were issued with key {id}, which is not in the keyring"),
                "put the keyring of this database back; until then their marks are told to be not ours",
            ));
        }
    }
    for key in ring.iter().flat_map(|ring| ring.entries()) {
        if let KeyStatus::Compromised { since } = key.status {
            let batches = batch::count_issued_since(&mut tx, key.id, since).await?;
            if batches > 0 {
                findings.push(Finding::wrong(
                    "batch keys",
                    Health::Warning,
                    format!(
                        "batches issued with key {} since it is compromised: {batches}",
                        key.id
                    ),
                    "their marks are told to be not ours: withdraw them and order them anew",
                ));
            }
        }
    }
    let newest = batch::list(&mut tx, &batch::Filter::default(), None, 1).await?;
    if newest
        .first()
        .is_some_and(|batch| batch.issued_at > now + SignedDuration::from_mins(5))
    {
        findings.push(Finding::wrong(
            "clock",
            Health::Error,
            "the newest batch was issued in the future",
            "set the clock, or run NTP",
        ));
    }
    let waiting = licensee::Filter {
        attention_on: Some(day_of(now)),
        ..licensee::Filter::default()
    };
    let waiting = licensee::list(&mut tx, &waiting, LicenseeNumber(0), u32::MAX).await?;
    findings.push(match waiting.len() {
        0 => Finding::ok("attention", "no licensee waits for somebody"),
        licensees => Finding::wrong(
            "attention",
            Health::Warning,
            format!("waiting for somebody: {licensees} (overdue, unused, or for a second person)"),
            "`yuanmark licensee attention` says which and why",
        ),
    });
    let (codes, last) = unissued::count(&mut tx).await?;
    findings.push(match last {
        None => Finding::ok("unissued codes", "no well-signed code without a batch was ever seen"),
        Some(last) => Finding::wrong(
            "unissued codes",
            Health::Error,
            format!("well-signed codes that belong to no batch: {codes}, the last seen at {}", clock_of(last)),
            "first see that this is the database of these keys, and no older copy: then batches are missing, and no key has \
             leaked; otherwise read keys/README.md, then `yuanmark key compromise`",
        ),
    });
    Ok(findings)
}

/// Whether database and key folder belong together.
fn belongs(is_strange: bool) -> Finding {
    if is_strange {
        Finding::wrong(
            "belonging",
            Health::Error,
            "the marks of this database were made with other keys than these",
            "name the key folder of this database with --keys, or the database of these keys with --database",
        )
    } else {
        Finding::ok("belonging", "key folder and database belong together")
    }
}
