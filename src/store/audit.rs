//! Reading everything there is, fast: some thousand rows a statement, as one text that the database puts together.
//!
//! A row handed over by itself costs a hop to SQLite's thread and an allocation a column; a million rows, seconds.

use super::{Store, StoreError, Tx};

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

impl Entries {
    /// The next of them: number, time, actor, kind, request, subjects, body and the hash in hexadecimal, fields and rows
    /// apart by [`FIELD`] and [`ROW`]. `None` after the last.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn next(&mut self, tx: &mut Tx) -> Result<Option<String>, StoreError> {
        let hash = match tx {
            Tx::Sqlite(_) => "hex(hash)",
            Tx::Postgres(_) => "encode(hash, 'hex')",
        };
        // PostgreSQL wants both sides of one type.
        let number = |column: &str| match tx {
            Tx::Sqlite(_) => format!("ifnull({column}, '')"),
            Tx::Postgres(_) => format!("coalesce(CAST({column} AS TEXT), '')"),
        };
        let sql = format!(
            "SELECT string_agg(line, $2), max(number) FROM (SELECT number, concat_ws($1, number, at, actor, kind, \
             coalesce(request, ''), concat_ws(',', {}, {}, {}, {}, {}), body, {hash}) AS line \
             FROM entries WHERE number > $3 ORDER BY number LIMIT $4) AS page",
            number("licensee"),
            number("printer"),
            number("order_number"),
            number("season"),
            number("lot"),
        );
        let row: (Option<String>, Option<i64>) = on!(tx, c => sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(FIELD.to_string())
            .bind(ROW.to_string())
            .bind(self.last)
            .bind(ROWS)
            .fetch_one(c).await)?;
        let (Some(rows), Some(newest)) = row else {
            return Ok(None);
        };
        self.last = newest;
        Ok(Some(rows))
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
