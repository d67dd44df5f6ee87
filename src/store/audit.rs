//! Reading everything there is, fast: some thousand rows a statement, as one text that the database puts together.
//!
//! A row handed over by itself costs a hop to SQLite's thread and an allocation a column; a million rows, seconds.

use super::{Store, StoreError, Tx};
use crate::domain::ledger::chain::{EntryHash, EntryNumber};

/// Between the fields of a row; no text of ours holds control characters.
pub const FIELD: char = '\u{1f}';
/// Between rows.
pub const ROW: char = '\u{1e}';
/// Rows of one statement: a thousand were measurably slower, for the cost of a statement.
pub(super) const ROWS: i64 = 4000;

/// Begins a transaction that sees one state of the database for as long as it takes.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn begin(store: &Store) -> Result<Tx, StoreError> {
    let mut tx = store.read().await?;
    if let Tx::Postgres(tx) = &mut tx {
        // It takes longer than any other transaction of ours may.
        let patient = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; SET LOCAL statement_timeout = '10min'; \
             SET LOCAL idle_in_transaction_session_timeout = '10min'";
        sqlx::raw_sql(patient).execute(&mut **tx).await?;
    }
    Ok(tx)
}

/// Reads all entries by number, some thousand at a time.
#[derive(Debug, Default)]
pub struct Entries {
    last: i64,
}

/// Some thousand entries.
#[derive(Debug)]
pub struct EntryPage {
    /// Their numbers, ascending.
    pub numbers: Vec<EntryNumber>,
    /// The hash of each as it is kept; [`EntryHash::NONE`] in place of what is no hash.
    pub hashes: Vec<EntryHash>,
    /// Of each, time, actor, kind, request, subjects and body; fields and rows apart by [`FIELD`] and [`ROW`].
    pub rows: String,
}

/// Rows, hashes, the lowest number and the highest; nothing where there is no entry.
type PageRow = (Option<String>, Option<Vec<u8>>, Option<i64>, Option<i64>);

impl Entries {
    /// The next of them. `None` after the last.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn next(&mut self, tx: &mut Tx) -> Result<Option<EntryPage>, StoreError> {
        // All hashes as one run of bytes: SQLite takes the bytes of a blob as they are.
        let hashes = match tx {
            Tx::Sqlite(_) => "CAST(string_agg(hash, '') AS BLOB)",
            Tx::Postgres(_) => "string_agg(hash, CAST('' AS BYTEA))",
        };
        // PostgreSQL wants both sides of one type.
        let number = |column: &str| match tx {
            Tx::Sqlite(_) => format!("ifnull({column}, '')"),
            Tx::Postgres(_) => format!("coalesce(CAST({column} AS TEXT), '')"),
        };
        let sql = format!(
            "SELECT string_agg(line, $2), {hashes}, min(number), max(number) \
             FROM (SELECT number, hash, concat_ws($1, at, actor, kind, \
             coalesce(request, ''), concat_ws(',', {}, {}, {}, {}, {}), body) AS line \
             FROM entries WHERE number > $3 ORDER BY number LIMIT $4) AS page",
            number("licensee"),
            number("printer"),
            number("order_number"),
            number("season"),
            number("lot"),
        );
        let (rows, hashes, oldest, newest): PageRow = on!(tx, c => sqlx::query_as(sqlx::AssertSqlSafe(sql))
                .bind(FIELD.to_string())
                .bind(ROW.to_string())
                .bind(self.last)
                .bind(ROWS)
                .fetch_one(c).await)?;
        let (Some(rows), Some(hashes), Some(oldest), Some(newest)) = (rows, hashes, oldest, newest)
        else {
            return Ok(None);
        };
        let (hashes, rest) = hashes.as_chunks::<32>();
        let are_all = rest.is_empty() && hashes.len() as u64 == newest.abs_diff(oldest) + 1;
        let page = if are_all {
            EntryPage {
                numbers: (oldest..=newest).map(i64::cast_unsigned).collect(),
                hashes: hashes.iter().map(|hash| EntryHash(*hash)).collect(),
                rows,
            }
        } else {
            let (numbers, hashes) = self.keys(tx).await?;
            EntryPage {
                numbers,
                hashes,
                rows,
            }
        };
        self.last = newest;
        Ok(Some(page))
    }

    /// Numbers and hashes one by one, where entries are missing or something is no hash.
    async fn keys(&self, tx: &mut Tx) -> Result<(Vec<EntryNumber>, Vec<EntryHash>), StoreError> {
        let sql = "SELECT number, hash FROM entries WHERE number > $1 ORDER BY number LIMIT $2";
        let rows: Vec<(i64, Vec<u8>)> = on!(tx, c => sqlx::query_as(sql)
            .bind(self.last)
            .bind(ROWS)
            .fetch_all(c).await)?;
        let key = |(number, hash): (i64, Vec<u8>)| {
            let hash = hash.try_into().map_or(EntryHash::NONE, EntryHash);
            (number.cast_unsigned(), hash)
        };
        Ok(rows.into_iter().map(key).unzip())
    }
}

/// Reads all range events by batch, entry and first index, some thousand at a time.
#[derive(Debug)]
pub struct RangeEvents {
    last: (i64, i64, i64),
}

impl Default for RangeEvents {
    /// From the first on.
    fn default() -> Self {
        Self { last: (-1, 0, 0) }
    }
}

impl RangeEvents {
    /// The next of them: batch, entry, first index, last index, kind, time, actor, reason, document, lot. `None` after
    /// the last.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn next(&mut self, tx: &mut Tx) -> Result<Option<String>, StoreError> {
        let sql = "SELECT string_agg(line, $2) FROM (\
             SELECT concat_ws($1, batch, number, first_index, last_index, kind, at, actor, \
             coalesce(reason, ''), coalesce(document, ''), coalesce(CAST(lot AS TEXT), '')) AS line \
             FROM range_events WHERE (batch, number, first_index) > ($3, $4, $5) \
             ORDER BY batch, number, first_index LIMIT $6) AS page";
        let row: (Option<String>,) = on!(tx, c => sqlx::query_as(sql)
            .bind(FIELD.to_string())
            .bind(ROW.to_string())
            .bind(self.last.0)
            .bind(self.last.1)
            .bind(self.last.2)
            .bind(ROWS)
            .fetch_one(c).await)?;
        let Some(rows) = row.0 else {
            return Ok(None);
        };
        let newest = rows.rsplit(ROW).next().unwrap_or_default();
        let mut keys = newest
            .split(FIELD)
            .map(|key| key.parse::<i64>().unwrap_or(i64::MAX));
        let mut key = || keys.next().unwrap_or(i64::MAX);
        self.last = (key(), key(), key());
        Ok(Some(rows))
    }
}

/// The number that the counter of entries would give out next.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn next_entry(tx: &mut Tx) -> Result<i64, StoreError> {
    let sql = "SELECT next FROM counters WHERE name = 'entry'";
    let (next,): (i64,) = on!(tx, c => sqlx::query_as(sql).fetch_one(c).await)?;
    Ok(next)
}

/// Hashes under which the contents of documents are kept.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn content_hashes(tx: &mut Tx) -> Result<Vec<String>, StoreError> {
    let sql = "SELECT sha256 FROM contents ORDER BY sha256";
    let rows: Vec<(String,)> = on!(tx, c => sqlx::query_as(sql).fetch_all(c).await)?;
    Ok(rows.into_iter().map(|(hash,)| hash).collect())
}
