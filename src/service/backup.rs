//! Backing a SQLite installation up while it serves, and putting a backup back into an empty place
//! (`docs/decisions/0039-backup.md`).
//!
//! A backup is one file: everything the database holds, and no key. It is there under its name only when it is whole and
//! proved; so is what is restored.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde_json::json;

use super::aside::aside;
use super::audit::{self, Audit};
use super::trail::{self, Note, Origin};
use super::{ServiceError, pack};
use crate::domain::refusal::Refusal;
use crate::domain::said::said;
use crate::store::trail::Outcome;
use crate::store::{DatabaseUrl, Store, StoreError, Tx, backup, migrate};

/// What a backup holds.
#[derive(Clone, Debug)]
pub struct Backup {
    /// When it was taken.
    pub at: Timestamp,
    /// Bytes of the file.
    pub bytes: u64,
    /// What was proved of it.
    pub audit: Audit,
}

/// Writes a backup into a file that is not there yet, and proves it. The server goes on answering meanwhile.
///
/// # Errors
/// [`ServiceError::Refused`] for PostgreSQL, a file that is there, and a database that is not sound; [`ServiceError::Files`];
/// the database. No file is left then.
pub async fn make(
    store: &Store,
    file: &Path,
    origin: &Origin,
    now: Timestamp,
) -> Result<Backup, ServiceError> {
    let place = Place::new(file)?;
    let note = Note::new("database-backup").changed(
        None,
        Some(json!({"file": file.display().to_string()}).to_string()),
    );
    trail::write_alone(store, origin, now, Outcome::Done, note).await?;
    backup::copy_into(store, &place.part).await?;
    let copy = Store::connect(&place.url()).await?;
    let proved = prove(&copy).await;
    let marked = match &proved {
        Ok(_) => backup::mark(&copy, now).await,
        Err(_) => Ok(()),
    };
    copy.close().await;
    let audit = proved?;
    marked?;
    let bytes = place.keep().await?;
    Ok(Backup {
        at: now,
        bytes,
        audit,
    })
}

/// Puts a backup into a place where no database is, brings its schema up to date and proves it.
///
/// # Errors
/// [`ServiceError::Refused`] for what is no backup, or not as it was written, and for a place where something is;
/// [`ServiceError::Files`]; the database. Nothing is left in the place then.
pub async fn restore(
    file: &Path,
    to: &Path,
    origin: &Origin,
    now: Timestamp,
) -> Result<Backup, ServiceError> {
    let place = Place::new(to)?;
    let (from, part) = (file.to_owned(), place.part.clone());
    let copied = aside(move || fs::copy(&from, &part)).await;
    copied.map_err(|source| no_file(file, source))?;
    let copy = match Store::connect(&place.url()).await {
        Err(error @ StoreError::Unavailable(_)) if error.is_wrong_database() => {
            return Err(no_backup(file));
        }
        copy => copy?,
    };
    let done = awaken(&copy, file, origin, now).await;
    copy.close().await;
    let (at, audit) = done?;
    let bytes = place.keep().await?;
    Ok(Backup { at, bytes, audit })
}

async fn awaken(
    copy: &Store,
    file: &Path,
    origin: &Origin,
    now: Timestamp,
) -> Result<(Timestamp, Audit), ServiceError> {
    let mut tx = copy.read().await?;
    let Some(at) = backup::taken_at(&mut tx).await? else {
        return Err(no_backup(file));
    };
    refuse_damaged(&mut tx).await?;
    drop(tx);
    backup::make_live(copy).await?;
    migrate::run(copy).await?;
    let audit = prove(copy).await?;
    let note = Note::new("database-restore").changed(None, Some(json!({"taken": at}).to_string()));
    trail::write_alone(copy, origin, now, Outcome::Done, note).await?;
    Ok((at, audit))
}

/// The file is sound, and its ledger as it was written.
async fn prove(copy: &Store) -> Result<Audit, ServiceError> {
    refuse_damaged(&mut copy.read().await?).await?;
    let audit = audit::verify(copy, None).await?;
    match audit.findings.first() {
        None => Ok(audit),
        Some(finding) => {
            let what = &finding.what;
            Err(ServiceError::refused(
                said!(
                    "the ledger is not as it was written: {what}",
                    "台账与写入时不符：{what}"
                ),
                said!(
                    "`yuanmark ledger verify` tells all of it; keep the last good backup",
                    "请核对全部台账，并保留上一份完好的备份"
                ),
            ))
        }
    }
}

async fn refuse_damaged(tx: &mut Tx) -> Result<(), ServiceError> {
    match backup::damage(tx).await? {
        None => Ok(()),
        Some(what) => Err(ServiceError::refused(
            said!("the database is damaged: {what}", "数据库已损坏：{what}"),
            said!(
                "keep it as it is, and the last good backup",
                "请原样保留，并保留上一份完好的备份"
            ),
        )),
    }
}

fn no_backup(file: &Path) -> ServiceError {
    let file = file.display();
    Refusal::invalid(
        said!(
            "{file} is no backup of yuanmark",
            "{file} 不是本系统的备份文件"
        ),
        said!(
            "name a file that `yuanmark backup` has written; what pg_dump wrote is for pg_restore",
            "请指定由备份命令写出的文件"
        ),
    )
    .into()
}

/// A name that leads nowhere is the caller's fault, a full disk is not.
fn no_file(path: &Path, source: io::Error) -> ServiceError {
    let kind = source.kind();
    if !matches!(
        kind,
        io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied | io::ErrorKind::IsADirectory
    ) {
        let path = path.to_owned();
        return ServiceError::Files { path, source };
    }
    let path = path.display();
    Refusal::invalid(
        said!("{path}: {source}", "{path}：{source}"),
        said!(
            "name a file in a folder that is there and that you may use",
            "请指定可以访问的文件夹中的文件"
        ),
    )
    .into()
}

/// Where a database file comes to be: beside its name, for its owner alone, until it is whole.
struct Place {
    path: PathBuf,
    part: PathBuf,
}

/// What SQLite keeps beside a file.
const COMPANIONS: [&str; 3] = ["-wal", "-shm", "-journal"];

impl Place {
    fn new(path: &Path) -> Result<Self, ServiceError> {
        let is_there = |path: &Path| path.symlink_metadata().is_ok();
        let companions = COMPANIONS.map(|ending| with_ending(path, ending));
        let found = std::iter::once(path).chain(companions.iter().map(PathBuf::as_path));
        for path in found {
            if is_there(path) {
                let path = path.display();
                return Err(ServiceError::refused(
                    said!("{path} is there already", "{path} 已经存在"),
                    said!(
                        "name another file, or move this one away",
                        "请换一个文件名，或先移走该文件"
                    ),
                ));
            }
        }
        let place = Self {
            path: path.to_owned(),
            part: with_ending(path, ".part"),
        };
        // What an attempt that was killed has left.
        place.remove_parts();
        let made = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&place.part);
        made.map_err(|source| no_file(path, source))?;
        Ok(place)
    }

    fn url(&self) -> DatabaseUrl {
        DatabaseUrl::Sqlite(self.part.clone())
    }

    /// Has it under its name for good; its bytes.
    async fn keep(self) -> Result<u64, ServiceError> {
        let (path, part) = (self.path.clone(), self.part.clone());
        let kept = aside(move || {
            let file = File::open(&part)?;
            file.sync_all()?;
            // A link, unlike a new name, takes no other file's place.
            fs::hard_link(&part, &path)?;
            pack::sync_folder_of(&path)?;
            Ok(file.metadata()?.len())
        });
        kept.await.map_err(|source| no_file(&self.path, source))
    }

    fn remove_parts(&self) {
        _ = fs::remove_file(&self.part);
        for ending in COMPANIONS {
            _ = fs::remove_file(with_ending(&self.part, ending));
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.remove_parts();
    }
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// What to do instead on PostgreSQL, whose own tools do it better.
pub fn on_postgres(database: &DatabaseUrl) -> ServiceError {
    let address = database.without_password();
    ServiceError::refused(
        said!(
            "PostgreSQL is backed up and restored by its own tools",
            "PostgreSQL 请用其自带工具备份和恢复"
        ),
        said!(
            "back it up with `pg_dump --format=custom --file=yuanmark.dump '{address}'`; to restore, make an empty database with \
             createdb and run `pg_restore --exit-on-error --single-transaction --no-owner --dbname='{address}' yuanmark.dump` with \
             its name, then `yuanmark doctor` and `yuanmark ledger verify`",
            "备份：pg_dump --format=custom --file=yuanmark.dump '{address}'；恢复：先建空数据库，再执行 pg_restore \
             --exit-on-error --single-transaction --no-owner --dbname='{address}' yuanmark.dump"
        ),
    )
}
