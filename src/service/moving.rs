//! Moving the installation from SQLite to PostgreSQL while it goes on answering.
//!
//! The bulk is copied from one state of SQLite. Then, for the short rest, SQLite takes no writes: what came since is
//! copied, every row is compared, and SQLite is left. A move that breaks off anywhere begins anew when it is run again;
//! one that broke off after SQLite was left is only handed over (`docs/decisions/0028-moving.md`).

use jiff::Timestamp;
use serde_json::json;

use super::ServiceError;
use super::trail::{self, Note, Origin};
use crate::domain::refusal::Refusal;
use crate::domain::said::said;
use crate::store::moving::{Departure, Doing, Found, MovingError, Source, Target};
use crate::store::trail::Outcome;
use crate::store::{DatabaseUrl, StoreError};

/// How far a move has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress<'a> {
    /// So many rows are to be copied, while the server answers.
    Began(u64),
    /// So many further rows of a table were copied or compared.
    Rows(Doing, &'a str, u64),
    /// From now on SQLite takes no writes.
    Locked,
    /// SQLite is being left: from now on it must not be broken off.
    Leaving,
}

/// A table and its rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The table.
    pub table: String,
    /// How many rows it has.
    pub rows: u64,
}

/// What was moved, or would be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// The tables, as they were when the copying began.
    pub parts: Vec<Part>,
    /// When SQLite was left; `None` if it was only looked.
    pub at: Option<Timestamp>,
    /// Whether an earlier attempt had done everything but the handing over.
    pub was_done: bool,
}

/// Says what would be moved, and whether it could be; changes nothing.
///
/// # Errors
/// [`ServiceError::Refused`] for a source or target that cannot be; the databases.
pub async fn look(from: &DatabaseUrl, to: &DatabaseUrl, name: &str) -> Result<Move, ServiceError> {
    refuse_kinds(from, to)?;
    let source = Source::open(from).await?;
    if let Some(Departure { to, at }) = source.departure().await? {
        return Err(StoreError::Moved { to, at }.into());
    }
    let mut target = Target::open(to).await.map_err(told)?;
    let snapshot = source.snapshot().await.map_err(told)?;
    refuse_other(
        target.found().await.map_err(told)?,
        &source
            .known_name()
            .await?
            .unwrap_or_else(|| name.to_owned()),
    )?;
    target.close().await;
    let parts = parts(snapshot.tables());
    drop(snapshot);
    source.close().await;
    Ok(Move {
        parts,
        at: None,
        was_done: false,
    })
}

/// Moves the installation. `name` is what this move is called if no earlier attempt has given it a name; `clock` is asked
/// when it begins and when SQLite is left.
///
/// # Errors
/// [`ServiceError::Refused`] for a source or target that cannot be; [`StoreError::CopyDiffers`]; the databases. SQLite is in
/// force then, unless the last step alone, the handing over, is left to be done by running it again.
pub async fn run(
    from: &DatabaseUrl,
    to: &DatabaseUrl,
    name: &str,
    origin: &Origin,
    clock: fn() -> Timestamp,
    watch: &mut (dyn FnMut(Progress<'_>) + Send),
) -> Result<Move, ServiceError> {
    refuse_kinds(from, to)?;
    let source = Source::open(from).await?;
    let departure = source.departure().await?;
    let mut target = Target::open(to).await.map_err(told)?;
    let done = match departure {
        Some(departure) => finish(&source, &mut target, departure).await,
        None => go(&source, &mut target, to, name, origin, clock, watch).await,
    };
    target.close().await;
    source.close().await;
    done
}

async fn go(
    source: &Source,
    target: &mut Target,
    to: &DatabaseUrl,
    name: &str,
    origin: &Origin,
    clock: fn() -> Timestamp,
    watch: &mut (dyn FnMut(Progress<'_>) + Send),
) -> Result<Move, ServiceError> {
    let mut snapshot = source.snapshot().await.map_err(told)?;
    let found = target.found().await.map_err(told)?;
    let name = match source.known_name().await? {
        Some(name) => name,
        None => name.to_owned(),
    };
    refuse_other(found, &name)?;
    source.write_name(&name).await?;
    let parts = parts(snapshot.tables());
    watch(Progress::Began(parts.iter().map(|part| part.rows).sum()));
    let begun = target.begin(&name, clock(), snapshot.tables()).await;
    begun.map_err(told)?;
    let mut rows = |doing: Doing, table: &str, rows| watch(Progress::Rows(doing, table, rows));
    target.fill(&mut snapshot, &mut rows).await.map_err(told)?;
    let tables = snapshot.end();

    let mut locked = source.lock().await?;
    watch(Progress::Locked);
    let at = clock();
    let note =
        Note::new("database-move").changed(None, Some(json!({"to": to.to_string()}).to_string()));
    trail::write(locked.tx(), origin, at, Outcome::Done, note).await?;
    let mut rows = |doing: Doing, table: &str, rows| watch(Progress::Rows(doing, table, rows));
    let followed = target.follow(&mut locked, &tables, &mut rows).await;
    followed.map_err(told)?;
    watch(Progress::Leaving);
    locked.leave(&tables, to, at).await?;
    target.hand_over().await.map_err(told)?;
    Ok(Move {
        parts,
        at: Some(at),
        was_done: false,
    })
}

/// SQLite was left, and the copy not handed over.
async fn finish(
    source: &Source,
    target: &mut Target,
    departure: Departure,
) -> Result<Move, ServiceError> {
    let Departure { to, at } = departure;
    let name = source.known_name().await?;
    match target.found().await {
        Ok(Found::Copy {
            name: theirs,
            is_whole: true,
        }) if Some(&theirs) == name.as_ref() => {}
        _ => return Err(StoreError::Moved { to, at }.into()),
    }
    target.hand_over().await.map_err(told)?;
    Ok(Move {
        parts: Vec::new(),
        at: Some(at),
        was_done: true,
    })
}

fn parts(tables: &[crate::store::moving::Counted]) -> Vec<Part> {
    let part = |one: &crate::store::moving::Counted| Part {
        table: one.table.name.clone(),
        rows: one.rows,
    };
    tables.iter().map(part).collect()
}

fn refuse_kinds(from: &DatabaseUrl, to: &DatabaseUrl) -> Result<(), ServiceError> {
    if matches!(
        (from, to),
        (DatabaseUrl::Sqlite(_), DatabaseUrl::Postgres(_))
    ) {
        return Ok(());
    }
    Err(Refusal::invalid(
        said!(
            "an installation moves from SQLite to PostgreSQL, not from {from} to {to}",
            "只能从 SQLite 迁移到 PostgreSQL，不能从 {from} 迁移到 {to}"
        ),
        said!(
            "name the SQLite file with --database and the PostgreSQL database with --to",
            "请指定 SQLite 文件和 PostgreSQL 数据库"
        ),
    )
    .into())
}

fn refuse_other(found: Found, name: &str) -> Result<(), ServiceError> {
    match found {
        Found::Copy { name: theirs, .. } if theirs != name => Err(told(MovingError::OtherCopy)),
        Found::Copy { .. } | Found::Empty => Ok(()),
    }
}

/// In words.
fn told(error: MovingError) -> ServiceError {
    let empty_one = || {
        said!(
            "make an empty database with createdb and name that; nothing was changed",
            "请新建一个空数据库；没有改动任何数据"
        )
    };
    match error {
        MovingError::Store(error) => error.into(),
        MovingError::NotEmpty(table) => ServiceError::refused(
            said!(
                "the target is not empty: it holds the table {table}",
                "目标数据库不是空的，已有数据表 {table}"
            ),
            empty_one(),
        ),
        MovingError::OtherCopy => ServiceError::refused(
            said!(
                "the target holds an unfinished copy of another installation",
                "目标数据库中有另一套系统未完成的副本"
            ),
            empty_one(),
        ),
        MovingError::UnderWay => ServiceError::refused(
            said!(
                "another move to this target is under way",
                "另一次迁移正在写入该目标数据库"
            ),
            said!("wait until it has ended", "请等待其结束"),
        ),
        MovingError::Nul { table, key } => ServiceError::refused(
            said!(
                "table {table}, row {key}: a text holds the character U+0000, which PostgreSQL does not store",
                "数据表 {table} 第 {key} 行的文字含有 PostgreSQL 不能保存的字符 U+0000"
            ),
            said!(
                "the database was changed by other means; compare it with a backup",
                "数据库被其他途径改动过，请与备份核对"
            ),
        ),
        MovingError::Unknown(table) => ServiceError::refused(
            said!(
                "the table {table} is not as this program makes it",
                "数据表 {table} 与本程序的结构不符"
            ),
            said!(
                "the database was changed by other means; compare it with a backup",
                "数据库被其他途径改动过，请与备份核对"
            ),
        ),
    }
}
