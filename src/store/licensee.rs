//! Licensees and the ends of their rights.

use jiff::Timestamp;

use super::row::Row;
use super::{StoreError, Tx, counter};
use crate::domain::licensee::{LegalBasis, Licensee, LicenseeNumber, RightEnded};
use crate::domain::text::Line;
use crate::domain::uscc::Uscc;

type LicenseeRow = (
    i64,
    String,
    String,
    String,
    i64,
    Option<i64>,
    Option<i64>,
    Option<String>,
    Option<String>,
    Option<String>,
);

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT l.number, l.name, l.uscc, l.legal_basis, l.added_at, ",
            "e.at, e.marks_good_until, e.reason, e.document, e.actor ",
            "FROM licensees l LEFT JOIN licensee_ends e ON e.licensee = l.number ",
            $rest
        )
    };
}

/// Adds a licensee and returns its number; `None` if the USCC is in the register already.
///
/// # Errors
/// [`StoreError::NumbersUsedUp`] after 65,535 licensees.
pub async fn add(
    tx: &mut Tx,
    name: &Line,
    uscc: &Uscc,
    basis: LegalBasis,
    now: Timestamp,
) -> Result<Option<LicenseeNumber>, StoreError> {
    let number = counter::next(tx, "licensee").await?;
    let fitting = u16::try_from(number).map_err(|_| StoreError::NumbersUsedUp("licensee"))?;
    let sql = "INSERT INTO licensees (number, name, uscc, legal_basis, added_at) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (uscc) DO NOTHING";
    let added = on!(tx, c => sqlx::query(sql)
        .bind(number)
        .bind(name.as_str())
        .bind(uscc.as_str())
        .bind(basis.slug())
        .bind(now.as_microsecond())
        .execute(c).await.map(|done| done.rows_affected()))?;
    Ok((added == 1).then_some(LicenseeNumber(fitting)))
}

/// Writes down the end of a right; `false` if it has ended before.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn end(
    tx: &mut Tx,
    number: LicenseeNumber,
    end: &RightEnded,
) -> Result<bool, StoreError> {
    let sql = "INSERT INTO licensee_ends (licensee, at, marks_good_until, reason, document, actor) \
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (licensee) DO NOTHING";
    let added = on!(tx, c => sqlx::query(sql)
        .bind(i64::from(number.0))
        .bind(end.at.as_microsecond())
        .bind(end.marks_good_until.as_microsecond())
        .bind(end.reason.as_str())
        .bind(end.document.as_ref().map(Line::as_str))
        .bind(end.actor.as_str())
        .execute(c).await.map(|done| done.rows_affected()))?;
    Ok(added == 1)
}

/// The licensee of that number.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn get(tx: &mut Tx, number: LicenseeNumber) -> Result<Option<Licensee>, StoreError> {
    let sql = select!("WHERE l.number = $1");
    let row: Option<LicenseeRow> =
        on!(tx, c => sqlx::query_as(sql).bind(i64::from(number.0)).fetch_optional(c).await)?;
    row.map(read).transpose()
}

/// All licensees, by number; 65,535 at most.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn list(tx: &mut Tx) -> Result<Vec<Licensee>, StoreError> {
    let sql = select!("ORDER BY l.number");
    let rows: Vec<LicenseeRow> = on!(tx, c => sqlx::query_as(sql).fetch_all(c).await)?;
    rows.into_iter().map(read).collect()
}

fn read(row: LicenseeRow) -> Result<Licensee, StoreError> {
    let (number, name, uscc, basis, added_at, at, good_until, reason, document, actor) = row;
    let row = Row {
        table: "licensees",
        key: &number,
    };
    let end = Row {
        table: "licensee_ends",
        key: &number,
    };
    let ended = match (at, good_until, reason, actor) {
        (Some(at), Some(good_until), Some(reason), Some(actor)) => Some(RightEnded {
            at: end.time("at", at)?,
            marks_good_until: end.time("marks_good_until", good_until)?,
            reason: end.line("reason", &reason)?,
            document: end.optional_line("document", document.as_deref())?,
            actor: end.line("actor", &actor)?,
        }),
        _ => None,
    };
    Ok(Licensee {
        number: LicenseeNumber(row.number("number", number)?),
        name: row.line("name", &name)?,
        uscc: row.value("uscc", Uscc::new(&uscc).ok())?,
        legal_basis: row.value("legal_basis", LegalBasis::from_slug(&basis))?,
        added_at: row.time("added_at", added_at)?,
        ended,
    })
}
