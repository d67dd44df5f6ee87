//! Phones whose owners had their history deleted: which wait for it, and how every row that names one is found.
//!
//! No table has an index by phone: it would cost every scan a write at a random place. So the tables are walked through in
//! the order of their keys, once for all phones that wait, a few thousand rows at a time. Counts, times and places stay as
//! they are; a row only no longer says whose it was.
//!
//! Contract: [`Walk::step`] commits what it did before it returns, and doing it again does no harm: after a crash the walk
//! begins anew, for the phones still wait.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::row::Row;
use super::{Store, StoreError, Tx};
use crate::domain::detection::MarkState;
use crate::domain::phone::PhoneHash;
use crate::domain::recent::{Recent, SAME_QUERY};

/// Rows that are looked at in one go; so many are changed in one transaction at most, in which scans wait on SQLite.
const CHUNK: i64 = 2000;
/// Phones of one walk at most; the others wait for the next one.
const MOST_PHONES: i64 = 10_000;

/// Where hashes of phones stand: table and column. `recent` of `mark_queries` holds some besides. A new one is a line here
/// and a stage of [`Walk`]; a test compares with the schema.
pub const COLUMNS: [(&str, &str); 5] = [
    ("claims", "phone"),
    ("mark_evidence", "phone"),
    ("mark_queries", "first_phone"),
    ("phones_to_forget", "phone"),
    ("scans", "phone"),
];

/// Notes that this phone is to be forgotten.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn ask(tx: &mut Tx, phone: PhoneHash, at: Timestamp) -> Result<(), StoreError> {
    let sql = "INSERT INTO phones_to_forget (phone, asked_at) VALUES ($1, $2) ON CONFLICT (phone) DO NOTHING";
    on!(tx, c => sqlx::query(sql)
        .bind(phone.0.to_vec())
        .bind(at.as_microsecond())
        .execute(c).await.map(drop))?;
    Ok(())
}

/// The phones that wait, with when the first of them was asked for; those that have waited longest.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn waiting(tx: &mut Tx) -> Result<(Vec<PhoneHash>, Option<Timestamp>), StoreError> {
    let sql = "SELECT phone, asked_at FROM phones_to_forget ORDER BY asked_at, phone LIMIT $1";
    let rows: Vec<(Vec<u8>, i64)> =
        on!(tx, c => sqlx::query_as(sql).bind(MOST_PHONES).fetch_all(c).await)?;
    let first = rows.first().map(|(_, at)| *at);
    let phones = rows.into_iter().map(|(phone, _)| hash(phone));
    let first = first.and_then(|micros| Timestamp::from_microsecond(micros).ok());
    Ok((phones.collect::<Result<_, _>>()?, first))
}

fn hash(bytes: Vec<u8>) -> Result<PhoneHash, StoreError> {
    let row = Row {
        table: "phones_to_forget",
        key: &"a phone",
    };
    row.value("phone", bytes.try_into().ok()).map(PhoneHash)
}

/// Notes that nothing names these phones any more.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn done(tx: &mut Tx, phones: &[PhoneHash]) -> Result<(), StoreError> {
    for phone in phones {
        let sql = "DELETE FROM phones_to_forget WHERE phone = $1";
        on!(tx, c => sqlx::query(sql).bind(phone.0.to_vec()).execute(c).await.map(drop))?;
    }
    Ok(())
}

/// Whether the installation is being moved to another database, to which rows were copied as they were.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn is_being_moved(tx: &mut Tx) -> Result<bool, StoreError> {
    let Tx::Sqlite(tx) = tx else {
        return Ok(false);
    };
    let sql = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'moving'";
    Ok(sqlx::query(sql).fetch_optional(&mut **tx).await?.is_some())
}

/// What is walked through, one after the other. Scans come last: what a phone asks while the walk is on is found at their
/// end, and the row of its mark with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Who asked first: of marks whose scans are still there and of those whose scans were aged out.
    Marks,
    Claims,
    /// Hidden codes that were given.
    Evidence,
    /// Each scan, and with it what its mark's row says of the last half hour.
    Scans,
}

/// Where a part of a table ends, whether it names such a phone, and the change.
macro_rules! statements {
    ($table:literal) => {
        [
            concat!(
                "SELECT batch, mark_index FROM ", $table, " WHERE (batch, mark_index) > ($1, $2) \
                 ORDER BY batch, mark_index LIMIT 1 OFFSET $3"
            ),
            concat!(
                "SELECT count(*) FROM ", $table, " WHERE (batch, mark_index) > ($1, $2) \
                 AND (batch, mark_index) <= ($3, $4) AND phone IN (SELECT phone FROM phones_to_forget)"
            ),
            concat!(
                "UPDATE ", $table, " SET phone = NULL WHERE (batch, mark_index) > ($1, $2) \
                 AND (batch, mark_index) <= ($3, $4) AND phone IN (SELECT phone FROM phones_to_forget)"
            ),
        ]
    };
}

const CLAIMS: [&str; 3] = statements!("claims");
const EVIDENCE: [&str; 3] = statements!("mark_evidence");

/// A walk through everything that may name a phone.
#[derive(Debug)]
pub struct Walk {
    stage: Stage,
    after: (i64, i64),
    /// Of a mark last asked about before, the scan that its row's `recent` speaks of was aged out.
    stale_before: i64,
    rows: u64,
}

impl Walk {
    /// Begins at the beginning.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn begin(store: &Store, now: Timestamp) -> Result<Self, StoreError> {
        let mut tx = store.read().await?;
        let sql = "SELECT min(at) FROM scans";
        let (oldest,): (Option<i64>,) = on!(&mut tx, c => sqlx::query_as(sql).fetch_one(c).await)?;
        // Clocks are set back, and a group that is being answered takes a moment.
        let over = (now - SAME_QUERY - SignedDuration::from_hours(1)).as_microsecond();
        Ok(Self {
            stage: Stage::Marks,
            after: (i64::MIN, i64::MIN),
            stale_before: oldest.unwrap_or(over).min(over),
            rows: 0,
        })
    }

    /// How many rows named a phone so far.
    pub const fn rows(&self) -> u64 {
        self.rows
    }

    /// Goes on by a few thousand rows; `false` at the end.
    ///
    /// # Errors
    /// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
    pub async fn step(&mut self, store: &Store) -> Result<bool, StoreError> {
        let end = match self.stage {
            Stage::Marks => self.marks(store).await?,
            Stage::Claims => self.holding(store, CLAIMS).await?,
            Stage::Evidence => self.holding(store, EVIDENCE).await?,
            Stage::Scans => self.scans(store).await?,
        };
        let next = match (end, self.stage) {
            (Some(end), _) => {
                self.after = end;
                return Ok(true);
            }
            (None, Stage::Marks) => Stage::Claims,
            (None, Stage::Claims) => Stage::Evidence,
            (None, Stage::Evidence) => Stage::Scans,
            (None, Stage::Scans) => return Ok(false),
        };
        (self.stage, self.after) = (next, (i64::MIN, i64::MIN));
        Ok(true)
    }

    async fn marks(&mut self, store: &Store) -> Result<Option<(i64, i64)>, StoreError> {
        let end = "SELECT batch, mark_index FROM mark_queries WHERE (batch, mark_index) > ($1, $2) \
             ORDER BY batch, mark_index LIMIT 1 OFFSET $3";
        let find = "SELECT count(*) FROM mark_queries WHERE (batch, mark_index) > ($1, $2) \
             AND (batch, mark_index) <= ($3, $4) AND (first_phone IN (SELECT phone FROM phones_to_forget) \
             OR recent IS NOT NULL AND latest_at < $5)";
        let change = "UPDATE mark_queries SET \
             first_phone = CASE WHEN first_phone IN (SELECT phone FROM phones_to_forget) THEN NULL ELSE first_phone END, \
             recent = CASE WHEN latest_at < $5 THEN NULL ELSE recent END \
             WHERE (batch, mark_index) > ($1, $2) AND (batch, mark_index) <= ($3, $4) \
             AND (first_phone IN (SELECT phone FROM phones_to_forget) OR recent IS NOT NULL AND latest_at < $5)";
        self.by_mark(store, [end, find, change], Some(self.stale_before))
            .await
    }

    /// A table whose column `phone` names one.
    async fn holding(
        &mut self,
        store: &Store,
        statements: [&'static str; 3],
    ) -> Result<Option<(i64, i64)>, StoreError> {
        self.by_mark(store, statements, None).await
    }

    /// A part of a table whose key is the mark: where it ends, whether there is anything to change in it, and the change.
    async fn by_mark(
        &mut self,
        store: &Store,
        [end, find, change]: [&'static str; 3],
        stale_before: Option<i64>,
    ) -> Result<Option<(i64, i64)>, StoreError> {
        let (batch, index) = self.after;
        let mut tx = store.read().await?;
        let found: Option<(i64, i64)> = on!(&mut tx, c => sqlx::query_as(end)
            .bind(batch)
            .bind(index)
            .bind(CHUNK - 1)
            .fetch_optional(c).await)?;
        let (end_batch, end_index) = found.unwrap_or((i64::MAX, i64::MAX));
        let (count,): (i64,) = on!(&mut tx, c => {
            let query = sqlx::query_as(find).bind(batch).bind(index).bind(end_batch).bind(end_index);
            match stale_before {
                Some(before) => query.bind(before).fetch_one(c).await,
                None => query.fetch_one(c).await,
            }
        })?;
        drop(tx);
        if count > 0 {
            let mut tx = store.write().await?;
            self.rows += on!(&mut tx, c => {
                let query = sqlx::query(change).bind(batch).bind(index).bind(end_batch).bind(end_index);
                let done = match stale_before {
                    Some(before) => query.bind(before).execute(c).await,
                    None => query.execute(c).await,
                };
                done.map(|done| done.rows_affected())
            })?;
            tx.commit().await?;
        }
        Ok(found)
    }

    async fn scans(&mut self, store: &Store) -> Result<Option<(i64, i64)>, StoreError> {
        let (after, _) = self.after;
        let mut tx = store.read().await?;
        let sql = "SELECT at FROM scans WHERE at > $1 ORDER BY at LIMIT 1 OFFSET $2";
        let end: Option<(i64,)> = on!(&mut tx, c => sqlx::query_as(sql)
            .bind(after)
            .bind(CHUNK - 1)
            .fetch_optional(c).await)?;
        let until = end.map_or(i64::MAX, |(at,)| at);
        let sql = "SELECT at, batch, mark_index, phone FROM scans WHERE at > $1 AND at <= $2 \
             AND phone IN (SELECT phone FROM phones_to_forget)";
        let found: Vec<(i64, i64, i64, Vec<u8>)> = on!(&mut tx, c => sqlx::query_as(sql)
            .bind(after)
            .bind(until)
            .fetch_all(c).await)?;
        drop(tx);
        if !found.is_empty() {
            let mut tx = store.write().await?;
            unlink(&mut tx, &found).await?;
            tx.commit().await?;
            self.rows += found.len() as u64;
        }
        Ok(end.map(|(at,)| (at, i64::MIN)))
    }
}

/// Takes the phone out of these scans and out of the rows of their marks, which answers hold in the order of their keys.
async fn unlink(tx: &mut Tx, found: &[(i64, i64, i64, Vec<u8>)]) -> Result<(), StoreError> {
    let mut marks: BTreeMap<(i64, i64), BTreeSet<&[u8]>> = BTreeMap::new();
    for (_, batch, index, phone) in found {
        marks.entry((*batch, *index)).or_default().insert(phone);
    }
    for ((batch, index), phones) in marks {
        of_mark(tx, (batch, index), &phones).await?;
    }
    for (at, batch, index, _) in found {
        let sql = "UPDATE scans SET phone = NULL WHERE at = $1 AND batch = $2 AND mark_index = $3";
        on!(&mut *tx, c => sqlx::query(sql)
            .bind(at)
            .bind(batch)
            .bind(index)
            .execute(c).await.map(drop))?;
    }
    Ok(())
}

async fn of_mark(
    tx: &mut Tx,
    (batch, index): (i64, i64),
    phones: &BTreeSet<&[u8]>,
) -> Result<(), StoreError> {
    type Held = (Option<Vec<u8>>, Option<Vec<u8>>, Option<Vec<u8>>);
    let sql = match tx {
        // There is one writer.
        Tx::Sqlite(_) => {
            "SELECT first_phone, recent, account FROM mark_queries WHERE batch = $1 AND mark_index = $2"
        }
        Tx::Postgres(_) => {
            "SELECT first_phone, recent, account FROM mark_queries WHERE batch = $1 AND mark_index = $2 FOR UPDATE"
        }
    };
    let held: Option<Held> = on!(&mut *tx, c => sqlx::query_as(sql)
        .bind(batch)
        .bind(index)
        .fetch_optional(c).await)?;
    let Some((first, recent, account)) = held else {
        return Ok(());
    };
    let recent = match recent {
        None => None,
        Some(bytes) => without(&bytes, phones, (batch, index))?,
    };
    let first = first.filter(|first| !phones.contains(first.as_slice()));
    let account = account.map(|account| account_without(&account, phones, (batch, index)));
    let sql = "UPDATE mark_queries SET first_phone = $3, recent = $4, account = $5 WHERE batch = $1 AND mark_index = $2";
    on!(&mut *tx, c => sqlx::query(sql)
        .bind(batch)
        .bind(index)
        .bind(first)
        .bind(recent)
        .bind(account.transpose()?)
        .execute(c).await.map(drop))?;
    Ok(())
}

/// The detector's account without these phones.
fn account_without(
    account: &[u8],
    phones: &BTreeSet<&[u8]>,
    (batch, index): (i64, i64),
) -> Result<Vec<u8>, StoreError> {
    let row = Row {
        table: "mark_queries",
        key: &format_args!("{batch}-{index}"),
    };
    let mut account = row.value("account", MarkState::from_bytes(account))?;
    for phone in phones {
        account.forget(hash(phone.to_vec())?);
    }
    Ok(account.to_bytes().to_vec())
}

/// What a mark's row says of the last half hour, without these phones.
fn without(
    recent: &[u8],
    phones: &BTreeSet<&[u8]>,
    (batch, index): (i64, i64),
) -> Result<Option<Vec<u8>>, StoreError> {
    let row = Row {
        table: "mark_queries",
        key: &format_args!("{batch}-{index}"),
    };
    let mut recent = row.value("recent", Recent::from_bytes(recent))?;
    for phone in phones {
        recent = recent.without(hash(phone.to_vec())?);
    }
    Ok(recent.to_bytes())
}
