//! The ledger's entries. Only ever added.

use super::kept::{Value, bind_all, number, text};
use super::row::Row;
use super::{LEDGER_LOCK, StoreError, Tx, counter};
use crate::domain::ledger::chain::{EntryHash, EntryNumber, StoredEntry};
use crate::domain::ledger::subjects::Subjects;
use crate::domain::licensee::LicenseeNumber;
use crate::domain::lot::LotNumber;
use crate::domain::mark::BatchNumber;
use crate::domain::order::OrderNumber;
use crate::domain::printer::PrinterNumber;
use crate::domain::season::Season;
use crate::domain::text::Line;

/// The last entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Its number; 0 for an empty ledger.
    pub number: EntryNumber,
    /// Its hash.
    pub hash: EntryHash,
}

type EntryRow = (
    i64,
    i64,
    String,
    String,
    Option<String>,
    Option<i64>,
    Option<i64>,
    Option<i64>,
    Option<i64>,
    Option<i64>,
    String,
    Vec<u8>,
);

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT number, at, actor, kind, request, licensee, printer, order_number, season, lot, body, hash ",
            "FROM entries ",
            $rest
        )
    };
}

/// Waits until nobody else adds to the ledger, and says where it ends. What is read afterwards holds until the
/// transaction ends: all that is written about licensees, orders and marks is written under this lock.
///
/// # Errors
/// [`StoreError::BrokenRow`] if the last entry is missing; [`StoreError::Unavailable`].
pub async fn lock(tx: &mut Tx) -> Result<Head, StoreError> {
    let next = counter::next_block(tx, "entry", 0).await?;
    head_before(tx, next).await
}

/// Where the ledger ends.
///
/// # Errors
/// [`StoreError::BrokenRow`] if the last entry is missing; [`StoreError::Unavailable`].
pub async fn head(tx: &mut Tx) -> Result<Head, StoreError> {
    let sql = "SELECT next FROM counters WHERE name = 'entry'";
    let (next,): (i64,) = on!(tx, c => sqlx::query_as(sql).fetch_one(c).await)?;
    head_before(tx, next).await
}

/// Whom and which batch the entries from `from` until before `until` are about, at most so many of them, in ledger order.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn touched(
    tx: &mut Tx,
    from: EntryNumber,
    until: EntryNumber,
    limit: u32,
) -> Result<Vec<(Option<LicenseeNumber>, Option<BatchNumber>)>, StoreError> {
    let sql = "SELECT e.number, e.licensee, b.number FROM entries e LEFT JOIN batches b ON b.order_number = e.order_number \
         WHERE e.number >= $1 AND e.number < $2 ORDER BY e.number LIMIT $3";
    let rows: Vec<(i64, Option<i64>, Option<i64>)> = on!(tx, c => sqlx::query_as(sql)
        .bind(from.cast_signed())
        .bind(until.cast_signed())
        .bind(i64::from(limit))
        .fetch_all(c).await)?;
    let read = |(number, licensee, batch): (i64, Option<i64>, Option<i64>)| {
        let row = Row {
            table: "entries",
            key: &number,
        };
        let licensee = licensee
            .map(|licensee| row.number("licensee", licensee).map(LicenseeNumber))
            .transpose()?;
        let batch = batch
            .map(|batch| {
                row.value(
                    "order_number",
                    BatchNumber::new(row.number("order_number", batch)?),
                )
            })
            .transpose()?;
        Ok((licensee, batch))
    };
    rows.into_iter().map(read).collect()
}

/// Before a transaction that wrote to the ledger commits: waits until the groups of scans that are being answered are done,
/// and lets no other begin before it has committed. So whatever is answered from then on knows of it, by whichever
/// instance. On SQLite only one transaction writes at a time anyway.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn before_commit(tx: &mut Tx) -> Result<(), StoreError> {
    if let Tx::Postgres(tx) = tx {
        sqlx::query("SELECT pg_advisory_xact_lock($1)")
            .bind(LEDGER_LOCK)
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}

async fn head_before(tx: &mut Tx, next: i64) -> Result<Head, StoreError> {
    let last = next - 1;
    if last == 0 {
        return Ok(Head {
            number: 0,
            hash: EntryHash::NONE,
        });
    }
    let sql = "SELECT hash FROM entries WHERE number = $1";
    let found: Option<(Vec<u8>,)> =
        on!(tx, c => sqlx::query_as(sql).bind(last).fetch_optional(c).await)?;
    let row = Row {
        table: "entries",
        key: &last,
    };
    let hash = found.and_then(|(hash,)| hash.try_into().ok());
    Ok(Head {
        number: row.number("number", last)?,
        hash: EntryHash(row.value("hash", hash)?),
    })
}

/// Adds entries after the head, some hundred in one statement.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn add(
    tx: &mut Tx,
    entries: &[(StoredEntry, Option<EntryNumber>)],
) -> Result<(), StoreError> {
    /// Columns × rows stay below the 32,766 parameters of SQLite and the 65,535 of PostgreSQL.
    const ENTRIES_A_STATEMENT: usize = 500;
    let size = i64::try_from(entries.len()).unwrap_or(i64::MAX);
    counter::next_block(tx, "entry", size).await?;
    for some in entries.chunks(ENTRIES_A_STATEMENT) {
        on!(tx, c => {
            let mut sql = sqlx::QueryBuilder::new(
                "INSERT INTO entries (number, at, actor, kind, request, licensee, printer, order_number, season, lot, \
                 corrects, body, hash) ",
            );
            sql.push_values(some, |mut row, (entry, corrects)| {
                let subjects = &entry.subjects;
                row.push_bind(entry.number.cast_signed())
                    .push_bind(entry.at.as_microsecond())
                    .push_bind(entry.actor.as_str())
                    .push_bind(entry.kind.as_str())
                    .push_bind(entry.request.as_ref().map(Line::as_str))
                    .push_bind(subjects.licensee.map(|number| i64::from(number.0)))
                    .push_bind(subjects.printer.map(|number| i64::from(number.0)))
                    .push_bind(subjects.order.map(|number| i64::from(number.0)))
                    .push_bind(subjects.season.map(|season| i64::from(season.year())))
                    .push_bind(subjects.lot.map(|number| i64::from(number.0)))
                    .push_bind(corrects.map(u64::cast_signed))
                    .push_bind(entry.body.as_str())
                    .push_bind(entry.hash.0.as_slice());
            });
            sql.build().execute(c).await.map(drop)
        })?;
    }
    Ok(())
}

/// The entry of that number.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn get(tx: &mut Tx, number: EntryNumber) -> Result<Option<StoredEntry>, StoreError> {
    let sql = select!("WHERE number = $1");
    let row: Option<EntryRow> =
        on!(tx, c => sqlx::query_as(sql).bind(number.cast_signed()).fetch_optional(c).await)?;
    row.map(read).transpose()
}

/// The entry that was written for this request.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn by_request(tx: &mut Tx, request: &Line) -> Result<Option<StoredEntry>, StoreError> {
    let sql = select!("WHERE request = $1");
    let row: Option<EntryRow> =
        on!(tx, c => sqlx::query_as(sql).bind(request.as_str()).fetch_optional(c).await)?;
    row.map(read).transpose()
}

/// The entries about an order of these kinds, the oldest first.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn of_order(
    tx: &mut Tx,
    order: OrderNumber,
    kinds: &[&str],
) -> Result<Vec<StoredEntry>, StoreError> {
    let rows: Vec<EntryRow> = on!(tx, c => {
        let mut sql = sqlx::QueryBuilder::new(select!("WHERE order_number = "));
        sql.push_bind(i64::from(order.0)).push(" AND kind IN (");
        let mut list = sql.separated(", ");
        for kind in kinds {
            list.push_bind(*kind);
        }
        sql.push(") ORDER BY number");
        sql.build_query_as().fetch_all(c).await
    })?;
    rows.into_iter().map(read).collect()
}

/// Whether a later entry has taken this one back.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn is_corrected(tx: &mut Tx, number: EntryNumber) -> Result<bool, StoreError> {
    Ok(corrected_by(tx, number).await?.is_some())
}

/// The later entry that has taken this one back.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn corrected_by(
    tx: &mut Tx,
    number: EntryNumber,
) -> Result<Option<EntryNumber>, StoreError> {
    let sql = "SELECT number FROM entries WHERE corrects = $1";
    let found: Option<(i64,)> =
        on!(tx, c => sqlx::query_as(sql).bind(number.cast_signed()).fetch_optional(c).await)?;
    Ok(found.map(|(number,)| number.cast_unsigned()))
}

/// Notes on an entry, the oldest first.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn notes_on(tx: &mut Tx, number: EntryNumber) -> Result<Vec<StoredEntry>, StoreError> {
    // An entry is always written as the same bytes, and begins with the number it is about.
    let sql = select!("WHERE kind = 'noted' AND number > $1 AND body LIKE $2 ORDER BY number");
    let begins = format!("{{\"entry\":{number},%");
    let rows: Vec<EntryRow> = on!(tx, c => {
        sqlx::query_as(sql).bind(number.cast_signed()).bind(begins.as_str()).fetch_all(c).await
    })?;
    rows.into_iter().map(read).collect()
}

/// Which entries are wanted.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// About this licensee.
    pub licensee: Option<LicenseeNumber>,
    /// About this printer.
    pub printer: Option<PrinterNumber>,
    /// About this order.
    pub order: Option<OrderNumber>,
    /// About this season.
    pub season: Option<Season>,
    /// About this lot.
    pub lot: Option<LotNumber>,
    /// Of this kind.
    pub kind: Option<String>,
}

impl Filter {
    /// The condition and the values it needs, the first of them as `$1`.
    fn condition(&self) -> (String, Vec<Value>) {
        // Nearly all entries are of one season: whatever else is asked for has the better index. SQLite does not know.
        let is_narrow = self.licensee.is_some()
            || self.printer.is_some()
            || self.order.is_some()
            || self.lot.is_some();
        let season = if is_narrow { "season + 0" } else { "season" };
        let wanted = [
            ("licensee", number(self.licensee.map(|number| number.0))),
            ("printer", number(self.printer.map(|number| number.0))),
            ("order_number", number(self.order.map(|number| number.0))),
            (season, number(self.season.map(Season::year))),
            ("lot", number(self.lot.map(|number| number.0))),
            ("kind", self.kind.as_ref().map_or(Value::Text(None), text)),
        ];
        let mut condition = String::new();
        let mut values = Vec::new();
        for (column, value) in wanted {
            if !matches!(value, Value::Number(None) | Value::Text(None)) {
                values.push(value);
                condition.push_str(&format!("{column} = ${} AND ", values.len()));
            }
        }
        (condition, values)
    }
}

/// The newest wanted entries before `before`, the newest first; with `None` the newest of all.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn newest(
    tx: &mut Tx,
    filter: &Filter,
    before: Option<EntryNumber>,
    limit: u32,
) -> Result<Vec<StoredEntry>, StoreError> {
    let before = before.map_or(i64::MAX, u64::cast_signed);
    some(tx, filter, "number <", before, "DESC", limit).await
}

/// Like [`newest`], of the wanted entries about no order: what concerns a licensee itself, its file or its entitlements,
/// is quickly found among a hundred thousand entries about its labels.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn newest_of_file(
    tx: &mut Tx,
    filter: &Filter,
    before: Option<EntryNumber>,
    limit: u32,
) -> Result<Vec<StoredEntry>, StoreError> {
    let before = before.map_or(i64::MAX, u64::cast_signed);
    some(
        tx,
        filter,
        "order_number IS NULL AND number <",
        before,
        "DESC",
        limit,
    )
    .await
}

/// The wanted entries after `after`, the oldest first.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn oldest(
    tx: &mut Tx,
    filter: &Filter,
    after: EntryNumber,
    limit: u32,
) -> Result<Vec<StoredEntry>, StoreError> {
    some(tx, filter, "number >", after.cast_signed(), "ASC", limit).await
}

async fn some(
    tx: &mut Tx,
    filter: &Filter,
    side: &str,
    of: i64,
    direction: &str,
    limit: u32,
) -> Result<Vec<StoredEntry>, StoreError> {
    let (condition, mut values) = filter.condition();
    values.extend([of.into(), limit.into()]);
    let (of, limit) = (values.len() - 1, values.len());
    let sql = format!(
        "{} {condition}{side} ${of} ORDER BY number {direction} LIMIT ${limit}",
        select!("WHERE")
    );
    let rows: Vec<EntryRow> = on!(tx, c => {
        bind_all!(sqlx::query_as(sqlx::AssertSqlSafe(sql)), values).fetch_all(c).await
    })?;
    rows.into_iter().map(read).collect()
}

fn read(row: EntryRow) -> Result<StoredEntry, StoreError> {
    let (number, at, actor, kind, request, licensee, printer, order, season, lot, body, hash) = row;
    let row = Row {
        table: "entries",
        key: &number,
    };
    let small =
        |column, value: Option<i64>| value.map(|value| row.number(column, value)).transpose();
    let licensee = licensee
        .map(|value| row.number("licensee", value))
        .transpose()?;
    let season = season
        .map(|year| row.value("season", Season::new(row.number("season", year)?)))
        .transpose()?;
    Ok(StoredEntry {
        number: row.number("number", number)?,
        at: row.time("at", at)?,
        actor: row.line("actor", &actor)?,
        kind,
        request: row.optional_line("request", request.as_deref())?,
        subjects: Subjects {
            licensee: licensee.map(LicenseeNumber),
            printer: small("printer", printer)?.map(PrinterNumber),
            order: small("order_number", order)?.map(OrderNumber),
            season,
            lot: small("lot", lot)?.map(LotNumber),
        },
        body,
        hash: EntryHash(row.value("hash", hash.try_into().ok())?),
    })
}
